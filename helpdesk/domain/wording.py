"""Written Spanish (and Portuguese) as short answers carry it: folding, clauses, where a signature begins.

Every pattern is linear on hostile text; positions in the folded text are those of the cleaned one.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

READ_LIMIT = 20_000
CANDIDATES = 20

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0f\x00-\x08\x0b-\x1f\x7f]")
_VISTO_BUENO = re.compile(r"(?<!\w)v\s?\.?\s?[°ºo˚]?\s?\.?\s?b\s?\.?\s?[°ºo˚]?(?!\w)", re.IGNORECASE)
_ABBREVIATION = re.compile(
    r"(?<!\w)(srta|sres|sra|sr|dra|dr|ing|lic|econ|abg|arq|ud|uds|art|nro|nº|n°)\.", re.IGNORECASE
)
_WRAP = re.compile(r"(?<=[^\s.!?:;])[ \t]*\n(?=[ \t]*[a-záéíóúñü])")
_BREAK = re.compile(r"(?:[.!;?…](?!\d)|\n)+")
_PAUSE = re.compile(r"[,:()\[\]–—]|\s-+(?!\S)|^\s*[-•]\s")

_CLOSER = re.compile(
    r"(?:(?<=[.!;,\n])|^)[ \t]*"
    r"(?:(?:muy |les? |lo |la )?(?:saluda(?:mos)? )?(?:muy )?(?:atentamente|atte|atenciosamente|att|cordialmente)"
    r"(?=[ \t]*(?:[.,\n]|$))"
    r"|con (?:(?:mis|los) )?(?:mejores )?sentimientos de [\w ]{0,60}(?=[.,\n]|$)"
    r"|(?:un |cordiales |mis |muchos )?(?:cordial |afectuoso )?(?:saludos?|slds|sds|abracos?|abs)\b|--[ ]?(?=\n|$))"
)
_NOTICE = re.compile(
    r"(?:^|\n)[^\n\w]{0,20}(?:(?:aviso|nota|importante|advertencia|atencion|por favor)[^\n\w]{1,5})?"
    r"(?:aviso legal|(?:(?:aviso|clausula|nota|acuerdo|declaracion) (?:legal )?de )?confidencialidad(?: de|[ ]*[:.\n])|"
    r"(?:el contenido de )?este (?:mensaje|correo|e-mail)|esta mensagem|(?:toda )?la informacion contenida|"
    r"si usted no es el|antes de imprimir|no imprima|piense en el|(?:cuid[ae]|cuidemos|proteja(?:mos)?) el medio|"
    r"disclaimer|nota de descargo)"
)
_DEVICE = re.compile(
    r"(?:^|\n)[ \t]*(?:enviado (?:desde|con|a partir de) (?:mi |el |do |meu )?(?:iphone|ipad|android|celular|movil|"
    r"telefono|dispositivo|samsung|huawei|xiaomi|motorola|outlook|correo|yahoo|galaxy|smartphone)|sent from my|"
    r"(?:obtener|get|obter o) outlook)[\w ]{0,30}\.?(?=\n|$)"
)
_NOTICE_PROOF = re.compile(r"confidencia|destinatari|imprim|medio ambiente|divulga|privilegiad|uso exclusivo")
_CONNECTORS = frozenset({"de", "del", "la", "las", "los", "y", "e", "en", "el", "para", "da", "do", "dos", "das"})
_BEFORE_NUMBERS = frozenset({"anexo", "ext", "tel", "telf", "cel", "fono", "fax", "móvil", "celular", "teléfono"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text between pauses: its place, its sentence's number, and its folded words."""

    start: int
    end: int
    sentence: int
    folded: str


def cleaned(text: str) -> str:
    """The text without quoted lines, invisible characters and emphasis marks; «V°B°» and abbreviations spelt out."""
    text = unicodedata.normalize("NFC", text[:READ_LIMIT]).replace("\r\n", "\n").replace("\r", "\n")
    text = _INVISIBLE.sub("", text).replace("\u00a0", " ").replace("\t", " ")
    lines = [line for line in text.split("\n") if not line.lstrip().startswith(">")]
    text = re.sub(r"[*_`]+", "", "\n".join(lines))
    text = _ABBREVIATION.sub(r"\1 ", _VISTO_BUENO.sub("visto bueno", text))
    return re.sub(r" {2,}", " ", text).strip()


def folded(text: str) -> str:
    """The text in lower case without accents, of the same length."""
    return "".join(_fold(character) for character in text)


def _fold(character: str) -> str:
    if character in "ºª°":
        return character
    lower = unicodedata.normalize("NFKD", character)[0].lower()
    return lower if len(lower) == 1 else character


def without_notice(text: str) -> str:
    """The text without the line of a mobile device, up to a confidentiality or printing notice."""
    if (device := _DEVICE.search(folded(text))) is not None:
        text = (text[: device.start()] + text[device.end() :]).strip()
    low = folded(text)
    for found in islice(_NOTICE.finditer(low), CANDIDATES):
        if found.start() > 0 and _NOTICE_PROOF.search(low, found.start()):
            return text[: found.start()].rstrip()
    return text


def signature_starts(text: str) -> Iterator[int]:
    """Places where a signature may begin: closing formulas first to last, then blocks of names on lines of their own.

    At most `CANDIDATES`, so that a text made of closing formulas costs no more than another.
    """
    return islice(_signature_starts(text), CANDIDATES)


def _signature_starts(text: str) -> Iterator[int]:
    low = folded(text)
    for found in _CLOSER.finditer(low):
        if low[: found.start()].strip():
            yield found.start()
    for block in re.finditer(r"\n+", text):
        rest = [line for line in text[block.end() : block.end() + 1000].split("\n") if line.strip()]
        if rest and len(rest) <= 8 and _names(rest[0]) >= 2 and all(map(_like_a_signature, rest)):
            yield block.start()


def _names(line: str) -> int:
    return sum(word[0].isupper() for word in line.split())


def _like_a_signature(line: str) -> bool:
    """Names and titles with capitals, telephones, addresses: no sentence of prose looks so."""
    words = line.split()
    if len(words) > 10 or line.rstrip().endswith((".", "!", "?", ":")) or line == line.upper():
        return False
    return all(
        word[0].isupper()
        or word.lower() in _CONNECTORS | _BEFORE_NUMBERS
        or any(c in "@0123456789" for c in word)
        or not word.isalpha()
        for word in words
    )


def clauses(text: str, breaks_before: re.Pattern[str]) -> tuple[Clause, ...]:
    """The clauses of the text. `breaks_before` matches, in folded text, a conjunction that opens a new clause."""
    joined = _WRAP.sub(lambda found: " " * len(found.group()), text)
    low = folded(joined)
    found: list[Clause] = []
    for number, (start, end) in enumerate(_pieces(_BREAK, low, 0, len(low))):
        for from_, to in _pieces(_PAUSE, low, start, end):
            cuts = [from_, *(match.start() for match in breaks_before.finditer(low, from_, to)), to]
            for left, right in pairwise(cuts):
                words = re.sub(r"[^\w\s%$°-]+", " ", low[left:right])
                if words.strip():
                    found.append(Clause(left, right, number, re.sub(r"\s+", " ", words).strip()))
    return tuple(found)


def _pieces(separator: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for found in separator.finditer(text, start, end):
        if found.start() > at:
            yield at, found.start()
        at = found.end()
    if at < end:
        yield at, end
