"""Reads of the ledger of arrivals for the people who watch over it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.domain.errors import NotFound
from helpdesk.models.institutions import Mailbox
from helpdesk.models.ledger import LEDGER_STATES, Arrival, RawMessage
from helpdesk.models.tickets import Ticket

PAGE = 50


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """An arrival with its mailbox and, when it became part of one, its ticket's number."""

    arrival: Arrival
    mailbox: str | None
    ticket_number: int | None


def arrivals(
    session: Session, institution_id: int, states: tuple[str, ...], before: int | None = None, size: int = PAGE
) -> tuple[ArrivalLine, ...]:
    """The newest arrivals of an institution in these states, below the id `before`."""
    query = (
        select(Arrival, Mailbox.address, Ticket.number)
        .outerjoin(Mailbox, Mailbox.id == Arrival.mailbox_id)
        .outerjoin(Ticket, Ticket.id == Arrival.ticket_id)
        .where(Arrival.institution_id == institution_id, Arrival.state.in_(states))
        .order_by(Arrival.id.desc())
        .limit(size)
    )
    if before is not None:
        query = query.where(Arrival.id < before)
    return tuple(ArrivalLine(*row) for row in session.execute(query))


def by_state(session: Session, institution_id: int) -> dict[str, int]:
    """How many arrivals of an institution stand in each state; their sum is everything accepted."""
    rows = session.execute(
        select(Arrival.state, func.count()).where(Arrival.institution_id == institution_id).group_by(Arrival.state)
    )
    found = dict(iter(rows))
    return {state: found.get(state, 0) for state in LEDGER_STATES}


def arrival(session: Session, institution_id: int, arrival_id: int) -> Arrival:
    """An arrival of the institution. Raises NotFound."""
    found = session.scalar(select(Arrival).where(Arrival.id == arrival_id, Arrival.institution_id == institution_id))
    if found is None:
        raise NotFound("Esa entrada no está en el libro de su institución.")
    return found


def raw(session: Session, institution_id: int, arrival_id: int) -> bytes:
    """The bytes of an arrival as they came. Raises NotFound."""
    entry = arrival(session, institution_id, arrival_id)
    content = session.scalar(select(RawMessage.content).where(RawMessage.ledger_id == entry.id))
    if content is None:
        raise NotFound("Los bytes de esa entrada ya no se guardan.")
    return content
