"""The tree of parts of one message: where each part's header and undecoded bytes are.

Header blocks are read by the standard library, bodies are cut at their boundaries here: its feed parser makes an object
of every line (2.2 s and 450 MB for a file of 35 MB) and writes a nested message anew, so that its hash would not be
that of what was sent. A nested message stays a leaf: its text never mixes with ours and costs nothing until opened.
"""

import binascii
import quopri
import re
from dataclasses import dataclass, field
from email import errors
from email.parser import BytesParser
from email.policy import compat32

from mailbridge import charsets, headers, limits

_DEFECTS: dict[type[errors.MessageDefect], str] = {
    errors.FirstHeaderLineIsContinuationDefect: "bad-header",
    errors.MisplacedEnvelopeHeaderDefect: "bad-header",
    errors.MissingHeaderBodySeparatorDefect: "bad-header",
    errors.MalformedHeaderDefect: "bad-header",
}
_LOST_BOUNDARY = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-)", re.I | re.M)
# A path of the sender's machine (RFC 2183 §2.3); a slash within a name, «Informe 12/2026.pdf», is none.
_PATH = re.compile(r"\A(?:[A-Za-z]:\\|\\\\|\.{0,2}/)(?:[^/\\]*[/\\])*")
_SOFT_BREAK = re.compile(rb"=[ \t]{1,20}(?=\r?\n)")
_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+\Z")


@dataclass(frozen=True, slots=True)
class Part:
    """One node. `content_type` is the effective one (RFC 2045 §5.2 default); `children` is empty for a leaf."""

    fields: headers.Fields
    content_type: str
    parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    encoded: bytes
    children: tuple["Part", ...] = ()
    defects: tuple[str, ...] = field(default=())

    @property
    def charset(self) -> str | None:
        """The declared charset of a text part, None when it declares none."""
        return self.parameters.get("charset")

    @property
    def filename(self) -> str | None:
        """The decoded file name of RFC 2183, else the older `name` of the content type; None when there is none."""
        name = self.disposition_parameters.get("filename") or self.parameters.get("name") or ""
        name = _PATH.sub("", name.strip())
        return name.strip() or None


def tree(raw: bytes) -> Part:
    """The parts of a message given as raw bytes."""
    return _part(raw, "text/plain")


def leaves(part: Part) -> tuple[Part, ...]:
    """All leaf parts in order."""
    if not part.children:
        return (part,)
    return tuple(leaf for child in part.children for leaf in leaves(child))


def _part(raw: bytes, default_type: str) -> Part:
    bare, body, defects = _header(raw)
    kind, parameters = headers.parameters(bare.first("content-type"))
    disposition, disposition_parameters = headers.parameters(bare.first("content-disposition"))
    kind = kind if _TYPE.match(kind) else default_type
    children: tuple[Part, ...] = ()
    if kind.startswith("multipart/"):
        pieces, defect = _cut(body, parameters.get("boundary", "").rstrip().encode("utf-8"))
        below = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        children = tuple(_part(piece, below) for piece in pieces) or _recovered(bare, body)
        defects = (*defects, defect) if defect else defects
        if not children and body.strip(b"-\r\n\t ") == parameters.get("boundary", "").strip("- ").encode("utf-8"):
            body = b""  # nothing but the closing delimiter
        kind = kind if children else _without_boundary(body)
    charset = parameters.get("charset")
    return Part(
        headers.Fields(bare.items, charset if charset and charsets.known(charset) else None),
        kind,
        parameters,
        disposition,
        disposition_parameters,
        b"" if children else body,
        children,
        defects,
    )


def _header(raw: bytes) -> tuple[headers.Fields, bytes, tuple[str, ...]]:
    """The header of a part, its body, and defect words. A line that is no field ends the header and begins the body."""
    if raw[:1] in (b"\r", b"\n"):
        return headers.Fields(()), raw[2 if raw.startswith(b"\r\n") else 1 :], ()
    end = min(limits.header_end(raw), limits.MAX_HEADER_BYTES)
    head = BytesParser(policy=compat32).parsebytes(raw[:end], headersonly=True)
    rest = vars(head)["_payload"]  # get_payload would decode raw 8-bit text by a charset
    begun = rest.encode("ascii", "surrogateescape") if isinstance(rest, str) else b""
    defects = tuple(_DEFECTS[type(one)] for one in head.defects if type(one) in _DEFECTS)
    return headers.fields(head.raw_items()), begun + raw[end:], defects


