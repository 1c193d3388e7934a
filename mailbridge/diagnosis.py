"""What is wrong with the connection of a mailbox, step by step, in words that say what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from imapclient import IMAPClient

from helpdesk.domain.errors import HelpdeskError
from helpdesk.services.mailboxes import Connection
from mailbridge import imap_client, login
from mailbridge.imap_client import FAILURES, FolderMissing

Grade = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    grade: Grade
    sentence: str


def examine(connection: Connection, secret_key: bytes) -> Iterator[Finding]:
    """Connects, logs in and opens every folder; ends at what makes the rest impossible. Changes nothing there."""
    try:
        account = login.account(connection, secret_key)
        with imap_client.logged_in(account) as client:
            yield Finding("ok", f"Se inició sesión en {connection.url} como {connection.user}.")
            yield from _folders(client, connection)
            yield from _abilities(client, connection)
    except HelpdeskError as error:
        yield Finding("error", str(error))
    except FAILURES as error:
        yield Finding("error", f"El servidor de correo cortó la conexión: {imap_client.explained(error)}.")


def _folders(client: IMAPClient, connection: Connection) -> Iterator[Finding]:
    names = [name for _, _, name in client.list_folders()]
    for folder in connection.folders:
        try:
            opened = imap_client.select(client, folder)
        except FolderMissing:
            yield Finding("error", f"No existe la carpeta {folder}. Las que hay: {', '.join(names)}.")
            continue
        uids = client.search(["ALL"])
        head = client.fetch(uids[-1:], ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]"]) if uids else {}
        seen = ", el más reciente se puede leer" if head else ""
        yield Finding("ok", f"{folder}: {len(uids)} mensajes{seen}.")
        if opened.read_only:
            yield Finding("warning", f"{folder} solo se puede leer: el correo se recibe, lo leído queda sin marcar.")
    if connection.move_to and connection.move_to not in names:
        yield Finding(
            "error", f"No existe la carpeta {connection.move_to}, adonde mover lo leído: créela en el servidor."
        )


def _abilities(client: IMAPClient, connection: Connection) -> Iterator[Finding]:
    if not client.has_capability("IDLE"):
        yield Finding("warning", "El servidor no avisa cuando llega correo (IDLE): se consulta una vez por minuto.")
    movable = client.has_capability("MOVE") or client.has_capability("UIDPLUS")
    if connection.move_to and not movable:
        yield Finding(
            "warning",
            "El servidor no puede mover ni quitar un mensaje preciso (MOVE, UIDPLUS): lo leído se marca y queda en su "
            "carpeta.",
        )
