"""Tells the team of the desk what needs a person: an approval that cannot go on (R-072, R-175)."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

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
    "approver_absent", "approver_missing", "own_request", "asked_too_often", "request_amended", "request_withdrawn"
]


def tell(session: Session, actor: Actor, ticket: Ticket, row: Step, kind: Kind, who: str, detail: str) -> None:
    """Write to the members of the ticket's team, or to the administrators of an empty team; once for each cause of a
    step's round."""
    said = {"kind": kind, "step": row.key, "round": row.round, "about": who}
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
    told = select(Event.data).where(Event.ticket_id == ticket.id, Event.kind == "desk_told")
    return said in session.scalars(told).all()
