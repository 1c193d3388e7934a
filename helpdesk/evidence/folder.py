"""Writes the evidence folder of a ticket, whole or not at all.

What we write ourselves never holds what lets its reader act (`masked`); mails are the originals, byte for byte.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.chain import canonical
from helpdesk.domain.errors import Conflict, Invalid
from helpdesk.domain.references import masked
from helpdesk.evidence import summary
from helpdesk.files import Files
from helpdesk.models.audit import Event
from helpdesk.models.ledger import RawMessage
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.tickets import Ticket
from helpdesk.queries import dossier

MANIFEST = "manifest.sha256"
VERIFIER = Path(__file__).with_name("verificar.py")
HELD = "retenidos-no-abrir"
LONGEST_NAME_BYTES = 150


def write(session: Session, ticket: Ticket, store: Files, folder: Path) -> int:
    """Write the folder; gives how many files the manifest names. It appears only when it is whole.

    Raises Conflict when there is something already, Invalid when it cannot be written, NotFound when a stored file is
    gone.
    """
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
        raise Conflict(f"{folder} no es una carpeta: dé el nombre de una nueva.")
    if folder.is_dir() and any(folder.iterdir()):
        raise Conflict(f"{folder} ya existe y no está vacía: dé una carpeta nueva.")
    unfinished = folder.with_name(f".{folder.name}.{os.getpid()}")
    lines = []
    try:
        for name, content in contents(session, ticket, store):
            put(unfinished / name, content)
            lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        put(unfinished / MANIFEST, "".join(lines).encode())
        unfinished.rename(folder)
    except OSError as error:
        raise Invalid(f"{folder}: no se puede escribir ({error.strerror}).") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return len(lines)


def put(path: Path, content: bytes) -> None:
    """Write a file and the folder it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def contents(session: Session, ticket: Ticket, store: Files) -> Iterator[tuple[str, bytes]]:
    """Every file of the folder by its name in it, one after another."""
    now = clock.now()
    found = dossier.evidence(session, ticket, now)
    events = session.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id)).all()
    page = summary.summary_of(session, ticket, found, events, now)
    yield "LEEME.txt", masked(summary.readme(page)).encode()
    yield "resumen.html", masked(summary.html(page)).encode()
    yield "ticket.json", (masked(as_json(found, indent=2)) + "\n").encode()
    yield "events.jsonl", "".join(map(event_line, events)).encode()
    yield "verificar.py", VERIFIER.read_bytes()
    for message in session.scalars(select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)):
        raw = session.get(RawMessage, message.ledger_id) if message.ledger_id else None
        if raw is not None:
            yield f"mails/{message.id}.eml", raw.content
            session.expunge(raw)
        for each in session.scalars(select(Attachment).where(Attachment.message_id == message.id)):
            yield name_of(each), store.get(each.sha256)
        for letter in session.scalars(select(Letter).where(Letter.message_id == message.id)):
            for place, file in enumerate(letter.files, 1):
                yield f"files/{message.id}-enviado-{place}-{safe(file['filename'])}", store.get(file["sha256"])


def name_of(file: Attachment) -> str:
    """Where a file that came lies in the folder; one that is held ends in what no program opens (R-170)."""
    name = f"{file.message_id}-{file.id}-{safe(file.filename)}"
    return f"{HELD}/{name}.retenido" if file.held else f"files/{name}"


def event_line(event: Event) -> str:
    """An event exactly as it was hashed, with the hash before it and its own."""
    content = canonical(event.previous_hash, event.at, event.actor, event.actor_id, event.kind, event.data, event.rows)
    previous = json.dumps(event.previous_hash)
    return f'{{"content":{content},"hash":"{event.hash}","previous":{previous}}}\n'


def safe(filename: str) -> str:
    """A file name that stays inside its folder, on one line and within what file systems take."""
    kept = re.sub(r"[^\w.\- ]", "_", filename).strip(". ").encode()[-LONGEST_NAME_BYTES:]
    return kept.decode(errors="ignore").strip() or "archivo"


def as_json(found: dict[str, Any], indent: int | None = None) -> str:
    """The document with times in RFC 3339."""
    return json.dumps(found, default=spelled, ensure_ascii=False, indent=indent)


def spelled(value: object) -> str:
    """A time for JSON."""
    assert isinstance(value, datetime)
    return value.isoformat()
