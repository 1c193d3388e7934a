"""Whose numbers, addresses and names a message gives.

A type asks for the data of several people (titular, alterno, usuario anterior, tercero, representante legal …). The
catalogue says who they are: fields of one person share a prefix of their key and a word of their label. Each number
or address of the text is joined with the name beside it, and goes to the person whose words stand nearest to it.
"""

import re
from dataclasses import dataclass, field, replace

from stdnum.cl import rut
from stdnum.ec import ci
from stdnum.ec import ruc as ec_ruc

from helpdesk.domain.folding import stem, stems, word_set
from helpdesk.domain.parties import ATTRIBUTE_WORDS, Party
from helpdesk.domain.textscan import Prose

EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Called an address although it is none: that is then told, like a wrong number.
BROKEN_EMAIL = re.compile(r"(?i:correo(?: electr[oó]nico)?|e-?mail)\s*:\s*(?P<value>[^\s,;@]+@[^\s,;]*|@[^\s,;]+)")
RUT = re.compile(r"(?<![\w.-])(\d{1,2}\.?\d{3}\.?\d{3}\s?-\s?[\dkK])(?![\w-])")
DIGITS = re.compile(r"(?<![\w@./-])\d{6,14}(?:-\d{1,3})?(?![\w@]|[.,-]\d)")
ID_WORD = re.compile(
    r"(?<![a-z])(cedulas?|c\.?\s?i\.?|identidad|identificacion|documento|dni|ruc|rut|r\.u\.t\.?|r\.u\.c\.?|cc|"
    r"registro unico de contribuyentes)(?![a-z])[^\d\n@]{0,28}$"
)
PHONE_WORD = re.compile(
    r"(?<![a-z])(?:telefonos?|telf?|celular|cel|movil|fono|contacto|whatsapp|llamada)(?![a-z])[^\d\n]{0,20}$"
)
BESIDE_A_NAME = re.compile(r"[a-z]{3,} [a-z]{3,}\s*[(,]\s*$")
CAPITALISED = r"[A-ZÁÉÍÓÚÑÜ][a-záéíóúñü'’]+(?:-[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+)?"
UPPER = r"[A-ZÁÉÍÓÚÑÜ]{2,}"
PARTICLE = r"(?:de|del|la|las|los|y|da|San|Santa)"
NAME = re.compile(
    rf"(?:{CAPITALISED}(?:[ ]+(?:{PARTICLE}[ ]+){{0,2}}{CAPITALISED}){{1,4}}|{UPPER}(?:[ ]+(?:(?:DE|DEL|LA|"
    rf"LOS)[ ]+)?{UPPER}){{1,4}})"
)
TITLES = re.compile(
    r"^(?:Sra?|Srta|Dra?|Ing|Lcd[oa]|Lic|Econ?|Abg|Mgs|Msc|Arq|CPA|Tnlgo|Don|Doña|Señora?|Señorita)\.?\s+"
)
NO_NAME = word_set(
    """soy somos usuario usuaria cedula ruc rut dni correo telefono direccion entidad institucion organizacion
    region programa municipalidad municipio gad ministerio hospital instituto unidad empresa fundacion
    asociacion cooperativa gobierno direccion oficina secretaria tesoreria mesa centro sistema numero nombre
    calidad titular alterno alterna solicito solicitud adjunto estimados senores representante ejecutor
    convocatoria proyecto funcionario funcionaria departamento servicio universidad colegio escuela rol
    auditor conectamef recursos humanos tramite documentario contabilidad inversiones finanzas financiera
    administracion logistica presupuesto gerencia coordinacion redaccion colecturia talento area contador
    contadora gestora partes central telefonica diario radio supervisor supervisora asistente soporte
    llama llamo llamada atiende atendio presento comparece consulta atencion estudio
    mis datos siguientes saludos gracias atentamente buenos buenas dias tardes noches
    compras planificacion juridico sistemas informatica rrhh comunicaciones lunes martes miercoles jueves
    viernes"""
)
SELF_WORDS = re.compile(
    r"\b(?:soy|yo|suscrit[oa]|"
    r"mis? (?:datos|usuario|clave|cuenta|cedula|c\.? ?i\b|rut|dni|nombres?|correo|contrasena|perfil|acceso))\b"
)
NEIGHBOUR = 45
LINES_ABOVE = 3
LABEL_WORDS = word_set("c i n no nro num ci cc de del la el email e mail y celular telf documento")
LABEL_STEMS = frozenset(stem(word) for word in ATTRIBUTE_WORDS | LABEL_WORDS)
REACH = 400
MOST_MENTIONS = 60


