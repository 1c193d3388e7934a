"""The whole path for wire tests: Postfix, Dovecot, PostgreSQL, and bridge and worker as processes of their own."""

import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from helpdesk import vault
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.queries import mailboxes as boxes
from helpdesk.services import mailboxes
from tests import mailhouse
from tests.conftest import create_from_template, drop
from tests.mailhouse import House
from tests.needs import requires
from tests.wire import servers
from tests.wire.nursery import Born, Nursery
from tests.wire.servers import Dovecot, Postfix

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def mail_folder() -> Iterator[Path]:
    """A folder the mail servers' accounts may enter; pytest closes its own to everybody else."""
    requires("dovecot", root=True)
    requires("postfix", root=True)
    with tempfile.TemporaryDirectory(prefix="helpdesk-mail-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def dovecot(mail_folder: Path) -> Iterator[Dovecot]:
    """Everybody's mailboxes."""
    with servers.dovecot(mail_folder / "dovecot") as running:
        yield running


@pytest.fixture(scope="session")
def helpdesk_lmtp(dovecot: Dovecot) -> int:
    """The port of our LMTP door, known to Postfix before anybody listens there."""
    return servers.free_port()


@pytest.fixture(scope="session")
def postfix(mail_folder: Path, dovecot: Dovecot, helpdesk_lmtp: int) -> Iterator[Postfix]:
    """The border."""
    routes = dict.fromkeys((mailhouse.LMTP_MAILBOX, mailhouse.UNKNOWN_MAILBOX), helpdesk_lmtp)
    with servers.postfix(mail_folder / "postfix", dovecot.lmtp_port, routes) as running:
        yield running


@dataclass
class Installation:
    """A helpdesk of several processes on one database."""

    house: House
    nursery: Nursery
    environment: dict[str, str]
    dovecot: Dovecot
    postfix: Postfix
    logs: Path
    running: dict[str, Born] = field(default_factory=dict)

    def start(self, kind: str, failpoint: str | None = None) -> None:
        """Starts a `worker`, `bridge` or `web`, which kills itself at the failpoint."""
        self.running[kind] = self.command(kind, failpoint=failpoint)

    def command(self, *words: str, failpoint: str | None = None, stdin: Path | None = None) -> Born:
        """Gives an order at the command line, in a process that kills itself at the failpoint."""
        extra = {"HELPDESK_TEST_FAILPOINT": failpoint} if failpoint else {}
        log = self.logs / f"{words[0]}.log"
        return self.nursery.bear(list(words), self.environment | extra, self.logs, log, str(stdin or os.devnull))

    def listens(self) -> bool:
        """Whether somebody answers at our LMTP door."""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.lmtp), 1):
            return True
        return False

    def wait_for_death(self, kind: str, seconds: float = 90) -> None:
        """Returns when the process has killed itself. Raises TimeoutExpired, or AssertionError for another end."""
        status = self.running.pop(kind).wait(seconds)
        assert status == -signal.SIGKILL, f"the {kind} ended with {status}"

    def kill(self, kind: str) -> None:
        """kill -9."""
        process = self.running.pop(kind)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Ends every process."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()

    def ask(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        """Rows of a query, from outside."""
        with self.house.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql), values)]

    def wait_until(self, truth: Callable[[], bool], seconds: float = 60, what: str = "it") -> float:
        """Seconds until something is true. Raises AssertionError with the logs' ends."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if truth():
                return time.monotonic() - began
            time.sleep(0.05)
        ends = "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in sorted(self.logs.glob("*.log")))
        raise AssertionError(f"{what} did not happen within {seconds} s\n{ends}")

    @property
    def lmtp(self) -> int:
        """The port of the LMTP door."""
        return int(self.environment["HELPDESK_LMTP_LISTEN"].rpartition(":")[2])

    def takes_mail(self) -> bool:
        """Whether bridge and worker are at work: the mailbox is being read and the queue has its worker."""
        reading = self.ask("SELECT 1 FROM mailboxes WHERE lease_holder IS NOT NULL")
        return bool(reading and self.ask("SELECT 1 FROM procrastinate_workers"))

    def states(self) -> dict[str, int]:
        """Arrivals by state."""
        return {
            str(state): int(str(count)) for state, count in self.ask("SELECT state, count(*) FROM ledger GROUP BY 1")
        }

    def connect(self, mailbox: str, url: str | None = None) -> None:
        """Connects a mailbox to its account at Dovecot, or at the server of that address."""
        with transaction() as session:
            sealed = vault.seal(servers.PASSWORD, mailhouse.DESK.secret)
            box = boxes.by_key(session, mailbox)
            mailboxes.connect(
                session,
                operator(),
                box,
                url=url or self.dovecot.url,
                user=mailbox,
                folders=("INBOX",),
                sealed_secret=sealed,
            )


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where our processes come from."""
    made = Nursery()
    yield made
    made.close()


@contextmanager
def installed(
    url: str, dovecot: Dovecot, postfix: Postfix, lmtp: int, nursery: Nursery, folder: Path
) -> Iterator[Installation]:
    """A fresh helpdesk beside the running mail servers; its processes are started by the test."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HELPDESK_DATABASE_URL": make_url(url).render_as_string(hide_password=False),
        "HELPDESK_SECRET_KEY": mailhouse.DESK.secret.decode(),
        "HELPDESK_DATA_DIR": str(folder / "data"),
        "HELPDESK_LMTP_LISTEN": f"127.0.0.1:{lmtp}",
        "HELPDESK_SMTP_URL": postfix.url,
        "HELPDESK_BORDER": servers.BORDER,
        "HELPDESK_MAIL_DOMAIN": "mef-ec.example.org",
    }
    dovecot.empty(mailhouse.IMAP_MAILBOX)
    with ExitStack() as stack:
        house = stack.enter_context(mailhouse.house(url, folder / "files"))
        made = Installation(house, nursery, environment, dovecot, postfix, folder)
        stack.callback(made.stop)
        yield made


@pytest.fixture
def installation(
    database_url: str, dovecot: Dovecot, postfix: Postfix, helpdesk_lmtp: int, nursery: Nursery, tmp_path: Path
) -> Iterator[Installation]:
    """A helpdesk of this test alone."""
    with installed(database_url, dovecot, postfix, helpdesk_lmtp, nursery, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def standing(
    server: str,
    dovecot: Dovecot,
    postfix: Postfix,
    helpdesk_lmtp: int,
    nursery: Nursery,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    """A helpdesk that a whole file of tests shares; each test has a citizen of its own."""
    name = f"standing_{secrets.token_hex(6)}"
    url = create_from_template(server, name)
    with installed(url, dovecot, postfix, helpdesk_lmtp, nursery, tmp_path_factory.mktemp("standing")) as made:
        yield made
    drop(server, name)


@pytest.fixture
def citizen() -> str:
    """A requester nobody has heard of, with a mailbox of her own."""
    return f"ana.{secrets.token_hex(4)}@gmail.example"
