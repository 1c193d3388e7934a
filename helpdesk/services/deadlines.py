"""Keeps the legal instants of a ticket: start of the term, suspensions, due date (R-034, R-047 to R-053)."""

from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.models.tickets import Suspension, Ticket
from helpdesk.queries import catalogue
from helpdesk.queries.deadlines import due_of
from helpdesk.services import history


def begin(session: Session, ticket: Ticket, at: datetime, complete: bool) -> None:
    """Start the term at `at` when the catalogue says that it starts now (`received`, or `complete` and it is)."""
    request_type = catalogue.request_type_of(session, ticket)
    if request_type is None or request_type.deadline is None or ticket.started_at is not None:
        return
    if request_type.deadline.starts_at == "received":
        ticket.started_at = ticket.received_at
    elif complete:
        ticket.started_at = at
    recount(session, ticket)


def forget(session: Session, ticket: Ticket) -> None:
    """Forget the term that ran so far, because the ticket asks for something else: another one is counted from the
    facts, and what was missing for the old type is no reason to let the clock stand still."""
    session.execute(delete(Suspension).where(Suspension.ticket_id == ticket.id))
    ticket.started_at = None
    recount(session, ticket)


def suspend(session: Session, ticket: Ticket, at: datetime, reason: str) -> None:
    """Stop the clock at `at`; it may stand still already. A term that has not begun is not suspended."""
    if ticket.started_at is not None and _open(session, ticket) is None:
        session.add(Suspension(ticket_id=ticket.id, since=max(at, ticket.started_at), reason=reason))
        session.flush()


def resume(session: Session, ticket: Ticket, at: datetime) -> None:
    """Let the clock run on from `at` and count the due date anew."""
    stretch = _open(session, ticket)
    if stretch is not None:
        stretch.until = max(at, stretch.since)
        session.flush()
    recount(session, ticket)


def recount(session: Session, ticket: Ticket) -> None:
    """Store the due date that follows from the facts."""
    due = due_of(session, ticket)
    ticket.due_at = due.at if due else None
    session.flush()


def recount_open(session: Session, actor: Actor, institution_id: int) -> None:
    """The institution's calendar changed: count the due dates of its open tickets anew (R-182)."""
    running = (
        select(Ticket)
        .where(Ticket.institution_id == institution_id, Ticket.closed_at.is_(None), Ticket.started_at.is_not(None))
        .order_by(Ticket.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for ticket in session.scalars(running).all():
        before = ticket.due_at
        recount(session, ticket)
        if ticket.due_at != before:
            data = {"from": _written(before), "to": _written(ticket.due_at)}
            history.record(session, actor, ticket, "due_changed", data)
            ticket.touched += 1
    session.flush()


def _written(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at is not None else None


def _open(session: Session, ticket: Ticket) -> Suspension | None:
    return session.scalar(select(Suspension).where(Suspension.ticket_id == ticket.id, Suspension.until.is_(None)))
