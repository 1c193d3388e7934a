"""What a message says of the data that its request type asks for (R-019).

Read is only what the message, its mailbox or the requester's role state; nothing is invented. The rules know field
types, labels and choices of the catalogue and the ways of Spanish letters, no institution.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from helpdesk.domain.catalogue import Catalogue, IntakeField, MailboxSpec, RequestType
from helpdesk.domain.choicereading import OTHERWISE, implied_by, read_bool, read_choice
from helpdesk.domain.documentmatching import bare_name
from helpdesk.domain.folding import fold, plain, stems
from helpdesk.domain.identities import SELF_WORDS, Party, kinds_of, mentions_in, names_in, parties_of, place
from helpdesk.domain.incoming import Person
from helpdesk.domain.places import centre_of as centre_of
from helpdesk.domain.places import organ_of as organ_of
from helpdesk.domain.places import programme_of as programme_of
from helpdesk.domain.places import region_of as region_of
from helpdesk.domain.spanishdates import clock_in, dates_in, ranges_in
from helpdesk.domain.textreading import Letter, read_integer, read_text, request_body, subject_matter
from helpdesk.domain.textscan import Labelled, Prose, labelled_values, prose

FieldValue = str | int | bool | list[str]

REASON_LABEL = re.compile(r"^(?:motivo|justificacion|razon)")
LABEL_FIT = 0.6
# Words by which people label what the catalogue calls otherwise.
LABEL_AKIN = {
    "nombr": "nombre nombres apellidos",
    "corre": "correo email mail e-mail",
    "telefon": "telefono telefonos celular movil fono telf contacto",
    "direcc": "direccion domicilio",
    "entidad": "entidad institucion organismo",
    "raz": "organizacion asociacion cooperativa",
    "equip": "equipo computador computadora pc",
    "cal": "calidad condicion",
    "particip": "asistentes personas cupos",
    "fol": "paginas hojas",
    "cierr": "cierre termino vencimiento",
}


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    """What is known when a message is read; `text` is the sender's new text and what they forwarded.

    `holdings` are the requester's roles with the key of their scope; `received_at` is aware.
    """

    subject: str
    text: str
    attachment_names: tuple[str, ...]
    mailbox: MailboxSpec
    sender: Person
    requester: Person
    holdings: tuple[tuple[str, str | None], ...]
    received_at: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The message made ready: what every reader of a field gets."""

    catalogue: Catalogue
    request_type: RequestType
    facts: ReadingFacts
    source: Prose
    labels: dict[str, Labelled]
    received_at: datetime

    @property
    def letter(self) -> Letter:
        """What the readers of free text need."""
        catalogue = self.catalogue
        ours = (catalogue.institution.name, catalogue.institution.short_name, *(team.name for team in catalogue.teams))
        named = frozenset(fold(name) for name in ours)
        return Letter(self.source, self.facts.subject, self.facts.requester.name, named, self.received_at)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the institution's clock."""
        return ZoneInfo(self.catalogue.institution.timezone)


def read_fields(catalogue: Catalogue, request_type: RequestType, facts: ReadingFacts) -> dict[str, FieldValue]:
    """The data found, by field key, ready for JSON: dates ISO 8601, datetimes with the institution's offset.

    Wrong numbers are kept as written, so that `validation` can name the rule they break.
    """
    source = prose(facts.text)
    labels = _fields_labelled(request_type, labelled_values(source))
    local = facts.received_at.astimezone(ZoneInfo(catalogue.institution.timezone))
    reading = Reading(catalogue, request_type, facts, source, labels, local)
    values: dict[str, FieldValue] = dict(_identities(reading))
    values |= _paired_dates(reading)
    for field in request_type.intake_fields:
        if field.key not in values:
            value = _read(reading, field)
            if value is not None and value != "" and value != []:
                values[field.key] = value
    return _completed(reading, values)


