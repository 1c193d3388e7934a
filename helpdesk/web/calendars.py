"""The business calendars of an institution, for administrators: hours, days without service, days edited by hand.

What a change would do to open tickets is shown before it is done (R-182).
"""

from typing import Any, Literal, cast

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain.calendaredits import spans
from helpdesk.domain.calendars import DayEdit
from helpdesk.domain.countedlines import long_date
from helpdesk.domain.errors import Conflict, HelpdeskError, Invalid
from helpdesk.models.calendars import CalendarDay
from helpdesk.queries import calendars as queries
from helpdesk.queries.deadlines import Move
from helpdesk.queries.people import today
from helpdesk.queries.viewers import Viewer
from helpdesk.services import calendars
from helpdesk.web import errors
from helpdesk.web.forms import CalendarDayForm, DeskForm
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.present import moved
from helpdesk.web.render import desk_page, see_other
from helpdesk.web.service import opening_hours

blueprint = Blueprint("calendars", __name__, url_prefix="/admin/calendario")
Answer = Response | tuple[str, int]
MOST_SHOWN = 200
KINDS = [("closed", "no se atiende"), ("open", "se atiende")]


@blueprint.get("")
@policy(Policy.ADMIN)
def index() -> Answer:
    """The calendars of the year, the edited days, and the form for another one."""
    return overview(CalendarDayForm(formdata=None, meta={"csrf": False}))


@blueprint.get("/previa")
@policy(Policy.ADMIN)
def preview() -> Answer:
    """What an edited day would do to open tickets; its button does it."""
    who, form = viewer(), CalendarDayForm(formdata=request.args, meta={"csrf": False})
    try:
        edit = edit_of(form)
        with transaction() as session:
            edit, moves = calendars.preview_day(session, who.institution_id, form.calendar.data, edit)
            values = {"form": form, "edit": edit, "row": None, "target": url_for("calendars.add")}
            return preview_page(session, who, moves, **values), 200
    except (Conflict, Invalid) as problem:
        return overview(form, problem)


@blueprint.post("/dias")
@policy(Policy.ADMIN)
def add() -> Answer:
    """Edits a day and counts the open tickets anew."""
    who, form = viewer(), CalendarDayForm()
    try:
        edit = edit_of(form)
        with transaction() as session:
            _, moves = calendars.add_day(session, who.actor, who.institution_id, form.calendar.data, edit)
    except (Conflict, Invalid) as problem:
        return overview(form, problem)
    return see_other(url_for("calendars.index", anio=edit.day.year), told(edit.day.year, moves))


@blueprint.get("/dias/<int:day_id>/retirar")
@policy(Policy.ADMIN)
def preview_withdrawal(day_id: int) -> Answer:
    """What taking an edited day back would do to open tickets."""
    who = viewer()
    with transaction() as session:
        row, moves = calendars.preview_withdrawal(session, who.institution_id, day_id)
        target = url_for("calendars.withdraw", day_id=day_id)
        return preview_page(session, who, moves, form=None, edit=queries.edit_of(row), row=row, target=target), 200


@blueprint.post("/dias/<int:day_id>/retirar")
@policy(Policy.ADMIN)
def withdraw(day_id: int) -> Answer:
    """Takes an edited day back."""
    who = viewer()
    DeskForm().validate_on_submit()
    with transaction() as session:
        row, moves = calendars.withdraw_day(session, who.actor, who.institution_id, day_id)
        year = row.day.year
    return see_other(url_for("calendars.index", anio=year), told(year, moves))


def edit_of(form: CalendarDayForm) -> DayEdit:
    """What the form asks for. Raises Invalid."""
    if not form.validate():
        raise Invalid(form.first_error())
    kind = cast(Literal["closed", "open"], form.kind.data)
    hours = hours_of(form) if kind == "open" else ()
    return DayEdit(form.day.data, kind, form.name.data, form.source.data, form.region.data or None, hours)


def hours_of(form: CalendarDayForm) -> tuple[tuple[int, int], ...]:
    """The hours that were written, in minutes since midnight; () = none. Raises Invalid for one without the other."""
    opens, closes = (_minutes(field.data) for field in (form.opens, form.closes))
    if opens is None and closes is None:
        return ()
    if opens is None or closes is None:
        missing = "opens" if opens is None else "closes"
        raise Invalid("Escriba las dos horas, o ninguna.", {missing: "Escriba también esta hora."})
    return ((opens, closes),)


def _minutes(text: str | None) -> int | None:
    return int(text[:2]) * 60 + int(text[3:]) if text else None


def told(year: int, moves: tuple[Move, ...]) -> str:
    """What to say once it is done."""
    moved = f"{len(moves)} plazos recontados" if len(moves) != 1 else "un plazo recontado"
    return f"Calendario de {year} actualizado: {moved if moves else 'ningún plazo cambia'}."


def overview(form: CalendarDayForm, problem: HelpdeskError | None = None) -> tuple[str, int]:
    """The page, and its status."""
    who = viewer()
    with transaction() as session:
        rules = queries.rules_of(session, who.institution_id)
        year = year_of_request(today(session, who.institution_id).year)
        html = desk_page(
            session,
            who,
            "calendars/page.html",
            year=year,
            calendars=[
                (spec, opening_hours(spec), queries.year_of(rules, spec, year)) for spec in rules.catalogue.calendars
            ],
            edited=queries.standing(session, who.institution_id),
            names=Names(rules.catalogue),
            form=form,
            options={
                "calendar": [(each.key, each.name) for each in rules.catalogue.calendars],
                "region": [("", "Todas"), *((each.key, each.name) for each in rules.catalogue.regions)],
                "kind": KINDS,
            },
            problem=str(problem) if problem else None,
            wrong=problem.fields if isinstance(problem, Invalid) else {},
            long_date=long_date,
            hours_of=hours_text,
        )
    return html, errors.status_of(problem) if problem else 200


def preview_page(session: Session, who: Viewer, moves: tuple[Move, ...], **values: Any) -> str:
    """What would move, and the button."""
    row: CalendarDay | None = values["row"]
    rules = queries.rules_of(session, who.institution_id)
    calendar = row.calendar if row is not None else values["form"].calendar.data
    return desk_page(
        session,
        who,
        "calendars/preview.html",
        moves=moves[:MOST_SHOWN],
        more=len(moves[MOST_SHOWN:]),
        moved=moved,
        names=Names(rules.catalogue),
        calendar=next((each.name for each in rules.catalogue.calendars if each.key == calendar), calendar),
        long_date=long_date,
        hours_of=hours_text,
        **values,
    )


def hours_text(edited: DayEdit | CalendarDay) -> str:
    """« de 08:00 a 16:00» of a day with hours of its own, else nothing."""
    hours = edited.hours if isinstance(edited, DayEdit) else queries.edit_of(edited).hours
    return f" {spans(hours)}" if hours else ""


def year_of_request(present: int) -> int:
    """The year that the address asks for, near the present one."""
    asked = request.args.get("anio", "")
    return int(asked) if len(asked) == 4 and asked.isdecimal() and abs(int(asked) - present) <= 30 else present
