"""Signing in and out."""

import logging
import math
from ipaddress import IPv4Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from flask import Blueprint, request, url_for
from flask import session as cookie
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain.errors import NotAllowed, TooManyAttempts
from helpdesk.models.people import Person
from helpdesk.services import accounts, attempts
from helpdesk.web.forms import EntryForm, clean
from helpdesk.web.identity import Entering, viewer_or_none
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import page, see_other

log = logging.getLogger(__name__)
blueprint = Blueprint("sessions", __name__)
# An IPv6 network of this size is given to one customer, who may answer from any of its addresses (RFC 6177).
ONE_CUSTOMER = 64


@blueprint.route("/entrar", methods=["GET", "POST"])
@policy(Policy.PUBLIC)
def entry() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """The sign-in page, and signing in with address and password."""
    back = safe_path(request.values.get("volver"))
    if viewer_or_none() is not None:
        return see_other(back)
    form = EntryForm()
    if request.method != "POST":
        return page("sessions/page.html", form=form, back=back, problem=None), 200
    try:
        person = entering(form)
    except NotAllowed as refusal:
        return page("sessions/page.html", form=form, back=back, problem=str(refusal)), 422
    except TooManyAttempts as refusal:
        log.warning("Sign-in refused after too many failures, from %s", request.remote_addr)
        html = page("sessions/page.html", form=form, back=back, problem=str(refusal))
        return html, 429, {"Retry-After": str(math.ceil(refusal.wait.total_seconds()))}
    # A session begun before signing in may be known to somebody else.
    cookie.clear()
    cookie.permanent = True
    login_user(Entering(person))
    return see_other(back)


def entering(form: EntryForm) -> Person:
    """The person whose address and password were written. Raises NotAllowed, TooManyAttempts."""
    if not form.validate():
        raise NotAllowed(form.first_error())
    address = form.address.data.lower()
    # A transaction of its own: the attempt is counted although signing in fails, and no lock is held while the
    # password is verified.
    with transaction() as session:
        attempts.begin(session, address, peer_of(request.remote_addr), clock.now())
    with transaction() as session:
        person = accounts.sign_in(
            session, address, form.password.data, clean(request.values.get("institucion")) or None
        )
        attempts.succeeded(session, address)
    return person


def peer_of(remote: str | None) -> str | None:
    """Whose attempts are counted together: an IPv4 address or an IPv6 customer's network.

    None for this machine itself: the server in front lets everybody appear as one there, whom a stranger's guesses
    would lock out. What a header says of the sender is not believed.
    """
    try:
        address = ip_address(remote or "")
    except ValueError:
        return None
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return None
    return str(address) if isinstance(address, IPv4Address) else str(IPv6Network((int(address), ONE_CUSTOMER), False))


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
