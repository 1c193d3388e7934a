"""A letter of ours to the bytes of a message (RFC 5322, RFC 2045), ready for SMTP.

Every value that reaches a header is checked first: a line end in it would start a header of its own.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from helpdesk.domain.addresses import ascii_domain
from helpdesk.domain.errors import Invalid
from mailbridge.values import Attachment, Mailbox

# Control characters, and the line ends beyond ASCII that some program may take for one.
_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029]")
# Another program's id need not be one (RFC 5322 §3.6.4): what counts is that it can be repeated in a header.
_FOREIGN_ID = re.compile(r"[!-;=?-~]{1,980}\Z")
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,80}/[A-Za-z0-9!#$&^_.+-]{1,80}\Z")
# A name of one word cannot be folded, and no line is longer than 998 octets (RFC 5322 §2.1.1).
_LONGEST_NAME = 200
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_MESSAGE_ID = re.compile(r"[^\s<>@]{1,700}@[^\s<>@]{1,255}\Z")
_COMPOSITE_TYPES = ("multipart", "message")
_FALLBACK_TYPE = "application/octet-stream"
_WIDE = 76


class UnsafeHeader(Invalid, ValueError):
    """Un dato del encabezado de la carta tiene caracteres que ningún encabezado admite: corríjalo."""


@dataclass(frozen=True, slots=True)
class OutgoingLetter:
    """One letter to one recipient. Message ids stand without brackets, `references` oldest first, `date` with a zone.

    `automatic` letters carry Auto-Submitted (RFC 3834 §5), the request for silence that Exchange understands, and
    `loop_mark` in X-Loop; all carry it in X-Helpdesk, by which a letter of ours that comes back is known.
    """

    message_id: str
    sender: Mailbox
    recipient: Mailbox
    reply_to: Mailbox | None
    subject: str
    text: str
    html: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    date: datetime
    automatic: bool
    loop_mark: str
    attachments: tuple[Attachment, ...] = ()


class MailPolicy(EmailPolicy):
    """The standard SMTP policy, but ids are written one a line and never as encoded words.

    The standard one folds a long id into `=?utf-8?q?…?=`, which no mail program threads by.
    """

    ids = frozenset(("references", "in-reply-to", "message-id"))

    def fold(self, name: str, value: Any) -> str:
        """The header as text with line ends."""
        if name.lower() in self.ids:
            return f"{name}: " + (self.linesep + " ").join(str(value).split()) + self.linesep
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as bytes with line ends."""
        if name.lower() in self.ids:
            return self.fold(name, value).encode("ascii", "surrogateescape")
        return super().fold_binary(name, value)


_POLICY = MailPolicy(linesep="\r\n")
# An address with a non-ASCII part before the @ exists in raw UTF-8 only (RFC 6532).
_UTF8_POLICY = _POLICY.clone(utf8=True)


def compose(letter: OutgoingLetter) -> bytes:
    """The letter as a message with CRLF line ends, the same bytes each time.

    Raises `UnsafeHeader` (an `Invalid` and a ValueError) for a line end or control character in any header value, an
    address or id that is none, or a date without a zone.
    """
    policy = _POLICY if _local(letter.recipient).isascii() else _UTF8_POLICY
    message = EmailMessage(policy=policy)
    for name, value in _header(letter):
        message[name] = value
    message.set_content(_wire_text(letter.text), subtype="plain", charset="utf-8", cte=_encoding(letter.text))
    if letter.html is not None:
        message.add_alternative(_wire_text(letter.html), subtype="html", charset="utf-8", cte="quoted-printable")
    for file in letter.attachments:
        _attach(message, file)
    _name_boundaries(message, letter.message_id)
    return message.as_bytes(policy=policy)


def _name_boundaries(message: EmailMessage, message_id: str) -> None:
    """Boundaries made of the id instead of at random: a letter sent once more is the same message to the last byte.

    No encoded line can hold one («=_» is neither quoted-printable nor base64), and nobody knows the id before it left.
    """
    digest = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{digest}_{number}")


