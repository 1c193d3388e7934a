"""Keeps the library of authorised material and says what of it goes with an answer (R-126)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import IllegalMove, Invalid, NotAllowed
from helpdesk.domain.incoming import IncomingFile
from helpdesk.domain.material import REFUSAL, bound
from helpdesk.models.materials import MATERIAL_KINDS, Material
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import materials as queries
from helpdesk.queries.viewers import Viewer, acting
from helpdesk.services import history

LONGEST_TITLE = 200


def authorise(session: Session, actor: Actor, title: str, kind: str, file: IncomingFile | None) -> Material:
    """Add a file to the library. Raises NotAllowed unless the actor keeps it, Invalid with what is wrong by field."""
    who = _keeper(session, actor)
    wrong = {}
    if not title.strip() or len(title) > LONGEST_TITLE:
        wrong["title"] = f"Escriba un título de hasta {LONGEST_TITLE} letras."
    if kind not in MATERIAL_KINDS:
        wrong["kind"] = "Elija la clase de la lista."
    if file is None or not file.size:
        wrong["file"] = "Elija el archivo."
    if wrong or file is None:
        raise Invalid(next(iter(wrong.values())), wrong)
    material = Material(
        institution_id=who.institution_id,
        title=title.strip(),
        kind=kind,
        filename=file.filename,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        authorised_by_id=actor.person_id,
        authorised_at=clock.now(),
    )
    session.add(material)
    session.flush()
    told = {"material": material.id, "title": material.title, "file": material.sha256}
    history.record(session, actor, None, "material_authorised", told, who.institution_id)
    return material


def retire(session: Session, actor: Actor, material_id: int) -> Material:
    """The material goes out with no answer any more. Raises NotAllowed unless the actor keeps the library, NotFound,
    IllegalMove for one that was retired."""
    who = _keeper(session, actor)
    material = queries.find(session, who, material_id)
    session.refresh(material, with_for_update=True)
    if material.retired_at is not None:
        raise IllegalMove("El material ya se había retirado.")
    material.retired_at, material.retired_by_id = clock.now(), actor.person_id
    session.flush()
    told = {"material": material.id, "title": material.title}
    history.record(session, actor, None, "material_retired", told, who.institution_id)
    return material


def check_uploads(session: Session, ticket: Ticket) -> None:
    """Raises Invalid where only authorised material may go with an answer of the ticket."""
    if bound(catalogues.current(session, ticket.institution_id), catalogues.request_type_of(session, ticket)):
        raise Invalid(REFUSAL, {"files": REFUSAL})


def attachable(session: Session, institution_id: int, chosen: tuple[int, ...]) -> tuple[tuple[str, str, str], ...]:
    """The files of the chosen material: name, media type, SHA-256 of each, in the order chosen. They are held until the
    answer is written. Raises Invalid for one that is not authorised, or not any more."""
    if not chosen:
        return ()
    found = session.scalars(
        select(Material)
        .where(Material.institution_id == institution_id, Material.id.in_(chosen), Material.retired_at.is_(None))
        .with_for_update(read=True)
    )
    known = {each.id: each for each in found}
    if not known.keys() >= set(chosen):
        sentence = "Parte del material elegido ya no está autorizado: elija otra vez."
        raise Invalid(sentence, {"materials": sentence})
    return tuple((known[key].filename, known[key].content_type, known[key].sha256) for key in dict.fromkeys(chosen))


def _keeper(session: Session, actor: Actor) -> Viewer:
    """The actor, who keeps the library. Raises NotAllowed."""
    who = acting(session, actor)
    if who is None or not queries.may_keep(catalogues.current(session, who.institution_id), who):
        raise NotAllowed("La biblioteca la lleva quien autoriza el material.")
    return who
