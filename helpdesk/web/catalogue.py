"""The public catalogue of services (R-002 to R-011); no account needed."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain.errors import NotFound
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import published
from helpdesk.web.identity import viewer_or_none
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import page
from helpdesk.web.service import described, publication

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/")
@policy(Policy.PUBLIC)
def home() -> str:
    """The institutions with a published catalogue."""
    with transaction() as session:
        institutions = published.institutions(session)
    return page("catalogue/home.html", institutions=institutions, viewer=viewer_or_none())


@blueprint.get("/servicios")
@policy(Policy.PUBLIC)
def services() -> Response:
    """The shorter address of the same list."""
    return redirect(url_for("catalogue.home"), 308)


@blueprint.get("/servicios/<institution>")
@policy(Policy.PUBLIC)
def show(institution: str) -> str:
    """The services of an institution."""
    with transaction() as session:
        row = catalogues.institution_by_key(session, institution)
        catalogue = catalogues.current(session, row.id)
        loaded_at = published.loaded_at(session, row)
    types = sorted(catalogue.request_types, key=lambda item: item.order)
    return page(
        "catalogue/institution.html",
        row.timezone,
        institution=row,
        catalogue=catalogue,
        types=types,
        columns={each.key: described(catalogue, each) for each in types},
        published_by=publication(catalogue),
        loaded_at=loaded_at,
        viewer=viewer_or_none(),
    )


@blueprint.get("/servicios/<institution>/<request_type>")
@policy(Policy.PUBLIC)
def service(institution: str, request_type: str) -> str:
    """One service with every column of the published matrix."""
    with transaction() as session:
        row = catalogues.institution_by_key(session, institution)
        catalogue = catalogues.current(session, row.id)
        loaded_at = published.loaded_at(session, row)
    spec = Names(catalogue).type_of(request_type)
    if spec is None:
        raise NotFound("Ese servicio no está en el catálogo publicado.")
    return page(
        "catalogue/service.html",
        row.timezone,
        institution=row,
        catalogue=catalogue,
        spec=spec,
        columns=described(catalogue, spec),
        loaded_at=loaded_at,
        viewer=viewer_or_none(),
    )
