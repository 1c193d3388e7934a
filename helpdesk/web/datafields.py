"""The data of a request as controls of a form: how a value is written in its control, and how it is read back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.domain.catalogue import Catalogue, IntakeField, RequestType
from helpdesk.domain.errors import Invalid
from helpdesk.domain.options import Option, options_of
from helpdesk.domain.requirements import NEVER_STATED
from helpdesk.domain.validation import EMAIL
from helpdesk.web.forms import LONGEST_LINE, LONGEST_TEXT, clean

NOW, BEFORE = "dato-", "antes-"
"""What the names of a datum's two controls begin with: what is written, and what the page showed."""
YES, NO = "si", "no"
YES_OR_NO = (Option(YES, "Sí"), Option(NO, "No"))
YEARS = range(1900, 2200)
CONTROLS = {"long_text": "lines", "list": "lines", "date": "date", "datetime": "datetime-local", "email": "email"}
PLACES = {"region", "programa", "centro", "organo"}


@dataclass(frozen=True, slots=True)
class DataField:
    """A datum with its control: `select`, `lines`, or the type of an input. `stored` is the ticket's value, `value`
    what the control shows; they differ in what was typed and not saved."""

    key: str
    label: str
    control: str
    options: tuple[Option, ...]
    stored: str
    value: str
    numeric: bool
    required: bool
    missing: bool
    problem: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the ticket knows: its data and places by field key, which of the data it lacks, which break a rule."""

    values: Mapping[str, Any]
    places: Mapping[str, str | None]
    lacking: frozenset[str]
    invalid: Mapping[str, str]


def asked(request_type: RequestType) -> tuple[IntakeField, ...]:
    """The data that people can give; not the proof of a web form that a person fills it in."""
    return tuple(field for field in request_type.intake_fields if field.type not in NEVER_STATED)


def fields_of(
    catalogue: Catalogue,
    request_type: RequestType,
    known: Known,
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> tuple[DataField, ...]:
    """The controls in the order of the catalogue; `typed` and `problems` are those of a form that was refused."""
    return tuple(_field(catalogue, spec, known, typed, problems) for spec in asked(request_type))


def changes(
    catalogue: Catalogue, request_type: RequestType, known: Mapping[str, Any], form: Mapping[str, str]
) -> dict[str, Any]:
    """The data that the form changes: what differs from what the page showed. None empties a datum.

    Raises Invalid with the sentence for each datum that cannot be read.
    """
    zone = ZoneInfo(catalogue.institution.timezone)
    found: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field in asked(request_type):
        text = typed_in(form, catalogue, field, known.get(field.key))
        if text is None:
            continue
        try:
            found[field.key] = read(catalogue, field, text, zone) if text else None
        except Invalid as problem:
            problems[field.key] = str(problem)
    if problems:
        raise Invalid("Revise los datos marcados: nada se guardó todavía.", problems)
    return found


def typed_in(form: Mapping[str, str], catalogue: Catalogue, field: IntakeField, stored: Any) -> str | None:
    """What somebody wrote for a datum; None when its control says what the page showed."""
    if NOW + field.key not in form:
        return None
    text = clean(form[NOW + field.key])
    before = form.get(BEFORE + field.key)
    shown = written(field, stored, ZoneInfo(catalogue.institution.timezone)) if before is None else clean(before)
    return None if text == shown else text


def written(field: IntakeField, value: Any, zone: ZoneInfo) -> str:
    """A value as its control has it; empty for a date that the control could not show."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list | tuple):
        return "\n".join(str(each) for each in value)
    if field.type not in ("date", "datetime"):
        return clean(str(value))
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return ""
    if field.type == "date":
        return moment.date().isoformat()
    return f"{moment.astimezone(zone) if moment.tzinfo else moment:%Y-%m-%dT%H:%M}"


def read(catalogue: Catalogue, field: IntakeField, text: str, zone: ZoneInfo) -> Any:
    """What is written in a control, as the ticket keeps it. Raises Invalid with a sentence."""
    options = options_of(catalogue, field)
    if options:
        if text not in {option.key for option in options}:
            raise Invalid("Elija un valor de la lista.")
        return text
    if field.type == "datetime":
        return _moment(text, zone)
    reader = READERS.get(field.type)
    if reader is not None:
        return reader(text)
    longest = LONGEST_TEXT if field.type == "long_text" else LONGEST_LINE
    if len(text) > longest:
        raise Invalid(f"Es demasiado largo: escriba hasta {longest} caracteres.")
    return text


def _field(
    catalogue: Catalogue, spec: IntakeField, known: Known, typed: Mapping[str, str], problems: Mapping[str, str]
) -> DataField:
    zone = ZoneInfo(catalogue.institution.timezone)
    stored = written(spec, known.values.get(spec.key), zone)
    options = YES_OR_NO if spec.type == "bool" else options_of(catalogue, spec)
    unlisted = bool(options and stored and stored not in {option.key for option in options})
    place = known.places.get(spec.key) if spec.key in PLACES and (not stored or unlisted) else None
    problem = problems.get(spec.key) or known.invalid.get(spec.key)
    if unlisted and problem is None:
        problem = f"«{stored}» no está en la lista: elija cuál es."
    return DataField(
        key=spec.key,
        label=spec.label,
        control="select" if options else CONTROLS.get(spec.type, "text"),
        options=(*options, Option(stored, f"{stored} (no está en la lista)")) if unlisted else options,
        stored=stored,
        value=typed.get(spec.key, place or stored),
        numeric=spec.type == "integer",
        required=spec.required == "always" or spec.key in known.lacking,
        missing=spec.key in known.lacking,
        problem=problem,
    )


def _integer(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 15:
        raise Invalid("Escriba un número entero, solo con cifras.")
    return int(text)


def _bool(text: str) -> bool:
    if text not in (YES, NO):
        raise Invalid("Elija Sí o No.")
    return text == YES


def _date(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Invalid("Escriba la fecha con año, mes y día, por ejemplo 2026-03-31.")
    return day.isoformat()


def _moment(text: str, zone: ZoneInfo) -> str:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None or "T" not in text or local.year not in YEARS:
        raise Invalid("Escriba la fecha y la hora, por ejemplo 2026-03-31T15:30.")
    return local.replace(tzinfo=zone).isoformat()


def _email(text: str) -> str:
    if EMAIL.match(text) is None or len(text) > LONGEST_LINE:
        raise Invalid("No es una dirección de correo electrónico válida.")
    return text


def _list(text: str) -> list[str]:
    if len(text) > LONGEST_TEXT:
        raise Invalid(f"Es demasiado largo: escriba hasta {LONGEST_TEXT} caracteres.")
    return [line.strip() for line in text.split("\n") if line.strip()]


READERS: dict[str, Callable[[str], Any]] = {
    "integer": _integer,
    "bool": _bool,
    "date": _date,
    "email": _email,
    "list": _list,
}
