"""Approvals: the list of the signed-in approver, and the page to decide on, with an account or by the mail's link.

GET only shows. Programs that open every link of a mail would decide otherwise.
"""

from flask import Blueprint, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain.errors import Conflict, HelpdeskError, Invalid, NotAllowed, NotFound
from helpdesk.queries import approvalpages, authority
from helpdesk.queries import approvals as waiting
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.approvalpages import ApprovalPage
from helpdesk.queries.people import today
from helpdesk.queries.viewers import Viewer
from helpdesk.services import approvals
from helpdesk.web import errors
from helpdesk.web.downloads import download
from helpdesk.web.forms import DecisionForm, DelegateForm
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page, page, see_other

blueprint = Blueprint("approvals", __name__)


@blueprint.get("/aprobaciones")
@policy(Policy.SIGNED_IN)
def index() -> tuple[str, int]:
    """What waits for the signed-in person, what was decided lately, and who decides while the person is away."""
    return listed(viewer(), DelegateForm(formdata=None))


def listed(who: Viewer, form: DelegateForm, problem: HelpdeskError | None = None) -> tuple[str, int]:
    """The list with the form to delegate."""
    with transaction() as session:
        html = desk_page(
            session,
            who,
            "approvals/page.html",
            waiting=waiting.waiting(session, who),
            decided=waiting.decided(session, who),
            delegations=authority.delegations(session, who.person_id, today(session, who.institution_id)),
            names=Names(catalogues.current(session, who.institution_id)),
            form=form,
            problem=str(problem) if problem else None,
        )
    return html, errors.status_of(problem) if problem else 200


@blueprint.route("/aprobaciones/<int:step_id>", methods=["GET", "POST"])
@policy(Policy.SIGNED_IN)
def decide(step_id: int) -> Response | tuple[str, int]:
    """The page to decide on, for the signed-in approver."""
    who = viewer()
    form = DecisionForm()
    if request.method != "POST":
        return show_own(who, step_id, form)
    try:
        if not form.validate():
            raise Invalid(form.first_error())
        with transaction() as session:
            waiting.check(session, who, step_id)
            settle_own(session, who, step_id, form)
    except (Conflict, Invalid, NotAllowed) as problem:
        return show_own(who, step_id, form, problem)
    return see_other(url_for("approvals.decide", step_id=step_id))


@blueprint.get("/aprobaciones/<int:step_id>/archivos/<int:attachment_id>")
@policy(Policy.SIGNED_IN)
def file(step_id: int, attachment_id: int) -> Response:
    """A file of the request, for the signed-in approver."""
    with transaction() as session:
        waiting.check(session, viewer(), step_id)
        return download_of(approvalpages.page(session, step_id), attachment_id)


@blueprint.route("/aprobar/<token>", methods=["GET", "POST"])
@policy(Policy.TOKEN)
def by_link(token: str) -> Response | tuple[str, int]:
    """The same page without an account; the token of the mail's link says who is asked."""
    form = DecisionForm()
    if request.method != "POST":
        return show_linked(token, form)
    try:
        if not form.validate():
            raise Invalid(form.first_error())
        with transaction() as session:
            settle_linked(session, token, form)
    except (Conflict, Invalid, NotAllowed) as problem:
        return show_linked(token, form, problem)
    return see_other(url_for("approvals.by_link", token=token))


@blueprint.get("/aprobar/<token>/archivos/<int:attachment_id>")
@policy(Policy.TOKEN)
def file_by_link(token: str, attachment_id: int) -> Response:
    """A file of the request, for whoever holds the link."""
    with transaction() as session:
        return download_of(linked(session, token), attachment_id)


def settle_own(session: Session, who: Viewer, step_id: int, form: DecisionForm) -> None:
    """Decides or asks back for the signed-in approver."""
    seen = form.seen.data or None
    if form.decision.data == "clarify":
        approvals.clarify(session, who.actor, step_id, form.question.data, seen)
    else:
        reason = form.reason.data or None
        approvals.decide(session, who.actor, step_id, form.decision.data, reason, "web", seen=seen)


def settle_linked(session: Session, token: str, form: DecisionForm) -> None:
    """Decides or asks back for whoever holds the link."""
    seen = form.seen.data or None
    if form.decision.data == "clarify":
        approvals.clarify_by_token(session, token, form.question.data, seen)
    else:
        approvals.decide_by_token(session, token, form.decision.data, form.reason.data or None, seen=seen)


def show_own(who: Viewer, step_id: int, form: DecisionForm, problem: HelpdeskError | None = None) -> tuple[str, int]:
    """The page inside the desk."""
    with transaction() as session:
        waiting.check(session, who, step_id)
        return decision_page(session, approvalpages.page(session, step_id), form, problem, who)


def show_linked(token: str, form: DecisionForm, problem: HelpdeskError | None = None) -> tuple[str, int]:
    """The page behind the link."""
    with transaction() as session:
        return decision_page(session, linked(session, token), form, problem, token=token)


def linked(session: Session, token: str) -> ApprovalPage:
    """What the link shows. Raises NotFound for a link that is not ours or has expired."""
    return approvalpages.page(session, approvals.page_of(session, token).step.id)


def decision_page(
    session: Session,
    approval: ApprovalPage,
    form: DecisionForm,
    problem: HelpdeskError | None,
    who: Viewer | None = None,
    token: str | None = None,
) -> tuple[str, int]:
    """One template for both doors."""
    shown = {
        "approval": approval,
        "seen": approvals.request_now(session, approval.step_id),
        "form": form,
        "problem": str(problem) if problem else None,
        "token": token,
    }
    if who is not None:
        html = desk_page(session, who, "approvals/decide.html", **shown)
    else:
        html = page("approvals/decide.html", approval.timezone, **shown)
    return html, errors.status_of(problem) if problem else 200


def download_of(approval: ApprovalPage, attachment_id: int) -> Response:
    """One of the files the approver is shown. Raises NotFound for any other."""
    for each in approval.files:
        if each.id == attachment_id:
            return download(each.sha256, each.filename)
    raise NotFound("Ese archivo no es de esta solicitud.")
