"""What every test shares: a real PostgreSQL, a session that leaves no trace, and a wall towards the network.

One server serves a whole run, its xdist workers included; they join it through the embedded launcher's own lock
and the last one stops it. It lies in memory where the machine has a tmpfs.
"""

import fcntl
import ipaddress
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import argon2
import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, create_engine, pool
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from helpdesk import embedded, schema
from helpdesk.services import accounts
from tests import proofs
from tests.needs import NO_SKIP, requires

CHOICE = os.environ.get("HELPDESK_EMBEDDED", "auto")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
TEMPLATE = "migrated"
FOLDERS = "helpdesk-test-"
ABANDONED_AFTER = 3600
PASSED: set[str] = set()


def memory() -> Path:
    """The folder for test databases: memory where possible."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else Path(tempfile.gettempdir())


def run_folder(config: pytest.Config) -> Path:
    """The folder of this run, the same for all its workers."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or getattr(config, "_helpdesk_run", None)
    if run is None:
        run = config._helpdesk_run = f"{uuid4().hex}"  # type: ignore[attr-defined]  # a place to keep it for this run
    return memory() / f"{FOLDERS}{run[:12]}"


def pytest_configure(config: pytest.Config) -> None:
    """Sweeps away what killed runs left in memory."""
    if WORKER != "main":
        return
    for folder in memory().glob(f"{FOLDERS}*"):
        home = folder / "postgres"
        try:
            if time.time() - folder.stat().st_mtime < ABANDONED_AFTER:
                continue
            with (home / "users.lock").open("ab") as users:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                embedded.shut_down(home)
        except OSError:
            continue
        shutil.rmtree(folder, ignore_errors=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes the run's folder when all workers have ended."""
    if WORKER == "main":
        folders = {run_folder(config)}
        if session := config.pluginmanager.getplugin("dsession"):
            folders.add(memory() / f"{FOLDERS}{session.nodemanager.testrunuid[:12]}")
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Notes which tests passed, on the machine that sums up."""
    if report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
        PASSED.add(report.nodeid.rpartition("::")[2].partition("[")[0])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A whole run fails when a test that a list of promises names did not run and pass."""
    config = session.config
    whole = config.args_source is not pytest.Config.ArgsSource.ARGS and not config.option.keyword
    if WORKER != "main" or not NO_SKIP or not whole:
        return
    if absent := sorted(proofs.named() - PASSED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        config.get_terminal_writer().line(f"named as a proof in docs/, but did not pass: {', '.join(absent)}", red=True)


def forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Where skipping is forbidden, turns a skip into a failure that keeps its reason (expected failures aside)."""
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"skipping is forbidden here (HELPDESK_TEST_NO_SKIP): {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A test that wants to be skipped."""
    report = yield
    forbid_skip(report)  # type: ignore[arg-type]  # what a hook wrapper yields is untyped
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """A whole file that wants to be skipped."""
    report = yield
    forbid_skip(report)  # type: ignore[arg-type]  # what a hook wrapper yields is untyped
    return report


def is_local(host: object) -> bool:
    """Whether a host stays on this machine."""
    if host in {"", "localhost", None}:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hashing is dear on purpose; what it costs in production is a test of its own (tests/services/test_hashing.py)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "hasher", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patch.setattr(accounts, "NOBODY", accounts.hasher.hash("nobody has this password"))
        yield


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches beyond this machine, by address or by name."""
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(host: object) -> None:
        if not is_local(host):
            raise AssertionError(f"a test tried to reach {host!r}: only this machine is allowed")

    def guarded(original: Any) -> Any:
        def call(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX:
                refuse(address[0])
            return original(self, address)

        return call

    def lookup(host: Any, *arguments: Any, **options: Any) -> Any:
        refuse(host.decode() if isinstance(host, bytes) else host)
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket.socket, "connect", guarded(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see no HELPDESK_* setting of whoever runs them."""
    for name in [name for name in os.environ if name.startswith("HELPDESK_") and name != "HELPDESK_TEST_NO_SKIP"]:
        monkeypatch.delenv(name)


def maintenance(url: str) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection that creates and drops databases."""
    parts = make_url(url)
    return psycopg.connect(host=str(parts.query["host"]), user=parts.username, dbname="postgres", autocommit=True)


def create_from_template(url: str, name: str, template: str = TEMPLATE) -> str:
    """A new database with the newest schema, or a copy of another one that nobody uses; gives its URL."""
    with maintenance(url) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def drop(url: str, name: str) -> None:
    """Drops a database whoever is still connected to it."""
    with maintenance(url) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def make_template(url: str) -> None:
    """Migrates the database that all others are copied from, once per run."""
    with maintenance(url) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            return
        connection.execute(f"CREATE DATABASE {TEMPLATE}_new")
        schema.upgrade(make_url(url).set(database=f"{TEMPLATE}_new").render_as_string(hide_password=False))
        connection.execute(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}")


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of the run's PostgreSQL server, its template database made. Ask for `session` or `database_url` instead."""
    folder = run_folder(request.config)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    with embedded.start(folder, CHOICE, durable=False) as cluster:
        with (folder / "template.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            make_template(cluster.url)
        yield cluster.url


@pytest.fixture(scope="session")
def engine(server: str) -> Iterator[Engine]:
    """This worker's own database. Whatever is committed there stays for its other tests: prefer `session`."""
    name = f"worker_{WORKER}"
    made = create_engine(create_from_template(server, name))
    yield made
    made.dispose()
    drop(server, name)


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Session]:
    """A session in one outer transaction that is rolled back: commits inside it end savepoints only."""
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as opened:
            yield opened
        outer.rollback()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that leaves no trace, on a database with nothing in it."""
    with rolled_back(engine) as opened:
        yield opened


@contextmanager
def copied(server: str, template: str = TEMPLATE) -> Iterator[str]:
    """The URL of a copy of that database, dropped in the end."""
    name = f"test_{uuid4().hex[:16]}"
    yield create_from_template(server, name, template)
    drop(server, name)


@pytest.fixture
def database_url(server: str) -> Iterator[str]:
    """URL of a fresh database of this test alone, for what needs real commits or several connections."""
    with copied(server) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database of this test alone."""
    made = create_engine(database_url, poolclass=pool.NullPool)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without its sandbox: tests may run as root. One for all: Playwright starts once a process."""
    path = requires("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()
