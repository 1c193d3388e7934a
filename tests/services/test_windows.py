"""The time to correct a returned request: one observation, two working days (R-118, R-172, F-12)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.domain.calendars import DayEdit
from helpdesk.domain.errors import IllegalMove
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.alarms import Alarm
from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import deadlines as terms
from helpdesk.queries.consultations import askable
from helpdesk.services import alarms, calendars, consultations, conversation, documents, ringing, tickets
from helpdesk.services.conversation import Outcome
from tests.cast import REQUESTER, Cast, _staff, file, load
from tests.domain.shipped import shipped

PERU = ZoneInfo("America/Lima")
MONDAY = datetime(2026, 4, 13, 11, 0, tzinfo=PERU)
# Two working days later, when the centre closes.
WEDNESDAY_EVENING = datetime(2026, 4, 15, 17, 0, tzinfo=PERU)
TEXT = "Presento a mesa de partes el expediente de mi representada. Nombres: Rosa Quispe Mamani."
PAPER = file("Oficio 045-2026.pdf")
CLERK = "mesa@conectamef-pe.example.org"


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The cast, at the reception of documents in Peru, on a Monday."""
    institution = load(cast.session, shipped("conectamef-pe"))
    cast.agent = _staff(cast.session, institution, "Mesa de Partes", CLERK)
    cast.now = MONDAY
    return cast


def filed(cast: Cast, subject: str = "Mesa de partes", **more: Any) -> Ticket:
    """A writing that came without its document."""
    box = cast.mailbox("mesadepartes_piura", institution(cast))
    outcome = cast.receive(cast.incoming(subject, TEXT, mailbox=box, **more))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    assert (ticket.request_type, ticket.status) == ("recepcion_documental", "waiting_requester")
    return ticket


def institution(cast: Cast) -> Institution:
    """The Peruvian one."""
    return cast.session.scalars(select(Institution).where(Institution.key == "conectamef-pe")).one()


def bring(cast: Cast, ticket: Ticket, text: str = "Adjunto el oficio.", sender: Named = REQUESTER) -> Outcome:
    """The requester answers the return letter with the document."""
    return cast.receive(cast.answer_to(cast.letter(ticket, "incompleto"), text, sender, files=(PAPER,)))


def test_what_completes_a_document_brings_the_receipt_with_its_first_filing_time(cast: Cast) -> None:
    ticket = filed(cast)
    presented = ticket.filed_at
    cast.later(hours=20)
    assert bring(cast, ticket).action == "append_and_resume"
    (receipt,) = cast.letters(ticket, "acuse")
    assert (receipt.recipient, ticket.filed_at) == (REQUESTER.address, presented)
    text = " ".join(receipt.text.split())
    assert f"{ticket.number}, que le habíamos devuelto, sigue su trámite" in text
    assert "Fecha de presentación: lunes 13/04/2026, 11:00 (hora del Perú)" in text
    assert "Admitida: martes 14/04/2026, 07:00 (hora del Perú)" in text


def test_a_clerk_who_admits_an_incomplete_document_sends_its_receipt_too(cast: Cast) -> None:
    ticket = filed(cast)
    cast.do(tickets.complete_step, cast.agent, ticket.id, None, "Lo trajo en papel.")
    assert len(cast.letters(ticket, "acuse")) == 1


def in_tray(cast: Cast, ticket: Ticket) -> int:
    """The message that waits for a person."""
    return cast.session.scalars(
        select(Message.id).where(Message.ticket_id == ticket.id, Message.standing == "to_confirm")
    ).one()


def tick(cast: Cast) -> int:
    """The clock rings every alarm that is due; gives how many rang."""
    return sum(cast.do(ringing.ring, alarm) for alarm in alarms.due(cast.session, cast.now, 10))


def after_the_time(cast: Cast) -> Ticket:
    """A request that nobody completed, after the clock rang."""
    ticket = filed(cast)
    cast.now = WEDNESDAY_EVENING
    assert tick(cast) == 1
    return ticket


def test_a_return_gives_two_working_days_from_its_sending(cast: Cast) -> None:
    ticket = filed(cast)
    assert cast.step(ticket).due_at == WEDNESDAY_EVENING
    assert "miércoles 15/04/2026" in cast.letter(ticket, "incompleto").text


def test_days_of_rest_do_not_count(cast: Cast) -> None:
    cast.now = datetime(2026, 4, 17, 11, 0, tzinfo=PERU)
    assert cast.step(filed(cast)).due_at == datetime(2026, 4, 21, 17, 0, tzinfo=PERU)


def test_a_correction_in_time_keeps_the_filing_date_and_takes_the_alarm_back(cast: Cast) -> None:
    ticket = filed(cast)
    before = ticket.filed_at
    cast.now = WEDNESDAY_EVENING
    assert bring(cast, ticket).action == "append_and_resume"
    assert (ticket.filed_at, ticket.status) == (before, "open")
    assert cast.session.scalars(select(Alarm).where(Alarm.ticket_id == ticket.id, Alarm.kind == "expiry")).all() == []
    cast.later(days=3)
    assert tick(cast) == 0
    assert ticket.status == "open"


