"""Writes the append-only history: every change of a ticket or an institution's set-up (R-190)."""

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.chain import event_hash
from helpdesk.models.audit import Event
from helpdesk.models.tickets import Ticket


def record(
    session: Session,
    actor: Actor,
    ticket: Ticket | None,
    kind: str,
    data: dict[str, Any],
    institution_id: int | None = None,
) -> Event:
    """Append an event to the ticket's chain, or to the institution's when there is no ticket.

    The caller holds the ticket's row lock; an institution's chain is guarded by an advisory lock of the transaction.
    """
    owner = ticket.institution_id if ticket is not None else institution_id
    if owner is None:
        raise ValueError("an event belongs to a ticket or to an institution")
    previous = ticket.last_hash if ticket is not None else _institution_end(session, owner)
    now = clock.now()
    digest = event_hash(previous, now, actor.label, kind, data)
    event = Event(
        institution_id=owner,
        ticket_id=ticket.id if ticket is not None else None,
        at=now,
        actor=actor.label,
        actor_id=actor.person_id,
        kind=kind,
        data=data,
        previous_hash=previous,
        hash=digest,
    )
    session.add(event)
    if ticket is not None:
        ticket.last_hash = digest
    return event


def _institution_end(session: Session, institution_id: int) -> str | None:
    session.execute(text("SELECT pg_advisory_xact_lock(7411, :id)"), {"id": institution_id})
    return session.scalar(
        select(Event.hash)
        .where(Event.institution_id == institution_id, Event.ticket_id.is_(None))
        .order_by(Event.id.desc())
        .limit(1)
    )
