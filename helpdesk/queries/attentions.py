"""The services given in the centres, for those who may read them whatever their own place (R-103).

Who asked, what was written and the files are not read here: whoever needs them reaches the ticket.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, null, select
from sqlalchemy.orm import Session

from helpdesk.domain.attentions import services_of_centres, subject_fields
from helpdesk.domain.catalogue import Catalogue
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries.viewers import Viewer, reach

PAGE = 50


@dataclass(frozen=True, slots=True)
class Chosen:
    """What narrows the services: keys of the catalogue, and the instants between which they were asked for."""

    centre: str = ""
    request_type: str = ""
    subject: str = ""
    organ: str = ""
    months: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Attention:
    """A service given in a centre. `assignee` is the name of who attends it, None while nobody does; `reachable` says
    whether the viewer may open the ticket."""

    id: int
    number: int
    received_at: datetime
    closed_at: datetime | None
    centre: str
    request_type: str
    subject: str | None
    organ: str | None
    status: str
    team: str
    assignee: str | None
    assignee_id: int | None
    reachable: bool


@dataclass(frozen=True, slots=True)
class Total:
    """How many services of a type a centre gave, and how many of them have ended."""

    centre: str
    request_type: str
    given: int
    ended: int


def page(
    session: Session, who: Viewer, catalogue: Catalogue, chosen: Chosen, before: int | None = None, size: int = PAGE
) -> tuple[tuple[Attention, ...], int | None]:
    """The newest services before a row (None: from the newest on), and the row before which the next page begins."""
    query: Select[*tuple[Any, ...]] = (
        select(
            Ticket.id,
            Ticket.number,
            Ticket.received_at,
            Ticket.closed_at,
            Ticket.centre,
            Ticket.request_type,
            _subject(catalogue),
            Ticket.organ,
            Ticket.status,
            Ticket.team,
            func.coalesce(func.nullif(Person.name, ""), Person.address),
            Ticket.assignee_id,
            reach(who),
        )
        .outerjoin(Person, Person.id == Ticket.assignee_id)
        .where(*_conditions(who, catalogue, chosen))
        .order_by(Ticket.id.desc())
        .limit(size + 1)
    )
    if before is not None:
        query = query.where(Ticket.id < before)
    rows = tuple(Attention(*row) for row in session.execute(query))
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def totals(session: Session, who: Viewer, catalogue: Catalogue, chosen: Chosen) -> tuple[Total, ...]:
    """How many services each centre gave of each type."""
    query: Select[*tuple[Any, ...]] = (
        select(Ticket.centre, Ticket.request_type, func.count(), func.count(Ticket.closed_at))
        .where(*_conditions(who, catalogue, chosen))
        .group_by(Ticket.centre, Ticket.request_type)
        .order_by(Ticket.centre, Ticket.request_type)
    )
    return tuple(Total(*row) for row in session.execute(query))


def _subject(catalogue: Catalogue) -> ColumnElement[str | None]:
    said = [Ticket.fields[key].astext for key in subject_fields(catalogue)]
    return func.coalesce(*said) if said else cast(null(), Text)


def _conditions(who: Viewer, catalogue: Catalogue, chosen: Chosen) -> list[ColumnElement[bool]]:
    found = [
        Ticket.institution_id == who.institution_id,
        Ticket.centre.is_not(None),
        Ticket.merged_into_id.is_(None),
        Ticket.request_type.in_([each.key for each in services_of_centres(catalogue)]),
    ]
    if chosen.centre:
        found.append(Ticket.centre == chosen.centre)
    if chosen.request_type:
        found.append(Ticket.request_type == chosen.request_type)
    if chosen.subject:
        found.append(_subject(catalogue) == chosen.subject)
    if chosen.organ:
        found.append(Ticket.organ == chosen.organ)
    if chosen.months is not None:
        found += [Ticket.received_at >= chosen.months[0], Ticket.received_at < chosen.months[1]]
    return found
