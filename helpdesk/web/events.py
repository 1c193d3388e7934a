"""Trainings and technical assistance: the list, one event with the people on its list, planning and keeping it.

Agents keep them. Whoever speaks for an organ without working tickets agrees to its events and keeps the trainings that
it gives to specialists; whoever gives an event notes who came. So the routes ask for a signed-in person, and the
services check who that is.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain import events as rules
from helpdesk.domain import months
from helpdesk.domain.errors import Conflict, HelpdeskError, Invalid, NotAllowed, NotFound
from helpdesk.domain.events import Kind, Plan
from helpdesk.models.events import TrainingEvent
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import events as queries
from helpdesk.queries import plans as goals
from helpdesk.queries import tickets as queue
from helpdesk.queries.people import staff, today
from helpdesk.queries.viewers import Viewer
from helpdesk.services import events, plans
from helpdesk.web import errors, forms, ticketpage
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.present import EVENT_STATES, spoken
from helpdesk.web.render import desk_page, see_other
from helpdesk.web.spreadsheet import table

blueprint = Blueprint("events", __name__, url_prefix="/eventos")
Answer = Response | tuple[str, int]
CAME = {True: "Sí", False: "No", None: ""}
FILLABLE = (Conflict, Invalid, NotAllowed, NotFound)


@blueprint.get("")
@policy(Policy.SIGNED_IN)
def index() -> Answer:
    """The events that the viewer sees, and what a specialist received when one is chosen (R-128)."""
    who = viewer()
    with transaction() as session:
        offered(session, who)
        filters = filters_of(request.args)
        rows = queries.page(session, who, filters)
        chosen = filters.specialist_id
        person = queries.visible_person(session, who, chosen) if chosen is not None else None
        catalogue = catalogues.current(session, who.institution_id)
        html = desk_page(
            session,
            who,
            "events/list.html",
            rows=rows[: queries.MOST],
            more=len(rows) > queries.MOST,
            filters=filters,
            person=person,
            received=queries.trainings_of(session, person) if person is not None else (),
            names=Names(catalogue),
            catalogue=catalogue,
            staff=staff(session, who.institution_id),
            may_plan=bool(kinds_for(session, who)),
            when=lambda event: interval(event, who.timezone),
            **words(),
        )
    return html, 200


@blueprint.get("/nuevo")
@policy(Policy.SIGNED_IN)
def new() -> Answer:
    """The form for an event; with a ticket's number in the address, filled with what that ticket says."""
    who, written = viewer(), forms.clean(request.args.get("ticket"))
    with transaction() as session:
        offered(session, who)
        ticket = queue.find(session, who, ticketpage.number_of(who, written)) if written else None
        filled = of_ticket(session, ticket, written) if ticket is not None else forms.EventForm(formdata=None)
        return planning(session, who, filled, ticket)


@blueprint.post("/nuevo")
@policy(Policy.SIGNED_IN)
def create() -> Answer:
    """Plans the event; refused, shows the form with the reason and what was typed."""
    who, form = viewer(), forms.EventForm()
    written = form.ticket.data
    try:
        planned = plan_of(form, who)
        with transaction() as session:
            if written:
                ticket_id = queue.find_id(session, who, ticketpage.number_of(who, written))
                event = events.plan_for_ticket(session, who.actor, ticket_id, form.seen, planned)
            else:
                event = events.plan(session, who.actor, cast(Kind, form.kind.data), planned)
    except (Conflict, Invalid) as problem:
        with transaction() as session:
            offered(session, who)
            ticket = queue.find(session, who, ticketpage.number_of(who, written)) if written else None
            return planning(session, who, form, ticket, problem=problem)
    return see_other(url_for("events.show", event_id=event.id), "Quedó programada: falta que el órgano la acuerde.")


@blueprint.get("/<int:event_id>")
@policy(Policy.SIGNED_IN)
def show(event_id: int) -> Answer:
    """One event with its list."""
    return page(viewer(), event_id)


@blueprint.get("/<int:event_id>/cambiar")
@policy(Policy.SIGNED_IN)
def edit(event_id: int) -> Answer:
    """The form of the event with what is planned now."""
    who = viewer()
    with transaction() as session:
        row = queries.find(session, who, event_id)
        return planning(session, who, of_event(row.event, who), None, row.event)


