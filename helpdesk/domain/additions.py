"""Request types that one centre offers beside the national ones (R-106).

National types apply to every centre: a centre adds types of its own and neither changes nor drops a national one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from helpdesk.domain.catalogue import FORBID_EXTRA, Catalogue, MailboxSpec, RequestType
from helpdesk.domain.consistency import Inconsistency, inconsistencies
from helpdesk.domain.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class Additions:
    """What a centre's file may hold."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    request_types: tuple[RequestType, ...]


def additions_of(catalogue: Catalogue) -> tuple[RequestType, ...]:
    """The types that only one centre offers."""
    return tuple(each for each in catalogue.request_types if each.centre is not None)


def national(catalogue: Catalogue) -> Catalogue:
    """The catalogue without what centres added."""
    added = {each.key for each in additions_of(catalogue)}
    if not added:
        return catalogue
    types = tuple(each for each in catalogue.request_types if each.key not in added)
    return replace(catalogue, request_types=types, mailboxes=tuple(_without(box, added) for box in catalogue.mailboxes))


def with_additions(catalogue: Catalogue, added: Iterable[RequestType]) -> Catalogue:
    """The national types with those of centres behind them; the mailboxes of a centre's team expect its types."""
    types = tuple(added)
    if not types:
        return catalogue
    boxes = tuple(_with(box, types) for box in catalogue.mailboxes)
    return replace(catalogue, request_types=(*catalogue.request_types, *types), mailboxes=boxes)


def of_centre(types: Iterable[RequestType], centre: str) -> tuple[RequestType, ...]:
    """Types as those of a centre."""
    return tuple(replace(each, centre=centre) for each in types)


def added_to(catalogue: Catalogue, centre: str, types: Iterable[RequestType]) -> Catalogue:
    """The catalogue with types of a centre; one that the centre added before is replaced."""
    own = {each.key: each for each in of_centre(types, centre)}
    earlier = {each.key: each for each in additions_of(catalogue)}
    return with_additions(national(catalogue), (earlier | own).values())


def problems(catalogue: Catalogue, centre: str, types: tuple[RequestType, ...]) -> tuple[Inconsistency, ...]:
    """What is wrong with the types that a centre wants to add; places are those of the centre's file."""
    taken = {each.key: each.centre for each in catalogue.request_types if each.centre != centre}
    found = []
    for index, each in enumerate(types):
        if each.key in taken:
            whose = taken[each.key]
            found.append(Inconsistency(("request_types", index, "key"), _taken(catalogue, each.key, whose)))
        if each.centre not in (None, centre):
            reason = f"el archivo es de «{centre}»: quite el centro o escriba ese"
            found.append(Inconsistency(("request_types", index, "centre"), reason))
    return tuple(found) or _unfit(catalogue, centre, types)


def kept(in_force: Catalogue | None, catalogue: Catalogue) -> Catalogue:
    """A national catalogue that is to be published, with what the centres added to the one in force. Raises Conflict
    when a key collides or an addition does not fit any more."""
    base, own = national(catalogue), {each.key: each for each in additions_of(catalogue)}
    earlier = {each.key: each for each in additions_of(in_force)} if in_force is not None else {}
    for each in base.request_types:
        if each.key in earlier:
            centre = catalogue.place_name(earlier[each.key].centre)
            raise Conflict(f"La clave «{each.key}» ya es de un tipo propio de {centre}: elija otra para el nacional.")
    merged = with_additions(base, (earlier | own).values())
    unfit = inconsistencies(merged) if earlier else ()
    if unfit:
        where = ".".join(str(part) for part in unfit[0].place)
        raise Conflict(f"Un tipo que agregó un centro ya no cabe en el catálogo ({where}): {unfit[0].reason}.")
    return merged


def check_offered(catalogue: Catalogue, request_type: RequestType, centre: str | None) -> None:
    """Raises Invalid for a type that another centre alone offers."""
    if request_type.centre not in (None, centre):
        only = catalogue.place_name(request_type.centre)
        sentence = f"«{request_type.name}» se ofrece solo en {only}: elija otro tipo u otro centro."
        raise Invalid(sentence, {"request_type": sentence, "centro": sentence, "place": sentence})


def _taken(catalogue: Catalogue, key: str, centre: str | None) -> str:
    if centre is None:
        return f"«{key}» es un tipo nacional: un centro agrega tipos, no cambia los nacionales"
    return f"«{key}» ya es de {catalogue.place_name(centre)}: elija otra clave"


def _unfit(catalogue: Catalogue, centre: str, types: tuple[RequestType, ...]) -> tuple[Inconsistency, ...]:
    keys = {each.key for each in types}
    others = tuple(each for each in additions_of(catalogue) if each.key not in keys)
    before = with_additions(national(catalogue), others)
    first = len(before.request_types)
    found = []
    for each in inconsistencies(with_additions(before, of_centre(types, centre))):
        place = each.place
        if place[0] == "request_types" and len(place) > 1 and isinstance(place[1], int):
            place = ("request_types", place[1] - first, *place[2:])
        found.append(Inconsistency(place, each.reason))
    return tuple(found)


def _with(box: MailboxSpec, types: tuple[RequestType, ...]) -> MailboxSpec:
    if box.accepts == "*" or box.centre is None:
        return box
    keys = (each.key for each in types if each.centre == box.centre and each.responsible_team == box.team)
    return replace(box, accepts=tuple(dict.fromkeys((*box.accepts, *keys))))


def _without(box: MailboxSpec, added: set[str]) -> MailboxSpec:
    return box if box.accepts == "*" else replace(box, accepts=tuple(key for key in box.accepts if key not in added))
