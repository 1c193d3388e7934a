"""The people and bodies whose data a request type asks for, and the words that speak of each.

The catalogue says who they are: fields of one person share a prefix of their key and a word of their label.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.domain.catalogue import IntakeField, RequestType
from helpdesk.domain.folding import stem, stems, word_set

ATTRIBUTE_WORDS = word_set(
    """cedula numero nombre nombres completo completos apellidos correo electronico rut dni ruc ciudadania identidad
    registro unico contribuyentes telefono que en sistema quien realiza"""
)
# The words by which letters call the people whom the catalogue names otherwise.
AKIN = {
    "alterno": "alterna suplente reemplazo reemplazara subrogante remplazo subroga lugar sustituto sustituta",
    "anterior": "saliente desactivar desactivarse desactive desactivacion desvincular reemplazado exfuncionario "
    "dar baja desactivado",
    "tercero": "tercera autorizado autorizada gestor gestora apoderado apoderada tramite tramitador",
    "rep": "representante gerente presidente presidenta",
    "usuario": "usuaria nuevo nueva funcionario funcionaria servidor servidora",
    "funcionario": "funcionaria servidor servidora enrolar enrolarse",
    "titular": "principal",
}
ID_TYPES = frozenset({"cedula", "rut", "dni"})
ID_RULES = {"ec_cedula": "cedula", "ec_ruc": "ruc", "cl_rut": "rut", "pe_dni": "dni", "pe_ruc": "ruc"}


@dataclass(frozen=True, slots=True)
class Party:
    """The fields of one person or body of a type, by kind of datum, and the stems that speak of it."""

    key: str
    words: frozenset[str]
    fields: dict[str, IntakeField]
    conditional: bool


def parties_of(request_type: RequestType) -> tuple[Party, ...]:
    """The people and bodies whose data the type asks for, in the catalogue's order."""
    grouped: dict[str, dict[str, IntakeField]] = {}
    for each in request_type.intake_fields:
        kinds = kinds_of(each)
        for kind in kinds:
            grouped.setdefault(_party_key(each.key), {}).setdefault(kind, each)
    parties = []
    for key, fields in grouped.items():
        if set(fields) == {"name"} and key not in ("usuario", ""):
            continue
        conditional = all(each.required == "conditional" for each in fields.values())
        parties.append(Party(key, _party_words(key, fields.values()), fields, conditional))
    return tuple(parties)


def kinds_of(each: IntakeField) -> tuple[str, ...]:
    """What a field holds of a party: `cedula`, `rut`, `dni`, `ruc`, `email`, `name`; empty when nothing of the kind."""
    if each.type in ID_TYPES or each.type in ("ruc", "email"):
        return (each.type,)
    by_rule = tuple(ID_RULES[rule] for rules in each.validate for rule in rules.split("|") if rule in ID_RULES)
    if by_rule:
        return by_rule
    named = each.type == "text" and each.label.lower().startswith(("nombres", "nombre completo"))
    return ("name",) if named or (each.type == "text" and each.label == "Nombre") else ()


def _party_key(key: str) -> str:
    return re.sub(r"_?(?:cedula|ruc|rut|dni|nombres|nombre_completo|nombre|correo|identificacion)$", "", key)


def _party_words(key: str, fields: Iterable[IntakeField]) -> frozenset[str]:
    said = [key.replace("_", " "), *(each.label for each in fields)]
    spoken = {word for text in said for word in stems(text)} - {stem(word) for word in ATTRIBUTE_WORDS}
    for head, others in AKIN.items():
        if head in key.split("_"):
            spoken |= {stem(word) for word in others.split()}
    return frozenset(spoken)
