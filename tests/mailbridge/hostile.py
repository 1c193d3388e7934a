"""A parser for the sandbox that does what a hostile message may make a parser do."""

import os
import signal
import time

from mailbridge.parse import parse as honest
from mailbridge.values import ParsedMail


def parse(raw: bytes) -> ParsedMail:
    """Hangs, crashes, raises or eats memory when the message says so; otherwise reads it."""
    if b"HANG" in raw:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            pass
    if b"CRASH" in raw:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"EAT MEMORY" in raw:
        return parse(bytes(700 * 1024 * 1024))
    if b"RAISE" in raw:
        raise RuntimeError("bad message")
    return honest(raw)
