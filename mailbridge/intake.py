"""The one door: bytes and envelope in, a committed ledger row out. Everything that takes mail calls only this."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.services import ledger
from mailbridge import failpoints
from mailbridge.collisions import repeated
from mailbridge.fingerprint import instant_of, peek, storable

Source = Literal["imap", "lmtp", "pipe", "import"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where a message came in. `key` spells it: the same key in the same mailbox is the same arrival.

    `refused`: (quarantine reason, sentence) for a message of which only the headers are handed over; `size` then
    tells how large it is where it stayed.
    """

    source: Source
    institution_id: int
    mailbox_id: int
    key: str
    sender: str | None
    recipient: str
    received_at: datetime | None = None
    date_header: bool = False
    refused: tuple[str, str] | None = None
    size: int | None = None


@repeated
def accept(envelope: Envelope, raw: bytes, before_commit: Callable[[Session], None] | None = None) -> int:
    """Commits the message to the ledger and gives its number; after that it may be acknowledged.

    `before_commit` joins the transaction (a mailbox's fence). Raises what the database raises: nothing was accepted.
    """
    arrival = described(envelope, raw)
    with transaction() as session:
        row = ledger.accept(session, arrival, raw)
        if before_commit is not None:
            before_commit(session)
        failpoints.reach("intake.before_commit")
        ledger_id = row.id
    failpoints.reach("intake.after_commit")
    return ledger_id


def described(envelope: Envelope, raw: bytes) -> ledger.NewArrival:
    """The arrival with what a look at the bytes tells."""
    seen = peek(raw)
    now = clock.now()
    dated = instant_of(seen.date) if envelope.date_header else None
    return ledger.NewArrival(
        institution_id=envelope.institution_id,
        mailbox_id=envelope.mailbox_id,
        source=envelope.source,
        arrival_key=envelope.key,
        envelope_from=storable(envelope.sender) if envelope.sender else None,
        envelope_to=storable(envelope.recipient),
        fingerprint=seen.fingerprint,
        anchored=seen.anchored,
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw) if envelope.size is None else envelope.size,
        message_id=seen.message_id,
        from_address=seen.from_address,
        subject=seen.subject,
        received_at=dated or envelope.received_at or now,
        refused=envelope.refused,
    )
