"""All processes of an installation on one machine: started together, started again when one dies, ended together."""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

from helpdesk.domain.errors import Unavailable

KINDS = ("web", "worker", "bridge")
PAUSE_SECONDS = 2
END_SECONDS = 40
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)

log = logging.getLogger(__name__)


def require_free(host: str, port: int, setting: str) -> None:
    """Raises Unavailable when we cannot listen at that address, which the setting named chooses."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            raise Unavailable(
                f"No se puede escuchar en {host}:{port} ({error.strerror}): "
                f"detenga el otro programa o elija otra dirección con {setting}."
            ) from error


def end_as_interrupted() -> None:
    """From now on SIGTERM ends this process as Ctrl-C does, so that whatever was started is ended too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def end_with_parent() -> None:
    """Asks Linux for a SIGTERM when the parent is killed (prctl(2)): then nobody else would end this process."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Household:
    """The child processes, one of each kind."""

    def __init__(self, environment: Mapping[str, str], options: tuple[str, ...] = ()) -> None:
        self._environment, self._options = dict(environment), options
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._ended = threading.Event()

    def start(self) -> None:
        """Start every kind."""
        for kind in KINDS:
            self._children[kind] = self._spawn(kind)

    def watch(self) -> None:
        """Keep them running until SIGINT or SIGTERM, then end them: what is under way is finished or left to redo."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._ended.set())
        while not self._ended.wait(PAUSE_SECONDS):
            for kind, child in self._children.items():
                if child.poll() is not None:
                    log.warning("%s ended with status %s and is started again", kind, child.returncode)
                    self._children[kind] = self._spawn(kind)

    def stop(self) -> None:
        """End all of them; those that do not end in time are killed. A second Ctrl-C does not cut this short."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + END_SECONDS
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _spawn(self, kind: str) -> "subprocess.Popen[bytes]":
        # A group of its own: Ctrl-C reaches us alone, and we end the children in order.
        return subprocess.Popen(
            [sys.executable, "-m", "helpdesk", kind, *self._options],
            env={**os.environ, **self._environment},
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
