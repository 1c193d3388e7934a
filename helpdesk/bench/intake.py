"""How fast mail is taken in: messages through the door, then one worker process until all had their effect.

Measures what a production start would: a durable database of its own on this disk, the shipped catalogue, the real
reader behind its fence. The load is made, not sampled: letters of many senders with a little text, one in five with
an attachment.
"""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from sqlalchemy import func, select

import config
from helpdesk import cataloguefile
from helpdesk.assembly import application
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Unavailable
from helpdesk.models.institutions import Mailbox
from helpdesk.models.ledger import Arrival
from helpdesk.queries import mailboxes
from helpdesk.queries.mailboxes import Door
from helpdesk.services import catalogue
from mailbridge import intake

SENDERS = 500
LOOK_SECONDS = 0.2
STILL_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Measure:
    """What was seen. `accepted` and `processed` are messages per second; memory is the peak of the worker process or
    of one of its readers, whichever was larger, in MB."""

    messages: int
    accepted: float
    processed: float
    accept_cpu_ms: float
    process_cpu_ms: float
    peak_mb: float


def measure(settings: config.Settings, url: str, messages: int) -> Measure:
    """Runs the load on the empty, migrated database at `url`. Raises `Unavailable` when the worker stands still."""
    app = application(settings, url)
    with app.app_context():
        door = prepared()
        letters = [letter(number, door.address) for number in range(messages)]
        began, cpu = time.monotonic(), time.process_time()
        for number, raw in enumerate(letters):
            envelope = intake.Envelope(
                "lmtp", door.institution_id, door.mailbox_id, f"bench:{number}", None, door.address
            )
            intake.accept(envelope, raw)
        accepting, accept_cpu = time.monotonic() - began, time.process_time() - cpu
        with worker(settings, url):
            processing = drained(messages)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measure(
        messages=messages,
        accepted=messages / accepting,
        processed=messages / processing,
        accept_cpu_ms=1000 * accept_cpu / messages,
        process_cpu_ms=1000 * (used.ru_utime + used.ru_stime) / messages,
        peak_mb=used.ru_maxrss / 1024,
    )


def prepared() -> Door:
    """Loads a shipped catalogue and gives one of its mailboxes."""
    with transaction() as session:
        catalogue.load(session, operator(), cataloguefile.read(cataloguefile.SHIPPED / "mef-ec.yaml"))
        address = session.scalars(select(Mailbox.address).order_by(Mailbox.id)).first()
        door = mailboxes.find(session, address or "")
    assert door is not None
    return door


def letter(number: int, recipient: str) -> bytes:
    """One message of the load."""
    message = EmailMessage()
    message["From"] = f"Persona {number % SENDERS} <persona{number % SENDERS}@entidad.example>"
    message["To"], message["Subject"] = recipient, f"Consulta {number}: no puedo ingresar al sistema"
    message["Date"], message["Message-ID"] = format_datetime(datetime.now(UTC)), f"<{number}@entidad.example>"
    message.set_content(f"Buenos días:\n\nNo puedo ingresar al sistema desde ayer. Es el caso {number}.\n\nGracias.\n")
    if number % 5 == 0:
        message.add_attachment(
            os.urandom(20_000), maintype="application", subtype="pdf", filename=f"oficio-{number}.pdf"
        )
    return message.as_bytes()


@contextmanager
def worker(settings: config.Settings, url: str) -> Iterator[None]:
    """One worker process."""
    assert settings.secret_key is not None
    environment = os.environ | {
        "HELPDESK_DATABASE_URL": url,
        "HELPDESK_SECRET_KEY": settings.secret_key,
        "HELPDESK_DATA_DIR": str(settings.data_dir),
    }
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-m", "helpdesk", "worker"], env=environment, cwd=root, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def drained(messages: int) -> float:
    """Seconds from the first effect to the last. Raises `Unavailable` when nothing moves for two minutes."""
    first: tuple[float, int] | None = None
    left, moved = messages, time.monotonic()
    while left:
        time.sleep(LOOK_SECONDS)
        with transaction() as session:
            now_left = session.scalar(select(func.count()).where(Arrival.state == "pending")) or 0
        if now_left < left:
            moved = time.monotonic()
            first = first or (moved, messages - now_left)
        elif time.monotonic() - moved > STILL_SECONDS:
            raise Unavailable(f"The worker stands still with {left} messages left: see its log.")
        left = now_left
    began, done_before = first if first is not None else (moved, 0)
    share = messages / max(messages - done_before, 1)
    return max(moved - began, LOOK_SECONDS) * share
