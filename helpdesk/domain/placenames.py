"""Names of regions, programmes, centres and organs in a text: said with their kind («Región de …»), or alone.

A bare name counts only where it is a place, not in a street, in somebody's name or in the lines under a letter.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from helpdesk.domain.folding import STOP_WORDS, composed, fold, plain, stem
from helpdesk.domain.kept import kept
from helpdesk.domain.wording import signature_starts

Names = tuple[tuple[str, str], ...]
"""Keys of the catalogue with their names."""
EXAMPLE = re.compile(r"\s*\(.*?\)\s*$")
GENERIC_HEADS = re.compile(
    r"^(?:organo(?:s)? de (?:linea|apoyo) de(?: la| los)?|(?:direccion|oficina|subsecretaria) (?:general |"
    r"nacional )?(?:de la|de las|de los|del|de)|"
    r"programa (?:de )?|conectamef |centro (?:de servicios )?(?:de )?|coordinacion )\s*"
)
ARTICLES = re.compile(r"^(?:la|el|los|las)\s+")
SHORTEST_ALONE = 5
# «Bío-Bío» and «Bío Bío» are «Biobío», «O'Higgins» is «OHiggins».
JOINED = re.compile(r"\b(?P<half>[a-z]{3,})(?P<between>[- ])(?P=half)\b|'")
# Words of names that many other names have too.
PUBLIC_WORDS = frozenset(
    {"general", "publico", "publica", "nacional", "santiago", "personas", "libertador", "bernardo"}
)
STREET = re.compile(
    r"\b(?:calle|av|avda|avenida|pasaje|pje|psje|jr|jiron|alameda|paseo|plaza|camino|ruta|carretera|esquina|"
    r"domicilio|domiciliad[oa]s?|direccion(?= ?:))\b\.?:?[^,;\n]{0,80}"
)
HOUSE_NUMBER = re.compile(r",?\s+(?:n\W{0,3}|#\s?)?(?!(?:19|20)\d\d\b)\d{2,5}\b")
CLOSING = re.compile(
    r"\s*(?:(?:les?|lo|la|se) )?(?:(?:muy )?(?:atentamente|atte|cordialmente|respetuosamente)|saluda|saludos|"
    r"(?:un |mis )?cordial(?:es)? saludos?|se despide)\b"
)
LONGEST_LINE_UNDER_A_LETTER = 9
# A place after these words is one: «en Ñuble», «Municipalidad de Tomé», «SENAMA Aysén».
OFFICES = (
    "municipalidad|municipio|muni|gobernacion|delegacion|seremi|oficina|sede|comuna|ciudad|provincia|servicio|equipo|"
    "agencia|coordinacion|conectamef|centro|zona|isla|ilustre|intendencia"
)
PLACED = re.compile(rf"\b(?:en|desde|hacia|hasta|para|{OFFICES}|(?:{OFFICES})\s+(?:de|del))(?:\s+(?:la|el))?\s+$")
OF_PLACE = re.compile(r"\b(?:de|del|a)(?:\s+(?:la|el))?\s+$")
HONORIFIC = re.compile(r"\b(?:sra?|srta|don|dona|senora?|senorita|dra?|ing|lic|econ|abg)\.?\s+$")
WORD_BEFORE = re.compile(r"(?P<word>[^\W\d_]+)[ ]+(?:(?:de|la|las|los|el|del)[ ]+)*$", re.IGNORECASE)
WORD_AFTER = re.compile(r"[ ]+(?P<word>[^\W\d_]{2,})")
# Names with a plural article are common nouns without it: «los Ríos» is no «ríos».
PLURAL = re.compile(r"^(?:los|las) ")
# «Las Personas Mayores» are people, no programme.
DETERMINER = re.compile(r"\b(?:las?|los?|el|un[oa]s?|sus?|nuestr[oa]s|otr[oa]s|es[ao]s|est[ao]s|much[ao]s|\d+)\s+$")


@dataclass(frozen=True, slots=True)
class Words:
    """A text with its halves of names joined; `text` is as written, `plain` folded, position by position."""

    text: str
    plain: str


BareRule = Callable[[Words, "re.Match[str]"], bool]


def headed(text: str, names: Names, heads: str) -> list[str]:
    """Keys whose name stands behind one of the words of `heads`, in order; a longer name wins over one within it."""
    return _named(fold(_words(text).plain), _aliases(names), rf"(?<![a-z0-9]){heads}\s+")


def bare(text: str, names: Names, counts: BareRule) -> list[str]:
    """Keys whose name stands alone in the text, where `counts` says that it means one."""
    words = _body(text)
    return [
        key
        for key, spoken in _bare_patterns(names)
        if any(counts(words, match) for match in spoken.finditer(words.plain))
    ]


def bare_place(name: str) -> str:
    """A name as letters shorten it: «Órgano de línea de Tesorería (ejemplo)» is «tesoreria»."""
    folded = EXAMPLE.sub("", fold(name)).replace("'", "")
    return ARTICLES.sub("", GENERIC_HEADS.sub("", folded)).strip()


@lru_cache(maxsize=8)
def _words(text: str) -> Words:
    written = composed(text)
    folded = plain(written)
    cuts = {match.start("between") if match["between"] else match.start() for match in JOINED.finditer(folded)}
    if not cuts:
        return Words(written, folded)
    kept_at = [index for index in range(len(folded)) if index not in cuts]
    return Words("".join(written[index] for index in kept_at), "".join(folded[index] for index in kept_at))


@lru_cache(maxsize=8)
def _body(text: str) -> Words:
    """The text where a bare name may be a place: without the lines under a letter and without streets."""
    words = _words(_without_signatures(text))
    written, folded = words.text, words.plain
    for street in STREET.finditer(folded):
        gap = " " * len(street[0])
        written = written[: street.start()] + gap + written[street.end() :]
        folded = folded[: street.start()] + gap + folded[street.end() :]
    return Words(written, folded)


def _without_signatures(text: str) -> str:
    """The text without the lines under a closing formula, and without a block of names at its end."""
    block = next((start for start in signature_starts(text) if text[start] == "\n"), len(text))
    told, under_letter = [], False
    for line in text[:block].split("\n"):
        if CLOSING.match(plain(line)):
            under_letter = True
        elif under_letter and len(line.split()) > LONGEST_LINE_UNDER_A_LETTER:
            under_letter = False
        if not under_letter:
            told.append(line)
    return "\n".join(told)


@kept
def _bare_patterns(names: Names) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """For each key what its bare name looks like; one within another's longer name is not it."""
    wholes = {key: _with_plural_article(name) for key, name in names}
    found = []
    for key, (whole, *parts) in _aliases(names).items():
        first = [parts[0]] if parts and whole.startswith(parts[0]) and wholes[key] == whole else []
        others = [name for name in wholes.values() if wholes[key] != name and wholes[key] in name]
        inside = "".join(f"(?!{re.escape(name)})" for name in others if name.startswith(wholes[key]))
        spelled = "|".join(re.escape(name) for name in (wholes[key], *first)).replace(r"\ ", r"\s+")
        found.append((key, re.compile(rf"(?<![a-z0-9]){inside}(?:{spelled})(?![a-z0-9])")))
    return tuple(found)


