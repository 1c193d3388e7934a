"""Links between tickets of one institution: made, shown on both, taken back; a link taken back stays as history."""

from typing import Any

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.references import format_number
from helpdesk.models.institutions import Institution
from helpdesk.models.tickets import Ticket, TicketLink
from helpdesk.queries import links
from helpdesk.services import history
from helpdesk.services.locks import locked_pair


def link(session: Session, actor: Actor, ticket_id: int, touched: int | None, other_number: int) -> TicketLink:
    """Link two tickets that have to do with each other; both pages show it.

    Raises NotFound for a number that the actor may not see, Invalid for the ticket itself, IllegalMove when they are
    linked already.
    """
    other_id = links.named(session, actor, other_number)
    if other_id == ticket_id:
        raise Invalid("Es el mismo ticket: escriba el número de otro.", {"other": "Escriba el número de otro ticket."})
    ticket, other = locked_pair(session, actor, ticket_id, other_id, touched)
    if links.standing(session, ticket.id, other.id, "related") is not None:
        raise IllegalMove("Estos tickets ya están enlazados.")
    return join(session, actor, ticket, other, "related")


def unlink(session: Session, actor: Actor, link_id: int) -> TicketLink:
    """Take a link made by hand back. Raises NotFound, IllegalMove for a link that says where a ticket comes from."""
    found = session.get(TicketLink, link_id)
    if found is None:
        raise NotFound("No hay tal enlace.")
    ticket, other = locked_pair(session, actor, found.ticket_id, found.other_id)
    session.refresh(found)
    if found.undone_at is not None:
        raise IllegalMove("Este enlace ya se quitó.")
    if found.kind != "related":
        raise IllegalMove("Este enlace dice de dónde viene un ticket: no se quita.")
    undo_link(session, actor, found)
    names = _numbers(session, ticket, other)
    history.record(session, actor, ticket, "unlinked", {"ticket": other.id, "number": names[1]})
    history.record(session, actor, other, "unlinked", {"ticket": ticket.id, "number": names[0]})
    return found


def join(
    session: Session, actor: Actor, ticket: Ticket, other: Ticket, kind: str, data: dict[str, Any] | None = None
) -> TicketLink:
    """Write down a link, in the history of both tickets too; the caller holds the locks of both."""
    made = TicketLink(
        ticket_id=ticket.id,
        other_id=other.id,
        kind=kind,
        made_by_id=actor.person_id,
        made_at=clock.now(),
        data=data or {},
    )
    session.add(made)
    session.flush()
    names = _numbers(session, ticket, other)
    said = {"kind": kind, "link": made.id}
    history.record(
        session, actor, ticket, "linked", {**said, "ticket": other.id, "number": names[1], "direction": "out"}
    )
    history.record(
        session, actor, other, "linked", {**said, "ticket": ticket.id, "number": names[0], "direction": "in"}
    )
    return made


def undo_link(session: Session, actor: Actor, link: TicketLink) -> None:
    """The link stands no more."""
    link.undone_at = clock.now()
    link.undone_by_id = actor.person_id
    session.flush()


def number_of(session: Session, ticket: Ticket) -> str:
    """The ticket's public number, as in `MEF-123`."""
    return format_number(session.get_one(Institution, ticket.institution_id).ticket_prefix, ticket.number)


def _numbers(session: Session, ticket: Ticket, other: Ticket) -> tuple[str, str]:
    return number_of(session, ticket), number_of(session, other)
