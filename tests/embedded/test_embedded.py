"""The embedded database starts from either binaries, for root and for others, and survives what befalls it."""

import os
import pwd
import shutil
import signal
import socketserver
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from sqlalchemy.engine import make_url

from helpdesk import binaries, embedded
from helpdesk.domain.errors import Unavailable
from tests.conftest import memory
from tests.needs import requires

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every account may enter; pytest's own is closed to the server's account."""
    folder = Path(tempfile.mkdtemp(prefix="hd-", dir=memory()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(params=["system", "wheel"])
def choice(request: pytest.FixtureRequest) -> str:
    """Both ways to get binaries."""
    chosen: str = request.param
    if chosen == "system" and not list(binaries.of_machine()):
        requires("postgres")
    return chosen


def copy_of_wheel(packages: Path) -> binaries.Binaries:
    """The wheel's newest binaries in another folder."""
    wheel = next(found for found in binaries.of_wheel() if found.version == binaries.WHEEL_VERSION)
    assert wheel.wheel is not None
    for folder in (wheel.wheel, wheel.wheel.with_name(f"{binaries.WHEEL}.libs")):
        shutil.copytree(folder, packages / folder.name, ignore=shutil.ignore_patterns("include", "pginstall"))
    package = packages / binaries.WHEEL
    return binaries.Binaries(package / wheel.folder.relative_to(wheel.wheel), wheel.version, package)