def _fields_labelled(request_type: RequestType, found: list[Labelled]) -> dict[str, Labelled]:
    """For each field the labelled value whose label fits it best, each label used for one field."""
    fits = [
        (_label_fit(field, value.label), -order, field.key, value)
        for field in request_type.intake_fields
        for order, value in enumerate(found)
    ]
    chosen: dict[str, Labelled] = {}
    used: set[int] = set()
    for fit, _, key, value in sorted(fits, key=lambda entry: entry[:2], reverse=True):
        if fit >= LABEL_FIT and key not in chosen and value.start not in used:
            chosen[key] = value
            used.add(value.start)
    return chosen


def _label_fit(field: IntakeField, label: str) -> float:
    """How well a label of the message names a field: the share of its words that the field has, then the reverse."""
    said = _label_stems(label)
    if not said:
        return 0.0
    own = _label_stems(field.label) | _label_stems(field.key.replace("_", " "))
    common = said & own
    # «Usuario: Rosa Guamán» labels a person: of their data it is the name.
    of_name = 0.05 if kinds_of(field) == ("name",) else 0.0
    return len(common) / len(said) + 0.3 * len(common) / len(own) + of_name if common else 0.0


def _label_stems(text: str) -> set[str]:
    found = set(stems(text))
    for head, others in LABEL_AKIN.items():
        if found & set(stems(others)):
            found -= set(stems(others))
            found.add(head)
    return found


def _identities(reading: Reading) -> dict[str, FieldValue]:
    """Numbers, addresses and names of the people and bodies that the type asks about."""
    facts, parties = reading.facts, parties_of(reading.request_type)
    mentions = mentions_in(reading.source, reading.catalogue.institution.country)
    ours = {mailbox.address for mailbox in reading.catalogue.mailboxes}
    mentions = [each for each in mentions if each.data.get("email") not in ours]
    values: dict[str, FieldValue] = dict(place(reading.source, mentions, parties))
    for party in parties:
        _complete_party(reading, party, values)
    own_address = next((each for each in reading.request_type.intake_fields if each.key == "correo"), None)
    if own_address and own_address.key not in values:
        values[own_address.key] = facts.requester.address
    return values


def _complete_party(reading: Reading, party: Party, values: dict[str, FieldValue]) -> None:
    """A name by its own label; of a requester who writes of themselves, the name they sign with."""
    field = party.fields.get("name")
    if field is None or field.key in values:
        return
    labelled = reading.labels.get(field.key)
    if labelled:
        names = names_in(labelled.value)
        values[field.key] = names[0][2] if names and names[0][0] == 0 else re.split(r"[,;(]", labelled.value)[0].strip()
        return
    writes_of_self = party.key in ("", "usuario") and not party.conditional
    number = next((party.fields[kind].key for kind in party.fields if kind != "name"), None)
    signed = names_in(reading.facts.requester.name)
    if writes_of_self and signed and (number not in values or SELF_WORDS.search(reading.source.plain)):
        values[field.key] = signed[0][2]


def _paired_dates(reading: Reading) -> dict[str, FieldValue]:
    """Dates that the catalogue ties together: an absence's first and last day, a date and the one that replaces it."""
    values: dict[str, FieldValue] = {}
    for field in reading.request_type.intake_fields:
        for rule in field.validate:
            name, _, other = rule.partition(":")
            if name == "after":
                values |= _span(reading, other, field.key)
            elif name == "not_equal" and field.type == "date":
                values |= _replacement(reading, other, field.key)
    return values


def _span(reading: Reading, first_key: str, last_key: str) -> dict[str, FieldValue]:
    if first_key in reading.labels and last_key in reading.labels:
        return {}
    for text in (reading.source.plain, plain(reading.facts.subject)):
        spans = ranges_in(text, reading.received_at)
        if spans:
            return {first_key: spans[0].first.isoformat(), last_key: spans[0].last.isoformat()}
    for text in (reading.source.plain, plain(reading.facts.subject)):
        days = dates_in(text, reading.received_at)
        if len(days) >= 2:
            return {first_key: days[0].day.isoformat(), last_key: days[1].day.isoformat()}
        if days:
            before = text[max(0, days[0].start - 30) : days[0].start]
            only_first = re.search(r"(?:desde|a partir del?|a contar del?)\s+(?:el\s+)?(?:dia\s+)?$", before)
            day = days[0].day.isoformat()
            return {first_key: day} if only_first else {first_key: day, last_key: day}
    return {}


