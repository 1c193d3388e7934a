"""Reads about people and the functions they hold."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import belonging
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Absence, Person, RoleHolding, TeamMember
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues


@dataclass(frozen=True, slots=True)
class Holder:
    """Who answers for a role on a date: the person to ask, and for whom when that person is a substitute. `subjects`
    are the matters attended (R-108), those of the holder when it is a substitute; empty = any. `named_by` are the
    people who named the substitute, None among them for the catalogue or whoever runs the installation."""

    person: Person
    on_behalf_of: Person | None
    subjects: tuple[str, ...] = ()
    named_by: frozenset[int | None] = frozenset((None,))


@dataclass(frozen=True, slots=True)
class Absentee:
    """A holder or substitute who is away on a date; `until` None: no end is known."""

    person: Person
    until: date | None
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A person named for a function, as holder or substitute, with what the naming says."""

    person: Person
    subjects: tuple[str, ...]
    in_place_of_id: int | None
    named_by: frozenset[int | None]


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


def by_addresses(session: Session, institution_id: int, addresses: Collection[str]) -> list[Person]:
    """The people of an institution with these addresses, in lower case, as far as they are known."""
    if not addresses:
        return []
    query = select(Person).where(Person.institution_id == institution_id, Person.address.in_(addresses))
    return list(session.scalars(query))


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
        select(RoleHolding, Person, Absence)
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
    held = next((key for key in roles if any(row.role == key for row, _, _ in rows)), role)
    away_until: dict[int, date | None] = {}
    named: dict[str, dict[int, Named]] = {"holder": {}, "substitute": {}}
    for row, person, absence in rows:
        if row.role == held:
            before = named[row.kind].get(person.id)
            named_by = frozenset((row.named_by_id,)) | (before.named_by if before is not None else frozenset())
            named[row.kind][person.id] = Named(person, tuple(row.subjects), row.in_place_of_id, named_by)
            if absence is not None:
                away_until.setdefault(person.id, absence.until)
    return _standing(named["holder"], named["substitute"], away_until)


def alias_of(session: Session, institution_id: int, role: str) -> tuple[str, ...]:
    """The role whose holder answers for a role that has none of its own, if the catalogue in force names one."""
    spec = next((each for each in catalogues.current(session, institution_id).roles if each.key == role), None)
    return (spec.alias_of,) if spec is not None and spec.alias_of is not None else ()


def _standing(holders: dict[int, Named], substitutes: dict[int, Named], away: dict[int, date | None]) -> Standing:
    """A substitute acts for the holder who was named, else for the one who is away, else for the first."""
    principals = sorted(holders.values(), key=lambda each: each.person.id not in away)
    acting, absent = [], []
    for each in substitutes.values():
        instead = holders.get(each.in_place_of_id or 0) or (principals[0] if principals else None)
        subjects = each.subjects or (instead.subjects if instead is not None else ())
        if each.person.id in away:
            absent.append(Absentee(each.person, away[each.person.id], subjects))
        else:
            on_behalf_of = instead.person if instead is not None else None
            acting.append(Holder(each.person, on_behalf_of, subjects, each.named_by))
    for key, each in holders.items():
        if key in away and key not in substitutes:
            absent.append(Absentee(each.person, away[key], each.subjects))
        elif key not in substitutes:
            acting.append(Holder(each.person, None, each.subjects))
    order = list(away)
    return Standing(tuple(acting), tuple(sorted(absent, key=lambda each: order.index(each.person.id))))


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
    """Who works the queue of a team, or of one of its instances: its members, and who holds a function that works
    there and may sign in (R-101)."""
    roles = belonging.working_in(catalogues.current(session, institution_id), team)
    joined = (TeamMember.team == team, TeamMember.scope.is_not_distinct_from(scope))
    held = (RoleHolding.role.in_(roles), RoleHolding.scope.is_not_distinct_from(scope)) if roles else None
    return _working(session, institution_id, joined, held)


def responsible(session: Session, ticket: Ticket) -> tuple[Person, ...]:
    """Whoever has the ticket, else the members of its team."""
    assignee = session.get(Person, ticket.assignee_id) if ticket.assignee_id is not None else None
    if assignee is not None and not assignee.disabled:
        return (assignee,)
    return members(session, ticket.institution_id, ticket.team, ticket.team_scope)


def staff(session: Session, institution_id: int) -> tuple[Person, ...]:
    """Whoever of an institution may sign in, by name."""
    query = (
        select(Person)
        .where(Person.institution_id == institution_id, Person.is_staff, Person.disabled.is_(False))
        .order_by(Person.name, Person.address)
    )
    return tuple(session.scalars(query))


def called(person: Person | None) -> str | None:
    """How a list calls a person: by name, else by address; None for nobody."""
    return person.called if person is not None else None


def colleagues(session: Session, institution_id: int) -> tuple[Person, ...]:
    """Who works the queue of any team of an institution."""
    roles = [role.key for role in catalogues.current(session, institution_id).roles if role.works_in is not None]
    return _working(session, institution_id, (), (RoleHolding.role.in_(roles),) if roles else None)


def _working(
    session: Session,
    institution_id: int,
    joined: tuple[ColumnElement[bool], ...],
    held: tuple[ColumnElement[bool], ...] | None,
) -> tuple[Person, ...]:
    members_ = select(TeamMember.person_id).where(TeamMember.institution_id == institution_id, *joined)
    works: ColumnElement[bool] = Person.id.in_(members_)
    if held is not None:
        holders_ = select(RoleHolding.person_id).where(
            RoleHolding.institution_id == institution_id, *held, *in_force(today(session, institution_id))
        )
        works = or_(works, Person.is_staff & Person.id.in_(holders_))
    return tuple(session.scalars(select(Person).where(works, Person.disabled.is_(False)).order_by(Person.id)))


def organs_of(session: Session, institution_id: int) -> dict[int, str]:
    """The name of the organ to which each holder of a function belongs today that is held by members of organs, by
    person (R-101)."""
    catalogue = catalogues.current(session, institution_id)
    roles = belonging.with_organ(catalogue)
    if not roles:
        return {}
    rows = session.execute(
        select(RoleHolding.person_id, RoleHolding.role, RoleHolding.organ)
        .where(
            RoleHolding.institution_id == institution_id,
            RoleHolding.role.in_(roles),
            RoleHolding.kind == "holder",
            *in_force(today(session, institution_id)),
        )
        .order_by(RoleHolding.id)
    )
    named = ((person_id, belonging.organ_of(catalogue, role, organ)) for person_id, role, organ in rows)
    return {person_id: organ for person_id, organ in named if organ is not None}


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
