"""Who holds a function, who substitutes, and who is away (R-071, R-102, R-176).

Nobody is routed to by name: what changes here moves the approvals that wait (`approvals_moved`). What begins or ends on
a later day does so by the desk's own clock; what was decided before stays with the person and the function.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import specialists
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import ANY_ORGAN, Catalogue
from helpdesk.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Absence, Person, RoleHolding
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import by_address, holds_any, in_force, today
from helpdesk.services import approvals_moved, history
from helpdesk.services.people import meet

Dates = tuple[date | None, date | None]
Function = tuple[str, str | None]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Particulars:
    """What a naming says besides person, function and dates: the matters attended (R-108; empty = any), the organ that
    the person belongs to (R-101), and whom a substitute stands for."""

    subjects: tuple[str, ...] = ()
    organ: str | None = None
    in_place_of_id: int | None = None


NOTHING_MORE = Particulars()


def grant(
    session: Session,
    actor: Actor,
    institution_key: str,
    address: str,
    role: str,
    scope: str | None,
    since: date | None = None,
    more: Particulars = NOTHING_MORE,
) -> RoleHolding:
    """Make a person the holder of a function within its scope, from `since` (None: today) on. The earlier holder stays
    until revoked.

    Raises Invalid for an unknown function, a scope, matter or organ that does not fit it, Conflict when the person
    holds it already.
    """
    institution = _institution(session, actor, institution_key)
    held = session.scalar(
        select(RoleHolding.id)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.institution_id == institution.id,
            Person.address == address.lower(),
            RoleHolding.role == role,
            RoleHolding.scope.is_not_distinct_from(scope),
            RoleHolding.kind == "holder",
            RoleHolding.until.is_(None),
        )
    )
    if held is not None:
        raise Conflict(f"{address} ya ejerce «{role}» con ese ámbito.")
    first = since or today(session, institution.id)
    return _hold(session, actor, institution, address, (role, scope), "holder", (first, None), more=more)


def amend(
    session: Session, actor: Actor, institution_key: str, holding_id: int, subjects: Collection[str], organ: str | None
) -> RoleHolding:
    """Say anew which matters a holder attends (R-108) and to which organ the holder belongs (R-101). Raises NotFound,
    Invalid."""
    institution = _institution(session, actor, institution_key)
    row = _holding(session, institution.id, holding_id)
    more = Particulars(tuple(subjects), organ)
    _check_particulars(catalogues.current(session, institution.id), row.role, more)
    row.subjects, row.organ = list(more.subjects), more.organ
    session.flush()
    person = session.get_one(Person, row.person_id)
    data = {"address": person.address, "role": row.role, "scope": row.scope, "subjects": row.subjects, "organ": organ}
    history.record(session, actor, None, "role_amended", data, institution.id)
    approvals_moved.holders_changed(session, actor, institution.id, row.role, row.scope)
    return row


def substitute(
    session: Session,
    actor: Actor,
    institution_key: str,
    address: str,
    role: str,
    scope: str | None,
    since: date,
    until: date,
    in_place_of: str | None = None,
) -> RoleHolding:
    """Let a person act for a function between two dates, both included (R-176). `in_place_of` is the address of the
    holder for whom, where several hold it. Raises Invalid."""
    institution = _institution(session, actor, institution_key)
    _in_order(since, until, "La subrogancia termina antes de empezar: revise las fechas.")
    holder = _one_of_the_holders(session, institution, in_place_of, (role, scope), since) if in_place_of else None
    more = Particulars(in_place_of_id=holder)
    return _hold(session, actor, institution, address, (role, scope), "substitute", (since, until), more=more)


def revoke(session: Session, actor: Actor, institution_key: str, address: str, role: str, scope: str | None) -> int:
    """End a person's holdings of a function today; what was decided before stays. Gives how many ended."""
    institution = _institution(session, actor, institution_key)
    person = _known(session, institution, address)
    day = today(session, institution.id)
    rows = session.scalars(
        select(RoleHolding).where(
            RoleHolding.institution_id == institution.id,
            RoleHolding.person_id == person.id,
            RoleHolding.role == role,
            RoleHolding.scope.is_not_distinct_from(scope),
            or_(RoleHolding.until.is_(None), RoleHolding.until >= day),
        )
    ).all()
    if not rows:
        raise NotFound(f"{person.address} no ejerce «{role}» con ese ámbito.")
    for row in rows:
        _end(session, actor, row, person, day - ONE_DAY)
    approvals_moved.holders_changed(session, actor, institution.id, role, scope)
    return len(rows)


