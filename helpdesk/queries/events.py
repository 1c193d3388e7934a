"""Trainings and technical assistance: who sees which, their lists, and what a specialist received (R-111, R-128)."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from helpdesk.domain import events as rules
from helpdesk.domain.errors import NotFound
from helpdesk.models.events import Attendance, TrainingEvent
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person, RoleHolding, TeamMember
from helpdesk.models.plans import PlanGoal
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import viewers
from helpdesk.queries.people import in_force, today
from helpdesk.queries.viewers import Viewer

MOST = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list. `month` is any day of it; None shows what begins this month or later."""

    month: date | None = None
    centre: str | None = None
    organ: str | None = None
    specialist_id: int | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event with who gives it, its ticket's number, its goal, and how many are listed and came."""

    event: TrainingEvent
    specialist: str
    ticket_number: int | None
    goal: PlanGoal | None
    listed: int
    came: int


@dataclass(frozen=True, slots=True)
class Received:
    """A training that a specialist was listed for."""

    event: TrainingEvent
    attended: bool | None


def offered(session: Session, institution_id: int) -> tuple[rules.Kind, ...]:
    """The kinds of event that an institution plans; none for one that has no such requests."""
    if session.get_one(Institution, institution_id).catalogue_version_id is None:
        return ()
    return rules.kinds_of(catalogues.current(session, institution_id))


def reach(who: Viewer) -> ColumnElement[bool]:
    """The condition that an event is visible to the viewer: of the own centre or organ, given by the viewer, or come of
    a ticket that the viewer sees."""
    own = TrainingEvent.institution_id == who.institution_id
    if who.sees_all:
        return own
    return own & or_(
        TrainingEvent.centre.in_(who.scopes),
        TrainingEvent.organ.in_(who.scopes),
        TrainingEvent.specialist_id == who.person_id,
        TrainingEvent.ticket_id.in_(select(Ticket.id).where(viewers.reach(who))),
    )


def is_visible(session: Session, who: Viewer, event_id: int) -> bool:
    """Whether the viewer sees that event."""
    return session.scalar(select(TrainingEvent.id).where(TrainingEvent.id == event_id, reach(who))) is not None


def find(session: Session, who: Viewer, event_id: int) -> EventRow:
    """The event. Raises NotFound when absent or not visible."""
    found = session.execute(_rows().where(TrainingEvent.id == event_id, reach(who))).one_or_none()
    if found is None:
        raise NotFound("No hay tal capacitación o asistencia a su alcance.")
    return EventRow(*found)


def sees_ticket(session: Session, who: Viewer, event: TrainingEvent) -> bool:
    """Whether the viewer sees the ticket that the event came of: an organ that agrees to the event need not."""
    query = select(Ticket.id).where(Ticket.id == event.ticket_id, viewers.reach(who))
    return event.ticket_id is not None and session.scalar(query) is not None


