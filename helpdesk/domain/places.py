"""Programme, region, centre and organ of a request: as the text names them, else those of its mailbox or requester.

A place decides who is asked to approve, so that nothing is guessed: two regions that do not agree are none, and a bare
name counts only where it is a place, not in a street, in somebody's name or in the lines under a letter (R-072).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from helpdesk.domain.catalogue import Catalogue, MailboxSpec
from helpdesk.domain.folding import STOP_WORDS, composed, fold, plain, stem
from helpdesk.domain.kept import kept
from helpdesk.domain.wording import signature_starts

Holdings = tuple[tuple[str, str | None], ...]
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
# How Chileans number their regions, by the ISO code without the country.
ROMAN = {
    "TA": "i", "AN": "ii", "AT": "iii", "CO": "iv", "VS": "v", "LI": "vi", "ML": "vii", "BI": "viii", "AR": "ix",
    "LL": "x", "AI": "xi", "MA": "xii", "LR": "xiv", "AP": "xv", "NB": "xvi",
}  # fmt: skip
NUMBERED = re.compile(r"\b(?P<before>[ivx]{1,5})(?: a)? region\b|\bregion (?P<after>[ivx]{1,5})\b")
ORDINALS = {
    "primera": "i", "segunda": "ii", "tercera": "iii", "cuarta": "iv", "quinta": "v", "sexta": "vi", "septima": "vii",
    "octava": "viii", "novena": "ix", "decima": "x", "undecima": "xi", "duodecima": "xii",
}  # fmt: skip
ORDINAL = re.compile(rf"\b(?P<ordinal>{'|'.join(ORDINALS)}) region\b")
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


def programme_of(catalogue: Catalogue, text: str, holdings: Holdings) -> str | None:
    """Key of the programme: named in the text («Programa Familias», then its bare name), else the requester's own.

    A bare name of one word is a common noun («familias») and needs its head. None when none or several are named
    (R-072: never sent to nobody, never guessed).
    """
    names = tuple((each.key, each.name) for each in catalogue.programmes)
    heads = r"programas?(?: de)?(?: las?| los)?"
    common = frozenset(key for key, name in names if " " not in bare_place(name))
    return _found(text, names, heads, scopes(catalogue, holdings, "programme"), bare=_titled, headed_only=common)


def region_of(catalogue: Catalogue, text: str, holdings: Holdings, mailbox: MailboxSpec | None = None) -> str | None:
    """Key of the region: «Región de …» in the text, else the mailbox's, the requester's own, or a bare name.

    A mailbox of one region and a requester of another, where the text names none, are no region: a person says it.
    """
    names = tuple((each.key, each.name) for each in catalogue.regions)
    own = scopes(catalogue, holdings, "region")
    if mailbox and mailbox.region:
        own = [mailbox.region, *(() if mailbox.region in own else own)]
    heads = r"(?:regi[o]n|regional|departamento|coordinacion regional)(?: de| del)?(?: las?| los| el)?(?: ?[:|=])?"
    return _found(text, names, heads, own, own_before_bare=True, numbered=_numbered(catalogue, fold(text)))


def _numbered(catalogue: Catalogue, text: str) -> list[str]:
    """Regions that a text calls by their number («IX Región»)."""
    said = {match["before"] or match["after"] for match in NUMBERED.finditer(text)}
    said |= {ORDINALS[match["ordinal"]] for match in ORDINAL.finditer(text)}
    codes = {each.iso: each.key for each in catalogue.regions if each.iso}
    return [codes[f"CL-{code}"] for code, roman in ROMAN.items() if roman in said and f"CL-{code}" in codes]


def centre_of(catalogue: Catalogue, text: str, holdings: Holdings, mailbox: MailboxSpec | None = None) -> str | None:
    """Key of the service centre: the mailbox's, else «CONECTAMEF …» in the text, the requester's, or a bare name."""
    known = {each.key for each in catalogue.centres}
    if mailbox and mailbox.centre in known:
        return mailbox.centre
    names = tuple((each.key, each.name) for each in catalogue.centres)
    heads = r"(?:conectamef|centro(?: de servicios)?)(?: de)?:?"
    return _found(text, names, heads, scopes(catalogue, holdings, "centre"), own_before_bare=True)


def organ_of(catalogue: Catalogue, text: str, holdings: Holdings) -> str | None:
    """Key of the organ: «órgano de …» in the text, else the requester's own, or a bare name."""
    names = tuple((each.key, each.name) for each in catalogue.organs)
    heads = (
        r"(?:organo(?: de (?:linea|apoyo))?|direccion(?: general| nacional)?|oficina(?: general)?|especialista|"
        r"responsable tecnico)(?: de| del| en)?(?: las?| los| el)?:?"
    )
    own = scopes(catalogue, holdings, "organ")
    return _found(
        text, names, r"organo(?: de (?:linea|apoyo))?(?: de| del| en)?(?: las?| los| el)?:?", [], bare=_never
    ) or _found(text, names, heads, own, own_before_bare=True)


