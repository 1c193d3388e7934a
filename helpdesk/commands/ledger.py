"""`helpdesk ledger status [--json] | show ID | replay ID | accept ID`."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from helpdesk import clock
from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import NotFound
from helpdesk.domain.quarantine import REASONS
from helpdesk.models.ledger import Arrival
from helpdesk.queries import health
from helpdesk.queries.health import Equation
from helpdesk.services import ledger
from mailbridge import failpoints


def main(argv: list[str]) -> int:
    """`status` exits 1 when the equation does not hold or something has been pending for over 5 minutes."""
    parser = argparse.ArgumentParser(prog="helpdesk ledger")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("status", help="the ledger equation").add_argument("--json", action="store_true")
    actions.add_parser("show", help="one arrival").add_argument("id", type=int)
    actions.add_parser("replay", help="try an arrival again").add_argument("id", type=int)
    actions.add_parser("accept", help="let an arrival through that was put aside out of doubt").add_argument(
        "id", type=int
    )
    chosen = parser.parse_args(argv)
    with desk():
        match chosen.action:
            case "status":
                return status(as_json if chosen.json else as_text)
            case "show":
                show(chosen.id)
            case "replay":
                replay(chosen.id)
            case "accept":
                accept(chosen.id)
    return 0


def status(written: Callable[[Equation, tuple[health.MailboxHealth, ...]], str]) -> int:
    """Says whether the equation holds; 1 when it does not or something waits too long."""
    with transaction() as session:
        found, boxes = health.equation(session, clock.now()), health.mailboxes(session)
    say(written(found, boxes))
    return 0 if found.holds and not found.stuck else 1


def show(ledger_id: int) -> None:
    """Says all there is to know of one arrival. Raises NotFound."""
    with transaction() as session:
        row = session.get(Arrival, ledger_id)
    if row is None:
        raise NotFound(f"There is no arrival {ledger_id} in the ledger.")
    say("\n".join(f"{key:<16} {value}" for key, value in described(row).items() if value is not None))


def replay(ledger_id: int) -> None:
    """Puts an arrival back at the beginning of its way."""
    with transaction() as session:
        ledger.replay(session, operator(), ledger_id)
        failpoints.reach("replay.before_commit")
    failpoints.reach("replay.after_commit")
    say(f"Arrival {ledger_id} is pending again; the worker reads it next.")


def accept(ledger_id: int) -> None:
    """Lets an arrival through that was put aside out of doubt."""
    with transaction() as session:
        ledger.accept_by_hand(session, operator(), ledger_id)
        failpoints.reach("accept.before_commit")
    failpoints.reach("accept.after_commit")
    say(f"Arrival {ledger_id} is accepted; the worker reads it next and its trust stays as it was.")


def as_text(found: Equation, boxes: tuple[health.MailboxHealth, ...]) -> str:
    """The equation on one line, its parts below, a line for each mailbox in trouble or behind."""
    ignored, quarantined = sum(found.ignored.values()), sum(found.quarantined.values())
    lines = [
        f"accepted {found.accepted} = processed {found.processed} + duplicate {found.duplicate} + ignored {ignored}"
        f" + quarantined {quarantined} + pending {found.pending}: {'holds' if found.holds else 'DOES NOT HOLD'}"
    ]
    lines += [f"  ignored      {count:>6}  {rule}" for rule, count in sorted(found.ignored.items())]
    lines += [f"  quarantined  {count:>6}  {reason}" for reason, count in sorted(found.quarantined.items())]
    if found.oldest_pending is not None:
        age = timedelta(seconds=int(found.oldest_pending.total_seconds()))
        lines.append(f"  pending      {found.pending:>6}  the oldest for {age}{' (TOO LONG)' if found.stuck else ''}")
    if found.without_content:
        lines.append(f"  {found.without_content} arrivals have lost their bytes")
    for box in boxes:
        if box.last_error or box.last_remark or box.backlog or box.vanished:
            counts = f"{box.backlog} waiting on the server, {box.vanished} vanished from it before they were fetched."
            sentences = (sentence for sentence in (counts, box.last_error, box.last_remark) if sentence)
            lines.append(f"  {box.address}: {' '.join(sentences)}")
    return "\n".join(lines)


def as_json(found: Equation, boxes: tuple[health.MailboxHealth, ...]) -> str:
    """The same as one JSON object; ages in seconds, times in RFC 3339."""
    document = dataclasses.asdict(found) | {
        "oldest_pending": found.oldest_pending.total_seconds() if found.oldest_pending is not None else None,
        "holds": found.holds,
        "mailboxes": [dataclasses.asdict(box) for box in boxes],
    }
    return json.dumps(document, default=spelled)


def described(row: Arrival) -> dict[str, Any]:
    """The columns of an arrival, as they stand, and what to do about one in quarantine."""
    columns = {column.key: getattr(row, column.key) for column in Arrival.__table__.columns}
    reason = REASONS.get(row.reason or "") if row.state == "quarantined" else None
    return columns | {"next_step": reason and reason.next_step}


def spelled(value: object) -> str:
    """A time for JSON."""
    assert isinstance(value, datetime)
    return value.isoformat()


def say(text: str) -> None:
    """Text on standard output."""
    sys.stdout.write(text + "\n")
