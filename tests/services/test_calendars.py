"""Days edited by hand: open tickets follow, finished ones stay, and everything is seen before it is done."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.domain.calendars import DayEdit
from helpdesk.domain.catalogue import Unit
from helpdesk.domain.errors import Conflict, Invalid, NotFound
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.audit import Event
from helpdesk.models.tickets import Ticket
from helpdesk.queries import calendars as queries
from helpdesk.queries import deadlines as terms
from helpdesk.services import calendars, tickets
from tests.cast import CHILE, REPORT_TEXT, Cast, file, load
from tests.domain.shipped import shipped

CALENDAR = "cl-sigec"
SATURDAY = date(2026, 4, 11)
WEDNESDAY = DayEdit(date(2026, 4, 8), "closed", "Paro de transporte", "Resolución 45")


def add(cast: Cast, edit: DayEdit = WEDNESDAY) -> int:
    row, _ = cast.do(calendars.add_day, cast.agent, cast.sigec.id, CALENDAR, edit)
    return row.id


def saturday(**more: Any) -> DayEdit:
    """The office opens on a day of the week without hours."""
    return DayEdit(SATURDAY, "open", "Sábado de turno", "Resolución 46", **more)


def due(ticket: Ticket) -> datetime:
    assert ticket.due_at is not None
    return ticket.due_at.astimezone(CHILE)


def test_a_day_closed_by_hand_moves_the_open_tickets(cast: Cast) -> None:
    ticket = cast.open()
    assert due(ticket) == datetime(2026, 4, 10, 10, tzinfo=CHILE)
    add(cast)
    assert due(ticket) == datetime(2026, 4, 13, 11, tzinfo=CHILE)
    assert len(cast.events(ticket, "due_changed")) == 1


def test_the_preview_says_what_would_move_and_moves_nothing(cast: Cast) -> None:
    ticket = cast.open()
    before = ticket.due_at
    _, (move,) = cast.do(calendars.preview_day, cast.sigec.id, CALENDAR, WEDNESDAY)
    assert (move.ticket_id, move.before) == (ticket.id, before)
    assert ticket.due_at == before
    add(cast)
    assert ticket.due_at == move.after


def test_the_preview_names_the_limit_of_an_approval_that_would_move(cast: Cast) -> None:
    content = shipped("sigec-cl")
    chosen = {**content.institution.settings, "approval_business_hours": 8}
    with clock.fixed(cast.now):
        load(cast.session, replace(content, institution=replace(content.institution, settings=chosen)))
    ticket = cast.open()
    step = cast.step(ticket)
    _, moves = cast.do(calendars.preview_day, cast.sigec.id, CALENDAR, WEDNESDAY)
    assert [(move.ticket_id, move.step) for move in moves] == [(ticket.id, None), (ticket.id, step.name)]
    assert moves[1].before == step.due_at
    add(cast)
    assert step.due_at == moves[1].after == datetime(2026, 4, 9, 10, tzinfo=CHILE)


def test_taking_the_day_back_moves_them_back(cast: Cast) -> None:
    ticket = cast.open()
    before = ticket.due_at
    day = add(cast)
    _, moves = cast.do(calendars.preview_withdrawal, cast.sigec.id, day)
    assert [move.after for move in moves] == [before]
    cast.do(calendars.withdraw_day, cast.agent, cast.sigec.id, day)
    assert ticket.due_at == before


def test_a_day_taken_back_cannot_be_taken_back_again(cast: Cast) -> None:
    day = add(cast)
    cast.do(calendars.withdraw_day, cast.agent, cast.sigec.id, day)
    with pytest.raises(NotFound):
        cast.do(calendars.withdraw_day, cast.agent, cast.sigec.id, day)


def test_another_institution_neither_sees_nor_takes_back_a_day(cast: Cast) -> None:
    day = add(cast)
    with pytest.raises(NotFound):
        cast.do(calendars.withdraw_day, cast.foreigner, cast.mef.id, day)


def test_a_finished_ticket_keeps_its_date(cast: Cast) -> None:
    ticket = cast.closed()
    before = ticket.due_at
    add(cast)
    assert ticket.due_at == before


def test_a_ticket_opened_later_counts_with_the_edited_day(cast: Cast) -> None:
    add(cast)
    ticket = cast.open()
    assert due(ticket).date() == date(2026, 4, 13)
    lines = [line.text for line in terms.explained(cast.session, ticket)]
    assert "miércoles 8 de abril de 2026: feriado, Paro de transporte (Resolución 45); no se cuenta" in lines


def test_a_saturday_that_is_opened_has_the_hours_of_monday_and_its_preview_says_so(cast: Cast) -> None:
    add(cast)
    ticket = cast.open()
    edit, (move,) = cast.do(calendars.preview_day, cast.sigec.id, CALENDAR, saturday())
    assert edit.hours == ((8 * 60, 16 * 60),)
    add(cast, saturday())
    assert due(ticket) == datetime(2026, 4, 11, 11, tzinfo=CHILE) == move.after
    lines = [line.text for line in terms.explained(cast.session, ticket)]
    assert any("laborable por decisión, Sábado de turno (Resolución 46)" in line for line in lines)


def test_a_saturday_is_open_in_the_hours_that_were_given(cast: Cast) -> None:
    add(cast)
    ticket = cast.open()
    day = add(cast, saturday(hours=((10 * 60, 12 * 60),)))
    cast.now = datetime(2026, 4, 11, 9, tzinfo=CHILE)
    assert cast.open().filed_at == datetime(2026, 4, 11, 10, tzinfo=CHILE)
    # Two of the three hours of its term that were left for Monday count on Saturday.
    assert due(ticket) == datetime(2026, 4, 13, 9, tzinfo=CHILE)
    cast.do(calendars.withdraw_day, cast.agent, cast.sigec.id, day)
    assert due(ticket) == datetime(2026, 4, 13, 11, tzinfo=CHILE)


def test_a_saturday_that_is_opened_everywhere_may_stay_closed_in_a_region(cast: Cast) -> None:
    add(cast, saturday())
    add(cast, DayEdit(SATURDAY, "closed", "Aniversario", "Decreto 3", "CL-AP"))


def test_a_day_of_another_region_does_not_move_an_office_of_the_whole_country(cast: Cast) -> None:
    ticket = cast.open()
    before = ticket.due_at
    add(cast, DayEdit(WEDNESDAY.day, "closed", "Aniversario", "Decreto 3", "CL-AP"))
    assert ticket.due_at == before


def test_what_changed_stands_in_the_history_of_the_institution(cast: Cast) -> None:
    day = add(cast)
    cast.do(calendars.withdraw_day, cast.agent, cast.sigec.id, day)
    events = cast.session.scalars(
        select(Event).where(Event.institution_id == cast.sigec.id, Event.kind.startswith("calendar_day_"))
    ).all()
    assert [(each.kind, each.data["source"]) for each in events] == [
        ("calendar_day_added", "Resolución 45"),
        ("calendar_day_withdrawn", "Resolución 45"),
    ]


def test_a_day_is_edited_once(cast: Cast) -> None:
    add(cast)
    with pytest.raises(Conflict):
        add(cast)


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (DayEdit(date(2026, 4, 8), "closed", " ", "Resolución 45"), "name"),
        (DayEdit(date(2026, 4, 8), "closed", "Paro", ""), "source"),
        (DayEdit(date(2026, 4, 8), "open", "Turno", "Resolución 45"), "day"),
        (DayEdit(date(2026, 4, 3), "closed", "Viernes Santo", "Ley"), "day"),
        (DayEdit(SATURDAY, "closed", "Sábado", "Resolución 45"), "day"),
        (DayEdit(SATURDAY, "open", "Sábado de turno", "Resolución 45", hours=((600, 600),)), "closes"),
        (DayEdit(date(2026, 4, 8), "closed", "Paro", "Resolución 45", "XX"), "region"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(cast: Cast, edit: DayEdit, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(cast, edit)
    assert field in refused.value.fields


def answered_in_its_region(cast: Cast, region: str, **choices: Any) -> Ticket:
    """A request on the eve of the Ñuble's own holiday, for which the team of its region is responsible."""
    content = shipped("sigec-cl")
    types = tuple(replace(each, responsible_team="equipo_regional") for each in content.request_types)
    institution = replace(content.institution, settings={**content.institution.settings, **choices})
    cast.now = datetime(2026, 8, 19, 10, tzinfo=CHILE)
    with clock.fixed(cast.now):
        load(cast.session, replace(content, request_types=types, institution=institution))
    return cast.open(text=REPORT_TEXT.replace("Región del Biobío", f"Región {region}"))


