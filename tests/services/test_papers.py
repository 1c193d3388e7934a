"""Nothing is executed or answered for good while nobody vouches for a mandatory document (R-066, R-067)."""

import pytest

from helpdesk.domain.closing import Delivery
from helpdesk.domain.errors import Invalid
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.papers import NOTHING_SAID, Review
from helpdesk.models.documents import Document
from helpdesk.models.tickets import Ticket
from helpdesk.services import conversation, documents, originals, tickets
from tests.cast import Cast

LOOKED_AT, IN_PAPER = Review(looked_at=True), Review(reason="Lo tengo en papel.")


def marks(cast: Cast, ticket: Ticket) -> list[Document]:
    """What stands for the documents of the ticket, oldest first."""
    return list(cast.session.query(Document).filter_by(ticket_id=ticket.id).order_by(Document.id))


def executes(cast: Cast, ticket: Ticket, review: Review = NOTHING_SAID) -> None:
    """The agent marks the work as done."""
    cast.do(tickets.complete_step, cast.agent, ticket.id, None, "", review)


def refused(cast: Cast, ticket: Ticket, review: Review = NOTHING_SAID) -> str:
    """Why the work is not marked as done."""
    with pytest.raises(Invalid) as problem:
        executes(cast, ticket, review)
    assert list(problem.value.fields) == ["without"]
    return str(problem.value)


def without_memo(cast: Cast) -> Ticket:
    """A request that an agent passed on without its memorandum, and both approvers approved."""
    ticket = cast.open(files=())
    cast.do(tickets.complete_step, cast.agent, ticket.id, None, "El memorándum llega mañana.")
    for step in ("validar_jar", "validar_encargado_nacional"):
        assert cast.step(ticket).key == step
        cast.answers(ticket, Named("", cast.letter(ticket, "aprobacion").recipient), "Apruebo.")
    assert cast.step(ticket).key == "desaprobar"
    return ticket


def test_a_memorandum_that_nobody_confirmed_keeps_the_request_from_its_execution(cast: Cast) -> None:
    ticket = cast.decided()
    sentence = refused(cast, ticket)
    assert "(nadie confirmó su archivo)" in sentence and "«Memorándum" in sentence
    assert cast.step(ticket).key == "desaprobar"


def test_a_memorandum_that_never_came_keeps_the_request_from_its_execution(cast: Cast) -> None:
    assert "(no ha llegado)" in refused(cast, without_memo(cast))


def test_a_tick_does_not_stand_for_a_memorandum_that_never_came(cast: Cast) -> None:
    assert "(no ha llegado)" in refused(cast, without_memo(cast), LOOKED_AT)


def test_a_confirmed_memorandum_lets_the_request_be_executed(cast: Cast) -> None:
    ticket = cast.decided()
    cast.do(documents.confirm, cast.agent, marks(cast, ticket)[0].id)
    executes(cast, ticket)
    assert cast.steps(ticket)["desaprobar"] == "done"


def test_an_original_seen_on_paper_stands_for_the_memorandum(cast: Cast) -> None:
    ticket = cast.decided()
    cast.do(originals.see, cast.agent, ticket.id, None, "memorandum")
    executes(cast, ticket)
    assert cast.steps(ticket)["desaprobar"] == "done"


def test_one_tick_confirms_what_was_proposed_as_the_agents_own_judgement(cast: Cast) -> None:
    ticket = cast.decided()
    executes(cast, ticket, LOOKED_AT)
    (mark,) = marks(cast, ticket)
    assert (mark.state, mark.decided_by_id, mark.decided_at) == ("confirmed", cast.agent.person_id, cast.now)
    assert [event.data for event in cast.events(ticket, "document_confirmed")] == [{"document": "memorandum"}]
    assert cast.steps(ticket)["desaprobar"] == "done"
    assert not cast.events(ticket, "approval_renewed")


def test_with_a_reason_the_work_is_done_and_the_history_keeps_it(cast: Cast) -> None:
    ticket = without_memo(cast)
    executes(cast, ticket, IN_PAPER)
    told = {"step": "desaprobar", "documents": ["memorandum"], "reason": "Lo tengo en papel."}
    assert [event.data for event in cast.events(ticket, "documents_waived")] == [told]
    assert cast.steps(ticket)["desaprobar"] == "done"


def test_mere_space_is_no_reason(cast: Cast) -> None:
    refused(cast, cast.decided(), Review(reason="  "))


def test_a_memorandum_rejected_after_the_execution_keeps_the_answer_back(cast: Cast) -> None:
    ticket = cast.decided()
    executes(cast, ticket, LOOKED_AT)
    cast.do(documents.reject, cast.agent, marks(cast, ticket)[0].id, "unsigned")
    with pytest.raises(Invalid, match="se rechazó"):
        cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.", close=True)
    with pytest.raises(Invalid, match="se rechazó"):
        cast.do(tickets.close, cast.agent, ticket.id, None, "Por teléfono.", Delivery("phone"))
    assert ticket.closed_at is None
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.", close=True, review=IN_PAPER)
    assert ticket.status == "closed"


def test_an_answer_that_does_not_close_needs_no_document(cast: Cast) -> None:
    ticket = cast.decided()
    cast.do(conversation.reply, cast.agent, ticket.id, None, "La estamos viendo.")
    assert cast.letter(ticket, "respuesta")


def test_what_the_work_was_done_without_does_not_keep_the_answer_back(cast: Cast) -> None:
    ticket = without_memo(cast)
    executes(cast, ticket, IN_PAPER)
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.", close=True)
    assert ticket.status == "closed"
