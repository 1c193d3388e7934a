"""Sets and takes back the reminder of an approval that waits (R-178); `approvals_moved.remind` writes it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.calendars import Calendar
from helpdesk.domain.reminders import next_reminder
from helpdesk.models.alarms import Alarm
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import calendars
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import alarms

KIND = "reminder"


def put(session: Session, ticket: Ticket, row: Step) -> None:
    """Set the reminder of an approval that was asked just now."""
    alarms.put(session, ticket, {KIND: _next(session, ticket, row)}, row)


def again(session: Session, ticket: Ticket, row: Step) -> None:
    """Set the next reminder that is still to come, if there is one: after the first, that of the end of the approver's
    own time while the ticket's goes on."""
    at = _next(session, ticket, row)
    if at is not None:
        alarms.put(session, ticket, {KIND: at}, row)


def recount(session: Session, ticket: Ticket, row: Step) -> None:
    """The term or the calendar is another one: a reminder that was not written yet comes when it should now; one whose
    hour had come already stays."""
    waits = select(Alarm.id).where(
        Alarm.ticket_id == ticket.id, Alarm.step_id == row.id, Alarm.kind == KIND, Alarm.rung_at.is_(None)
    )
    if session.scalar(waits) is not None:
        again(session, ticket, row)


def forget(session: Session, ticket: Ticket, row: Step) -> None:
    """The approval waits no more."""
    if row.kind == "approve":
        alarms.put(session, ticket, {KIND: None}, row)


def too_late(ticket: Ticket, at: datetime) -> bool:
    """Whether the ticket's term was over at that instant."""
    return ticket.due_at is not None and at >= ticket.due_at


def calendar_for(session: Session, ticket: Ticket) -> Calendar:
    """The calendar by which the ticket's type is counted, as its due date is."""
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    key = request_type.deadline.calendar if request_type.deadline is not None else request_type.service_hours
    return calendars.for_ticket(session, ticket, key)


def _next(session: Session, ticket: Ticket, row: Step) -> datetime | None:
    percent = catalogues.choices_of_ticket(session, ticket).remind_at_percent
    calendar = calendar_for(session, ticket)
    assert row.asked_at is not None
    term = None if too_late(ticket, row.asked_at) else ticket.due_at
    return next_reminder(row.asked_at, row.due_at, term, percent, calendar, clock.now())
