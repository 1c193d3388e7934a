"""The ledger of arrivals and its quarantine, for administrators. A raw mail is only ever plain text to save."""

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.db import transaction
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Conflict, NotFound
from helpdesk.domain.quarantine import REASONS
from helpdesk.models.ledger import LEDGER_STATES, Arrival
from helpdesk.queries import health
from helpdesk.queries import ledger as arrivals
from helpdesk.services import ledger
from helpdesk.web.forms import DeskForm, whole
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


@blueprint.get("/buzones")
@policy(Policy.ADMIN)
def mailboxes() -> str:
    """How each mailbox fares: when it was last read, what waits, what is wrong."""
    who = viewer()
    with transaction() as session:
        return desk_page(
            session,
            who,
            "ledger/mailboxes.html",
            boxes=health.mailboxes(session, who.institution_id),
            counts=arrivals.by_state(session, who.institution_id),
        )


@blueprint.post("/cuarentena/repetir")
@policy(Policy.ADMIN)
def replay_many() -> AnyResponse:
    """Processes the chosen arrivals once more; those that cannot be are left and counted."""
    who = viewer()
    DeskForm().validate_on_submit()
    chosen = sorted({number for number in map(whole, request.form.getlist("entrada")[: arrivals.PAGE]) if number})
    if not chosen:
        return see_other(url_for("ledger.quarantine"), "Marque primero las entradas que quiere procesar otra vez.")
    left = 0
    with transaction() as session:
        for arrival_id in chosen:
            try:
                ledger.replay(session, who.actor, arrival_id)
            except (NotFound, Conflict):
                left += 1
    told = f"{len(chosen) - left} de {len(chosen)} entradas se procesarán otra vez en unos segundos."
    return see_other(url_for("ledger.quarantine"), told)


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
    return begun_again(ledger.replay, arrival_id, "La entrada se procesará otra vez en unos segundos.")


@blueprint.post("/libro/<int:arrival_id>/aceptar")
@policy(Policy.ADMIN)
def accept(arrival_id: int) -> AnyResponse:
    """Lets an arrival through that was put aside out of doubt."""
    return begun_again(ledger.accept_by_hand, arrival_id, "Aceptado: la entrada se procesará en unos segundos.")


def begun_again(verb: Callable[[Session, Actor, int], Arrival], arrival_id: int, told: str) -> AnyResponse:
    """Applies a verb to an arrival of the viewer's institution and goes back to the quarantine."""
    who = viewer()
    DeskForm().validate_on_submit()
    with transaction() as session:
        verb(session, who.actor, arrival_id)
    return see_other(url_for("ledger.quarantine"), told)


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
            reasons=REASONS,
            form=DeskForm(formdata=None),
            before=lines[-1].arrival.id if len(lines) == arrivals.PAGE else None,
        )
