"""Whether the parts of a catalogue fit together: every key that is named exists (R-193)."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from helpdesk.domain import choices
from helpdesk.domain.catalogue import (
    ANY_ORGAN,
    Catalogue,
    Condition,
    PeriodicTaskSpec,
    RequestType,
    RoleSpec,
    StepActor,
    StepSpec,
)
from helpdesk.domain.specialists import subjects_of

CONTEXT_FIELDS = frozenset(("channel", "mailbox", "requester_role", "step", "escala"))

LONGEST_MONTH = 31
PREFIX = re.compile(r"[A-Z][A-Z0-9]{1,11}")
HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")

COLUMNS = {
    "name": "la denominación",
    "description": "la descripción",
    "access": "cómo acceder",
    "internal_procedure": "el procedimiento interno",
    "cost": "el costo",
    "deadline": "el tiempo de respuesta",
    "beneficiaries": "el tipo de beneficiarios",
    "offices": "las oficinas",
    "channels": "los canales de atención",
}
"""The columns of the published table that a type may leave empty otherwise, and how they are told."""

Place = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Something that does not fit, at a path inside the file; `reason` says what is allowed, in Spanish."""

    place: Place
    reason: str


def inconsistencies(catalogue: Catalogue) -> tuple[Inconsistency, ...]:
    """Everything that does not fit together; empty for a catalogue that can be published."""
    return tuple(_all(catalogue))


def _all(catalogue: Catalogue) -> Iterator[Inconsistency]:
    teams = {team.key for team in catalogue.teams}
    yield from _duplicates(catalogue)
    yield from _institution(catalogue)
    yield from _calendars(catalogue)
    yield from _known(("institution", "fallback_team"), catalogue.institution.fallback_team, teams, "equipo")
    calendars = {calendar.key for calendar in catalogue.calendars}
    regions = {region.key for region in catalogue.regions}
    centres = {centre.key for centre in catalogue.centres}
    types = {each.key for each in catalogue.request_types}
    for index, team in enumerate(catalogue.teams):
        yield from _known(("teams", index, "calendar"), team.calendar, calendars, "calendario")
        if team.parent is not None:
            yield from _known(("teams", index, "parent"), team.parent, teams, "equipo")
    for index, box in enumerate(catalogue.mailboxes):
        place: Place = ("mailboxes", index)
        yield from _known((*place, "team"), box.team, teams, "equipo")
        if box.region is not None:
            yield from _known((*place, "region"), box.region, regions, "región")
        if box.centre is not None:
            yield from _known((*place, "centre"), box.centre, centres, "centro")
        if "@" not in box.address:
            yield Inconsistency((*place, "address"), "no es una dirección de correo")
        for key in () if box.accepts == "*" else box.accepts:
            yield from _known((*place, "accepts"), key, types, "tipo de solicitud")
    for index, role in enumerate(catalogue.roles):
        yield from _works_in(("roles", index, "works_in"), catalogue, role)
    yield from _directory(catalogue)
    yield from _closing_texts(catalogue)
    for index, task in enumerate(catalogue.periodic_tasks):
        yield from _periodic_task(catalogue, ("periodic_tasks", index), task)
    for index, request_type in enumerate(catalogue.request_types):
        yield from _request_type(catalogue, ("request_types", index), request_type, teams, calendars)


def _institution(catalogue: Catalogue) -> Iterator[Inconsistency]:
    spec = catalogue.institution
    if not PREFIX.fullmatch(spec.ticket_prefix):
        yield Inconsistency(("institution", "ticket_prefix"), "use de 2 a 12 letras mayúsculas o cifras, como «MEF»")
    yield from _zone(("institution", "timezone"), spec.timezone)
    if not catalogue.mailboxes:
        yield Inconsistency(("mailboxes",), "hace falta al menos un buzón")
    for key, reason in choices.problems(spec.settings):
        yield Inconsistency(("institution", "settings", key), reason)
    for address, times in Counter(box.address.lower() for box in catalogue.mailboxes).items():
        if times > 1:
            yield Inconsistency(("mailboxes",), f"la dirección {address} está {times} veces")


