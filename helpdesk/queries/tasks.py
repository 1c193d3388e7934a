"""Tasks as their pages show them: the own ones, those of a month by centre, contents by state (R-130, R-131)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from helpdesk.domain import periodic
from helpdesk.domain.catalogue import Catalogue, Kept, PeriodicTaskSpec
from helpdesk.models.people import Person, RoleHolding
from helpdesk.models.tasks import Task
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import contributions
from helpdesk.queries.people import called, holders, in_force, today
from helpdesk.queries.viewers import Pair, Viewer

CONTENTS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task with the names a page shows. `holders` are those of its function today; `sent` counts the requests of its
    month where several answer it."""

    task: Task
    responsible: str | None
    done_by: str | None
    ticket_number: int | None
    holders: tuple[str, ...] = ()
    sent: int = 0


@dataclass(frozen=True, slots=True)
class MonthTable:
    """A periodic task with what each place has of it in a month. `compiles`: there are texts to read together."""

    spec: PeriodicTaskSpec
    lines: tuple[TaskLine, ...]
    compiles: bool

    @property
    def open(self) -> int:
        """How many have not sent it."""
        return sum(line.task.state == "open" for line in self.lines)


def keeps(catalogue: Catalogue, who: Viewer, kept: Kept) -> bool:
    """Whether the viewer looks after that: by function, or as administrator where any function does."""
    roles = periodic.keepers(catalogue, kept)
    return bool(roles) and (who.is_admin or any(role in roles for role, _ in who.roles))


def oversees(who: Viewer, spec: PeriodicTaskSpec) -> bool:
    """Whether the viewer sees what every place has sent: the owner of a task for which others give something."""
    return who.is_admin or (bool(spec.inputs_from) and (spec.owner_role, None) in who.roles)


def overseen(catalogue: Catalogue, who: Viewer) -> tuple[PeriodicTaskSpec, ...]:
    """The tasks of every month that the viewer oversees."""
    return tuple(spec for spec in periodic.monthly(catalogue) if oversees(who, spec))


def pairs_of(session: Session, who: Viewer) -> frozenset[Pair]:
    """The functions that the viewer answers for today, also those that nobody holds and whose alias the viewer does."""
    catalogue, day = catalogues.current(session, who.institution_id), today(session, who.institution_id)
    roles = {role for role, _ in who.roles}
    found = set(who.roles)
    for spec in catalogue.roles:
        if spec.alias_of in roles:
            for _, scope in (pair for pair in who.roles if pair[0] == spec.alias_of):
                acting = holders(session, who.institution_id, spec.key, scope, day)
                if any(holder.person.id == who.person_id for holder in acting):
                    found.add((spec.key, scope))
    return frozenset(found)


def is_own(session: Session, who: Viewer, task: Task) -> bool:
    """Whether the task is the viewer's to do."""
    if task.responsible_id is not None:
        return task.responsible_id == who.person_id
    return (task.role, task.scope) in pairs_of(session, who)


def may_settle(session: Session, who: Viewer, task: Task) -> bool:
    """Whether the viewer may say that the task is done: whoever is to do it, and whoever oversees it."""
    catalogue = catalogues.current(session, who.institution_id)
    if is_own(session, who, task):
        return True
    if task.kind == "content":
        return keeps(catalogue, who, "content_tasks")
    spec = periodic.task_of(catalogue, task.key)
    return who.is_admin or (spec is not None and oversees(who, spec))


def own(session: Session, who: Viewer) -> tuple[TaskLine, ...]:
    """What the viewer is to do, the first due first."""
    by_function = [
        and_(Task.role == role, Task.scope.is_not_distinct_from(scope)) for role, scope in pairs_of(session, who)
    ]
    mine = or_(
        Task.responsible_id == who.person_id,
        and_(Task.responsible_id.is_(None), or_(false(), *by_function)),
    )
    return _counted(session, who, _lines(session, who, [Task.state == "open", mine]))


