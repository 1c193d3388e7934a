"""Starts our processes by the dozen: imports everything once, then forks a fresh process for each order.

A run with hundreds of kills would else spend its time on imports. The processes are real: each has its own memory,
environment and end; only what a module holds right after its import is shared.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from helpdesk import cli
from helpdesk.processes import end_with_parent
from mailbridge import failpoints

ROOT = Path(__file__).parents[2]
# What the commands of the tests import; the table of commands loads them late.
PRELOADED = tuple(f"helpdesk.commands.{name}" for name in ("bridge", "ledger", "mail", "web", "worker"))


class Born:
    """A process of the nursery, used like `subprocess.Popen`."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self._status: int | None = None

    def poll(self) -> int | None:
        """Its status, negative for the signal that ended it; None while it lives."""
        if self._status is None:
            self._status = self._nursery.ask(order="status", pid=self.pid)
        return self._status

    def wait(self, seconds: float = 30) -> int:
        """Its status when it has ended. Raises TimeoutExpired."""
        until = time.monotonic() + seconds
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), seconds)
            time.sleep(0.02)
        return status

    def send_signal(self, number: int) -> None:
        """A signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Asks it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that has everything imported."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.wire.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C is for the tests, which then end our processes in order.
            start_new_session=True,
        )

    def ask(self, **order: Any) -> Any:
        """Sends an order and gives the answer."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def bear(self, words: list[str], environment: dict[str, str], folder: Path, log: Path, stdin: str) -> Born:
        """Starts `helpdesk` with those words; both outputs go to `log`."""
        order = {"words": words, "environment": environment, "folder": str(folder), "log": str(log), "stdin": stdin}
        return Born(self, self.ask(order="bear", **order))

    def close(self) -> None:
        """Ends the nursery; processes that still run are on their own."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def main() -> None:
    """Serves orders until standard input ends."""
    for module in PRELOADED:
        importlib.import_module(module)
    for line in sys.stdin:
        order = json.loads(line)
        answer = bear(order) if order["order"] == "bear" else status(order["pid"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def bear(order: dict[str, Any]) -> int:
    """Forks; gives the process's id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            become(order)
            code = cli.main(order["words"])
        except SystemExit as asked:
            code = asked.code if isinstance(asked.code, int) else 0 if asked.code is None else 1
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return pid


def become(order: dict[str, Any]) -> None:
    """Takes on environment, folder and streams as if started anew."""
    os.setsid()
    # Nothing outlives the tests, not even where they are killed themselves.
    end_with_parent()
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    given = os.open(order["stdin"], os.O_RDONLY)
    for target, source in ((0, given), (1, log), (2, log)):
        os.dup2(source, target)
    # It reads its wish from the environment when it is imported.
    importlib.reload(failpoints)


def status(pid: int) -> int | None:
    """How the process ended; None while it lives."""
    ended, code = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(code) if ended else None


if __name__ == "__main__":
    main()
