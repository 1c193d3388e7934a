"""Whether one message asks for several things (R-159): numbered, added («además solicito …») or in its subject."""

import re

from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.folding import stems
from helpdesk.domain.matchwords import SAME_STEMS, SEVERAL_WORDS, Message, asked, is_opposed, speaks, strengths

EVIDENCE = 1.0
REQUEST_VERB = (
    r"(?:solicit|requer|requier|necesit|pido|pedim|agradec|rueg|rog|favor|quisi|quier|dese|registr|"
    r"hay que|sirva|tramit)"
)
ADDED = re.compile(
    rf"\b(?:ademas|asimismo|asi mismo|tambien|adicionalmente|por otr[ao] (?:parte|lado)|igualmente|de igual "
    rf"(?:manera|forma)|aprovech\w+)\b(?=.{{0,60}}{REQUEST_VERB})"
)
# «2. Ejecutor: Municipalidad de …» in a list of data asks for nothing.
LABELLED_DATUM = re.compile(r"\s*[^:.]{2,60}:\s")
ITEM = re.compile(r"(?:(?<=\s)|^)(?:\d{1,2}|[a-h]|primero|segundo|tercero)\s*(?:[).]-?|°)\s(?=\D)")
SEVERAL = re.compile(
    r"\b(?:dos|2|tres|3|varias|varios)\s+(?:cosas|solicitudes|tramites|requerimientos|pedidos|gestiones|"
    r"peticiones|temas)\b"
)


def requests_in(
    catalogue: Catalogue, message: Message, named: tuple[RequestType, ...], rivals: frozenset[str]
) -> set[str]:
    """The types of a message that asks for more than one thing; fewer than two when it does not.

    `named` are the types whose words stand in the subject, `rivals` the keys of those that are strong enough beside
    the strongest.
    """
    if len(rivals) > 1 and not _is_within(named):
        return _unexplained(catalogue, message, set(rivals))
    items = _item_types(catalogue, ITEM.split(message.body))
    if len(items) > 1 and (is_announced(message) or len(ITEM.findall(message.body)) > 1):
        return _unexplained(catalogue, message, items)
    added = _item_types(catalogue, ADDED.split(f"{message.subject}. {message.body}"), cumulative=True)
    return _unexplained(catalogue, message, added) if len(added) > 1 else set()


def is_announced(message: Message) -> bool:
    """Whether a message says itself that it asks for several things («dos cosas»)."""
    return SEVERAL.search(f"{message.subject} {message.body}") is not None


def _unexplained(catalogue: Catalogue, message: Message, keys: set[str]) -> set[str]:
    """Those of several types that say more than another's name does.

    «Activar usuario» in a request for «Activación/Desactivación de Usuarios por Ausencia Temporal» is part of it.
    """
    text = f"{message.subject} . {message.body}"
    found = set()
    for key in keys:
        others = [set(stems(catalogue.request_type(other).name)) for other in keys - {key}]
        said = [each for each in catalogue.request_type(key).match.any if speaks(text, each)]
        if not any(all(set(stems(each)) <= name for each in said) for name in others):
            found.add(key)
    return found


def _is_within(named: tuple[RequestType, ...]) -> bool:
    """Whether one rival's fragments are all part of another's («convocatoria» in «convocatoria nacional»)."""
    fragments = [set(each.match.any) for each in named]
    return any(one < other for one in fragments for other in fragments)


def _item_types(catalogue: Catalogue, parts: list[str], cumulative: bool = False) -> set[str]:
    """The type that each part asks for; `cumulative`: what came before may speak against a type too.

    «Solicitud de usuario y clave … Además, desactivar al anterior» is one request: where what came before speaks
    against a type, one word for it is not enough.
    """
    found = set()
    for index, part in enumerate(parts):
        if LABELLED_DATUM.match(part) and not re.search(REQUEST_VERB, part):
            continue
        heard = " ".join(parts[: index + 1]) if cumulative else part
        part_stems = tuple(stems(part))
        able = [each for each in catalogue.request_types if not is_opposed(each, part)]
        best = max(able, key=lambda each: asked(each, part, part_stems), default=None)
        if best is None:
            continue
        strongest = max(strengths(best, part, part_stems))
        if strongest >= SEVERAL_WORDS or (
            strongest >= SAME_STEMS and not is_opposed(best, heard) and asked(best, part, part_stems) >= EVIDENCE
        ):
            found.add(best.key)
    return found
