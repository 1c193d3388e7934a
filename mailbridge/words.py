"""Encoded words of RFC 2047 and raw 8-bit header text."""

import base64
import binascii
import re

from mailbridge import charsets

# Blanks inside the text are forbidden (RFC 2047 §2), yet several mailers leave them in.
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# A line end inside an encoded word would be a header of its own when the value is written again.
_LINE_ENDS = re.compile("[\r\n\u0085\u2028\u2029]+")
# A blank beside an underscore is where the word was folded against RFC 2047 §2.
_FOLDED_INSIDE = re.compile(rb"[ \t]+(?=_)|(?<=_)[ \t]+")
_Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")


def clean(text: str) -> str:
    """Text without control characters and lone surrogates, which neither a database nor JSON can hold."""
    return _CONTROLS.sub("", text).encode("utf-8", "replace").decode("utf-8")


def utf8(raw: str) -> str:
    """Raw header text whose bytes are read as UTF-8, else as Windows-1252."""
    return clean(_raw_text(raw, None))


def decoded(raw: str, charset: str | None) -> str:
    """Header text with its encoded words decoded.

    Neighbours of one charset are joined before decoding, because some mailers split a character between two words;
    white space between two words is not text (RFC 2047 §6.2).
    """
    text = raw.replace("\r", "").replace("\n", "")
    pieces: list[tuple[str | None, bytes]] = []
    end = 0
    for word in _WORD.finditer(text):
        between = text[end : word.start()]
        if between.strip() or (between and (not pieces or pieces[-1][0] is None)):
            pieces.append((None, between.encode("utf-8", "surrogateescape")))
        label = word.group(1).partition("*")[0].lower()
        content = _word_bytes(word.group(2), word.group(3))
        if pieces and pieces[-1][0] == label:
            pieces[-1] = (label, pieces[-1][1] + content)
        else:
            pieces.append((label, content))
        end = word.end()
    pieces.append((None, text[end:].encode("utf-8", "surrogateescape")))
    whole = "".join(_text(label, content, charset) for label, content in pieces)
    return clean(_LINE_ENDS.sub(" ", whole))


def _text(label: str | None, content: bytes, charset: str | None) -> str:
    if label is None:
        return _raw_bytes_text(content, charset)
    return charsets.decode(content, label)[0]


def _raw_text(raw: str, charset: str | None) -> str:
    return _raw_bytes_text(raw.encode("utf-8", "surrogateescape"), charset)


def _raw_bytes_text(content: bytes, charset: str | None) -> str:
    """Raw 8-bit bytes: UTF-8 when they are (RFC 6532), else the body's charset, else Windows-1252."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        known = charsets.known(charset)
        usable = known if known not in (None, "ascii", "utf-8") else None
        return charsets.decode(content, usable or "cp1252")[0]


def _word_bytes(encoding: str, content: str) -> bytes:
    raw = content.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        raw = _FOLDED_INSIDE.sub(b"", raw)
        spaced = raw.replace(b"_", b" ")
        return _Q_ESCAPE.sub(lambda hit: bytes((int(hit.group(1), 16),)), spaced)
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    try:
        return base64.b64decode(kept + b"=" * (-len(kept) % 4))
    except binascii.Error:
        return raw
