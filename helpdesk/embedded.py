"""Starts a PostgreSQL of our own where none is configured: binaries of the machine, else those in a wheel.

Only the binaries of the wheel are used, never its server manager (that one adds system accounts and opens
private folders). Access is by the permissions of the folder alone: the server listens on a socket inside it and
nowhere else. What lies on disk, with `home` the folder `postgres` of the data folder:

    home/data             the cluster
    home/.s.PGSQL.5432    the socket (in a folder below the temporary one where the path would be too long)
    home/binaries         a copy of the wheel's binaries where the server's account cannot reach them
    home/users.lock       held shared by every process that uses the server; the last one stops it
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import psycopg
from sqlalchemy.engine import URL, make_url

from helpdesk.binaries import Account, Binaries, Embedded, binaries_for, may_enter, reachable
from helpdesk.domain.errors import Unavailable

SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 107
"""Characters of a socket's path that Linux takes (sun_path less its closing zero)."""
PATIENCE = 20.0
"""Seconds for a start: after a crash the first tries fail while children of the old server hold its memory."""
STARTING_UP = "the database system is "
"""What PostgreSQL says before it is ready or while it stops; libpq hands no SQLSTATE over for a failed connection."""
LONGEST_LOG = 5_000_000
USER = DATABASE = "helpdesk"


class Cluster:
    """A running server. `url` is SQLAlchemy's; `stop()` gives it back, and the last user's stops the server."""

    def __init__(self, home: Path, users: IO[bytes]) -> None:
        self.url = ""
        self.home = home
        self._users = users
        self._server: subprocess.Popen[bytes] | None = None

    def join(self, choice: str, account: "Account | None", durable: bool) -> None:
        """Uses the server that runs already, or starts it (arguments as for `start`)."""
        fcntl.flock(self._users, fcntl.LOCK_SH)
        sockets = running(self.home)
        if sockets is None:
            self._server, sockets = launch(self.home, choice, account, durable)
        make_database(sockets)
        self.url = address(sockets)

    def stop(self) -> None:
        """Ends our use; waits for the server's end when nobody else uses it. Harmless when repeated."""
        if self._users.closed:
            return
        with self._users, start_lock(self.home):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            shut_down(self.home)
        if self._server:
            self._server.wait()

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start(data_dir: Path, choice: str = "auto", *, durable: bool = True) -> Cluster:
    """The embedded server of `data_dir`, made on the first start, joined when it runs already.

    `choice` (auto, system, wheel) says whose binaries a new cluster gets; an existing one is opened with binaries
    of its own version. `durable=False` trades safety against a power cut for speed, for tests. Raises `Embedded`
    or `Unavailable` with a sentence that says what to do.
    """
    data_dir = data_dir.absolute()
    data_dir.mkdir(parents=True, exist_ok=True)
    account = server_account(data_dir)
    home = home_of(data_dir, account)
    make_private(home, account)
    cluster = Cluster(home, (home / "users.lock").open("ab"))
    try:
        with start_lock(home):
            cluster.join(choice, account, durable)
    except BaseException:
        cluster.stop()
        raise
    return cluster


@contextlib.contextmanager
def scratch(choice: str = "auto") -> Iterator[str]:
    """The URL of a new server that lives as long as the block and leaves nothing behind; in memory where possible.

    Its data is lost with a crash: for rehearsals and tools.
    """
    memory = Path("/dev/shm")  # noqa: S108  # mkdtemp makes a folder of our own in it
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-scratch-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        # Open for passing through, so that root's server finds its cluster here and not in /var/lib.
        folder.chmod(0o755)
        with start(folder, choice, durable=False) as cluster:
            yield cluster.url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def database(url: str | None, data_dir: Path, choice: str = "auto") -> Iterator[str]:
    """The URL of the database to use: the configured one, else the embedded one, running while the block does.

    A server that is still starting up (after a crash it replays its log first) is waited for. Raises `Unavailable`
    when the database does not answer.
    """
    if url is None:
        with start(data_dir, choice) as cluster:
            yield cluster.url
        return
    wait_for_answer(url)
    yield url


