"""What people do with tasks: mark them as done, take that back, and set contents to be made (R-130, R-131)."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import periodic
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import IllegalMove, Invalid, NotAllowed, NotFound
from helpdesk.models.people import Person
from helpdesk.models.tasks import Task
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import tasks as queries
from helpdesk.queries.people import today
from helpdesk.queries.viewers import Viewer, acting
from helpdesk.services import history, taskletters

LONGEST_AHEAD = timedelta(days=3 * 366)
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Content:
    """A content to be made: where it appears (key of the catalogue), who is responsible for it (None: those who keep
    contents), and until when."""

    title: str
    channel: str
    responsible_id: int | None
    due_on: date


def set_content(session: Session, actor: Actor, wanted: Content) -> Task:
    """Set a content to be made, and tell whoever is responsible (R-131).

    Raises NotAllowed unless the actor keeps contents, Invalid with the fields that are wrong.
    """
    who = _who(session, actor)
    catalogue = catalogues.current(session, who.institution_id)
    if not queries.keeps(catalogue, who, "content_tasks"):
        raise NotAllowed("Solo quien tiene a su cargo los contenidos los encarga.")
    wrong = _wrong(session, who, wanted, {channel.key for channel in catalogue.content_channels})
    if wrong:
        raise Invalid(next(iter(wrong.values())), wrong)
    keepers = periodic.keepers(catalogue, "content_tasks")
    task = Task(
        institution_id=who.institution_id,
        kind="content",
        title=wanted.title.strip(),
        purpose=wanted.channel,
        role=next((role for role, _ in who.roles if role in keepers), keepers[0]),
        responsible_id=wanted.responsible_id,
        due_on=wanted.due_on,
        created_at=clock.now(),
        created_by_id=actor.person_id,
    )
    session.add(task)
    session.flush()
    told = {"task": task.id, "title": task.title, "channel": task.purpose, "responsible": task.responsible_id}
    history.record(session, actor, None, "content_set", {**told, "due": task.due_on.isoformat()}, who.institution_id)
    taskletters.ask(session, actor, task)
    return task


def finish(session: Session, actor: Actor, task_id: int, note: str) -> Task:
    """Say that a task is done, and how or where. Raises NotFound for one that is not the actor's to settle, Invalid
    without a note, IllegalMove for one that has ended."""
    task = _held(session, actor, task_id)
    if task.state != "open":
        raise IllegalMove("La tarea ya estaba hecha o cancelada.")
    if not note.strip():
        raise Invalid("Escriba cómo se hizo o dónde está.", {"note": "Escriba cómo se hizo o dónde está."})
    return _end(session, actor, task, "done", note.strip())


def cancel(session: Session, actor: Actor, task_id: int, reason: str) -> Task:
    """A content is not to be made after all. Raises NotFound, NotAllowed unless the actor keeps contents, Invalid
    without a reason, IllegalMove for a task of every month or one that has ended."""
    task = _held(session, actor, task_id)
    who = _who(session, actor)
    if not queries.keeps(catalogues.current(session, who.institution_id), who, "content_tasks"):
        raise NotAllowed("Solo quien tiene a su cargo los contenidos los cancela.")
    if task.kind != "content" or task.state != "open":
        raise IllegalMove("Solo se cancela un contenido pendiente.")
    if not reason.strip():
        raise Invalid("Escriba por qué se cancela.", {"note": "Escriba por qué se cancela."})
    return _end(session, actor, task, "cancelled", reason.strip())


def reopen(session: Session, actor: Actor, task_id: int) -> Task:
    """The task is not done after all. Raises NotFound, IllegalMove for one that is open or that a request settled."""
    task = _held(session, actor, task_id)
    if task.state == "open" or task.ticket_id is not None:
        raise IllegalMove("Solo se reabre una tarea que alguien marcó a mano.")
    task.state, task.note, task.done_at, task.done_by_id = "open", "", None, None
    session.flush()
    history.record(session, actor, None, "task_reopened", {"task": task.id, "key": task.key}, task.institution_id)
    return task


def _end(session: Session, actor: Actor, task: Task, state: str, note: str) -> Task:
    task.state, task.note, task.done_at, task.done_by_id = state, note, clock.now(), actor.person_id
    session.flush()
    told = {"task": task.id, "key": task.key, "note": note}
    history.record(session, actor, None, f"task_{state}", told, task.institution_id)
    return task


def _held(session: Session, actor: Actor, task_id: int) -> Task:
    """A task that the actor may settle, locked. Raises NotFound for any other."""
    who = _who(session, actor)
    task = session.scalar(
        select(Task)
        .where(Task.id == task_id, Task.institution_id == who.institution_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if task is None or not queries.may_settle(session, who, task):
        raise NotFound("Esa tarea no existe o no está a su cargo.")
    return task


def _who(session: Session, actor: Actor) -> Viewer:
    """The actor with the functions held today. Raises NotAllowed for anybody who may not sign in."""
    who = acting(session, actor)
    if who is None:
        raise NotAllowed("Solo una persona con cuenta trabaja con tareas.")
    return who


def _wrong(session: Session, who: Viewer, wanted: Content, channels: set[str]) -> dict[str, str]:
    wrong = {}
    day = today(session, who.institution_id)
    if not wanted.title.strip() or len(wanted.title) > LONGEST_TITLE:
        wrong["title"] = f"Escriba un título de hasta {LONGEST_TITLE} letras."
    if wanted.channel not in channels:
        wrong["channel"] = "Elija el medio de la lista."
    if not day <= wanted.due_on <= day + LONGEST_AHEAD:
        wrong["due_on"] = "Elija una fecha desde hoy y dentro de tres años."
    if wanted.responsible_id is not None:
        person = session.get(Person, wanted.responsible_id)
        if person is None or person.institution_id != who.institution_id or not person.is_staff or person.disabled:
            wrong["responsible"] = "Elija a una persona de la lista."
    return wrong
