"""Programme, region, centre and organ of a request: as the text names them, else those of its mailbox or requester.

A place decides who is asked to approve, so that nothing is guessed: two regions that do not agree are none (R-072).
"""

import re

from helpdesk.domain.catalogue import Catalogue, MailboxSpec
from helpdesk.domain.folding import fold
from helpdesk.domain.placenames import Names, bare, bare_place, headed, is_a_place, is_titled

Holdings = tuple[tuple[str, str | None], ...]
PROGRAMME = r"programas?(?: de)?(?: ?[:|=])?(?: las?| los)?"
# Calls are named after their programme; what a letter calls its programme counts before.
CALL = r"convocatoria(?: estandar| nacional)?(?: ?[:|=])?"
REGION = r"(?:region|regional|departamento|coordinacion regional)(?: de| del)?(?: ?[:|=])?(?: las?| los| el)?"
CENTRE = r"(?:conectamef|centro(?: de servicios)?)(?: de)?:?"
ORGAN_ITSELF = r"organo(?: de (?:linea|apoyo))?(?: de| del| en)?(?: las?| los| el)?:?"
ORGAN = (
    r"(?:organo(?: de (?:linea|apoyo))?|direccion(?: general| nacional)?|oficina(?: general)?|especialista|"
    r"responsable tecnico)(?: de| del| en)?(?: las?| los| el)?:?"
)
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


def programme_of(catalogue: Catalogue, text: str, holdings: Holdings) -> str | None:
    """Key of the programme: named in the text («Programa Familias», then the call, then its bare name), else the
    requester's own.

    A bare name of one word is a common noun («familias») and needs its head. None when none or several are named
    (R-072: never sent to nobody, never guessed).
    """
    names = tuple((each.key, each.name) for each in catalogue.programmes)
    said = headed(text, names, PROGRAMME) or headed(text, names, CALL)
    if said:
        return _single(said)
    spoken = _single(bare(text, names, is_titled))
    own = _single(scopes(catalogue, holdings, "programme"))
    return spoken if spoken and " " in bare_place(dict(names)[spoken]) else own


def region_of(catalogue: Catalogue, text: str, holdings: Holdings, mailbox: MailboxSpec | None = None) -> str | None:
    """Key of the region: «Región de …» in the text, else the mailbox's, the requester's own, or a bare name.

    A mailbox of one region and a requester of another, where the text names none, are no region: a person says it.
    """
    names = tuple((each.key, each.name) for each in catalogue.regions)
    said = [*headed(text, names, REGION), *_numbered(catalogue, fold(text))]
    own = scopes(catalogue, holdings, "region")
    if mailbox and mailbox.region:
        own = [mailbox.region, *(() if mailbox.region in own else own)]
    return _single(said) if said else _own_or_bare(text, names, own)


def _numbered(catalogue: Catalogue, text: str) -> list[str]:
    """Regions that a text calls by their number («IX Región»)."""
    said = {match["before"] or match["after"] for match in NUMBERED.finditer(text)}
    said |= {ORDINALS[match["ordinal"]] for match in ORDINAL.finditer(text)}
    codes = {each.iso: each.key for each in catalogue.regions if each.iso}
    return [codes[f"CL-{code}"] for code, roman in ROMAN.items() if roman in said and f"CL-{code}" in codes]


def centre_of(catalogue: Catalogue, text: str, holdings: Holdings, mailbox: MailboxSpec | None = None) -> str | None:
    """Key of the service centre: the mailbox's, else «CONECTAMEF …» in the text, the requester's, or a bare name."""
    if mailbox and mailbox.centre in {each.key for each in catalogue.centres}:
        return mailbox.centre
    names = tuple((each.key, each.name) for each in catalogue.centres)
    said = headed(text, names, CENTRE)
    return _single(said) if said else _own_or_bare(text, names, scopes(catalogue, holdings, "centre"))


def organ_of(catalogue: Catalogue, text: str, holdings: Holdings) -> str | None:
    """Key of the organ: «órgano de …» in the text, else the requester's own, or a bare name."""
    names = tuple((each.key, each.name) for each in catalogue.organs)
    itself = _single(headed(text, names, ORGAN_ITSELF))
    if itself:
        return itself
    said = headed(text, names, ORGAN)
    return _single(said) if said else _own_or_bare(text, names, scopes(catalogue, holdings, "organ"))


def scopes(catalogue: Catalogue, holdings: Holdings, scope: str) -> list[str]:
    """The keys that someone's roles of that scope are bound to."""
    kinds = {role.key: role.scope for role in catalogue.roles}
    return [key for role, key in holdings if key and kinds.get(role) == scope]


def _own_or_bare(text: str, names: Names, own: list[str]) -> str | None:
    """The one office known, else the one bare name. A bare name never outweighs an office; of two offices that do not
    agree it tells which is meant."""
    known = [key for key in own if key in dict(names)]
    sole = _single(known)
    if sole:
        return sole
    said = bare(text, names, is_a_place)
    return _single([key for key in said if not known or key in known])


def _single(keys: list[str]) -> str | None:
    """The one key named; None for none or for several."""
    return keys[0] if len(set(keys)) == 1 else None
