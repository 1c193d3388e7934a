"""Encrypts what must be read again (mailbox passwords) with a key derived from the installation's secret key."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from helpdesk.domain.errors import Invalid


def seal(plain: str, secret: bytes) -> str:
    """`plain` encrypted and authenticated (Fernet)."""
    return box(secret).encrypt(plain.encode()).decode()


def unseal(sealed: str, secret: bytes) -> str:
    """What was sealed. Raises `Invalid` when it was sealed with another secret key."""
    try:
        return box(secret).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Invalid(
            "The password of this mailbox was stored with another secret key: set it again with «helpdesk mailbox set»."
        ) from error


def box(secret: bytes) -> Fernet:
    """The cipher of this installation; its key serves mailbox passwords and nothing else."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"helpdesk mailbox secrets").derive(secret)
    return Fernet(base64.urlsafe_b64encode(key))
