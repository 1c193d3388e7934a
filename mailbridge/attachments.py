"""Files that come with a message: leaf parts, members of Outlook's winmail.dat, uuencoded blocks in the text."""

import logging
import mimetypes
import re
from dataclasses import dataclass

from tnefparse import TNEF

from mailbridge import charsets, parts, words
from mailbridge.values import Attachment

_BEGIN = re.compile(r"begin(?:-base64)? [0-7]{3,4} (\S.{0,200})")
_TNEF_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
_LONGEST_UU_LINE = 80
_INLINE_CONTAINERS = ("multipart/related",)

# The library reports every odd member on the log; a message's oddities are no event of ours.
logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Packed:
    """What a winmail.dat held: its members and the texts of the message, `""` when it has none."""

    members: tuple[Attachment, ...]
    text: str
    html: str


def of_leaf(leaf: parts.Part, container: str) -> tuple[Attachment, tuple[str, ...]]:
    """The leaf as an attachment, and defect words. `container` is the content type of its parent."""
    content, defect = parts.transfer_decoded(leaf.fields, leaf.encoded)
    content_id = (leaf.fields.text("content-id") or "").strip().strip("<>").strip() or None
    inline = leaf.disposition == "inline" or (
        leaf.disposition != "attachment" and content_id is not None and container in _INLINE_CONTAINERS
    )
    found = Attachment(leaf.filename, leaf.content_type, content, inline, content_id)
    return found, (defect,) if defect else ()


def is_tnef(leaf: parts.Part) -> bool:
    """Whether the leaf is Outlook's private container (MS-OXTNEF)."""
    named = (leaf.filename or "").lower() == "winmail.dat"
    return leaf.content_type in _TNEF_TYPES or (named and leaf.content_type == "application/octet-stream")


def unpacked_tnef(content: bytes) -> Packed | None:
    """Members and texts of a winmail.dat; None when it cannot be read."""
    try:
        box = TNEF(content, do_checksum=False)
        members = tuple(_member(one) for one in box.attachments)
        text, html = _tnef_text(getattr(box, "body", None)), _tnef_text(getattr(box, "htmlbody", None))
        holds = members or text or html or getattr(box, "rtfbody", None)
    except Exception:  # the library raises whatever its readers of foreign structures meet
        return None
    if not holds:
        return None
    return Packed(members, text, html)


def _member(one: object) -> Attachment:
    name = _tnef_text(_member_name(one)).strip("\0 ")
    data = getattr(one, "data", b"") or b""
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Attachment(name or None, guessed, bytes(data), False, None)


def _member_name(one: object) -> object:
    """The long name, else the title, whose bytes are in the writer's code page: the library takes them for UTF-8."""
    long_name = getattr(one, "long_filename", None)
    try:
        return long_name() if callable(long_name) else getattr(one, "name", "")
    except UnicodeDecodeError:
        return getattr(one, "_name", b"")


def _tnef_text(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, bytes):
        return words.clean(charsets.decode(value.rstrip(b"\0"), None)[0])
    return words.clean(value) if isinstance(value, str) else ""


def without_uuencoded(text: str) -> tuple[str, tuple[Attachment, ...]]:
    """The text without its uuencoded blocks, and the blocks as files; one that was cut off gives what came of it."""
    if "begin " not in text:
        return text, ()
    lines = text.split("\n")
    kept: list[str] = []
    found: list[Attachment] = []
    at = 0
    while at < len(lines):
        opening = _BEGIN.fullmatch(lines[at].strip())
        block = _uu_block(lines, at + 1) if opening else None
        if opening and block:
            content, at = block
            name = opening.group(1).strip()
            guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
            found.append(Attachment(name, guessed, content, False, None))
        else:
            kept.append(lines[at])
            at += 1
    return "\n".join(kept), tuple(found)


def _uu_block(lines: list[str], start: int) -> tuple[bytes, int] | None:
    """The content of the block that begins at a line, and the index after it. None when it holds no data."""
    pieces: list[bytes] = []
    at = start
    while at < len(lines):
        line = lines[at].rstrip("\r")
        if line.strip() == "end":
            content = b"".join(pieces)
            return (content, at + 1) if content else None
        decoded = parts.uu_line(line.encode("ascii", "replace")) if len(line) <= _LONGEST_UU_LINE else None
        if decoded is None and line.strip():
            break
        pieces.append(decoded or b"")
        at += 1
    # Cut off: only what is surely data is taken from the text.
    if start < len(lines) and _is_full_uu_line(lines[start].rstrip("\r")):
        return b"".join(pieces), at
    return None


def _is_full_uu_line(line: str) -> bool:
    """Whether a line is one of 45 bytes, as every line of a block but its last."""
    return len(line) in (61, 62) and line[0] == "M"