def _cut(body: bytes, boundary: bytes) -> tuple[list[bytes], str | None]:
    """The pieces between the delimiter lines of a multipart (RFC 2046 §5.1.1) and a defect word, or None."""
    if not boundary:
        return [], "missing-boundary"
    pieces: list[bytes] = []
    delimiter = b"--" + boundary
    start: int | None = None
    at = body.find(delimiter)
    while at >= 0:
        line_end = body.find(b"\n", at)
        after = len(body) if line_end < 0 else line_end + 1
        tail = body[at + len(delimiter) : after].rstrip()
        if (at == 0 or body[at - 1] in b"\r\n") and tail in (b"", b"--"):
            if start is not None:
                pieces.append(_without_line_end(body[start:at]))
            if tail:
                return pieces, None if start is not None else "missing-boundary"
            start = after
        at = body.find(delimiter, at + len(delimiter))
    if start is None:
        return [], "missing-boundary"
    return [*pieces, body[start:]], "missing-close-boundary"


def _without_line_end(piece: bytes) -> bytes:
    """The line end before a delimiter belongs to the delimiter."""
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece.endswith((b"\n", b"\r")) else piece


def _without_boundary(encoded: bytes) -> str:
    return "text/html" if encoded[:500].lstrip()[:1] == b"<" and b"</" in encoded else "text/plain"


def _recovered(fields: headers.Fields, encoded: bytes) -> tuple[Part, ...]:
    """Children of a multipart whose boundary is missing, wrong, or hidden under a transfer encoding."""
    body = encoded
    if (fields.first("content-transfer-encoding") or "").lower() in ("base64", "quoted-printable"):
        body = transfer_decoded(fields, encoded)[0]
    seen = _LOST_BOUNDARY.search(body)
    if seen is None:
        return ()
    # Cut by the very bytes: a boundary that went through a header again may differ, and would be looked for for ever.
    pieces, _ = _cut(body[seen.start() :].lstrip(b"\r\n"), seen.group(1))
    return tuple(_part(piece, "text/plain") for piece in pieces)


def transfer_decoded(fields: headers.Fields, encoded: bytes) -> tuple[bytes, str | None]:
    """The content of a leaf with its transfer encoding undone (RFC 2045 §6) and a defect word, or None."""
    encoding = (fields.first("content-transfer-encoding") or "").split("(")[0].split(";")[0].strip(" \t\"'").lower()
    if encoding == "base64":
        return _base64(encoded)
    if encoding == "quoted-printable":
        # A blank after a soft line break was added on the way (RFC 2045 §6.7, rule 3).
        return quopri.decodestring(_SOFT_BREAK.sub(b"=", encoded)), None
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uudecoded(encoded), None
    known = encoding in ("", "7bit", "8bit", "binary")
    return encoded, None if known else "bad-transfer-encoding"


def _base64(encoded: bytes) -> tuple[bytes, str | None]:
    """Decode what is there: strange characters and missing padding are passed over, several runs are joined."""
    packed = encoded.translate(None, b" \t\r\n\0")
    letters, _, padding = packed.partition(b"=")
    if not padding.strip(b"=") and not len(packed) % 4 and not letters.translate(None, _BASE64_ALPHABET):
        return binascii.a2b_base64(packed), None
    clean = True
    pieces: list[bytes] = []
    for run in packed.split(b"="):
        if pieces and run.translate(None, _BASE64_ALPHABET):
            clean = False  # a list's footer, written below the encoded text
            break
        kept = bytes(one for one in run if one in _BASE64_ALPHABET) if run.translate(None, _BASE64_ALPHABET) else run
        clean = clean and kept == run
        if len(kept) % 4 == 1:
            kept = kept[:-1]
            clean = False
        pieces.append(binascii.a2b_base64(kept + b"=" * (-len(kept) % 4)))
    # Padding left out is bad; padding between joined blocks decodes like the blocks it parts.
    clean = clean and (b"=" in packed or not len(packed) % 4)
    return b"".join(pieces), None if clean else "bad-base64"


def _uudecoded(encoded: bytes) -> bytes:
    return b"".join(uu_line(line) or b"" for line in encoded.splitlines() if not line.startswith((b"begin ", b"end")))


def uu_line(line: bytes) -> bytes | None:
    """One line of a uuencoded block; None when it is not one."""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders count short; the first character says how many bytes are meant (as the standard library's uu).
        count = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
        try:
            return binascii.a2b_uu(line[:count]) if count else None
        except binascii.Error:
            return None
