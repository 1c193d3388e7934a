"""Directives and notices as their readers and their publishers see them (R-127)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func, select
from sqlalchemy.orm import Session, aliased

from helpdesk.domain.catalogue import Catalogue, OrganSpec, RoleSpec
from helpdesk.domain.errors import NotFound
from helpdesk.models.notices import Notice, NoticeReading
from helpdesk.models.people import Person, RoleHolding
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import in_force, today
from helpdesk.queries.viewers import Viewer

SHOWN = 200


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice for one reader; `acknowledged_at` None: not yet."""

    notice: Notice
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """A notice for its publishers: how many acknowledged it."""

    notice: Notice
    publisher: str
    acknowledged: int


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """Somebody for whom a notice is, with the functions (role, scope) that make it so today: without any, who
    acknowledged it and holds none of them any more."""

    person: Person
    functions: tuple[tuple[str, str | None], ...]
    acknowledged_at: datetime | None


def organs_of(catalogue: Catalogue, who: Viewer) -> tuple[OrganSpec, ...]:
    """The organs for which the viewer publishes: those of the functions held that are bound to an organ; all of them
    for administrators."""
    bound = {role.key for role in catalogue.roles if role.scope == "organ" and role.side != "requester"}
    own = {scope for role, scope in who.roles if role in bound}
    return tuple(organ for organ in catalogue.organs if who.is_admin or organ.key in own)


def audiences(catalogue: Catalogue) -> tuple[RoleSpec, ...]:
    """The functions to whose holders a notice may be addressed."""
    return tuple(role for role in catalogue.roles if role.side != "requester")


def usual(catalogue: Catalogue) -> tuple[str, ...]:
    """The functions that are offered first: those of the centres."""
    return tuple(role.key for role in audiences(catalogue) if role.scope == "centre")


def to_read(session: Session, who: Viewer) -> tuple[NoticeLine, ...]:
    """What is for the functions that the viewer holds today: unread first, then the newest first."""
    own = aliased(NoticeReading)
    query = (
        select(Notice, own.acknowledged_at)
        .outerjoin(own, (own.notice_id == Notice.id) & (own.person_id == who.person_id))
        .where(_is_for(who), Notice.withdrawn_at.is_(None))
        .order_by(own.acknowledged_at.is_not(None), Notice.published_at.desc(), Notice.id.desc())
        .limit(SHOWN)
    )
    return tuple(NoticeLine(*row) for row in session.execute(query))


def published(session: Session, who: Viewer) -> tuple[PublishedLine, ...]:
    """What the viewer's organs published, the newest first."""
    count = (
        select(func.count())
        .select_from(NoticeReading)
        .where(NoticeReading.notice_id == Notice.id)
        .correlate(Notice)
        .scalar_subquery()
    )
    query = (
        select(Notice, Person, count)
        .outerjoin(Person, Person.id == Notice.published_by_id)
        .where(_is_published_by(session, who))
        .order_by(Notice.published_at.desc(), Notice.id.desc())
        .limit(SHOWN)
    )
    return tuple(
        PublishedLine(notice, person.called if person else "", acknowledged)
        for notice, person, acknowledged in session.execute(query)
    )


def of_reader(session: Session, who: Viewer, notice_id: int) -> Notice:
    """A notice that is for the viewer and was not withdrawn. Raises NotFound."""
    found = session.scalar(select(Notice).where(Notice.id == notice_id, _is_for(who), Notice.withdrawn_at.is_(None)))
    if found is None:
        raise NotFound("Ese aviso no existe, se retiró o no es para su función.")
    return found


def of_publisher(session: Session, who: Viewer, notice_id: int) -> Notice:
    """A notice of one of the viewer's organs. Raises NotFound."""
    found = session.scalar(select(Notice).where(Notice.id == notice_id, _is_published_by(session, who)))
    if found is None:
        raise NotFound("Ese aviso no existe o no es de un órgano suyo.")
    return found


def of_either(session: Session, who: Viewer, notice_id: int) -> Notice:
    """A notice that the viewer may read or has published. Raises NotFound."""
    try:
        return of_publisher(session, who, notice_id)
    except NotFound:
        return of_reader(session, who, notice_id)


def readers(session: Session, notice: Notice) -> tuple[ReaderLine, ...]:
    """For whom a notice is today, and who acknowledged it; those who did not yet first."""
    rows = session.execute(
        select(Person, RoleHolding.role, RoleHolding.scope)
        .join(RoleHolding, RoleHolding.person_id == Person.id)
        .where(
            RoleHolding.institution_id == notice.institution_id,
            RoleHolding.role.in_(notice.audience),
            Person.disabled.is_(False),
            *in_force(today(session, notice.institution_id)),
        )
        .order_by(RoleHolding.id)
    )
    functions: dict[int, list[tuple[str, str | None]]] = {}
    people: dict[int, Person] = {}
    for person, role, scope in rows:
        people[person.id] = person
        functions.setdefault(person.id, []).append((role, scope))
    acknowledged: dict[int, datetime] = {}
    read = session.execute(
        select(Person, NoticeReading.acknowledged_at)
        .join(NoticeReading, NoticeReading.person_id == Person.id)
        .where(NoticeReading.notice_id == notice.id)
    )
    for person, at in read:
        people[person.id] = person
        acknowledged[person.id] = at
    lines = [ReaderLine(each, tuple(functions.get(key, ())), acknowledged.get(key)) for key, each in people.items()]
    return tuple(sorted(lines, key=lambda line: (line.acknowledged_at is not None, line.person.name)))


def _is_for(who: Viewer) -> ColumnElement[bool]:
    held = cast([role for role, _ in who.roles], ARRAY(Text))
    return (Notice.institution_id == who.institution_id) & Notice.audience.op("?|")(held)


def _is_published_by(session: Session, who: Viewer) -> ColumnElement[bool]:
    """An administrator sees those of an organ that the catalogue dropped, too."""
    own = Notice.institution_id == who.institution_id
    if who.is_admin:
        return own
    return own & Notice.organ.in_(
        [organ.key for organ in organs_of(catalogues.current(session, who.institution_id), who)]
    )
