"""Answering, closing, and what comes after (R-042, R-091, R-179, R-180)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.domain.closing import Delivery
from helpdesk.domain.errors import IllegalMove, Invalid
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals, conversation, tickets
from helpdesk.services.conversation import Outcome
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER, Cast, file


def writes(cast: Cast, ticket: Ticket, text: str, **more: object) -> Outcome:
    """The requester answers the closing letter."""
    return cast.receive(cast.answer_to(cast.letter(ticket, "cierre"), text, REQUESTER, **more))


def tickets_there_are(cast: Cast) -> int:
    """How many tickets there are."""
    return cast.session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_reply_and_close_ends_the_case(cast: Cast) -> None:
    ticket = cast.closed()
    assert (ticket.status, ticket.closed_at) == ("closed", cast.now)
    assert set(cast.steps(ticket).values()) == {"done"}


def test_the_closing_answer_stands_in_the_requesters_thread(cast: Cast) -> None:
    ticket = cast.decided()
    opener = cast.messages(ticket)[0].message_id
    cast.execute(ticket)
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Rendición desaprobada.", close=True)
    letter = cast.letter(ticket, "cierre")
    assert letter.recipient == REQUESTER.address
    assert letter.in_reply_to == opener
    assert letter.references[0] == opener
    assert letter.subject == cast.letter(ticket, "acuse").subject


def test_the_closing_answer_names_the_ticket_and_carries_the_words_of_the_agent(cast: Cast) -> None:
    letter = cast.letter(cast.closed(), "cierre")
    assert "[SIGEC 1]" in letter.subject
    assert "Rendición desaprobada." in letter.text


def test_an_agents_letter_is_not_marked_as_automatic(cast: Cast) -> None:
    assert cast.letter(cast.closed(), "cierre").automatic is False


def test_closing_waits_for_the_approvals(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(IllegalMove):
        cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.", close=True)


def test_closing_waits_for_the_execution(cast: Cast) -> None:
    ticket = cast.decided()
    with pytest.raises(IllegalMove):
        cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.", close=True)
    with pytest.raises(IllegalMove):
        cast.do(tickets.close, cast.agent, ticket.id, None, "Por teléfono.", Delivery("phone"))


def test_a_returned_request_is_not_closed_by_an_answer(cast: Cast) -> None:
    ticket = cast.open(files=())
    with pytest.raises(IllegalMove):
        cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.", close=True)


def test_an_unclassified_request_is_not_closed_by_an_answer(cast: Cast) -> None:
    outcome = cast.receive(cast.incoming("Consulta", "Necesito hablar con alguien."))
    assert outcome.ticket_id is not None
    with pytest.raises(IllegalMove):
        cast.do(conversation.reply, cast.agent, outcome.ticket_id, None, "Listo.", close=True)


def test_an_answer_may_be_given_at_any_time(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Estamos en ello.")
    assert (ticket.first_answer_at, ticket.status) == (cast.now, "waiting_approval")


def test_an_empty_answer_is_refused(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(Invalid):
        cast.do(conversation.reply, cast.agent, ticket.id, None, "  ")


def test_a_closed_ticket_is_not_closed_again(cast: Cast) -> None:
    ticket = cast.closed()
    with pytest.raises(IllegalMove):
        cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.", close=True)


def test_a_note_reaches_nobody_outside(cast: Cast) -> None:
    ticket = cast.open()
    before = len(cast.letters(ticket))
    message = cast.do(conversation.note, cast.agent, ticket.id, "Llamar mañana.")
    assert (message.direction, len(cast.letters(ticket))) == ("internal_note", before)


def test_a_case_answered_otherwise_is_closed_with_a_note(cast: Cast) -> None:
    ticket = cast.decided()
    cast.execute(ticket)
    with pytest.raises(Invalid):
        cast.do(tickets.close, cast.agent, ticket.id, None, " ", Delivery("phone"))
    cast.do(tickets.close, cast.agent, ticket.id, None, "Se informó por teléfono.", Delivery("phone"))
    assert ticket.status == "closed"
    assert cast.letters(ticket, "cierre") == []


def test_thanks_do_not_reopen(cast: Cast) -> None:
    ticket = cast.closed()
    assert writes(cast, ticket, "Muchas gracias, saludos.").action == "append"
    assert ticket.status == "closed"


def test_thanks_that_bring_a_file_are_for_a_person(cast: Cast) -> None:
    ticket = cast.closed()
    assert writes(cast, ticket, "Muchas gracias.", files=(file("firmado.pdf"),)).action == "needs_human"
    assert ticket.status == "closed"


def test_what_still_fails_reopens(cast: Cast) -> None:
    ticket = cast.closed()
    cast.later(days=2)
    assert writes(cast, ticket, "Sigue fallando: la rendición aparece aprobada.").action == "reopen"
    assert (ticket.status, ticket.reopened, ticket.closed_at) == ("open", True, None)
    assert (cast.step(ticket).key, cast.step(ticket).round) == ("desaprobar", 1)


def test_the_requester_in_the_thread_of_an_approval_is_heard_as_the_requester(cast: Cast) -> None:
    ticket = cast.closed()
    asked = cast.letter(ticket, "aprobacion")
    outcome = cast.receive(cast.answer_to(asked, "Sigue fallando: no aparece el cambio.", REQUESTER, tokens=()))
    assert outcome.action == "reopen"


def test_reopening_asks_no_approver_again(cast: Cast) -> None:
    ticket = cast.closed()
    writes(cast, ticket, "Sigue fallando.")
    assert len(cast.letters(ticket, "aprobacion")) == 2


def test_a_reopened_ticket_can_be_closed_again(cast: Cast) -> None:
    ticket = cast.closed()
    writes(cast, ticket, "Sigue fallando.")
    cast.execute(ticket)
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Ahora sí.", close=True)
    assert ticket.status == "closed"


def test_what_is_unclear_after_closing_is_for_a_person(cast: Cast) -> None:
    ticket = cast.closed()
    outcome = writes(cast, ticket, "Adjunto también la rendición de abril.")
    assert (outcome.action, ticket.status) == ("needs_human", "closed")
    assert cast.messages(ticket)[-1].standing == "to_confirm"


def test_after_the_time_for_reopening_a_linked_ticket_is_opened(cast: Cast) -> None:
    ticket = cast.closed()
    cast.later(days=31)
    outcome = writes(cast, ticket, "Sigue fallando la desaprobación de rendición, convenio estándar.")
    assert outcome.ticket_id not in (None, ticket.id)
    assert ticket.status == "closed"
    follower = cast.ticket(outcome.ticket_id or 0)
    assert cast.events(ticket, "linked")[0].data["ticket"] == follower.id
    assert cast.events(follower, "linked")[0].data["ticket"] == ticket.id


def test_the_last_day_still_reopens(cast: Cast) -> None:
    ticket = cast.closed()
    cast.later(days=30)
    assert writes(cast, ticket, "Sigue fallando.").action == "reopen"


def rejected(cast: Cast) -> Ticket:
    """A request that the second approver rejected."""
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    cast.answers(ticket, NATIONAL_OFFICER, "Rechazo: el monto no corresponde.")
    return ticket


def test_a_rejected_request_is_not_reopened_by_its_requester(cast: Cast) -> None:
    ticket = rejected(cast)
    letter = cast.letter(ticket, "decision", REQUESTER)
    outcome = cast.receive(cast.answer_to(letter, "Sigue fallando, reabran el caso.", REQUESTER))
    assert (outcome.action, ticket.status) == ("needs_human", "rejected")


def test_a_rejected_request_that_a_person_reopens_is_decided_anew_before_it_is_executed(cast: Cast) -> None:
    ticket = rejected(cast)
    letter = cast.letter(ticket, "decision", REQUESTER)
    outcome = cast.receive(cast.answer_to(letter, "Sigue fallando, reabran el caso.", REQUESTER))
    assert outcome.message_id is not None
    cast.do(conversation.confirm_message, cast.agent, outcome.message_id)
    assert (cast.step(ticket).key, cast.step(ticket).round) == ("validar_encargado_nacional", 1)
    assert cast.events(ticket, "decided")[-1].data["decision"] == "reject"


def test_a_reopened_decision_keeps_the_earlier_one(cast: Cast) -> None:
    ticket = rejected(cast)
    letter = cast.letter(ticket, "decision", REQUESTER)
    outcome = cast.receive(cast.answer_to(letter, "Reabran el caso.", REQUESTER))
    assert outcome.message_id is not None
    cast.do(conversation.confirm_message, cast.agent, outcome.message_id)
    cast.approve(ticket, NATIONAL_OFFICER)
    decided = [(event.data["round"], event.data["decision"]) for event in cast.events(ticket, "decided")]
    assert decided == [(0, "approve"), (0, "reject"), (1, "approve")]


def test_no_clock_stands_still_on_a_finished_ticket(cast: Cast) -> None:
    ticket = cast.open(files=())
    cast.do(tickets.complete_step, cast.agent, ticket.id, None, "Llegó en papel.")
    cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "reject", "No corresponde.", "web")
    assert all(stretch.until is not None for stretch in cast.suspensions(ticket))


def test_a_message_is_one_message_of_one_ticket(cast: Cast) -> None:
    ticket = cast.closed()
    before = tickets_there_are(cast)
    cast.later(hours=timedelta(days=1).total_seconds() / 3600)
    writes(cast, ticket, "Sigue fallando.")
    assert tickets_there_are(cast) == before