def end_holding(session: Session, actor: Actor, institution_key: str, holding_id: int) -> RoleHolding:
    """End one holding or substitution today. Raises NotFound."""
    institution = _institution(session, actor, institution_key)
    row = _holding(session, institution.id, holding_id)
    person = session.get_one(Person, row.person_id)
    _end(session, actor, row, person, today(session, institution.id) - ONE_DAY)
    approvals_moved.holders_changed(session, actor, institution.id, row.role, row.scope)
    return row


def absent(
    session: Session,
    actor: Actor,
    institution_key: str,
    address: str,
    since: date,
    until: date | None,
    reason: str = "",
    by: str | None = None,
) -> Absence:
    """Note that a person is away between two dates, both included (`until` None: no end is known); `by` is who
    substitutes meanwhile for all the functions that the person holds.

    Raises NotFound for a stranger, Invalid, Conflict when the days overlap an absence that is noted already.
    """
    institution = _institution(session, actor, institution_key)
    person = _known(session, institution, address)
    _in_order(since, until, "La ausencia termina antes de empezar: revise las fechas.")
    if by is not None and by.strip().lower() == person.address:
        raise Invalid("Nadie se subroga a sí mismo: elija a otra persona.", {"substitute": "Elija a otra persona."})
    row = _note(session, actor, institution, person, (since, until), reason, by)
    for role, scope in _functions(session, person, since, until):
        if by is not None:
            more = Particulars(in_place_of_id=person.id)
            _hold(session, actor, institution, by, (role, scope), "substitute", (since, until), more=more)
        else:
            approvals_moved.holders_changed(session, actor, institution.id, role, scope)
    _moved_from_substitute(session, actor, person, since)
    return row


def depart(
    session: Session, actor: Actor, institution_key: str, address: str, since: date, reason: str = ""
) -> Absence:
    """A permanent absence: the person is away from that day on, and every function ends the day before. Raises as
    `absent`."""
    institution = _institution(session, actor, institution_key)
    person = _known(session, institution, address)
    row = _note(session, actor, institution, person, (since, None), reason, None)
    held = select(RoleHolding).where(
        RoleHolding.person_id == person.id, or_(RoleHolding.until.is_(None), RoleHolding.until >= since)
    )
    for holding in session.scalars(held.order_by(RoleHolding.id)).all():
        _end(session, actor, holding, person, since - ONE_DAY)
        approvals_moved.holders_changed(session, actor, institution.id, holding.role, holding.scope)
    return row


def back(session: Session, actor: Actor, institution_key: str, absence_id: int) -> Absence:
    """The person is there again from today on: the absence ends yesterday, and so do the substitutions that were named
    for exactly its days. Raises NotFound, Conflict when it is over already."""
    institution = _institution(session, actor, institution_key)
    row = session.get(Absence, absence_id)
    if row is None or row.institution_id != institution.id:
        raise NotFound("No hay tal ausencia en su institución.")
    day = today(session, institution.id)
    if row.until is not None and row.until < day:
        raise Conflict("Esa ausencia ya terminó.")
    person = session.get_one(Person, row.person_id)
    functions = _functions(session, person, row.since, row.until)
    standing_in = session.scalars(
        select(RoleHolding).where(
            RoleHolding.institution_id == institution.id,
            RoleHolding.kind == "substitute",
            RoleHolding.since == row.since,
            RoleHolding.until.is_not_distinct_from(row.until),
        )
    ).all()
    row.until = day - ONE_DAY
    session.flush()
    data = {"address": person.address, "since": row.since.isoformat(), "until": row.until.isoformat()}
    history.record(session, actor, None, "absence_ended", data, institution.id)
    for holding in standing_in:
        if (holding.role, holding.scope) in functions:
            _end(session, actor, holding, session.get_one(Person, holding.person_id), row.until)
    for role, scope in functions:
        approvals_moved.holders_changed(session, actor, institution.id, role, scope)
    return row


def delegate(
    session: Session, actor: Actor, function: Function, address: str, since: date, until: date, reason: str
) -> RoleHolding:
    """The holder of a function lets somebody known to the institution act for it between two dates (R-176).

    Raises NotAllowed for a function that the actor does not hold as its holder, Invalid for a delegate who is no
    member of the staff and holds no function, or wrong dates.
    """
    institution = _own_institution(session, actor)
    _holds_it(session, actor, institution, function)
    _in_order(since, until, "La delegación termina antes de empezar: revise las fechas.")
    if until < today(session, institution.id):
        raise Invalid("La delegación ya habría terminado: revise las fechas.", {"until": "Elija un día que no pasó."})
    person = by_address(session, institution.id, address.strip())
    if person is None or person.disabled or not (person.is_staff or holds_any(session, person.id)):
        raise Invalid(
            f"{address} no es del personal ni ejerce una función: elija a otra persona.",
            {"address": "Escriba el correo de alguien de la institución."},
        )
    if person.id == actor.person_id:
        raise Invalid("Nadie se delega a sí mismo: elija a otra persona.", {"address": "Elija a otra persona."})
    dates, more = (since, until), Particulars(in_place_of_id=actor.person_id)
    return _hold(session, actor, institution, person.address, function, "substitute", dates, reason.strip(), more)