def test_a_holiday_of_the_region_counts_for_the_office_in_it(cast: Cast) -> None:
    ticket = answered_in_its_region(cast, "de Ñuble")
    assert ticket.region == "CL-NB"
    assert due(ticket) == datetime(2026, 8, 25, 11, tzinfo=CHILE)
    assert any("feriado regional" in line.text for line in terms.explained(cast.session, ticket))


def test_a_holiday_of_another_region_does_not_count(cast: Cast) -> None:
    assert due(answered_in_its_region(cast, "del Biobío")) == datetime(2026, 8, 24, 11, tzinfo=CHILE)


def test_where_the_institution_does_not_keep_them_holidays_of_regions_do_not_count(cast: Cast) -> None:
    assert due(answered_in_its_region(cast, "de Ñuble", regional_holidays=False)).date() == date(2026, 8, 24)


def test_a_request_whose_region_is_corrected_is_counted_by_its_calendar(cast: Cast) -> None:
    ticket = answered_in_its_region(cast, "del Biobío")
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"region": "CL-NB"})
    assert due(ticket) == datetime(2026, 8, 25, 11, tzinfo=CHILE)
    assert len(cast.events(ticket, "due_changed")) == 1


NUBLE_DAY = datetime(2026, 8, 20, 10, tzinfo=CHILE)


