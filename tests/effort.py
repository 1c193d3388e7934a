"""A guard against work that explodes: far above what the task needs, far below what backtracking would take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 30
"""Processor time. No measure of speed (`helpdesk bench` is): what passes on a busy machine passes on a slow one."""


@contextmanager
def no_explosion() -> Iterator[None]:
    """Raises AssertionError when the block took more processor time than any healthy reading takes."""
    began = time.process_time()
    yield
    took = time.process_time() - began
    assert took < PATIENCE_SECONDS, f"took {took:.0f} s of processor time"
