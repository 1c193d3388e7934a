"""The requests of one type in a year, with how each was handled and how long it took (R-064).

Who asked and what for are not read here: the list leaves the house as figures (R-191).
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from helpdesk.models.tickets import Extension, Ticket
from helpdesk.queries.viewers import Viewer, reach


@dataclass(frozen=True, slots=True)
class Handled:
    """A request of the year; `extended`: its term was prolonged."""

    number: int
    received_at: datetime
    closed_at: datetime | None
    status: str
    rounds: int
    extended: bool


def handled(session: Session, who: Viewer, request_type: str, year: int) -> tuple[Handled, ...]:
    """What the viewer sees of the requests of that type that were received in a year by the institution's calendar,
    in their order. What was merged into another is counted there."""
    zone = ZoneInfo(who.timezone)
    prolonged = exists(select(Extension.id).where(Extension.ticket_id == Ticket.id))
    query = select(Ticket.number, Ticket.received_at, Ticket.closed_at, Ticket.status, Ticket.rounds, prolonged).where(
        reach(who),
        Ticket.request_type == request_type,
        Ticket.merged_into_id.is_(None),
        Ticket.received_at >= datetime(year, 1, 1, tzinfo=zone),
        Ticket.received_at < datetime(year + 1, 1, 1, tzinfo=zone),
    )
    return tuple(Handled(*row) for row in session.execute(query.order_by(Ticket.received_at, Ticket.id)))