def _header(letter: OutgoingLetter) -> list[tuple[str, Any]]:
    if letter.date.tzinfo is None:
        raise UnsafeHeader("La fecha de la carta no tiene zona horaria.")
    fields: list[tuple[str, Any]] = [
        ("Message-ID", _id(letter.message_id)),
        ("Date", format_datetime(letter.date)),
        ("From", _address(letter.sender)),
        ("To", _address(letter.recipient)),
        ("Subject", _safe(letter.subject, "el asunto")),
    ]
    if letter.reply_to is not None:
        fields.append(("Reply-To", _address(letter.reply_to)))
    if letter.in_reply_to is not None:
        fields.append(("In-Reply-To", _foreign_id(letter.in_reply_to)))
    if letter.references:
        fields.append(("References", " ".join(_foreign_id(one) for one in letter.references)))
    mark = _safe(letter.loop_mark, "la marca de bucle")
    fields.append(("X-Helpdesk", mark))
    if letter.automatic:
        fields += [("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"), ("X-Loop", mark)]
    return fields


def _safe(value: str, what: str) -> str:
    if _UNSAFE.search(value):
        raise UnsafeHeader(f"La carta tiene un salto de línea o un carácter de control en {what}: quítelo.")
    return value


def _id(value: str) -> str:
    bare = _safe(value, "el Message-ID").removeprefix("<").removesuffix(">")
    if not _MESSAGE_ID.match(bare) or not bare.isascii():
        raise UnsafeHeader("El Message-ID de la carta no tiene la forma parte@dominio.")
    return f"<{bare}>"


def is_repeatable(identifier: str) -> bool:
    """Whether a letter can name the message of that id as the one it answers."""
    return _FOREIGN_ID.match(identifier) is not None


def _foreign_id(value: str) -> str:
    if not is_repeatable(value):
        raise UnsafeHeader("La carta no puede citar el mensaje que responde por ese Message-ID.")
    return f"<{value}>"


def _address(box: Mailbox) -> Address:
    name, (local, at, domain) = (
        _safe(box.name[:_LONGEST_NAME], "el nombre"),
        _safe(box.address, "la dirección").rpartition("@"),
    )
    try:
        if not local or not at:
            raise ValueError(box.address)
        # The library checks ASCII addresses only: what it would say of a letter beyond ASCII it says of an x.
        checked = Address(name, addr_spec=f"{_BEYOND_ASCII.sub('x', local)}@{ascii_domain(domain)}")
        return checked if local.isascii() else Address(name, username=local, domain=checked.domain)
    except (ValueError, IndexError, AttributeError, MessageError) as error:
        raise UnsafeHeader(f"«{box.address}» no es una dirección de correo: corríjala.") from error


def _local(box: Mailbox) -> str:
    return box.address.rpartition("@")[0]


def _encoding(text: str) -> str:
    """7bit for short plain ASCII lines, which every program shows as typed; quoted-printable for all else."""
    plain = text.isascii() and all(len(line) <= _WIDE for line in text.splitlines())
    return "7bit" if plain else "quoted-printable"


def _wire_text(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8").rstrip("\n") + "\n"


def _attach(message: EmailMessage, file: Attachment) -> None:
    content_type = _safe(file.content_type, "el tipo de un archivo")
    maintype, _, subtype = (content_type if _CONTENT_TYPE.match(content_type) else _FALLBACK_TYPE).partition("/")
    if maintype in _COMPOSITE_TYPES:
        maintype, subtype = _FALLBACK_TYPE.split("/")
    name = _safe(file.filename, "el nombre de un archivo") if file.filename is not None else None
    content_id = f"<{_safe(file.content_id, 'la clave de un archivo')}>" if file.content_id else None
    message.add_attachment(
        file.content,
        maintype=maintype,
        subtype=subtype,
        disposition="inline" if file.inline else "attachment",
        filename=name,
        cid=content_id,
    )
