"""A request that its requester corrects or withdraws in words is asked about afresh (R-174)."""

import pytest

from helpdesk.domain.incoming import Person as Named
from helpdesk.models.people import TeamMember
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import approvalpages
from helpdesk.services import approvals, conversation, tickets
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER, Cast, file

CORRECTION = "El monto correcto es 3.400.000."
WITHDRAWAL = "Ya no lo necesitamos, por favor dejar sin efecto."


def writes(cast: Cast, ticket: Ticket, text: str, by: Named = REQUESTER) -> str:
    """A reply in the requester's conversation; gives what became of it."""
    return cast.receive(cast.answer_to(cast.letter(ticket, "acuse"), text, by)).action


def rounds(cast: Cast, ticket: Ticket, key: str = "validar_jar") -> list[str]:
    """The states of all rounds of a step, the oldest first."""
    found = cast.session.query(Step).filter_by(ticket_id=ticket.id, key=key).order_by(Step.round)
    return [row.state for row in found]


@pytest.mark.parametrize("text", [CORRECTION, WITHDRAWAL])
def test_the_approver_is_asked_afresh_with_the_new_words(cast: Cast, text: str) -> None:
    ticket = cast.open()
    writes(cast, ticket, text)
    assert rounds(cast, ticket) == ["superseded", "active"]
    letter = cast.letter(ticket, "aprobacion", REGIONAL_HEAD)
    assert len(cast.letters(ticket, "aprobacion")) == 2
    assert "La solicitud cambió" in letter.text
    assert text in " ".join(letter.text.replace("> ", "").split())
    assert text in (letter.html or "")


def test_the_page_of_the_decision_shows_the_new_words(cast: Cast) -> None:
    ticket = cast.open()
    writes(cast, ticket, CORRECTION)
    page = approvalpages.page(cast.session, cast.step(ticket).id)
    assert (page.amended, page.renewed) == ((CORRECTION,), True)


def test_the_answer_to_the_older_question_decides_nothing_any_more(cast: Cast) -> None:
    ticket = cast.open()
    old = cast.answer_to(cast.letter(ticket, "aprobacion"), "Apruebo.", REGIONAL_HEAD)
    writes(cast, ticket, CORRECTION)
    assert cast.receive(old).action == "needs_human"
    assert cast.step(ticket).key == "validar_jar"
    assert cast.approve(ticket, REGIONAL_HEAD) == "approve"
    assert cast.step(ticket).key == "validar_encargado_nacional"


