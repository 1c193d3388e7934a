"""Days edited by hand: open tickets follow, finished ones stay, and everything is seen before it is done."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from helpdesk.domain.calendars import DayEdit
from helpdesk.domain.errors import Conflict, Invalid, NotFound
from helpdesk.models.audit import Event
from helpdesk.models.tickets import Ticket
from helpdesk.queries import deadlines as terms
from helpdesk.services import calendars
from tests.cast import CHILE, Cast

CALENDAR = "cl-sigec"
WEDNESDAY = DayEdit(date(2026, 4, 8), "closed", "Paro de transporte", "Resolución 45")


def add(cast: Cast, edit: DayEdit = WEDNESDAY) -> int:
    row, _ = cast.do(calendars.add_day, cast.agent, cast.sigec.id, CALENDAR, edit)
    return row.id


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
    (move,) = cast.do(calendars.preview_day, cast.sigec.id, CALENDAR, WEDNESDAY)
    assert (move.ticket_id, move.before) == (ticket.id, before)
    assert ticket.due_at == before
    add(cast)
    assert ticket.due_at == move.after


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
        (DayEdit(date(2026, 4, 11), "open", "Sábado de turno", "Resolución 45"), "day"),
        (DayEdit(date(2026, 4, 8), "closed", "Paro", "Resolución 45", "XX"), "region"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(cast: Cast, edit: DayEdit, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(cast, edit)
    assert field in refused.value.fields
