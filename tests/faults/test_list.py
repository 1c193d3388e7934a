"""The list of faults says what is tested, and nothing else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NUMBERS = tuple(range(1, 48, 2))


@dataclass(frozen=True)
class Row:
    """One fault of the list."""

    number: int
    tests: tuple[str, ...]
    test_column: str
    later: str


def rows() -> Iterator[Row]:
    """The table of docs/faults.md."""
    for line in (ROOT / "docs/faults.md").read_text().splitlines():
        if found := re.match(r"\| F(\d\d) \| [^|]+ \|([^|]*)\|([^|]*)\|$", line):
            column = found[2].strip()
            yield Row(int(found[1]), tuple(re.findall(r"`(test_\w+)`", column)), column, found[3].strip())


def defined() -> frozenset[str]:
    """Every test there is."""
    sources = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return frozenset(name for source in sources for name in re.findall(r"^def (test_\w+)\(", source, re.M))


def test_every_fault_is_in_the_list_once() -> None:
    assert tuple(row.number for row in rows()) == NUMBERS


@pytest.mark.parametrize("row", tuple(rows()), ids=lambda row: f"F{row.number:02}")
def test_every_fault_names_its_tests_or_why_it_has_none(row: Row) -> None:
    assert row.tests or row.later.startswith("later: ")


def test_every_test_that_is_named_exists_and_bears_its_number() -> None:
    named = {test: row.number for row in rows() for test in row.tests}
    assert set(named) <= defined()
    assert [test for test, number in named.items() if not test.startswith(f"test_f{number:02}_")] == []


def test_every_test_that_bears_a_number_is_named() -> None:
    listed = {test for row in rows() for test in row.tests}
    numbered = {name for name in defined() if re.match(r"test_f\d\d_", name)}
    assert numbered == listed
