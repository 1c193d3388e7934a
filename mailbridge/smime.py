"""The content of an opaque-signed S/MIME message (RFC 8551 §3.5.2): read out, not verified.

Nothing here checks a signature; the message only becomes readable. BER is walked by hand because no library at hand
gives the content without a trust decision.
"""

from dataclasses import dataclass

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_ENVELOPED_DATA = bytes.fromhex("2a864886f70d010703")
_AUTH_ENVELOPED_DATA = bytes.fromhex("2a864886f70d0109100117")
_OBJECT_IDENTIFIER = 0x06
_OCTETS = (0x04, 0x24)
_MAX_LEVELS = 12


@dataclass(frozen=True, slots=True)
class _Item:
    tag: int
    start: int
    end: int
    after: int


def is_encrypted(data: bytes) -> bool:
    """Whether the CMS object is enveloped (encrypted) data, told by its own type and not by its label."""
    return _content_type(data) in (_ENVELOPED_DATA, _AUTH_ENVELOPED_DATA)


def signed_content(data: bytes) -> bytes | None:
    """The MIME entity inside CMS signed data; None when there is none or the object is broken."""
    if _content_type(data) != _SIGNED_DATA:
        return None
    try:
        outer = _items(data, _item(data, 0, 0), 0)
        signed = _items(data, _items(data, outer[1], 1)[0], 2)
        holder = next(one for one in signed if one.tag == 0x30)
        inner = _items(data, holder, 3)
        return _octets(data, _items(data, inner[1], 4)[0], 5)
    except (IndexError, ValueError, StopIteration):
        return None


def _content_type(data: bytes) -> bytes | None:
    try:
        first = _items(data, _item(data, 0, 0), 0)[0]
    except (IndexError, ValueError):
        return None
    return data[first.start : first.end] if first.tag == _OBJECT_IDENTIFIER else None


def _octets(data: bytes, item: _Item, level: int) -> bytes:
    if item.tag not in _OCTETS:
        raise ValueError
    if item.tag == _OCTETS[0]:
        return data[item.start : item.end]
    return b"".join(_octets(data, one, level + 1) for one in _items(data, item, level))


def _items(data: bytes, parent: _Item, level: int) -> list[_Item]:
    found: list[_Item] = []
    at = parent.start
    while at < parent.end:
        one = _item(data, at, level + 1)
        found.append(one)
        at = one.after
    return found


def _item(data: bytes, at: int, level: int) -> _Item:
    """The element at an offset (X.690 §8.1). Raises ValueError or IndexError when it is broken or too deep."""
    if level > _MAX_LEVELS:
        raise ValueError
    tag, length = data[at], data[at + 1]
    at += 2
    if length == 0x80:
        inside = at
        while data[inside : inside + 2] != b"\0\0":
            inside = _item(data, inside, level + 1).after
        return _Item(tag, at, inside, inside + 2)
    if length > 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[at : at + size], "big")
        at += size
    if at + length > len(data):
        raise ValueError
    return _Item(tag, at, at + length, at + length)
