"""Reads about people and the functions they hold."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Absence, Person, RoleHolding, TeamMember
from helpdesk.queries import catalogue as catalogues


@dataclass(frozen=True, slots=True)
class Holder:
    """Who answers for a role on a date: the person to ask, and for whom when that person is a substitute. `named_by`
    are the people who named the substitute, None among them for the catalogue or whoever runs the installation."""

    person: Person
    on_behalf_of: Person | None
    named_by: frozenset[int | None] = frozenset((None,))


@dataclass(frozen=True, slots=True)
class Absentee:
    """A holder or substitute who is away on a date; `until` None: no end is known."""

    person: Person
    until: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a function stands on a date: who acts for it, the first to ask first, and who would but is away."""

    acting: tuple[Holder, ...]
    absent: tuple[Absentee, ...]


def today(session: Session, institution_id: int) -> date:
    """The date at the institution now: functions and substitutions begin and end with its days, not with UTC's."""
    return clock.now().astimezone(ZoneInfo(session.get_one(Institution, institution_id).timezone)).date()


def by_address(session: Session, institution_id: int, address: str) -> Person | None:
    """The person of an institution with that address, if known."""
    return session.scalar(
        select(Person).where(Person.institution_id == institution_id, Person.address == address.lower())
    )


def in_force(on: date | ColumnElement[date]) -> tuple[ColumnElement[bool], ...]:
    """Conditions that a holding is in force on a date (both ends included)."""
    return (
        or_(RoleHolding.since.is_(None), RoleHolding.since <= on),
        or_(RoleHolding.until.is_(None), RoleHolding.until >= on),
    )


def away(on: date | ColumnElement[date]) -> tuple[ColumnElement[bool], ...]:
    """Conditions that an absence covers a date (both ends included)."""
    return Absence.since <= on, or_(Absence.until.is_(None), Absence.until >= on)


def holdings_of(session: Session, institution_id: int, address: str, on: date) -> frozenset[tuple[str, str | None]]:
    """The (role, scope) pairs a person holds or substitutes on a date."""
    rows = session.execute(
        select(RoleHolding.role, RoleHolding.scope)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.institution_id == institution_id,
            Person.address == address.lower(),
            Person.disabled.is_(False),
            *in_force(on),
        )
    )
    return frozenset((role, scope) for role, scope in rows)


def holders(session: Session, institution_id: int, role: str, scope: str | None, on: date) -> tuple[Holder, ...]:
    """Who is to be asked for a role and scope value on any date: substitutes first, then the holders who are not away
    that day (R-176). A role that nobody holds is answered for by the holder of the role it is an alias of (A-23)."""
    return standing(session, institution_id, role, scope, on).acting


def standing(session: Session, institution_id: int, role: str, scope: str | None, on: date) -> Standing:
    """How a function stands on a date. Who may not sign in any more acts no more, but did in the past."""
    roles = (role, *alias_of(session, institution_id, role))
    past = on < today(session, institution_id)
    rows = session.execute(
        select(RoleHolding.role, RoleHolding.kind, RoleHolding.named_by_id, Person, Absence)
        .join(Person, Person.id == RoleHolding.person_id)
        .outerjoin(Absence, and_(Absence.person_id == Person.id, *away(on)))
        .where(
            RoleHolding.institution_id == institution_id,
            RoleHolding.role.in_(roles),
            RoleHolding.scope.is_not_distinct_from(scope),
            *(() if past else (Person.disabled.is_(False),)),
            *in_force(on),
        )
        .order_by(RoleHolding.id, Absence.until.desc().nulls_first())
    ).all()
    held = next((key for key in roles if any(row.role == key for row in rows)), role)
    absent: dict[int, Absentee] = {}
    named: dict[str, dict[int, Person]] = {"holder": {}, "substitute": {}}
    namers: dict[int, set[int | None]] = {}
    for key, kind, named_by, person, absence in rows:
        if key == held:
            named[kind][person.id] = person
            if kind == "substitute":
                namers.setdefault(person.id, set()).add(named_by)
            if absence is not None:
                absent.setdefault(person.id, Absentee(person, absence.until))
    return Standing(_acting(named["holder"], named["substitute"], namers, absent), tuple(absent.values()))


def alias_of(session: Session, institution_id: int, role: str) -> tuple[str, ...]:
    """The role whose holder answers for a role that has none of its own, if the catalogue in force names one."""
    spec = next((each for each in catalogues.current(session, institution_id).roles if each.key == role), None)
    return (spec.alias_of,) if spec is not None and spec.alias_of is not None else ()


def _acting(
    holders: dict[int, Person],
    substitutes: dict[int, Person],
    namers: dict[int, set[int | None]],
    absent: dict[int, Absentee],
) -> tuple[Holder, ...]:
    """A substitute acts for the holder who is away, else for the first."""
    principals = sorted(holders.values(), key=lambda person: person.id not in absent)
    named_for = principals[0] if principals else None
    acting = [
        Holder(person, named_for, frozenset(namers[key])) for key, person in substitutes.items() if key not in absent
    ]
    own = [Holder(person, None) for key, person in holders.items() if key not in absent and key not in substitutes]
    return (*acting, *own)


def functions_of(session: Session, person_id: int) -> tuple[tuple[str, str | None], ...]:
    """The (role, scope) pairs that a person ever held or substituted."""
    rows = session.execute(
        select(RoleHolding.role, RoleHolding.scope).where(RoleHolding.person_id == person_id).distinct()
    )
    return tuple((role, scope) for role, scope in rows)


def holds_any(session: Session, person_id: int) -> bool:
    """Whether a person ever held a function: somebody whom the institution named, and no stranger."""
    return session.scalar(select(RoleHolding.id).where(RoleHolding.person_id == person_id).limit(1)) is not None


def members(session: Session, institution_id: int, team: str, scope: str | None) -> tuple[Person, ...]:
    """Who works the queue of a team, or of one of its instances."""
    return tuple(
        session.scalars(
            select(Person)
            .join(TeamMember, TeamMember.person_id == Person.id)
            .where(
                TeamMember.institution_id == institution_id,
                TeamMember.team == team,
                TeamMember.scope.is_not_distinct_from(scope),
                Person.disabled.is_(False),
            )
            .order_by(Person.id)
        )
    )


def administrators(session: Session, institution_id: int) -> tuple[Person, ...]:
    """Who administers an institution."""
    return tuple(
        session.scalars(
            select(Person)
            .where(Person.institution_id == institution_id, Person.is_admin, Person.disabled.is_(False))
            .order_by(Person.id)
        )
    )


def team_of(session: Session, person_id: int) -> tuple[TeamMember, ...]:
    """The teams a person works in."""
    return tuple(session.scalars(select(TeamMember).where(TeamMember.person_id == person_id)))
