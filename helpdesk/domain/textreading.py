"""Free-text data of a request: labelled values, running text, amounts and years."""

import re

from helpdesk.domain.catalogue import IntakeField
from helpdesk.domain.folding import fold, plain, stems, word_set
from helpdesk.domain.sayings import (
    CUT,
    SAYINGS,
    YEAR,
    Letter,
    call_name,
    code_in,
    without_asides,
)
from helpdesk.domain.textscan import TRIMMED, Labelled, body_of

NUMBER_WORDS = (
    "un una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieciseis|diecisiete|"
    "dieciocho|diecinueve|veinte|veintiun veintiuno veintiuna|veintidos|veintitres|veinticuatro|veinticinco|"
    "veintiseis|veintisiete|veintiocho|veintinueve"
)
TENS = {"treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90}
SMALL_NUMBERS = {
    name: number for number, names in enumerate(NUMBER_WORDS.split("|"), start=1) for name in names.split()
}
SMALL_NUMBERS |= (
    {
        f"{ten} y {unit}": value + number
        for ten, value in TENS.items()
        for unit, number in SMALL_NUMBERS.items()
        if number < 10
    }
    | TENS
    | {"cien": 100}
)
SPELLED = "|".join(sorted(SMALL_NUMBERS, key=len, reverse=True))
SPELLED_AND_WRITTEN = re.compile(rf"\b(?:{SPELLED})\s*\(\s*(\d{{1,6}})\s*\)")
AMOUNT = re.compile(r"(?<![\w.,/:-])(\d{1,3}(?:[.,]\d{3})+|\d{1,6})\s+(?:\([a-z ]+\)\s+)?(?=[a-z]{3,})")
NO_UNIT = word_set(
    "de del horas hrs enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre minutos"
)
# What letters count where the catalogue's label has another noun.
COUNTED_AKIN = {
    "participantes": "asistentes|personas|cupos|servidores|servidoras|funcionarios|funcionarias|trabajadores",
    "folios": "fojas|paginas|hojas",
}
WHOLE_VALUE = word_set("direccion asunto tema servicio perfil causa destino periodo cargo segmento")


def read_text(field: IntakeField, letter: Letter, labelled: Labelled | None) -> str | list[str] | None:
    """A text datum: its labelled value, else what its kind of words say in running text, else None."""
    kind = _kind(field)
    if labelled is not None:
        value = _of_label(field, kind, labelled)
        if value:
            return (
                [part.strip() for part in re.split(r"[,;]| y ", value) if part.strip()]
                if field.type == "list"
                else value
            )
    reader = SAYINGS.get(kind)
    return reader(field, letter) if reader else None


def request_body(text: str) -> str:
    """What the message asks in its own words: without greetings and farewells."""
    return body_of(text)


def read_integer(field: IntakeField, letter: Letter, labelled: Labelled | None) -> int | None:
    """A year or an amount: labelled, or before the noun of its label («30 participantes», «12 folios»)."""
    if labelled is not None:
        found = re.search(r"\d[\d.]*", labelled.value)
        if found:
            return int(re.sub(r"\D", "", found[0]))
    text = SPELLED_AND_WRITTEN.sub(r"\1", f"{letter.source.plain}\n{plain(letter.subject)}")
    if "year" in field.validate:
        return _year(field, text)
    noun = next((word for word in reversed(fold(field.label).split()) if word not in ("numero", "de", "cantidad")), "")
    if not noun:
        return _amount(text)
    counted = re.search(rf"(?<![\w.,/-])(\d{{1,6}}|{SPELLED})\s+(?:\(\w+\)\s+)?(?:\w+\s+)?{noun[:6]}\w*", text)
    if counted:
        return SMALL_NUMBERS.get(counted[1]) or int(counted[1])
    named = re.search(rf"{noun[:6]}\w*\W{{1,3}}(\d{{1,6}})\b", text)
    if named:
        return int(named[1])
    akin = noun in COUNTED_AKIN and re.search(
        rf"(?<![\w.,/-])(\d{{1,6}}|{SPELLED})\s+(?:\(\w+\)\s+)?(?:{COUNTED_AKIN[noun]})\b", text
    )
    return (SMALL_NUMBERS.get(akin[1]) or int(akin[1])) if akin else None


def _year(field: IntakeField, text: str) -> int | None:
    noun = stems(field.label)[-1]
    for sentence in re.split(r"[.;\n](?=\s|$)", text):
        at = sentence.find(noun)
        if at >= 0:
            found = YEAR.search(sentence, at)
            if found:
                return int(found[1])
    called = re.search(r"\bano\s+((?:19|20)\d\d)\b", text)
    return int(called[1]) if called else None


def _amount(text: str) -> int | None:
    for found in AMOUNT.finditer(text):
        following = text[found.end() :].split(None, 1)[0].strip(".,;:")
        if following not in NO_UNIT and not YEAR.fullmatch(found[1]):
            return int(re.sub(r"\D", "", found[1]))
    wordy = re.search(rf"\b(?:solicit\w*|requ\w+|necesit\w+|pid\w+)\s+(?:de\s+)?({SPELLED})\s", text)
    return SMALL_NUMBERS[wordy[1]] if wordy else None


def _kind(field: IntakeField) -> str:
    """Which way of saying a field has, by the words of its key and label."""
    words = field.key.split("_") + stems(field.label)
    for kind, marks in KINDS:
        if any(word == mark for word in words for mark in marks.split()):
            return kind
    return ""


# The first that applies; a mark is a word of the key or a stem of the label.
KINDS = (
    ("reason", "motivo motiv base justific"),
    ("login", "sistema anterior"),
    ("code", "numero codigo informe resolucion ticket equipo"),
    ("list", "visualizar"),
    ("call", "convocatoria"),
    ("representative", "representante"),
    ("journalist", "periodista"),
    ("medium", "medio"),
    ("phone", "telefono"),
    ("address", "direccion"),
    ("subject", "asunto tema"),
    ("service", "servicio"),
    ("period", "periodo"),
    ("specialist", "especialista perfil comisionado"),
    ("destination", "destino"),
    ("cause", "causa"),
    ("body", "entidad razon ejecutor organizacion institucion"),
)


def _of_label(field: IntakeField, kind: str, labelled: Labelled) -> str | None:
    value = " ".join(labelled.value.split())
    if kind == "code" and field.key != "entidad_codigo":
        return code_in(value) or CUT.split(value)[0].strip(TRIMMED) or None
    if kind == "call":
        return call_name(value)
    if kind == "reason":
        return without_asides(labelled.value)
    if field.key in WHOLE_VALUE or field.type in ("list", "phone"):
        return value
    return CUT.split(value)[0].strip(TRIMMED) or None