def _calendars(catalogue: Catalogue) -> Iterator[Inconsistency]:
    for index, spec in enumerate(catalogue.calendars):
        place: Place = ("calendars", index)
        yield from _zone((*place, "timezone"), spec.timezone)
        for day, spans in spec.hours.items():
            for opens, closes in spans:
                if not (HOUR.fullmatch(opens) and HOUR.fullmatch(closes)) or opens >= closes:
                    yield Inconsistency(
                        (*place, "hours", day), f"«{opens}–{closes}» no es un horario: escriba ['08:00', '17:00']"
                    )
        if not any(spec.hours.values()):
            yield Inconsistency((*place, "hours"), "ningún día tiene horario de atención")
        for name in ("add", "remove"):
            for written in getattr(spec.holidays, name):
                if not _is_date(written):
                    yield Inconsistency((*place, "holidays", name), f"«{written}» no es una fecha como 2026-12-31")


def _closing_texts(catalogue: Catalogue) -> Iterator[Inconsistency]:
    """Where an institution keeps texts of closing, every type names one of them (R-179)."""
    texts = {each.key for each in catalogue.closing_texts}
    for index, each in enumerate(catalogue.request_types):
        if texts:
            place: Place = ("request_types", index, "closure", "template")
            yield from _known(place, each.closure.template, texts, "texto de cierre")


def _zone(place: Place, name: str) -> Iterator[Inconsistency]:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Inconsistency(place, f"no hay zona horaria «{name}»; un ejemplo: America/Guayaquil")


