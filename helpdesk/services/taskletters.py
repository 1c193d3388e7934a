"""Writes to whoever is to do a task: when it is asked, and once more before it is due (R-130, R-131)."""

from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import months, periodic
from helpdesk.domain.actors import Actor
from helpdesk.domain.calendars import Calendar
from helpdesk.domain.catalogue import Catalogue, IntakeField, RequestType
from helpdesk.letters import facts as f
from helpdesk.letters import write
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person
from helpdesk.models.tasks import Task
from helpdesk.queries import calendars
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import Holder, holders, today
from helpdesk.services import circulars, history, monthly
from helpdesk.services.desk import settings_of

Kind = Literal["asked", "reminded", "content"]
TEXT_TO_WRITE = "(su texto)"


def to_write(session: Session, institution_id: int) -> tuple[int, ...]:
    """The open tasks about which a letter may be due."""
    query = select(Task.id).where(
        Task.institution_id == institution_id,
        Task.state == "open",
        or_(Task.asked_at.is_(None), Task.reminded_at.is_(None)),
        Task.due_on >= today(session, institution_id),
    )
    return tuple(session.scalars(query.order_by(Task.id)))


def write_about(session: Session, actor: Actor, task_id: int) -> bool:
    """Ask whoever is to do the task, or call it to mind when its day has come; gives whether anybody was written to.

    A task that nobody can be asked about is looked at again: the function may get a holder.
    """
    task = session.scalar(
        select(Task)
        .where(Task.id == task_id, Task.state == "open")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if task is None:
        return False
    if task.asked_at is None:
        return ask(session, actor, task)
    return _remind(session, actor, task)


def ask(session: Session, actor: Actor, task: Task) -> bool:
    """Write to whoever is to do the task, the first time."""
    told = _tell(session, task, "asked" if task.kind == "periodic" else "content")
    if told:
        task.asked_at = clock.now()
        session.flush()
        _record(session, actor, task, "task_asked", told)
    return bool(told)


def _remind(session: Session, actor: Actor, task: Task) -> bool:
    day = today(session, task.institution_id)
    assert task.asked_at is not None
    zone = ZoneInfo(session.get_one(Institution, task.institution_id).timezone)
    due = day >= months.remind_on(task.due_on, _calendar(session, task)) and day <= task.due_on
    if task.reminded_at is not None or not due or task.asked_at.astimezone(zone).date() >= day:
        return False
    told = _tell(session, task, "reminded")
    task.reminded_at = clock.now()
    session.flush()
    _record(session, actor, task, "task_reminded", told)
    return bool(told)


def _calendar(session: Session, task: Task) -> Calendar:
    catalogue = catalogues.current(session, task.institution_id)
    spec = periodic.task_of(catalogue, task.key)
    if spec is not None:
        return monthly.calendar_of(session, task.institution_id, periodic.Asked(spec, task.role, task.scope))
    rules = calendars.rules_of(session, task.institution_id)
    return rules.calendar(catalogue.calendar(catalogue.team(catalogue.institution.fallback_team).calendar), None)


def _tell(session: Session, task: Task, kind: Kind) -> list[str]:
    """Write to everybody who is to do the task and can be reached; gives their addresses."""
    catalogue = catalogues.current(session, task.institution_id)
    institution = session.get_one(Institution, task.institution_id)
    spec = periodic.task_of(catalogue, task.key)
    answer = periodic.answering(catalogue, spec) if spec is not None and not spec.several else None
    told = []
    for reader in readers(session, task, today(session, task.institution_id)):
        text = write.tarea(_facts(session, catalogue, task, kind, answer, reader))
        if circulars.send(session, institution, reader.person, "tarea", text, _mailbox(answer)) is not None:
            told.append(reader.person.address)
    return told


def readers(session: Session, task: Task, on: date) -> tuple[Holder, ...]:
    """Who is to do the task on a day: the person named, else everybody who acts for the function."""
    if task.responsible_id is not None:
        person = session.get_one(Person, task.responsible_id)
        return () if person.disabled else (Holder(person, None),)
    return holders(session, task.institution_id, task.role, task.scope, on)


def _facts(
    session: Session, catalogue: Catalogue, task: Task, kind: Kind, answer: RequestType | None, reader: Holder
) -> f.TaskFacts:
    place = catalogue.place_name(task.scope)
    names = {role.key: role.name for role in catalogue.roles}
    function = names.get(task.role, task.role) + (f", {place}" if place else "")
    channels = {each.key: each.label for each in catalogue.content_channels}
    return f.TaskFacts(
        institution=f.institution_of(catalogue.institution),
        tag=f"[{catalogue.institution.ticket_prefix}]",
        kind=kind,
        title=task.title,
        due_on=task.due_on,
        page_url=f"{settings_of(session).public_url}/tareas",
        month=months.in_words(task.period) if task.period is not None else "",
        function=function if task.responsible_id is None else "",
        channel=channels.get(task.purpose or "", "") if task.kind == "content" else "",
        recipient=reader.person.name,
        on_behalf_of=reader.on_behalf_of.name or reader.on_behalf_of.address if reader.on_behalf_of else None,
        data=_data(answer, task) if answer is not None else (),
    )


def _data(answer: RequestType, task: Task) -> tuple[tuple[str, str], ...]:
    """What a reply must say to be the request that answers the task, with the labels of its data."""
    spec = answer.monthly
    if spec is None or task.period is None:
        return ()
    rows = [(answer.field(spec.month).label, months.in_words(task.period))]
    if spec.purpose is not None and task.purpose is not None:
        field = answer.field(spec.purpose)
        rows.append((field.label, _label(field, task.purpose)))
    if spec.text is not None:
        rows.append((answer.field(spec.text).label, TEXT_TO_WRITE))
    return tuple(rows)


def _label(field: IntakeField, key: str) -> str:
    return next((choice.label for choice in field.choices if choice.key == key), key)


def _mailbox(answer: RequestType | None) -> str | None:
    """The mailbox to which the request that answers comes."""
    return next((channel.mailbox for channel in answer.channels if channel.mailbox), None) if answer else None


def _record(session: Session, actor: Actor, task: Task, kind: str, told: list[str]) -> None:
    data = {"task": task.id, "title": task.title, "to": told}
    history.record(session, actor, None, kind, data, task.institution_id)
