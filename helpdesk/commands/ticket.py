"""`helpdesk ticket list | show NUMBER | export NUMBER DIR`."""

import argparse
import hashlib
import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock, files
from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.errors import Conflict
from helpdesk.files import Files
from helpdesk.models.institutions import Institution
from helpdesk.models.ledger import RawMessage
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import STATUSES, Ticket
from helpdesk.queries import dossier


def main(argv: list[str]) -> int:
    """`--json` prints one object a line. Raises NotFound, and Conflict for a folder that exists already."""
    parser = argparse.ArgumentParser(prog="helpdesk ticket")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="tickets, the newest last")
    listing.add_argument("--status", choices=STATUSES)
    listing.add_argument("--institution", metavar="KEY")
    listing.add_argument("--type", metavar="KEY")
    listing.add_argument("--json", action="store_true")
    show = actions.add_parser("show", help="one ticket")
    show.add_argument("number", metavar="NUMBER")
    show.add_argument("--json", action="store_true")
    export = actions.add_parser("export", help="the evidence folder of a ticket")
    export.add_argument("number", metavar="NUMBER")
    export.add_argument("folder", type=Path, metavar="DIR")
    chosen = parser.parse_args(argv)
    with desk() as settings, transaction() as session:
        match chosen.action:
            case "list":
                for ticket in matching(session, chosen.institution, chosen.status, chosen.type):
                    found = dossier.line(session, ticket, clock.now())
                    sys.stdout.write((as_json(found) if chosen.json else in_a_line(found)) + "\n")
            case "show":
                found = dossier.whole(session, dossier.by_number(session, chosen.number), clock.now())
                sys.stdout.write((as_json(found) if chosen.json else in_words(found)) + "\n")
            case "export":
                ticket = dossier.by_number(session, chosen.number)
                count = write_evidence(session, ticket, files.at(settings.files), chosen.folder)
                sys.stdout.write(f"{chosen.folder}: {count} archivos y su manifiesto.\n")
    return 0


def matching(session: Session, institution: str | None, status: str | None, request_type: str | None) -> list[Ticket]:
    """The tickets asked for, by number of row."""
    query = select(Ticket).order_by(Ticket.id)
    if institution:
        query = query.join(Institution, Institution.id == Ticket.institution_id).where(Institution.key == institution)
    if status:
        query = query.where(Ticket.status == status)
    if request_type:
        query = query.where(Ticket.request_type == request_type)
    return list(session.scalars(query))


def write_evidence(session: Session, ticket: Ticket, store: Files, folder: Path) -> int:
    """The ticket as JSON, its original mails and files, and `manifest.sha256` over them; gives how many files.

    `sha256sum -c manifest.sha256` inside the folder checks it without this program.
    """
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise Conflict(f"{folder} ya existe: dé una carpeta nueva.") from error
    written: dict[str, bytes] = {
        "ticket.json": (as_json(dossier.whole(session, ticket, clock.now()), indent=2) + "\n").encode()
    }
    for message in session.scalars(select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)):
        raw = session.get(RawMessage, message.ledger_id) if message.ledger_id else None
        if raw is not None:
            written[f"mails/{message.id}.eml"] = raw.content
        for each in session.scalars(select(Attachment).where(Attachment.message_id == message.id)):
            written[f"files/{message.id}-{each.id}-{safe(each.filename)}"] = store.get(each.sha256)
    manifest = []
    for name, content in written.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        manifest.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    (folder / "manifest.sha256").write_text("".join(manifest), encoding="utf-8")
    return len(written)


def safe(filename: str) -> str:
    """A file name that stays inside its folder and on one line."""
    return re.sub(r"[^\w.\- ]", "_", filename).strip(". ")[:100] or "archivo"


def as_json(found: dict[str, Any], indent: int | None = None) -> str:
    """The document with times in RFC 3339."""
    return json.dumps(found, default=spelled, ensure_ascii=False, indent=indent)


def spelled(value: object) -> str:
    """A time for JSON."""
    assert isinstance(value, datetime)
    return value.isoformat()


def in_a_line(found: dict[str, Any]) -> str:
    """The ticket for a terminal: number, status, due, type, requester, subject."""
    due = f"{found['due_at']:%Y-%m-%d %H:%M}" if found["due_at"] else "-"
    return (
        f"{found['number']:<11} {found['status']:<17} {due:<16} {found['request_type'] or 'sin clasificar':<32} "
        f"{found['requester']['address']:<40} {found['subject']}"
    )


def in_words(found: dict[str, Any]) -> str:
    """The ticket for a terminal: head, data, documents, route, conversation."""
    lines = [in_a_line(found), ""]
    lines += [f"{key:<24} {value}" for key, value in found["fields"].items()]
    lines += [f"documento {entry['key']:<32} {entry['state']}" for entry in found["documents"]]
    lines += [
        f"paso      {step['key']:<32} {step['state']:<10} {step['decided_by'] or ''} {step['reason'] or ''}".rstrip()
        for step in found["steps"]
    ]
    for message in found["messages"]:
        lines += ["", f"{message['at']:%Y-%m-%d %H:%M} {message['direction']} {message['from']}", message["text"]]
    return "\n".join(lines)