def scopes(catalogue: Catalogue, holdings: Holdings, scope: str) -> list[str]:
    """The keys that someone's roles of that scope are bound to."""
    kinds = {role.key: role.scope for role in catalogue.roles}
    return [key for role, key in holdings if key and kinds.get(role) == scope]


def bare_place(name: str) -> str:
    """A name as letters shorten it: «Órgano de línea de Tesorería (ejemplo)» is «tesoreria»."""
    folded = EXAMPLE.sub("", fold(name)).replace("'", "")
    return ARTICLES.sub("", GENERIC_HEADS.sub("", folded)).strip()


@dataclass(frozen=True, slots=True)
class _Words:
    """A text with its halves of names joined; `text` is as written, `plain` folded, position by position."""

    text: str
    plain: str


def _found(
    text: str,
    names: tuple[tuple[str, str], ...],
    heads: str,
    own: Iterable[str],
    own_before_bare: bool = False,
    bare: "BareRule | None" = None,
    numbered: Iterable[str] = (),
    headed_only: frozenset[str] = frozenset(),
) -> str | None:
    aliases = _aliases(names)
    whole = fold(_words(text).plain)
    headed = [*_named(whole, aliases, rf"(?<![a-z0-9]){heads}\s+"), *numbered]
    if headed:
        return _single(headed)
    known = [key for key in own if key in aliases]
    said = _bare(_body(text), names, bare or _is_a_place)
    if own_before_bare and known:
        # A bare name never outweighs an office; it only tells which of two offices is meant.
        return _single(known) or _single([key for key in said if key in known])
    spoken = _single(said)
    return spoken if spoken and spoken not in headed_only else _single(known)


@lru_cache(maxsize=8)
def _words(text: str) -> _Words:
    written = composed(text)
    folded = plain(written)
    cuts = {match.start("between") if match["between"] else match.start() for match in JOINED.finditer(folded)}
    if not cuts:
        return _Words(written, folded)
    kept_at = [index for index in range(len(folded)) if index not in cuts]
    return _Words("".join(written[index] for index in kept_at), "".join(folded[index] for index in kept_at))


@lru_cache(maxsize=8)
def _body(text: str) -> _Words:
    """The text where a bare name may be a place: without the lines under a letter and without streets."""
    words = _words(_without_signatures(text))
    written, folded = words.text, words.plain
    for street in STREET.finditer(folded):
        gap = " " * len(street[0])
        written = written[: street.start()] + gap + written[street.end() :]
        folded = folded[: street.start()] + gap + folded[street.end() :]
    return _Words(written, folded)


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


def _bare(words: _Words, names: tuple[tuple[str, str], ...], counts: "BareRule") -> list[str]:
    """Keys of the places whose name stands alone in the text, where `counts` says that it is one."""
    return [
        key
        for key, spoken in _bare_patterns(names)
        if any(counts(words, match) for match in spoken.finditer(words.plain))
    ]


@kept
def _bare_patterns(names: tuple[tuple[str, str], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
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


def _is_a_place(words: _Words, match: re.Match[str]) -> bool:
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


def _titled(words: _Words, match: re.Match[str]) -> bool:
    """Whether the bare name of a programme is written as a name: with capitals, no «las personas mayores»."""
    written = words.text[match.start() : match.end()].split()
    if not all(word[0].isupper() for word in written if word not in STOP_WORDS):
        return False
    before = words.text[max(0, match.start() - 20) : match.start()]
    return DETERMINER.search(plain(before)) is None


def _never(words: _Words, match: re.Match[str]) -> bool:
    return False


BareRule = Callable[[_Words, "re.Match[str]"], bool]


@lru_cache(maxsize=64)
def _aliases(names: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """For each key its bare name first, then single words that no other has."""
    whole = {key: bare_place(name) for key, name in names}
    count = Counter(word for name in whole.values() for word in set(name.split()))
    return {
        key: [name, *(word for word in name.split() if count[word] == 1 and _tells(word))]
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


def _single(keys: list[str]) -> str | None:
    """The one key named; None for none or for several."""
    return keys[0] if len(set(keys)) == 1 else None
