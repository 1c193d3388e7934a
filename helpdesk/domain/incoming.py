"""What the ticket desk learns of a message that arrived, whatever carried it (mail, later other channels)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

IncomingKind = Literal["letter", "auto_reply", "bounce", "receipt"]
Trust = Literal["T0", "T1", "T2", "T3"]


@dataclass(frozen=True, slots=True)
class Person:
    """A name and a lower-case address as a message gave them."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that came with a message; the bytes lie in the content store under `sha256`, `words` is the beginning of
    its text where it could be read, `held` the danger for which it is set apart (`heldfiles.danger_of`)."""

    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None
    words: str = ""
    held: str = ""


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The message that the sender forwarded (R-164)."""

    sender: Person
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class DeliveryFailure:
    """A bounce: whom our letter did not reach and why (RFC 3464)."""

    recipient: str | None
    status: str | None
    action: str | None
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message for the desk.

    `recipients` are all addresses of To and Cc plus the envelope recipient; `tokens` are the plus-parts of those
    that are addresses of ours. `new_text` is what the sender wrote now, `text` the whole. `trusted_machine` marks
    machine mail of a listed sender, which may open tickets (R-167). `other_text` is what the sender's text says in the
    other of its two forms (plain and HTML), `""` when it has one: some programs show that one.
    """

    ledger_id: int
    institution_id: int
    mailbox_id: int
    kind: IncomingKind
    auto_reason: str
    sender: Person
    reply_to: Person | None
    recipients: tuple[str, ...]
    cc: tuple[Person, ...]
    tokens: tuple[str, ...]
    subject: str
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    sent_at: datetime | None
    received_at: datetime
    text: str
    new_text: str
    html: str | None
    files: tuple[IncomingFile, ...]
    passed_on: PassedOn | None
    failure: DeliveryFailure | None
    trust: Trust
    authentication_failed: bool
    trusted_machine: bool
    other_text: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """One arrival as the reader needs it, outside any transaction. `attempt` counts from 1.

    `accepted_by_hand`: an administrator looked at it and lets it through.
    """

    ledger_id: int
    institution_id: int
    mailbox_id: int
    envelope_from: str | None
    envelope_to: str
    received_at: datetime
    attempt: int
    raw: bytes
    accepted_by_hand: bool = False
