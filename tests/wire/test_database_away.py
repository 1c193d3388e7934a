"""The database killed under everything: the border keeps the mail, and all goes on when it is back."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from helpdesk import clock, embedded, schema
from helpdesk.db import transaction
from helpdesk.queries import health
from tests.conftest import CHOICE
from tests.mailhouse import IMAP_MAILBOX, LMTP_MAILBOX
from tests.wire.conftest import installed
from tests.wire.nursery import Nursery
from tests.wire.servers import Dovecot, Postfix
from tests.wire.test_round_trip import mail, read


@contextmanager
def database_folder() -> Iterator[Path]:
    """A folder that the database's account may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-kill-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kill(folder: Path) -> None:
    """kill -9 for the database server below the folder."""
    pid = next(folder.rglob("postmaster.pid")).read_text(encoding="utf-8").splitlines()[0]
    os.kill(int(pid), signal.SIGKILL)


def test_a_database_killed_under_load_loses_and_doubles_nothing(
    dovecot: Dovecot, postfix: Postfix, helpdesk_lmtp: int, nursery: Nursery, citizen: str, tmp_path: Path
) -> None:
    with database_folder() as folder:
        first = embedded.start(folder, CHOICE)
        schema.upgrade(first.url)
        with installed(first.url, dovecot, postfix, helpdesk_lmtp, nursery, tmp_path) as it:
            it.connect(IMAP_MAILBOX)
            it.start("bridge")
            it.start("worker")
            citizens = [f"{number}.{citizen}" for number in range(6)]
            it.wait_until(it.takes_mail, 90, "starting bridge and worker")
            for number, sender in enumerate(citizens):
                box = LMTP_MAILBOX if number % 2 else IMAP_MAILBOX
                postfix.send(mail(sender, box, "Consulta", f"¿Dónde se ve el presupuesto? {sender}"))
                if number == 2:
                    kill(folder)
            with pytest.raises(DBAPIError):
                it.states()
            first.stop()
            with embedded.start(folder, CHOICE):
                it.wait_until(
                    lambda: sum(it.states().values()) >= 6 and "pending" not in it.states(), 120, "taking in all mail"
                )
                open_letters = "SELECT count(*) FROM outbox WHERE settled_at IS NULL"
                it.wait_until(lambda: it.ask(open_letters) == [(0,)], 120, "sending all letters")
                for sender in citizens:
                    ids = {read(raw)["Message-ID"] for raw in dovecot.wait_for(sender, 1)}
                    assert len(ids) == 1
                assert it.ask("SELECT count(*) FROM tickets") == [(6,)]
                with transaction() as session:
                    assert health.equation(session, clock.now()).holds
                it.stop()
