"""Letters in the outbox as a service writes them."""

from datetime import datetime
from itertools import count
from typing import Any

from helpdesk.models.outbox import Letter

numbers = count(1)


def letter(institution_id: int, at: datetime, **changes: Any) -> Letter:
    """A letter to Ana that nobody has sent yet; `changes` are columns that differ."""
    usual: dict[str, Any] = {
        "letter": "acuse",
        "rfc_message_id": f"l{next(numbers)}@mef.example",
        "recipient_name": "Ana",
        "recipient": "ana@x.example",
        "sender_name": "Soporte",
        "sender": "soporte@mef.example",
        "envelope_from": "",
        "references": [],
        "automatic": True,
        "loop_mark": "mef-ec.abc",
        "subject": "Recibimos su solicitud [MEF 1]",
        "text": "Recibimos su solicitud.",
        "files": [],
    }
    return Letter(institution_id=institution_id, created_at=at, **usual | changes)