def page(session: Session, who: Viewer, filters: Filters) -> tuple[EventRow, ...]:
    """The events that the viewer sees, by date, one more than `MOST` at most."""
    first = filters.month or today(session, who.institution_id)
    zone = ZoneInfo(who.timezone)
    conditions = [TrainingEvent.starts_at >= datetime(first.year, first.month, 1, tzinfo=zone)]
    if filters.month is not None:
        following = (first.year + first.month // 12, first.month % 12 + 1)
        conditions.append(TrainingEvent.starts_at < datetime(*following, 1, tzinfo=zone))
    if filters.centre is not None:
        conditions.append(TrainingEvent.centre == filters.centre)
    if filters.organ is not None:
        conditions.append(TrainingEvent.organ == filters.organ)
    if filters.specialist_id is not None:
        conditions.append(TrainingEvent.specialist_id == filters.specialist_id)
    query = _rows().where(reach(who), *conditions).order_by(TrainingEvent.starts_at, TrainingEvent.id)
    return tuple(EventRow(*row) for row in session.execute(query.limit(MOST + 1)))


def of_ticket(session: Session, ticket: Ticket) -> tuple[TrainingEvent, ...]:
    """The events that came of a ticket, by date; whoever sees the ticket sees them."""
    query = select(TrainingEvent).where(
        TrainingEvent.ticket_id == ticket.id, TrainingEvent.institution_id == ticket.institution_id
    )
    return tuple(session.scalars(query.order_by(TrainingEvent.starts_at, TrainingEvent.id)))


def attendances(session: Session, event: TrainingEvent) -> tuple[Attendance, ...]:
    """The list of an event, by name."""
    query = select(Attendance).where(Attendance.event_id == event.id, Attendance.institution_id == event.institution_id)
    return tuple(session.scalars(query.order_by(func.lower(Attendance.name), Attendance.id)))


def visible_person(session: Session, who: Viewer, person_id: int) -> Person | None:
    """A member of the staff whose trainings the viewer may see: the viewer, who works in or for the same centre or
    organ, and anybody for a national function; None for all others."""
    query = select(Person).where(
        Person.id == person_id, Person.institution_id == who.institution_id, Person.is_staff.is_(True)
    )
    if not who.sees_all and person_id != who.person_id:
        day = today(session, who.institution_id)
        query = query.where(
            or_(
                Person.id.in_(select(TeamMember.person_id).where(TeamMember.scope.in_(who.scopes))),
                Person.id.in_(select(RoleHolding.person_id).where(RoleHolding.scope.in_(who.scopes), *in_force(day))),
            )
        )
    return session.scalar(query)


def trainings_of(session: Session, person: Person) -> tuple[Received, ...]:
    """The trainings that a specialist was listed for, the newest first; cancelled ones are none (R-128)."""
    rows = session.execute(
        select(TrainingEvent, Attendance.attended)
        .join(Attendance, Attendance.event_id == TrainingEvent.id)
        .where(
            Attendance.person_id == person.id,
            TrainingEvent.institution_id == person.institution_id,
            TrainingEvent.state != "cancelled",
        )
        .order_by(TrainingEvent.starts_at.desc(), TrainingEvent.id.desc())
    )
    return tuple(Received(event, attended) for event, attended in rows)


def speaks_for_organ(session: Session, who: Viewer, organ: str) -> bool:
    """Whether the viewer holds today a function that agrees on behalf of an organ."""
    return rules.speaks_for(catalogues.current(session, who.institution_id), who.roles, organ)


def may_plan(session: Session, who: Viewer, kind: str, organ: str) -> bool:
    """Whether the viewer may plan and change such an event: agents, and an organ the trainings that it gives to the
    institution's own specialists."""
    return who.is_agent or (kind == rules.STAFF_TRAINING and speaks_for_organ(session, who, organ))


def may_keep(session: Session, who: Viewer, event: TrainingEvent) -> bool:
    """Whether the viewer may note who came: whoever may plan the event, and whoever gives it."""
    return event.specialist_id == who.person_id or may_plan(session, who, event.kind, event.organ)


def _rows() -> Select[TrainingEvent, str, int | None, PlanGoal | None, int, int]:
    mine = Attendance.event_id == TrainingEvent.id
    listed = select(func.count()).select_from(Attendance).where(mine)
    return (
        select(
            TrainingEvent,
            func.coalesce(func.nullif(Person.name, ""), Person.address, ""),
            Ticket.number,
            PlanGoal,
            listed.correlate(TrainingEvent).scalar_subquery(),
            listed.where(Attendance.attended.is_(True)).correlate(TrainingEvent).scalar_subquery(),
        )
        .outerjoin(Person, Person.id == TrainingEvent.specialist_id)
        .outerjoin(Ticket, Ticket.id == TrainingEvent.ticket_id)
        .outerjoin(PlanGoal, PlanGoal.id == TrainingEvent.plan_goal_id)
    )