@blueprint.post("/<int:event_id>/cambiar")
@policy(Policy.SIGNED_IN)
def change(event_id: int) -> Answer:
    """Changes what is planned; refused, shows the form with the reason and what was typed."""
    who, form = viewer(), forms.EventForm()
    try:
        planned = plan_of(form, who)
        with transaction() as session:
            queries.find(session, who, event_id)
            event = events.change(session, who.actor, event_id, form.seen, planned)
            told = "Cambio guardado." if event.state == "agreed" else "Cambio guardado: falta que el órgano la acuerde."
    except (Conflict, Invalid) as problem:
        with transaction() as session:
            row = queries.find(session, who, event_id)
            return planning(session, who, form, None, row.event, problem)
    return see_other(url_for("events.show", event_id=event_id), told)


@blueprint.post("/<int:event_id>/acordar")
@policy(Policy.SIGNED_IN)
def agree(event_id: int) -> Answer:
    """The organ agrees, or an agent notes that it did."""
    form = forms.AgreementForm()

    def verb(session: Session, who: Viewer) -> str:
        events.agree(session, who.actor, event_id, form.seen, form.by.data or "", form.on.data)
        return "El acuerdo del órgano quedó anotado."

    return done(event_id, "agree", form, verb)


@blueprint.post("/<int:event_id>/realizada")
@policy(Policy.SIGNED_IN)
def hold(event_id: int) -> Answer:
    """The event took place."""
    form = forms.TicketForm()

    def verb(session: Session, who: Viewer) -> str:
        events.hold(session, who.actor, event_id, form.seen)
        return "Quedó como realizada."

    return done(event_id, "hold", form, verb)


@blueprint.post("/<int:event_id>/cancelar")
@policy(Policy.SIGNED_IN)
def cancel(event_id: int) -> Answer:
    """The event will not take place, and why."""
    form = forms.ReasonForm()

    def verb(session: Session, who: Viewer) -> str:
        events.cancel(session, who.actor, event_id, form.seen, form.reason.data)
        return "Quedó cancelada."

    return done(event_id, "cancel", form, verb)


@blueprint.post("/<int:event_id>/lista")
@policy(Policy.SIGNED_IN)
def enlist(event_id: int) -> Answer:
    """Puts people on the list: written ones, or specialists chosen among the staff."""
    form = forms.PeopleForm()

    def verb(session: Session, who: Viewer) -> str:
        came = bool(form.came.data)
        if queries.find(session, who, event_id).event.kind == rules.STAFF_TRAINING:
            ids = tuple(number for each in form.persons.data or () if (number := forms.whole(each)) is not None)
            return told_enlisted(events.enlist_staff(session, who.actor, event_id, ids, came))
        documents = catalogues.current(session, who.institution_id).institution.identity_documents
        people = rules.listed(form.people.data or "", documents)
        return told_enlisted(events.enlist(session, who.actor, event_id, people, came))

    return done(event_id, "people", form, verb)


@blueprint.post("/<int:event_id>/asistencia")
@policy(Policy.SIGNED_IN)
def mark(event_id: int) -> Answer:
    """Notes who came of those that the page showed."""

    def verb(session: Session, who: Viewer) -> str:
        events.mark(session, who.actor, event_id, numbers("shown"), numbers("came"))
        return "Asistencia guardada."

    return done(event_id, "mark", forms.DeskForm(), verb)


@blueprint.post("/<int:event_id>/lista/<int:attendance_id>/quitar")
@policy(Policy.SIGNED_IN)
def strike(event_id: int, attendance_id: int) -> Answer:
    """Takes somebody off the list."""

    def verb(session: Session, who: Viewer) -> str:
        events.strike(session, who.actor, event_id, attendance_id)
        return "Se quitó de la lista."

    return done(event_id, "mark", forms.DeskForm(), verb)


@blueprint.post("/<int:event_id>/meta")
@policy(Policy.SIGNED_IN)
def tag(event_id: int) -> Answer:
    """Reports the event by a goal of the operative plan (R-105)."""
    form = forms.GoalTagForm()

    def verb(session: Session, who: Viewer) -> str:
        plans.tag_event(session, who.actor, event_id, forms.chosen(form.goal.data))
        return "Meta guardada."

    return done(event_id, "goal", form, verb)


@blueprint.get("/<int:event_id>/asistencia.csv")
@policy(Policy.SIGNED_IN)
def attendance_file(event_id: int) -> Response:
    """The list for a spreadsheet: names, entities and who came. Numbers of identity documents stay in the desk: a file
    goes where nobody can take it back, and counting or thanking needs none."""
    who = viewer()
    with transaction() as session:
        event = queries.find(session, who, event_id).event
        rows = [(each.name, each.entity, CAME[each.attended]) for each in queries.attendances(session, event)]
        day = event.starts_at.astimezone(ZoneInfo(who.timezone)).date()
    return table(f"asistencia-{day.isoformat()}-{event_id}.csv", ("Nombre", "Entidad", "Asistió"), rows)


