"""Which tickets were merged into which, however long the chain (R-187)."""

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from helpdesk.models.tickets import Ticket


def end_of(session: Session, ticket_id: int) -> int:
    """The ticket in which the matter of that one goes on: itself unless it was merged."""
    chain = select(Ticket.id, Ticket.merged_into_id).where(Ticket.id == ticket_id).cte("chain", recursive=True)
    link = aliased(Ticket)
    chain = chain.union(select(link.id, link.merged_into_id).join(chain, link.id == chain.c.merged_into_id))
    found = session.scalar(select(chain.c.id).where(chain.c.merged_into_id.is_(None)))
    return found if found is not None else ticket_id


def family(session: Session, ticket_id: int) -> frozenset[int]:
    """The ticket and all that were merged into it, directly or through others."""
    below = select(Ticket.id).where(Ticket.id == ticket_id).cte("below", recursive=True)
    link = aliased(Ticket)
    below = below.union(select(link.id).join(below, link.merged_into_id == below.c.id))
    return frozenset(session.scalars(select(below.c.id)))