IS_NEW = re.compile(
    r"(?:debe(?:ria)?(?: decir| ser| quedar)?|reemplaz\w*(?: sera| es)?|sustitu\w*|nueva(?: fecha)?|"
    r"correct[ao]s?(?: es)?|"
    r"quedar?|pasar a|cambi\w+ a|modific\w+ (?:a|por)|por (?:el|la)(?: fecha)?|por)\W*(?:\w+\W+){0,3}$"
)
IS_OLD = re.compile(
    r"(?:dice|actual(?:mente)?|registrad[ao]|donde dice|a modificar|requiere modificar|errone\w+|original|"
    r"vigente|ingresad[ao])\W*(?:\w+\W+){0,3}$"
)


def _replacement(reading: Reading, old_key: str, new_key: str) -> dict[str, FieldValue]:
    """The date that stands and the one to replace it, by label, by «dice … debe decir …» or in that order."""
    values: dict[str, FieldValue] = {}
    for key in (old_key, new_key):
        labelled = reading.labels.get(key)
        days = dates_in(plain(labelled.value), reading.received_at) if labelled else []
        if days:
            values[key] = days[0].day.isoformat()
    if values:
        return values
    text = reading.source.plain
    hits = dates_in(text, reading.received_at)
    ends = [0, *(hit.end for hit in hits)]
    spoken = [text[max(ends[index], hit.start - 70) : hit.start] for index, hit in enumerate(hits)]
    new = next((hit for hit, before in zip(hits, spoken, strict=True) if IS_NEW.search(before)), None)
    old = next(
        (hit for hit, before in zip(hits, spoken, strict=True) if hit is not new and IS_OLD.search(before)), None
    )
    rest = [hit for hit in hits if hit not in (new, old)]
    if new is not None and old is None:
        old = next((hit for hit in rest if hit.start < new.start), None)
    if new is None and old is not None:
        new = next((hit for hit in rest if hit.start > old.start), None)
    if new is None and old is None and len(hits) == 2:
        old, new = hits
    return {key: hit.day.isoformat() for key, hit in ((old_key, old), (new_key, new)) if hit}


def _read(reading: Reading, field: IntakeField) -> FieldValue | None:
    reader = READERS.get(field.type)
    return reader(reading, field) if reader else None


def _whole_text(reading: Reading) -> str:
    return f"{reading.facts.subject}\n{reading.source.text}"


def _region(reading: Reading, field: IntakeField) -> str | None:
    return region_of(reading.catalogue, _whole_text(reading), reading.facts.holdings, reading.facts.mailbox)


def _centre(reading: Reading, field: IntakeField) -> str | None:
    return centre_of(reading.catalogue, _whole_text(reading), reading.facts.holdings, reading.facts.mailbox)


def _organ(reading: Reading, field: IntakeField) -> str | None:
    return organ_of(reading.catalogue, _whole_text(reading), reading.facts.holdings)


def _choice(reading: Reading, field: IntakeField) -> str | None:
    return read_choice(field, reading.source, reading.facts.subject, reading.labels.get(field.key))


def _bool(reading: Reading, field: IntakeField) -> bool | None:
    return read_bool(field, reading.source, reading.labels.get(field.key))


def _integer(reading: Reading, field: IntakeField) -> int | None:
    return read_integer(field, reading.letter, reading.labels.get(field.key))


def _text(reading: Reading, field: IntakeField) -> FieldValue | None:
    if field.key == "programa" and reading.catalogue.programmes:
        return programme_of(reading.catalogue, _whole_text(reading), reading.facts.holdings)
    return read_text(field, reading.letter, reading.labels.get(field.key))


def _date(reading: Reading, field: IntakeField) -> str | None:
    labelled = reading.labels.get(field.key)
    texts = [plain(labelled.value)] if labelled else []
    if sum(each.type in ("date", "datetime") for each in reading.request_type.intake_fields) == 1:
        texts += [reading.source.plain, plain(reading.facts.subject)]
    for text in texts:
        days = dates_in(text, reading.received_at)
        if days:
            return days[0].day.isoformat()
    return None


