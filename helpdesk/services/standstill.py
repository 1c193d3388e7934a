"""Says once that a ticket stands still because nobody can be asked or given it, however often it is tried (R-072)."""

from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import batch
from helpdesk.domain.actors import Actor
from helpdesk.models.audit import Event
from helpdesk.models.tickets import Ticket
from helpdesk.services import history

Kind = Literal["blocked", "nobody_holds"]
# What ends a standstill or may: after one of them the same one is news.
MOVES = frozenset(
    ("approval_asked", "approval_renewed", "approval_withdrawn", "handed_over", "back_in_queue", "classified",
     "returned", "reopened")
)  # fmt: skip


def note(session: Session, actor: Actor, ticket: Ticket, kind: Kind, data: dict[str, Any]) -> bool:
    """Record that the ticket stands still, unless the history says so already and nothing moved since; gives whether
    it was recorded."""
    if _is_known(session, ticket, kind, data):
        return False
    history.record(session, actor, ticket, kind, data)
    return True


def _is_known(session: Session, ticket: Ticket, kind: Kind, data: dict[str, Any]) -> bool:
    if batch.is_new(session, ticket.id):
        told = [(event.kind, event.data) for event in batch.added(session, Event, ticket.id)]
        newest = next(((k, d) for k, d in reversed(told) if k in MOVES or k == kind), None)
        return newest == (kind, data)
    session.flush()
    query = select(Event.kind, Event.data).where(Event.ticket_id == ticket.id, Event.kind.in_((*MOVES, kind)))
    row = session.execute(query.order_by(Event.id.desc()).limit(1)).one_or_none()
    return row is not None and (row.kind, row.data) == (kind, data)
