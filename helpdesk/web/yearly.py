"""The requests of one type in a year: a page, and a table for the yearly report to the authority (R-064)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request, url_for

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain.attentions import days_taken
from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.errors import NotFound
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import yearly
from helpdesk.queries.viewers import Viewer
from helpdesk.queries.yearly import Handled
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.present import STATUS_LABELS
from helpdesk.web.render import desk_page
from helpdesk.web.spreadsheet import table

blueprint = Blueprint("yearly", __name__)
COLUMNS = ("Número", "Recibida", "Terminada", "Estado", "Devoluciones", "Prorrogada", "Días")
FIRST_YEAR, LAST_YEAR = 1990, 9000


@blueprint.get("/anuario")
@policy(Policy.SIGNED_IN)
def show() -> str:
    """The requests of the type and year of the address; without a type, the form to choose them."""
    who = viewer()
    year = year_of_address(who)
    with transaction() as session:
        catalogue = catalogues.current(session, who.institution_id)
        key = type_of_address(catalogue)
        found = yearly.handled(session, who, key, year) if key else ()
        now = clock.now()
        return desk_page(
            session,
            who,
            "yearly/page.html",
            rows=[(row, days_taken(row.received_at, row.closed_at, now, who.timezone)) for row in found],
            ended=sum(row.closed_at is not None for row in found),
            names=Names(catalogue),
            chosen=key,
            year=year,
            file_url=url_for("yearly.file", tipo=key, anio=year) if found else None,
        )


@blueprint.get("/anuario.csv")
@policy(Policy.SIGNED_IN)
def file() -> Response:
    """The same for a spreadsheet: figures only. Raises NotFound without a type."""
    who = viewer()
    year = year_of_address(who)
    with transaction() as session:
        key = type_of_address(catalogues.current(session, who.institution_id))
        if key is None:
            raise NotFound("Elija el tipo de solicitud.")
        now = clock.now()
        rows = [figures(who, row, now) for row in yearly.handled(session, who, key, year)]
    return table(f"{key}-{year}.csv", COLUMNS, rows)


def figures(who: Viewer, row: Handled, now: datetime) -> tuple[str | int, ...]:
    """A request as a line of the table."""
    zone = ZoneInfo(who.timezone)
    days = days_taken(row.received_at, row.closed_at, now, who.timezone)
    ended = f"{row.closed_at.astimezone(zone):%Y-%m-%d}" if row.closed_at else ""
    return (
        f"{who.ticket_prefix}-{row.number}",
        f"{row.received_at.astimezone(zone):%Y-%m-%d}",
        ended,
        STATUS_LABELS[row.status],
        row.rounds,
        "sí" if row.extended else "no",
        days,
    )


def type_of_address(catalogue: Catalogue) -> str | None:
    """The type chosen. Raises NotFound for one that the catalogue does not have."""
    key = request.args.get("tipo", "")
    if key and key not in {each.key for each in catalogue.request_types}:
        raise NotFound("El catálogo no tiene ese tipo de solicitud.")
    return key or None


def year_of_address(who: Viewer) -> int:
    """The year chosen; this one by the institution's clocks when none is."""
    written = request.args.get("anio", "")
    if written.isdecimal() and len(written) == 4 and FIRST_YEAR <= int(written) <= LAST_YEAR:
        return int(written)
    return clock.now().astimezone(ZoneInfo(who.timezone)).year
