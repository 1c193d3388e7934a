"""Goals of the organs' operative plans, and what was done for each (R-105)."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from helpdesk.models.events import TrainingEvent
from helpdesk.models.institutions import Institution
from helpdesk.models.plans import PlanGoal
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import events, viewers
from helpdesk.queries.viewers import Viewer


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal with the tickets and events tagged with it that the viewer sees; cancelled events do not count."""

    goal: PlanGoal
    tickets: int
    closed: int
    events: int
    held: int


def offered(session: Session, institution_id: int) -> bool:
    """Whether the institution reports by goals: it has organs whose plans there may be."""
    if session.get_one(Institution, institution_id).catalogue_version_id is None:
        return False
    return bool(catalogues.current(session, institution_id).organs)


def years(session: Session, institution_id: int) -> tuple[int, ...]:
    """The years with goals, the newest first."""
    query = select(PlanGoal.year).where(PlanGoal.institution_id == institution_id).distinct()
    return tuple(session.scalars(query.order_by(PlanGoal.year.desc())))


def goals(session: Session, institution_id: int, year: int | None = None) -> tuple[PlanGoal, ...]:
    """The goals of an institution, retired ones too, by year, organ and code."""
    query = select(PlanGoal).where(PlanGoal.institution_id == institution_id)
    if year is not None:
        query = query.where(PlanGoal.year == year)
    order = (PlanGoal.year.desc(), PlanGoal.organ, PlanGoal.code, PlanGoal.id)
    return tuple(session.scalars(query.order_by(*order)))


def choices(session: Session, institution_id: int, present: int | None) -> tuple[PlanGoal, ...]:
    """What an activity can be tagged with: the goals that stand, and the one that it has."""
    found = goals(session, institution_id)
    return tuple(each for each in found if each.retired_at is None or each.id == present)


def report(session: Session, who: Viewer, year: int, organ: str | None = None) -> tuple[GoalLine, ...]:
    """What was done for each goal of a year, as far as the viewer sees it; retired goals only where something was."""
    tickets = (
        select(
            Ticket.plan_goal_id.label("goal"),
            func.count().label("all"),
            func.count(Ticket.closed_at).label("closed"),
        )
        .where(viewers.reach(who), Ticket.plan_goal_id.is_not(None))
        .group_by(Ticket.plan_goal_id)
        .subquery()
    )
    happened = (
        select(
            TrainingEvent.plan_goal_id.label("goal"),
            func.count().label("all"),
            func.count(TrainingEvent.held_at).label("held"),
        )
        .where(events.reach(who), TrainingEvent.plan_goal_id.is_not(None), TrainingEvent.state != "cancelled")
        .group_by(TrainingEvent.plan_goal_id)
        .subquery()
    )
    query = (
        select(
            PlanGoal,
            func.coalesce(tickets.c.all, 0),
            func.coalesce(tickets.c.closed, 0),
            func.coalesce(happened.c.all, 0),
            func.coalesce(happened.c.held, 0),
        )
        .outerjoin(tickets, tickets.c.goal == PlanGoal.id)
        .outerjoin(happened, happened.c.goal == PlanGoal.id)
        .where(
            PlanGoal.institution_id == who.institution_id,
            PlanGoal.year == year,
            or_(PlanGoal.retired_at.is_(None), tickets.c.all > 0, happened.c.all > 0),
        )
    )
    if organ is not None:
        query = query.where(PlanGoal.organ == organ)
    rows = session.execute(query.order_by(PlanGoal.organ, PlanGoal.code, PlanGoal.id))
    return tuple(GoalLine(*row) for row in rows)
