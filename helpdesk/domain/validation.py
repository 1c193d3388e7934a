"""Data that break a rule of their type (`validate` of the catalogue; R-030, R-083, R-094)."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from stdnum.cl import rut
from stdnum.ec import ci
from stdnum.ec import ruc as ec_ruc
from stdnum.pe import ruc as pe_ruc

from helpdesk.domain.calendars import calendar_of
from helpdesk.domain.catalogue import CalendarSpec, Catalogue, IntakeField, RequestType

EMAIL = re.compile(r"^[^\s@<>,;:]+@[^\s@<>,;:.]+(?:\.[^\s@<>,;:.]+)+$")
DNI = re.compile(r"^\d{8}$")
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
# Only the institution's register knows it: a person checks.
NOT_CHECKED_HERE = frozenset({"registered_legal_representative"})
FIRST_TIME = "first_time"
"""The rule of a datum that is registered once (R-081): no finished request of the type may have had the value."""
NOTHING: Mapping[str, str] = MappingProxyType({})
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES: dict[Weekday, str] = {
    "mon": "lunes",
    "tue": "martes",
    "wed": "miércoles",
    "thu": "jueves",
    "fri": "viernes",
    "sat": "sábado",
    "sun": "domingo",
}

SHAPES: dict[str, tuple[Callable[[str], bool], str]] = {
    "ec_cedula": (ci.is_valid, "no es una cédula ecuatoriana válida (10 dígitos con dígito verificador)"),
    "ec_ruc": (ec_ruc.is_valid, "no es un RUC ecuatoriano válido (13 dígitos con dígito verificador)"),
    "cl_rut": (rut.is_valid, "no es un RUT válido (el dígito verificador no corresponde)"),
    "pe_dni": (lambda value: DNI.match(value) is not None, "no es un DNI válido (8 dígitos)"),
    "pe_ruc": (pe_ruc.is_valid, "no es un RUC peruano válido (11 dígitos con dígito verificador)"),
    "email": (lambda value: EMAIL.match(value) is not None, "no es una dirección de correo electrónico válida"),
    "year": (
        lambda value: value.isdigit() and EARLIEST_YEAR <= int(value) <= LATEST_YEAR,
        "no es un año válido (cuatro cifras)",
    ),
}


def invalid_fields(
    catalogue: Catalogue,
    request_type: RequestType,
    fields: Mapping[str, object],
    calendars: Mapping[str, CalendarSpec],
    registered: Mapping[str, str] = NOTHING,
) -> dict[str, str]:
    """The data for which a request is returned: key of the field → Spanish sentence that names the rule broken.

    `calendars` by key replace those of the catalogue. A closing hour that the type's route only warns about (R-094,
    national call) is in `field_warnings` instead. `registered_legal_representative` is left to a person. `registered`
    names the ticket by which the value of a `first_time` field was registered already, by key of the field.
    """
    broken = _broken(request_type, fields, _known(catalogue, calendars))
    found = {key: sentence for key, (rule, sentence) in broken.items() if not _only_warns(request_type, rule)}
    again = {
        key: f"{request_type.field(key).label}: «{fields[key]}» ya está registrado (ticket {number}); se pide solo la "
        "primera vez."
        for key, number in registered.items()
    }
    return {**again, **found}


def field_warnings(
    catalogue: Catalogue,
    request_type: RequestType,
    fields: Mapping[str, object],
    calendars: Mapping[str, CalendarSpec],
) -> dict[str, str]:
    """The data that break a rule which does not return the request: key of the field → Spanish sentence."""
    broken = _broken(request_type, fields, _known(catalogue, calendars))
    return {key: sentence for key, (rule, sentence) in broken.items() if _only_warns(request_type, rule)}


def _known(catalogue: Catalogue, calendars: Mapping[str, CalendarSpec]) -> dict[str, CalendarSpec]:
    return {spec.key: spec for spec in catalogue.calendars} | dict(calendars)


def _only_warns(request_type: RequestType, rule: str) -> bool:
    return rule.startswith("within_calendar:") and any(
        step.kind == "validate_condition" and step.on_reject is not None and step.on_reject.action == "warn"
        for step in request_type.route
    )


def _broken(
    request_type: RequestType,
    fields: Mapping[str, object],
    calendars: Mapping[str, CalendarSpec],
) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for field in request_type.intake_fields:
        value = fields.get(field.key)
        if value is None or value == "":
            continue
        for rule in field.validate:
            sentence = _sentence(request_type, field, rule, fields, calendars)
            if sentence:
                found[field.key] = (rule, sentence)
                break
    return found


def _sentence(
    request_type: RequestType,
    field: IntakeField,
    rule: str,
    fields: Mapping[str, object],
    calendars: Mapping[str, CalendarSpec],
) -> str | None:
    value = str(fields[field.key])
    name, _, argument = rule.partition(":")
    if name == "within_calendar":
        return _outside_hours(field, value, calendars[argument])
    if name in ("after", "not_equal"):
        return _against_other(request_type, field, name, value, argument, fields.get(argument))
    alternatives = [each for each in rule.split("|") if each not in NOT_CHECKED_HERE | {FIRST_TIME}]
    if not alternatives or any(SHAPES[each][0](value) for each in alternatives):
        return None
    return f"{field.label}: «{value}» {' ni '.join(SHAPES[each][1] for each in alternatives)}."


def _against_other(
    request_type: RequestType, field: IntakeField, rule: str, value: str, other_key: str, other: object
) -> str | None:
    if other in (None, ""):
        return None
    label = request_type.field(other_key).label
    if rule == "not_equal" and value == str(other):
        return f"{field.label}: debe ser distinta de «{label}» ({_shown(value)})."
    if rule == "after" and value < str(other):
        return f"{field.label}: {_shown(value)} es anterior a «{label}» ({_shown(str(other))})."
    return None


def _outside_hours(field: IntakeField, value: str, spec: CalendarSpec) -> str | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return f"{field.label}: «{value}» no es una fecha con hora."
    calendar = calendar_of(spec)
    local = moment.replace(tzinfo=calendar.zone) if moment.tzinfo is None else moment.astimezone(calendar.zone)
    if calendar.accepts(local):
        return None
    day = f"{DAY_NAMES[WEEKDAYS[local.weekday()]]} {local:%d-%m-%Y}"
    asked = f"{field.label}: {day} a las {local:%H:%M}"
    return f"{asked} queda fuera del horario permitido en días hábiles: {hours_text(spec)}."


def hours_text(spec: CalendarSpec) -> str:
    """The opening hours of a calendar as people say them: «lunes a jueves de 08:00 a 16:00; viernes de …»."""
    groups: list[tuple[list[str], tuple[tuple[str, str], ...]]] = []
    for day in WEEKDAYS:
        spans = spec.hours.get(day, ())
        if not spans:
            continue
        if groups and groups[-1][1] == spans:
            groups[-1][0].append(DAY_NAMES[day])
        else:
            groups.append(([DAY_NAMES[day]], spans))
    return "; ".join(
        f"{days[0]}{f' a {days[-1]}' if len(days) > 1 else ''} "
        + " y ".join(f"de {opens} a {closes}" for opens, closes in spans)
        for days, spans in groups
    )


def _shown(value: str) -> str:
    try:
        return date.fromisoformat(value).strftime("%d-%m-%Y")
    except ValueError:
        return value
