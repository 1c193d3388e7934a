"""Addresses of our mailboxes with and without the plus-part that carries a reply token (RFC 5233)."""


def base_address(address: str) -> str:
    """The address without its plus-part, lower case: `soporte+abc@mef.ec` → `soporte@mef.ec`."""
    local, at, domain = address.strip().strip("<>").lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def plus_part(address: str) -> str | None:
    """What stands between the plus sign and the @ of an address (our reply token), as written."""
    local = address.strip().strip("<>").rpartition("@")[0]
    return local.partition("+")[2] or None
