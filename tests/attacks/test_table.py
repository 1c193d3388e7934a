"""docs/attacks.md is honest: every attack has its row, and every test that a row names exists."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
ROW = re.compile(r"\| A(\d{3}) \| ([^|]+) \| ([^|]+) \|")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
NUMBERS = {*range(1, 180, 2), 158, 160, 162, 170, 172}
"""The rows of the bench of attacks, G1 to G22."""


def rows() -> dict[int, str]:
    """What each row says of its proof, by number."""
    found = [ROW.fullmatch(line) for line in (PROJECT / "docs" / "attacks.md").read_text("utf-8").splitlines()]
    return {int(row[1]): row[3] for row in found if row}


def defined() -> dict[str, set[str]]:
    """The tests of each file of attacks."""
    return {
        f"tests/attacks/{path.name}": set(re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M))
        for path in Path(__file__).parent.glob("test_*.py")
    }


def test_every_attack_has_its_row() -> None:
    assert rows().keys() == NUMBERS


def test_a_row_names_a_test_or_says_why_there_is_none() -> None:
    empty = [number for number, proof in rows().items() if not NAMED.match(proof) and not re.match(r"later: \w", proof)]
    assert empty == []


def test_every_test_that_a_row_names_exists() -> None:
    named = [found.groups() for proof in rows().values() for found in NAMED.finditer(proof)]
    missing = [f"{path}::{name}" for path, name in named if f"\ndef {name}(" not in (PROJECT / path).read_text("utf-8")]
    assert named
    assert missing == []


def test_every_numbered_test_is_of_an_attack_that_its_row_calls_proved() -> None:
    numbers = {int(n) for names in defined().values() for name in names for n in re.findall(r"_a(\d{3})(?=_)", name)}
    assert [number for number in sorted(numbers) if not NAMED.match(rows()[number])] == []
