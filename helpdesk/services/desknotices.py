"""Tells the team of the desk what needs a person: an approval or work that cannot go on, a request that changed in
words (R-072, R-175)."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import batch
from helpdesk.domain.actors import Actor
from helpdesk.letters import facts as f
from helpdesk.letters import write
from helpdesk.models.audit import Event
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import administrators, members
from helpdesk.services import history, letterfacts, post
from helpdesk.services.desk import settings_of

Kind = Literal[
    "approver_absent", "approver_missing", "own_request", "asked_too_often", "nobody_holds", "request_amended",
    "request_withdrawn",
]  # fmt: skip
# What stands in the way: another sentence is another cause.
OBSTACLES: tuple[Kind, ...] = ("approver_absent", "approver_missing", "own_request", "nobody_holds")


def tell(session: Session, actor: Actor, ticket: Ticket, row: Step, kind: Kind, who: str, detail: str) -> None:
    """Write to the members of the ticket's team, or to the administrators of an empty team; once for each cause of a
    step's round."""
    said: dict[str, object] = {"kind": kind, "step": row.key, "round": row.round, "about": who}
    if kind in OBSTACLES:
        said["why"] = detail
    if _told(session, ticket, said):
        return
    history.record(session, actor, ticket, "desk_told", said)
    number = letterfacts.of_ticket(session, ticket)
    for person in _readers(session, ticket):
        text = write.aviso_interno(
            f.DeskNotice(
                institution=f.institution_of(catalogues.of_ticket(session, ticket).institution),
                ticket=number,
                kind=kind,
                ticket_url=f"{settings_of(session).public_url}/tickets/{number.number}",
                who=who,
                step=row.name,
                detail=detail,
                recipient=person.name,
                due_at=row.due_at or ticket.due_at,
            )
        )
        post.announce(session, ticket, person, "aviso_interno", text)


def _readers(session: Session, ticket: Ticket) -> tuple[Person, ...]:
    return members(session, ticket.institution_id, ticket.team, ticket.team_scope) or administrators(
        session, ticket.institution_id
    )


def _told(session: Session, ticket: Ticket, said: dict[str, object]) -> bool:
    if batch.is_new(session, ticket.id):
        return said in [event.data for event in batch.added(session, Event, ticket.id) if event.kind == "desk_told"]
    session.flush()
    told = select(Event.data).where(Event.ticket_id == ticket.id, Event.kind == "desk_told")
    return said in session.scalars(told).all()