def end_delegation(session: Session, actor: Actor, holding_id: int) -> RoleHolding:
    """The holder ends early who acts for the own function. Raises NotFound, NotAllowed."""
    institution = _own_institution(session, actor)
    row = _holding(session, institution.id, holding_id)
    if row.kind != "substitute":
        raise NotFound("No hay tal delegación.")
    _holds_it(session, actor, institution, (row.role, row.scope))
    _end(session, actor, row, session.get_one(Person, row.person_id), today(session, institution.id) - ONE_DAY)
    approvals_moved.holders_changed(session, actor, institution.id, row.role, row.scope)
    return row


def _hold(
    session: Session,
    actor: Actor,
    institution: Institution,
    address: str,
    function: Function,
    kind: str,
    dates: Dates,
    reason: str = "",
    more: Particulars = NOTHING_MORE,
) -> RoleHolding:
    role, scope = function
    catalogue = catalogues.current(session, institution.id)
    fitting(catalogue, role, scope)
    _check_particulars(catalogue, role, more)
    if "@" not in address:
        raise Invalid(f"«{address}» no es una dirección de correo.", {"address": "Escriba un correo."})
    person = meet(session, institution.id, "", address.strip())
    row = RoleHolding(
        institution_id=institution.id,
        person_id=person.id,
        role=role,
        scope=scope,
        kind=kind,
        since=dates[0],
        until=dates[1],
        subjects=list(more.subjects),
        organ=more.organ,
        in_place_of_id=more.in_place_of_id,
        named_by_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    data = {
        "address": person.address,
        "role": role,
        "scope": scope,
        "kind": kind,
        "since": _written(dates[0]),
        "until": _written(dates[1]),
        **({"reason": reason} if reason else {}),
        **({"subjects": list(more.subjects)} if more.subjects else {}),
        **({"organ": more.organ} if more.organ else {}),
    }
    history.record(session, actor, None, "role_granted", data, institution.id)
    approvals_moved.holders_changed(session, actor, institution.id, role, scope)
    return row


def _end(session: Session, actor: Actor, row: RoleHolding, person: Person, last: date) -> None:
    """A holding ends after `last`; one that had not begun by then never does."""
    row.until = last
    session.flush()
    data = {"address": person.address, "role": row.role, "scope": row.scope, "kind": row.kind, "until": _written(last)}
    history.record(session, actor, None, "role_revoked", data, row.institution_id)


def _note(
    session: Session,
    actor: Actor,
    institution: Institution,
    person: Person,
    dates: tuple[date, date | None],
    reason: str,
    by: str | None,
) -> Absence:
    since, until = dates
    overlaps = select(Absence.id).where(
        Absence.person_id == person.id,
        or_(Absence.until.is_(None), Absence.until >= since),
        Absence.since <= (until or date.max),
    )
    if session.scalar(overlaps.limit(1)) is not None:
        raise Conflict(f"{person.address} ya tiene anotada una ausencia en esos días: termínela antes.")
    row = Absence(
        institution_id=institution.id,
        person_id=person.id,
        since=since,
        until=until,
        reason=reason.strip(),
        noted_by_id=actor.person_id,
        noted_at=clock.now(),
    )
    session.add(row)
    session.flush()
    data = {
        "address": person.address,
        "since": _written(since),
        "until": _written(until),
        "reason": row.reason,
        "substitute": by,
    }
    history.record(session, actor, None, "absence_noted", data, institution.id)
    return row


def _functions(session: Session, person: Person, since: date, until: date | None) -> list[Function]:
    """What a person holds as the holder on some day between two dates."""
    rows = session.execute(
        select(RoleHolding.role, RoleHolding.scope)
        .where(
            RoleHolding.person_id == person.id,
            RoleHolding.kind == "holder",
            or_(RoleHolding.until.is_(None), RoleHolding.until >= since),
            or_(RoleHolding.since.is_(None), RoleHolding.since <= (until or date.max)),
        )
        .distinct()
        .order_by(RoleHolding.role, RoleHolding.scope)
    )
    return [(role, scope) for role, scope in rows]


def _moved_from_substitute(session: Session, actor: Actor, person: Person, since: date) -> None:
    """Who is away does not act as somebody's substitute either."""
    rows = session.execute(
        select(RoleHolding.role, RoleHolding.scope).where(
            RoleHolding.person_id == person.id, RoleHolding.kind == "substitute", *in_force(since)
        )
    )
    for role, scope in rows.all():
        approvals_moved.holders_changed(session, actor, person.institution_id, role, scope)


def _holds_it(session: Session, actor: Actor, institution: Institution, function: Function) -> None:
    held = session.scalar(
        select(RoleHolding.id)
        .where(
            RoleHolding.institution_id == institution.id,
            RoleHolding.person_id == actor.person_id,
            RoleHolding.kind == "holder",
            RoleHolding.role == function[0],
            RoleHolding.scope.is_not_distinct_from(function[1]),
            *in_force(today(session, institution.id)),
        )
        .limit(1)
    )
    if held is None:
        raise NotAllowed("Solo delega una función quien la ejerce como titular.")


def _holding(session: Session, institution_id: int, holding_id: int) -> RoleHolding:
    row = session.get(RoleHolding, holding_id)
    if row is None or row.institution_id != institution_id:
        raise NotFound("No hay tal nombramiento en su institución.")
    if row.until is not None and row.until < today(session, institution_id):
        raise Conflict("Ese nombramiento ya terminó.")
    return row


def _institution(session: Session, actor: Actor, key: str) -> Institution:
    institution = catalogues.institution_by_key(session, key)
    if actor.institution_id is not None and actor.institution_id != institution.id:
        raise NotFound(f"No hay institución «{key}» para usted.")
    return institution


def _own_institution(session: Session, actor: Actor) -> Institution:
    if actor.person_id is None or actor.institution_id is None:
        raise NotAllowed("Solo una persona delega una función.")
    return session.get_one(Institution, actor.institution_id)


def fitting(catalogue: Catalogue, role: str, scope: str | None) -> None:
    """Raises Invalid for an unknown function or a scope that does not fit it."""
    spec = next((each for each in catalogue.roles if each.key == role), None)
    if spec is None:
        known = ", ".join(sorted(each.key for each in catalogue.roles))
        raise Invalid(f"El catálogo no tiene la función «{role}»; tiene: {known}.")
    places = {
        "region": {region.key for region in catalogue.regions},
        "programme": {programme.key for programme in catalogue.programmes},
        "centre": {centre.key for centre in catalogue.centres},
        "organ": {organ.key for organ in catalogue.organs},
    }.get(spec.scope)
    if places is None and scope is not None:
        raise Invalid(f"«{role}» vale para toda la institución: quite el ámbito «{scope}».")
    if places is not None and scope not in places:
        raise Invalid(f"«{role}» necesita un ámbito; son posibles: {', '.join(sorted(places))}.")


def _one_of_the_holders(session: Session, institution: Institution, address: str, function: Function, on: date) -> int:
    person_id = session.scalar(
        select(RoleHolding.person_id)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.institution_id == institution.id,
            RoleHolding.kind == "holder",
            RoleHolding.role == function[0],
            RoleHolding.scope.is_not_distinct_from(function[1]),
            Person.address == address.strip().lower(),
            *in_force(on),
        )
        .limit(1)
    )
    if person_id is None:
        wrong = {"in_place_of": "Escriba el correo de quien la ejerce, o deje el dato vacío."}
        raise Invalid(f"{address[:100]} no ejerce esa función desde el primer día: elija a un titular.", wrong)
    return person_id


def _check_particulars(catalogue: Catalogue, role: str, more: Particulars) -> None:
    spec = catalogue.role(role)
    known = {choice.key for choice in specialists.subjects_of(catalogue, role)}
    for subject in more.subjects:
        if subject not in known:
            wrong = {"subjects": "Elija los sistemas de la lista."}
            raise Invalid(f"Quien ejerce «{spec.name}» no se distingue por «{subject}»: quítelo.", wrong)
    if more.organ is None:
        return
    if spec.technical_dependency != ANY_ORGAN:
        raise Invalid(f"El órgano de «{spec.name}» no se elige: quítelo.", {"organ": "Deje el órgano sin elegir."})
    if more.organ not in {organ.key for organ in catalogue.organs}:
        raise Invalid("No hay tal órgano en el catálogo.", {"organ": "Elija un órgano de la lista."})


def _known(session: Session, institution: Institution, address: str) -> Person:
    person = by_address(session, institution.id, address.strip())
    if person is None:
        raise NotFound(f"No hay nadie con el correo {address} en «{institution.key}».")
    return person


def _in_order(since: date, until: date | None, sentence: str) -> None:
    if until is not None and until < since:
        raise Invalid(sentence, {"until": "Elija un día que no sea anterior al primero."})


def _written(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
