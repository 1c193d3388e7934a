"""Seals an institution's cases into its own history: how each ticket's history ends, and each settled entry of the
ledger as it stands (R-177).

A ticket that is removed with its whole history leaves no trace in its own chain; here it is named. Whoever keeps the
last hash of the institution's history elsewhere can show that nothing before it was written anew.
"""

from sqlalchemy import column, select, table, update
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.seals import KIND, settled_digest
from helpdesk.models.institutions import Institution
from helpdesk.models.ledger import Arrival
from helpdesk.models.tickets import Ticket
from helpdesk.services import history

AT_ONCE = 500
ENDS = table("tickets", column("id"), column("last_hash"), column("sealed_hash"))


def seal(session: Session, actor: Actor, institution_id: int) -> int:
    """Record what was not sealed as it is now, as much as goes into one event; gives how much that was.

    Whoever works on a ticket is not waited for: it is sealed the next time. The institution's row is locked first, as
    by all who record something in its history.
    """
    history.locked_institution(session, institution_id)
    open_ends = (
        select(Ticket.id, Ticket.number, Ticket.last_hash)
        .where(Ticket.institution_id == institution_id, Ticket.sealed_hash.is_distinct_from(Ticket.last_hash))
        .order_by(Ticket.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
    )
    tickets = session.execute(open_ends).all()
    settled = (
        select(Arrival)
        .where(Arrival.institution_id == institution_id, Arrival.settled_at.is_not(None), ~Arrival.sealed)
        .order_by(Arrival.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    arrivals = session.scalars(settled).all()
    if not tickets and not arrivals:
        return 0
    data = {
        "tickets": {str(ticket.number): ticket.last_hash for ticket in tickets},
        "arrivals": {str(arrival.id): settled_digest(arrival) for arrival in arrivals},
    }
    history.record(session, actor, None, KIND, data, institution_id)
    named = ENDS.c.id.in_([ticket.id for ticket in tickets])
    session.execute(update(ENDS).where(named).values(sealed_hash=ENDS.c.last_hash))
    for arrival in arrivals:
        arrival.sealed = True
    session.flush()
    return len(tickets) + len(arrivals)


def institutions(session: Session) -> tuple[int, ...]:
    """Every institution."""
    return tuple(session.scalars(select(Institution.id).order_by(Institution.id)))


def heads(session: Session) -> list[tuple[str, str]]:
    """The last hash of each institution's history, by its key."""
    query = select(Institution.key, Institution.last_hash).where(Institution.last_hash.is_not(None))
    return [(key, str(last)) for key, last in session.execute(query.order_by(Institution.key))]
