"""Publishes a catalogue: a new version, its mailboxes and the holders its directory names (R-193)."""

import hashlib
import json

from sqlalchemy import Sequence, func, select
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateSequence

from helpdesk import clock
from helpdesk.cataloguefile import to_json
from helpdesk.domain import additions
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.choices import choices_of
from helpdesk.domain.errors import Conflict, Invalid, NotFound
from helpdesk.models.institutions import CatalogueVersion, Institution, Mailbox, number_sequence
from helpdesk.models.people import Person, RoleHolding
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.calendars import Rules, edits_of
from helpdesk.queries.deadlines import Move, moves
from helpdesk.queries.people import today
from helpdesk.services import deadlines, history
from helpdesk.services.people import meet


def load(session: Session, actor: Actor, catalogue: Catalogue) -> CatalogueVersion:
    """Publish a catalogue; what centres added to the one in force stays (R-106). Loading the version in force again
    changes nothing. Raises Conflict on a taken prefix, mailbox address or key of a request type."""
    institution = _institution(session, catalogue)
    version_id = institution.catalogue_version_id
    earlier = catalogues.version(session, version_id) if version_id is not None else None
    return _publish(session, actor, institution, additions.kept(earlier, catalogue), earlier)


def add_types(
    session: Session, actor: Actor, institution_key: str, centre: str, types: tuple[RequestType, ...]
) -> CatalogueVersion:
    """Publish a version in which a centre offers types of its own beside the national ones (R-106); one that it added
    before is replaced. Raises NotFound for an unknown institution, Invalid for an unknown centre or what does not fit.
    """
    found = catalogues.institution_by_key(session, institution_key)
    institution = session.get_one(Institution, found.id, with_for_update=True)
    catalogue = catalogues.current(session, institution.id)
    if centre not in {each.key for each in catalogue.centres}:
        known = ", ".join(each.key for each in catalogue.centres) or "ninguno"
        raise Invalid(f"«{institution_key}» no tiene el centro «{centre}»; tiene: {known}.")
    wrong = additions.problems(catalogue, centre, types)
    if wrong:
        raise Invalid("; ".join(each.reason for each in wrong) + ".")
    return _publish(session, actor, institution, additions.added_to(catalogue, centre, types), catalogue)


def drop_type(session: Session, actor: Actor, institution_key: str, key: str) -> CatalogueVersion:
    """Publish a version in which a centre no longer offers a type that it added; open tickets keep theirs (R-106).
    Raises NotFound for an unknown type, Invalid for a national one."""
    found = catalogues.institution_by_key(session, institution_key)
    institution = session.get_one(Institution, found.id, with_for_update=True)
    catalogue = catalogues.current(session, institution.id)
    if key not in {each.key for each in catalogue.request_types}:
        raise NotFound(f"El catálogo no tiene el tipo «{key}».")
    own = additions.additions_of(catalogue)
    if key not in {each.key for each in own}:
        raise Invalid(f"«{key}» es un tipo nacional: vale en todos los centros y ninguno lo quita.")
    left = additions.with_additions(additions.national(catalogue), (each for each in own if each.key != key))
    return _publish(session, actor, institution, left, catalogue)


def _publish(
    session: Session, actor: Actor, institution: Institution, catalogue: Catalogue, earlier: Catalogue | None
) -> CatalogueVersion:
    content = to_json(catalogue)
    sha256 = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    if institution.catalogue_version_id is not None:
        in_force = session.get_one(CatalogueVersion, institution.catalogue_version_id)
        if in_force.sha256 == sha256:
            return in_force
    last = session.scalar(
        select(func.max(CatalogueVersion.number)).where(CatalogueVersion.institution_id == institution.id)
    )
    version = CatalogueVersion(
        institution_id=institution.id, number=(last or 0) + 1, loaded_at=clock.now(), sha256=sha256, content=content
    )
    session.add(version)
    session.flush()
    institution.catalogue_version_id = version.id
    _sync_mailboxes(session, institution, catalogue)
    _sync_directory(session, institution, catalogue)
    history.record(
        session, actor, None, "catalogue_loaded", {"version": version.number, "sha256": sha256}, institution.id
    )
    if earlier is not None and _counts_otherwise(earlier, catalogue):
        deadlines.recount_open(session, actor, institution.id)
    return version


