"""Transactions that collide with others are done again: at once, a few times, after a pause that spreads the rivals."""

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

COLLISIONS = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: PostgreSQL rolled one of two rivals back, and asks for it to be done again."""
MOST_RETRIES = 5
PAUSE_SECONDS = 0.02

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def repeated(work: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Makes a function that is one transaction and nothing else do it again, five times at most, when it collides.

    The last collision and any other failure are raised.
    """

    @functools.wraps(work)
    def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        for retry in range(MOST_RETRIES):
            try:
                return work(*args, **kwargs)
            except DBAPIError as error:
                if not is_collision(error):
                    raise
                time.sleep(random.uniform(0.2, 2) * PAUSE_SECONDS * 2**retry)  # noqa: S311  # no secret depends on it
        return work(*args, **kwargs)

    return call


def is_collision(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed when it is done again."""
    return getattr(error.orig, "sqlstate", None) in COLLISIONS
