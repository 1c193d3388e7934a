"""Who is looking, and which tickets that person may see (R-188, R-189)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from helpdesk.domain import belonging
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person, RoleHolding, TeamMember
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import in_force, today

Pair = tuple[str, str | None]
# Authority over these is national: its holders see the whole institution.
NONE: frozenset[str] = frozenset()
WIDE_SCOPES = frozenset(("institution", "programme", "none"))


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person with the teams and functions held today.

    `sees_all` is True for administrators, members of teams without a scope and national functions; everyone else sees
    the tickets of `scopes` (regions, centres, organs), plus those held or asked to decide. `teams` are those joined and
    those in which a function held works (R-101); `joined` is whether any was joined. `reads_centres`: may
    read the services given in all centres (R-103). `works` says of one ticket whether
    the person works it (None: no ticket is meant). `unseen`: types that the people of a place do not see (R-113).
    """

    person_id: int
    institution_id: int
    institution_key: str
    institution_name: str
    ticket_prefix: str
    timezone: str
    name: str
    address: str
    session_epoch: int
    is_admin: bool
    teams: tuple[Pair, ...]
    roles: tuple[Pair, ...]
    scopes: frozenset[str]
    sees_all: bool
    is_supervisor: bool
    joined: bool = False
    reads_centres: bool = False
    works: bool | None = None
    unseen: frozenset[str] = frozenset()

    @property
    def has_queue(self) -> bool:
        """Whether the person works the queue of a team."""
        return self.is_admin or bool(self.teams)

    @property
    def is_agent(self) -> bool:
        """Whether the person works tickets, and does not only decide them; the one that is meant, if one is."""
        return self.has_queue if self.works is None else self.works

    @property
    def actor(self) -> Actor:
        """The author of what this person changes."""
        return Actor("person", self.person_id, self.institution_id, self.name or self.address)


def acting(session: Session, actor: Actor) -> Viewer | None:
    """The author of a change as a viewer, with the functions held today; None for anybody who may not sign in."""
    return viewer(session, actor.person_id) if actor.person_id is not None else None


def viewer(session: Session, person_id: int) -> Viewer | None:
    """The person as a viewer; None when unknown, disabled or not staff."""
    found = session.execute(
        select(Person, Institution)
        .join(Institution, Institution.id == Person.institution_id)
        .where(Person.id == person_id, Person.disabled.is_(False), Person.is_staff.is_(True))
    ).one_or_none()
    if found is None:
        return None
    person, institution = found
    memberships = session.execute(
        select(TeamMember.team, TeamMember.scope).where(TeamMember.person_id == person_id).order_by(TeamMember.id)
    )
    joined = tuple((team, scope) for team, scope in memberships)
    day = today(session, institution.id)
    holdings = session.execute(
        select(RoleHolding.role, RoleHolding.scope)
        .where(RoleHolding.person_id == person_id, *in_force(day))
        .order_by(RoleHolding.id)
    )
    roles = tuple((role, scope) for role, scope in holdings)
    catalogue = catalogues.current(session, institution.id) if institution.catalogue_version_id else None
    teams = tuple(dict.fromkeys(joined + (belonging.teams_of(catalogue, roles) if catalogue is not None else ())))
    sees_all = person.is_admin or any(scope is None for _, scope in teams) or _any_role(catalogue, roles, _is_national)
    is_supervisor = person.is_admin or _any_role(catalogue, roles, _supervises)
    reads = sees_all or is_supervisor or _any_role(catalogue, roles, _reads_centres)
    return Viewer(
        person_id=person.id,
        institution_id=institution.id,
        institution_key=institution.key,
        institution_name=institution.name,
        ticket_prefix=institution.ticket_prefix,
        timezone=institution.timezone,
        name=person.name,
        address=person.address,
        session_epoch=person.session_epoch,
        is_admin=person.is_admin,
        teams=teams,
        roles=roles,
        scopes=frozenset(scope for _, scope in teams + roles if scope is not None),
        sees_all=sees_all,
        is_supervisor=is_supervisor,
        joined=bool(joined),
        reads_centres=reads and catalogue is not None and bool(catalogue.centres),
        unseen=frozenset(each.key for each in catalogue.request_types if each.kept_from_place) if catalogue else NONE,
    )


def at_ticket(session: Session, who: Viewer, number: int) -> Viewer:
    """The viewer before one ticket: who administers or joined a team works whatever is in reach; whoever works in a
    team by a function works its tickets; and anybody works the tickets that are the own."""
    if who.is_admin or who.joined:
        return who
    own = [and_(Ticket.team == team, Ticket.team_scope.is_not_distinct_from(scope)) for team, scope in who.teams]
    query = select(Ticket.id).where(Ticket.number == number, reach(who), _held_by(who) | or_(False, *own))
    return replace(who, works=session.scalar(query) is not None)


def reach(who: Viewer) -> ColumnElement[bool]:
    """The condition that a ticket is visible to the viewer."""
    own = Ticket.institution_id == who.institution_id
    if who.sees_all:
        return own
    asked = select(Step.ticket_id).where(Step.approver_id == who.person_id)
    here = or_(
        Ticket.region.in_(who.scopes),
        Ticket.centre.in_(who.scopes),
        Ticket.organ.in_(who.scopes),
        Ticket.team_scope.in_(who.scopes),
    )
    if who.unseen:
        here = and_(here, or_(Ticket.request_type.is_(None), Ticket.request_type.not_in(who.unseen)))
    return own & or_(here, _held_by(who), Ticket.id.in_(asked))


def _held_by(who: Viewer) -> ColumnElement[bool]:
    return Ticket.assignee_id == who.person_id


def _any_role(
    catalogue: Catalogue | None, roles: tuple[Pair, ...], test: Callable[[Catalogue, str, str | None], bool]
) -> bool:
    return catalogue is not None and any(test(catalogue, role, scope) for role, scope in roles)


def _is_national(catalogue: Catalogue, role: str, scope: str | None) -> bool:
    spec = next((spec for spec in catalogue.roles if spec.key == role), None)
    if spec is None or spec.side == "requester":
        return False
    return spec.scope in WIDE_SCOPES


def _reads_centres(catalogue: Catalogue, role: str, scope: str | None) -> bool:
    return any(spec.key == role and spec.reads == "centres" for spec in catalogue.roles)


def _supervises(catalogue: Catalogue, role: str, scope: str | None) -> bool:
    return any(team.supervised_by == role for team in catalogue.teams)
