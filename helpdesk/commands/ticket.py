"""`helpdesk ticket list | show NUMBER | export NUMBER [DIR]`."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock, files
from helpdesk.commands.opened import desk
from helpdesk.db import snapshot
from helpdesk.evidence import folder
from helpdesk.evidence.folder import as_json
from helpdesk.models.institutions import Institution
from helpdesk.models.tickets import STATUSES, Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import dossier, keeping

YES_NO = {"True": "sí", "False": "no"}


def main(argv: list[str]) -> int:
    """`--json` prints one object a line. Raises NotFound, and Conflict for a folder that holds something already."""
    parser = argparse.ArgumentParser(prog="helpdesk ticket")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="tickets, the newest last")
    listing.add_argument("--status", choices=STATUSES)
    listing.add_argument("--institution", metavar="KEY")
    listing.add_argument("--type", metavar="KEY")
    listing.add_argument(
        "--past-keeping", action="store_true", help="only those kept as long as their institution chose"
    )
    listing.add_argument("--json", action="store_true")
    show = actions.add_parser("show", help="one ticket")
    show.add_argument("number", metavar="NUMBER")
    show.add_argument("--json", action="store_true")
    export = actions.add_parser("export", help="the evidence folder of a ticket")
    export.add_argument("number", metavar="NUMBER")
    export.add_argument("folder", type=Path, metavar="DIR", nargs="?", help="by default ./NUMBER")
    chosen = parser.parse_args(argv)
    with desk() as settings, snapshot() as session:
        match chosen.action:
            case "list":
                kept_long = past_keeping(session) if chosen.past_keeping else None
                for ticket in matching(session, chosen.institution, chosen.status, chosen.type):
                    if kept_long is not None and ticket.id not in kept_long:
                        continue
                    found = dossier.line(session, ticket, clock.now())
                    shown = as_json(found) if chosen.json else in_a_line(found, zone_of(session, ticket))
                    sys.stdout.write(f"{shown}\n")
            case "show":
                ticket = dossier.by_number(session, chosen.number)
                found = dossier.whole(session, ticket, clock.now())
                shown = as_json(found) if chosen.json else in_words(found, zone_of(session, ticket))
                sys.stdout.write(f"{shown}\n")
            case "export":
                ticket = dossier.by_number(session, chosen.number)
                target = chosen.folder or Path(dossier.number_of(session, ticket))
                count = folder.write(session, ticket, files.at(settings.files), target)
                sys.stdout.write(f"{target}: {count} archivos y su manifiesto.\n")
    return 0


def matching(session: Session, institution: str | None, status: str | None, request_type: str | None) -> list[Ticket]:
    """The tickets asked for, the newest last. Raises NotFound for an institution that there is not."""
    query = select(Ticket).order_by(Ticket.id)
    if institution:
        query = query.where(Ticket.institution_id == catalogues.institution_by_key(session, institution).id)
    if status:
        query = query.where(Ticket.status == status)
    if request_type:
        query = query.where(Ticket.request_type == request_type)
    return list(session.scalars(query))


def past_keeping(session: Session) -> frozenset[int]:
    """The tickets that were kept as long as their institution chose (Q-09)."""
    ids = session.scalars(select(Institution.id).where(Institution.catalogue_version_id.is_not(None)))
    return frozenset(ticket.id for each in ids.all() for ticket in keeping.past(session, each, clock.now()))


def zone_of(session: Session, ticket: Ticket) -> ZoneInfo:
    """The time zone of the ticket's institution, in which people read its times."""
    return ZoneInfo(session.get_one(Institution, ticket.institution_id).timezone)


def in_a_line(found: dict[str, Any], zone: ZoneInfo) -> str:
    """The ticket for a terminal: number, status, due, type, requester, subject."""
    due = minute(found["due_at"], zone) if found["due_at"] else "-"
    return (
        f"{found['number']:<11} {found['status']:<17} {due:<16} {found['request_type'] or 'sin clasificar':<32} "
        f"{found['requester']['address']:<40} {found['subject']}"
    )


def in_words(found: dict[str, Any], zone: ZoneInfo) -> str:
    """The ticket for a terminal: head, data, documents, route, conversation; times in the institution's zone."""
    lines = [in_a_line(found, zone), f"recibido {minute(found['received_at'], zone)} ({zone.key})", ""]
    lines += [f"{key:<36} {YES_NO.get(str(value), value)}" for key, value in found["fields"].items()]
    lines += [f"documento {entry['key']:<36} {entry['state']}" for entry in found["documents"]]
    lines += [step_in_a_line(step, zone) for step in found["steps"]]
    for message in found["messages"]:
        lines += ["", f"{minute(message['at'], zone)} {message['direction']} {message['from']}", message["text"]]
    return "\n".join(lines)


def step_in_a_line(step: dict[str, Any], zone: ZoneInfo) -> str:
    """A step of the route: state, when and by whom it was decided, why."""
    decided = minute(step["decided_at"], zone) if step["decided_at"] else ""
    return (
        f"paso      {step['key']:<36} {step['state']:<10} {decided} {step['decided_by'] or ''} {step['reason'] or ''}"
    ).rstrip()


def minute(instant: datetime, zone: ZoneInfo) -> str:
    """The instant to the minute, on the zone's clocks."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