def done(event_id: int, which: str, form: forms.DeskForm, verb: Callable[[Session, Viewer], str]) -> Answer:
    """One verb in one transaction on an event that the viewer sees, then its page; refused, the page with the reason
    and what was typed."""
    who = viewer()
    try:
        if not form.validate_on_submit():
            raise Invalid(form.first_error())
        with transaction() as session:
            queries.find(session, who, event_id)
            told = verb(session, who)
    except FILLABLE as problem:
        return page(who, event_id, which, form, problem)
    return see_other(url_for("events.show", event_id=event_id), told)


def page(
    who: Viewer,
    event_id: int,
    which: str = "",
    form: forms.DeskForm | None = None,
    problem: HelpdeskError | None = None,
) -> tuple[str, int]:
    """The page of an event and its status. `form` is the refused one, under its name."""
    with transaction() as session:
        row = queries.find(session, who, event_id)
        event = row.event
        catalogue = catalogues.current(session, who.institution_id)
        seen = str(event.touched)
        filled: dict[str, forms.DeskForm] = {
            "agree": forms.AgreementForm(formdata=None, touched=seen, on=today(session, who.institution_id)),
            "cancel": forms.ReasonForm(formdata=None, touched=seen),
            "people": forms.PeopleForm(formdata=None),
        }
        if form is not None:
            filled[which] = form
        html = desk_page(
            session,
            who,
            "events/page.html",
            row=row,
            event=event,
            when=interval(event, who.timezone),
            list=queries.attendances(session, event),
            names=Names(catalogue),
            system=system_name(session, who, event),
            sees_ticket=queries.sees_ticket(session, who, event),
            begun=event.starts_at <= clock.now(),
            may_change=queries.may_plan(session, who, event.kind, event.organ),
            may_keep=queries.may_keep(session, who, event),
            speaks=queries.speaks_for_organ(session, who, event.organ),
            staff=staff(session, who.institution_id) if event.kind == rules.STAFF_TRAINING else (),
            goals=goals.choices(session, who.institution_id, event.plan_goal_id),
            forms=filled,
            which=which,
            problem=str(problem) if problem else None,
            wrong=problem.fields if isinstance(problem, Invalid) else {},
            **words(),
        )
    return html, errors.status_of(problem) if problem else 200


def planning(
    session: Session,
    who: Viewer,
    form: forms.EventForm,
    ticket: Ticket | None,
    event: TrainingEvent | None = None,
    problem: HelpdeskError | None = None,
) -> tuple[str, int]:
    """The form of an event and its status. Raises NotAllowed for somebody who may plan none."""
    kinds = kinds_for(session, who)
    if not (kinds if event is None else queries.may_plan(session, who, event.kind, event.organ)):
        raise NotAllowed("Su cuenta no programa capacitaciones ni asistencias: pídalo a quien atiende el centro.")
    catalogue = catalogues.current(session, who.institution_id)
    spec = rules.spec_of(catalogue, ticket.request_type) if ticket is not None else None
    wrong = {name: str(messages[0]) for name, messages in form.errors.items() if name and messages}
    html = desk_page(
        session,
        who,
        "events/form.html",
        form=form,
        event=event,
        ticket=ticket,
        kind=event.kind if event is not None else spec.kind if spec is not None else None,
        options={
            "kind": [(key, rules.KIND_NAMES[key].capitalize()) for key in kinds],
            "organ": [("", "Elija el órgano"), *((each.key, each.name) for each in catalogue.organs)],
            "centre": [("", "Ninguno"), *((each.key, each.name) for each in catalogue.centres)],
            "system": [("", "Ninguno"), *rules.matters_of(catalogue)],
            "specialist": [
                ("", "Todavía no se sabe"),
                *((str(each.id), each.called) for each in staff(session, who.institution_id)),
            ],
        },
        problem=str(problem) if problem else None,
        wrong=wrong | (problem.fields if isinstance(problem, Invalid) else {}),
        **words(),
    )
    return html, errors.status_of(problem) if problem else 200


