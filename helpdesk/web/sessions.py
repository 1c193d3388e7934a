"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, request, url_for
from flask import session as cookie
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain.errors import NotAllowed
from helpdesk.services import accounts
from helpdesk.web.forms import EntryForm, clean
from helpdesk.web.identity import Entering, viewer_or_none
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import page, see_other

blueprint = Blueprint("sessions", __name__)


@blueprint.route("/entrar", methods=["GET", "POST"])
@policy(Policy.PUBLIC)
def entry() -> Response | tuple[str, int]:
    """The sign-in page, and signing in with address and password."""
    back = safe_path(request.values.get("volver"))
    if viewer_or_none() is not None:
        return see_other(back)
    form = EntryForm()
    problem = None
    if request.method == "POST":
        try:
            if not form.validate():
                raise NotAllowed(form.first_error())
            with transaction() as session:
                person = accounts.sign_in(
                    session,
                    form.address.data.lower(),
                    form.password.data,
                    clean(request.values.get("institucion")) or None,
                )
        except NotAllowed as refusal:
            problem = str(refusal)
        else:
            # A session begun before signing in may be known to somebody else.
            cookie.clear()
            cookie.permanent = True
            login_user(Entering(person))
            return see_other(back)
    html = page("sessions/page.html", form=form, back=back, problem=problem)
    return html, 422 if problem else 200


@blueprint.post("/salir")
@policy(Policy.PUBLIC)
def leave() -> Response:
    """Ends the session."""
    logout_user()
    cookie.clear()
    return see_other(url_for("sessions.entry"))


def safe_path(wanted: str | None) -> str:
    """A path of ours to return to; anything that could lead elsewhere becomes the queue."""
    home = url_for("queue.show")
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return home
    parts = urlsplit(wanted)
    return home if parts.scheme or parts.netloc or any(ord(letter) < 32 for letter in wanted) else wanted
