"""The tickets that have to do with a ticket: linked, split off, merged, consulted (R-109, R-159, R-180, R-187)."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import NotFound
from helpdesk.models.tickets import Ticket, TicketLink
from helpdesk.queries.viewers import reach, viewer

Direction = Literal["out", "in"]
NOT_THERE = "No hay un ticket con ese número en su bandeja."


@dataclass(frozen=True, slots=True)
class Tie:
    """A standing link as one of its tickets sees it: `out` where it was made, `in` at the other end."""

    link: TicketLink
    other: Ticket
    direction: Direction


def ties(session: Session, ticket: Ticket, visible: ColumnElement[bool]) -> tuple[Tie, ...]:
    """The standing links of a ticket whose other end is `visible`, in the order in which they were made."""
    rows = session.execute(
        select(TicketLink, Ticket)
        .join(
            Ticket,
            or_(
                and_(TicketLink.ticket_id == ticket.id, Ticket.id == TicketLink.other_id),
                and_(TicketLink.other_id == ticket.id, Ticket.id == TicketLink.ticket_id),
            ),
        )
        .where(TicketLink.undone_at.is_(None), Ticket.institution_id == ticket.institution_id, visible)
        .order_by(TicketLink.id)
    )
    return tuple(Tie(link, other, "out" if link.ticket_id == ticket.id else "in") for link, other in rows)


def standing(session: Session, one_id: int, other_id: int, kind: str) -> TicketLink | None:
    """The standing link of that kind between two tickets, whichever of them it was made from."""
    return session.scalar(
        select(TicketLink).where(
            TicketLink.kind == kind,
            TicketLink.undone_at.is_(None),
            or_(
                and_(TicketLink.ticket_id == one_id, TicketLink.other_id == other_id),
                and_(TicketLink.ticket_id == other_id, TicketLink.other_id == one_id),
            ),
        )
    )


def named(session: Session, actor: Actor, number: int) -> int:
    """The id of the ticket that the actor names by its number. Raises NotFound for one that the actor may not see."""
    if actor.person_id is None:
        limit = Ticket.institution_id == actor.institution_id
    else:
        who = viewer(session, actor.person_id)
        if who is None:
            raise NotFound(NOT_THERE)
        limit = reach(who)
    found = session.scalar(select(Ticket.id).where(Ticket.number == number, limit))
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def check(session: Session, ticket_id: int, link_id: int) -> None:
    """Raises NotFound unless the link is a standing one of the ticket."""
    query = select(TicketLink.id).where(
        TicketLink.id == link_id,
        TicketLink.undone_at.is_(None),
        or_(TicketLink.ticket_id == ticket_id, TicketLink.other_id == ticket_id),
    )
    if session.scalar(query) is None:
        raise NotFound("Ese enlace no es de este ticket.")