def on_the_holiday(cast: Cast, region: str, **more: Any) -> Ticket:
    """A request that arrives on the Ñuble's own holiday, for the team of its region."""
    answered_in_its_region(cast, region)
    cast.now = NUBLE_DAY
    return cast.open(text=REPORT_TEXT.replace("Región del Biobío", f"Región {region}"), **more)


def instants(ticket: Ticket) -> tuple[datetime | None, ...]:
    return ticket.filed_at, ticket.started_at, ticket.due_at


def test_a_request_whose_region_is_corrected_counts_from_its_filing_there(cast: Cast) -> None:
    there = on_the_holiday(cast, "del Biobío")
    ticket = on_the_holiday(cast, "de Ñuble")
    assert ticket.started_at == datetime(2026, 8, 21, 8, tzinfo=CHILE)
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"region": "CL-BI"})
    assert instants(ticket) == instants(there)
    assert ticket.started_at == NUBLE_DAY
    cast.do(tickets.set_fields, cast.agent, there.id, None, {"region": "CL-NB"})
    assert there.started_at == datetime(2026, 8, 21, 8, tzinfo=CHILE)


def test_a_request_returned_on_arrival_stands_still_from_its_corrected_start(cast: Cast) -> None:
    ticket = on_the_holiday(cast, "de Ñuble", files=())
    assert [each.since for each in cast.suspensions(ticket)] == [datetime(2026, 8, 21, 8, tzinfo=CHILE)]
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"region": "CL-BI"})
    assert ticket.started_at == NUBLE_DAY
    assert [each.since for each in cast.suspensions(ticket)] == [NUBLE_DAY]


def test_a_term_counts_from_the_filing_again_when_the_closed_day_of_its_arrival_is_taken_back(cast: Cast) -> None:
    cast.now = datetime(2026, 4, 8, 10, tzinfo=CHILE)
    before = instants(cast.open())
    day = add(cast)
    ticket = cast.open()
    assert ticket.started_at == ticket.filed_at == datetime(2026, 4, 9, 8, tzinfo=CHILE)
    _, moves = cast.do(calendars.preview_withdrawal, cast.sigec.id, day)
    assert {move.after for move in moves} == {before[2]}
    cast.do(calendars.withdraw_day, cast.agent, cast.sigec.id, day)
    assert instants(ticket) == before


def test_a_complete_request_keeps_the_instant_of_completeness_when_days_are_edited(cast: Cast) -> None:
    types = tuple(
        replace(each, deadline=replace(each.deadline, starts_at="complete")) if each.deadline else each
        for each in shipped("sigec-cl").request_types
    )
    with clock.fixed(cast.now):
        load(cast.session, replace(shipped("sigec-cl"), request_types=types))
    ticket = cast.open(files=())
    assert (ticket.status, ticket.started_at) == ("waiting_requester", None)
    at = cast.later(hours=2)
    letter = cast.letter(ticket, "incompleto")
    sender = Named(letter.recipient_name, letter.recipient)
    cast.receive(cast.answer_to(letter, "Va.", sender, files=(file(),)))
    add(cast)
    assert ticket.started_at == at


