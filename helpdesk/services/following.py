"""Members of the staff who follow a ticket are told what happens to it («Seguir»). Following gives no right."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import NotFound
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket, TicketParticipant
from helpdesk.queries.viewers import reach, viewer
from helpdesk.services import notifications
from helpdesk.services.locks import locked

WATCHER = "watcher"


def follow(session: Session, actor: Actor, ticket_id: int) -> None:
    """The actor is told from now on what happens to the ticket. Raises NotFound for one that the actor may not see."""
    ticket = locked(session, actor, ticket_id)
    if actor.person_id is None or not _sees(session, actor.person_id, ticket):
        raise NotFound("No hay tal ticket en su bandeja.")
    session.execute(
        insert(TicketParticipant)
        .values(ticket_id=ticket.id, person_id=actor.person_id, kind=WATCHER)
        .on_conflict_do_nothing()
    )


def unfollow(session: Session, actor: Actor, ticket_id: int) -> None:
    """The actor is told no more."""
    ticket = locked(session, actor, ticket_id)
    session.execute(
        delete(TicketParticipant).where(
            TicketParticipant.ticket_id == ticket.id,
            TicketParticipant.person_id == actor.person_id,
            TicketParticipant.kind == WATCHER,
        )
    )


def tell(
    session: Session, actor: Actor, ticket: Ticket, kind: str, who: str = "", detail: str = "", by: int | None = None
) -> None:
    """Tell the followers who may still see the ticket of one event; never whoever did it: the actor, or `by`."""
    watchers = session.scalars(
        select(Person)
        .join(TicketParticipant, TicketParticipant.person_id == Person.id)
        .where(TicketParticipant.ticket_id == ticket.id, TicketParticipant.kind == WATCHER)
        .order_by(Person.id)
    ).all()
    for person in watchers:
        if person.id not in (actor.person_id, by) and _sees(session, person.id, ticket):
            notifications.told(session, ticket, person, kind, who=who, detail=detail)


def _sees(session: Session, person_id: int, ticket: Ticket) -> bool:
    who = viewer(session, person_id)
    return who is not None and session.scalar(select(Ticket.id).where(Ticket.id == ticket.id, reach(who))) is not None