def _with_plural_article(name: str) -> str:
    folded = EXAMPLE.sub("", fold(name)).replace("'", "")
    return folded if PLURAL.match(folded) else bare_place(name)


def is_a_place(words: Words, match: re.Match[str]) -> bool:
    """Whether a bare name is a place: no house of a street, no part of somebody's name."""
    before = words.plain[max(0, match.start() - 40) : match.start()]
    if HOUSE_NUMBER.match(words.plain, match.end()) or HONORIFIC.search(before):
        return False
    if PLACED.search(before):
        return True
    if _is_name_word(WORD_AFTER.match(words.text, match.end())):
        return False
    line_start = words.text.rfind("\n", 0, match.start()) + 1
    line_end = words.text.find("\n", match.end())
    line = words.text[line_start : line_end if line_end >= 0 else len(words.text)]
    of_place = bool(OF_PLACE.search(before)) and not PLURAL.match(match[0])
    if line == line.upper():
        return of_place
    return of_place or not _is_name_word(WORD_BEFORE.search(words.text, line_start, match.start()))


def _is_name_word(found: re.Match[str] | None) -> bool:
    """Whether the word beside a name is written as people's names are: «María», not «para» or «FOSIS»."""
    return found is not None and found["word"][0].isupper() and not found["word"].isupper()


def is_titled(words: Words, match: re.Match[str]) -> bool:
    """Whether the bare name of a programme is written as a name: with capitals, no «las personas mayores»."""
    written = words.text[match.start() : match.end()].split()
    if not all(word[0].isupper() for word in written if word not in STOP_WORDS):
        return False
    before = words.text[max(0, match.start() - 20) : match.start()]
    return DETERMINER.search(plain(before)) is None


@lru_cache(maxsize=64)
def _aliases(names: Names) -> dict[str, list[str]]:
    """For each key its bare name first, then single words that no other has."""
    whole = {key: bare_place(name) for key, name in names}
    count = Counter(word for name in whole.values() for word in set(name.split()))
    return {
        key: [
            name,
            *([key] if key.isalpha() and key != name and len(key) >= SHORTEST_ALONE else ()),
            *(word for word in name.split() if count[word] == 1 and _tells(word)),
        ]
        for key, name in whole.items()
    }


def _tells(word: str) -> bool:
    return len(word) >= SHORTEST_ALONE - 1 and word not in STOP_WORDS and word not in PUBLIC_WORDS


def _named(text: str, aliases: dict[str, list[str]], before: str) -> list[str]:
    """Keys named in the text, the earliest first; a longer name wins over one within it."""
    found: list[tuple[int, int, str]] = []
    for key, candidates in aliases.items():
        for name in candidates:
            for match in _spoken(before, name).finditer(text):
                found.append((match.start(), -match.end(), key))
    found.sort()
    kept_spans: list[tuple[int, int, str]] = []
    for start, end, key in found:
        if not any(one <= start and end >= other and start < -other for one, other, _ in kept_spans):
            kept_spans.append((start, end, key))
    return [key for _, _, key in kept_spans]


@lru_cache(maxsize=4096)
def _spoken(before: str, name: str) -> re.Pattern[str]:
    """A name after those words; a single longer one also in another form («tesorero» for «tesorería»)."""
    root = stem(name) if " " not in name and len(name) > SHORTEST_ALONE else name
    ending = r"[a-z]{0,4}" if root != name else ""
    return re.compile(before + re.escape(root) + ending + r"(?![a-z0-9])")
