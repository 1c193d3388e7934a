"""What a file's own text says that it is: form codes and titles at the top of its pages (R-019, R-163).

A page speaks for itself only in its first lines, by a line that begins with a code or a title. A letter that lists what
comes with it mentions the same words further down, after «Asunto:» or behind bullets, and is none of them.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from helpdesk.domain.catalogue import RequiredDocument
from helpdesk.domain.folding import fold, fragment_pattern, plain, stems, stems_in_order

PAGE_BREAK = "\f"
HEAD_LINES = 8
FOOT_LINES = 2
LONGEST_TITLE = 110
LISTED = re.compile(r"\s*(?:[-–•*·▪]|\d{1,2}\s?[.)-]\s|[a-z]\)|(?:asunto|ref|referencia|adjunt\w*|anexos|de|para)\b\W)")
COPY_OF = re.compile(r"^copia (?:\w+ )?(?:de la|del|de)\s+")
TITLE_END = re.compile(r"\s+que contiene\b|\s+dirigid[oa]\b|\s+del? (?:la|los|las|el)\b|\s[–—]\s|[,;(]")
NUMBERED = re.compile(r"^(?:anexo|formulario)\s+n?\W*\d+\s*[–—-]\s*")
SEPARATORS = re.compile(r"[\s._–-]+")
# Words that are a title by themselves; others (gad, consulta) stand in every letterhead.
KINDS = frozenset(
    "formulario oficio memorando memorandum acta acuerdo contrato nombramiento declaracion carta convenio delegacion "
    "cedula informe solicitud consentimiento recibo comodato confidencialidad".split()
)
KIND_STEMS = frozenset(stems(" ".join(KINDS)))
WRITTEN_OUT = {
    "ruc": "registro unico de contribuyentes",
    "tdr": "terminos de referencia",
    "cedula": "cedula de ciudadania",
    "comodato": "contrato de comodato",
    "confidencialidad": "acuerdo de confidencialidad",
    "consentimiento": "consentimiento informado",
    "memo": "memorandum",
}
CODE = 3.0
TITLE = 2.0
FRAGMENT = 1.0
LEAST_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Page:
    """How strongly the top of a page says that it is one of the documents (by their place in the list); empty when it
    says nothing. `stems` are those of the whole page."""

    signs: dict[int, float]
    stems: frozenset[str]


def pages(text: str, documents: tuple[RequiredDocument, ...]) -> tuple[Page, ...]:
    """The pages of a file's text, each with what it says that it is."""
    return tuple(
        Page(_signs(page, documents), frozenset(stems(page))) for page in plain(text).split(PAGE_BREAK) if page.strip()
    )


def _signs(page: str, documents: tuple[RequiredDocument, ...]) -> dict[int, float]:
    lines = [line.strip() for line in page.splitlines() if line.strip()]
    head = lines[:HEAD_LINES]
    found = _by_code([*head, *lines[HEAD_LINES:][-FOOT_LINES:]], documents)
    if found:
        return dict.fromkeys(found, CODE)
    for number, line in enumerate(head):
        if LISTED.match(line):
            continue
        titled = _by_title(" ".join(head[number : number + 3]), documents)
        if titled:
            return dict.fromkeys(titled, TITLE)
        begun = _by_fragment(line, documents)
        if begun:
            return dict.fromkeys(begun | _of_the_kind(line, documents), FRAGMENT)
    return {}


def _of_the_kind(line: str, documents: tuple[RequiredDocument, ...]) -> set[int]:
    """The documents that may be what a line begins with («nombramiento»); the rest of the page tells which."""
    kind = stems(line)[:1]
    if not kind or kind[0] not in KIND_STEMS:
        return set()
    return {index for index, each in enumerate(documents) if any(kind[0] in title[:2] for title in _titles(each))}


def _by_code(lines: list[str], documents: tuple[RequiredDocument, ...]) -> set[int]:
    """The documents with the longest of the form codes in the lines."""
    short = [line for line in lines if len(line) <= LONGEST_TITLE and not LISTED.match(line)]
    found = {
        index: len(each.form_code)
        for index, each in enumerate(documents)
        if each.form_code and any(_code_pattern(each.form_code).search(line) for line in short)
    }
    return {index for index, length in found.items() if length == max(found.values())}


@lru_cache(maxsize=512)
def _code_pattern(code: str) -> re.Pattern[str]:
    """The code with whatever separators; one that goes on («F.SI.AS.01-GAD» for F.SI.AS.01) is another code."""
    pieces = [re.escape(piece) for piece in SEPARATORS.split(fold(code)) if piece]
    return re.compile(r"(?<![\w.-])" + r"[\s._–-]*".join(pieces) + r"(?![-.–]?\w)")


def _by_title(opening: str, documents: tuple[RequiredDocument, ...]) -> set[int]:
    """The documents with whose name the lines begin; of several the ones that have most of it."""
    said = stems(opening[: 2 * LONGEST_TITLE])
    shares = {index: _share(said, each) for index, each in enumerate(documents)}
    best = max(shares.values(), default=0.0)
    return {index for index, share in shares.items() if share == best and best > 0}


def _share(said: list[str], document: RequiredDocument) -> float:
    """How many stems of the document's name the lines begin with; 0 when too few of them."""
    best = 0.0
    for title in _titles(document):
        if said[:1] != list(title[:1]):
            continue
        window = said[: len(title) + 3]
        there = sum(word in window for word in title)
        if there >= max(2, LEAST_SHARE * len(title)):
            best = max(best, float(there))
    return best


@lru_cache(maxsize=512)
def _titles(document: RequiredDocument) -> tuple[tuple[str, ...], ...]:
    """What a document's own title may be: its name, the beginning of it, the name of its form."""
    name = COPY_OF.sub("", fold(document.name))
    names = {name, NUMBERED.sub("", name), TITLE_END.split(name)[0], fold(document.template or "")}
    return tuple(found for found in (tuple(stems(each.replace("_", " "))) for each in sorted(names)) if len(found) > 1)


def _by_fragment(line: str, documents: tuple[RequiredDocument, ...]) -> set[int]:
    """The documents with the longest of the catalogue's fragments with which the line begins."""
    if len(line) > LONGEST_TITLE:
        return set()
    lengths = {
        index: max((_length_at_start(line, fold(each).replace("_", " ")) for each in document.match), default=0)
        for index, document in enumerate(documents)
    }
    longest = max(lengths.values(), default=0)
    return {index for index, length in lengths.items() if length == longest and length > 0}


def _length_at_start(line: str, fragment: str) -> int:
    full = WRITTEN_OUT.get(fragment)
    if full is not None and line.startswith(full):
        return len(full)
    if " " not in fragment and fragment not in KINDS:
        return 0
    if fragment_pattern(fragment).match(line):
        return len(fragment)
    wanted, said = stems(fragment), stems(line)
    inserted = len(wanted) > 1 and said[:1] == wanted[:1] and stems_in_order(said[: len(wanted) + 1], fragment)
    return len(fragment) if inserted else 0
