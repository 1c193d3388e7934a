"""The queue (bandeja)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain.errors import NotFound
from helpdesk.models.tickets import STATUSES
from helpdesk.queries import calendars, search, tickets
from helpdesk.queries.calendars import Rules
from helpdesk.queries.tickets import Cursor, Filters, QueueRow
from helpdesk.queries.viewers import Viewer
from helpdesk.web import present
from helpdesk.web.forms import clean
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page, see_other, ticket_url

blueprint = Blueprint("queue", __name__)

VIEW_LABELS = {
    "mias": "Mías",
    "sin-asignar": "Sin asignar",
    "equipo": "De mi equipo",
    "por-vencer": "Por vencer",
    "vencidas": "Vencidas",
    "devueltos": "Devueltos",
    "aprobacion": "En aprobación",
    "por-confirmar": "Por confirmar",
    "no-entregados": "Correos no entregados",
    "sin-clasificar": "Sin clasificar",
    "programadas": "Tareas programadas",
    "abiertos": "Todos los abiertos",
    "cerrados": "Terminados",
}
EMPTY = {
    "mias": "No tiene tickets a su cargo. Tome uno de «Sin asignar».",
    "sin-asignar": "Todo tiene responsable. Nada espera por aquí.",
    "equipo": "Su equipo no tiene tickets abiertos.",
    "por-vencer": "Nada vence en las próximas 24 horas.",
    "vencidas": "Ningún plazo está vencido.",
    "devueltos": "Ninguna solicitud espera documentos del solicitante.",
    "aprobacion": "Ninguna solicitud espera una aprobación.",
    "por-confirmar": "Ningún mensaje espera que alguien confirme de quién es.",
    "no-entregados": "Todos los correos de los tickets llegaron a su servidor.",
    "sin-clasificar": "Todas las solicitudes tienen su tipo.",
    "programadas": "Ninguna tarea programada espera que alguien la haga.",
    "abiertos": "No hay tickets abiertos. Los correos nuevos aparecerán aquí.",
    "cerrados": "Todavía no ha terminado ningún ticket.",
}
FILTER_NAMES = {"tipo": "request_type", "estado": "status", "equipo": "team", "region": "region", "q": "text"}
LONGEST_QUERY = 200


@blueprint.get("/bandeja")
@policy(Policy.SIGNED_IN)
def show() -> str | Response:
    """The rows of a view, narrowed by the filters of the address."""
    who = viewer()
    if not request.args and not who.is_agent and who.roles:
        return see_other(url_for("approvals.index"))
    filters = filters_of_request()
    now = clock.now()
    with transaction() as session:
        if exact := exact_ticket(session, who, filters.text):
            return see_other(ticket_url(who, exact))
        counts = tickets.counts(session, who, now)
        if not request.args and (elsewhere := where_work_is(counts)):
            return see_other(url_for("queue.show", vista=elsewhere))
        found = tickets.page(session, who, filters, now, cursor_of_request())
        rules = calendars.rules_of(session, who.institution_id)
        names = Names(rules.catalogue)
        return desk_page(
            session,
            who,
            "queue/page.html",
            rows=[(row, due_of(rules, row, now)) for row in found.rows],
            names=names,
            filters=filters,
            counts=counts,
            cap=tickets.COUNT_CAP,
            view_labels=VIEW_LABELS,
            empty="Nada coincide con lo que busca. Pruebe con otras palabras o quite un filtro."
            if filters != Filters(view=filters.view)
            else EMPTY[filters.view or "abiertos"],
            statuses=STATUSES,
            next_url=next_url(found.after) if found.after else None,
        )


@blueprint.get("/bandeja/vistas")
@policy(Policy.SIGNED_IN)
def views() -> str:
    """The views with their present counts, for the page that stays open."""
    who = viewer()
    with transaction() as session:
        counts = tickets.counts(session, who, clock.now())
        return desk_page(
            session,
            who,
            "queue/_views.html",
            counts=counts,
            cap=tickets.COUNT_CAP,
            view_labels=VIEW_LABELS,
            filters=filters_of_request(),
        )


def where_work_is(counts: Mapping[str, int]) -> str | None:
    """The view somebody who just came in should see when nothing lies with them but others wait to be taken."""
    return "sin-asignar" if counts["sin-asignar"] and not counts["mias"] else None


def filters_of_request() -> Filters:
    """The filters of the page's address. Raises NotFound for a view or status that does not exist."""
    values: dict[str, Any] = {
        attribute: clean(request.args.get(name))[:LONGEST_QUERY] or None for name, attribute in FILTER_NAMES.items()
    }
    view = request.args.get("vista") or (None if values["text"] else "mias")
    if view == "todas":
        view = None
    if view is not None and view not in VIEW_LABELS:
        raise NotFound("Esa vista de la bandeja no existe.")
    if values["status"] is not None and values["status"] not in STATUSES:
        raise NotFound("Ese estado no existe.")
    values["text"] = values["text"] or ""
    return Filters(view=view, since=day_of_request("recibido_desde"), until=day_of_request("recibido_hasta"), **values)


def day_of_request(name: str) -> date | None:
    """A day of the page's address; what is none narrows nothing."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def exact_ticket(session: Session, who: Viewer, text: str) -> int | None:
    """The ticket whose whole number, prefix included, was typed; a bare number stays a search."""
    if not text or text.strip("[] ").isdecimal():
        return None
    number = search.ticket_number(text, who.ticket_prefix)
    if number is None or not search.is_visible(session, who, number):
        return None
    return number


def cursor_of_request() -> Cursor | None:
    """Where the page begins: `desde=<instant or ->_<id>`; anything else begins at the top."""
    at, _, last = request.args.get("desde", "").rpartition("_")
    if not last.isdecimal() or len(last) > 18:
        return None
    if at == "-":
        return Cursor(None, int(last))
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return None
    return Cursor(instant, int(last)) if instant.tzinfo else None


def next_url(after: Cursor) -> str:
    """The address of the next rows, with the same filters."""
    kept = {name: value for name, value in request.args.items() if name != "desde"}
    at = after.at.isoformat() if after.at else "-"
    return f"{request.path}?{urlencode({**kept, 'desde': f'{at}_{after.id}'})}"


def due_of(rules: Rules, row: QueueRow, now: datetime) -> present.DueWords:
    """The row's due date in words."""
    calendar = rules.term_calendar(row.request_type, row.region, row.centre)
    return present.due(row.due_at, row.status, calendar, now, stands_still=row.stands_still)
