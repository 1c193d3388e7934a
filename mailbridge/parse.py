"""One message from raw bytes to `ParsedMail`. Never raises, whatever the bytes are.

mail-parser reads the header block (and tells what is wrong with it); parts, charsets and texts are our own walk,
because mail-parser mixes nested messages into the text and gives up on bad base64.
"""

import codecs
import re
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

import mailparser

from mailbridge import authors, automatic, bodies, bounces, headers, limits, parts, quoting, subjects, words
from mailbridge.values import Attachment, Auto, Forwarded, Mailbox, ParsedMail

UNREADABLE = "parse_error"
EMPTY = "empty-message"
LOOP_FIELDS = ("x-helpdesk", "x-loop")

Value = TypeVar("Value")

_NESTED_TYPES = ("message/rfc822", "message/global")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A line without a field name, but only before a field: else it begins the body of a message without its blank line.
_STRAY_LINE = re.compile(rb"(?<=\n)(?![!-9;-~]+[ \t]*:|[ \t\r\n])[^\r\n]*\r?\n(?=[A-Za-z][A-Za-z0-9-]*:[^\r\n]*\r?\n)")
_MBOX_LINE = re.compile(rb"(?:>?From [^\r\n]*(?:\r\n|\n|\r))+")


def parse(raw: bytes) -> ParsedMail:
    """Read one message (RFC 5322; CRLF, LF or CR line ends, a BOM or an mbox `From ` line before it skipped).

    A message past a limit of `limits` keeps its header only and the limit's name among `defects`; one that defeats the
    reader has `parse_error` there.
    """
    return _storable(_read(raw, 0))


def _storable(value: Value) -> Value:
    """The value with every text in it fit for a database and for JSON: no NUL, no half of a surrogate pair.

    Raw header text may hold both, and reasons, ids and stamps are quoted from it.
    """
    if isinstance(value, str):
        return value if _is_storable(value) else words.clean(value)  # type: ignore[return-value]  # a str for a str
    if isinstance(value, tuple):
        return tuple(map(_storable, value))  # type: ignore[return-value]  # a tuple for a tuple
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _storable(getattr(value, each.name)) for each in fields(value)})
    return value


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def unreadable(defect: str) -> ParsedMail:
    """A message of which nothing is known but what was wrong with it."""
    return _of_header(headers.Fields(()), (defect,))


def _read(raw: bytes, level: int) -> ParsedMail:
    try:
        message = _normalised(raw)
        passed = limits.exceeded(message)
        if passed:
            return _header_only(message, passed)
        return _whole(message, level)
    except Exception:  # the promise to be total: strange bytes must reach a person, not stop the bridge
        return unreadable(UNREADABLE)


def _normalised(raw: bytes) -> bytes:
    message = _as_octets(raw).removeprefix(_BYTE_ORDER_MARK).lstrip(b"\r\n")
    message = _with_line_ends(message)
    opening = _MBOX_LINE.match(message)
    return _without_stray_lines(message[opening.end() :] if opening else message)


