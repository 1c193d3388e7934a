"""The one place that reads the time, so that a rehearsal can play last year's mail at last year's hour."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_fixed: ContextVar[datetime | None] = ContextVar("fixed", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _fixed.get() or datetime.now(UTC)


@contextmanager
def fixed(instant: datetime) -> Iterator[datetime]:
    """Makes `now()` answer `instant` inside the block, for this thread or task only.

    Raises `ValueError` for an instant without a time zone.
    """
    if instant.tzinfo is None:
        raise ValueError("a fixed instant needs a time zone")
    token = _fixed.set(instant.astimezone(UTC))
    try:
        yield instant
    finally:
        _fixed.reset(token)
