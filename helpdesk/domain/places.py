"""Programme, region, centre and organ of a request: as the text names them, else those of its mailbox or requester."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from helpdesk.domain.catalogue import Catalogue, MailboxSpec
from helpdesk.domain.folding import STOP_WORDS, fold, stem

Holdings = tuple[tuple[str, str | None], ...]
EXAMPLE = re.compile(r"\s*\(.*?\)\s*$")
GENERIC_HEADS = re.compile(
    r"^(?:organo(?:s)? de (?:linea|apoyo) de(?: la| los)?|(?:direccion|oficina|subsecretaria) (?:general |"
    r"nacional )?(?:de la|de las|de los|del|de)|"
    r"programa (?:de )?|conectamef |centro (?:de servicios )?(?:de )?|coordinacion )\s*"
)
ARTICLES = re.compile(r"^(?:la|el|los|las)\s+")
SHORTEST_ALONE = 5
# «Bío-Bío» and «Bío Bío» are «Biobío».
DOUBLED = re.compile(r"\b([a-z]{3,})[- ]\1\b")
# How Chileans number their regions, by the ISO code without the country.
ROMAN = {
    "TA": "i", "AN": "ii", "AT": "iii", "CO": "iv", "VS": "v", "LI": "vi", "ML": "vii", "BI": "viii", "AR": "ix",
    "LL": "x", "AI": "xi", "MA": "xii", "LR": "xiv", "AP": "xv", "NB": "xvi",
}  # fmt: skip
NUMBERED = re.compile(r"\b(?P<before>[ivx]{1,5})(?: a)? region\b|\bregion (?P<after>[ivx]{1,5})\b")
PUBLIC_WORDS = frozenset({"general", "publico", "publica", "nacional", "santiago"})


def programme_of(catalogue: Catalogue, text: str, holdings: Holdings) -> str | None:
    """Key of the programme: named in the text («Programa Familias», then its bare name), else the requester's own.

    None when none or several are named (R-072: never sent to nobody, never guessed).
    """
    names = tuple((each.key, each.name) for each in catalogue.programmes)
    return _found(fold(text), names, r"programas?(?: de)?(?: las?| los)?", scopes(catalogue, holdings, "programme"))


def region_of(catalogue: Catalogue, text: str, holdings: Holdings, mailbox: MailboxSpec | None = None) -> str | None:
    """Key of the region: «Región de …» in the text, else the mailbox's, the requester's own, or a bare name."""
    names = tuple((each.key, each.name) for each in catalogue.regions)
    own = [mailbox.region] if mailbox and mailbox.region else scopes(catalogue, holdings, "region")
    heads = r"(?:regi[o]n|regional|departamento|coordinacion regional)(?: de| del)?(?: las?| los| el)?:?"
    return _found(fold(text), names, heads, own, own_before_bare=True, numbered=_numbered(catalogue, fold(text)))


def _numbered(catalogue: Catalogue, text: str) -> list[str]:
    """Regions that a text calls by their number («IX Región»)."""
    said = {match["before"] or match["after"] for match in NUMBERED.finditer(text)}
    codes = {each.iso: each.key for each in catalogue.regions if each.iso}
    return [codes[f"CL-{code}"] for code, roman in ROMAN.items() if roman in said and f"CL-{code}" in codes]


def centre_of(catalogue: Catalogue, text: str, holdings: Holdings, mailbox: MailboxSpec | None = None) -> str | None:
    """Key of the service centre: the mailbox's, else «CONECTAMEF …» in the text, the requester's, or a bare name."""
    known = {each.key for each in catalogue.centres}
    if mailbox and mailbox.centre in known:
        return mailbox.centre
    names = tuple((each.key, each.name) for each in catalogue.centres)
    heads = r"(?:conectamef|centro(?: de servicios)?)(?: de)?:?"
    return _found(fold(text), names, heads, scopes(catalogue, holdings, "centre"), own_before_bare=True)


def organ_of(catalogue: Catalogue, text: str, holdings: Holdings) -> str | None:
    """Key of the organ: «órgano de …» in the text, else the requester's own, or a bare name."""
    names = tuple((each.key, each.name) for each in catalogue.organs)
    heads = (
        r"(?:organo(?: de (?:linea|apoyo))?|direccion(?: general| nacional)?|oficina(?: general)?|especialista|"
        r"responsable tecnico)(?: de| del| en)?(?: las?| los| el)?:?"
    )
    own = scopes(catalogue, holdings, "organ")
    folded = fold(text)
    return _found(
        folded, names, r"organo(?: de (?:linea|apoyo))?(?: de| del| en)?(?: las?| los| el)?:?", [], bare=False
    ) or _found(folded, names, heads, own, own_before_bare=True)


def scopes(catalogue: Catalogue, holdings: Holdings, scope: str) -> list[str]:
    """The keys that someone's roles of that scope are bound to."""
    kinds = {role.key: role.scope for role in catalogue.roles}
    return [key for role, key in holdings if key and kinds.get(role) == scope]


def bare_place(name: str) -> str:
    """A name as letters shorten it: «Órgano de línea de Tesorería (ejemplo)» is «tesoreria»."""
    folded = EXAMPLE.sub("", fold(name)).replace("'", "")
    return ARTICLES.sub("", GENERIC_HEADS.sub("", folded)).strip()


def _found(
    text: str,
    names: tuple[tuple[str, str], ...],
    heads: str,
    own: Iterable[str],
    own_before_bare: bool = False,
    bare: bool = True,
    numbered: Iterable[str] = (),
) -> str | None:
    text = DOUBLED.sub(r"\1\1", text.replace("'", ""))
    aliases = _aliases(names)
    headed = _named(text, aliases, rf"(?<![a-z0-9]){heads}\s+", partly=True)
    headed = headed or list(numbered)
    if headed:
        return _single(headed)
    known = [key for key in own if key in aliases]
    if own_before_bare and known:
        return _single(known[:1] if len(set(known)) == 1 else known)
    spoken = _named(text, aliases, r"(?<![a-z0-9])", partly=False) if bare else []
    return _single(spoken) or _single(known)


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


def _named(text: str, aliases: dict[str, list[str]], before: str, partly: bool) -> list[str]:
    """Keys named in the text, the earliest first; a longer name wins over one within it."""
    found: list[tuple[int, int, str]] = []
    for key, (whole, *parts) in aliases.items():
        candidates = (
            [whole, *parts] if partly else [whole, *([parts[0]] if parts and whole.startswith(parts[0]) else [])]
        )
        for name in candidates:
            for match in _spoken(before, name, partly).finditer(text):
                found.append((match.start(), -match.end(), key))
    found.sort()
    kept: list[tuple[int, int, str]] = []
    for start, end, key in found:
        if not any(one <= start and end >= other and start < -other for one, other, _ in kept):
            kept.append((start, end, key))
    return [key for _, _, key in kept]


@lru_cache(maxsize=4096)
def _spoken(before: str, name: str, partly: bool) -> re.Pattern[str]:
    """A name after those words; a single longer one also in another form («tesorero» for «tesorería»)."""
    root = stem(name) if " " not in name and len(name) > SHORTEST_ALONE and partly else name
    ending = r"[a-z]{0,4}" if root != name else ""
    return re.compile(before + re.escape(root) + ending + r"(?![a-z0-9])")


def _single(keys: list[str]) -> str | None:
    """The one key named; None for none or for several."""
    return keys[0] if len(set(keys)) == 1 else None