@dataclass(frozen=True, slots=True)
class Mention:
    """A number or address with the name beside it; `start` is where the first of them stands. `of_body`: an address
    that follows the number of a body."""

    start: int
    end: int
    data: dict[str, str] = field(default_factory=dict)
    of_body: bool = False


def mentions_in(source: Prose, country: str) -> list[Mention]:
    """The people of a text: numbers and addresses, joined with what stands beside them, in order."""
    found = [*_numbers(source, country), *_addresses(source)]
    found = sorted(found, key=lambda mention: mention.start)[:MOST_MENTIONS]
    joined: list[Mention] = []
    for mention in found:
        last = joined[-1] if joined else None
        if last and last.data.keys() == {"ruc"} and mention.data.keys() == {"email"}:
            mention = replace(mention, of_body=_are_beside(source, last, mention))
        if last and _belong_together(source, last, mention):
            joined[-1] = Mention(last.start, mention.end, {**mention.data, **last.data})
        else:
            joined.append(mention)
    return [_with_name(source, mention, joined[index - 1].end if index else 0) for index, mention in enumerate(joined)]


def _belong_together(source: Prose, last: Mention, mention: Mention) -> bool:
    if set(last.data) & set(mention.data) or {*last.data, *mention.data} & {"ruc"}:
        return False
    return _are_beside(source, last, mention)


def _are_beside(source: Prose, last: Mention, mention: Mention) -> bool:
    between = source.text[last.end : mention.start]
    return len(between) <= NEIGHBOUR and "\n\n" not in between and between.count("\n") <= 1 and not NAME.search(between)


def _numbers(source: Prose, country: str) -> list[Mention]:
    found = []
    for match in RUT.finditer(source.text) if country == "CL" else ():
        compact = rut.compact(match[1])
        found.append(Mention(match.start(), match.end(), {"rut": f"{compact[:-1]}-{compact[-1]}"}))
    for match in DIGITS.finditer(source.text):
        before = source.plain[max(0, match.start() - 60) : match.start()]
        kind = _kind_of_number(match[0], before, country)
        if kind:
            found.append(Mention(match.start(), match.end(), {kind: match[0].replace("-", "")}))
    return [mention for mention in found if "-" not in mention.data or mention.data]


def _kind_of_number(number: str, before: str, country: str) -> str | None:
    """`cedula`, `ruc`, `dni` or None. A number called so counts although it is wrong: that is then told (R-030)."""
    digits = number.replace("-", "")
    called = ID_WORD.search(before)
    if PHONE_WORD.search(before) or (not called and "-" in number):
        return None
    word = called[1].replace(".", "").replace(" ", "") if called else ""
    if country == "EC":
        if word.startswith(("ruc", "registro")):
            return "ruc"
        if word:
            return "ruc" if len(digits) == 13 else "cedula"
        if len(digits) == 13 and ec_ruc.is_valid(digits):
            return "ruc"
        if len(digits) != 10:
            return None
        return "cedula" if ci.is_valid(digits) or BESIDE_A_NAME.search(before) else None
    if country == "PE":
        if word.startswith(("ruc", "registro")) or (len(digits) == 11 and digits[:2] in ("10", "15", "17", "20")):
            return "ruc"
        return "dni" if word.startswith(("dni", "documento", "identidad")) else None
    return "rut" if word.startswith("rut") else None


def _addresses(source: Prose) -> list[Mention]:
    return [Mention(each.start(), each.end(), {"email": each[0].lower()}) for each in EMAIL.finditer(source.text)] + [
        Mention(each.start("value"), each.end("value"), {"email": each["value"].lower()})
        for each in BROKEN_EMAIL.finditer(source.text)
        if not EMAIL.search(each["value"])
    ]


def _with_name(source: Prose, mention: Mention, after: int) -> Mention:
    if "ruc" in mention.data:
        return mention
    start = _block_start(source, mention)
    before = source.text[max(start, after, mention.start - 110) : mention.start]
    names = names_in(before)
    if names and len(before) - names[-1][1] <= NEIGHBOUR:
        return replace(mention, data={**mention.data, "name": names[-1][2]})
    tail = source.text[mention.end : mention.end + 60].split("\n")[0]
    following = re.match(r"[\s,()-]*(?:a nombre de\s+|de\s+|,\s*)?", tail)
    name = names_in(tail)
    if following and name and name[0][0] <= following.end():
        return replace(mention, data={**mention.data, "name": name[0][2]}, end=mention.end + name[0][1])
    return mention


