"""A request that changes is asked afresh, an approver may ask back, and is reminded (R-073, R-174, R-178)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from helpdesk import clock
from helpdesk.domain.actors import operator
from helpdesk.domain.calendars import DayEdit
from helpdesk.domain.errors import Conflict, Invalid, NotAllowed
from helpdesk.models.alarms import Alarm
from helpdesk.models.documents import Document
from helpdesk.models.messages import Attachment
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.services import (
    alarms,
    approvals,
    approvals_renewed,
    authority,
    calendars,
    conversation,
    documents,
    ringing,
    tickets,
)
from tests.cast import CHILE, NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER, TUESDAY, Cast, file, load
from tests.domain.shipped import shipped

OTHER = {"numero_proyecto": "25-000999-00001"}
QUESTION = "¿A qué mes corresponde la rendición?"


def change(cast: Cast, ticket: Ticket, number: int = 1) -> None:
    """The desk corrects a datum of the request."""
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"numero_proyecto": f"25-000999-0000{number}"})


def rows(cast: Cast, ticket: Ticket, key: str) -> list[Step]:
    """All rounds of a step, the oldest first."""
    found = cast.session.query(Step).filter_by(ticket_id=ticket.id, key=key).order_by(Step.round)
    return list(found)


def ask_back(cast: Cast, ticket: Ticket, by: object = REGIONAL_HEAD) -> None:
    """The approver asks the requester."""
    cast.do(approvals.clarify, cast.acting(by), cast.step(ticket).id, QUESTION)  # type: ignore[arg-type]  # of the cast


def reminder(cast: Cast, ticket: Ticket) -> Alarm | None:
    """The reminder that is set."""
    return cast.session.query(Alarm).filter_by(ticket_id=ticket.id, kind="reminder", rung_at=None).one_or_none()


def ring(cast: Cast) -> None:
    """What is due now happens."""
    with clock.fixed(cast.now):
        for alarm_id in alarms.due(cast.session, cast.now, 100):
            ringing.ring(cast.session, alarm_id)


def test_a_pending_approval_is_asked_again_and_the_letter_says_why(cast: Cast) -> None:
    ticket = cast.open()
    change(cast, ticket)
    assert [row.state for row in rows(cast, ticket, "validar_jar")] == ["superseded", "active"]
    assert "La solicitud cambió" in cast.letter(ticket, "aprobacion", REGIONAL_HEAD).text


def test_a_decision_about_another_request_stays_and_is_marked_as_overtaken(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    change(cast, ticket)
    old, new = rows(cast, ticket, "validar_jar")
    assert (old.state, old.decided_by_id) == ("done", cast.person(REGIONAL_HEAD).id)
    assert old.superseded_at == TUESDAY
    assert (new.state, new.approver_id) == ("active", cast.person(REGIONAL_HEAD).id)
    assert cast.steps(ticket)["validar_encargado_nacional"] == "to_come"


def test_the_letter_shows_what_was_decided_before_the_change(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    change(cast, ticket)
    text = cast.letter(ticket, "aprobacion", REGIONAL_HEAD).text
    assert "LO QUE SE DECIDIÓ ANTES DEL CAMBIO" in text
    assert "DECISIONES ANTERIORES" not in text


def test_after_all_approvals_a_change_before_the_execution_asks_them_all(cast: Cast) -> None:
    ticket = cast.decided()
    change(cast, ticket)
    assert cast.step(ticket).key == "validar_jar"
    cast.approve(ticket, REGIONAL_HEAD)
    cast.approve(ticket, NATIONAL_OFFICER)
    assert cast.step(ticket).key == "desaprobar"


def test_after_the_execution_no_approval_is_asked_again(cast: Cast) -> None:
    ticket = cast.decided()
    cast.execute(ticket)
    change(cast, ticket)
    assert not cast.events(ticket, "approval_renewed")


def test_a_change_back_to_the_same_words_asks_nothing(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, dict(ticket.fields))
    assert len(cast.letters(ticket, "aprobacion")) == 1


@pytest.mark.parametrize("text", ["Muchas gracias.", "¿Cómo va mi solicitud?"])
def test_words_without_a_file_change_no_request(cast: Cast, text: str) -> None:
    ticket = cast.open()
    cast.receive(cast.answer_to(cast.letter(ticket, "acuse"), text, REQUESTER))
    assert len(cast.letters(ticket, "aprobacion")) == 1


def test_a_file_of_the_requester_asks_afresh(cast: Cast) -> None:
    ticket = cast.open()
    cast.receive(cast.answer_to(cast.letter(ticket, "acuse"), "Agrego esto.", REQUESTER, files=(file("anexo.pdf"),)))
    assert len(cast.letters(ticket, "aprobacion")) == 2


def test_a_file_of_the_approver_asks_nothing_afresh_even_after_the_function_moved(cast: Cast) -> None:
    ticket = cast.open()
    cast.answers(ticket, REGIONAL_HEAD, "Lo reviso mañana.", files=(file("borrador.pdf"),))
    who = ("sigec-cl", "subrogante@sigec-cl.example.org", "jefe_administrativo_regional", "CL-BI")
    cast.do(authority.substitute, operator(), *who, date(2026, 4, 7), date(2026, 4, 7))
    assert not cast.do(approvals_renewed.request_changed, cast.agent, ticket)


def test_a_file_from_the_tray_asks_afresh_once_it_is_confirmed(cast: Cast) -> None:
    ticket = cast.open()
    number = f"[SIGEC {ticket.number}] anexo"
    outcome = cast.receive(cast.incoming(number, "Va el anexo.", trust="T0", files=(file("anexo.pdf"),)))
    assert len(cast.letters(ticket, "aprobacion")) == 1
    cast.do(conversation.confirm_message, cast.agent, outcome.message_id)
    assert len(cast.letters(ticket, "aprobacion")) == 2


def memorandum(cast: Cast, ticket: Ticket) -> Document:
    """The first file that stands for the memorandum."""
    return cast.session.query(Document).filter_by(ticket_id=ticket.id).order_by(Document.id).all()[0]


def test_a_document_that_is_rejected_while_another_serves_asks_afresh(cast: Cast) -> None:
    ticket = cast.open(files=(file(), file("Memorandum 13.pdf")))
    key, other = memorandum(cast, ticket).key, cast.session.query(Attachment).order_by(Attachment.id.desc()).first()
    assert other is not None
    cast.do(documents.assign_file, cast.agent, ticket.id, other.id, key)
    before = len(cast.letters(ticket, "aprobacion"))
    cast.do(documents.reject, cast.agent, memorandum(cast, ticket).id, "unreadable")
    assert len(cast.letters(ticket, "aprobacion")) == before + 1


@pytest.mark.parametrize("decisions", [0, 1, 2])
def test_while_a_mandatory_document_lacks_the_approval_is_taken_back_without_a_letter(
    cast: Cast, decisions: int
) -> None:
    ticket = cast.open()
    for by in (REGIONAL_HEAD, NATIONAL_OFFICER)[:decisions]:
        cast.approve(ticket, by)
    before = len(cast.letters(ticket))
    cast.do(documents.reject, cast.agent, memorandum(cast, ticket).id, "unreadable")
    assert (cast.step(ticket).kind, ticket.status) == ("validate_documents", "open")
    assert rows(cast, ticket, "validar_jar")[0].state == ("superseded" if decisions == 0 else "done")
    assert cast.steps(ticket)["validar_jar"] == "to_come"
    assert len(cast.letters(ticket)) == before
    assert reminder(cast, ticket) is None
    assert cast.events(ticket, "approval_withdrawn")[0].data["documents"] == ["memorandum"]


def test_a_document_accepted_after_all_asks_the_approver_afresh(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(documents.reject, cast.agent, memorandum(cast, ticket).id, "unreadable")
    cast.do(documents.confirm, cast.agent, memorandum(cast, ticket).id)
    assert (cast.step(ticket).key, ticket.status) == ("validar_jar", "waiting_approval")
    assert "La solicitud cambió" in cast.letter(ticket, "aprobacion", REGIONAL_HEAD).text


def test_the_requester_brings_the_document_before_the_agent_returned_the_request(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(documents.reject, cast.agent, memorandum(cast, ticket).id, "unreadable")
    again = cast.answer_to(cast.letter(ticket, "acuse"), "Va mejor.", REQUESTER, files=(file("Memorándum 13.pdf"),))
    cast.receive(again)
    assert cast.step(ticket).key == "validar_jar"
    assert len(cast.letters(ticket, "aprobacion")) == 2


def test_a_request_whose_approval_was_taken_back_is_returned_with_one_list(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(documents.reject, cast.agent, memorandum(cast, ticket).id, "unreadable")
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("memorandum",), "")
    assert (ticket.status, len(cast.letters(ticket, "incompleto"))) == ("waiting_requester", 1)
    again = cast.answer_to(cast.letter(ticket, "incompleto"), "Va.", REQUESTER, files=(file("Memorándum 13.pdf"),))
    assert cast.receive(again).action == "append_and_resume"
    assert cast.step(ticket).key == "validar_jar"


@pytest.mark.parametrize("text", ["Apruebo.", "Rechazo: no corresponde."])
def test_an_answer_to_a_question_that_was_taken_back_decides_nothing_and_its_writer_is_told(
    cast: Cast, text: str
) -> None:
    ticket = cast.open()
    cast.do(documents.reject, cast.agent, memorandum(cast, ticket).id, "unreadable")
    assert cast.answers(ticket, REGIONAL_HEAD, text).action == "append"
    assert (cast.steps(ticket)["validar_jar"], ticket.status) == ("to_come", "open")
    told = " ".join(cast.letter(ticket, "respuesta", REGIONAL_HEAD).text.split())
    assert "no decidió nada: la solicitud cambió" in told


def test_an_answer_while_the_requester_is_asked_is_told_so(cast: Cast) -> None:
    ticket = cast.open()
    ask_back(cast, ticket)
    cast.answers(ticket, REGIONAL_HEAD, "Apruebo.")
    assert ticket.status == "waiting_requester"
    told = " ".join(cast.letter(ticket, "respuesta", REGIONAL_HEAD).text.split())
    assert "está devuelta a quien la pidió" in told


def test_a_document_that_is_confirmed_changes_nothing(cast: Cast) -> None:
    ticket = cast.open()
    row = cast.session.query(Document).filter_by(ticket_id=ticket.id).first()
    assert row is not None
    cast.do(documents.confirm, cast.agent, row.id)
    assert len(cast.letters(ticket, "aprobacion")) == 1


def test_the_fourth_change_of_a_day_stops_for_the_desk(cast: Cast) -> None:
    ticket = cast.open()
    for number in (1, 2, 3, 4):
        change(cast, ticket, number)
    assert len(cast.letters(ticket, "aprobacion")) == 4
    assert ticket.blocked_by == approvals_renewed.TOO_OFTEN
    assert ticket.status == "open"


def test_the_desk_asks_again_by_saving_the_data(cast: Cast) -> None:
    ticket = cast.open()
    for number in (1, 2, 3, 4):
        change(cast, ticket, number)
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {})
    assert len(cast.letters(ticket, "aprobacion")) == 5
    assert (ticket.blocked_by, ticket.status) == (None, "waiting_approval")


def test_the_desk_corrects_what_was_stopped_and_the_earlier_approval_is_asked_afresh(cast: Cast) -> None:
    ticket = cast.open()
    for number in (1, 2, 3):
        change(cast, ticket, number)
    cast.approve(ticket, REGIONAL_HEAD)
    change(cast, ticket, 4)
    assert cast.events(ticket, "blocked")
    change(cast, ticket, 5)
    assert (cast.step(ticket).key, ticket.status, ticket.blocked_by) == ("validar_jar", "waiting_approval", None)
    assert cast.step(ticket).approver_id == cast.person(REGIONAL_HEAD).id


@pytest.mark.parametrize("programme", ["programa-mayores", "programa-familias"])
def test_an_approval_of_another_region_is_overtaken_though_the_one_that_waits_goes_elsewhere_too(
    cast: Cast, programme: str
) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    data = {"region": "CL-VS", "programa": programme}
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, data)
    old, new = rows(cast, ticket, "validar_jar")
    assert (old.state, old.superseded_at, new.state, new.scope) == ("done", TUESDAY, "active", "CL-VS")
    assert cast.steps(ticket)["validar_encargado_nacional"] == "to_come"


def test_an_approval_of_another_region_is_overtaken_though_the_one_that_waits_was_stopped(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"programa": None})
    cast.approve(ticket, REGIONAL_HEAD)
    assert ticket.blocked_by is not None and "Falta el programa" in ticket.blocked_by
    data = {"region": "CL-VS", "programa": "programa-familias"}
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, data)
    assert (cast.step(ticket).key, cast.step(ticket).scope) == ("validar_jar", "CL-VS")
    assert [row.superseded_at is None for row in rows(cast, ticket, "validar_jar")[-2:]] == [False, True]


def test_a_question_goes_to_the_requester_and_the_clock_stands_still(cast: Cast) -> None:
    ticket = cast.open()
    ask_back(cast, ticket)
    letter = cast.letter(ticket, "aclaracion")
    assert (letter.recipient, QUESTION in letter.text) == (REQUESTER.address, True)
    assert ticket.status == "waiting_requester"
    assert [stretch.until for stretch in cast.suspensions(ticket)] == [None]


def test_the_answer_comes_back_to_the_approver_with_what_was_asked(cast: Cast) -> None:
    ticket = cast.open()
    ask_back(cast, ticket)
    cast.later(hours=2)
    outcome = cast.receive(cast.answer_to(cast.letter(ticket, "aclaracion"), "Es la de marzo.", REQUESTER))
    assert outcome.action == "append_and_resume"
    letter = cast.letter(ticket, "aprobacion")
    assert letter.recipient == REGIONAL_HEAD.address
    assert QUESTION in letter.text
    assert "Es la de marzo." in letter.text
    assert "La solicitud cambió" not in letter.text
    assert cast.suspensions(ticket)[0].until == cast.now


def test_an_answer_with_a_file_is_asked_as_a_clarification_of_this_step_and_afresh_of_the_earlier(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    ask_back(cast, ticket, NATIONAL_OFFICER)
    answer = cast.answer_to(cast.letter(ticket, "aclaracion"), "Va la planilla.", REQUESTER, files=(file("p.pdf"),))
    cast.receive(answer)
    assert cast.step(ticket).key == "validar_jar"
    assert cast.suspensions(ticket)[0].until is not None
    cast.approve(ticket, REGIONAL_HEAD)
    assert QUESTION in cast.letter(ticket, "aprobacion", NATIONAL_OFFICER).text


def test_an_earlier_approval_stands_while_a_later_approver_asks(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    ask_back(cast, ticket, NATIONAL_OFFICER)
    cast.receive(cast.answer_to(cast.letter(ticket, "aclaracion"), "Es la de marzo.", REQUESTER))
    assert cast.steps(ticket)["validar_jar"] == "done"
    assert cast.step(ticket).approver_id == cast.person(NATIONAL_OFFICER).id


def test_a_question_needs_words(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(Invalid):
        cast.do(approvals.clarify, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "  ")


def test_only_who_decides_asks(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(NotAllowed):
        cast.do(approvals.clarify, cast.acting(NATIONAL_OFFICER), cast.step(ticket).id, QUESTION)


def test_a_question_is_about_the_request_that_was_read(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(Conflict):
        cast.do(approvals.clarify, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, QUESTION, "0" * 64)


def test_a_reminder_is_set_at_half_of_the_opening_time_and_written_once(cast: Cast) -> None:
    ticket = cast.open()
    alarm = reminder(cast, ticket)
    assert alarm is not None
    assert ticket.due_at is not None
    cast.now = alarm.at
    ring(cast)
    ring(cast)
    (letter,) = cast.letters(ticket, "recordatorio")
    assert letter.recipient == REGIONAL_HEAD.address
    assert alarm.at < ticket.due_at


def test_an_answer_to_the_reminder_decides(cast: Cast) -> None:
    ticket = cast.open()
    alarm = reminder(cast, ticket)
    assert alarm is not None
    cast.now = alarm.at
    ring(cast)
    letter = cast.letter(ticket, "recordatorio")
    assert cast.receive(cast.answer_to(letter, "Apruebo.", REGIONAL_HEAD)).action == "approve"


def test_a_decision_takes_the_reminder_back(cast: Cast) -> None:
    ticket = cast.open()
    first = cast.step(ticket).id
    cast.approve(ticket, REGIONAL_HEAD)
    left = reminder(cast, ticket)
    assert left is not None
    assert left.step_id != first


@pytest.mark.parametrize("end", ["question", "rejection"])
def test_what_waits_no_more_is_not_reminded_of(cast: Cast, end: str) -> None:
    ticket = cast.open()
    if end == "question":
        ask_back(cast, ticket)
    else:
        cast.answers(ticket, REGIONAL_HEAD, "Rechazo: no corresponde.")
    assert reminder(cast, ticket) is None


def test_no_reminder_after_the_term(cast: Cast) -> None:
    ticket = cast.open()
    assert ticket.due_at is not None
    cast.now = ticket.due_at + timedelta(minutes=1)
    ring(cast)
    assert cast.letters(ticket, "recordatorio") == []


def test_an_approval_that_is_overdue_by_its_own_limit_is_reminded_of_again(cast: Cast) -> None:
    content = shipped("sigec-cl")
    chosen = {**content.institution.settings, "approval_business_hours": 8}
    with clock.fixed(cast.now):
        load(cast.session, replace(content, institution=replace(content.institution, settings=chosen)))
    ticket = cast.open()
    limit = cast.step(ticket).due_at
    for hour in (TUESDAY + timedelta(hours=4), limit):
        cast.session.flush()
        cast.session.expire_all()
        alarm = reminder(cast, ticket)
        assert alarm is not None
        assert alarm.at == hour
        cast.now = alarm.at
        ring(cast)
    assert reminder(cast, ticket) is None
    first, second = cast.letters(ticket, "recordatorio")
    assert "ya terminó" not in first.text
    assert "El tiempo para decidir ya terminó" in second.text


def test_an_approval_asked_when_the_term_was_over_is_reminded_of_too(cast: Cast) -> None:
    ticket = cast.open()
    assert ticket.due_at is not None
    cast.now = ticket.due_at + timedelta(hours=2)
    cast.approve(ticket, REGIONAL_HEAD)
    alarm = reminder(cast, ticket)
    assert alarm is not None
    cast.now = alarm.at
    ring(cast)
    assert [each.recipient for each in cast.letters(ticket, "recordatorio")] == [NATIONAL_OFFICER.address]


def test_a_reminder_keeps_to_the_days_that_the_institution_edited(cast: Cast) -> None:
    ticket = cast.open()
    before = reminder(cast, ticket)
    assert before is not None
    assert before.at.astimezone(CHILE).date() == date(2026, 4, 8)
    edit = DayEdit(date(2026, 4, 8), "closed", "Paro", "Resolución 45")
    cast.do(calendars.add_day, cast.agent, cast.sigec.id, "cl-sigec", edit)
    cast.session.expire_all()
    moved = reminder(cast, ticket)
    assert moved is not None
    assert moved.at.astimezone(CHILE).date() == date(2026, 4, 9)
    assert getattr(reminder(cast, cast.open()), "at", None) == moved.at


def test_a_reminder_that_comes_late_waits_for_the_next_opening(cast: Cast) -> None:
    ticket = cast.open()
    ticket.due_at = TUESDAY + timedelta(days=20)
    saturday = TUESDAY + timedelta(days=4)
    cast.now = saturday
    ring(cast)
    alarm = reminder(cast, ticket)
    assert cast.letters(ticket, "recordatorio") == []
    assert alarm is not None
    assert alarm.at > saturday


def test_the_reminder_goes_to_who_decides_then(cast: Cast) -> None:
    ticket = cast.open()
    who = ("sigec-cl", "subrogante@sigec-cl.example.org", "jefe_administrativo_regional", "CL-BI")
    day = date(2026, 4, 8)
    cast.do(authority.substitute, operator(), *who, day, day)
    alarm = reminder(cast, ticket)
    assert alarm is not None
    cast.now = max(alarm.at, TUESDAY + timedelta(days=1))
    ring(cast)
    assert cast.letters(ticket, "recordatorio") == []
    assert cast.letter(ticket, "aprobacion").recipient == "subrogante@sigec-cl.example.org"


@pytest.mark.parametrize("text", ["Gracias.", "Recibido, gracias. Mañana respondo.", "¿Cómo va mi solicitud?"])
def test_while_a_clarification_is_open_thanks_and_promises_keep_the_ticket_waiting(cast: Cast, text: str) -> None:
    ticket = cast.open()
    ask_back(cast, ticket)
    reply = cast.answer_to(cast.letter(ticket, "aclaracion"), text, REQUESTER)
    assert cast.receive(reply).action == "append"
    assert (cast.step(ticket).state, ticket.status) == ("returned", "waiting_requester")
    assert len(cast.letters(ticket, "aprobacion")) == 1
    assert [each.until for each in cast.suspensions(ticket)] == [None]


@pytest.mark.parametrize("text", ["La factura 33 se cargó dos veces.", "Confirmo.", "Sí, gracias."])
def test_the_answer_after_the_thanks_asks_the_approver_again(cast: Cast, text: str) -> None:
    ticket = cast.open()
    ask_back(cast, ticket)
    letter = cast.letter(ticket, "aclaracion")
    cast.receive(cast.answer_to(letter, "Recibido, gracias. Mañana respondo.", REQUESTER))
    assert cast.receive(cast.answer_to(letter, text, REQUESTER)).action == "append_and_resume"
    assert ticket.status == "waiting_approval"
    assert text in cast.letter(ticket, "aprobacion", REGIONAL_HEAD).text


def test_a_file_with_mere_thanks_answers_a_clarification(cast: Cast) -> None:
    ticket = cast.open()
    ask_back(cast, ticket)
    reply = cast.answer_to(cast.letter(ticket, "aclaracion"), "Gracias.", REQUESTER, files=(file("factura 33.pdf"),))
    assert cast.receive(reply).action == "append_and_resume"


def test_thanks_from_the_tray_keep_a_clarification_waiting(cast: Cast) -> None:
    ticket = cast.open()
    ask_back(cast, ticket)
    outcome = cast.receive(cast.incoming(f"[SIGEC {ticket.number}]", "Recibido, gracias.", trust="T0"))
    cast.do(conversation.confirm_message, cast.agent, outcome.message_id)
    assert ticket.status == "waiting_requester"
