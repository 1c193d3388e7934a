"""Rendering with what every page of the desk needs: the clock, the zone, the viewer's waiting approvals."""

from datetime import datetime
from typing import Any

from flask import Flask, flash, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk import clock
from helpdesk.domain.addresses import is_made, names_another
from helpdesk.domain.references import masked
from helpdesk.queries import approvals
from helpdesk.queries.viewers import Viewer
from helpdesk.web import offers, present
from helpdesk.web.deliveries import delivery

THEMES = ("light", "dark")
DEFAULT_ZONE = "UTC"


def init_app(app: Flask) -> None:
    """Teaches the templates to speak."""
    app.jinja_env.filters.update(
        size=present.size,
        initials=present.initials,
        paragraphs=present.paragraphs,
        masked=masked,
        names_another=names_another,
    )
    app.jinja_env.tests["made_address"] = is_made
    app.jinja_env.globals.update(
        status_labels=present.STATUS_LABELS,
        step_states=present.STEP_STATES,
        via_labels=present.VIA_LABELS,
        channel_labels=present.CHANNEL_LABELS,
        trust_labels=present.TRUST_LABELS,
        delivery=delivery,
        letter_names=present.LETTER_NAMES,
        standing_reasons=present.STANDING_REASONS,
        ledger_labels=present.LEDGER_LABELS,
        viewer=None,
        approvals_waiting=0,
        offered=frozenset(),
    )
    app.context_processor(theme)


def theme() -> dict[str, Any]:
    """The theme the visitor chose, kept in a cookie; empty follows the device."""
    chosen = request.cookies.get("tema", "")
    return {"theme": chosen if chosen in THEMES else ""}


def page(template: str, timezone: str = DEFAULT_ZONE, **values: Any) -> str:
    """A page; `moment` and `exact` speak in the institution's zone."""
    now = clock.now()

    def moment(instant: datetime | None, zone: str = timezone) -> Markup:
        return present.moment(instant, zone, now)

    def exact(instant: datetime) -> str:
        return present.exact(instant, timezone)

    return render_template(template, moment=moment, exact=exact, now=now, **values)


def desk_page(session: Session, who: Viewer, template: str, **values: Any) -> str:
    """A page of the desk for a signed-in person."""
    waiting = approvals.waiting_count(session, who) if who.roles else 0
    offered = offers.offered(session, who)
    return page(template, who.timezone, viewer=who, approvals_waiting=waiting, offered=offered, **values)


def ticket_url(who: Viewer, number: int) -> str:
    """The address of a ticket's page."""
    return url_for("tickets.show", number=f"{who.ticket_prefix}-{number}")


def see_other(location: str, notice: str | None = None) -> Response:
    """Sends the browser on after a change, with a notice to show there."""
    if notice:
        flash(notice)
    return Response(status=303, headers={"Location": location})
