"""What the mail bridge says about one message, as values that never change.

`ParsedMail` is what was read, `Verdict` what was decided about it. Mail words (MIME, header, part) stop here: the
ticket desk sees `helpdesk.domain.incoming.Incoming`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AutoKind = Literal["none", "auto-reply", "auto-generated", "bounce", "report", "list"]
Crypto = Literal["none", "smime-signed", "smime-encrypted", "pgp-signed", "pgp-encrypted"]
VerdictKind = Literal["letter", "bounce", "automatic", "own", "bulk", "quarantine"]
Trust = Literal["T0", "T1", "T2", "T3"]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address with its decoded display name (RFC 5322 mailbox); `name` is `""` when there is none."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A leaf part that is not shown as text. `content` holds the decoded bytes."""

    filename: str | None
    content_type: str
    content: bytes
    inline: bool
    content_id: str | None


@dataclass(frozen=True, slots=True)
class Auto:
    """Whether a machine wrote the message and by which header or rule this was decided (RFC 3834)."""

    is_auto: bool
    kind: AutoKind
    reason: str


@dataclass(frozen=True, slots=True)
class Bounce:
    """The first recipient of a delivery status notification (RFC 3464); unknown facts are None."""

    action: str | None
    status: str | None
    final_recipient: str | None
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The innermost message that the sender passed on, from a quoted header block or a nested message/rfc822.

    `attachments` are the files inside the nested one; those beside a quoted block are the outer message's own.
    """

    sender: Mailbox
    subject: str | None
    text: str
    message_id: str | None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """All that `mail parse` promises (docs: mail-parse contract) plus what routing needs.

    `sender` is the contract's `from`. `reply` is the sender's new text. `forwarded` is set when the message passes
    another one on. `authentication_results` holds the raw field values, topmost first.
    `other_reply` is the new text of the form that was not read where a text has two (plain and HTML).
    `loop_marks` are the values of all X-Helpdesk and X-Loop fields (lists add their own), `loop_mark` the first,
    `looped` those of X-Loop alone.
    """

    sender: Mailbox | None
    senders: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    subject: str | None
    date: datetime | None
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    text: str
    reply: str
    html_sanitized: str | None
    attachments: tuple[Attachment, ...]
    auto: Auto
    bounce: Bounce | None
    crypto: Crypto
    defects: tuple[str, ...]
    forwarded: Forwarded | None
    return_path: str | None
    authentication_results: tuple[str, ...]
    hops: int
    loop_mark: str | None
    loop_marks: tuple[str, ...] = ()
    other_reply: str = ""
    looped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with a message, decided once at intake and stored with it.

    `reason` names the rule (for `quarantine`: a word of the closed list in `helpdesk.domain.incoming`).
    """

    kind: VerdictKind
    reason: str
    trust: Trust
