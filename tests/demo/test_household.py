"""The demo from its first start to its second, and `helpdesk run`: one story each, for every start costs seconds."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from helpdesk import embedded
from helpdesk.demo import ACCOUNTS, PASSWORD
from tests.conftest import CHOICE, memory
from tests.demo.household import Browser, Started

WAITING_APPROVAL = """
    SELECT outbox.id, steps.id FROM outbox JOIN steps ON steps.id = outbox.step_id
    WHERE outbox.state = 'kept' AND outbox.letter = 'aprobacion' AND steps.state = 'active' ORDER BY outbox.id
"""
DECISION = "SELECT state, via FROM steps WHERE id = %s"
ARRIVALS = "SELECT count(*), count(*) FILTER (WHERE state = 'pending') FROM ledger"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the database's account may enter, with a path short enough for a socket."""
    made = Path(tempfile.mkdtemp(prefix="helpdesk-demo-", dir=memory()))
    made.chmod(0o755)
    yield made
    embedded.shut_down(made / "postgres")
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def started(folder: Path) -> Iterator[Started]:
    """An installation on ports of its own; a test starts what it needs."""
    settings = {
        "HELPDESK_DATA_DIR": str(folder),
        "HELPDESK_EMBEDDED": CHOICE,
        "HELPDESK_WEB_LISTEN": f"127.0.0.1:{free_port()}",
        "HELPDESK_LMTP_LISTEN": f"127.0.0.1:{free_port()}",
    }
    household = Started(folder, settings)
    yield household
    household.kill()


def ask(folder: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows from the embedded database, joined for a moment."""
    with (
        embedded.start(folder, CHOICE) as cluster,
        psycopg.connect(make_url(cluster.url).set(drivername="postgresql").render_as_string()) as connection,
    ):
        return list(connection.execute(sql.encode(), values))


def settled(folder: Path) -> int:
    """How many messages arrived, once none of them waits; 0 until then."""
    ((arrived, waiting),) = ask(folder, ARRIVALS)
    return 0 if waiting else int(arrived)


def test_a_demo_shows_itself_answers_mail_ends_whole_and_goes_on(started: Started, folder: Path) -> None:
    address = f"http://{started.settings['HELPDESK_WEB_LISTEN']}"
    started.start("demo")
    started.wait_until(lambda: "Ctrl-C" in started.said, "the demo says how to use it")
    assert f"{address}/entrar" in started.said
    assert PASSWORD in started.said
    assert [account.address for account in ACCOUNTS if account.address not in started.said] == []

    browser = Browser(address)
    started.wait_until(lambda: settled(folder), "all sample mail is processed")
    queue = Browser(address).send("/entrar", address=ACCOUNTS[0].address, password=PASSWORD)
    assert "MEF-1" in queue
    ledger = started.orders("ledger", "status")
    assert ledger.returncode == 0, ledger.stdout + ledger.stderr

    letter, step = ask(folder, WAITING_APPROVAL)[0]
    before = settled(folder)
    assert "Respuesta enviada" in browser.send(f"/demo/correo/{letter}", text="Apruebo.")
    started.wait_until(lambda: ask(folder, DECISION, step)[0][0] != "active", "the answer decides the approval")
    assert ask(folder, DECISION, step) == [("done", "mail")]

    assert {kind for kind in ("web", "worker", "bridge") if started.child(kind)} == {"web", "worker", "bridge"}
    assert started.end(signal.SIGINT) == 0
    assert started.left_over() == {}
    assert not (folder / "postgres" / "data" / "postmaster.pid").exists()

    started.start("demo")
    started.wait_until(lambda: "Ctrl-C" in started.said, "the demo goes on")
    assert settled(folder) == before + 1
    assert started.end(signal.SIGTERM) == 0
    assert started.left_over() == {}
    assert "Traceback" not in started.log
    assert "Apruebo" not in started.log


def test_run_starts_a_killed_worker_again_and_leaves_nobody_when_it_is_killed_itself(
    folder: Path, started: Started, database_url: str
) -> None:
    started.settings = {**started.settings, "HELPDESK_DATABASE_URL": database_url, "HELPDESK_SECRET_KEY": "k" * 32}
    started.start("run")
    started.wait_until(lambda: "worker ready" in started.log, "the worker works")
    first = started.child("worker")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    started.wait_until(lambda: started.log.count("worker ready") == 2, "a second worker works")
    assert started.child("worker") not in {None, first}
    assert started.end(signal.SIGKILL) == -signal.SIGKILL
    started.wait_for_the_end()


@pytest.mark.parametrize("command", ["demo", "run", "web"])
def test_a_taken_port_is_one_sentence_and_nothing_is_started(started: Started, folder: Path, command: str) -> None:
    listen = started.settings["HELPDESK_WEB_LISTEN"]
    with socket.create_server(("127.0.0.1", int(listen.rpartition(":")[2]))):
        ended = started.orders(command)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"helpdesk: No se puede escuchar en {listen} (")
    assert "HELPDESK_WEB_LISTEN" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (folder / "postgres").exists()


def test_the_bridge_says_when_its_door_is_taken(started: Started) -> None:
    listen = started.settings["HELPDESK_LMTP_LISTEN"]
    with socket.create_server(("127.0.0.1", int(listen.rpartition(":")[2]))):
        ended = started.orders("bridge")
    assert ended.returncode == 1
    assert f"No se puede escuchar en {listen} (" in ended.stderr
    assert "HELPDESK_LMTP_LISTEN" in ended.stderr
