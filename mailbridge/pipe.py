"""The pipe door: one message on standard input, the exit status of sysexits.h as the answer."""

import hashlib
from typing import BinaryIO

from sqlalchemy.exc import DBAPIError

from helpdesk.db import transaction
from helpdesk.domain.errors import Unavailable
from helpdesk.queries import mailboxes
from mailbridge import failpoints, intake
from mailbridge.limits import MAX_MESSAGE_BYTES

ACCEPTED = 0
REFUSED = 65
TRY_AGAIN = 75


def ingest(stream: BinaryIO, recipient: str, sender: str | None) -> tuple[int, str]:
    """Takes the message of `stream` in; gives exit status and one sentence. Needs an application context.

    0: committed. 65: never will be (over the size, empty, no such mailbox). 75: nothing was stored, try again.
    """
    raw = stream.read(MAX_MESSAGE_BYTES + 1)
    if len(raw) > MAX_MESSAGE_BYTES:
        return REFUSED, f"The message is larger than {MAX_MESSAGE_BYTES // 2**20} MB: send it in parts."
    if not raw.strip():
        return REFUSED, "There is no message on standard input."
    try:
        with transaction() as session:
            door = mailboxes.find(session, recipient)
        if door is None:
            return REFUSED, f"{recipient} is not a mailbox of this helpdesk: see «helpdesk mailbox list»."
        envelope = intake.Envelope(
            "pipe", door.institution_id, door.mailbox_id, key_of(raw, recipient), sender, recipient
        )
        failpoints.reach("pipe.before_accept")
        ledger_id = intake.accept(envelope, raw)
    except (DBAPIError, Unavailable) as error:
        return TRY_AGAIN, f"The message could not be stored, try again later: {str(error).splitlines()[0]}"
    failpoints.reach("pipe.before_exit")
    return ACCEPTED, f"Accepted as arrival {ledger_id}."


def key_of(raw: bytes, recipient: str) -> str:
    """The arrival's key: the same bytes for the same recipient are the same arrival, so a repeated try is safe."""
    return f"{hashlib.sha256(raw).hexdigest()}:{recipient.lower()}"