def test_when_the_time_is_over_the_request_counts_as_not_filed_and_the_requester_is_told(cast: Cast) -> None:
    ticket = after_the_time(cast)
    assert (ticket.status, ticket.closed_at) == ("not_filed", WEDNESDAY_EVENING)
    text = " ".join(cast.letter(ticket, "no_presentado").text.split())
    assert "miércoles 15/04/2026, 17:00" in text
    assert "Documento principal dirigido al MEF" in text
    assert [event.data["status"] for event in cast.events(ticket, "ended")] == ["not_filed"]
    assert len(cast.events(ticket, "expired")) == 1


def test_when_the_time_is_over_what_was_asked_of_an_organ_is_taken_back(cast: Cast) -> None:
    ticket = filed(cast)
    catalogue = catalogues.current(cast.session, ticket.institution_id)
    with clock.fixed(cast.now):
        organ = next(each for each in askable(cast.session, catalogue, ticket.institution_id) if each.role)
    asked = cast.do(consultations.ask, cast.agent, ticket.id, None, organ, "¿Procede sin el oficio?")
    cast.now = WEDNESDAY_EVENING
    tick(cast)
    assert (ticket.status, asked.status) == ("not_filed", "closed")
    told = " ".join(cast.letter(asked, "respuesta").text.split())
    assert "El ticket por el que se consultó terminó: no presentado." in told


def test_the_clock_closes_a_request_once(cast: Cast) -> None:
    ticket = after_the_time(cast)
    cast.later(days=1)
    assert tick(cast) == 0
    assert len(cast.letters(ticket, "no_presentado")) == 1


def test_an_hour_before_the_end_nothing_rings(cast: Cast) -> None:
    ticket = filed(cast)
    cast.now = WEDNESDAY_EVENING - timedelta(hours=1)
    assert tick(cast) == 0
    assert ticket.status == "waiting_requester"


def demanding(cast: Cast) -> None:
    """From now on a writing must come with its annexes too."""
    catalogue = shipped("conectamef-pe")
    types = {each.key: each for each in catalogue.request_types}
    asked = types["recepcion_documental"]
    papers = tuple(replace(each, mandatory="always") for each in asked.required_documents)
    types[asked.key] = replace(asked, required_documents=papers)
    load(cast.session, replace(catalogue, request_types=tuple(types.values())))


def test_a_partial_correction_is_told_what_is_left_and_gives_no_more_time(cast: Cast) -> None:
    demanding(cast)
    ticket = filed(cast)
    cast.later(days=1)
    assert bring(cast, ticket).action == "append"
    assert (ticket.missing_documents, ticket.rounds) == (["anexos"], 1)
    assert cast.step(ticket).due_at == WEDNESDAY_EVENING
    assert "miércoles 15/04/2026" in cast.letter(ticket, "incompleto").text
    assert len(cast.letters(ticket, "incompleto")) == 2
    cast.now = WEDNESDAY_EVENING
    tick(cast)
    assert ticket.status == "not_filed"


def test_what_an_agent_lets_in_late_and_incomplete_stays_with_the_team(cast: Cast) -> None:
    demanding(cast)
    ticket = after_the_time(cast)
    cast.later(days=1)
    bring(cast, ticket)
    cast.do(conversation.confirm_message, cast.agent, in_tray(cast, ticket))
    assert (ticket.status, cast.step(ticket).key, cast.step(ticket).state) == ("open", "observar", "active")
    cast.later(days=9)
    assert tick(cast) == 0


def test_an_agent_returns_a_request_once_and_no_more(cast: Cast) -> None:
    ticket = filed(cast)
    bring(cast, ticket)
    with pytest.raises(IllegalMove, match="una sola vez"):
        cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("documento_principal",), "Viene sin firma.")
    assert (ticket.status, ticket.rounds) == ("open", 1)


def test_an_agents_return_begins_the_time_too(cast: Cast) -> None:
    box = cast.mailbox("mesadepartes_piura", institution(cast))
    outcome = cast.receive(cast.incoming("Mesa de partes", TEXT, mailbox=box, files=(PAPER,)))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    assert ticket.status == "open"
    chosen = {"documento_principal": "unsigned"}
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("documento_principal",), "", chosen)
    assert cast.step(ticket).due_at == WEDNESDAY_EVENING
    assert "miércoles 15/04/2026" in cast.letter(ticket, "incompleto").text
    cast.now = WEDNESDAY_EVENING
    tick(cast)
    assert ticket.status == "not_filed"


