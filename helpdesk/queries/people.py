"""Reads about people and the functions they hold."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person, RoleHolding, TeamMember


@dataclass(frozen=True, slots=True)
class Holder:
    """Who answers for a role on a date: the person to ask, and for whom when that person is a substitute."""

    person: Person
    on_behalf_of: Person | None


def today(session: Session, institution_id: int) -> date:
    """The date at the institution now: functions and substitutions begin and end with its days, not with UTC's."""
    return clock.now().astimezone(ZoneInfo(session.get_one(Institution, institution_id).timezone)).date()


def by_address(session: Session, institution_id: int, address: str) -> Person | None:
    """The person of an institution with that address, if known."""
    return session.scalar(
        select(Person).where(Person.institution_id == institution_id, Person.address == address.lower())
    )


def in_force(on: date) -> tuple[object, ...]:
    """Conditions that a holding is in force on a date (both ends included)."""
    return (
        or_(RoleHolding.since.is_(None), RoleHolding.since <= on),
        or_(RoleHolding.until.is_(None), RoleHolding.until >= on),
    )


def holdings_of(session: Session, institution_id: int, address: str, on: date) -> frozenset[tuple[str, str | None]]:
    """The (role, scope) pairs a person holds or substitutes on a date."""
    rows = session.execute(
        select(RoleHolding.role, RoleHolding.scope)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.institution_id == institution_id,
            Person.address == address.lower(),
            Person.disabled.is_(False),
            *in_force(on),  # type: ignore[arg-type]  # SQL conditions
        )
    )
    return frozenset((role, scope) for role, scope in rows)


def holders(session: Session, institution_id: int, role: str, scope: str | None, on: date) -> tuple[Holder, ...]:
    """Who is to be asked for a role and scope value on a date: substitutes first, then the holders (R-176)."""
    rows = session.execute(
        select(RoleHolding.kind, Person)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.institution_id == institution_id,
            RoleHolding.role == role,
            RoleHolding.scope.is_not_distinct_from(scope),
            Person.disabled.is_(False),
            *in_force(on),  # type: ignore[arg-type]  # SQL conditions
        )
        .order_by(RoleHolding.id)
    ).all()
    principals = [person for kind, person in rows if kind == "holder"]
    substitutes = [person for kind, person in rows if kind == "substitute"]
    named_for = principals[0] if principals else None
    return tuple(Holder(person, named_for) for person in substitutes) + tuple(
        Holder(person, None) for person in principals
    )


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


def team_of(session: Session, person_id: int) -> tuple[TeamMember, ...]:
    """The teams a person works in."""
    return tuple(session.scalars(select(TeamMember).where(TeamMember.person_id == person_id)))