def ask(url: str, query: str) -> object:
    """One value from the server."""
    row = psycopg.connect(psycopg_url(url)).execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def psycopg_url(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def is_up(url: str) -> bool:
    try:
        psycopg.connect(psycopg_url(url)).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_new_cluster_starts_and_stops(place: Path, choice: str) -> None:
    with embedded.start(place / "var", choice, durable=False) as cluster:
        assert ask(cluster.url, "SELECT current_database()") == "helpdesk"
        assert ask(cluster.url, "SHOW server_encoding") == "UTF8"
        assert ask(cluster.url, "SHOW listen_addresses") == ""
    assert not is_up(cluster.url)


def test_the_wheel_gives_its_newest_version(place: Path) -> None:
    with embedded.start(place / "var", "wheel", durable=False) as cluster:
        assert str(ask(cluster.url, "SHOW server_version")).startswith("18.")


def test_an_existing_cluster_is_opened_with_binaries_of_its_own_version(place: Path) -> None:
    embedded.start(place / "var", "wheel", durable=False).stop()
    with embedded.start(place / "var", "system", durable=False) as cluster:
        assert str(ask(cluster.url, "SHOW server_version")).startswith("18.")


def test_a_cluster_of_a_version_that_is_not_here_is_refused_in_one_sentence(place: Path) -> None:
    embedded.start(place / "var", "wheel", durable=False).stop()
    (place / "var/postgres/data/PG_VERSION").write_text("99\n")
    with pytest.raises(binaries.Embedded, match="apt-get install postgresql-99"):
        embedded.start(place / "var", "auto")


def test_a_second_start_joins_the_running_server_and_the_last_one_stops_it(place: Path) -> None:
    first = embedded.start(place / "var", "auto", durable=False)
    second = embedded.start(place / "var", "auto", durable=False)
    first.stop()
    assert is_up(second.url)
    second.stop()
    assert not is_up(second.url)


def test_data_survives_a_killed_server(place: Path, choice: str) -> None:
    with embedded.start(place / "var", choice) as cluster:
        with psycopg.connect(psycopg_url(cluster.url)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
        os.kill(int(embedded.pid_file(cluster.home)[0]), signal.SIGKILL)
        with embedded.start(place / "var", choice) as again:
            assert ask(again.url, "SELECT value FROM kept") == 1


def test_a_start_that_was_interrupted_while_making_the_cluster_begins_anew(place: Path) -> None:
    unfinished = place / "var/postgres/data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("15\n")
    with embedded.start(place / "var", "auto", durable=False) as cluster:
        assert is_up(cluster.url)


def test_a_path_too_long_for_a_socket_gets_a_short_one(place: Path) -> None:
    deep = place / ("d" * 90) / "var"
    with embedded.start(deep, "auto", durable=False) as cluster:
        sockets = Path(str(make_url(cluster.url).query["host"]))
        assert is_up(cluster.url)
        assert not sockets.is_relative_to(place)
        with embedded.start(deep, "auto", durable=False) as joined:
            assert joined.url == cluster.url
    assert not sockets.exists()


def test_a_scratch_server_leaves_nothing_behind() -> None:
    with embedded.scratch() as url:
        assert is_up(url)
        folder = Path(str(make_url(url).query["host"]))
        assert folder.is_relative_to(memory())
    assert not folder.exists()
    assert not folder.parent.exists()
    assert not is_up(url)


def test_the_cluster_is_closed_to_others(place: Path) -> None:
    with embedded.start(place / "var", "auto", durable=False) as cluster:
        assert cluster.home.stat().st_mode & 0o777 == 0o700


def test_a_server_that_cannot_start_says_why(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded.start(place / "var", "auto", durable=False).stop()
    (place / "var/postgres/data/postgresql.conf").write_text("nonsense = 1\n")
    monkeypatch.setattr(embedded, "PATIENCE", 0.5)
    with pytest.raises(Unavailable, match="nonsense"):
        embedded.start(place / "var", "auto")


def test_without_any_binaries_the_remedies_are_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "of_machine", lambda: iter([]))
    monkeypatch.setattr(binaries, "of_wheel", lambda: iter([]))
    with pytest.raises(binaries.Embedded, match=r"apt-get install postgresql.*HELPDESK_DATABASE_URL"):
        embedded.start(place / "var", "auto")


def test_a_configured_database_that_is_away_is_one_sentence_without_its_password(place: Path) -> None:
    url = "postgresql+psycopg://desk:secreto@127.0.0.1:1/desk"
    with (
        pytest.raises(Unavailable, match="check HELPDESK_DATABASE_URL") as raised,
        embedded.database(url, place),
    ):
        pass
    assert "secreto" not in str(raised.value)


@as_root
def test_root_below_a_closed_folder_keeps_the_cluster_elsewhere_and_notes_where(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    elsewhere = None
    try:
        with embedded.start(closed / "var", "auto", durable=False) as cluster:
            elsewhere = cluster.home
            assert elsewhere.parent == Path("/var/lib")
            assert (closed / "var/postgres.path").read_text().strip() == str(elsewhere)
            assert closed.stat().st_mode & 0o777 == 0o700
        with embedded.start(closed / "var", "auto", durable=False) as again:
            assert again.home == elsewhere
    finally:
        if elsewhere:
            shutil.rmtree(elsewhere)


@as_root
def test_root_with_the_wheel_in_a_closed_folder_copies_the_binaries(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    hidden = copy_of_wheel(closed / "site-packages")
    monkeypatch.setattr(binaries, "of_wheel", lambda: iter([hidden]))
    with embedded.start(place / "var", "wheel", durable=False) as cluster:
        assert str(ask(cluster.url, "SHOW server_version")).startswith("18.")
        assert (cluster.home / "binaries/18").is_dir()


def as_account(account: binaries.Account, act: Callable[[], None]) -> int:
    """Runs `act` in a child that has become `account`; gives its exit status, 1 when it raised.

    A fork and not a new program: the interpreter itself may lie in a folder that the account cannot enter.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
        act()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


@as_root
def test_an_ordinary_user_starts_it_twice(place: Path, choice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = pwd.getpwnam("nobody")
    nobody = binaries.Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    place.chmod(0o777)
    wheel = copy_of_wheel(place / "site-packages")
    monkeypatch.setattr(binaries, "of_wheel", lambda: iter([wheel]))

    def start_twice() -> None:
        for _ in range(2):
            with embedded.start(place / "var", choice, durable=False) as cluster:
                assert is_up(cluster.url)

    assert as_account(nobody, start_twice) == 0
    assert (place / "var/postgres/data").stat().st_uid == nobody.uid


@as_root
def test_an_ordinary_user_is_told_whose_the_database_of_root_is(place: Path) -> None:
    entry = pwd.getpwnam("nobody")
    embedded.start(place / "var", "auto", durable=False).stop()

    def refused() -> None:
        with pytest.raises(binaries.Embedded, match="belongs to another account"):
            embedded.start(place / "var", "auto")

    assert as_account(binaries.Account("nobody", entry.pw_uid, entry.pw_gid), refused) == 0


@as_root
def test_root_continues_the_cluster_of_an_ordinary_user_as_that_user(place: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    (place / "var").mkdir()
    embedded.start(place / "var", "auto", durable=False).stop()
    for path in [place / "var/postgres", *(place / "var/postgres").rglob("*")]:
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    with embedded.start(place / "var", "auto", durable=False) as cluster:
        server = int(embedded.pid_file(cluster.home)[0])
        assert Path(f"/proc/{server}").stat().st_uid == nobody.pw_uid


def test_a_number_that_another_program_took_over_is_not_our_server(place: Path) -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    time.sleep(0.05)
    try:
        assert not embedded.alive(sleeper.pid)
    finally:
        sleeper.kill()
        sleeper.wait()


@contextmanager
def recovering() -> Iterator[tuple[str, list[bytes]]]:
    """A server that says what PostgreSQL says while it recovers, and who asked it."""
    asked = list[bytes]()
    fields = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"

    class Refusal(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked.append(self.request.recv(1024))
            self.request.sendall(b"E" + struct.pack(">I", len(fields) + 4) + fields)

    with socketserver.TCPServer(("127.0.0.1", 0), Refusal) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"postgresql://x@127.0.0.1:{server.server_address[1]}/x?sslmode=disable&gssencmode=disable", asked
        server.shutdown()


def test_a_database_that_is_starting_up_is_waited_for() -> None:
    with recovering() as (url, asked), pytest.raises(Unavailable, match="starting up"):
        embedded.wait_for_answer(url, patience=0.5)
    assert len(asked) > 1