def of_month(session: Session, who: Viewer, period: date) -> tuple[MonthTable, ...]:
    """What every place has sent and has not, task by task (R-130)."""
    catalogue = catalogues.current(session, who.institution_id)
    specs = overseen(catalogue, who)
    wanted = [Task.kind == "periodic", Task.period == period, Task.key.in_([spec.key for spec in specs])]
    lines = _with_holders(session, who, _counted(session, who, _lines(session, who, wanted)))
    compiled = {each.key for each in contributions.monthly_types(catalogue)}
    tables = (
        MonthTable(spec, tuple(line for line in lines if line.task.key == spec.key), spec.answer_type in compiled)
        for spec in specs
    )
    return tuple(table for table in tables if table.lines)


def contents(session: Session, who: Viewer, state: str) -> tuple[TaskLine, ...]:
    """The contents in a state: the open ones by their day, the others the newest first (R-131)."""
    return _lines(session, who, [Task.kind == "content", Task.state == state], newest_first=state != "open")


def is_content(session: Session, who: Viewer, task_id: int) -> bool:
    """Whether a task of the viewer's institution is a content."""
    query = select(Task.kind).where(Task.id == task_id, Task.institution_id == who.institution_id)
    return session.scalar(query) == "content"


def _lines(
    session: Session, who: Viewer, conditions: Iterable[ColumnElement[bool]], newest_first: bool = False
) -> tuple[TaskLine, ...]:
    responsible, done_by = aliased(Person), aliased(Person)
    order: tuple[Any, ...] = (Task.done_at.desc(), Task.id.desc()) if newest_first else (Task.due_on, Task.id)
    query = (
        select(Task, responsible, done_by, Ticket.number)
        .outerjoin(responsible, responsible.id == Task.responsible_id)
        .outerjoin(done_by, done_by.id == Task.done_by_id)
        .outerjoin(Ticket, Ticket.id == Task.ticket_id)
        .where(Task.institution_id == who.institution_id, *conditions)
        .order_by(*order)
        .limit(CONTENTS_SHOWN if newest_first else None)
    )
    return tuple(
        TaskLine(task, called(named), called(doer), number) for task, named, doer, number in session.execute(query)
    )


def _counted(session: Session, who: Viewer, lines: tuple[TaskLine, ...]) -> tuple[TaskLine, ...]:
    """The lines, each with how many requests of its month came where several answer it."""
    catalogue = catalogues.current(session, who.institution_id)
    sent: dict[tuple[str, date], Counter[str | None]] = {}
    found = []
    for line in lines:
        spec, period = periodic.task_of(catalogue, line.task.key), line.task.period
        if spec is None or not spec.several or spec.answer_type is None or period is None:
            found.append(line)
            continue
        scope = periodic.scope_of(catalogue, line.task.role)
        if (spec.key, period) not in sent:
            there = contributions.of_month(session, who.institution_id, (spec.answer_type,), period)
            sent[spec.key, period] = Counter(getattr(each, scope) if scope else None for each in there)
        found.append(replace(line, sent=sent[spec.key, period][line.task.scope]))
    return tuple(found)


def _with_holders(session: Session, who: Viewer, lines: tuple[TaskLine, ...]) -> tuple[TaskLine, ...]:
    rows = session.execute(
        select(RoleHolding.role, RoleHolding.scope, Person)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.institution_id == who.institution_id,
            RoleHolding.role.in_({line.task.role for line in lines}),
            Person.disabled.is_(False),
            *in_force(today(session, who.institution_id)),
        )
        .order_by(RoleHolding.id)
    )
    named: dict[Pair, list[str]] = {}
    for role, scope, person in rows:
        named.setdefault((role, scope), []).append(person.called)
    return tuple(replace(line, holders=tuple(named.get((line.task.role, line.task.scope), ()))) for line in lines)