def test_who_passes_the_request_on_stops_the_time(cast: Cast) -> None:
    ticket = filed(cast)
    cast.do(tickets.complete_step, cast.agent, ticket.id, None, "Lo trajo en papel.")
    cast.now = WEDNESDAY_EVENING
    assert tick(cast) == 0
    assert ticket.status == "open"


def test_who_was_never_written_to_has_no_time_that_runs(cast: Cast) -> None:
    ticket = filed(cast, trust="T0", authentication_failed=True)
    assert cast.step(ticket).due_at is None
    cast.now = WEDNESDAY_EVENING
    assert tick(cast) == 0


def test_whom_the_return_did_not_reach_a_person_decides_about(cast: Cast) -> None:
    ticket = filed(cast)
    cast.session.get_one(Person, ticket.requester_id).undeliverable_since = MONDAY
    cast.now = WEDNESDAY_EVENING
    tick(cast)
    assert ticket.status == "waiting_requester"
    assert len(cast.events(ticket, "expiry_withheld")) == 1


def test_an_unverified_sender_gets_fixed_words_at_the_end_too(cast: Cast) -> None:
    ticket = filed(cast, trust="T0", subject="Mesa de partes: compre ya")
    cast.now = WEDNESDAY_EVENING
    tick(cast)
    letter = cast.letter(ticket, "no_presentado")
    assert "compre ya" not in letter.subject + letter.text + (letter.html or "")


def test_what_arrived_in_time_counts_although_the_clock_rang_before_it_was_read(cast: Cast) -> None:
    ticket = filed(cast)
    cast.now = WEDNESDAY_EVENING - timedelta(minutes=1)
    waiting = cast.answer_to(cast.letter(ticket, "incompleto"), "Adjunto el oficio.", REQUESTER, files=(PAPER,))
    cast.now = WEDNESDAY_EVENING + timedelta(minutes=5)
    tick(cast)
    assert ticket.status == "not_filed"
    assert cast.receive(waiting).action == "append_and_resume"
    assert (ticket.status, ticket.closed_at) == ("open", None)
    assert tick(cast) == 0


def test_a_part_that_arrived_in_time_and_is_read_late_does_not_keep_the_request_open(cast: Cast) -> None:
    ticket = filed(cast)
    cast.now = WEDNESDAY_EVENING - timedelta(minutes=1)
    waiting = cast.answer_to(cast.letter(ticket, "incompleto"), "Mañana lo envío.", REQUESTER)
    cast.now = WEDNESDAY_EVENING + timedelta(minutes=5)
    tick(cast)
    cast.receive(waiting)
    tick(cast)
    assert ticket.status == "not_filed"


def test_what_arrives_late_waits_for_a_person_even_before_the_clock_rang(cast: Cast) -> None:
    ticket = filed(cast)
    cast.now = WEDNESDAY_EVENING + timedelta(minutes=1)
    outcome = bring(cast, ticket)
    assert (outcome.action, outcome.reason) == ("needs_human", "unclear_after_closing")
    assert ticket.status == "not_filed"
    assert tick(cast) == 0
    assert len(cast.letters(ticket, "no_presentado")) == 1


def test_an_answer_to_the_notice_with_the_missing_piece_waits_for_a_person(cast: Cast) -> None:
    ticket = after_the_time(cast)
    cast.later(days=1)
    answer = cast.answer_to(cast.letter(ticket, "no_presentado"), "Sigue faltando, va.", REQUESTER, files=(PAPER,))
    assert cast.receive(answer).action == "needs_human"
    assert ticket.status == "not_filed"


def test_a_person_who_lets_a_late_correction_in_brings_the_request_back(cast: Cast) -> None:
    ticket = after_the_time(cast)
    cast.later(days=1)
    bring(cast, ticket)
    cast.do(conversation.confirm_message, cast.agent, in_tray(cast, ticket))
    assert (ticket.status, ticket.closed_at, ticket.missing_documents) == ("open", None, [])


def test_a_type_without_a_time_limit_is_returned_as_often_as_needed(cast: Cast) -> None:
    ticket = cast.open(files=())
    assert cast.step(ticket).due_at is None
    cast.later(days=60)
    assert tick(cast) == 0
    assert ticket.status == "waiting_requester"


def test_how_the_time_to_correct_was_counted_stays_with_its_date(cast: Cast) -> None:
    ticket = filed(cast)
    step = cast.step(ticket)
    told = terms.step_explained(cast.session, ticket, step)
    assert told is not None
    assert (told.correcting, told.at) == (True, WEDNESDAY_EVENING)
    assert [line.text for line in told.lines] == [
        "martes 14 de abril de 2026: día hábil 1",
        "miércoles 15 de abril de 2026: día hábil 2",
    ]
    edit = DayEdit(date(2026, 4, 14), "closed", "Paro", "Resolución 45")
    cast.do(calendars.add_day, cast.agent, institution(cast).id, "pe-conectamef", edit)
    assert terms.step_explained(cast.session, ticket, step) == told