def _datetime(reading: Reading, field: IntakeField) -> str | None:
    labelled = reading.labels.get(field.key)
    if labelled:
        value = plain(labelled.value)
        hit = next(iter(dates_in(value, reading.received_at)), None)
        clock = (hit and hit.clock) or clock_in(value)
        day = hit.day if hit else reading.received_at.date()
        return _moment(reading, datetime.combine(day, clock)) if clock and (hit or field.source == "derived") else None
    text = reading.source.plain
    own = set(stems(field.label)) - {"fech", "hor"}
    others = set().union(
        *(
            set(stems(each.label))
            for each in reading.request_type.intake_fields
            if each.type == "datetime" and each is not field
        )
    )
    only = not others
    previous = 0
    for hit in dates_in(text, reading.received_at):
        spoken = stems(text[max(previous, hit.start - 90) : hit.start])
        previous = hit.end
        nearest = next((word for word in reversed(spoken) if word in own | others), None)
        if hit.clock and (only or (nearest in own - others)):
            return _moment(reading, datetime.combine(hit.day, hit.clock))
    return None


def _moment(reading: Reading, local: datetime) -> str:
    return local.replace(tzinfo=reading.zone).isoformat()


def _long_text(reading: Reading, field: IntakeField) -> FieldValue | None:
    labelled = reading.labels.get(field.key)
    if REASON_LABEL.match(fold(field.label)):
        return read_text(field, reading.letter, labelled)
    if labelled and len(labelled.value.split()) > 2:
        return labelled.value
    return _own_words(reading, field) or subject_matter(reading.facts.subject)


def _own_words(reading: Reading, field: IntakeField) -> str:
    """What the message asks, without the lines that only give other data; all of it when nothing else is left."""
    body = request_body(reading.facts.text)
    labels = tuple(value.label + ":" for key, value in reading.labels.items() if key != field.key)
    asking = [line for line in body.split("\n") if not plain(line).lstrip(" -*•").startswith(labels)]
    return "\n".join(asking).strip() or body


READERS: dict[str, Callable[[Reading, IntakeField], FieldValue | None]] = {
    "choice_region": _region,
    "choice_centre": _centre,
    "choice_organ": _organ,
    "choice": _choice,
    "bool": _bool,
    "integer": _integer,
    "text": _text,
    "phone": _text,
    "list": _text,
    "date": _date,
    "datetime": _datetime,
    "long_text": _long_text,
}


def _completed(reading: Reading, values: dict[str, FieldValue]) -> dict[str, FieldValue]:
    """Adds what follows from what was read: controlling fields, and the ordinary choice where one must be made."""
    names = " ; ".join(bare_name(name) for name in reading.facts.attachment_names)
    stated = [key for key in values if _is_party_field(reading, key) or reading.request_type.field(key).type == "text"]
    for key, value in implied_by(reading.request_type, stated, names).items():
        values.setdefault(key, value)
    for field in reading.request_type.intake_fields:
        if field.type == "choice" and field.required == "always" and field.key not in values:
            ordinary = _ordinary_choice(reading.request_type, field)
            if ordinary:
                values[field.key] = ordinary
    return {field.key: values[field.key] for field in reading.request_type.intake_fields if field.key in values}


def _is_party_field(reading: Reading, key: str) -> bool:
    return any(key == field.key for party in parties_of(reading.request_type) for field in party.fields.values())


def _ordinary_choice(request_type: RequestType, field: IntakeField) -> str | None:
    """The choice that the type's name, or who may ask, already says; «otro» where the seed wants one anyway."""
    keys = [choice.key for choice in field.choices]
    own_words = set(request_type.key.split("_"))
    by_name = [key for key in keys if key in own_words]
    by_role = [key for key in keys if key in request_type.who_may_request]
    if len(by_name) == 1 or len(by_role) == 1:
        return (by_name if len(by_name) == 1 else by_role)[0]
    return OTHERWISE if OTHERWISE in keys and field.source == "seed" else None
