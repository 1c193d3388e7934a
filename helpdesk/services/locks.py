"""Takes a ticket for a change: its row is locked, its institution checked, its state the one the person saw."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Conflict, NotFound
from helpdesk.models.tickets import Ticket


def locked(session: Session, actor: Actor, ticket_id: int, touched: int | None = None) -> Ticket:
    """The ticket, locked until the transaction ends and marked as touched.

    Raises NotFound outside the actor's institution, Conflict when it changed since `touched` (None: do not check).
    """
    ticket = fresh(session, ticket_id)
    if ticket is None or (actor.institution_id is not None and ticket.institution_id != actor.institution_id):
        raise NotFound("No hay tal ticket en su institución.")
    if touched is not None and touched != ticket.touched:
        raise Conflict("El ticket cambió mientras escribía: revise lo nuevo y vuelva a enviar.")
    ticket.touched += 1
    ticket.updated_at = clock.now()
    session.flush()
    return ticket


def locked_pair(
    session: Session, actor: Actor, ticket_id: int, other_id: int, touched: int | None = None
) -> tuple[Ticket, Ticket]:
    """Two tickets, both locked; `touched` is of the first. Raises as `locked`.

    Always the newer before the older, so that two who want the same pair wait for each other instead of both.
    """
    if other_id > ticket_id:
        other = locked(session, actor, other_id)
        return locked(session, actor, ticket_id, touched), other
    ticket = locked(session, actor, ticket_id, touched)
    return ticket, locked(session, actor, other_id)


def fresh(session: Session, ticket_id: int) -> Ticket | None:
    """The ticket as it is now, locked until the transaction ends; what this session knew of it before is read anew,
    because the chain of its history goes on from the row's `last_hash`."""
    return session.scalar(
        select(Ticket).where(Ticket.id == ticket_id).with_for_update().execution_options(populate_existing=True)
    )


def all_fresh(session: Session, ticket_ids: Collection[int]) -> Sequence[Ticket]:
    """Those tickets as they are now, like `fresh`; the newer before the older, as in `locked_pair`."""
    query = select(Ticket).where(Ticket.id.in_(ticket_ids)).order_by(Ticket.id.desc()).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).all()