def would_move(session: Session, catalogue: Catalogue) -> tuple[Move, ...]:
    """Which open tickets would be due at another instant under a catalogue that is not published yet."""
    institution = session.scalar(select(Institution).where(Institution.key == catalogue.institution.key))
    if institution is None or institution.catalogue_version_id is None:
        return ()
    if not _counts_otherwise(catalogues.current(session, institution.id), catalogue):
        return ()
    chosen = choices_of(catalogue.institution)
    return moves(session, institution.id, Rules(catalogue, chosen, edits_of(session, institution.id)))


def _counts_otherwise(earlier: Catalogue, catalogue: Catalogue) -> bool:
    """Whether terms may end at another instant under the new catalogue."""
    before, after = choices_of(earlier.institution), choices_of(catalogue.institution)
    return (
        earlier.calendars != catalogue.calendars
        or earlier.regions != catalogue.regions
        or before.business_hours_mode != after.business_hours_mode
        or before.regional_holidays != after.regional_holidays
    )


def _institution(session: Session, catalogue: Catalogue) -> Institution:
    spec = catalogue.institution
    taken = session.scalar(
        select(Institution.key).where(Institution.ticket_prefix == spec.ticket_prefix, Institution.key != spec.key)
    )
    if taken is not None:
        raise Conflict(
            f"El prefijo «{spec.ticket_prefix}» ya es de la institución «{taken}»: elija otro en ticket_prefix."
        )
    institution = session.scalar(select(Institution).where(Institution.key == spec.key).with_for_update())
    if institution is None:
        institution = Institution(
            key=spec.key, name=spec.name, ticket_prefix=spec.ticket_prefix, timezone=spec.timezone
        )
        session.add(institution)
        session.flush()
        session.execute(CreateSequence(Sequence(number_sequence(institution.id))))
    institution.name = spec.name
    institution.ticket_prefix = spec.ticket_prefix
    institution.timezone = spec.timezone
    session.flush()
    return institution


def _sync_mailboxes(session: Session, institution: Institution, catalogue: Catalogue) -> None:
    known = {box.key: box for box in session.scalars(select(Mailbox).where(Mailbox.institution_id == institution.id))}
    for spec in catalogue.mailboxes:
        address = spec.address.lower()
        other = session.scalar(
            select(Mailbox).where(
                Mailbox.address == address, Mailbox.id != (known[spec.key].id if spec.key in known else 0)
            )
        )
        if other is not None:
            raise Conflict(f"El buzón {address} ya pertenece a otra entrada («{other.key}»): use otra dirección.")
        box = known.pop(spec.key, None)
        if box is None:
            box = Mailbox(institution_id=institution.id, key=spec.key, address=address, name=spec.name)
            session.add(box)
        box.address, box.name, box.active = address, spec.name, True
    for dropped in known.values():
        dropped.active = False
    session.flush()


def _sync_directory(session: Session, institution: Institution, catalogue: Catalogue) -> None:
    """Holders that the directory names and nobody holds yet. A holder changed by hand later stays."""
    day = today(session, institution.id)
    for entry in catalogue.directory:
        person = meet(session, institution.id, "", entry.address)
        if not person.name:
            person.name = _function_name(catalogue, entry.role, entry.scope)
        held = session.scalar(
            select(RoleHolding.id)
            .join(Person, Person.id == RoleHolding.person_id)
            .where(
                RoleHolding.institution_id == institution.id,
                RoleHolding.role == entry.role,
                RoleHolding.scope.is_not_distinct_from(entry.scope),
                RoleHolding.kind == "holder",
                (RoleHolding.until.is_(None)) | (RoleHolding.until >= day),
            )
            .limit(1)
        )
        if held is None:
            session.add(
                RoleHolding(
                    institution_id=institution.id,
                    person_id=person.id,
                    role=entry.role,
                    scope=entry.scope,
                    subjects=list(entry.subjects),
                    organ=entry.organ,
                )
            )
    session.flush()


def _function_name(catalogue: Catalogue, role: str, scope: str | None) -> str:
    """The name a holder has until the person's own is known: the function's, with its scope."""
    label = catalogue.role(role).name
    if scope is None:
        return label
    return f"{label}, {catalogue.place_name(scope)}"
