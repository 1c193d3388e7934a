"""Goals of the organs' operative plans: added, retired, and what is done is tagged with one (R-105)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import plans as rules
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Conflict, NotAllowed, NotFound
from helpdesk.models.events import TrainingEvent
from helpdesk.models.institutions import Institution
from helpdesk.models.plans import PlanGoal
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import events, viewers
from helpdesk.queries.people import today
from helpdesk.services import history
from helpdesk.services.locks import fresh, locked

NO_GOAL = "Esa meta no está entre las de su institución, o se retiró."


def add_goal(
    session: Session, actor: Actor, institution_id: int, organ: str, year: int | None, code: str, name: str
) -> PlanGoal:
    """Add a goal of an organ for a year. Raises Invalid, Conflict when the organ has one with that code in the year."""
    organs = frozenset(each.key for each in catalogues.current(session, institution_id).organs)
    code, name = " ".join(code.split()), " ".join(name.split())
    known_year = rules.check(organs, organ, year, code, name, today(session, institution_id).year)
    _lock(session, institution_id)
    same = select(PlanGoal.id).where(
        PlanGoal.institution_id == institution_id,
        PlanGoal.organ == organ,
        PlanGoal.year == known_year,
        PlanGoal.code == code,
        PlanGoal.retired_at.is_(None),
    )
    if session.scalar(same) is not None:
        raise Conflict(f"Ese órgano ya tiene una meta «{code}» en {known_year}: use otro código o retire la anterior.")
    goal = PlanGoal(
        institution_id=institution_id,
        organ=organ,
        year=known_year,
        code=code,
        name=name,
        added_by_id=actor.person_id,
        added_at=clock.now(),
    )
    session.add(goal)
    session.flush()
    history.record(session, actor, None, "plan_goal_added", {**told(goal), "organ": organ}, institution_id)
    return goal


def retire_goal(session: Session, actor: Actor, institution_id: int, goal_id: int) -> PlanGoal:
    """Offer a goal no more; what was tagged with it stays. Raises NotFound."""
    _lock(session, institution_id)
    goal = _standing(session, institution_id, goal_id)
    goal.retired_at = clock.now()
    session.flush()
    history.record(session, actor, None, "plan_goal_retired", told(goal), institution_id)
    return goal


def tag_ticket(session: Session, actor: Actor, ticket_id: int, touched: int | None, goal_id: int | None) -> Ticket:
    """Report a ticket by a goal; None takes the goal away. Raises NotFound, Conflict."""
    ticket = locked(session, actor, ticket_id, touched)
    if goal_id != ticket.plan_goal_id:
        goal = _standing(session, ticket.institution_id, goal_id) if goal_id is not None else None
        ticket.plan_goal_id = goal_id
        session.flush()
        history.record(session, actor, ticket, "plan_goal_set", told(goal))
    return ticket


def tag_event(session: Session, actor: Actor, event_id: int, goal_id: int | None) -> TrainingEvent:
    """Report an event by a goal; None takes the goal away. Raises NotFound, NotAllowed."""
    event = session.scalar(
        select(TrainingEvent).where(TrainingEvent.id == event_id, TrainingEvent.institution_id == actor.institution_id)
    )
    if event is None:
        raise NotFound("No hay tal capacitación o asistencia en su institución.")
    who = viewers.acting(session, actor)
    if who is None or not events.may_plan(session, who, event.kind, event.organ):
        raise NotAllowed("Su cuenta no cambia esto: pídalo a quien atiende el centro.")
    ticket = fresh(session, event.ticket_id) if event.ticket_id is not None else None
    session.refresh(event, with_for_update=True)
    if goal_id != event.plan_goal_id:
        goal = _standing(session, event.institution_id, goal_id) if goal_id is not None else None
        event.plan_goal_id = goal_id
        session.flush()
        said = {**told(goal), "event": event.id, "event_kind": event.kind, "subject": event.subject}
        history.record(session, actor, ticket, "plan_goal_set", said, event.institution_id)
    return event


def told(goal: PlanGoal | None) -> dict[str, str | int | None]:
    """What the history keeps of a goal."""
    if goal is None:
        return {"goal": None}
    return {"goal": goal.id, "year": goal.year, "code": goal.code, "name": goal.name}


def _standing(session: Session, institution_id: int, goal_id: int) -> PlanGoal:
    goal = session.scalar(
        select(PlanGoal).where(
            PlanGoal.id == goal_id, PlanGoal.institution_id == institution_id, PlanGoal.retired_at.is_(None)
        )
    )
    if goal is None:
        raise NotFound(NO_GOAL)
    return goal


def _lock(session: Session, institution_id: int) -> None:
    """One change of the goals at a time: two of the same code at once would both be added."""
    session.execute(select(Institution.id).where(Institution.id == institution_id).with_for_update(key_share=True))
