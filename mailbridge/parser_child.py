"""The reading process of `mailbridge.sandbox`: messages on standard input, values on standard output, until the end."""

import importlib
import os
import pickle
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from mailbridge.sandbox import LENGTH


def main() -> None:
    """Serves until standard input ends: the process that started us is gone, or done."""
    module, _, name = sys.argv[1].partition(":")
    parse = getattr(importlib.import_module(module), name)
    answers = os.fdopen(os.dup(1), "wb")
    # A library that prints must not be taken for an answer.
    os.dup2(2, 1)
    limit_memory(int(sys.argv[2]))
    send(answers, ("ready", ""))
    while (head := sys.stdin.buffer.read(LENGTH.size)) and len(head) == LENGTH.size:
        send(answers, answer(parse, sys.stdin.buffer.read(LENGTH.unpack(head)[0])))


def limit_memory(megabytes: int) -> None:
    """At most `megabytes` of address space beyond what the interpreter has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(parse: Callable[[bytes], Any], raw: bytes) -> tuple[str, Any]:
    """The parsed mail, or the reason and detail of the failure."""
    try:
        return "parsed", parse(raw)
    except MemoryError:
        return "memory_limit", "the message needs too much memory"
    except Exception as error:  # whatever a hostile message provokes is the answer
        return "parse_error", f"{type(error).__name__}: {error}"[:500]


def send(answers: BinaryIO, value: tuple[str, Any]) -> None:
    """Writes one answer; one too large for the memory left becomes `memory_limit`."""
    try:
        data = pickle.dumps(value, protocol=5)
    except MemoryError:
        data = pickle.dumps(("memory_limit", "the parsed message needs too much memory"), protocol=5)
    answers.write(LENGTH.pack(len(data)))
    answers.write(data)
    answers.flush()


if __name__ == "__main__":
    # Who started us was killed: nobody is left to answer.
    with suppress(BrokenPipeError):
        main()
