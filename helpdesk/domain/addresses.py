"""Addresses of our mailboxes with and without the plus-part that carries a reply token (RFC 5233), names that
pretend to be addresses, and what stands for the address of somebody who has none."""

import re
import unicodedata

# A domain that is nobody's, now and for ever (RFC 6761 §6.4): no mail program delivers to it.
NOWHERE = "@invalid"
_IN_NAME = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")


def base_address(address: str) -> str:
    """The address without its plus-part, lower case: `soporte+abc@mef.ec` → `soporte@mef.ec`."""
    local, at, domain = address.strip().strip("<>").lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def plus_part(address: str) -> str | None:
    """What stands between the plus sign and the @ of an address (our reply token), as written."""
    local = address.strip().strip("<>").rpartition("@")[0]
    return local.partition("+")[2] or None


def made_address(mark: str) -> str:
    """What stands in the place of an address for somebody who has none; `mark` tells people apart."""
    return f"sin-correo-{mark}{NOWHERE}"


def is_made(address: str) -> bool:
    """Whether it only stands for the address of somebody who has none: nothing is ever sent there."""
    return address.endswith(NOWHERE)


def names_another(name: str, address: str) -> bool:
    """Whether a display name shows an address that is not the sender's: mail programs often show the name alone."""
    # Other forms of the at sign look the same (Unicode UTS #39).
    plain = unicodedata.normalize("NFKC", name).lower()
    return any(found.rstrip(".") != address.lower() for found in _IN_NAME.findall(plain))


def ascii_domain(domain: str) -> str:
    """A domain as DNS knows it; what has no such form is given back as it is."""
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
