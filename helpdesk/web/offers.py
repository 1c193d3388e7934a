"""Which pages beside the queue an institution has, and of these the signed-in person: for the links to them."""

from sqlalchemy.orm import Session

from helpdesk.domain import events, periodic
from helpdesk.domain.errors import NotFound
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import materials
from helpdesk.queries.viewers import Viewer


def offered(session: Session, who: Viewer) -> frozenset[str]:
    """Names of the blueprints to link to, by the catalogue in force, which is in memory already."""
    try:
        catalogue = catalogues.current(session, who.institution_id)
    except NotFound:
        return frozenset()
    works = who.is_agent or bool(who.roles)
    found = {
        "events": works and bool(events.kinds_of(catalogue)),
        "plans": works and bool(catalogue.organs),
        "tasks": bool(periodic.monthly(catalogue) or catalogue.content_channels),
        "notices": bool(catalogue.organs) and (who.is_admin or bool(who.roles)),
        "materials": materials.may_see(catalogue, who),
    }
    return frozenset(name for name, there in found.items() if there)
