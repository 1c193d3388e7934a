"""The library of authorised material: seen by whoever answers, kept by whoever authorises it (R-126)."""

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain.errors import HelpdeskError, Invalid, NotAllowed
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import materials as queries
from helpdesk.services import materials
from helpdesk.web import errors
from helpdesk.web.downloads import download, received
from helpdesk.web.forms import DeskForm, MaterialForm
from helpdesk.web.identity import viewer
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page, see_other

blueprint = Blueprint("materials", __name__, url_prefix="/materiales")
Answer = Response | tuple[str, int]
KINDS = {"leaflet": "Folleto", "poster": "Afiche", "other": "Otro"}


@blueprint.get("")
@policy(Policy.SIGNED_IN)
def index() -> Answer:
    """What may go out with an answer, and what was retired."""
    return page(MaterialForm(formdata=None))


@blueprint.post("")
@policy(Policy.SIGNED_IN)
def authorise() -> Answer:
    """Adds a file; the service checks who may."""
    who, form = viewer(), MaterialForm()
    try:
        if not form.validate():
            raise Invalid(form.first_error())
        files = received([form.file.data] if form.file.data else ())
        with transaction() as session:
            file = files[0] if files else None
            materials.authorise(session, who.actor, form.title.data, form.kind.data, file)
    except Invalid as problem:
        return page(form, problem)
    return see_other(url_for("materials.index"), "El material quedó autorizado.")


@blueprint.post("/<int:material_id>/retirar")
@policy(Policy.SIGNED_IN)
def retire(material_id: int) -> Answer:
    """Takes a material out; the service checks who may."""
    who = viewer()
    DeskForm().validate_on_submit()
    with transaction() as session:
        materials.retire(session, who.actor, material_id)
    return see_other(url_for("materials.index"), "El material quedó retirado; lo enviado sigue como estaba.")


@blueprint.get("/<int:material_id>/archivo")
@policy(Policy.SIGNED_IN)
def file(material_id: int) -> Response:
    """The file of a material."""
    who = viewer()
    with transaction() as session:
        if not queries.may_see(catalogues.current(session, who.institution_id), who):
            raise NotAllowed("La biblioteca es para quien responde solicitudes.")
        found = queries.find(session, who, material_id)
    return download(found.sha256, found.filename)


def page(form: MaterialForm, problem: HelpdeskError | None = None) -> tuple[str, int]:
    """The library, and the status. Raises NotAllowed for whoever neither answers nor keeps it."""
    who = viewer()
    with transaction() as session:
        catalogue = catalogues.current(session, who.institution_id)
        if not queries.may_see(catalogue, who):
            raise NotAllowed("La biblioteca es para quien responde solicitudes.")
        html = desk_page(
            session,
            who,
            "materials/page.html",
            lines=queries.lines(session, who, retired=False),
            retired=queries.lines(session, who, retired=True),
            keeps=queries.may_keep(catalogue, who),
            kinds=KINDS,
            form=form,
            wrong=problem.fields if isinstance(problem, Invalid) else {},
            problem=str(problem) if problem else None,
        )
    return html, errors.status_of(problem) if problem else 200
