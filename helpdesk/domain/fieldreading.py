"""What a message says of the data that its request type asks for (R-019).

Read is only what the message, its mailbox or the requester's role state; nothing is invented. The rules know field
types, labels and choices of the catalogue and the ways of Spanish letters, no institution.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from zoneinfo import ZoneInfo

from helpdesk.domain.addresses import is_made
from helpdesk.domain.catalogue import Catalogue, IntakeField, RequestType
from helpdesk.domain.choicereading import OTHERWISE, implied_by, read_bool, read_choice
from helpdesk.domain.datereading import paired_dates, read_date, read_moment
from helpdesk.domain.documentmatching import bare_name
from helpdesk.domain.folding import fold, plain, stems
from helpdesk.domain.identities import SELF_WORDS, mentions_in, names_in, place
from helpdesk.domain.parties import Party, kinds_of, parties_of
from helpdesk.domain.places import centre_of as centre_of
from helpdesk.domain.places import organ_of as organ_of
from helpdesk.domain.places import programme_of as programme_of
from helpdesk.domain.places import region_of as region_of
from helpdesk.domain.reading import FieldValue as FieldValue
from helpdesk.domain.reading import Reading
from helpdesk.domain.reading import ReadingFacts as ReadingFacts
from helpdesk.domain.sayings import subject_matter
from helpdesk.domain.textreading import read_integer, read_text, request_body
from helpdesk.domain.textscan import Labelled, labelled_values, prose

REASON_LABEL = re.compile(r"^(?:motivo|justificacion|razon)")
LABEL_FIT = 0.6
NOTHING = re.compile(
    r"(?:ningun[oa]?|no (?:existe|hay|aplica|tiene|registra)|n/?a|-+)(?: (?:usuario|anterior|registrado))*"
)
FAREWELL = re.compile(
    r"^[ \t]*(?:muy )?(?:atentamente|atte|cordialmente|saludos|saluda|respetuosamente|sinceramente|un cordial saludo)\b"
    r"[^\n]{0,60}$",
    re.MULTILINE,
)
SIGNED_WITHIN = 160
OF_TIME = frozenset(stems("fecha hora"))
# They stand in many labels and tell none apart.
UNTELLING = frozenset(stems("fecha hora número nro num n"))
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
    "modific": "modificar cambiar corregir rectificar",
    "reemplaz": "reemplazara reemplazo nueva correcta sustituye sustitutiva",
}


def read_fields(catalogue: Catalogue, request_type: RequestType, facts: ReadingFacts) -> dict[str, FieldValue]:
    """The data found, by field key, ready for JSON: dates ISO 8601, datetimes with the institution's offset.

    Wrong numbers are kept as written, so that `validation` can name the rule they break.
    """
    source = prose(facts.text)
    labels = _fields_labelled(request_type, labelled_values(source))
    nothing = {key for key, value in labels.items() if NOTHING.fullmatch(fold(value.value))}
    local = facts.received_at.astimezone(ZoneInfo(catalogue.institution.timezone))
    told = {key: value for key, value in labels.items() if key not in nothing or request_type.field(key).type == "bool"}
    reading = Reading(catalogue, request_type, facts, source, told, local)
    values: dict[str, FieldValue] = dict(_identities(reading))
    values |= paired_dates(reading)
    values |= _denied(request_type, nothing)
    for field in request_type.intake_fields:
        if field.key not in values:
            value = _read(reading, field)
            if value is not None and value != "" and value != []:
                values[field.key] = value
    return _completed(reading, values)


def _denied(request_type: RequestType, nothing: set[str]) -> dict[str, FieldValue]:
    """«Usuario anterior: ninguno» gives no name; it says that there is no such user."""
    conditions = [request_type.field(key).when for key in nothing]
    return {when.field: False for when in conditions if when and when.any_of and tuple(when.any_of) == (True,)}


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
        if fit > 0 and key not in chosen and value.start not in used:
            chosen[key] = value
            used.add(value.start)
    return chosen


def _label_fit(field: IntakeField, label: str) -> float:
    """How well a label of the message names a field: the share of its words that the field has, then the reverse."""
    said = _label_stems(label)
    if not said or (OF_TIME & set(stems(label)) and field.type not in ("date", "datetime")):
        return 0.0
    own = _label_stems(field.label) | _label_stems(field.key.replace("_", " "))
    common = said & own
    if len(common) / len(said) < LABEL_FIT:
        return 0.0
    # «Usuario: Rosa Guamán» labels a person: of their data it is the name.
    of_name = 0.05 if kinds_of(field) == ("name",) else 0.0
    return len(common) / len(said) + 0.3 * len(common) / len(own) + of_name


@lru_cache(maxsize=4096)
def _label_stems(text: str) -> frozenset[str]:
    found = set(stems(text))
    found = (found - UNTELLING) or found
    for head, others in LABEL_AKIN.items():
        if found & set(stems(others)):
            found -= set(stems(others))
            found.add(head)
    return frozenset(found)


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
    if own_address and own_address.key not in values and not is_made(facts.requester.address):
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
    signed = names_in(_capitalised(reading.facts.requester.name))
    if party.key == "" and not signed:
        signed = _signature(reading)
    if (
        writes_of_self
        and signed
        and (party.key == "" or _is_whoever_writes(field, number in values) or SELF_WORDS.search(reading.source.plain))
    ):
        values[field.key] = signed[0][2]


def _is_whoever_writes(field: IntakeField, other_known: bool) -> bool:
    """Whether a field asks for the name of who writes: «Nombres y apellidos», not «… del nuevo administrador», whom
    somebody else may ask for."""
    return not other_known and " del " not in f" {fold(field.label)} "


def _signature(reading: Reading) -> list[tuple[int, int, str]]:
    """The name under the farewell of a letter, when the sender's address carries none."""
    farewell = FAREWELL.search(reading.source.plain)
    if farewell is None:
        return []
    below = reading.source.text[farewell.end() : farewell.end() + SIGNED_WITHIN].strip().split("\n")
    return [found for line in below for found in names_in(line)]


