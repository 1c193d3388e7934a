"""Our DKIM signature over outgoing letters (RFC 6376), for installations whose outgoing server does not sign."""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from helpdesk.domain.errors import Invalid

try:
    import dkim
except ImportError:  # an extra: most installations leave signing to their outgoing server
    dkim = None

# RFC 8301 §3.2.
SHORTEST_KEY_BITS = 1024

# RFC 6376 §5.4.1. One that a letter does not have is signed as absent: adding it invalidates the signature (§5.4.2).
# From, Subject and Date are there once more than letters have them, so that a second one does too (§8.15).
SIGNED_FIELDS = (
    "from", "from", "subject", "date", "to", "reply-to", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "auto-submitted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signer:
    """A key and the selector under which its public half stands in the DNS of every domain that we send from."""

    selector: str
    pem: bytes = field(repr=False)

    def signed(self, message: bytes, sender: str) -> bytes:
        """The message (CRLF line ends) with a signature of the sender's domain before it."""
        domain = sender.rpartition("@")[2].lower()
        header: bytes = dkim.sign(
            message,
            self.selector.encode("ascii"),
            domain.encode("idna"),
            self.pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name.encode("ascii") for name in SIGNED_FIELDS],
        )
        return header + message


def signer(key_file: Path | None, selector: str | None) -> Signer | None:
    """The installation's signer, None when no key is given. Raises `Invalid` for a key that cannot sign."""
    if key_file is None or selector is None:
        return None
    if dkim is None:
        raise Invalid("HELPDESK_DKIM_KEY_FILE is set, but dkimpy is not installed: pip install helpdesk[dkim].")
    try:
        pem = key_file.read_bytes()
    except OSError as error:
        raise Invalid(f"HELPDESK_DKIM_KEY_FILE names {key_file}, which cannot be read: {error.strerror}.") from error
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid(f"HELPDESK_DKIM_KEY_FILE names {key_file}, which holds no private key in PEM form.") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < SHORTEST_KEY_BITS:
        raise Invalid(f"HELPDESK_DKIM_KEY_FILE names {key_file}: a DKIM key is RSA with at least 1024 bits (RFC 8301).")
    return Signer(selector, pem)
