"""How letters say a datum in running text: one reader for each kind of free-text field."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from helpdesk.domain.catalogue import IntakeField
from helpdesk.domain.folding import fold, plain
from helpdesk.domain.identities import names_in
from helpdesk.domain.spanishdates import MONTHS
from helpdesk.domain.textscan import TRIMMED, Prose

REPLY_PREFIX = re.compile(
    r"^\s*(?:(?:re|rv|fw|fwd|reenv|enc|resp|tr)\s*(?:\[\d+\])?\s*:|\[[^\]]{0,40}\])\s*", re.IGNORECASE
)
UPPER = r"A-ZÁÉÍÓÚÑÜ"
LOWER = r"a-záéíóúñü"
CAP = rf"(?:[{UPPER}][{LOWER}{UPPER}0-9&'’-]*|\d[\dA-Z]*)"
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
CALLED_JOURNALIST = re.compile(
    r"\s*[,(-]\s*(?:periodista|redactora?|reporter[oa]|corresponsal|editora?|comunicadora?|productora?)\b"
)
GREETED = re.compile(
    r"(?im)^[ \t]*(?:señor(?:es|as?)?|estimad\w+|atenci[oó]n|sr[ae]?s?\.?)\b[^\n]{0,70}$(?:\n[^\n]{0,60}(?=\n\s*\n))?"
)
CODE = r"(?:[A-Z]{1,12}[-/]){0,3}[A-Z]{0,6}\d[\w./-]*\w|\d"
NUMBER_SIGN = r"(?:n(?:umero|ro|um|o)?\b\.?\s*°?|n\s?°|#|no\.|numero)?"
PHONE = re.compile(r"(?<![\w-])\+?\(?\d[\d\s()-]{5,16}\d(?![\w-])")
PHONE_CALLED = re.compile(
    r"(?:telefonos?|telf?\.?|celular(?:es)?|cel\.?|movil|fono|contacto|whatsapp)[^\d\n+(]{0,20}(?=[+(\d])"
)
ADDRESS = re.compile(
    r"\b(?:domiciliad[oa]s? en|domicilio (?:en|es|:)|direccion(?: postal| domiciliaria)?(?: es|\s*:))"
    r"\s+(?P<value>[^;\n]{5,120}?)(?=[;\n]|(?<!\bav)(?<!\bno)(?<!\bnro)\.(?:\s|$)|$|,?\s+"
    r"(?:(?:y|e|mi|con|al?)\s+){0,2}(?:telefono|telf?|celular|cel|fono|correo|e-?mail|cedula|identificad|amparo|solicit))"
)
LOGIN = re.compile(
    r"\b(?:usuario|cuenta|login|user)\s*(?:es|:|anterior|con codigo|"
    r"llamad[oa])?\s*[\"'«]?(?P<value>[a-z][a-z0-9]*[._-]?[a-z0-9_.-]*)[\"'»]?"
)
LEFT = re.compile(
    r"anterior|salient|reemplaz|sustitu|en lugar de|dejo (?:la|el|de)|ceso|renuncio|se jubilo|ya no (?:labora|trabaja)|"
    r"\bex\b|desvincul|desactiv|dar de baja"
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
REPRESENTATIVE = re.compile(
    r"(?:represent\w+|president[ea])(?:\s+legal)?(?:\s+actual)?\W{1,3}(?:es\s+)?(?:el\s+|la\s+)?(?:senora?\s+|sra?\.?\s+)?"
)
SPECIALIST = re.compile(r"\bespecialista\s+(?:(?:en|de)\s+(?:[a-z]+\s+){1,4}?)?(?:senora?\s+|sra?\.?\s+)?")
NUMBER_OF_BODY = re.compile(r"\b(?:RUC|R\.U\.C\.|ruc)\b\W{0,4}(?:[Nn]\S{0,3}\s*)?\d{11,13}")
BESIDE = 25
"""How many characters may lie between a body's name and its number."""
OTHER_DATUM = re.compile(r"\s+(?i:convocatoria|programa|regi[oó]n|proyecto|motivo|convenio|comuna)\b")
ASIDE_BEHIND_COMMA = re.compile(
    r",\s+(?=(?i:comuna|(?:[ivx]+ )?regi[oó]n|programa|convenio|memo|(?:se |va |van )?(?:adjunt|anex))\w*\b)"
)
PERIOD = re.compile(rf"\b({'|'.join(MONTHS)})\b(?:\s*,?\s*(?:del?\s+)?(?:ano\s+)?((?:19|20)\d\d))?")
YEAR = re.compile(r"(?<![\d.-])((?:19|20)\d\d)(?![\d-])")
CUT = re.compile(r"\s*[,;()|]|\s+[–—-]\s+|(?<=\w\w)\.\s|\s+(?:con )?(?:RUC|RUT|ruc|cédula)\b")