def test_what_was_approved_before_the_correction_is_overtaken(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    writes(cast, ticket, CORRECTION)
    assert rounds(cast, ticket) == ["done", "active"]
    cast.approve(ticket, REGIONAL_HEAD)
    assert CORRECTION in cast.letter(ticket, "aprobacion", NATIONAL_OFFICER).text


def test_a_correction_before_the_execution_asks_both_afresh_and_one_after_it_neither(cast: Cast) -> None:
    ticket = cast.decided()
    writes(cast, ticket, CORRECTION)
    assert cast.step(ticket).key == "validar_jar"
    cast.approve(ticket, REGIONAL_HEAD)
    cast.approve(ticket, NATIONAL_OFFICER)
    cast.execute(ticket)
    writes(cast, ticket, WITHDRAWAL)
    assert cast.step(ticket).key == "responder_cerrar"


@pytest.mark.parametrize(("text", "subject"), [(CORRECTION, "corregida"), (WITHDRAWAL, "retirada")])
def test_the_desk_is_told_once_with_the_words(cast: Cast, text: str, subject: str) -> None:
    ticket = cast.open()
    who = {"institution_id": cast.sigec.id, "person_id": cast.agent.person_id, "team": ticket.team}
    cast.session.add(TeamMember(**who))
    writes(cast, ticket, text)
    (told,) = cast.letters(ticket, "aviso_interno")
    assert told.recipient == "ana@sigec-cl.example.org"
    assert subject in told.subject
    assert text in " ".join(told.text.replace("> ", "").split())


def told_of_withdrawal(cast: Cast, ticket: Ticket) -> list[str]:
    """The steps at which the desk was told that the request is withdrawn."""
    told = cast.events(ticket, "desk_told")
    return [str(each.data["step"]) for each in told if each.data["kind"] == "request_withdrawn"]


def test_the_desk_is_told_of_a_withdrawal_while_documents_lack(cast: Cast) -> None:
    ticket = cast.open(files=())
    cast.receive(cast.answer_to(cast.letter(ticket, "incompleto"), WITHDRAWAL, REQUESTER))
    assert told_of_withdrawal(cast, ticket) == ["validar_documentos"]
    assert ticket.status == "waiting_requester"


def test_the_desk_is_told_of_a_withdrawal_while_a_file_is_in_doubt(cast: Cast) -> None:
    ticket = cast.open(files=(file("scan0001.pdf"),))
    assert (cast.step(ticket).key, cast.step(ticket).state) == ("validar_documentos", "active")
    writes(cast, ticket, WITHDRAWAL)
    assert told_of_withdrawal(cast, ticket) == ["validar_documentos"]


def test_the_desk_is_told_of_a_withdrawal_that_answers_an_approvers_question(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(approvals.clarify, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "¿Qué monto?")
    cast.receive(cast.answer_to(cast.letter(ticket, "aclaracion"), WITHDRAWAL, REQUESTER))
    assert told_of_withdrawal(cast, ticket) == ["validar_jar"]
    assert WITHDRAWAL in cast.letter(ticket, "aprobacion", REGIONAL_HEAD).text.replace("> ", "")


def test_the_desk_is_told_of_a_withdrawal_while_nobody_could_be_asked(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"region": "CL-RM"})
    assert ticket.blocked_by is not None and "asigne un titular" in ticket.blocked_by
    writes(cast, ticket, WITHDRAWAL)
    assert told_of_withdrawal(cast, ticket) == ["validar_jar"]


@pytest.mark.parametrize("text", ["Gracias.", "¿Cómo va?", "Muchas gracias, quedo atenta a su respuesta."])
def test_thanks_and_questions_leave_the_question_as_it_is(cast: Cast, text: str) -> None:
    ticket = cast.open()
    assert writes(cast, ticket, text) == "append"
    assert rounds(cast, ticket) == ["active"]
    assert not cast.events(ticket, "desk_told")
    assert cast.approve(ticket, REGIONAL_HEAD) == "approve"


def test_what_the_approver_writes_in_the_conversation_corrects_nothing(cast: Cast) -> None:
    ticket = cast.open()
    reply = cast.answer_to(cast.letter(ticket, "aprobacion"), "El monto correcto es 3.400.000.", REGIONAL_HEAD)
    cast.receive(reply)
    assert not cast.events(ticket, "request_amended")


def test_a_correction_from_the_tray_counts_once_it_is_confirmed(cast: Cast) -> None:
    ticket = cast.open()
    outcome = cast.receive(cast.incoming(f"[SIGEC {ticket.number}]", CORRECTION, trust="T0"))
    assert rounds(cast, ticket) == ["active"]
    cast.do(conversation.confirm_message, cast.agent, outcome.message_id)
    assert rounds(cast, ticket) == ["superseded", "active"]


def test_a_correction_that_comes_with_the_missing_document_reaches_the_approver(cast: Cast) -> None:
    ticket = cast.open(files=())
    writes_in = cast.answer_to(cast.letter(ticket, "incompleto"), CORRECTION, REQUESTER)
    cast.receive(writes_in)
    cast.do(tickets.complete_step, cast.agent, ticket.id, None, "El memorándum llegó en papel.")
    letter = cast.letter(ticket, "aprobacion", REGIONAL_HEAD)
    assert "3.400.000" in letter.text
    assert "La solicitud cambió" not in letter.text


def test_a_correction_in_the_answer_to_a_clarification_overtakes_what_was_approved(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    cast.do(approvals.clarify, cast.acting(NATIONAL_OFFICER), cast.step(ticket).id, "¿Qué monto?")
    reply = cast.answer_to(cast.letter(ticket, "aclaracion"), CORRECTION, REQUESTER)
    assert cast.receive(reply).action == "append_and_resume"
    assert (cast.step(ticket).key, ticket.status) == ("validar_jar", "waiting_approval")


def test_corrections_without_end_stop_and_the_desk_looks(cast: Cast) -> None:
    ticket = cast.open()
    for number in range(5):
        writes(cast, ticket, f"El monto correcto es 3.40{number}.000.")
    assert len(cast.letters(ticket, "aprobacion")) == 4
    assert ticket.blocked_by is not None and "cambió muchas veces" in ticket.blocked_by
