"""How fast messages are read, and how exactly the new text of replies is found, beside other libraries."""

import json
import re
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mailbridge.parse import parse

OURS = "helpdesk"
# Run by another interpreter, never imported: what it needs is no dependency of ours.
RIVALS = Path(__file__).with_name("rivals.py")


@dataclass(frozen=True, slots=True)
class Speed:
    """`slowest` in milliseconds of processor time."""

    messages: int
    a_second: float
    slowest: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A message with the new text that it should give; `group` is its folder, the language."""

    group: str
    raw: bytes
    expected: str


def speed(files: Iterable[Path]) -> Speed:
    """Read every file once, in one process, as `helpdesk mail parse` does."""
    messages = [file.read_bytes() for file in files]
    parse(messages[0])
    taken = []
    for message in messages:
        started = time.process_time()
        parse(message)
        taken.append(time.process_time() - started)
    return Speed(len(messages), len(messages) / sum(taken), 1000 * max(taken))


def pairs(folder: Path) -> list[Pair]:
    """The messages (`NAME.eml`) below a folder with their expected text (`NAME.txt`) beside them."""
    return [
        Pair(file.parent.name, file.read_bytes(), file.with_suffix(".txt").read_text(encoding="utf-8"))
        for file in sorted(folder.rglob("*.eml"))
        if file.with_suffix(".txt").exists()
    ]


def exact(found: list[Pair], python: Path | None) -> dict[str, dict[str, int]]:
    """For every library how many pairs of each group it gets exactly right, white space aside.

    `python` is an interpreter that has the other libraries; they are given the text that we read, for they read none.
    """
    read = [parse(pair.raw) for pair in found]
    answers = [{OURS: mail.reply} for mail in read]
    if python is not None:
        for answer, others in zip(answers, _answers(python, [mail.text for mail in read]), strict=True):
            answer.update(others)
    counts: dict[str, dict[str, int]] = {}
    for pair, answer in zip(found, answers, strict=True):
        for library, text in answer.items():
            row = counts.setdefault(library, {})
            row[pair.group] = row.get(pair.group, 0) + (text is not None and same(text, pair.expected))
    return counts


def same(one: str, other: str) -> bool:
    """Whether two texts agree but for blank lines and the white space in and around lines."""
    return _flat(one) == _flat(other)


def _flat(text: str) -> str:
    return re.sub(r"\n+", "\n", "\n".join(" ".join(line.split()) for line in text.split("\n"))).strip()


def _answers(python: Path, texts: list[str]) -> list[dict[str, str]]:
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run([python, RIVALS], input=lines, text=True, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