def _block_start(source: Prose, mention: Mention) -> int:
    """Where the passage about a mention begins: its sentence, or the lines before when its own only labels it.

    «Titular: Diana Paz» and below «Cédula: 1700000001» are of one person.
    """
    start, _ = source.sentence_at(mention.start)
    for _ in range(LINES_ABOVE):
        own = source.plain[start : mention.start]
        if start == 0 or not _only_labels(own):
            break
        if source.plain[start - 1 : start] != "\n" or source.plain[max(0, start - 2) : start] == "\n\n":
            break
        start = source.plain.rfind("\n", 0, start - 1) + 1
    return start


def _only_labels(text: str) -> bool:
    """Whether a text only names data or gives numbers and addresses: nothing in it says whose they are."""
    said = [stem(word) for word in re.findall(r"[a-z]+", EMAIL.sub(" ", text))]
    return set(said) <= LABEL_STEMS


def names_in(text: str) -> list[tuple[int, int, str]]:
    """Names of people in a text: start, end and the name without title. Words of offices are no names."""
    found = []
    for match in NAME.finditer(text):
        parts = TITLES.sub("", match[0]).split()
        offset = match.end() - len(" ".join(parts))
        while parts and _is_common(parts[0]):
            offset += len(parts[0]) + 1
            parts = parts[1:]
        parts = _before_their_office(parts)
        if len(parts) >= 2 and parts[0][0].isupper() and not any(_is_common(part) for part in parts):
            found.append((offset, offset + len(" ".join(parts)), " ".join(parts)))
    return found


def _before_their_office(parts: list[str]) -> list[str]:
    """«Jorge Paz de Radio Norte» is Jorge Paz."""
    office = next((at for at, part in enumerate(parts) if at > 2 and _is_common(part)), None)
    return parts[: office - 1] if office is not None and parts[office - 1].lower() in ("de", "del") else parts


def _is_common(word: str) -> bool:
    folded = word.lower().translate(str.maketrans("áéíóúü", "aeiouu"))
    return folded in NO_NAME


def place(source: Prose, mentions: list[Mention], parties: tuple[Party, ...]) -> dict[str, str]:
    """The fields that the mentions fill: each goes to the party whose words are nearest, none is filled twice."""
    ranked = []
    for index, mention in enumerate(mentions):
        able = [party for party in parties if _fits(mention, party)]
        if mention.of_body:
            able = [party for party in able if party.key in BODIES] or able
        distances = {
            party.key: 0 if mention.of_body and party.key in BODIES else _distance(source, mention, party, able)
            for party in able
        }
        ranked.append((min(distances.values(), default=FAR), index, able, distances))
    values: dict[str, str] = {}
    filled: set[tuple[str, str]] = set()
    for nearest, index, able, distances in sorted(ranked, key=lambda entry: (entry[0] >= FAR, entry[1])):
        mention = mentions[index]
        open_parties = [party for party in able if not _is_filled(party, mention, filled)]
        party = _chosen(open_parties, distances, nearest)
        if party is None:
            continue
        for kind, value in mention.data.items():
            if kind in party.fields and party.fields[kind].key not in values:
                values[party.fields[kind].key] = value
                filled.add((party.key, kind))
    return values


FAR = 1000
BODIES = frozenset({"organizacion", "entidad"})
# «El anterior presidente» is the former user, not who presides.
FORMER = frozenset(stems("anterior saliente"))


def _fits(mention: Mention, party: Party) -> bool:
    return any(kind in party.fields for kind in mention.data if kind != "name")


def _is_filled(party: Party, mention: Mention, filled: set[tuple[str, str]]) -> bool:
    kinds = [kind for kind in mention.data if kind != "name" and kind in party.fields]
    return all((party.key, kind) in filled for kind in kinds)


def _chosen(open_parties: list[Party], distances: dict[str, int], nearest: int) -> Party | None:
    if not open_parties:
        return None
    if nearest < FAR:
        best = min(open_parties, key=lambda party: distances[party.key])
        return best if distances[best.key] < FAR else None
    ordinary = [party for party in open_parties if not party.conditional and not party.key.startswith("rep_")]
    return ordinary[0] if ordinary else None


def _distance(source: Prose, mention: Mention, party: Party, rivals: list[Party]) -> int:
    """How many words lie between a mention and the nearest word of a party in its sentence; FAR when there is none."""
    own = party.words - frozenset().union(*(other.words for other in rivals if other is not party)) or party.words
    end = source.sentence_at(mention.start)[1]
    start = _block_start(source, mention)
    before = stems(source.plain[max(start, mention.start - REACH) : mention.start])
    for distance, word in enumerate(reversed(before)):
        if word in own and not (FORMER & set(before[-distance - 2 : -distance - 1]) - own):
            return distance
    after = stems(source.plain[mention.end : min(end, mention.end + REACH)])[:8]
    for distance, word in enumerate(after):
        if word in own:
            return len(before) + distance + 5
    return FAR
