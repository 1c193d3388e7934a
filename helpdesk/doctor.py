"""Looks at what the program stands on and says in plain words what is wrong and what to do."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, create_engine, pool, select, text
from sqlalchemy.exc import OperationalError

from helpdesk import schema
from helpdesk.binaries import OLDEST
from helpdesk.files import Files
from helpdesk.models.institutions import Mailbox

LEAST_FREE = 1_000_000_000
"""Bytes of disk below which the doctor warns."""
CLOCK_TOLERANCE = timedelta(seconds=5)

Grade = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `what`, how it is, and a sentence."""

    grade: Grade
    what: str
    sentence: str


def examine(url: str, store: Files, data_dir: Path, *, sends: bool) -> Iterator[Finding]:
    """Everything in order of dependence; `sends`: whether an outgoing server is configured."""
    yield disk(data_dir)
    yield folder(store)
    if not sends:
        yield Finding("warning", "outgoing mail", "HELPDESK_SMTP_URL is not set: letters stay queued.")
    engine = create_engine(url, poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            yield server(connection)
            yield clock(connection)
            at, wanted = schema.present(url), schema.head()
            if at != wanted:
                yield Finding("error", "schema", f"is at {at or 'nothing'}, wanted {wanted}: helpdesk db upgrade.")
                return
            yield Finding("ok", "schema", f"is at {at}.")
            yield jobs(connection)
            yield from mailboxes(connection)
    except OperationalError as error:
        yield Finding("error", "database", f"does not answer: {str(error.orig).strip().splitlines()[0]}.")


def disk(data_dir: Path) -> Finding:
    """Free space where data lies."""
    free = shutil.disk_usage(data_dir).free
    grade: Grade = "ok" if free >= LEAST_FREE else "warning"
    return Finding(grade, "disk", f"{free / 1e9:.1f} GB free in {data_dir}.")


def folder(store: Files) -> Finding:
    """Whether files can be stored."""
    try:
        store.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=store.root) as file:
            file.write(b"x")
    except OSError as error:
        return Finding("error", "files", f"cannot be written in {store.root}: {error.strerror}.")
    return Finding("ok", "files", f"are kept in {store.root}.")


def server(connection: Connection) -> Finding:
    """Version and encoding of the database."""
    version = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10000
    encoding = connection.scalar(text("SHOW server_encoding"))
    if version < OLDEST:
        return Finding("error", "database", f"is PostgreSQL {version}: {OLDEST} or newer is needed.")
    if encoding != "UTF8":
        return Finding("error", "database", f"is encoded in {encoding}: create it with ENCODING 'UTF8'.")
    return Finding("ok", "database", f"answers, PostgreSQL {version}.")


def clock(connection: Connection) -> Finding:
    """Whether this machine and the database agree on the time: deadlines and leases depend on it."""
    theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs(datetime.now(UTC) - theirs)
    grade: Grade = "ok" if apart <= CLOCK_TOLERANCE else "error"
    return Finding(grade, "clock", f"differs from the database's by {apart.total_seconds():.1f} s.")


def jobs(connection: Connection) -> Finding:
    """Jobs that failed for good, and whether somebody runs jobs at all."""
    failed = connection.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"))
    late = connection.scalar(
        text(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
            " AND coalesce(scheduled_at, '-infinity') < now() - interval '10 minutes'"
        )
    )
    alive = connection.scalar(
        text("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'")
    )
    if late and not alive:
        return Finding("warning", "jobs", f"{late} wait and no worker runs: start helpdesk worker.")
    return Finding("warning" if failed else "ok", "jobs", f"{failed} failed, {late} late, {alive} workers run.")


def mailboxes(connection: Connection) -> Iterator[Finding]:
    """What the bridge last met at each mailbox."""
    seen = select(Mailbox.address, Mailbox.last_error, Mailbox.last_remark)
    query = seen.where(Mailbox.active, Mailbox.imap_url.is_not(None)).order_by(Mailbox.address)
    for mailbox, trouble, remark in connection.execute(query):
        if trouble:
            yield Finding("error", f"mailbox {mailbox}", f"{trouble.rstrip('.')}.")
        elif remark:
            yield Finding("warning", f"mailbox {mailbox}", f"{remark.rstrip('.')}.")
        else:
            yield Finding("ok", f"mailbox {mailbox}", "was fetched without an error.")