def test_other_hours_published_later_do_not_file_an_open_request_anew(cast: Cast) -> None:
    cast.now = datetime(2026, 4, 7, 15, 30, tzinfo=CHILE)
    ticket = cast.open()
    content = shipped("sigec-cl")
    shorter = tuple(replace(each, hours=dict.fromkeys(each.hours, (("08:00", "15:00"),))) for each in content.calendars)
    with clock.fixed(cast.now):
        load(cast.session, replace(content, calendars=shorter))
    assert (ticket.filed_at, ticket.started_at) == (cast.now, cast.now)


def test_a_closing_hour_on_a_day_closed_by_hand_is_outside_the_calendar(cast: Cast) -> None:
    ticket = cast.open()
    add(cast)
    spec = queries.specs_for(cast.session, ticket)[CALENDAR]
    assert "2026-04-08" in spec.holidays.add


def test_what_arrives_up_to_the_cut_off_is_filed_the_same_day(cast: Cast) -> None:
    content = shipped("sigec-cl")
    cast.now = datetime(2026, 4, 7, 18, 30, tzinfo=CHILE)
    late = cast.open()
    assert late.filed_at == datetime(2026, 4, 8, 8, tzinfo=CHILE)
    institution = replace(content.institution, settings={**content.institution.settings, "filing_cut_off": "23:59"})
    with clock.fixed(cast.now):
        load(cast.session, replace(content, institution=institution))
    assert cast.open().filed_at == cast.now


def filed_until(cast: Cast, cut_off: str, unit: Unit = "business_days", **choices: Any) -> None:
    """The desk takes writings up to that hour, and answers within two of the unit."""
    content = shipped("sigec-cl")
    types = tuple(
        replace(each, deadline=replace(each.deadline, amount=2, unit=unit, warning=None)) if each.deadline else each
        for each in content.request_types
    )
    chosen = {**content.institution.settings, "filing_cut_off": cut_off, **choices}
    institution = replace(content.institution, settings=chosen)
    with clock.fixed(cast.now):
        load(cast.session, replace(content, request_types=types, institution=institution))


def test_working_days_count_from_the_day_of_filing_although_the_office_was_closed_at_that_hour(cast: Cast) -> None:
    filed_until(cast, "23:59")
    cast.now = datetime(2026, 4, 7, 18, 30, tzinfo=CHILE)
    ticket = cast.open()
    assert ticket.started_at == cast.now
    assert due(ticket) == datetime(2026, 4, 9, 16, tzinfo=CHILE)


def test_a_term_of_what_arrived_after_the_cut_off_starts_when_it_is_filed(cast: Cast) -> None:
    filed_until(cast, "12:00")
    cast.now = datetime(2026, 4, 7, 14, tzinfo=CHILE)
    ticket = cast.open()
    assert ticket.started_at == ticket.filed_at == datetime(2026, 4, 8, 8, tzinfo=CHILE)
    assert due(ticket) == datetime(2026, 4, 10, 15, tzinfo=CHILE)


def test_hours_of_the_office_start_when_what_arrived_is_filed(cast: Cast) -> None:
    filed_until(cast, "12:00", "business_hours")
    cast.now = datetime(2026, 4, 7, 14, tzinfo=CHILE)
    assert due(cast.open()) == datetime(2026, 4, 8, 10, tzinfo=CHILE)


def test_a_filing_whose_day_is_closed_afterwards_counts_from_the_next_opening(cast: Cast) -> None:
    filed_until(cast, "23:59")
    cast.now = datetime(2026, 4, 7, 18, 30, tzinfo=CHILE)
    ticket = cast.open()
    add(cast, replace(WEDNESDAY, day=date(2026, 4, 7)))
    assert due(ticket) == datetime(2026, 4, 10, 15, tzinfo=CHILE)


def test_calendar_days_count_from_the_arrival_unless_the_institution_counts_from_the_filing(cast: Cast) -> None:
    saturday_night = datetime(2026, 4, 11, 20, tzinfo=CHILE)
    filed_until(cast, "", "calendar_days")
    cast.now = saturday_night
    assert due(cast.open()).date() == date(2026, 4, 13)
    filed_until(cast, "", "calendar_days", all_terms_from_filing=True)
    ticket = cast.open()
    assert ticket.started_at == datetime(2026, 4, 13, 8, tzinfo=CHILE)
    assert due(ticket).date() == date(2026, 4, 15)


