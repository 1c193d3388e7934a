"""Incomplete requests: returned with the list, the clock stopped, resumed by what was missing (R-032 to R-034)."""

from datetime import timedelta

import pytest

from helpdesk.domain.errors import Invalid
from helpdesk.models.outbox import Letter
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals, documents, tickets
from tests.cast import REGIONAL_HEAD, REPORT_TEXT, REQUESTER, TUESDAY, Cast, file


def incomplete(cast: Cast) -> Ticket:
    """The municipality forgot the memorandum."""
    return cast.open(files=())


def bring(cast: Cast, ticket: Ticket, text: str = "Adjunto el memorándum.", name: str = "Memorandum 12.pdf") -> str:
    """The requester answers the return letter."""
    return cast.receive(cast.answer_to(cast.letter(ticket, "incompleto"), text, REQUESTER, files=(file(name),))).action


def test_what_is_missing_is_listed_in_one_letter(cast: Cast) -> None:
    ticket = incomplete(cast)
    assert (ticket.status, ticket.missing_documents) == ("waiting_requester", ["memorandum"])
    (letter,) = cast.letters(ticket)
    assert letter.letter == "incompleto"
    assert "Memorándum" in letter.text


def test_the_clock_stands_still_while_a_request_is_returned(cast: Cast) -> None:
    ticket = incomplete(cast)
    (stretch,) = cast.suspensions(ticket)
    assert (stretch.since, stretch.until) == (TUESDAY, None)


def test_the_missing_document_resumes_the_same_ticket(cast: Cast) -> None:
    ticket = incomplete(cast)
    cast.later(days=1)
    assert bring(cast, ticket) == "append_and_resume"
    assert (ticket.status, cast.step(ticket).key) == ("waiting_approval", "validar_jar")


def test_what_completes_a_request_tells_the_requester_that_it_goes_on_and_until_when(cast: Cast) -> None:
    ticket = incomplete(cast)
    cast.later(days=1)
    bring(cast, ticket)
    (told,) = cast.letters(ticket, "acuse", REQUESTER)
    text = " ".join(told.text.split())
    assert "sigue su trámite" in text and "Validación del Jefe Administrativo Regional" in text
    assert "Plazo de respuesta: hasta el lunes 13-04-2026" in text


def test_what_completes_half_of_a_request_is_not_told_to_go_on(cast: Cast) -> None:
    text = REPORT_TEXT.replace("proyecto 25-000200-00010", "proyecto")
    ticket = cast.open(text=text, files=())
    cast.receive(cast.answer_to(cast.letter(ticket, "incompleto"), "Proyecto 25-000200-00010.", REQUESTER))
    assert not cast.letters(ticket, "acuse")


def test_the_answer_to_a_clarification_is_not_acknowledged_as_a_completion(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(approvals.clarify, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "¿Qué mes?")
    cast.receive(cast.answer_to(cast.letter(ticket, "aclaracion"), "Es marzo.", REQUESTER))
    assert (ticket.status, len(cast.letters(ticket, "acuse"))) == ("waiting_approval", 1)


def test_the_clock_runs_on_from_the_arrival_of_the_document(cast: Cast) -> None:
    ticket = incomplete(cast)
    at = cast.later(days=1)
    bring(cast, ticket)
    (stretch,) = cast.suspensions(ticket)
    assert stretch.until == at
    assert ticket.due_at == TUESDAY + timedelta(days=6, hours=1)


def test_a_document_taken_in_late_counts_from_its_arrival(cast: Cast) -> None:
    ticket = incomplete(cast)
    at = cast.later(days=1)
    incoming = cast.answer_to(cast.letter(ticket, "incompleto"), "Adjunto.", REQUESTER, files=(file(),))
    cast.later(hours=3)
    cast.receive(incoming)
    assert cast.suspensions(ticket)[0].until == at


def test_a_reply_without_the_document_changes_nothing(cast: Cast) -> None:
    ticket = incomplete(cast)
    letter = cast.letter(ticket, "incompleto")
    assert cast.receive(cast.answer_to(letter, "¿Cuál memorándum?", REQUESTER)).action == "append"
    assert (ticket.status, len(cast.letters(ticket, "incompleto"))) == ("waiting_requester", 1)


def test_thanks_do_not_bring_what_an_agent_asked_for_in_words(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, (), "Aclare qué mes es.")
    letter = cast.letter(ticket, "incompleto")
    assert cast.receive(cast.answer_to(letter, "Muchas gracias, saludos.", REQUESTER)).action == "append"
    assert ticket.status == "waiting_requester"
    assert cast.receive(cast.answer_to(letter, "Es marzo.", REQUESTER)).action == "append_and_resume"


def test_rounds_are_counted(cast: Cast) -> None:
    ticket = incomplete(cast)
    bring(cast, ticket)
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("memorandum",), "Viene sin firma.")
    assert ticket.rounds == 2


def test_an_agents_return_carries_the_words_of_the_agent(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("memorandum",), "Viene sin firma.")
    letter = cast.letter(ticket, "incompleto")
    assert "Viene sin firma." in letter.text
    assert letter.automatic is False


def test_an_agents_return_withdraws_the_question_to_the_approver(cast: Cast) -> None:
    ticket = cast.open()
    asked = cast.letter(ticket, "aprobacion", REGIONAL_HEAD)
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("memorandum",), "Viene sin firma.")
    assert cast.receive(cast.answer_to(asked, "Apruebo.", REGIONAL_HEAD)).action == "append"
    assert ticket.status == "waiting_requester"


