"""A logged-in IMAP connection and the few things we ask of it; its failures told in plain Spanish."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from imapclient import SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from helpdesk.domain.errors import Unavailable
from mailbridge.limits import MAX_MESSAGE_BYTES

SECONDS = 60
BATCH_MESSAGES = 20
BATCH_BYTES = 8 * 1024 * 1024
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
FAILURES = (IMAPClientError, imaplib.IMAP4.error, OSError)


class LoginRefused(Unavailable):
    """El servidor de correo no acepta el usuario o la contraseña de la casilla: revíselos y vuelva a configurarla."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom to log in; `token` is a bearer token (XOAUTH2) in place of the password."""

    url: str
    user: str
    secret: str
    folder: str
    token: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message of the server. Over the size limit only its headers are in `content`, and `whole` is False."""

    uid: int
    size: int
    content: bytes
    whole: bool


@contextmanager
def logged_in(account: Account) -> Iterator[IMAPClient]:
    """A connection with the account's folder not yet selected. Raises `LoginRefused` or `Unavailable` in Spanish."""
    try:
        client = connected(account.url)
    except FAILURES as error:
        raise Unavailable(f"El servidor de correo {account.url} no responde: {reason(error)}.") from error
    try:
        login(client, account)
        yield client
    finally:
        client.shutdown()


def connected(url: str) -> IMAPClient:
    """A greeted connection, encrypted with a checked certificate unless the server is this machine."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    context = ssl.create_default_context()
    if parts.scheme == "imaps":
        return IMAPClient(host, port=parts.port or 993, ssl=True, ssl_context=context, timeout=SECONDS)
    client = IMAPClient(host, port=parts.port or 143, ssl=False, timeout=SECONDS)
    if host not in LOOPBACK:
        client.starttls(context)
    return client


def login(client: IMAPClient, account: Account) -> None:
    """Logs in. Raises `LoginRefused`, or `Unavailable` when the server would but cannot now."""
    try:
        if account.token:
            client.oauth2_login(account.user, account.secret)
        else:
            client.login(account.user, account.secret)
    except LoginError as error:
        text = str(error)
        if any(code in text for code in ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]")):
            raise Unavailable(f"El servidor de correo no atiende ahora a {account.user}: {reason(error)}.") from error
        raise LoginRefused(f"{LoginRefused.__doc__} Respuesta: {reason(error)}.") from error
    except FAILURES as error:
        raise Unavailable(f"El servidor de correo cortó el inicio de sesión: {reason(error)}.") from error


def select(client: IMAPClient, folder: str) -> int:
    """Selects the folder and gives its UIDVALIDITY. Raises `Unavailable` naming the folder."""
    try:
        return int(client.select_folder(folder)[b"UIDVALIDITY"])
    except IMAPClientError as error:
        raise Unavailable(f"La casilla no tiene una carpeta {folder}: {reason(error)}.") from error


def uids_above(client: IMAPClient, uid: int) -> list[int]:
    """UIDs greater than `uid`, ascending. `n:*` always names the last message, even below n: it is dropped."""
    return sorted(found for found in client.search(["UID", f"{uid + 1}:*"]) if found > uid)


def fetch(client: IMAPClient, uids: list[int]) -> Iterator[Fetched]:
    """Messages without marking them read; what was expunged meanwhile is missing from the answer."""
    sizes = {uid: int(data[b"RFC822.SIZE"]) for uid, data in client.fetch(uids, ["RFC822.SIZE"]).items()}
    for uid in uids:
        if sizes.get(uid, 0) > MAX_MESSAGE_BYTES:
            head = client.fetch([uid], ["BODY.PEEK[HEADER]"]).get(uid, {}).get(b"BODY[HEADER]", b"")
            yield Fetched(uid, sizes[uid], head, whole=False)
    small = [uid for uid in uids if 0 < sizes.get(uid, 0) <= MAX_MESSAGE_BYTES]
    for batch in batches(small, sizes):
        for uid, data in sorted(client.fetch(batch, ["BODY.PEEK[]"]).items()):
            if b"BODY[]" in data:
                yield Fetched(uid, sizes[uid], data[b"BODY[]"], whole=True)


def batches(uids: list[int], sizes: dict[int, int]) -> Iterator[list[int]]:
    """The UIDs in groups that fit into memory together."""
    batch, weight = list[int](), 0
    for uid in uids:
        if batch and (len(batch) >= BATCH_MESSAGES or weight + sizes[uid] > BATCH_BYTES):
            yield batch
            batch, weight = [], 0
        batch.append(uid)
        weight += sizes[uid]
    if batch:
        yield batch


def mark_read(client: IMAPClient, uids: list[int]) -> None:
    """Flags messages \\Seen: a courtesy to people who look into the mailbox."""
    if uids:
        client.add_flags(uids, [SEEN], silent=True)


def reason(error: BaseException) -> str:
    """The failure in one line."""
    text = str(error)
    if text.startswith(("b'", 'b"')):
        text = text[2:-1]
    return " ".join(text.split())[:200].rstrip(".") or type(error).__name__
