"""How the due date of a ticket came about."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.countedlines import CountedLine
from helpdesk.domain.deadlines import Due, Mode
from helpdesk.domain.deadlines import Suspension as Stretch
from helpdesk.domain.deadlines import due_at as counted
from helpdesk.models.tickets import Suspension, Ticket
from helpdesk.queries import calendars, catalogue
from helpdesk.queries.calendars import Rules


def due_of(session: Session, ticket: Ticket, rules: Rules | None = None) -> Due | None:
    """The ticket's term, counted anew from its facts by `rules` (None: those in force); None without a term or while
    it has not begun."""
    request_type = catalogue.request_type_of(session, ticket)
    if request_type is None or request_type.deadline is None or ticket.started_at is None:
        return None
    rules = rules or calendars.rules_of(session, ticket.institution_id)
    mode: Mode = rules.choices.business_hours_mode
    calendar = calendars.for_ticket(session, ticket, request_type.deadline.calendar, rules)
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
