"""By which way the answer that ends a request may leave (R-015, R-046)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from helpdesk.domain.catalogue import RequestType
from helpdesk.domain.channels import label

Way = Literal["mail", "in_person", "phone", "paper", "portal", "internal"]
WAY_LABELS: dict[str, str] = {
    "in_person": "En persona",
    "phone": "Por teléfono",
    "paper": "En papel",
    "portal": "Por el portal documental",
    "internal": "En el mismo trámite interno",
}
"""The ways other than mail, which the answer of the desk itself takes."""

# The ways in which an answer goes back by the channel of the request. A channel that is not named takes any: nothing
# goes back into a box of suggestions, and what people do in line they have done.
WAYS_BACK: dict[str, frozenset[Way]] = {
    "email": frozenset(("mail",)),
    "web_form": frozenset(("mail",)),
    "in_person": frozenset(("in_person", "paper")),
    "physical_document": frozenset(("in_person", "paper")),
    "phone": frozenset(("phone",)),
    "document_portal": frozenset(("portal",)),
    "internal": frozenset(("internal", "mail")),
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer left otherwise than by mail. `reason`: why by another channel than the request's; on paper,
    who collected it and on which day (R-046)."""

    way: Way
    reason: str = ""
    collected_by: str = ""
    collected_on: date | None = None


def needs_reason(request_type: RequestType | None, channel: str, way: Way) -> bool:
    """Whether an answer that leaves that way must say why: its type answers by the same channel, and it does not; or
    its closing mail tells of the work done, and there is no mail (R-037)."""
    if request_type is None:
        return False
    if request_type.closure.content:
        return way != "mail"
    if request_type.closure.method != "same_channel":
        return False
    return channel in WAYS_BACK and way not in WAYS_BACK[channel]


def asks_reason(request_type: RequestType | None, channel: str) -> str:
    """The sentence that asks for the reason."""
    if request_type is not None and request_type.closure.content:
        return f"Este servicio termina con un correo con los {request_type.closure.content}: escriba por qué no sale."
    return (
        f"La solicitud llegó por el canal {label(channel)} y la respuesta sale por el mismo: para responder por otro, "
        "escriba el motivo."
    )


def objections(delivery: Delivery, received_on: date, today: date) -> dict[str, str]:
    """What is wrong with a delivery, by field: a paper names who collected it and when, between reception and today."""
    if delivery.way != "paper":
        return {}
    wrong = {}
    if not delivery.collected_by.strip():
        wrong["collected_by"] = "Escriba quién retiró la respuesta."
    if delivery.collected_on is None:
        wrong["collected_on"] = "Escriba qué día se retiró la respuesta."
    elif not received_on <= delivery.collected_on <= today:
        wrong["collected_on"] = "La fecha de retiro va desde la recepción de la solicitud hasta hoy."
    return wrong


def told(note: str, delivery: Delivery) -> str:
    """How the request was answered, in sentences, as the route shows it."""
    parts = [f"{WAY_LABELS.get(delivery.way, delivery.way)}: {note.strip()}"]
    if delivery.way == "paper" and delivery.collected_on is not None:
        parts.append(f"Lo retiró {delivery.collected_by.strip()} el {delivery.collected_on:%d/%m/%Y}.")
    if delivery.reason.strip():
        parts.append(f"Por otro canal porque: {delivery.reason.strip()}")
    return " ".join(parts)