def _as_octets(raw: bytes) -> bytes:
    """A file that an editor saved as UTF-16 is read as the octets that it once was."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace").encode("utf-8", "replace")
    return raw


def _with_line_ends(message: bytes) -> bytes:
    """CR alone (old Macintosh) and CR CR LF (a gateway that translated twice) as the line ends that they stand for."""
    opening = message[: limits.MAX_HEADER_BYTES]
    if b"\r\r\n" in opening:
        return message.replace(b"\r\r\n", b"\r\n")
    if b"\r\n" not in opening and opening.count(b"\r") > opening.count(b"\n"):
        return message.replace(b"\r", b"\n")
    return message


def _without_stray_lines(message: bytes) -> bytes:
    """Drop lines that are no field from the middle of a header: the standard reader would end the header there."""
    end = limits.header_end(message)
    block = message[:end]
    if end > limits.MAX_HEADER_BYTES or not _STRAY_LINE.search(block) or not block.rstrip(b" \t").endswith(b"\n"):
        return message
    return _STRAY_LINE.sub(b"", block) + message[end:]


def _header_only(message: bytes, defect: str) -> ParsedMail:
    block = message[: min(limits.header_end(message), limits.MAX_HEADER_BYTES)]
    return _of_header(parts.tree(block).fields, (defect,))


def _broken_addresses(block: bytes) -> frozenset[str]:
    """The address fields of a header block that mail-parser finds broken beyond repair; none where it breaks itself."""
    try:
        found = mailparser.parse_from_bytes(block.rstrip(b"\r\n") + b"\r\n\r\n").address_header_defects
    except Exception:  # a field that defeats it (a NUL in a charset's name) is no reason to give up on the message
        return frozenset()
    return frozenset(str(one.get("header")) for one in found if not one.get("recovered"))


def _whole(message: bytes, level: int) -> ParsedMail:
    root = parts.tree(message)
    charset = next((leaf.charset for leaf in parts.leaves(root) if leaf.charset), None)
    fields = headers.Fields(root.fields.items, charset)
    body = bodies.of_message(root)
    returned = bounces.find(root, fields, body.text)
    mail = _of_header(fields, _defects(message, fields, body))
    answers = automatic.answers_another(fields)
    own = quoting.new_text(bodies.without_armour(body.own_text), answers)
    auto = _auto(fields, root, mail.sender, returned, own)
    return replace(
        mail,
        text=body.text.strip("\n"),
        reply=own,
        other_reply=quoting.new_text(body.other_text, answers),
        html_sanitized="\n".join(body.html) if body.html else None,
        attachments=body.files,
        auto=auto,
        bounce=returned.bounce if returned else None,
        crypto=body.crypto,
        forwarded=None if auto.kind in ("bounce", "report") else _forwarded(mail, body, level),
    )


def _of_header(fields: headers.Fields, defects: tuple[str, ...]) -> ParsedMail:
    answered = headers.message_ids(fields.first("in-reply-to"))
    marks = tuple(words.utf8(value) for name in LOOP_FIELDS for value in fields.all(name) if value)
    return ParsedMail(
        sender=_sender(fields),
        senders=fields.mailboxes("from"),
        to=fields.mailboxes("to"),
        cc=fields.mailboxes("cc"),
        reply_to=fields.mailboxes("reply-to"),
        subject=fields.text("subject"),
        date=headers.date(fields.first("date")),
        message_id=headers.message_id(fields.first("message-id")),
        in_reply_to=answered[-1] if answered else None,
        references=headers.message_ids(" ".join(fields.all("references"))),
        text="",
        reply="",
        html_sanitized=None,
        attachments=(),
        auto=automatic.NOT_AUTOMATIC,
        bounce=None,
        crypto="none",
        defects=defects,
        forwarded=None,
        return_path=_return_path(fields),
        authentication_results=tuple(words.utf8(value) for value in fields.all("authentication-results")),
        hops=len(fields.all("received")),
        loop_mark=marks[0] if marks else None,
        loop_marks=marks,
        looped=tuple(words.utf8(value) for value in fields.all("x-loop") if value),
    )


def _sender(fields: headers.Fields) -> Mailbox | None:
    for name in ("from", "reply-to", "sender", "return-path"):
        found = fields.mailboxes(name)
        if found:
            return found[0]
    return None


def _return_path(fields: headers.Fields) -> str | None:
    """The envelope sender as the border wrote it: `""` for the null one, None when there is no field."""
    value = fields.first("return-path")
    if value is None:
        return None
    found = headers.mailboxes(value)
    return found[0].address if found else ""


def _defects(message: bytes, fields: headers.Fields, body: bodies.Body) -> tuple[str, ...]:
    found = list(body.defects)
    if not message.strip():
        found.append(EMPTY)
    stated_date = fields.first("date")
    if stated_date is not None and headers.date(stated_date) is None:
        found.append("bad-date")
    senders = fields.mailboxes("from")
    broken = _broken_addresses(message[: limits.header_end(message)])
    if "from" in broken and not senders:
        found.append("bad-address")
    if authors.ambiguous(message[: limits.header_end(message)], senders):
        found.append(authors.AMBIGUOUS)
    if authors.signed_in_part(fields.all("dkim-signature")):
        found.append(authors.PARTLY_SIGNED)
    return tuple(dict.fromkeys(found))


def _auto(
    fields: headers.Fields, root: parts.Part, sender: Mailbox | None, returned: bounces.Returned | None, own: str
) -> Auto:
    leaf_types = tuple(leaf.content_type for leaf in parts.leaves(root))
    address = sender.address if sender else ""
    return automatic.judge(automatic.Facts(fields, root, leaf_types, address, returned.reason if returned else "", own))


def _forwarded(mail: ParsedMail, body: bodies.Body, level: int) -> Forwarded | None:
    """The innermost message passed on: from the text first, else from a nested message that is no answer's quote."""
    told = quoting.forwarded(body.text, mail.subject)
    if told is not None:
        return told
    answers = subjects.is_reply_subject(mail.subject) or (
        mail.in_reply_to is not None and not subjects.is_forward_subject(mail.subject)
    )
    if answers or level >= limits.MAX_FORWARD_LEVELS:
        return None
    nested = next((file for file in body.files if file.content_type in _NESTED_TYPES), None)
    return _opened(nested, level) if nested else None


def _opened(nested: Attachment, level: int) -> Forwarded | None:
    inner = _read(nested.content, level + 1)
    if inner.forwarded is not None:
        return inner.forwarded
    if inner.sender is None:
        return None
    return Forwarded(inner.sender, inner.subject, inner.text, inner.message_id, inner.attachments)
