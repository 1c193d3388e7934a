"""What opening a ticket costs the desk: statements and CPU time of the transaction in which a message has its effect.

Reading the message lies before it and is not counted. The load are the shipped sample messages that open a ticket,
each in several copies, so that routes with approvals, returned requests and files all take part.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from email.utils import getaddresses
from pathlib import Path
from statistics import median

from sqlalchemy import event

import config
from helpdesk import cataloguefile
from helpdesk.assembly import application
from helpdesk.db import db, transaction
from helpdesk.domain.actors import operator
from helpdesk.queries import mailboxes
from helpdesk.queries.mailboxes import Door
from helpdesk.services import catalogue
from mailbridge import intake, processing

MESSAGE_ID = b"Message-ID: <"


@dataclass(frozen=True, slots=True)
class Measure:
    """`statements` and `cpu_ms` are the middle of all tickets opened, `most_statements` the largest number."""

    tickets: int
    statements: float
    most_statements: int
    cpu_ms: float


def measure(settings: config.Settings, url: str, letters: list[Path], rounds: int) -> Measure:
    """Takes each letter in `rounds` times, in the empty, migrated database at `url`; the first round warms up."""
    app = application(settings, url)
    costs: list[tuple[int, float]] = []
    with app.app_context():
        for path in sorted(cataloguefile.SHIPPED.glob("*.yaml")):
            with transaction() as session:
                catalogue.load(session, operator(), cataloguefile.read(path))
        for round_ in range(rounds + 1):
            for path in letters:
                cost = opened(path, round_)
                if cost is not None and round_ > 0:
                    costs.append(cost)
    return Measure(
        len(costs),
        median(statements for statements, _ in costs),
        max(statements for statements, _ in costs),
        1000 * median(seconds for _, seconds in costs),
    )


def opened(path: Path, round_: int) -> tuple[int, float] | None:
    """Statements and seconds of CPU of one ticket; None when the letter opened none."""
    raw = path.read_bytes().replace(MESSAGE_ID, MESSAGE_ID + f"{round_}.".encode(), 1)
    door = door_of(raw)
    if door is None:
        return None
    key = f"bench:{path.name}:{round_}"
    envelope = intake.Envelope("import", door.institution_id, door.mailbox_id, key, None, door.address)
    ledger_id = intake.accept(envelope, raw)
    started = processing.count_try(ledger_id)
    incoming = processing.understand(started) if started is not None else None
    if started is None or incoming is None:
        return None
    with counted() as sent:
        began = time.process_time()
        processing.record(started, incoming)
        seconds = time.process_time() - began
    is_opened = any(statement.startswith("INSERT INTO tickets ") for statement in sent)
    return (len(sent), seconds) if is_opened else None


def door_of(raw: bytes) -> Door | None:
    """The mailbox of ours that a letter is addressed to."""
    addressed = getaddresses([str(message_from_bytes(raw, policy=default)["To"] or "")])
    with transaction() as session:
        return next(filter(None, (mailboxes.find(session, address) for _, address in addressed)), None)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
