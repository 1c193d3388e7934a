"""Goals of the organs' operative plans: kept by administrators, set on a ticket, and the report by goal (R-105)."""

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain.errors import Conflict, HelpdeskError, Invalid, NotFound
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import plans as queries
from helpdesk.queries.people import today
from helpdesk.queries.viewers import Viewer
from helpdesk.services import plans
from helpdesk.web import errors, forms
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page, see_other
from helpdesk.web.spreadsheet import table
from helpdesk.web.tickets import change

blueprint = Blueprint("plans", __name__)
Answer = Response | tuple[str, int]
COLUMNS = ("Año", "Órgano", "Código", "Meta", "Tickets", "Tickets terminados", "Eventos", "Eventos realizados")


@blueprint.get("/metas")
@policy(Policy.SIGNED_IN)
def report() -> Answer:
    """What was done for each goal of a year, organ by organ, as far as the viewer sees it."""
    who = viewer()
    with transaction() as session:
        offered(session, who)
        year, organ = asked_of_address(session, who)
        catalogue = catalogues.current(session, who.institution_id)
        html = desk_page(
            session,
            who,
            "plans/report.html",
            lines=queries.report(session, who, year, organ),
            year=year,
            organ=organ,
            years=sorted({*queries.years(session, who.institution_id), year}, reverse=True),
            organs=catalogue.organs,
            names=Names(catalogue),
        )
    return html, 200


@blueprint.get("/metas.csv")
@policy(Policy.SIGNED_IN)
def report_file() -> Response:
    """The same for a spreadsheet."""
    who = viewer()
    with transaction() as session:
        offered(session, who)
        year, organ = asked_of_address(session, who)
        names = Names(catalogues.current(session, who.institution_id))
        rows = [
            (
                line.goal.year,
                names.place(line.goal.organ),
                line.goal.code,
                line.goal.name,
                line.tickets,
                line.closed,
                line.events,
                line.held,
            )
            for line in queries.report(session, who, year, organ)
        ]
    return table(f"metas-{year}.csv", COLUMNS, rows)


@blueprint.get("/admin/metas")
@policy(Policy.ADMIN)
def index() -> Answer:
    """The goals, and the form for another one."""
    return page(viewer(), forms.GoalForm(formdata=None))


@blueprint.post("/admin/metas")
@policy(Policy.ADMIN)
def add() -> Answer:
    """Adds a goal."""
    who, form = viewer(), forms.GoalForm()
    try:
        if not form.validate():
            raise Invalid(form.first_error())
        with transaction() as session:
            offered(session, who)
            year = forms.whole(form.year.data)
            plans.add_goal(
                session, who.actor, who.institution_id, form.organ.data or "", year, form.code.data, form.name.data
            )
    except (Conflict, Invalid) as problem:
        return page(who, form, problem)
    return see_other(url_for("plans.index"), "La meta quedó añadida.")


@blueprint.post("/admin/metas/<int:goal_id>/retirar")
@policy(Policy.ADMIN)
def retire(goal_id: int) -> Answer:
    """Offers a goal no more."""
    who = viewer()
    forms.DeskForm().validate_on_submit()
    with transaction() as session:
        plans.retire_goal(session, who.actor, who.institution_id, goal_id)
    return see_other(url_for("plans.index"), "La meta se retiró: lo que ya la tiene se sigue reportando.")


@blueprint.post("/tickets/<number>/meta")
@policy(Policy.AGENT)
def tag(number: str) -> Answer:
    """Reports a ticket by a goal."""
    form = forms.GoalTagForm()
    goal = forms.chosen(form.goal.data)
    return change(
        number, lambda s, actor, t: plans.tag_ticket(s, actor, t, form.seen, goal), "Meta guardada.", goal=form
    )


def page(who: Viewer, form: forms.GoalForm, problem: HelpdeskError | None = None) -> tuple[str, int]:
    """The administration of goals and its status."""
    with transaction() as session:
        offered(session, who)
        catalogue = catalogues.current(session, who.institution_id)
        html = desk_page(
            session,
            who,
            "plans/goals.html",
            goals=queries.goals(session, who.institution_id),
            form=form,
            organs=catalogue.organs,
            names=Names(catalogue),
            this_year=today(session, who.institution_id).year,
            problem=str(problem) if problem else None,
            wrong=problem.fields if isinstance(problem, Invalid) else {},
        )
    return html, errors.status_of(problem) if problem else 200


def offered(session: Session, who: Viewer) -> None:
    """Raises NotFound where an institution has no organs and so no goals of theirs."""
    if not queries.offered(session, who.institution_id):
        raise NotFound("Su institución no reporta por metas de un plan operativo.")


def asked_of_address(session: Session, who: Viewer) -> tuple[int, str | None]:
    """The year and organ that the address asks for; this year and every organ without."""
    year = forms.whole(request.args.get("anio"))
    present = today(session, who.institution_id).year
    organ = forms.clean(request.args.get("organo")) or None
    return (year if year is not None and 1900 < year < 10_000 else present), organ
