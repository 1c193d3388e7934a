"""Who may call which route. Every view declares it; a view that does not is answered to nobody (a test finds it)."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from helpdesk.db import db
from helpdesk.domain.errors import NotAllowed
from helpdesk.queries.viewers import Viewer, at_ticket
from helpdesk.web.identity import viewer_or_none

View = TypeVar("View", bound=Callable[..., Any])
MARK = "__policy__"
LONGEST_NUMBER = 9


class Policy(Enum):
    """The rights a route asks for, from none to most."""

    PUBLIC = "public"
    TOKEN = "token"  # noqa: S105  # a name, not a secret
    """The address carries a signed token, which the view verifies."""
    SIGNED_IN = "signed_in"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


def policy(needed: Policy) -> Callable[[View], View]:
    """Declares what a view asks for."""

    def mark(view: View) -> View:
        setattr(view, MARK, needed)
        return view

    return mark


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """What a view declared; None when it declared nothing."""
    found = getattr(view, MARK, None)
    return found if isinstance(found, Policy) else None


def allows(needed: Policy, who: Viewer) -> bool:
    """Whether a signed-in person fulfils a policy."""
    return {
        Policy.AGENT: who.is_agent,
        Policy.SUPERVISOR: who.is_supervisor,
        Policy.ADMIN: who.is_admin,
    }.get(needed, True)


def enforce() -> Response | None:
    """Before each request: sends strangers to the sign-in page. Raises NotAllowed."""
    if request.endpoint is None:
        return None
    needed = policy_of(current_app.view_functions[request.endpoint])
    if needed is None:
        raise NotAllowed("Esta página no declara quién puede verla; avise a quien administra el sistema.")
    if needed in (Policy.PUBLIC, Policy.TOKEN):
        return None
    who = viewer_or_none()
    if who is None:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("sessions.entry", volver=back), 303)
    if not allows(needed, before_the_ticket(who) if needed is Policy.AGENT else who):
        raise NotAllowed("Su cuenta no tiene permiso para esta página; pídalo a quien administra su institución.")
    return None


def before_the_ticket(who: Viewer) -> Viewer:
    """The viewer with the rights over the ticket that the address names, if it names one: a function lets work the
    tickets of its own team and no others (R-101)."""
    number = str((request.view_args or {}).get("number", "")).rpartition("-")[2]
    return at_ticket(db.session(), who, int(number)) if number.isdecimal() and len(number) <= LONGEST_NUMBER else who
