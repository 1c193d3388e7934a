"""Bytes to text when the declared charset may be missing, wrong or invented.

Order: the declared charset strictly, then its known superset, then UTF-8, then a detector for scripts that Windows-1252
cannot write, then Windows-1252. Letters are never dropped silently: a defect word tells that a guess was made.
"""

import codecs
import re

from charset_normalizer import from_bytes

UNDECODABLE = "undecodable-charset"

# WHATWG Encoding Standard §4.2: what programs really send under these labels.
_SUPERSETS = {
    "ascii": ("utf-8", "cp1252"),
    "iso8859-1": ("cp1252",),
    "iso8859-9": ("cp1254",),
    "gb2312": ("gbk", "gb18030"),
    "gbk": ("gb18030",),
    "shift_jis": ("cp932",),
    "euc_kr": ("cp949",),
    "big5": ("big5hkscs",),
    "tis-620": ("cp874",),
}
# Labels that mail programs write and Python does not know.
_ALIASES = {
    "ansi": "cp1252",
    "x-unknown": "",
    "unknown-8bit": "",
    "unknown": "",
    "default_charset": "",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-windows-949": "cp949",
    "x-gbk": "gbk",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "cp-850": "cp850",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
}
# The C1 controls never stand in written text: a Latin-1 body holding them is Windows-1252 (WHATWG).
_C1_BYTES = re.compile(rb"[\x80-\x9f]")
_MIXED_ENOUGH = 64
_LATIN = frozenset(("iso8859-1", "iso8859-15", "cp1252"))


def known(label: str | None) -> str | None:
    """Python's name of a declared charset, None when there is no such text encoding."""
    cleaned = (label or "").partition("(")[0].partition("*")[0].strip(" \t\"';").lower()
    cleaned = _ALIASES.get(cleaned, cleaned)
    if not cleaned:
        return None
    try:
        codec = codecs.lookup(cleaned)
        b"".decode(codec.name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return codec.name


def decode(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """Text of `data` and the defect word `undecodable-charset` when the declared charset did not fit, else None."""
    name = known(declared)
    for candidate in _candidates(name, data):
        text = _strictly(data, candidate)
        if text is not None:
            return text, None
    stated = bool((declared or "").strip())
    text = _strictly(data, "utf-8")
    if text is None:
        text = _guess(data)
    honest = not stated or (name is None and data.isascii())
    return text, None if honest and text.find("\ufffd") < 0 else UNDECODABLE


def _candidates(name: str | None, data: bytes) -> tuple[str, ...]:
    if name is None:
        return ("utf-8",) if data.isascii() else ()
    if name.startswith(("utf-16", "utf-32")) and b"\0" not in data:
        return ("utf-8",)  # a label copied from inside a document; written text holds zero bytes in these
    supersets = _SUPERSETS.get(name, ())
    if name in _LATIN and not data.isascii():
        # UTF-8 under a Latin label: text of these charsets that happens to be UTF-8 throughout is not written.
        return ("utf-8", *supersets, name) if _C1_BYTES.search(data) else ("utf-8", name, *supersets)
    return (name, *supersets)


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode("utf-8-sig" if name == "utf-8" else name)
    except (UnicodeError, LookupError, ValueError):
        return None


def _guess(data: bytes) -> str:
    """Windows-1252 unless a detector sees, in a text of some length, a script that it cannot write."""
    high = len(re.findall(rb"[\x80-\xff]", data[:4096]))
    if len(data) >= _MIXED_ENOUGH and high * 3 > min(len(data), 4096):
        best = from_bytes(data[:4096]).best()
        text = _strictly(data, best.encoding) if best else None
        if text is not None:
            return text
    return data.decode("cp1252", "replace")