def test_another_cut_off_does_not_file_an_open_request_anew(cast: Cast) -> None:
    filed_until(cast, "23:59")
    cast.now = datetime(2026, 4, 7, 18, 30, tzinfo=CHILE)
    ticket = cast.open()
    filed_until(cast, "12:00")
    cast.do(tickets.set_fields, cast.agent, ticket.id, None, {"region": "CL-NB"})
    assert ticket.filed_at == cast.now
    assert due(ticket) == datetime(2026, 4, 9, 16, tzinfo=CHILE)


QUITO = ZoneInfo("America/Guayaquil")
GUAYAQUIL_DAY = DayEdit(date(2026, 7, 24), "closed", "Fundación de Guayaquil", "Ordenanza 5", "coordinacion-5")


def ecuadorian(cast: Cast, said: str) -> Ticket:
    """An activation at the ministry, complete on the eve of Guayaquil's day; its term is eight business hours."""
    cast.now = datetime(2026, 7, 23, 10, tzinfo=QUITO)
    text = f"Solicito crear usuario administrador. {said}"
    box = cast.mailbox("centro_servicios", cast.mef)
    outcome = cast.receive(cast.incoming("Activación de usuario", text, mailbox=box))
    ticket = cast.ticket(outcome.ticket_id or 0)
    cast.do(tickets.classify, cast.foreigner, ticket.id, None, "activacion_revision_usuario")
    cast.do(tickets.complete_step, cast.foreigner, ticket.id, None, "Consta por teléfono.")
    return ticket


@pytest.mark.parametrize(
    ("said", "expected"),
    [("Soy de la Coordinación Regional 5.", 27), ("Soy de la Coordinación Regional 6.", 24), ("", 24)],
)
def test_where_no_team_has_regions_the_day_of_a_region_counts_for_its_requests(
    cast: Cast, said: str, expected: int
) -> None:
    ticket = ecuadorian(cast, said)
    assert ticket.due_at is not None
    assert ticket.due_at.astimezone(QUITO).day == 24
    _, moves = cast.do(calendars.preview_day, cast.mef.id, "ec-oficina", GUAYAQUIL_DAY)
    assert len(moves) == (expected != 24)
    cast.do(calendars.add_day, cast.foreigner, cast.mef.id, "ec-oficina", GUAYAQUIL_DAY)
    assert ticket.due_at.astimezone(QUITO).day == expected


def test_a_region_said_by_hand_moves_the_term_over_its_own_holidays(cast: Cast) -> None:
    ticket = ecuadorian(cast, "")
    cast.do(calendars.add_day, cast.foreigner, cast.mef.id, "ec-oficina", GUAYAQUIL_DAY)
    assert ticket.due_at is not None
    assert ticket.due_at.astimezone(QUITO).day == 24
    cast.do(tickets.set_fields, cast.foreigner, ticket.id, None, {"region": "coordinacion-5"})
    assert ticket.due_at.astimezone(QUITO).day == 27


def test_a_day_of_a_region_without_an_office_is_refused_in_plain_words(cast: Cast) -> None:
    with clock.fixed(cast.now):
        peru = load(cast.session, shipped("conectamef-pe"))
    places = {each.region for each in shipped("conectamef-pe").centres}
    region = next(each.key for each in shipped("conectamef-pe").regions if each.key not in places)
    edit = replace(GUAYAQUIL_DAY, region=region)
    with pytest.raises(Invalid, match="no hay ninguna oficina") as refused:
        cast.do(calendars.preview_day, peru.id, "pe-conectamef", edit)
    assert set(refused.value.fields) == {"region"}


def test_a_day_of_a_region_is_refused_where_no_regional_team_answers_for_anything(cast: Cast) -> None:
    content = shipped("sigec-cl")
    types = tuple(replace(each, responsible_team="equipo_sigec") for each in content.request_types)
    with clock.fixed(cast.now):
        load(cast.session, replace(content, request_types=types))
    with pytest.raises(Invalid, match="no hay ninguna oficina"):
        add(cast, DayEdit(WEDNESDAY.day, "closed", "Aniversario", "Decreto 3", "CL-AP"))
