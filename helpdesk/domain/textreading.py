"""Free-text data of a request: names of bodies, numbers of projects, reasons, subjects, amounts.

The kind of datum is told by the words of the field's key and label; each kind has its own way of being said when the
message does not label it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from helpdesk.domain.catalogue import IntakeField
from helpdesk.domain.folding import fold, plain, stems, word_set
from helpdesk.domain.identities import names_in
from helpdesk.domain.spanishdates import MONTHS
from helpdesk.domain.textscan import TRIMMED, Labelled, Prose, body_of

REPLY_PREFIX = re.compile(
    r"^\s*(?:(?:re|rv|fw|fwd|reenv|enc|resp|tr)\s*(?:\[\d+\])?\s*:|\[[^\]]{0,40}\])\s*", re.IGNORECASE
)
UPPER = r"A-ZÁÉÍÓÚÑÜ"
LOWER = r"a-záéíóúñü"
CAP = rf"(?:[{UPPER}][{LOWER}{UPPER}0-9&'’-]*|\d+)"
BODY_HEADS = (
    "Ministerio|Municipio|Municipalidad|Ilustre Municipalidad|GAD|GADM|GADP|Gobierno|Hospital|Instituto|"
    "Unidad Educativa|"
    "Unidad Ejecutora|Empresa|EP|EPMAPS|Universidad|Escuela|Colegio|Liceo|Fundaci[oó]n|Asociaci[oó]n|Cooperativa|"
    "Corporaci[oó]n|ONG|Junta|Consejo|Prefectura|Secretar[ií]a (?:de|Nacional)|Agencia|Superintendencia|Contralor[ií]a|"
    "Direcci[oó]n (?:Distrital|Zonal|Provincial|Regional de)|Distrito|Servicio (?:de|Nacional)|Caja|Banco|Mancomunidad|"
    "Comunidad|Club|Cuerpo de Bomberos|Registro (?:de|Civil|Mercantil)|Patronato|Red de|Organizaci[oó]n|Federaci[oó]n|"
    "Comit[eé]|Centro (?:de Salud|Cultural|Comunitario|Educativo|Infantil)|Consorcio|Sindicato|Casa|Hogar|"
    "Defensor[ií]a|"
    "Fiscal[ií]a|Gobernaci[oó]n|Intendencia|Zona Registral|Poder Judicial|UGEL|DRE"
)
BODY = re.compile(
    rf"(?<![{LOWER}{UPPER}])(?:{BODY_HEADS})(?:[ ]+(?:(?:de|del|la|las|los|el|y|e|para|"
    rf"por)[ ]+){{0,3}}[\"«“]?{CAP}[\"»”]?)*"
)
MEDIA_HEADS = (
    r"Diario|El Diario|Radio|Canal|Revista|Televisi[oó]n|TV|Agencia|Semanario|Portal|Peri[oó]dico|Noticiero|"
    r"Noticias|Prensa|"
    r"Emisora|Medio|Grupo|Red"
)
MEDIA = re.compile(rf"(?<![{LOWER}{UPPER}])(?:{MEDIA_HEADS})(?:[ ]+(?:(?:de|del|la|las|los|el)[ ]+){{0,2}}{CAP})+")
MEDIA_AFTER = re.compile(
    rf"(?:periodista|redactora?|reportera?o?|corresponsal|editora?|comunicadora?|productora?)\s+(?:de|del|en|"
    rf"para)\s+(?:el |la )?"
    rf"(?P<value>(?:{CAP})(?:[ ]+(?:(?:de|del|la|los)[ ]+)?{CAP})*)"
)
GREETED = re.compile(
    r"(?im)^\s*(?:señor(?:es|as?)?|estimad\w+|atenci[oó]n|sr[ae]?s?\.?)\b[^\n]*(?:\n[^\n]{0,60}(?=\n\s*\n))?"
)
CODE = r"[A-Z]{0,12}[-/]?\d[\w./-]*\w|\d"
NUMBER_SIGN = r"(?:n(?:umero|ro|um|o)?\b\.?\s*°?|n\s?°|#|no\.|numero)?"
PHONE = re.compile(r"(?<![\w-])\+?\(?\d[\d\s()-]{5,16}\d(?![\w-])")
PHONE_CALLED = re.compile(
    r"(?:telefonos?|telf?\.?|celular(?:es)?|cel\.?|movil|fono|contacto|whatsapp)[^\d\n+(]{0,20}(?=[+(\d])"
)
LOGIN = re.compile(
    r"\b(?:usuario|cuenta|login|user)\s*(?:es|:|anterior|con codigo|"
    r"llamad[oa])?\s*[\"'«]?(?P<value>[a-z][a-z0-9]*[._-]?[a-z0-9_.-]*)[\"'»]?"
)
LOGIN_SHAPE = re.compile(r"^(?=.*[\d._])[a-z][\w.-]{2,}$|^[a-z]{5,}\d+$")
REASON = re.compile(
    r"(?:motivos?|justificacion|razon(?:es)?)\s*(?:es|son|de (?:la|lo)[^:.,]{0,60})?\s*[:=]\s*(?P<a>.+)"
    r"|(?P<b>(?:debido a|a causa de|en razon de|ya que|puesto que|dado que|por cuanto|porque|toda vez que|"
    r"con motivo de|"
    r"por (?:un |el |la )?(?:error|equivocacion|cierre|cambio|atraso|retraso|duplic|omision|problema|falla|"
    r"motivo|ajuste|"
    r"reprogramacion|instruccion)|con base en|en virtud de|de conformidad con|amparad[oa]s? en|fundamentad[oa] en|"
    r"para (?:corregir|rectificar|subsanar|regularizar|enmendar))\b.+)"
)
ASIDE = re.compile(
    r"adjunt|anex|memorandum|atentamente|saludos|gracias|quedo|quedamos|agradec|cordial|solicit|region|programa|"
    r"favor|ruego"
)
PERIOD = re.compile(rf"\b({'|'.join(MONTHS)})\b(?:\s*,?\s*(?:del?\s+)?(?:ano\s+)?((?:19|20)\d\d))?")
NUMBER_WORDS = "un una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince"
SMALL_NUMBERS = {
    name: number for number, names in enumerate(NUMBER_WORDS.split("|"), start=1) for name in names.split()
}
AMOUNT = re.compile(r"(?<![\w.,/:-])(\d{1,3}(?:[.,]\d{3})+|\d{1,6})\s+(?:\([a-z ]+\)\s+)?(?=[a-z]{3,})")
NO_UNIT = word_set(
    "de del horas hrs enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre minutos"
)
YEAR = re.compile(r"(?<![\d.-])((?:19|20)\d\d)(?![\d-])")
WHOLE_VALUE = word_set("direccion asunto tema servicio perfil causa destino periodo cargo segmento")
CUT = re.compile(r"\s*[,;(|]|\s+[–—-]\s+|\.\s|\s+(?:con )?(?:RUC|RUT|ruc|cédula)\b")


@dataclass(frozen=True, slots=True)
class Letter:
    """What the readers of free text know of a message; `person` is the writer's name, `ours` are our own bodies'."""

    source: Prose
    subject: str
    person: str
    ours: frozenset[str]
    received_at: datetime


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


def subject_matter(subject: str) -> str:
    """The subject without «Re:», «RV:», «Fwd:» and bracketed marks."""
    while True:
        shorter = REPLY_PREFIX.sub("", subject)
        if shorter == subject:
            return " ".join(subject.split())
        subject = shorter


def read_integer(field: IntakeField, letter: Letter, labelled: Labelled | None) -> int | None:
    """A year or an amount: labelled, or before the noun of its label («30 participantes», «12 folios»)."""
    if labelled is not None:
        found = re.search(r"\d[\d.]*", labelled.value)
        if found:
            return int(re.sub(r"\D", "", found[0]))
    text = f"{letter.source.plain}\n{plain(letter.subject)}"
    if "year" in field.validate:
        return _year(field, text)
    noun = next((word for word in reversed(fold(field.label).split()) if word not in ("numero", "de", "cantidad")), "")
    if not noun:
        return _amount(text)
    counted = re.search(
        rf"(?<![\w.,/-])(\d{{1,6}}|{'|'.join(SMALL_NUMBERS)})\s+(?:\(\w+\)\s+)?(?:\w+\s+)?{noun[:6]}\w*", text
    )
    if counted:
        return SMALL_NUMBERS.get(counted[1]) or int(counted[1])
    named = re.search(rf"{noun[:6]}\w*\W{{1,3}}(\d{{1,6}})\b", text)
    return int(named[1]) if named else None


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
    wordy = re.search(rf"\b(?:solicit\w*|requ\w+|necesit\w+|pid\w+)\s+(?:de\s+)?({'|'.join(SMALL_NUMBERS)})\s", text)
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
        return _code_in(value) or CUT.split(value)[0].strip(TRIMMED) or None
    if kind == "call":
        return _call_name(value)
    if kind == "reason":
        return _without_asides(labelled.value)
    if field.key in WHOLE_VALUE or field.type in ("list", "phone"):
        return value
    return CUT.split(value)[0].strip(TRIMMED) or None


def _code_in(value: str) -> str | None:
    found = re.search(rf"(?<![\w-])(?:{CODE})(?![\w])", value)
    whole = re.match(r"[A-Z][A-Z0-9]*(?:[-/][A-Z0-9]+)+", value)
    return whole[0] if whole else (found[0] if found else None)


def _reason(field: IntakeField, letter: Letter) -> str | None:
    for sentence in re.split(r"(?<=[.;])\s|\n", letter.source.text):
        found = REASON.search(plain(sentence))
        if found:
            start = found.start("a") if found["a"] else found.start("b")
            value = _without_asides(sentence[start:])
            if value:
                return value
    return None


def _without_asides(value: str) -> str:
    """A reason without the sentences after it that speak of attachments, validation or farewell."""
    kept: list[str] = []
    for sentence in re.split(r"(?<=[.;])\s+", " ".join(value.split())):
        if kept and ASIDE.search(plain(sentence)):
            break
        kept.append(sentence)
    return " ".join(kept).strip(TRIMMED)


def _login(field: IntakeField, letter: Letter) -> str | None:
    text = letter.source.plain
    previous = "anterior" in field.key
    for found in LOGIN.finditer(text):
        before = text[max(0, found.start() - 20) : found.end("value")]
        if LOGIN_SHAPE.match(found["value"].rstrip(".-")) and (("anterior" in before) == previous):
            return letter.source.text[found.start("value") : found.end("value")].rstrip(".-")
    return None


def _code(field: IntakeField, letter: Letter) -> str | None:
    if "codigo" in field.key.split("_"):
        nouns = ["codigo"]
    else:
        nouns = [word for word in fold(f"{field.key.replace('_', ' ')} {field.label}").split() if len(word) > 3]
    nouns = [word.strip("(),.") for word in nouns if word not in ("numero", "mes", "periodo", "nombre", "donde")]
    for noun in dict.fromkeys(nouns):
        called = rf"(?<![a-z]){re.escape(noun[:-1])}\w*(?:\s+(?:de\s+)?(?!de\b)[a-z]+){{0,2}}?"
        pattern = rf"{called}\s*{NUMBER_SIGN}\s*:?\s*(?P<value>{CODE.lower()})(?!\w)"
        for text, original in ((letter.source.plain, letter.source.text), (plain(letter.subject), letter.subject)):
            found = re.search(pattern, text)
            if found and not YEAR.fullmatch(found["value"]):
                return original[found.start("value") : found.end("value")].rstrip(".-/")
    if "mes" in fold(field.label).split():
        of_month = re.search(
            rf"(?:{nouns[0][:-2]}\w*)\s+(?:del? )?(?:mes de )?({'|'.join(MONTHS)})\b", letter.source.plain
        )
        return of_month[1] if of_month else None
    return None


def _list(field: IntakeField, letter: Letter) -> list[str] | None:
    found = re.search(r"entidad(?:es)?\s*:?\s+(?P<value>[^.\n]+)", letter.source.plain)
    if not found:
        return None
    value = letter.source.text[found.start("value") : found.end("value")]
    codes = re.findall(r"\b\d[\d-]*\d\b", value)
    if codes:
        return [code for code in codes if re.sub(r"\d", "9", code) == re.sub(r"\d", "9", codes[0])]
    return BODY.findall(value) or None


def _call(field: IntakeField, letter: Letter) -> str | None:
    word = r"convocatoria\s+(?:estandar\s+|nacional\s+|llamada\s+|denominada\s+|de\s+)?"
    for text, original in ((letter.source.plain, letter.source.text), (plain(letter.subject), letter.subject)):
        for found in re.finditer(word + r"(?P<value>[^,.;\n]{3,80})", text):
            value = original[found.start("value") : found.end("value")]
            if value.lstrip("\"'«“ ")[:1].isupper():
                return _call_name(value)
    return None


def _call_name(value: str) -> str | None:
    quoted = re.match(r"[\s]*[\"«“]([^\"»”]+)[\"»”]", value)
    name = quoted[1] if quoted else CUT.split(value)[0]
    return re.sub(r"[\s,-]*(?:del? )?(?:año\s*)?(?:(?:19|20)\d\d)?\s*$", "", name).strip(TRIMMED) or None


def _representative(field: IntakeField, letter: Letter) -> str | None:
    found = re.search(r"represent\w+(?:\s+legal)?\W{1,3}(?:es\s+|senora?\s+|sra?\.?\s+)?", letter.source.plain)
    names = names_in(letter.source.text[found.end() : found.end() + 60]) if found else []
    return names[0][2] if names and names[0][0] <= 4 else None


def _journalist(field: IntakeField, letter: Letter) -> str | None:
    found = re.search(r"(?:soy|me llamo|mi nombre es|les escribe|periodista)\s+", letter.source.plain)
    names = names_in(letter.source.text[found.end() : found.end() + 60]) if found else []
    if names and names[0][0] <= 2:
        return names[0][2]
    signed = [] if MEDIA.search(letter.person) else names_in(letter.person)
    return signed[0][2] if signed else None


def _medium(field: IntakeField, letter: Letter) -> str | None:
    for text in (letter.source.text, letter.person, letter.subject):
        found = MEDIA.search(text)
        if found:
            return found[0]
        after = MEDIA_AFTER.search(text)
        if after:
            return after["value"]
    return None


def _phone(field: IntakeField, letter: Letter) -> str | None:
    called = PHONE_CALLED.search(letter.source.plain)
    found = PHONE.match(letter.source.text, called.end()) if called else None
    return found[0].strip() if found else None


def _subject(field: IntakeField, letter: Letter) -> str | None:
    return subject_matter(letter.subject) or None


def _service(field: IntakeField, letter: Letter) -> str | None:
    for text in (letter.subject, letter.source.text):
        found = re.search(r"servicio\s*(?::|de|denominado|llamado)\s+(?P<value>[^.,;\n]{3,90})", text, re.IGNORECASE)
        if found:
            return re.split(r"\s+en (?:los|el|las|la)\s", found["value"])[0].strip(TRIMMED)
    return None


def _period(field: IntakeField, letter: Letter) -> str | None:
    best: re.Match[str] | None = None
    for text in (letter.source.plain, plain(letter.subject)):
        for found in PERIOD.finditer(text):
            best = found if best is None or (found[2] and not best[2]) else best
    if best is None:
        return None
    with_year = "ano" in fold(field.label).split()
    return (
        f"{best[1]} de {best[2]}" if best[2] else (f"{best[1]} de {letter.received_at.year}" if with_year else best[1])
    )


def _specialist(field: IntakeField, letter: Letter) -> str | None:
    found = re.search(
        r"especialista\s+(?:en|de|del)\s+(?:area de\s+)?(?P<value>[^.,;\n]{3,60})",
        f"{letter.source.text}\n{letter.subject}",
        re.IGNORECASE,
    )
    if not found:
        return None
    value = re.split(r"\s+(?:del|de la|para|en|con|por|que|CONECTAMEF)\s", found["value"] + " ")[0].strip(TRIMMED)
    return value if "perfil" in field.key else f"especialista de {value}"


def _destination(field: IntakeField, letter: Letter) -> str | None:
    found = re.search(
        rf"\b(?:a|hacia|en|hasta) (?:la ciudad de |la provincia de )?({CAP}(?:\s+(?:de\s+)?{CAP})*)", letter.source.text
    )
    return found[1] if found else None


def _cause(field: IntakeField, letter: Letter) -> str | None:
    found = re.search(
        r"(?:ausent\w+|ausencia(?: temporal)?)[^.\n]{0,60}?\bpor\s+(?P<value>(?:motivos? de )?[a-z "
        r"]{4,40}?)(?=\s+(?:del?|desde|entre|a partir|el)\b|[.,;\n]|$)",
        letter.source.plain,
    )
    return letter.source.text[found.start("value") : found.end("value")] if found else None


def _body(field: IntakeField, letter: Letter) -> str | None:
    called = re.search(
        rf"(?i:ejecutora?)(?:\s+(?:la|el))?\s+(?P<value>[\"«“]?{CAP}[^,.;\n]{{1,80}})", letter.source.text
    )
    if called and "ejecutor" in field.key:
        return CUT.split(called["value"])[0].strip(TRIMMED)
    for text in (GREETED.sub("", letter.source.text), letter.subject, letter.person):
        for found in BODY.finditer(text):
            value = found[0].strip(TRIMMED)
            if " " in value and fold(value) not in letter.ours and not any(fold(value) in name for name in letter.ours):
                return value
    return None


SAYINGS: dict[str, Callable[[IntakeField, Letter], str | list[str] | None]] = {
    "reason": _reason,
    "login": _login,
    "code": _code,
    "list": _list,
    "call": _call,
    "representative": _representative,
    "journalist": _journalist,
    "medium": _medium,
    "phone": _phone,
    "subject": _subject,
    "service": _service,
    "period": _period,
    "specialist": _specialist,
    "destination": _destination,
    "cause": _cause,
    "body": _body,
}
