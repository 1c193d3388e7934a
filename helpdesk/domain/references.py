"""What ties a message to a ticket: numbers in subjects, signed reply addresses and our own Message-IDs.

Every secret use has its own derived key, so that a token made for one purpose proves nothing for another.
"""

import base64
import binascii
import hashlib
import hmac
import re

from helpdesk.domain.errors import Invalid

# What a token is for is part of its MAC: the link of a page is no reply address, nor the reverse.
REPLY, PAGE = "reply-token", "page-token"

ID_BYTES = 6
MAC_BYTES = 10
# The database counts tickets in 32 bits.
MAX_DIGITS = 9

_WRITTEN_NUMBER = re.compile(rf"\[?\s*([A-Za-z][A-Za-z0-9]*?)\s*[-#\s]?\s*(\d{{1,{MAX_DIGITS}}})\s*\]?")
_MESSAGE_ID = re.compile(r"<?([a-z0-9_-]{1,40})\.([A-Za-z0-9_.-]{1,100})\.([A-Za-z2-7]{16})@([A-Za-z0-9.-]{1,253})>?")
_PART = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_DECIDING_LINK = re.compile(r"(/aprobar/)[\w.~-]+")
_PERSONAL_ADDRESS = re.compile(r"\+[a-z0-9]{16,}@", re.IGNORECASE)


def format_number(prefix: str, number: int) -> str:
    """The public number of a ticket as people write it: `MEF-123`."""
    return f"{prefix}-{number}"


def parse_number(text: str) -> tuple[str, int]:
    """Prefix (upper case) and number of `MEF-123`, `[MEF 123]`, `mef 123`. Raises Invalid for anything else."""
    found = _WRITTEN_NUMBER.fullmatch(text.strip())
    if found is None:
        raise Invalid(f"«{text[:40]}» no es un número de ticket: escríbalo como MEF-123.")
    return found[1].upper(), int(found[2])


def ticket_numbers_in(subject: str, prefixes: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """The tickets that a subject names, in order and once each: `[MEF 123]`, `[mef-123]` or a bare `MEF-123`.

    A bare number needs the hyphen: «Presupuesto MEF 2026» names none. Prefixes come back as given.
    """
    found: list[tuple[int, str, int]] = []
    for prefix in prefixes:
        bare = re.compile(rf"(?<![\w\[-]){re.escape(prefix)}-(\d{{1,{MAX_DIGITS}}})(?![\w-])", re.IGNORECASE)
        for pattern in (_tag(prefix), bare):
            found += [(match.start(), prefix, int(match[1])) for match in pattern.finditer(subject)]
    return tuple(dict.fromkeys((prefix, number) for _, prefix, number in sorted(found)))


def derive(secret: bytes, purpose: str) -> bytes:
    """The 32-byte key for one purpose. Raises Invalid when the secret is shorter than 16 bytes."""
    if len(secret) < 16:
        raise Invalid("The secret is too short: give at least 16 random bytes.")
    return hmac.digest(secret, b"helpdesk:" + purpose.encode("utf-8"), hashlib.sha256)


def seal(row_id: int, secret: bytes, use: str = REPLY) -> str:
    """The token of a row for one use: 26 characters of lower-case base32 that only the holder of the secret can make.

    Raises Invalid when `row_id` is negative or needs more than six bytes.
    """
    if not 0 <= row_id < 1 << (8 * ID_BYTES):
        raise Invalid(f"{row_id} cannot be sealed: a row id has at most {ID_BYTES} bytes.")
    raw = row_id.to_bytes(ID_BYTES, "big")
    return _base32(raw + _mac(raw, secret, use))


def unseal(token: str, secret: bytes, use: str = REPLY) -> int | None:
    """The row id of a token in any case of letters; None when it is not one of ours for that use. Constant time."""
    lowered = token.lower()
    if not lowered.isascii():
        return None
    try:
        raw = base64.b32decode(lowered.upper() + "=" * (-len(lowered) % 8))
    except binascii.Error:
        return None
    body, mac = raw[:ID_BYTES], raw[ID_BYTES:]
    genuine = hmac.compare_digest(mac, _mac(body, secret, use))
    # base32 leaves two unused bits at the end: another spelling of the same bytes is not ours.
    return int.from_bytes(body, "big") if genuine and _base32(raw) == lowered else None


def message_id(kind: str, ref: str, domain: str, secret: bytes) -> str:
    """Our Message-ID `<kind>.<ref>.<mac>@domain`, without brackets; the same arguments give the same id.

    Raises Invalid when a part has characters that a Message-ID cannot carry.
    """
    value = f"{kind}.{ref}.{_message_mac(kind, ref, domain, secret)}@{domain.lower()}"
    if _PART.fullmatch(ref) is None or _MESSAGE_ID.fullmatch(value) is None:
        raise Invalid(f"«{kind}.{ref}@{domain}» cannot be a Message-ID: use letters, digits, hyphens and dots.")
    return value


def reply_address(mailbox: str, token: str) -> str:
    """`buzon+token@dominio`. Raises Invalid when the mailbox is not an address."""
    local, at, domain = mailbox.rpartition("@")
    if not (local and at and domain):
        raise Invalid(f"«{mailbox}» is not a mailbox address: give local@domain.")
    return f"{local}+{token}@{domain}"


def masked(text: str) -> str:
    """Text of a mail without what lets its reader act: the link that decides, the reply address that proves who writes.

    Both are personal to the recipient; a colleague who reads the conversation must not be able to use them.
    """
    return _PERSONAL_ADDRESS.sub("+…@", _DECIDING_LINK.sub(r"\1…", text))


def _tag(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"\[\s?{re.escape(prefix)}\s?[-#\s]?\s?(\d{{1,{MAX_DIGITS}}})\s?\]", re.IGNORECASE)


def _mac(content: bytes, secret: bytes, purpose: str) -> bytes:
    return hmac.digest(derive(secret, purpose), content, hashlib.sha256)[:MAC_BYTES]


def _message_mac(kind: str, ref: str, domain: str, secret: bytes) -> str:
    return _base32(_mac("\0".join((kind, ref, domain.lower())).encode("utf-8"), secret, "message-id"))


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()
