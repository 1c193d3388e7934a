"""Letters signed by us (DKIM, RFC 6376), checked as a receiver would."""

from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from helpdesk.domain.errors import Invalid
from mailbridge import signing
from tests import mailhouse
from tests.mailbridge.smtpscript import Script, ScriptedServer
from tests.mailhouse import letter

LETTER = (
    b"From: Mesa <mesa@help.test>\r\nTo: ana@example.org\r\nSubject: Solicitud recibida\r\n"
    b"Date: Mon, 02 Mar 2026 10:00:00 -0500\r\nMessage-ID: <a1@help.test>\r\n\r\nRecibimos su solicitud.\r\n"
)
PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def key_file(key: rsa.RSAPrivateKey, tmp_path: Path) -> Path:
    file = tmp_path / "dkim.pem"
    file.write_bytes(key.private_bytes(*PEM))
    return file


def verified(message: bytes, key: rsa.RSAPrivateKey, domain: str = "help.test") -> bool:
    """Whether a receiver that finds the public key under `mesa._domainkey` of the domain accepts the signature."""
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])
    zone = {f"mesa._domainkey.{domain}.".encode(): record}
    return bool(dkim.verify(message, dnsfunc=lambda name, timeout=5: zone.get(name)))


def test_a_receiver_accepts_the_signature(key: rsa.RSAPrivateKey, key_file: Path) -> None:
    signer = signing.signer(key_file, "mesa")
    assert signer is not None
    signed = signer.signed(LETTER, "mesa@help.test")
    assert signed.endswith(LETTER)
    assert verified(signed, key)


@pytest.mark.parametrize(
    "change",
    [
        lambda signed: signed.replace(b"Recibimos", b"Rechazamos"),
        lambda signed: b"From: otro@evil.test\r\n" + signed,
        lambda signed: b"Subject: Otro\r\n" + signed,
        lambda signed: b"Reply-To: otro@evil.test\r\n" + signed,
    ],
    ids=["body", "second From", "second Subject", "added Reply-To"],
)
def test_a_changed_letter_is_refused(change: object, key: rsa.RSAPrivateKey, key_file: Path) -> None:
    signer = signing.signer(key_file, "mesa")
    assert signer is not None
    assert callable(change)
    assert not verified(change(signer.signed(LETTER, "mesa@help.test")), key)


def test_letters_of_the_desk_leave_signed(
    database_url: str, tmp_path: Path, key: rsa.RSAPrivateKey, key_file: Path
) -> None:
    server = ScriptedServer(Script({}, True))
    signer = signing.signer(key_file, "mesa")
    with mailhouse.house(database_url, tmp_path, smtp_url=server.url, signer=signer) as house:
        house.say(letter())
        house.work()
    server.close()
    assert server.messages[0].startswith(b"DKIM-Signature: v=1; a=rsa-sha256;")
    assert verified(server.messages[0], key, "mef-ec.example.org")


def test_without_a_key_nothing_is_signed() -> None:
    assert signing.signer(None, None) is None


def test_a_key_that_is_missing_broken_or_of_another_kind_is_refused_with_its_name(tmp_path: Path) -> None:
    broken, other = tmp_path / "broken.pem", tmp_path / "other.pem"
    broken.write_text("nada")
    other.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(*PEM))
    for file, told in ((tmp_path / "none.pem", "cannot be read"), (broken, "no private key"), (other, "RSA")):
        with pytest.raises(Invalid, match=told) as refused:
            signing.signer(file, "mesa")
        assert str(file) in str(refused.value)
