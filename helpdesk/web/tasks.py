"""Tasks that no request began: the own ones, what each place sent for a month, what was sent to be read together, and
contents to be made (R-129, R-130, R-131)."""

from collections.abc import Callable, Iterable
from datetime import date
from itertools import groupby

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain import months, periodic
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue, Choice
from helpdesk.domain.errors import Conflict, HelpdeskError, Invalid, NotAllowed, NotFound
from helpdesk.models.tasks import Task
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import contributions
from helpdesk.queries import tasks as queries
from helpdesk.queries.contributions import Contribution, Wanted
from helpdesk.queries.people import staff, today
from helpdesk.queries.viewers import Viewer
from helpdesk.services import tasks
from helpdesk.services.tasks import Content
from helpdesk.web import errors
from helpdesk.web.forms import ContentForm, DeskForm, TaskNoteForm, whole
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page, see_other

blueprint = Blueprint("tasks", __name__, url_prefix="/tareas")
Answer = Response | tuple[str, int]
Verb = Callable[[Session, Actor, int, str], Task]
STATES = {"pendientes": "open", "hechas": "done", "canceladas": "cancelled"}


@blueprint.get("")
@policy(Policy.SIGNED_IN)
def index() -> Answer:
    """The own open tasks and, for whoever oversees some, who has sent and who has not (R-130)."""
    return page()


@blueprint.post("/<int:task_id>/hecha")
@policy(Policy.SIGNED_IN)
def finish(task_id: int) -> Answer:
    """Marks a task as done; the service checks whose it is."""
    return done(task_id, tasks.finish, "La tarea quedó como hecha.")


@blueprint.post("/<int:task_id>/cancelar")
@policy(Policy.SIGNED_IN)
def cancel(task_id: int) -> Answer:
    """Cancels a content; the service checks who may."""
    return done(task_id, tasks.cancel, "El contenido quedó cancelado.")


@blueprint.post("/<int:task_id>/reabrir")
@policy(Policy.SIGNED_IN)
def reopen(task_id: int) -> Answer:
    """Takes back what somebody marked by hand."""
    return done(task_id, lambda s, actor, task, _: tasks.reopen(s, actor, task), "La tarea vuelve a estar pendiente.")


@blueprint.get("/contenidos")
@policy(Policy.SIGNED_IN)
def contents() -> Answer:
    """The contents to be made, by state (R-131)."""
    return contents_page(ContentForm(formdata=None))


@blueprint.post("/contenidos")
@policy(Policy.SIGNED_IN)
def set_content() -> Answer:
    """Sets a content to be made; the service checks who may."""
    who, form = viewer(), ContentForm()
    try:
        if not form.validate():
            raise Invalid(form.first_error())
        person = form.responsible.data
        if person and whole(person) is None:
            raise Invalid("Elija a una persona de la lista.", {"responsible": "Elija a una persona de la lista."})
        with transaction() as session:
            wanted = Content(form.title.data, form.channel.data, whole(person), form.due_on.data)
            tasks.set_content(session, who.actor, wanted)
    except (Conflict, Invalid) as problem:
        return contents_page(form, problem)
    return see_other(url_for("tasks.contents"), "El contenido quedó encargado.")


@blueprint.get("/compilado/<key>")
@policy(Policy.SIGNED_IN)
def compiled(key: str) -> Answer:
    """The texts sent for a task of the month, centre by centre, to be printed (R-130)."""
    who = viewer()
    with transaction() as session:
        catalogue = catalogues.current(session, who.institution_id)
        spec = next((each for each in queries.overseen(catalogue, who) if each.key == key), None)
        types = {each.key for each in contributions.monthly_types(catalogue)}
        if spec is None or spec.answer_type not in types:
            raise NotFound("Esa compilación no existe o no está a su cargo.")
        month = wanted_month(session, who)
        sent = contributions.seen(session, who, Wanted(month, spec.purpose))
        html = desk_page(
            session,
            who,
            "tasks/compiled.html",
            spec=spec,
            month=month,
            places=by_place([each for each in sent if each.request_type == spec.answer_type]),
            names=Names(catalogue),
            in_words=months.in_words,
        )
    return html, 200


@blueprint.get("/informacion")
@policy(Policy.SIGNED_IN)
def information() -> Answer:
    """What was sent for a month, of all that the viewer may see: by purpose, centre and system (R-129)."""
    who = viewer()
    with transaction() as session:
        catalogue = catalogues.current(session, who.institution_id)
        month = wanted_month(session, who)
        purpose, centre, topic = (request.args.get(key) or None for key in ("destino", "centro", "sistema"))
        html = desk_page(
            session,
            who,
            "tasks/information.html",
            month=month,
            around=around(month),
            sent=contributions.seen(session, who, Wanted(month, purpose, centre, topic)),
            purposes=options(catalogue, "purpose"),
            topics=options(catalogue, "topic"),
            chosen={"destino": purpose, "centro": centre, "sistema": topic},
            names=Names(catalogue),
            catalogue=catalogue,
            in_words=months.in_words,
            key_of=months.key_of,
        )
    return html, 200


