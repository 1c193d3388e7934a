"""Sets and takes back the reminder of an approval that waits (R-178); `approvals_moved.remind` writes it."""

from sqlalchemy.orm import Session

from helpdesk.domain.calendars import Calendar, calendar_of
from helpdesk.domain.choices import choices_of
from helpdesk.domain.reminders import remind_at
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import alarms

KIND = "reminder"


def put(session: Session, ticket: Ticket, row: Step) -> None:
    """Set the reminder of an approval that was asked just now."""
    percent = choices_of(catalogues.of_ticket(session, ticket).institution).remind_at_percent
    calendar = calendar_for(session, ticket)
    assert row.asked_at is not None
    alarms.put(session, ticket, {KIND: remind_at(row.asked_at, row.due_at or ticket.due_at, percent, calendar)}, row)


def forget(session: Session, ticket: Ticket, row: Step) -> None:
    """The approval waits no more."""
    if row.kind == "approve":
        alarms.put(session, ticket, {KIND: None}, row)


def calendar_for(session: Session, ticket: Ticket) -> Calendar:
    """The opening hours in which the ticket's type is attended."""
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    key = request_type.deadline.calendar if request_type.deadline is not None else request_type.service_hours
    present = catalogues.current(session, ticket.institution_id).calendars
    spec = next((each for each in present if each.key == key), None)
    return calendar_of(spec or catalogues.of_ticket(session, ticket).calendar(key))
