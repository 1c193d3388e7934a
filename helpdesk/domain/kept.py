"""Keeps what follows from a catalogue alone, which every message would else work out again."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, cast

# Some dozens of types in a handful of catalogues, each with some dozens of words.
ANSWERS = 16384
Rule = TypeVar("Rule", bound=Callable[..., Any])


def kept(rule: Rule) -> Rule:
    """A pure function of catalogues, request types and words of theirs, asked once for each. What it gives is shared
    and must not be changed."""
    return cast(Rule, lru_cache(maxsize=ANSWERS)(rule))