def test_after_a_return_the_approver_is_asked_once_more(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("memorandum",), "Viene sin firma.")
    cast.later(hours=1)
    bring(cast, ticket, name="Memorandum 12 firmado.pdf")
    assert len(cast.letters(ticket, "aprobacion", REGIONAL_HEAD)) == 2
    assert cast.approve(ticket, REGIONAL_HEAD) == "approve"


def test_returning_what_is_complete_needs_words(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(Invalid):
        cast.do(documents.return_incomplete, cast.agent, ticket.id, None, (), " ")


def test_a_step_before_the_review_can_be_returned_too(cast: Cast) -> None:
    outcome = cast.receive(
        cast.incoming(
            "Enrolamiento biométrico",
            "Solicito el enrolamiento de un funcionario de pagos.",
            mailbox=cast.mailbox("biometria", cast.mef),
            files=(file("oficio de delegacion.pdf"),),
        )
    )
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    assert cast.step(ticket).key == "verificar_huellas"
    cast.do(documents.return_incomplete, cast.foreigner, ticket.id, None, (), "Faltan los formularios.")
    assert cast.step(ticket).state == "returned"


def test_an_agent_passes_an_incomplete_request_on_with_a_reason(cast: Cast) -> None:
    ticket = incomplete(cast)
    with pytest.raises(Invalid):
        cast.do(tickets.complete_step, cast.agent, ticket.id, None)
    cast.do(tickets.complete_step, cast.agent, ticket.id, None, "El memorándum llegó en papel.")
    assert cast.step(ticket).key == "validar_jar"
    assert cast.suspensions(ticket)[0].until == cast.now


def test_each_missing_document_that_comes_is_acknowledged_by_a_shorter_list(cast: Cast) -> None:
    box = cast.mailbox("centro_servicios", cast.mef)
    text = (
        "Solicito la activación de usuario. Entidad: Hospital de Ejemplo. Usuario: hosp01. Acción: activar. "
        "Usuario bloqueado en eSIGEF."
    )
    outcome = cast.receive(cast.incoming("Activación de usuario", text, mailbox=box))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    before = len(ticket.missing_documents)
    letter = cast.letter(ticket, "incompleto")
    cast.receive(cast.answer_to(letter, "Adjunto.", REQUESTER, files=(file("accion de personal del solicitante.pdf"),)))
    assert len(ticket.missing_documents) == before - 1
    assert len(cast.letters(ticket, "incompleto")) == 2


def test_a_datum_that_comes_alone_is_answered_by_a_shorter_list(cast: Cast) -> None:
    text = REPORT_TEXT.replace("proyecto 25-000200-00010", "proyecto")
    ticket = cast.open(text=text, files=())
    letter = cast.letter(ticket, "incompleto")
    cast.receive(cast.answer_to(letter, "Proyecto 25-000200-00010.", REQUESTER))
    assert (ticket.missing_fields, ticket.missing_documents) == ([], ["memorandum"])
    assert len(cast.letters(ticket, "incompleto")) == 2


def test_the_term_of_a_type_that_starts_when_complete_has_not_begun(cast: Cast) -> None:
    box = cast.mailbox("centro_servicios", cast.mef)
    outcome = cast.receive(cast.incoming("Activación de usuario", "Usuario bloqueado.", mailbox=box))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    assert (ticket.started_at, ticket.due_at, cast.suspensions(ticket)) == (None, None, [])


def test_nothing_automatic_goes_to_an_address_that_bounced(cast: Cast) -> None:
    cast.person(REQUESTER).undeliverable_since = TUESDAY
    cast.session.flush()
    ticket = incomplete(cast)
    assert cast.letters(ticket) == []
    assert ticket.status == "waiting_requester"


def letters_to(cast: Cast, address: str) -> list[Letter]:
    """Everything written to an address."""
    return cast.session.query(Letter).filter_by(recipient=address).all()


def test_an_unverified_address_gets_at_most_five_automatic_letters_a_day(cast: Cast) -> None:
    for _ in range(8):
        cast.open(files=(), trust="T0")
    assert len(letters_to(cast, REQUESTER.address)) == 5


def test_who_failed_authentication_is_written_nothing(cast: Cast) -> None:
    ticket = cast.open(files=(), trust="T0", authentication_failed=True)
    assert cast.letters(ticket) == []


def test_an_unverified_sender_gets_fixed_words_only(cast: Cast) -> None:
    ticket = cast.open(trust="T0", subject="Compre ya: desaprobación de rendición, convenio estándar")
    letter = cast.letter(ticket, "acuse")
    assert "Compre ya" not in letter.subject + letter.text + (letter.html or "")


def test_no_letter_to_the_requester_writes_a_place_by_its_key(cast: Cast) -> None:
    ticket = cast.open(files=())
    bring(cast, ticket)
    cast.do(approvals.clarify, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "¿Qué mes?")
    cast.receive(cast.answer_to(cast.letter(ticket, "aclaracion"), "Es marzo.", REQUESTER))
    cast.answers(ticket, REGIONAL_HEAD, "Rechazo: falta el informe de marzo.")
    letters = cast.letters(ticket, to=REQUESTER)
    assert {each.letter for each in letters} == {"incompleto", "acuse", "aclaracion", "decision"}
    assert ticket.region == "CL-BI"
    for each in letters:
        assert not [key for key in ("CL-BI", "programa-familias") if key in f"{each.text}{each.html}"]