def wait_for_answer(url: str, patience: float = PATIENCE) -> None:
    """Returns when the server at `url` takes connections. Raises `Unavailable` when it does not.

    One that says it is starting up or recovering is asked again for `patience` seconds.
    """
    parts = make_url(url).set(drivername="postgresql")
    until = time.monotonic() + patience
    while True:
        try:
            psycopg.connect(parts.render_as_string(hide_password=False), connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            if STARTING_UP not in reason or time.monotonic() > until:
                raise Unavailable(
                    f"The database {parts.render_as_string()} does not answer: {reason}; check HELPDESK_DATABASE_URL."
                ) from error
            time.sleep(0.2)


def address(sockets: Path) -> str:
    """SQLAlchemy's URL of our database behind the socket in `sockets`."""
    url = URL.create("postgresql+psycopg", username=USER, database=DATABASE, query={"host": str(sockets)})
    return url.render_as_string(hide_password=False)


def server_account(data_dir: Path) -> Account | None:
    """Who the server shall run as: ourselves, or as root (whom PostgreSQL refuses) `postgres`, else `nobody`.

    An existing cluster keeps its owner. Raises `Embedded` when that is somebody else.
    """
    cluster = recorded_home(data_dir) / "data"
    owner = owner_of(cluster)
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            raise Embedded(
                f"The database in {cluster} belongs to another account: run as root or as that account, "
                f"or choose another HELPDESK_DATA_DIR."
            )
        return None
    if owner:
        entry = pwd.getpwuid(owner)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise Embedded("PostgreSQL does not run as root and there is no account postgres or nobody: run as another user.")


def owner_of(cluster: Path) -> int | None:
    """The owner's uid of an existing cluster. Raises `Embedded` where we may not even look."""
    try:
        return cluster.stat().st_uid
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise Embedded(
            f"The database in {cluster} belongs to another account: run as root, or choose another HELPDESK_DATA_DIR."
        ) from error


def record_of(data_dir: Path) -> Path:
    """The file that says where the cluster lies when it is not in the data folder."""
    return data_dir / "postgres.path"


def recorded_home(data_dir: Path) -> Path:
    """Where the cluster of this data folder lies or would lie."""
    record = record_of(data_dir)
    return Path(record.read_text(encoding="utf-8").strip()) if record.exists() else data_dir / "postgres"


def home_of(data_dir: Path, account: Account | None) -> Path:
    """Where the cluster lies; below a folder its account cannot enter, a place in /var/lib, which is recorded."""
    home = recorded_home(data_dir)
    if home.exists() or account is None or may_enter(data_dir, account):
        return home
    elsewhere = Path("/var/lib") / f"helpdesk-{hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]}"
    record_of(data_dir).write_text(f"{elsewhere}\n", encoding="utf-8")
    return elsewhere


def make_private(home: Path, account: Account | None) -> None:
    """The folder of the cluster: 0700, its account's own."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account and home.stat().st_uid != account.uid:
        os.chown(home, account.uid, account.gid)
    home.chmod(0o700)


@contextlib.contextmanager
def start_lock(home: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of `home`."""
    with (home / "start.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def running(home: Path) -> Path | None:
    """The socket's folder of a server that runs on `home` and answers."""
    lines = pid_file(home)
    if len(lines) < 5 or not alive(int(lines[0])):
        return None
    sockets = Path(lines[4])
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and alive(int(lines[0])):
        if answers(sockets):
            return sockets
        time.sleep(0.05)
    return None


def pid_file(home: Path) -> list[str]:
    """The lines of postmaster.pid: process id, folder, start, port, socket's folder, …"""
    try:
        return (home / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def reap(pid: int) -> None:
    """Lets go of a dead server that was our child: until then it is a zombie, which a new server takes for alive."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def alive(pid: int) -> bool:
    """Whether a postgres runs under this id (a number that another program took over meanwhile is not ours)."""
    reap(pid)
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0", 1)[0]
    except OSError:
        return False
    return command.endswith(b"postgres")


def answers(sockets: Path) -> bool:
    """Whether the server behind the socket takes connections."""
    try:
        connect(sockets).close()
    except psycopg.OperationalError:
        return False
    return True


def connect(sockets: Path) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection to the cluster's maintenance database, each statement its own transaction."""
    return psycopg.connect(host=str(sockets), user=USER, dbname="postgres", autocommit=True, connect_timeout=5)


def make_database(sockets: Path) -> None:
    """Creates our database in a new cluster."""
    with connect(sockets) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")


def launch(home: Path, choice: str, account: Account | None, durable: bool) -> tuple["subprocess.Popen[bytes]", Path]:
    """Starts the server, making the cluster first when there is none; gives it and the socket's folder."""
    data = home / "data"
    binaries = reachable(binaries_for(data, choice), home, account)
    if not data.exists():
        initialise(data, binaries, account, durable)
    sockets = socket_folder(home, account)
    log = home / "log"
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.unlink()
    command = [str(binaries.folder / "postgres"), "-D", str(data), "-k", str(sockets), *options(durable)]
    deadline = time.monotonic() + PATIENCE
    while True:
        if before := pid_file(home):
            reap(int(before[0]))
        with log.open("ab") as output:
            server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=environment(),
                # Ctrl-C in the terminal is for us: we stop the server after those who use it.
                start_new_session=True,
                **(account.switch() if account else {}),
            )
        while server.poll() is None and time.monotonic() < deadline:
            if answers(sockets):
                return server, sockets
            time.sleep(0.02)
        if time.monotonic() >= deadline:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
                server.wait()
            raise Unavailable(f"The embedded database did not start; the end of {log} says why: {tail(log)}")
        time.sleep(0.3)


def options(durable: bool) -> list[str]:
    """Server settings: no network; and where nothing shall last, no waiting for the disk."""
    settings = {"listen_addresses": "", "timezone": "UTC", "log_timezone": "UTC"}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def environment() -> dict[str, str]:
    """What the server sees: no PG* of the caller, and the locale that every Linux has."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def tail(log: Path) -> str:
    """The last words of the server's log."""
    return " / ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])


def shut_down(home: Path) -> None:
    """Stops the server fast (SIGINT: connections are ended, nothing is lost) and waits for its end."""
    lines = pid_file(home)
    if not lines or not alive(int(lines[0])):
        return
    pid, sockets = int(lines[0]), Path(lines[4])
    os.kill(pid, signal.SIGINT)
    while alive(pid):
        time.sleep(0.01)
    if sockets != home:
        shutil.rmtree(sockets, ignore_errors=True)


def initialise(data: Path, binaries: Binaries, account: Account | None, durable: bool) -> None:
    """Makes a cluster; it gets its name only when it is whole."""
    unfinished = data.with_name("data.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [str(binaries.folder / "initdb"), "-D", str(unfinished), "-U", USER, "-E", "UTF8"]
    command += ["--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject", "--no-instructions"]
    command += [] if durable else ["--no-sync"]
    made = subprocess.run(
        command,
        cwd="/",
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **(account.switch() if account else {}),
    )
    if made.returncode:
        raise Embedded(f"The embedded database could not be made in {data}: {' '.join(made.stderr.split())[-500:]}")
    unfinished.rename(data)


def socket_folder(home: Path, account: Account | None) -> Path:
    """Where the socket lies: in `home`, or in a short private folder where that path is too long for a socket."""
    if len(os.fsencode(home / SOCKET)) <= LONGEST_SOCKET:
        return home
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-"))
    if account:
        os.chown(folder, account.uid, account.gid)
    return folder
