"""A logged-in IMAP connection and the few things we ask of it; its failures told in plain Spanish."""

import imaplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from imapclient import DELETED, SEEN, IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from helpdesk.domain.errors import Unavailable
from mailbridge.imap_wire import GuardedClient
from mailbridge.limits import MAX_MESSAGE_BYTES

SECONDS = 60
BATCH_MESSAGES = 20
BATCH_BYTES = 8 * 1024 * 1024
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
FAILURES = (IMAPClientError, imaplib.IMAP4.error, OSError)
# imaplib takes a line of a megabyte at most; an answer to SEARCH is one line.
SEARCH_MESSAGES = 20_000
# RFC 5530 and what Microsoft 365 and Gmail say when it is too much for them: not the password's fault.
PASSING_CODES = (
    "[UNAVAILABLE]",
    "[INUSE]",
    "[LIMIT]",
    "[THROTTLED]",
    "[OVERQUOTA]",
    "Too many simultaneous connections",
)


# OpenSSL's X509_V_ERR_… codes.
CERTIFICATE_FAULTS = {
    9: "su certificado todavía no rige; revise la hora de las dos máquinas",
    10: "su certificado venció; pida que lo renueven",
    18: "su certificado se avala a sí mismo y nadie más lo avala; instálelo como de confianza en esta máquina",
    19: "su certificado viene de una autoridad desconocida; instálela como de confianza en esta máquina",
    20: "su certificado viene de una autoridad desconocida; instálela como de confianza en esta máquina",
    62: "su certificado es de otro nombre; use el nombre que figura en él",
}


class LoginRefused(Unavailable):
    """El servidor de correo no acepta el usuario o la contraseña de la casilla: revíselos y vuelva a configurarla."""


class Throttled(Unavailable):
    """The server takes no log-in for the time being, for a reason of its own."""


class FolderMissing(Unavailable):
    """A folder that is to be read is not in the account."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom to log in; `token` is a bearer token (XOAUTH2) in place of the password."""

    url: str
    user: str
    secret: str
    token: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A selected folder with its number of messages. In a read-only one nothing can be flagged or moved."""

    uidvalidity: int
    uidnext: int | None
    messages: int
    read_only: bool


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message of the server. Over the size limit only its headers are in `content`, and `whole` is False."""

    uid: int
    size: int
    content: bytes
    whole: bool


@contextmanager
def logged_in(account: Account, seconds: float = SECONDS) -> Iterator[GuardedClient]:
    """A connection with no folder selected yet; no answer within `seconds` ends it.

    Raises `LoginRefused` or `Unavailable` in Spanish.
    """
    client = connected(account.url, seconds)
    try:
        login(client, account)
        yield client
    finally:
        client.shutdown()


def connected(url: str, seconds: float = SECONDS) -> GuardedClient:
    """A greeted connection, encrypted with a checked certificate unless the server is this machine.

    Raises `Unavailable` with what is wrong with the address, the port, or the encryption.
    """
    try:
        return _connected(url, seconds)
    except FAILURES as error:
        raise Unavailable(f"El servidor de correo {url} no responde: {explained(error)}.") from error


def _connected(url: str, seconds: float) -> GuardedClient:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    context = ssl.create_default_context()
    if parts.scheme == "imaps":
        return GuardedClient(host, port=parts.port or 993, ssl=True, ssl_context=context, timeout=seconds)
    client = GuardedClient(host, port=parts.port or 143, ssl=False, timeout=seconds)
    if host not in LOOPBACK:
        try:
            client.starttls(context)
        except BaseException:
            client.shutdown()
            raise
    return client


def explained(error: BaseException) -> str:
    """What a failure to connect means and what to look at."""
    match error:
        case socket.gaierror():
            return "no existe un servidor con ese nombre; revise cómo está escrito"
        case ConnectionRefusedError():
            return "nada atiende en ese puerto; el habitual es 993 con imaps:// y 143 con imap://"
        case ssl.SSLCertVerificationError():
            return (
                f"su certificado no es válido para ese nombre ({error.verify_message}); use el nombre que figura en él"
            )
        case ssl.SSLError():
            return "no habla TLS en ese puerto; escriba imap:// si usa STARTTLS, o el puerto 993 con imaps://"
        case TimeoutError():
            return "no contestó a tiempo; revise el cortafuegos entre las dos máquinas"
        case CapabilityError() | IMAPClientError() if "STARTTLS" in str(error).upper():
            return "no ofrece cifrado (STARTTLS) y sin él no se envía la contraseña; escriba imaps://"
    return reason(error)


