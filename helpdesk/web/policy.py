"""Who may call which route. Every view declares it; a view that does not is answered to nobody (a test finds it)."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from helpdesk.domain.errors import NotAllowed
from helpdesk.queries.viewers import Viewer
from helpdesk.web.identity import viewer_or_none

View = TypeVar("View", bound=Callable[..., Any])
MARK = "__policy__"


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
    if not allows(needed, who):
        raise NotAllowed("Su cuenta no tiene permiso para esta página; pídalo a quien administra su institución.")
    return None
