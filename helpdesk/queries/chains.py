"""Recomputes the hash chains of the history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.chain import first_break
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Institution
from helpdesk.models.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold: the first event that does not follow, or None when its end is missing."""

    chain: str
    event_id: int | None


def broken(session: Session) -> Iterator[Break]:
    """Every chain that does not hold: one for each ticket, one for each institution."""
    institutions = session.scalars(select(Institution).order_by(Institution.id)).all()
    for institution in institutions:
        events = session.scalars(
            select(Event).where(Event.institution_id == institution.id, Event.ticket_id.is_(None)).order_by(Event.id)
        ).all()
        yield from _check(institution.key, events, institution.last_hash)
    prefixes = {institution.id: institution.ticket_prefix for institution in institutions}
    rows = session.execute(
        select(Ticket.id, Ticket.institution_id, Ticket.number, Ticket.last_hash).order_by(Ticket.id)
    ).all()
    for ticket_id, institution_id, number, last_hash in rows:
        events = session.scalars(select(Event).where(Event.ticket_id == ticket_id).order_by(Event.id)).all()
        yield from _check(f"{prefixes[institution_id]}-{number}", events, last_hash)
        session.expunge_all()


def _check(chain: str, events: Sequence[Event], last_hash: str | None) -> Iterator[Break]:
    at = first_break(events)
    if at is not None:
        yield Break(chain, events[at].id)
    elif (events[-1].hash if events else None) != last_hash:
        yield Break(chain, None)
