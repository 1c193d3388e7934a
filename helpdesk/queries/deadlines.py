"""How the due date of a ticket came about."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.calendars import Calendar, calendar_of
from helpdesk.domain.choices import choices_of
from helpdesk.domain.countedlines import CountedLine
from helpdesk.domain.deadlines import Due, Mode
from helpdesk.domain.deadlines import Suspension as Stretch
from helpdesk.domain.deadlines import due_at as counted
from helpdesk.models.tickets import Suspension, Ticket
from helpdesk.queries import catalogue


def due_of(session: Session, ticket: Ticket) -> Due | None:
    """The ticket's term, counted anew from its facts; None without a term or while it has not begun."""
    request_type = catalogue.request_type_of(session, ticket)
    if request_type is None or request_type.deadline is None or ticket.started_at is None:
        return None
    present = catalogue.current(session, ticket.institution_id)
    mode: Mode = choices_of(present.institution).business_hours_mode
    calendar = _calendar(session, ticket, request_type.deadline.calendar)
    return counted(request_type.deadline, ticket.started_at, calendar, suspensions_of(session, ticket), mode)


def explained(session: Session, ticket: Ticket) -> tuple[CountedLine, ...]:
    """How the ticket's due date was counted («cómo se contó»); () without a term, and for an ended ticket whose
    calendar changed since."""
    due = due_of(session, ticket)
    return due.lines if due is not None and due.at == ticket.due_at else ()


def suspensions_of(session: Session, ticket: Ticket) -> tuple[Stretch, ...]:
    """The stretches in which the ticket's clock stood still, oldest first."""
    rows = session.scalars(select(Suspension).where(Suspension.ticket_id == ticket.id).order_by(Suspension.since))
    return tuple(Stretch(row.since, row.until) for row in rows)


def _calendar(session: Session, ticket: Ticket, key: str) -> Calendar:
    """The calendar in force with that key; one that is no longer published goes on for the tickets opened with it."""
    for published in (catalogue.current(session, ticket.institution_id), catalogue.of_ticket(session, ticket)):
        for spec in published.calendars:
            if spec.key == key:
                return calendar_of(spec)
    raise KeyError(key)