def _is_date(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


def _works_in(place: Place, catalogue: Catalogue, role: RoleSpec) -> Iterator[Inconsistency]:
    """A function of one place works in a team that has an instance there: another would show it every place."""
    if role.works_in is None:
        return
    teams = {team.key: team for team in catalogue.teams}
    yield from _known(place, role.works_in, set(teams), "equipo")
    team = teams.get(role.works_in)
    where = None if team is None else "region" if team.per_region else "centre" if team.per_centre else "institution"
    if team is not None and (role.scope != where or role.side == "requester"):
        yield Inconsistency(place, f"«{role.key}» no vale donde trabaja «{team.key}»: debe tener el mismo ámbito")


def _directory(catalogue: Catalogue) -> Iterator[Inconsistency]:
    roles = {role.key: role for role in catalogue.roles}
    places = {
        "region": {region.key for region in catalogue.regions},
        "programme": {programme.key for programme in catalogue.programmes},
        "centre": {centre.key for centre in catalogue.centres},
        "organ": {organ.key for organ in catalogue.organs},
    }
    for index, entry in enumerate(catalogue.directory):
        yield from _known(("directory", index, "role"), entry.role, set(roles), "rol")
        allowed = places.get(roles[entry.role].scope) if entry.role in roles else None
        if allowed is not None:
            yield from _known(("directory", index, "scope"), str(entry.scope), allowed, "ámbito")
        if entry.subjects:
            subjects = {choice.key for choice in subjects_of(catalogue, entry.role)}
            for key in entry.subjects:
                yield from _known(("directory", index, "subjects"), key, subjects, "materia")
        if entry.organ is not None:
            yield from _known(("directory", index, "organ"), entry.organ, places["organ"], "órgano")
            if entry.role in roles and roles[entry.role].technical_dependency != ANY_ORGAN:
                yield Inconsistency(("directory", index, "organ"), "el órgano de esa función no se elige")


def _periodic_task(catalogue: Catalogue, place: Place, task: PeriodicTaskSpec) -> Iterator[Inconsistency]:
    roles = {role.key for role in catalogue.roles}
    types = {each.key: each for each in catalogue.request_types}
    yield from _known((*place, "owner_role"), task.owner_role, roles, "rol")
    for key in task.inputs_from:
        yield from _known((*place, "inputs_from"), key, roles, "rol")
    if task.due_day is not None and not 1 <= task.due_day <= LONGEST_MONTH:
        yield Inconsistency((*place, "due_day"), f"escriba un día del mes, de 1 a {LONGEST_MONTH}")
    at = (*place, "answered_by" if task.answered_by else "output")
    if task.answer_type is not None:
        yield from _known(at, task.answer_type, set(types), "tipo de solicitud")
    answer = types.get(task.answer_type or "")
    if answer is not None and answer.monthly is None:
        yield Inconsistency(at, f"el tipo «{answer.key}» no dice en «monthly» de qué mes es cada solicitud")
    if task.purpose is not None:
        yield from _known((*place, "purpose"), task.purpose, _purposes(answer), "destino")


def _purposes(answer: RequestType | None) -> set[str]:
    """For what the requests of a type may be sent."""
    if answer is None or answer.monthly is None:
        return set()
    fields = [each for each in answer.intake_fields if each.key == answer.monthly.purpose]
    return {choice.key for field in fields for choice in field.choices}


def _monthly(place: Place, request_type: RequestType) -> Iterator[Inconsistency]:
    if request_type.monthly is None:
        return
    fields = {datum.key for datum in request_type.intake_fields}
    for name in ("month", "text", "purpose", "topic"):
        key = getattr(request_type.monthly, name)
        if key is not None:
            yield from _known((*place, "monthly", name), key, fields, "dato")


def _columns(catalogue: Catalogue, place: Place, request_type: RequestType) -> Iterator[Inconsistency]:
    """A service of the published table states every column that describes it (R-002)."""
    if not request_type.reporting.lotaip:
        return
    for name, noun in COLUMNS.items():
        value = getattr(request_type, name)
        if not value or (isinstance(value, str) and not value.strip()):
            yield Inconsistency((*place, name), f"falta {noun}: sin eso el servicio no se publica")
    offices, kinds = {each.key for each in catalogue.offices}, {each.key for each in catalogue.beneficiaries}
    for key in request_type.offices:
        yield from _known((*place, "offices"), key, offices, "oficina")
    for key in request_type.beneficiaries:
        yield from _known((*place, "beneficiaries"), key, kinds, "tipo de beneficiario")


def _request_type(
    catalogue: Catalogue, place: Place, request_type: RequestType, teams: set[str], calendars: set[str]
) -> Iterator[Inconsistency]:
    roles = {role.key for role in catalogue.roles}
    boxes = {box.key for box in catalogue.mailboxes}
    yield from _known((*place, "responsible_team"), request_type.responsible_team, teams, "equipo")
    yield from _known((*place, "service_hours"), request_type.service_hours, calendars, "calendario")
    yield from _events(catalogue, place, request_type)
    yield from _columns(catalogue, place, request_type)
    if request_type.centre is not None:
        yield from _known((*place, "centre"), request_type.centre, {each.key for each in catalogue.centres}, "centro")
        if request_type.responsible_team not in {team.key for team in catalogue.teams if team.per_centre}:
            yield Inconsistency((*place, "responsible_team"), "un tipo propio de un centro lo atiende un equipo suyo")
    if request_type.deadline is not None:
        yield from _known((*place, "deadline", "calendar"), request_type.deadline.calendar, calendars, "calendario")
    for key in request_type.who_may_request:
        yield from _known((*place, "who_may_request"), key, roles, "rol")
    for index, channel in enumerate(request_type.channels):
        if channel.mailbox is not None:
            yield from _known((*place, "channels", index, "mailbox"), channel.mailbox, boxes, "buzón")
    yield from _monthly(place, request_type)
    keys = [step.key for step in request_type.route]
    if not any(step.enabled and step.kind != "scheduled" for step in request_type.route):
        yield Inconsistency((*place, "route"), "la ruta necesita al menos un paso")
    for index, step in enumerate(request_type.route):
        at = (*place, "route", index)
        yield from _actor((*at, "actor"), step.actor, teams, roles)
        yield from _subject((*at, "actor"), step, request_type)
        yield from _condition((*at, "when"), step.when, request_type)
        if step.kind == "approve" and step.actor.role is None:
            yield Inconsistency((*at, "actor"), "una aprobación necesita un rol (role), no un equipo")
        if step.before_any_answer and step.kind != "approve":
            yield Inconsistency((*at, "before_any_answer"), "solo una aprobación (approve) puede impedir responder")
        for name in ("on_incomplete", "on_reject"):
            outcome = getattr(step, name)
            if outcome is not None and outcome.action == "back_to" and outcome.step is None:
                yield Inconsistency((*at, name, "step"), "diga a qué paso se vuelve")
            if outcome is not None and outcome.step is not None:
                yield from _known((*at, name, "step"), outcome.step, set(keys), "paso")
    for index, document in enumerate(request_type.required_documents):
        at = (*place, "required_documents", index)
        yield from _condition((*at, "when"), document.when, request_type)
        if document.mandatory == "conditional" and document.when is None:
            yield Inconsistency((*at, "when"), "un documento condicional necesita su condición «when»")
    for index, datum in enumerate(request_type.intake_fields):
        at = (*place, "intake_fields", index)
        yield from _condition((*at, "when"), datum.when, request_type)
        for rule in datum.validate:
            if rule.startswith("within_calendar:"):
                yield from _known((*at, "validate"), rule.partition(":")[2], calendars, "calendario")


def _events(catalogue: Catalogue, place: Place, request_type: RequestType) -> Iterator[Inconsistency]:
    spec = request_type.events
    if spec is None:
        return
    if not (catalogue.centres and catalogue.organs):
        yield Inconsistency((*place, "events"), "un evento se programa en un centro y con un órgano: declare ambos")
    keys = {field.key for field in request_type.intake_fields}
    for name in ("subject", "matter", "day"):
        key = getattr(spec, name)
        if key is not None:
            yield from _known((*place, "events", name), key, keys, "dato")


def _actor(place: Place, actor: StepActor, teams: set[str], roles: set[str]) -> Iterator[Inconsistency]:
    if (actor.team is None) == (actor.role is None):
        yield Inconsistency(place, "indique un equipo (team) o un rol (role), uno de los dos")
    if actor.team is not None:
        yield from _known((*place, "team"), actor.team, teams, "equipo")
    if actor.role is not None:
        yield from _known((*place, "role"), actor.role, roles, "rol")


def _subject(place: Place, step: StepSpec, request_type: RequestType) -> Iterator[Inconsistency]:
    """What tells the holders of a step's role apart is a datum with choices, and no approval depends on it."""
    if step.actor.subject is None:
        return
    choices = {datum.key for datum in request_type.intake_fields if datum.type == "choice"}
    yield from _known((*place, "subject"), step.actor.subject, choices, "dato de elección (choice)")
    if step.actor.role is None or step.kind == "approve":
        yield Inconsistency((*place, "subject"), "solo un paso de un rol (role) que no aprueba se reparte por materia")


def _condition(place: Place, condition: Condition | None, request_type: RequestType) -> Iterator[Inconsistency]:
    if condition is None:
        return
    fields = {datum.key for datum in request_type.intake_fields} | CONTEXT_FIELDS
    yield from _known((*place, "field"), condition.field, fields, "dato")
    if (condition.any_of is None) == (condition.none_of is None):
        yield Inconsistency(place, "indique una lista: «in» o «not_in»")


def _duplicates(catalogue: Catalogue) -> Iterator[Inconsistency]:
    names = (
        "calendars", "regions", "roles", "teams", "mailboxes", "request_types", "centres", "organs", "periodic_tasks",
        "content_channels", "closing_texts",
    )  # fmt: skip
    for name in names:
        counted = Counter(item.key for item in getattr(catalogue, name))
        for key, times in counted.items():
            if times > 1:
                yield Inconsistency((name,), f"la clave «{key}» está {times} veces")
    for index, request_type in enumerate(catalogue.request_types):
        for name in ("route", "required_documents", "intake_fields"):
            counted = Counter(item.key for item in getattr(request_type, name))
            for key, times in counted.items():
                if times > 1:
                    yield Inconsistency(("request_types", index, name), f"la clave «{key}» está {times} veces")


def _known(place: Place, key: str, known: set[str], noun: str) -> Iterator[Inconsistency]:
    if key not in known:
        yield Inconsistency(place, f"no hay {noun} «{key}»; hay: {', '.join(sorted(known)) or 'ninguno'}")
