"""Writes the append-only history: every change of a ticket or an institution's set-up (R-190)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.chain import event_hash
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Institution
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

    The caller holds the ticket's row lock; the institution's row is locked here.
    """
    owner = ticket.institution_id if ticket is not None else institution_id
    if owner is None:
        raise ValueError("an event belongs to a ticket or to an institution")
    chain = ticket if ticket is not None else _locked(session, owner)
    previous = chain.last_hash
    now = clock.now()
    digest = event_hash(previous, now, actor.label, actor.person_id, kind, data)
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
    chain.last_hash = digest
    return event


def _locked(session: Session, institution_id: int) -> Institution:
    """The institution, so that no other transaction goes on with its chain (rows that refer to it may come in)."""
    query = select(Institution).where(Institution.id == institution_id).with_for_update(key_share=True)
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()
