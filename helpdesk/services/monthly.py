"""The tasks of every month: laid out, asked of whoever holds the function, called to mind, and settled by what comes
(R-130).

The desk's own clock does it all, at any hour and as often as it likes: each step finds what it has still to do.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import months, periodic
from helpdesk.domain.actors import Actor
from helpdesk.domain.calendars import Calendar
from helpdesk.domain.catalogue import Catalogue, PeriodicTaskSpec
from helpdesk.domain.periodic import Asked
from helpdesk.models.institutions import Institution
from helpdesk.models.people import RoleHolding
from helpdesk.models.tasks import Task
from helpdesk.queries import calendars, contributions
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.contributions import Contribution
from helpdesk.queries.people import alias_of, in_force, today
from helpdesk.services import history

LOOK_BACK = 2
"""How many months back what comes late, or is refused after all, still changes a task."""


def institutions(session: Session) -> tuple[int, ...]:
    """The institutions that have a catalogue."""
    query = select(Institution.id).where(Institution.catalogue_version_id.is_not(None)).order_by(Institution.id)
    return tuple(session.scalars(query))


def lay_out(session: Session, actor: Actor, institution_id: int) -> int:
    """Make the tasks of the present month that are not there yet, one for each place of each function asked; gives how
    many. What would be overdue from its beginning is left out."""
    catalogue = catalogues.current(session, institution_id)
    day = today(session, institution_id)
    period = months.first_of(day)
    rows = []
    for asked in periodic.asked_each_month(catalogue):
        due = months.due_on(period, asked.task.due_day, calendar_of(session, institution_id, asked))
        if due >= day:
            rows.append(_row(institution_id, asked, period, due))
    if not rows:
        return 0
    made = session.scalars(insert(Task).values(rows).on_conflict_do_nothing().returning(Task.key)).all()
    if made:
        told = {"period": months.key_of(period), "tasks": sorted(set(map(str, made))), "count": len(made)}
        history.record(session, actor, None, "tasks_laid_out", told, institution_id)
    session.flush()
    return len(made)


def _row(institution_id: int, asked: Asked, period: date, due: date) -> dict[str, object]:
    return {
        "institution_id": institution_id,
        "kind": "periodic",
        "key": asked.task.key,
        "title": asked.task.name,
        "purpose": asked.task.purpose,
        "period": period,
        "role": asked.role,
        "scope": asked.scope,
        "due_on": due,
        "created_at": clock.now(),
    }


def calendar_of(session: Session, institution_id: int, asked: Asked) -> Calendar:
    """By which days a task is due: those of the office in whose hours its answer is attended, in the place asked."""
    rules = calendars.rules_of(session, institution_id)
    catalogue = rules.catalogue
    answer = periodic.answering(catalogue, asked.task)
    key = answer.service_hours if answer else catalogue.team(catalogue.institution.fallback_team).calendar
    return rules.calendar(catalogue.calendar(key), _region_of(catalogue, asked))


def _region_of(catalogue: Catalogue, asked: Asked) -> str | None:
    match periodic.scope_of(catalogue, asked.role):
        case "region":
            return asked.scope
        case "centre":
            return next((each.region for each in catalogue.centres if each.key == asked.scope), None)
        case _:
            return None


def settle(session: Session, actor: Actor, institution_id: int) -> int:
    """Settle the tasks that a request of their month answers, and open again those whose request was refused or is
    another one now; gives how many changed. What somebody marked by hand stays."""
    catalogue = catalogues.current(session, institution_id)
    since = months.shifted(months.first_of(today(session, institution_id)), -LOOK_BACK)
    changed = 0
    for spec in periodic.monthly(catalogue):
        if spec.answer_type is None or spec.several:
            continue
        by_month: dict[date, tuple[Contribution, ...]] = {}
        for task in _of(session, institution_id, spec, since):
            assert task.period is not None
            if task.period not in by_month:
                by_month[task.period] = contributions.of_month(
                    session, institution_id, (spec.answer_type,), task.period
                )
            changed += _settle(session, actor, catalogue, task, by_month[task.period])
    session.flush()
    return changed


def _of(session: Session, institution_id: int, spec: PeriodicTaskSpec, since: date) -> Iterable[Task]:
    """The tasks that requests may change, locked."""
    query = (
        select(Task)
        .where(
            Task.institution_id == institution_id,
            Task.key == spec.key,
            Task.period >= since,
            (Task.state == "open") | Task.ticket_id.is_not(None),
        )
        .order_by(Task.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).all()


def _settle(session: Session, actor: Actor, catalogue: Catalogue, task: Task, sent: tuple[Contribution, ...]) -> bool:
    answers = [each for each in sent if _answers(session, catalogue, task, each)]
    if any(each.ticket_id == task.ticket_id for each in answers):
        return False
    first = answers[0] if answers else None
    if first is None and task.state == "open":
        return False
    task.ticket_id = first.ticket_id if first else None
    task.state, task.done_at = ("done", clock.now()) if first else ("open", None)
    task.done_by_id = first.requester_id if first else None
    session.flush()
    told = {"task": task.id, "key": task.key, "number": first.number if first else None}
    history.record(session, actor, None, "task_answered" if first else "task_reopened", told, task.institution_id)
    return True


def _answers(session: Session, catalogue: Catalogue, task: Task, sent: Contribution) -> bool:
    """Whether a request is what the task asks for: for its purpose, of its place, by who held the function that day."""
    if task.purpose not in (None, sent.purpose):
        return False
    scope = periodic.scope_of(catalogue, task.role)
    place = getattr(sent, scope) if scope is not None else None
    if place is not None and place != task.scope:
        return False
    return held(session, task, sent.requester_id, sent.sent_on)


def held(session: Session, task: Task, person_id: int, on: date) -> bool:
    """Whether a person held or substituted the task's function on a day, or the one whose holder answers for it."""
    roles = (task.role, *alias_of(session, task.institution_id, task.role))
    query = select(RoleHolding.id).where(
        RoleHolding.institution_id == task.institution_id,
        RoleHolding.person_id == person_id,
        RoleHolding.role.in_(roles),
        RoleHolding.scope.is_not_distinct_from(task.scope),
        *in_force(on),
    )
    return session.scalar(query.limit(1)) is not None
