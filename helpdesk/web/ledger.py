"""The ledger of arrivals and its quarantine, for administrators. A raw mail is only ever plain text to save."""

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.db import transaction
from helpdesk.models.ledger import LEDGER_STATES
from helpdesk.queries import ledger as arrivals
from helpdesk.services import ledger
from helpdesk.web.forms import DeskForm
from helpdesk.web.identity import viewer
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page, see_other

blueprint = Blueprint("ledger", __name__, url_prefix="/admin")


@blueprint.get("/cuarentena")
@policy(Policy.ADMIN)
def quarantine() -> str:
    """What could not be read or placed, with its reason."""
    return listed("ledger/quarantine.html", ("quarantined",))


@blueprint.get("/libro")
@policy(Policy.ADMIN)
def index() -> str:
    """Everything that arrived, and what became of it."""
    wanted = request.args.get("estado", "")
    return listed("ledger/page.html", (wanted,) if wanted in LEDGER_STATES else LEDGER_STATES)


@blueprint.get("/libro/<int:arrival_id>/original")
@policy(Policy.ADMIN)
def raw(arrival_id: int) -> Response:
    """The bytes as they came, as text: never rendered."""
    with transaction() as session:
        content = arrivals.raw(session, viewer().institution_id, arrival_id)
    answer = Response(content, content_type="text/plain; charset=utf-8")
    answer.headers.set("Content-Disposition", "inline", filename=f"entrada-{arrival_id}.txt")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@blueprint.post("/libro/<int:arrival_id>/repetir")
@policy(Policy.ADMIN)
def replay(arrival_id: int) -> AnyResponse:
    """Processes an arrival once more."""
    who = viewer()
    DeskForm().validate_on_submit()
    with transaction() as session:
        arrivals.arrival(session, who.institution_id, arrival_id)
        ledger.replay(session, who.actor, arrival_id)
    return see_other(url_for("ledger.quarantine"), "La entrada se procesará otra vez en unos segundos.")


def listed(template: str, states: tuple[str, ...]) -> str:
    """A page of arrivals in these states."""
    who = viewer()
    before = request.args.get("antes", "")
    with transaction() as session:
        lines = arrivals.arrivals(
            session, who.institution_id, states, int(before) if before.isdecimal() and len(before) < 18 else None
        )
        return desk_page(
            session,
            who,
            template,
            lines=lines,
            states=states,
            counts=arrivals.by_state(session, who.institution_id),
            form=DeskForm(formdata=None),
            before=lines[-1].arrival.id if len(lines) == arrivals.PAGE else None,
        )
