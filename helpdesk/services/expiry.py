"""What happens when the time to correct a returned request is over (R-172, F-12, F-21).

What counts is when a message arrived, not when it was read: one that came in time brings a request back that the clock
closed meanwhile.
"""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.lifecycle import Event
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.services import alarms, deadlines, history, notifications, routes, windows


def ring(session: Session, actor: Actor, ticket: Ticket, step: Step | None) -> None:
    """The hour of the alarm has come: the request counts as not filed, unless it went on meanwhile."""
    if step is None or step.state != "returned" or step.due_at is None or clock.now() < step.due_at:
        return
    if ticket.closed_at is None:
        _expire(session, actor, ticket, step)


def expire_before(session: Session, actor: Actor, ticket: Ticket, received_at: datetime) -> None:
    """A message arrived after the time was over, and the clock has not rung yet: it finds the ticket closed."""
    row = routes.active(session, ticket) if ticket.closed_at is None else None
    if row is not None and windows.ran_out(row, received_at):
        _expire(session, actor, ticket, row)


def revive(session: Session, actor: Actor, ticket: Ticket, received_at: datetime) -> bool:
    """A message that arrived in time is read after the clock closed the ticket: the request is returned as it was, to
    be completed by it. Gives whether it was so."""
    row = _expired_step(session, ticket)
    if row is None or row.due_at is None or received_at > row.due_at:
        return False
    assert ticket.closed_at is not None
    closed_at, ticket.closed_at = ticket.closed_at, None
    routes.change_status(ticket, Event.REOPEN)
    routes.again(session, ticket, row.key, returned=True)
    deadlines.reopened(session, ticket, closed_at)
    deadlines.suspend(session, ticket, clock.now(), "Devuelto por incompleto")
    # One that rang would not ring again at the same hour.
    alarms.put(session, ticket, {"expiry": None}, row)
    alarms.put(session, ticket, {"expiry": row.due_at}, row)
    history.record(session, actor, ticket, "not_expired", {"received_at": received_at.astimezone(UTC).isoformat()})
    routes.set_status(session, actor, ticket)
    return True


def _expire(session: Session, actor: Actor, ticket: Ticket, step: Step) -> None:
    """Close the ticket as not filed and tell the requester; whom our letter did not reach was never told to correct
    anything, so a person decides."""
    assert step.due_at is not None
    expired_at = step.due_at.astimezone(UTC)
    data = {"step": step.key, "due_at": expired_at.isoformat()}
    if session.get_one(Person, ticket.requester_id).undeliverable_since is not None:
        history.record(session, actor, ticket, "expiry_withheld", data)
        return
    history.record(session, actor, ticket, "expired", data)
    routes.finish(session, actor, ticket, clock.now(), Event.EXPIRE)
    notifications.not_filed(session, ticket, expired_at)


def _expired_step(session: Session, ticket: Ticket) -> Step | None:
    """The step at which the time ran out, of a ticket that was closed for it."""
    if ticket.status != "not_filed":
        return None
    return session.scalar(
        select(Step)
        .where(Step.ticket_id == ticket.id, Step.state == "stopped", Step.due_at.is_not(None))
        .where(Step.kind.not_in(windows.OF_THE_DESK))
        .order_by(Step.round.desc())
        .limit(1)
    )
