"""Reads a message in a child process that may be killed: 2 seconds of work, 512 MB, and no share in our memory.

Children are started once and serve one message after another, so the fence costs a copy over a pipe. What comes
back is unpickled by a reader that knows the classes of `mailbridge.values` and nothing else.
"""

import io
import os
import pickle
import queue
import select
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, BinaryIO

from mailbridge import values
from mailbridge.values import ParsedMail

SECONDS = 2.0
WALL_SECONDS = 20.0
MEGABYTES = 512
PARSER = "mailbridge.parse:parse"
LENGTH = struct.Struct(">Q")
KNOWN = {("mailbridge.values", name) for name, value in vars(values).items() if is_dataclass(value)} | {
    ("datetime", name) for name in ("datetime", "timezone", "timedelta")
}
TICKS = os.sysconf("SC_CLK_TCK")


class ParseFailed(Exception):
    """The message could not be read. `reason` is a word of the closed list of quarantine reasons."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ReaderDied(Exception):
    """The reading process ended without an answer; another try may succeed."""


class Values(pickle.Unpickler):
    """Rebuilds values of the mail bridge; refuses every other class."""

    def find_class(self, module: str, name: str) -> Any:
        """The class, when it is one of ours. Raises `UnpicklingError` otherwise."""
        if (module, name) in KNOWN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} has no business in a parsed mail")


class Child:
    """One reading process; used by one thread at a time."""

    def __init__(self, parser: str, megabytes: int) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mailbridge.parser_child", parser, str(megabytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": path, "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self._out = self._process.stdout.fileno()
        try:
            self._answer(time.monotonic() + WALL_SECONDS, float("inf"))
        except ParseFailed as error:
            raise ReaderDied("the reading process did not start in time") from error

    def read(self, raw: bytes, seconds: float) -> Any:
        """One message or file, read. Raises `ParseFailed` or `ReaderDied`; only a clean parse error leaves it alive."""
        limit = self._worked() + seconds
        deadline = time.monotonic() + max(WALL_SECONDS, seconds)
        try:
            self._in.write(LENGTH.pack(len(raw)) + raw)
            self._in.flush()
        except OSError as error:
            raise ReaderDied("the reading process is gone") from error
        kind, value = self._answer(deadline, limit)
        if kind == "parsed":
            return value
        raise ParseFailed(kind, value)

    def _answer(self, deadline: float, worked_limit: float) -> tuple[str, Any]:
        wanted, received = LENGTH.size, bytearray()
        size: int | None = None
        while len(received) < wanted:
            ready, _, _ = select.select([self._out], [], [], 0.05)
            if not ready:
                if time.monotonic() > deadline or self._worked() > worked_limit:
                    self.kill()
                    raise ParseFailed("time_limit", "more work than the limit allows")
                continue
            piece = os.read(self._out, 1 << 20)
            if not piece:
                self.kill()
                raise ReaderDied(f"the reading process ended with status {self._process.returncode}")
            received += piece
            if size is None and len(received) >= LENGTH.size:
                size = LENGTH.unpack(received[: LENGTH.size])[0]
                wanted = LENGTH.size + size
        answer = Values(io.BytesIO(received[LENGTH.size :])).load()
        return answer[0], answer[1]

    def _worked(self) -> float:
        """Seconds of processor time used so far; a busy machine does not count against a message."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / TICKS

    def alive(self) -> bool:
        """Whether it can take another message."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Ends the process and reaps it."""
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._in.close()


class Sandbox:
    """A few reading processes, started when first needed and replaced when they die."""

    def __init__(
        self, size: int = 2, *, parser: str = PARSER, seconds: float = SECONDS, megabytes: int = MEGABYTES
    ) -> None:
        self._parser, self._seconds, self._megabytes = parser, seconds, megabytes
        self._idle: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)

    def parse(self, raw: bytes) -> ParsedMail:
        """`mailbridge.parse.parse` behind the fence. Raises `ParseFailed` or `ReaderDied`."""
        return self.answer(raw)  # type: ignore[no-any-return]

    def answer(self, raw: bytes) -> Any:
        """What this sandbox's parser makes of the bytes. Raises `ParseFailed` or `ReaderDied`."""
        with self._child() as child:
            return child.read(raw, self._seconds)

    @contextmanager
    def _child(self) -> Iterator[Child]:
        child = self._idle.get()
        try:
            if child is None or not child.alive():
                child = Child(self._parser, self._megabytes)
            yield child
        finally:
            self._idle.put(child if child is not None and child.alive() else None)

    def close(self) -> None:
        """Ends the idle processes; the sandbox may be used again."""
        for _ in range(self._idle.qsize()):
            child = self._idle.get()
            if child is not None:
                child.kill()
            self._idle.put(None)