def plan_of(form: forms.EventForm, who: Viewer) -> Plan:
    """What the form asks for. Raises Invalid."""
    if not form.validate():
        raise Invalid("Revise los datos marcados: nada se guardó todavía.")
    return Plan(
        subject=form.subject.data,
        organ=form.organ.data or "",
        centre=form.centre.data or None,
        starts_at=at(form.day.data, form.begins.data, who.timezone),
        ends_at=at(form.day.data, form.until.data, who.timezone),
        place=form.place.data or "",
        system=form.system.data or None,
        specialist_id=forms.chosen(form.specialist.data),
    )


def at(day: date, hour: time, timezone: str) -> datetime:
    """The instant at which the wall clock of the institution shows that hour of the day."""
    return datetime.combine(day, hour, tzinfo=ZoneInfo(timezone))


def of_event(event: TrainingEvent, who: Viewer) -> forms.EventForm:
    """The form as it is planned now."""
    zone = ZoneInfo(who.timezone)
    begins, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    return forms.EventForm(
        formdata=None,
        subject=event.subject,
        system=event.system or "",
        organ=event.organ,
        centre=event.centre or "",
        specialist=str(event.specialist_id or ""),
        place=event.place,
        day=begins.date(),
        begins=begins.time(),
        until=ends.time(),
    )


def of_ticket(session: Session, ticket: Ticket, written: str) -> forms.EventForm:
    """The form with what the ticket says: matter, subject, proposed day, centre, organ, and whoever is responsible.
    Raises NotFound for a ticket that asks for no event."""
    spec = rules.spec_of(catalogues.current(session, ticket.institution_id), ticket.request_type)
    if spec is None:
        raise NotFound("Ese ticket no pide una capacitación ni una asistencia.")
    data = {"subject": spec.subject, "matter": spec.matter, "day": spec.day}
    said = {name: ticket.fields.get(key) if key else None for name, key in data.items()}
    return forms.EventForm(
        formdata=None,
        ticket=written,
        subject=str(said["subject"] or ticket.subject)[: rules.LONGEST_SUBJECT],
        system=str(said["matter"] or ""),
        organ=ticket.organ or "",
        centre=ticket.centre or ticket.team_scope or "",
        specialist=str(ticket.assignee_id or ""),
        day=forms.day_of(str(said["day"] or "")),
    )


def offered(session: Session, who: Viewer) -> None:
    """Raises NotFound where an institution plans no events."""
    if not queries.offered(session, who.institution_id):
        raise NotFound("Su institución no programa capacitaciones ni asistencias.")


def kinds_for(session: Session, who: Viewer) -> tuple[Kind, ...]:
    """What the viewer may plan without a ticket: agents anything, an organ trainings of specialists."""
    kinds = queries.offered(session, who.institution_id)
    if who.is_agent:
        return kinds
    speakers = rules.organ_functions(catalogues.current(session, who.institution_id)) if kinds else frozenset()
    speaks = any(role in speakers for role, _ in who.roles)
    return tuple(kind for kind in kinds if speaks and kind == rules.STAFF_TRAINING)


def filters_of(arguments: Any) -> queries.Filters:
    """What the address narrows the list by; what makes no sense narrows nothing."""
    month = months.of_key(arguments.get("mes", ""))
    return queries.Filters(
        month=month if month is not None and 1900 < month.year < 9999 else None,
        centre=forms.clean(arguments.get("centro")) or None,
        organ=forms.clean(arguments.get("organo")) or None,
        specialist_id=forms.whole(arguments.get("especialista")),
    )


def numbers(name: str) -> frozenset[int]:
    """The numbers that a form carries under a name."""
    return frozenset(number for each in request.form.getlist(name) if (number := forms.whole(each)) is not None)


def interval(event: TrainingEvent, timezone: str) -> str:
    """«martes 14 de abril de 2026, 10:00 a 12:00»."""
    return f"{spoken(event.starts_at, timezone)} a {event.ends_at.astimezone(ZoneInfo(timezone)):%H:%M}"


def system_name(session: Session, who: Viewer, event: TrainingEvent) -> str:
    """The name of the administrative system that the event is about."""
    named = dict(rules.matters_of(catalogues.current(session, who.institution_id)))
    return named.get(event.system, event.system) if event.system else ""


def told_enlisted(enlisted: events.Enlisted) -> str:
    """What to say once people were put on a list."""
    added = "Se añadió 1 persona" if enlisted.added == 1 else f"Se añadieron {enlisted.added} personas"
    there = f"; {enlisted.already} ya estaba{'n' if enlisted.already != 1 else ''}" if enlisted.already else ""
    return f"{added}{there}."


def words() -> dict[str, Any]:
    """Labels that the templates of events share."""
    return {"kind_names": rules.KIND_NAMES, "event_states": EVENT_STATES}