@dataclass(frozen=True, slots=True)
class Letter:
    """What the readers of free text know of a message; `person` is the writer's name, `ours` are our own bodies'."""

    source: Prose
    subject: str
    person: str
    ours: frozenset[str]
    received_at: datetime


def code_in(value: str) -> str | None:
    found = re.search(rf"(?<![\w-])(?:{CODE})(?![\w])", value)
    whole = re.match(r"[A-Z][A-Z0-9]*(?:[-/][A-Z0-9]+)+", value)
    return whole[0] if whole else (found[0] if found else None)


def subject_matter(subject: str) -> str:
    """The subject without «Re:», «RV:», «Fwd:» and bracketed marks."""
    while True:
        shorter = REPLY_PREFIX.sub("", subject)
        if shorter == subject:
            return " ".join(subject.split())
        subject = shorter


def _reason(field: IntakeField, letter: Letter) -> str | None:
    for sentence in re.split(r"(?<=[.;])\s|\n", letter.source.text):
        found = REASON.search(plain(sentence))
        if found:
            start = found.start("a") if found["a"] else found.start("b")
            value = without_asides(ASIDE_BEHIND_COMMA.split(sentence[start:])[0])
            if value:
                return value
    return None


def without_asides(value: str) -> str:
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
        if not LOGIN_SHAPE.match(found["value"].rstrip(".-")):
            continue
        beside = text[max(0, found.start() - 20) : found.end("value")]
        around = text[max(0, found.start() - 110) : found.end("value") + 40]
        if LEFT.search(around) if previous else "anterior" not in beside:
            return letter.source.text[found.start("value") : found.end("value")].rstrip(".-")
    return None


def _code(field: IntakeField, letter: Letter) -> str | None:
    if "codigo" in field.key.split("_"):
        nouns = ["codigo"]
    else:
        nouns = [word for word in fold(f"{field.key.replace('_', ' ')} {field.label}").split() if len(word) > 3]
    nouns = [word.strip("(),.") for word in nouns if word not in ("numero", "mes", "periodo", "nombre", "donde")]
    for noun in dict.fromkeys(nouns):
        called = rf"(?<![a-z]){re.escape(noun[:-1])}\w*(?:\s+(?:de\s+)?(?!del?\b)[a-z]+){{0,2}}?"
        pattern = rf"{called}\s*{NUMBER_SIGN}\s*:?\s*(?P<value>{CODE.lower()})(?!\w)"
        for text, original in ((letter.source.plain, letter.source.text), (plain(letter.subject), letter.subject)):
            found = re.search(pattern, text)
            if found and not YEAR.fullmatch(found["value"]):
                return original[found.start("value") : found.end("value")].rstrip(".-/")
    if "mes" in fold(field.label).split():
        of_month = re.search(
            rf"(?:{nouns[0][:-2]}\w*)(?:\s+[a-z]+){{0,4}}?\s+({'|'.join(MONTHS)})\b", letter.source.plain
        )
        return of_month[1] if of_month else None
    return None


def _list(field: IntakeField, letter: Letter) -> list[str] | None:
    listed = re.search(
        r"entidad(?:es)?\b[^.\n]{0,90}:[ ]*\n+(?P<items>(?:[ ]*(?:\d{1,2}[.)-]|[-*•·]).+\n?)+)", letter.source.plain
    )
    if listed:
        items = letter.source.text[listed.start("items") : listed.end("items")].split("\n")
        return [re.sub(r"^\s*(?:\d{1,2}[.)-]+|[-*•·]+)\s*", "", item).strip(TRIMMED) for item in items if item.strip()]
    found = re.search(r"entidad(?:es)?\s*:?\s+(?P<value>[^.\n]+)", letter.source.plain)
    if not found:
        return None
    value = letter.source.text[found.start("value") : found.end("value")]
    codes = re.findall(r"\b\d[\d-]*\d\b", value)
    if codes:
        return [code for code in codes if re.sub(r"\d", "9", code) == re.sub(r"\d", "9", codes[0])]
    return BODY.findall(value) or None