def _capitalised(name: str) -> str:
    """A display name as names are written, also when its owner types without capitals."""
    return name.title() if name.islower() else name


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
    "date": read_date,
    "datetime": read_moment,
    "long_text": _long_text,
}


def _completed(reading: Reading, values: dict[str, FieldValue]) -> dict[str, FieldValue]:
    """Adds what follows from what was read: controlling fields, and the ordinary choice where one must be made."""
    names = " ; ".join(bare_name(name) for name in reading.facts.attachment_names)
    stated = [key for key in values if _is_party_field(reading, key) or reading.request_type.field(key).type == "text"]
    for key, value in implied_by(reading.request_type, stated, names).items():
        values.setdefault(key, value)
    _share_data_of_one_person(reading, values)
    for field in reading.request_type.intake_fields:
        if field.type == "choice" and field.required == "always" and field.key not in values:
            ordinary = _ordinary_choice(reading.request_type, field)
            if ordinary:
                values[field.key] = ordinary
    return {field.key: values[field.key] for field in reading.request_type.intake_fields if field.key in values}


def _share_data_of_one_person(reading: Reading, values: dict[str, FieldValue]) -> None:
    """Who asks for the role of «Representante Legal» is the representative: the data of one are those of the other."""
    parties = {party.key: party for party in parties_of(reading.request_type)}
    user = parties.get("usuario")
    for field in reading.request_type.intake_fields:
        chosen = values.get(field.key)
        if user is None or field.type != "choice" or not isinstance(chosen, str):
            continue
        for key, party in parties.items():
            if key and key != "usuario" and chosen.startswith(f"{key}_"):
                _share(user, party, values)


def _share(one: Party, other: Party, values: dict[str, FieldValue]) -> None:
    for kind in one.fields.keys() & other.fields.keys():
        first, second = one.fields[kind].key, other.fields[kind].key
        known = values.get(first, values.get(second))
        if known is not None:
            values.setdefault(first, known)
            values.setdefault(second, known)


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