def login(client: GuardedClient, account: Account) -> None:
    """Logs in. Raises `LoginRefused`, `Throttled` when the server would but cannot now, or `Unavailable`."""
    if client.is_let_in():
        raise Unavailable("El servidor de correo da por iniciada una sesión que nadie pidió (PREAUTH): revíselo.")
    try:
        if account.token:
            client.oauth2_login(account.user, account.secret)
        else:
            client.login(account.user, account.secret)
    except LoginError as error:
        text = str(error)
        if any(code.lower() in text.lower() for code in PASSING_CODES):
            raise Throttled(f"El servidor de correo no atiende ahora a {account.user}: {reason(error)}.") from error
        if isinstance(error.__context__, (imaplib.IMAP4.abort, OSError)):
            raise Unavailable(f"El servidor de correo cortó el inicio de sesión: {reason(error)}.") from error
        raise LoginRefused(f"{LoginRefused.__doc__} Respuesta: {reason(error)}.") from error
    except FAILURES as error:
        raise Unavailable(f"El servidor de correo cortó el inicio de sesión: {reason(error)}.") from error


def select(client: IMAPClient, folder: str) -> Opened:
    """Selects the folder. Raises `FolderMissing` naming it."""
    try:
        return _opened(client.select_folder(folder), read_only=False)
    except imaplib.IMAP4.readonly:
        return _opened(client.select_folder(folder, readonly=True), read_only=True)
    except imaplib.IMAP4.abort:
        raise
    except IMAPClientError as error:
        raise FolderMissing(f"La casilla no tiene una carpeta {folder}: {reason(error)}.") from error


def _opened(answer: dict[bytes, Any], *, read_only: bool) -> Opened:
    uidnext = answer.get(b"UIDNEXT")
    return Opened(
        uidvalidity=int(answer[b"UIDVALIDITY"]),
        uidnext=int(uidnext) if uidnext is not None else None,
        messages=int(answer.get(b"EXISTS", 0)),
        read_only=read_only,
    )


def uids_above(client: IMAPClient, uid: int, messages: int = 0) -> list[int]:
    """UIDs greater than `uid`, ascending. `n:*` always names the last message, even below n: it is dropped.

    `messages` is how many the folder holds where many may be above: they are asked for in several answers.
    """
    wanted = ["UID", f"{uid + 1}:*"]
    if messages <= SEARCH_MESSAGES:
        found = list(client.search(wanted))
    else:
        starts = range(1, messages + 1, SEARCH_MESSAGES)
        runs = (f"{start}:{min(start + SEARCH_MESSAGES - 1, messages)}" for start in starts)
        found = [one for run in runs for one in client.search([run, *wanted])]
        found += client.search([f"{messages}:*", *wanted])
    return sorted({one for one in found if one > uid})


def fetch(client: IMAPClient, uids: list[int]) -> Iterator[Fetched]:
    """Messages without marking them read; what was expunged meanwhile is missing from the answer."""
    sizes = {
        uid: int(data[b"RFC822.SIZE"])
        for uid, data in client.fetch(uids, ["RFC822.SIZE"]).items()
        if uid in uids and b"RFC822.SIZE" in data
    }
    for uid in uids:
        if sizes.get(uid, 0) > MAX_MESSAGE_BYTES:
            head = client.fetch([uid], ["BODY.PEEK[HEADER]"]).get(uid, {}).get(b"BODY[HEADER]", b"")
            yield Fetched(uid, sizes[uid], head, whole=False)
    small = [uid for uid in uids if uid in sizes and sizes[uid] <= MAX_MESSAGE_BYTES]
    for batch in batches(small, sizes):
        for uid, data in sorted(client.fetch(batch, ["BODY.PEEK[]"]).items()):
            if uid in batch and b"BODY[]" in data:
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


def present(client: IMAPClient, uids: list[int]) -> set[int]:
    """Those of the UIDs that are still in the selected folder."""
    return set(client.search(["UID", ",".join(map(str, uids))])) & set(uids) if uids else set()


def put_away(client: IMAPClient, uids: list[int], move_to: str | None) -> str | None:
    """Shows people who look into the mailbox what was taken in: moved to a folder, or flagged as read.

    A courtesy: where the server refuses, the messages stay and a sentence says why.
    """
    if not uids:
        return None
    try:
        if move_to is None or not _moved(client, uids, move_to):
            client.add_flags(uids, [SEEN], silent=True)
    except imaplib.IMAP4.abort:
        raise
    except IMAPClientError as error:
        what = f"mover a {move_to} lo ya leído" if move_to else "marcar lo ya leído"
        return f"El correo se recibe, pero el servidor no permite {what}: {reason(error)}."
    return None


def _moved(client: IMAPClient, uids: list[int], move_to: str) -> bool:
    """Whether the server can move: by MOVE (RFC 6851), or by copying and removing just those (UIDPLUS, RFC 4315)."""
    if client.has_capability("MOVE"):
        client.move(uids, move_to)
    elif client.has_capability("UIDPLUS"):
        client.copy(uids, move_to)
        client.add_flags(uids, [SEEN, DELETED], silent=True)
        client.uid_expunge(uids)
    else:
        return False
    return True


def reason(error: BaseException) -> str:
    """The failure in one line."""
    text = str(error)
    if text.startswith(("b'", 'b"')):
        text = text[2:-1]
    return " ".join(text.split())[:200].rstrip(".") or type(error).__name__