def _call(field: IntakeField, letter: Letter) -> str | None:
    word = r"convocatoria\s+(?:estandar\s+|nacional\s+|llamada\s+|denominada\s+|de\s+|(?:19|20)\d\d\s+)*"
    for text, original in ((letter.source.plain, letter.source.text), (plain(letter.subject), letter.subject)):
        for found in re.finditer(word + r"(?P<value>[^,.;\n]{3,80})", text):
            value = original[found.start("value") : found.end("value")]
            if value.lstrip("\"'«“ ")[:1].isupper():
                return call_name(value)
    return None


def call_name(value: str) -> str | None:
    quoted = re.match(r"[\s]*[\"«“]([^\"»”]+)[\"»”]", value)
    name = quoted[1] if quoted else re.split(r"\s+(?:19|20)\d\d\b|\s+(?:del? )?[Pp]rograma\s", CUT.split(value)[0])[0]
    return re.sub(r"[\s,-]*(?:del? )?(?:año\s*)?(?:(?:19|20)\d\d)?\s*$", "", name).strip(TRIMMED) or None


def _representative(field: IntakeField, letter: Letter) -> str | None:
    for found in REPRESENTATIVE.finditer(letter.source.plain):
        names = names_in(letter.source.text[found.end() : found.end() + 60])
        if names and names[0][0] <= 4:
            return names[0][2]
    return None


def _journalist(field: IntakeField, letter: Letter) -> str | None:
    found = re.search(r"(?:soy|me llamo|mi nombre es|les? (?:escribe|saluda)|periodista)\s+", letter.source.plain)
    names = names_in(letter.source.text[found.end() : found.end() + 60]) if found else []
    if names and names[0][0] <= 2:
        return names[0][2]
    for _, end, name in names_in(letter.source.text):
        if CALLED_JOURNALIST.match(letter.source.plain, end):
            return name
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


def _address(field: IntakeField, letter: Letter) -> str | None:
    found = ADDRESS.search(letter.source.plain)
    return letter.source.text[found.start("value") : found.end("value")].strip(TRIMMED) if found else None


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
    named = _named_specialist(letter) if "perfil" not in field.key else None
    if named:
        return named
    found = re.search(
        r"especialista\s+(?:en|de|del)\s+(?:area de\s+)?(?P<value>[^.,;\n]{3,60})",
        f"{letter.source.text}\n{letter.subject}",
        re.IGNORECASE,
    )
    if not found:
        return None
    value = re.split(r"\s+(?:del|de la|para|en|con|por|que|CONECTAMEF)\s", found["value"] + " ")[0].strip(TRIMMED)
    return value if "perfil" in field.key else f"especialista de {value}"


def _named_specialist(letter: Letter) -> str | None:
    """«la especialista Rosa Paz», «el especialista en tesorería Luis Vera»: the name behind the post."""
    for found in SPECIALIST.finditer(letter.source.plain):
        names = names_in(letter.source.text[found.end() : found.end() + 60])
        if names and names[0][0] == 0:
            return names[0][2]
    return None


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
        return CUT.split(OTHER_DATUM.split(called["value"])[0])[0].strip(TRIMMED)
    for text in (GREETED.sub("", letter.source.text), letter.subject, letter.person):
        bodies = [(found.start(), CUT.split(found[0])[0].strip(TRIMMED)) for found in BODY.finditer(text)]
        bodies = [(start, value) for start, value in bodies if " " in value and not _is_ours(letter, value)]
        if bodies:
            return _beside_its_number(text, bodies) or bodies[0][1]
    return None


def _is_ours(letter: Letter, value: str) -> bool:
    return any(fold(value) in name for name in letter.ours)


def _beside_its_number(text: str, bodies: list[tuple[int, str]]) -> str | None:
    """Of several bodies the one that stands before the only RUC of the text."""
    numbers = list(NUMBER_OF_BODY.finditer(text))
    if len(numbers) != 1:
        return None
    before = [
        value
        for start, value in bodies
        if 0 <= numbers[0].start() - start - len(value) <= BESIDE and "\n\n" not in text[start : numbers[0].start()]
    ]
    return before[-1] if before else None


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
    "address": _address,
    "subject": _subject,
    "service": _service,
    "period": _period,
    "specialist": _specialist,
    "destination": _destination,
    "cause": _cause,
    "body": _body,
}
