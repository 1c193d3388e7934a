"""Who may sign in, and in which teams they work; the functions they hold are of `authority`."""

import argon2
from argon2.exceptions import VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person, TeamMember
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import by_address, functions_of
from helpdesk.services import approvals_moved, authority, history
from helpdesk.services.people import meet

LEAST_PASSWORD = 12
hasher = argon2.PasswordHasher()
# Verified where there is no password to compare with, so that the time of an answer does not tell whether an address
# exists.
NOBODY = hasher.hash("nobody has this password")


def sign_in(session: Session, address: str, password: str, institution_key: str | None = None) -> Person:
    """The person with that address and password. Raises NotAllowed with one sentence for every cause."""
    query = select(Person).where(Person.address == address.strip().lower(), Person.is_staff, Person.disabled.is_(False))
    if institution_key is not None:
        query = query.join(Institution, Institution.id == Person.institution_id).where(
            Institution.key == institution_key
        )
    known = session.scalars(query).all()
    found = [person for person in known if _fits(person.password_hash, password)]
    if not known:
        _fits(None, password)
    if len(found) != 1:
        raise NotAllowed("El correo o la contraseña no son correctos.")
    person = found[0]
    if person.password_hash is not None and hasher.check_needs_rehash(person.password_hash):
        person.password_hash = hasher.hash(password)
        session.flush()
    return person


def add_user(
    session: Session,
    actor: Actor,
    institution_key: str,
    address: str,
    name: str,
    password: str,
    *,
    is_admin: bool = False,
    teams: tuple[tuple[str, str | None], ...] = (),
    roles: tuple[tuple[str, str | None], ...] = (),
) -> Person:
    """Let a person sign in. Raises Conflict when the person already may, Invalid for a short password or an unknown
    team or role."""
    institution = catalogues.institution_by_key(session, institution_key)
    if len(password) < LEAST_PASSWORD:
        raise Invalid(f"La contraseña necesita {LEAST_PASSWORD} caracteres o más.")
    if "@" not in address:
        raise Invalid(f"«{address}» no es una dirección de correo.")
    person = meet(session, institution.id, name, address)
    if person.is_staff and not person.disabled:
        raise Conflict(f"{person.address} ya puede entrar en «{institution_key}»: deshabilite antes la cuenta.")
    person.name = name or person.name
    person.is_staff, person.disabled, person.is_admin = True, False, is_admin
    person.password_hash = hasher.hash(password)
    session.flush()
    history.record(session, actor, None, "user_added", {"address": person.address, "admin": is_admin}, institution.id)
    for team, scope in teams:
        join_team(session, actor, institution_key, address, team, scope)
    for role, scope in roles:
        authority.grant(session, actor, institution_key, address, role, scope)
    return person


def disable(session: Session, actor: Actor, institution_key: str, address: str) -> Person:
    """Take away the sign-in; sessions that are open end, and approvals that waited for the person are asked of others.
    Raises NotFound."""
    institution = catalogues.institution_by_key(session, institution_key)
    person = _known(session, institution, address)
    person.disabled = True
    person.session_epoch += 1
    session.flush()
    history.record(session, actor, None, "user_disabled", {"address": person.address}, institution.id)
    for role, scope in functions_of(session, person.id):
        approvals_moved.holders_changed(session, actor, institution.id, role, scope)
    return person


def join_team(
    session: Session, actor: Actor, institution_key: str, address: str, team: str, scope: str | None
) -> TeamMember:
    """Put a person into a team; `scope` is the region or centre of a team that has one instance each."""
    institution = catalogues.institution_by_key(session, institution_key)
    catalogue = catalogues.current(session, institution.id)
    if team not in {each.key for each in catalogue.teams}:
        raise Invalid(f"El catálogo de «{institution_key}» no tiene el equipo «{team}».")
    person = _known(session, institution, address)
    member = session.scalar(
        select(TeamMember).where(
            TeamMember.person_id == person.id, TeamMember.team == team, TeamMember.scope.is_not_distinct_from(scope)
        )
    )
    if member is None:
        member = TeamMember(institution_id=institution.id, person_id=person.id, team=team, scope=scope)
        session.add(member)
        session.flush()
        data = {"address": person.address, "team": team, "scope": scope}
        history.record(session, actor, None, "team_joined", data, institution.id)
    return member


def _known(session: Session, institution: Institution, address: str) -> Person:
    person = by_address(session, institution.id, address)
    if person is None:
        raise NotFound(f"No hay nadie con el correo {address} en «{institution.key}».")
    return person


def _fits(stored: str | None, password: str) -> bool:
    try:
        return hasher.verify(stored or NOBODY, password) and stored is not None
    except VerificationError:
        return False
