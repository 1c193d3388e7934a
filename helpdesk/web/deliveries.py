"""What became of a letter, in words for the agent."""

import re
from dataclasses import dataclass
from datetime import datetime

from helpdesk.models.outbox import Letter

# label, tone
STATES = {
    "queued": ("en cola", "calm"),
    "sending": ("enviándose", "calm"),
    "dot_sent": ("enviándose", "calm"),
    "accepted": ("entregado al servidor", "done"),
    "deferred": ("se reintentará", "soon"),
    "failed": ("no entregado", "late"),
    "in_doubt": ("entrega en duda, se enviará otra copia", "soon"),
    "kept": ("guardado en la demostración", "calm"),
}
BOUNCED = ("no entregado", "late")
LEFT_IN_DOUBT = ("entrega en duda", "late")
TWICE = "posiblemente enviado dos veces"
# Subject and detail of RFC 3463 §3; the class (4 or 5) shows in the state.
MEANINGS = {
    "1.1": "la dirección no existe",
    "1.2": "el dominio de la dirección no existe",
    "1.3": "la dirección está mal escrita",
    "1.6": "el buzón se mudó",
    "1.10": "el dominio de la dirección no recibe correo",
    "2.1": "el buzón está desactivado",
    "2.2": "el buzón está lleno",
    "2.3": "el correo es más grande de lo que admite el buzón",
    "3.4": "el correo es más grande de lo que admite el servidor",
    "4.1": "el servidor del destinatario no responde",
    "4.4": "no se encuentra el servidor del destinatario",
    "4.7": "el servidor del destinatario no respondió a tiempo",
    "7.1": "el servidor lo rechaza por sus reglas",
}
_CODE = re.compile(r"(?<![\d.])[45]\.(\d{1,3}\.\d{1,3})(?![\d.])")


@dataclass(frozen=True, slots=True)
class DeliveryWords:
    """The state of a letter in words. `at` is when it came about, or when the next try is due; `tone` is calm, done,
    soon or late; `reason` is the server's sentence with what its code means; `resendable` offers the button."""

    label: str
    tone: str
    at: datetime
    reason: str | None
    resendable: bool


def delivery(letter: Letter) -> DeliveryWords:
    """How a letter fares."""
    settled = letter.settled_at is not None
    label, tone = STATES[letter.state]
    if letter.delivery_failed:
        label, tone = BOUNCED
    elif letter.state == "in_doubt" and settled:
        label, tone = LEFT_IN_DOUBT
    if letter.resends:
        label = f"{label}, {TWICE}"
    waits = letter.next_try_at if letter.state in ("deferred", "in_doubt") and not settled else None
    return DeliveryWords(
        label=label,
        tone=tone,
        at=waits or letter.settled_at or letter.claimed_at or letter.created_at,
        reason=explained(letter.delivery_failed or letter.last_error),
        resendable=settled and letter.state in ("failed", "in_doubt"),
    )


def explained(reason: str | None) -> str | None:
    """A server's sentence behind the meaning of its enhanced code, when we know it."""
    code = _CODE.search(reason or "")
    meaning = MEANINGS.get(code.group(1)) if code else None
    return f"{meaning} ({reason})" if meaning else reason
