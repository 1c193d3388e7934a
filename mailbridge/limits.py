"""The published limits of one message and the look at raw bytes that finds them exceeded before anything is parsed.

A message past a limit is not refused here: `parse` names the limit among the defects and `screen` sets it aside.
"""

import re

MAX_MESSAGE_BYTES = 50 * 1024 * 1024
MAX_HEADER_BYTES = 100_000
MAX_MIME_LEVELS = 100
MAX_MIME_PARTS = 1_000
MAX_HOPS = 100
MAX_FORWARD_LEVELS = 4
MAX_RECIPIENTS = 50

LIMIT_DEFECTS = ("too_large", "header_too_large", "mime_too_deep", "too_many_parts")

_LONGEST_DELIMITER = 210
_HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
_CONTENT_TYPE = re.compile(rb"^content-type:[^\r\n]*(?:\r?\n[ \t][^\r\n]*){0,30}", re.I | re.M)
_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.I)


def megabytes(size: int) -> str:
    """A size as people read it: «52,4 MB»."""
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def header_end(raw: bytes) -> int:
    """Offset of the first byte after the header block; the whole length when no blank line ends it."""
    if raw[:1] in (b"\r", b"\n"):
        return 0
    found = _HEADER_END.search(raw)
    return found.end() if found else len(raw)


def exceeded(raw: bytes) -> str | None:
    """Name the first limit that the message exceeds, None when it keeps within all of them. Linear in its size."""
    if len(raw) > MAX_MESSAGE_BYTES:
        return "too_large"
    if header_end(raw) > MAX_HEADER_BYTES:
        return "header_too_large"
    return _shape_exceeded(raw)


def _shape_exceeded(raw: bytes) -> str | None:
    """Follow boundaries and nested messages as a MIME reader would, with a plain list as its stack.

    Only lines that begin with `--` and the header blocks below them are looked at, so that megabytes of base64 cost
    next to nothing.
    """
    open_boundaries: list[bytes | None] = []
    position: dict[bytes, int] = {}
    parts = 0
    at = 0
    _open_containers(raw, 0, open_boundaries, position)
    while len(open_boundaries) <= MAX_MIME_LEVELS and parts <= MAX_MIME_PARTS:
        at = raw.find(b"\n--", at) + 1
        if not at:
            return None
        line = raw[at : at + _LONGEST_DELIMITER].partition(b"\n")[0]
        depth = _delimiter_depth(line, position)
        if depth is not None:
            closes = line[2:].rstrip() not in position
            _close_down_to(depth if closes else depth + 1, open_boundaries, position)
            parts += not closes
            _open_containers(raw, raw.find(b"\n", at) + 1, open_boundaries, position)
    return "too_many_parts" if parts > MAX_MIME_PARTS else "mime_too_deep"


def _open_containers(raw: bytes, start: int, open_boundaries: list[bytes | None], position: dict[bytes, int]) -> None:
    """Open what the header block at an offset declares, and the blocks of the messages nested right inside it."""
    while len(open_boundaries) <= MAX_MIME_LEVELS:
        end = _HEADER_END.search(raw, start, start + MAX_HEADER_BYTES)
        stop = end.end() if end else min(len(raw), start + MAX_HEADER_BYTES)
        declared = _CONTENT_TYPE.search(raw, start, stop)
        if declared is None or not _open_container(declared.group(), open_boundaries, position):
            return
        start = stop


def _delimiter_depth(line: bytes, position: dict[bytes, int]) -> int | None:
    word = line[2:].rstrip()
    if word in position:
        return position[word]
    return position.get(word[:-2]) if word.endswith(b"--") else None


def _close_down_to(depth: int, open_boundaries: list[bytes | None], position: dict[bytes, int]) -> None:
    while len(open_boundaries) > depth:
        gone = open_boundaries.pop()
        if gone is not None:
            position.pop(gone, None)


def _open_container(line: bytes, open_boundaries: list[bytes | None], position: dict[bytes, int]) -> bool:
    """Put a multipart or a nested message on the stack; True for a message, whose own header follows."""
    value = line[len("content-type:") :].strip().lower()
    if value.startswith((b"message/rfc822", b"message/global")):
        open_boundaries.append(None)
        return True
    if value.startswith(b"multipart/"):
        found = _BOUNDARY.search(line)
        boundary = (found.group(1) or found.group(2)) if found else b""
        if boundary and boundary not in position:
            position[boundary] = len(open_boundaries)
            open_boundaries.append(boundary)
    return False
