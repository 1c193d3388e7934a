"""`helpdesk demo` and `helpdesk run` as an operator starts them: a process of its own, seen from outside."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

ROOT = Path(__file__).parents[2]
PATIENCE = 90
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Started:
    """A running `helpdesk` command with its children. `folder` is its data folder and holds what it says."""

    folder: Path
    settings: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None
    seen: set[int] = field(default_factory=set)

    @property
    def environment(self) -> dict[str, str]:
        """What the command and its children see."""
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **self.settings}

    def start(self, command: str) -> None:
        """Starts the command; its output is kept apart for each start."""
        with (self.folder / "said").open("wb") as said, (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "helpdesk", command],
                cwd=self.folder,
                env=self.environment,
                stdout=said,
                stderr=log,
                start_new_session=True,
            )

    def orders(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Another command of the same installation, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "helpdesk", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    @property
    def said(self) -> str:
        """Standard output of the last start."""
        return (self.folder / "said").read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        """Standard error of all starts."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def wait_until(self, truth: Callable[[], object], what: str) -> None:
        """Returns when it is true. Raises AssertionError when it takes too long or the command has ended."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if truth():
                return
            assert self.process is not None
            assert self.process.poll() is None, f"it ended before {what}:\n{self.log[-3000:]}"
            time.sleep(0.1)
        raise AssertionError(f"{what}: not within {PATIENCE} s\n{self.log[-3000:]}")

    def children(self) -> dict[int, str]:
        """Every process below the command, by id with its command line."""
        assert self.process is not None
        found: dict[int, str] = {}
        rows = processes()
        above = {self.process.pid}
        while above:
            below = {pid: words for pid, parent, words in rows if parent in above}
            found |= below
            above = set(below)
        self.seen |= set(found)
        return found

    def child(self, kind: str) -> int | None:
        """The process id of the child of a kind, None when it has none now."""
        assert self.process is not None
        words = f"-m helpdesk {kind}"
        return next((pid for pid, parent, said in processes() if parent == self.process.pid and words in said), None)

    def end(self, by: signal.Signals) -> int:
        """Ends it by a signal to it alone, as a supervisor does; gives its exit status."""
        assert self.process is not None
        self.children()
        self.process.send_signal(by)
        return self.process.wait(PATIENCE)

    def left_over(self) -> dict[int, str]:
        """Processes once below the command that still live."""
        return {pid: words for pid, _, words in processes() if pid in self.seen}

    def wait_for_the_end(self) -> None:
        """Returns when no process that was once below the command lives. Raises AssertionError."""
        until = time.monotonic() + PATIENCE
        while (left := self.left_over()) and time.monotonic() < until:
            time.sleep(0.1)
        assert left == {}

    def kill(self) -> None:
        """Whatever a failed test left is ended for good."""
        if self.process is not None and self.process.poll() is None:
            self.children()
            self.process.kill()
            self.process.wait()
        for pid in self.left_over():
            os.kill(pid, signal.SIGKILL)


def processes() -> list[tuple[int, int, str]]:
    """Every living process: id, parent, command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if state != "Z":
            found.append((int(entry.name), int(parent), words))
    return found


class Browser:
    """Opens pages and sends forms, keeping cookies."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._open = build_opener(HTTPCookieProcessor(CookieJar())).open

    def get(self, path: str) -> str:
        """The page. Raises HTTPError for any status that is no success."""
        with self._open(self._address + path, timeout=20) as answer:
            return str(answer.read().decode())

    def send(self, path: str, **values: str) -> str:
        """Fills the form of a page in and sends it; gives the page it leads to."""
        token = TOKEN.search(self.get(path))
        assert token is not None, f"{path} has no form"
        data = urlencode({"csrf_token": token[1], **values}).encode()
        with self._open(self._address + path, data, timeout=20) as answer:
            return str(answer.read().decode())
