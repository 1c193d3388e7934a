"""What two copies of one message have in common, read from the bytes without understanding the message.

Runs before a message is accepted, so it must never fail and never be slow, whatever the bytes are.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import parseaddr, parsedate_to_datetime

HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
LINE_END = re.compile(rb"\r\n|\r|\n")
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
LONGEST_VALUE = 2000
LONGEST_HEADER = 200_000


@dataclass(frozen=True, slots=True)
class Peek:
    """The little that is read of a message at intake.

    `fingerprint` covers From, Date, Message-ID, Subject and the canonical body, no trace fields. `anchored` tells
    that the message names itself by Message-ID or Date: without both, two equal messages may be two events.
    """

    fingerprint: str
    anchored: bool
    message_id: str | None
    from_address: str | None
    subject: str | None
    date: str | None


def peek(raw: bytes) -> Peek:
    """Reads the first From, Date, Message-ID and Subject and hashes them with the body. Never raises."""
    head, body = split(raw)
    fields = first_values(head)
    digest = hashlib.sha256()
    for name in (b"from", b"date", b"message-id", b"subject"):
        value = b" ".join(fields.get(name, b"").split())
        digest.update(b"%d:" % len(value) + value)
    digest.update(canonical(body))
    message_id = fields.get(b"message-id", b"").strip().strip(b"<>")
    address = storable(parseaddr(legible(fields.get(b"from", b"")))[1].lower())
    return Peek(
        fingerprint=digest.hexdigest(),
        anchored=bool(message_id or fields.get(b"date", b"").strip()),
        message_id=plain(message_id) or None,
        from_address=address if "@" in address else None,
        subject=legible(fields[b"subject"]) if b"subject" in fields else None,
        date=plain(fields[b"date"]) if b"date" in fields else None,
    )


def split(raw: bytes) -> tuple[bytes, bytes]:
    """Header block and body, parted at the first empty line (any line ends)."""
    found = HEADER_END.search(raw)
    return (raw, b"") if found is None else (raw[: found.start()], raw[found.end() :])


def first_values(head: bytes) -> dict[bytes, bytes]:
    """The first value of each field, unfolded, by lower-case name; only the first 200 kB are looked at."""
    values: dict[bytes, bytes] = {}
    name: bytes | None = None
    for line in LINE_END.split(head[:LONGEST_HEADER].removeprefix(b"\xef\xbb\xbf")):
        if line[:1] in (b" ", b"\t"):
            if name is not None and len(values[name]) < LONGEST_VALUE:
                values[name] += b" " + line.strip()
            continue
        found = FIELD.match(line)
        name = None
        if found and found[1].lower() not in values:
            name = found[1].lower()
            values[name] = found[2].strip()
    return values


def canonical(body: bytes) -> bytes:
    """The body as every carrier leaves it: line ends as LF, no blanks at line ends, no empty lines at the end."""
    return b"\n".join(line.rstrip(b" \t") for line in body.splitlines()).rstrip(b"\n")


def plain(value: bytes) -> str:
    """The bytes as a line of text: UTF-8 or Latin-1."""
    cut = value[:LONGEST_VALUE]
    try:
        text = cut.decode("utf-8")
    except UnicodeDecodeError:
        text = cut.decode("latin-1")
    return storable(text)


def legible(value: bytes) -> str:
    """A field value for the operator's list, encoded words decoded where that works."""
    text = plain(value)
    if "=?" not in text:
        return text
    try:
        return storable(str(make_header(decode_header(text))))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return text


def storable(text: str) -> str:
    """The text as PostgreSQL keeps and indexes it: no NUL, no half of a surrogate pair, at most 2,000 bytes.

    A message that cannot be written down is never accepted, and would hold up its mailbox for ever.
    """
    whole = text.replace("\x00", "").encode("utf-8", "replace")
    return whole[:LONGEST_VALUE].decode("utf-8", "ignore").strip()


def instant_of(date: str | None) -> datetime | None:
    """The instant that a Date field names (aware), None when it names none."""
    try:
        found = parsedate_to_datetime(date or "")
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
