"""The functions of an institution, place by place: who holds them now, before and later, who is away, what is missing
(R-071, R-097, R-099, R-102)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from helpdesk.domain.belonging import organ_of, working_in
from helpdesk.domain.catalogue import ANY_ORGAN, Catalogue, CentreSpec, Choice, RoleSpec
from helpdesk.domain.specialists import subjects_of
from helpdesk.models.people import Absence, Person, RoleHolding, TeamMember
from helpdesk.queries import catalogue as catalogues

PLACES = {"region": "regions", "programme": "programmes", "centre": "centres", "organ": "organs"}
When = Literal["now", "later", "past"]


@dataclass(frozen=True, slots=True)
class HoldingLine:
    """A person holds or substitutes (`kind`) a function; `away` is the absence that covers the day shown, `subjects`
    the keys of the matters attended (R-108; none: any), `organ` the name of the organ that the person belongs to,
    `chosen_organ` its key where the function leaves it open (R-101), `in_place_of` whom a substitute stands for."""

    id: int
    name: str
    address: str
    kind: str
    since: date | None
    until: date | None
    when: When
    away: Absence | None
    disabled: bool
    subjects: tuple[str, ...]
    organ: str | None
    chosen_organ: str | None
    in_place_of: str | None


@dataclass(frozen=True, slots=True)
class FunctionLine:
    """A function in one place. `answered_by` names the function whose holder answers for it while it has none; the
    dependencies are the two superiors of R-099. `subjects` are the matters by which its holders are told apart (R-108),
    `asks_organ` whether each belongs to an organ of its own (R-101)."""

    role: str
    scope: str | None
    name: str
    holdings: tuple[HoldingLine, ...]
    answered_by: str | None
    technical: str | None
    administrative: str | None
    subjects: tuple[Choice, ...]
    asks_organ: bool

    @property
    def now(self) -> tuple[HoldingLine, ...]:
        """Who holds or substitutes it on the day shown."""
        return tuple(line for line in self.holdings if line.when == "now")

    @property
    def other_days(self) -> tuple[HoldingLine, ...]:
        """Who held it before or will later."""
        return tuple(line for line in self.holdings if line.when != "now")

    @property
    def acts(self) -> bool:
        """Whether anybody acts for it on the day shown."""
        return any(line.away is None and not line.disabled for line in self.now)


@dataclass(frozen=True, slots=True)
class Place:
    """A region, programme, centre or organ with its functions; `key` None: the whole institution. `lacking` names the
    positions that a centre must have and has not (R-097)."""

    key: str | None
    name: str
    functions: tuple[FunctionLine, ...]
    lacking: tuple[str, ...]

    @property
    def gaps(self) -> int:
        """How many functions nobody acts for, nor answers for."""
        return sum(not line.acts and line.answered_by is None for line in self.functions)


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """An absence that has not ended, with its person."""

    absence: Absence
    name: str
    address: str


def places(session: Session, institution_id: int, on: date) -> tuple[Place, ...]:
    """Every function of the institution on a date, the whole institution first."""
    catalogue = catalogues.current(session, institution_id)
    held = _holdings(session, institution_id, on)
    members = _members(session, institution_id)
    found = [_place(catalogue, None, catalogue.institution.name, _roles(catalogue, held, "institution"), held, ())]
    for scope, entries in PLACES.items():
        roles = _roles(catalogue, held, scope)
        for entry in getattr(catalogue, entries):
            needed = _positions(catalogue, entry, held, members) if isinstance(entry, CentreSpec) else ()
            if roles or needed:
                found.append(_place(catalogue, entry.key, entry.name, roles, held, needed))
    return tuple(found)


def absences(session: Session, institution_id: int, on: date) -> tuple[AbsenceLine, ...]:
    """The absences that cover a date or lie after it, the earliest first."""
    rows = session.execute(
        select(Absence, Person.name, Person.address)
        .join(Person, Person.id == Absence.person_id)
        .where(Absence.institution_id == institution_id, or_(Absence.until.is_(None), Absence.until >= on))
        .order_by(Absence.since, Absence.id)
    )
    return tuple(AbsenceLine(*row) for row in rows)


def delegations(session: Session, person_id: int, on: date) -> tuple[FunctionLine, ...]:
    """The functions that a person holds as their holder on a date, each with those who act for it then or later."""
    mine = aliased(RoleHolding)
    own = session.execute(
        select(mine.institution_id, mine.role, mine.scope)
        .where(
            mine.person_id == person_id,
            mine.kind == "holder",
            or_(mine.since.is_(None), mine.since <= on),
            or_(mine.until.is_(None), mine.until >= on),
        )
        .distinct()
        .order_by(mine.role, mine.scope)
    ).all()
    lines = []
    for institution_id, role, scope in own:
        catalogue = catalogues.current(session, institution_id)
        spec = next((each for each in catalogue.roles if each.key == role), None)
        if spec is not None:
            held = _holdings(session, institution_id, on, (role, scope)).get((role, scope), [])
            acting = [line for line in held if line.kind == "substitute" and line.when != "past"]
            lines.append(_function(catalogue, spec, scope, acting, None))
    return tuple(lines)


def _holdings(
    session: Session, institution_id: int, on: date, only: tuple[str, str | None] | None = None
) -> dict[tuple[str, str | None], list[HoldingLine]]:
    catalogue = catalogues.current(session, institution_id)
    roles = {role.key for role in catalogue.roles}
    stood_for = aliased(Person)
    query = (
        select(RoleHolding, Person, Absence, stood_for)
        .join(Person, Person.id == RoleHolding.person_id)
        .outerjoin(
            Absence,
            (Absence.person_id == Person.id)
            & (Absence.since <= on)
            & or_(Absence.until.is_(None), Absence.until >= on),
        )
        .outerjoin(stood_for, stood_for.id == RoleHolding.in_place_of_id)
        .where(
            RoleHolding.institution_id == institution_id,
            # What ended before it began was taken back, and never was.
            or_(RoleHolding.until.is_(None), RoleHolding.since.is_(None), RoleHolding.until >= RoleHolding.since),
        )
        .order_by(RoleHolding.since.asc().nulls_first(), RoleHolding.id)
    )
    if only is not None:
        query = query.where(RoleHolding.role == only[0], RoleHolding.scope.is_not_distinct_from(only[1]))
    found: dict[tuple[str, str | None], list[HoldingLine]] = {}
    for row, person, absence, other in session.execute(query):
        line = HoldingLine(
            id=row.id,
            name=person.called,
            address=person.address,
            kind=row.kind,
            since=row.since,
            until=row.until,
            when=_when(row, on),
            away=absence,
            disabled=person.disabled,
            subjects=tuple(row.subjects),
            organ=organ_of(catalogue, row.role, row.organ) if row.role in roles else None,
            chosen_organ=row.organ,
            in_place_of=other.called if other is not None else None,
        )
        found.setdefault((row.role, row.scope), []).append(line)
    return found


def _when(row: RoleHolding, on: date) -> When:
    if row.until is not None and row.until < on:
        return "past"
    return "later" if row.since is not None and row.since > on else "now"


def _members(session: Session, institution_id: int) -> set[tuple[str, str | None]]:
    rows = session.execute(
        select(TeamMember.team, TeamMember.scope)
        .join(Person, Person.id == TeamMember.person_id)
        .where(TeamMember.institution_id == institution_id, Person.disabled.is_(False))
    )
    return {(team, scope) for team, scope in rows}


def _roles(
    catalogue: Catalogue, held: dict[tuple[str, str | None], list[HoldingLine]], scope: str
) -> tuple[RoleSpec, ...]:
    """The functions with that scope that the institution fills: those of requesters only where somebody is named."""
    named = {role for role, _ in held}
    return tuple(
        role for role in catalogue.roles if role.scope == scope and (role.side != "requester" or role.key in named)
    )


def _place(
    catalogue: Catalogue,
    key: str | None,
    name: str,
    roles: Iterable[RoleSpec],
    held: dict[tuple[str, str | None], list[HoldingLine]],
    lacking: tuple[str, ...],
) -> Place:
    lines = []
    for role in roles:
        other = held.get((role.alias_of, key), []) if role.alias_of else []
        own = held.get((role.key, key), [])
        answers = role.alias_of if not any(line.when == "now" for line in own) else None
        acting = any(line.when == "now" and line.away is None and not line.disabled for line in other)
        lines.append(_function(catalogue, role, key, own, answers if acting else None))
    return Place(key, name, tuple(lines), lacking)


def _function(
    catalogue: Catalogue, role: RoleSpec, scope: str | None, holdings: Iterable[HoldingLine], answered_by: str | None
) -> FunctionLine:
    return FunctionLine(
        role=role.key,
        scope=scope,
        name=role.name,
        holdings=tuple(holdings),
        answered_by=catalogue.role(answered_by).name if answered_by else None,
        technical=_superior(catalogue, role.technical_dependency),
        administrative=_superior(catalogue, role.administrative_dependency),
        subjects=subjects_of(catalogue, role.key),
        asks_organ=role.technical_dependency == ANY_ORGAN,
    )


def _superior(catalogue: Catalogue, key: str | None) -> str | None:
    """The name of the team or organ that a function depends on; `organ` is the one of the holder's specialty."""
    if key == ANY_ORGAN:
        return "el órgano de su especialidad"
    names = {team.key: team.name for team in catalogue.teams} | {organ.key: organ.name for organ in catalogue.organs}
    return names.get(key, key) if key else None


def _positions(
    catalogue: Catalogue,
    centre: CentreSpec,
    held: dict[tuple[str, str | None], list[HoldingLine]],
    members: set[tuple[str, str | None]],
) -> tuple[str, ...]:
    """The positions of a centre that nobody fills: functions without a holder, teams in which nobody works."""
    lacking = []
    teams = {team.key: team.name for team in catalogue.teams}
    roles = {role.key: role.name for role in catalogue.roles}
    for position in centre.positions:
        lines = held.get((position, centre.key), [])
        filled = any(line.when == "now" and line.kind == "holder" and not line.disabled for line in lines)
        working = [line for role in working_in(catalogue, position) for line in held.get((role, centre.key), [])]
        filled = filled or any(line.when == "now" and not line.disabled for line in working)
        if not filled and (position, centre.key) not in members:
            lacking.append(roles.get(position) or teams.get(position) or position)
    return tuple(lacking)