def by_place(sent: Iterable[Contribution]) -> list[tuple[str, list[Contribution]]]:
    """What was sent, centre by centre; it comes ordered by them."""
    return [(centre, list(texts)) for centre, texts in groupby(sent, key=lambda each: each.centre or "")]


def done(task_id: int, verb: Verb, told: str) -> Answer:
    """Calls one verb on a task; refused, shows the tasks with the reason and what was typed."""
    who, form = viewer(), TaskNoteForm()
    try:
        if not form.validate():
            raise Invalid(form.first_error())
        with transaction() as session:
            verb(session, who.actor, task_id, form.note.data or "")
            back = url_for("tasks.contents" if among_contents(session, who, task_id) else "tasks.index")
    except (Conflict, Invalid, NotAllowed) as problem:
        with transaction() as session:
            there = among_contents(session, who, task_id)
        if there:
            return contents_page(ContentForm(formdata=None), problem, task_id, form)
        return page(problem, task_id, form)
    return see_other(back, told)


def among_contents(session: Session, who: Viewer, task_id: int) -> bool:
    """Whether the task stands on the page of contents, which only those who keep them have."""
    catalogue = catalogues.current(session, who.institution_id)
    return queries.keeps(catalogue, who, "content_tasks") and queries.is_content(session, who, task_id)


def page(
    problem: HelpdeskError | None = None, refused: int | None = None, form: DeskForm | None = None
) -> tuple[str, int]:
    """The tasks, and the status."""
    who = viewer()
    with transaction() as session:
        catalogue = catalogues.current(session, who.institution_id)
        month = wanted_month(session, who)
        html = desk_page(
            session,
            who,
            "tasks/page.html",
            own=queries.own(session, who),
            tables=queries.of_month(session, who, month),
            oversees=bool(queries.overseen(catalogue, who)),
            keeps_contents=queries.keeps(catalogue, who, "content_tasks"),
            informs=bool(contributions.monthly_types(catalogue)),
            month=month,
            around=around(month),
            today=today(session, who.institution_id),
            names=Names(catalogue),
            channels={each.key: each.label for each in catalogue.content_channels},
            how=answers_by_mail(catalogue),
            by_itself={each.key for each in periodic.monthly(catalogue) if each.answer_type and not each.several},
            in_words=months.in_words,
            key_of=months.key_of,
            problem=str(problem) if problem else None,
            refused=refused,
            form=form or TaskNoteForm(formdata=None),
        )
    return html, errors.status_of(problem) if problem else 200


def contents_page(
    form: ContentForm,
    problem: HelpdeskError | None = None,
    refused: int | None = None,
    note: DeskForm | None = None,
) -> tuple[str, int]:
    """The contents, and the status. Raises NotAllowed for whoever does not keep them."""
    who = viewer()
    asked = request.args.get("estado", "")
    shown = asked if asked in STATES else "pendientes"
    with transaction() as session:
        catalogue = catalogues.current(session, who.institution_id)
        if not queries.keeps(catalogue, who, "content_tasks"):
            raise NotAllowed(
                "Los contenidos los ve quien los tiene a su cargo; los que usted hace están en sus tareas."
            )
        html = desk_page(
            session,
            who,
            "tasks/contents.html",
            lines=queries.contents(session, who, STATES[shown]),
            shown=shown,
            states=STATES,
            channels=catalogue.content_channels,
            channel_names={each.key: each.label for each in catalogue.content_channels},
            staff=staff(session, who.institution_id),
            today=today(session, who.institution_id),
            form=form,
            refused=refused,
            note=note or TaskNoteForm(formdata=None),
            wrong=problem.fields if isinstance(problem, Invalid) else {},
            problem=str(problem) if problem else None,
        )
    return html, errors.status_of(problem) if problem else 200


def wanted_month(session: Session, who: Viewer) -> date:
    """The month of the address; the present one where it names none."""
    return months.of_key(request.args.get("mes", "")) or months.first_of(today(session, who.institution_id))


def around(month: date) -> tuple[date, date]:
    """The month before and the month after."""
    return months.shifted(month, -1), months.shifted(month, 1)


def options(catalogue: Catalogue, name: str) -> tuple[Choice, ...]:
    """The purposes or topics among which what is sent month by month can be told apart."""
    found: dict[str, Choice] = {}
    for spec in contributions.monthly_types(catalogue):
        key = getattr(spec.monthly, name)
        for field in spec.intake_fields:
            if field.key == key:
                found.update((choice.key, choice) for choice in field.choices)
    return tuple(found.values())


def answers_by_mail(catalogue: Catalogue) -> dict[str, str]:
    """Where to send what answers each task, by the task's key."""
    boxes = {box.key: box.address for box in catalogue.mailboxes}
    found = {}
    for task in periodic.monthly(catalogue):
        answer = periodic.answering(catalogue, task)
        address = next((boxes[each.mailbox] for each in answer.channels if each.mailbox), None) if answer else None
        if address is not None:
            found[task.key] = address
    return found
