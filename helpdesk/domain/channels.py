"""By which channels a type of request may be presented (R-012 to R-014)."""

from collections.abc import Collection

from helpdesk.domain.catalogue import Catalogue, ChannelSpec, RequestType

LABELS = {
    "email": "Correo electrónico",
    "in_person": "Presencial",
    "web_form": "Formulario web",
    "phone": "Teléfono",
    "document_portal": "Portal documental",
    "physical_document": "Documento físico",
    "suggestion_box": "Buzón de sugerencias",
    "internal": "Trámite interno",
    "self_service": "Autoservicio en línea",
}
# A mail is forwarded to its mailbox, and what people do in line they do themselves: nobody registers either by hand.
NOT_BY_HAND = frozenset(("email", "self_service"))
# Who stands before the desk, calls or hands in a paper can be answered there, without an address.
WITHOUT_ADDRESS = frozenset(("in_person", "phone", "physical_document", "suggestion_box"))
# A suggestion may be anonymous.
WITHOUT_NAME = frozenset(("suggestion_box",))


def label(channel: str) -> str:
    """How people read a channel; one that only the catalogue knows reads as its key."""
    return LABELS.get(channel, channel.replace("_", " ").capitalize())


def by_hand(catalogue: Catalogue) -> tuple[str, ...]:
    """The channels of a request that somebody of the staff registers: the usual ones and those of the catalogue."""
    own = (channel.key for request_type in catalogue.request_types for channel in request_type.channels)
    return tuple(key for key in dict.fromkeys((*LABELS, *own)) if key not in NOT_BY_HAND)


def authorised(request_type: RequestType) -> tuple[ChannelSpec, ...]:
    """The channels of the type; where one is exclusive, that one alone (R-014)."""
    return tuple(channel for channel in request_type.channels if channel.exclusive) or request_type.channels


def admits(request_type: RequestType, channel: str) -> bool:
    """Whether the type may be presented by that channel."""
    return channel in {each.key for each in authorised(request_type)}


def ways(catalogue: Catalogue, request_type: RequestType) -> tuple[str, ...]:
    """Where the type may be presented, for people: a line for each channel with its mailbox or office."""
    return tuple(dict.fromkeys(_way(catalogue, channel) for channel in authorised(request_type)))


def refusal(request_type: RequestType, channel: str) -> str:
    """Why the type is not taken by that channel, and which one is right."""
    names = ", ".join(dict.fromkeys(label(each.key) for each in authorised(request_type)))
    only = any(each.exclusive for each in request_type.channels)
    right = f"su único canal autorizado es {names}" if only else f"se recibe por {names}"
    return f"«{request_type.name}» no se atiende por el canal {label(channel)}: {right}."


def only_way(catalogue: Catalogue, request_type: RequestType, channel: str, mailboxes: Collection[str]) -> str:
    """The one authorised channel with its address, for a request of a type with an exclusive channel that came another
    way (R-014, R-160): by another channel, or by mail to other mailboxes than its own. "" where nothing is to be told.
    `mailboxes` are the keys of those to which it was addressed."""
    exclusive = [each for each in request_type.channels if each.exclusive]
    if not exclusive or any(each.key == channel and each.mailbox in (None, *mailboxes) for each in exclusive):
        return ""
    return "; ".join(dict.fromkeys(_named(catalogue, each) for each in exclusive))


def _way(catalogue: Catalogue, channel: ChannelSpec) -> str:
    told = _named(catalogue, channel)
    return f"{told}. {channel.condition}" if channel.condition else told


def _named(catalogue: Catalogue, channel: ChannelSpec) -> str:
    mailbox = next((each.address for each in catalogue.mailboxes if each.key == channel.mailbox), None)
    office = next((each for each in catalogue.offices if each.key == channel.office and each.verified), None)
    where = mailbox or (f"{office.name}, {office.address}" if office else "")
    return f"{label(channel.key)}: {where}" if where else label(channel.key)
