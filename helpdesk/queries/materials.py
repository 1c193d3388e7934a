"""The library of authorised material (R-126)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from helpdesk.domain import periodic
from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.errors import NotFound
from helpdesk.models.materials import Material
from helpdesk.models.people import Person
from helpdesk.queries.people import called
from helpdesk.queries.tasks import keeps
from helpdesk.queries.viewers import Viewer

RETIRED_SHOWN = 100


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A material with who authorised and who retired it."""

    material: Material
    authorised_by: str | None
    retired_by: str | None


def may_keep(catalogue: Catalogue, who: Viewer) -> bool:
    """Whether the viewer authorises and retires material."""
    return keeps(catalogue, who, "materials")


def may_see(catalogue: Catalogue, who: Viewer) -> bool:
    """Whether there is a library for the viewer: for those who answer, and those who keep it."""
    return bool(periodic.keepers(catalogue, "materials")) and (who.is_agent or may_keep(catalogue, who))


def authorised(session: Session, institution_id: int) -> tuple[Material, ...]:
    """What may go out with an answer now, by title."""
    query = select(Material).where(Material.institution_id == institution_id, Material.retired_at.is_(None))
    return tuple(session.scalars(query.order_by(Material.title, Material.id)))


def lines(session: Session, who: Viewer, retired: bool) -> tuple[MaterialLine, ...]:
    """The library of the viewer's institution: what may go out, by title, or what was retired, the last first."""
    by, gone = aliased(Person), aliased(Person)
    query = (
        select(Material, by, gone)
        .outerjoin(by, by.id == Material.authorised_by_id)
        .outerjoin(gone, gone.id == Material.retired_by_id)
        .where(Material.institution_id == who.institution_id)
    )
    if retired:
        query = query.where(Material.retired_at.is_not(None)).order_by(Material.retired_at.desc()).limit(RETIRED_SHOWN)
    else:
        query = query.where(Material.retired_at.is_(None)).order_by(Material.title, Material.id)
    return tuple(MaterialLine(row, called(first), called(second)) for row, first, second in session.execute(query))


def find(session: Session, who: Viewer, material_id: int) -> Material:
    """A material of the viewer's institution, retired or not. Raises NotFound."""
    found = session.scalar(
        select(Material).where(Material.id == material_id, Material.institution_id == who.institution_id)
    )
    if found is None:
        raise NotFound("Ese material no existe en la biblioteca de su institución.")
    return found
