"""Consultations of organs: whom one may ask, and which are open (R-109, R-110)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain import belonging
from helpdesk.domain.catalogue import Catalogue
from helpdesk.models.people import Person, RoleHolding, TeamMember
from helpdesk.models.tickets import Ticket
from helpdesk.queries.people import in_force, today


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is asked: the holder of a function, or a team; `scope` is the organ, region, programme or centre."""

    role: str | None
    team: str | None
    scope: str | None

    def name(self, catalogue: Catalogue) -> str:
        """«Responsable Técnico del órgano, Tesorería». Raises KeyError for what the catalogue does not have."""
        named = catalogue.role(self.role).name if self.role else catalogue.team(self.team or "").name
        place = catalogue.place_name(self.scope)
        return f"{named}, {place}" if place else named


def askable(session: Session, catalogue: Catalogue, institution_id: int) -> tuple[Addressee, ...]:
    """Every function of the institution's own side that somebody holds today, and every team that has members."""
    own = {role.key for role in catalogue.roles if role.side != "requester"}
    teams = {team.key for team in catalogue.teams}
    held = session.execute(
        select(RoleHolding.role, RoleHolding.scope)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.institution_id == institution_id,
            Person.disabled.is_(False),
            *in_force(today(session, institution_id)),
        )
        .distinct()
    )
    staffed = session.execute(
        select(TeamMember.team, TeamMember.scope)
        .join(Person, Person.id == TeamMember.person_id)
        .where(TeamMember.institution_id == institution_id, Person.disabled.is_(False))
        .distinct()
    )
    functions = [(role, scope) for role, scope in held if role in own]
    working = dict.fromkeys([*((team, scope) for team, scope in staffed), *belonging.teams_of(catalogue, functions)])
    found = [Addressee(role, None, scope) for role, scope in functions]
    found += [Addressee(None, team, scope) for team, scope in working if team in teams]
    return tuple(sorted(found, key=lambda each: each.name(catalogue)))


def open_of(session: Session, ticket_ids: Collection[int]) -> tuple[Ticket, ...]:
    """The consultations of these tickets that wait for their answer, oldest first."""
    query = select(Ticket).where(
        Ticket.parent_id.in_(ticket_ids), Ticket.kind == "consultation", Ticket.closed_at.is_(None)
    )
    return tuple(session.scalars(query.order_by(Ticket.id)))
