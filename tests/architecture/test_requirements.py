"""docs/requirements.md is honest: every requirement has its row, and what a row names exists. That it also ran and
passed is checked at the end of a whole run (tests/conftest.py)."""

import re
from dataclasses import dataclass

import pytest

from tests.proofs import ROOT, defined

NUMBERS = tuple(range(1, 195))
ROW = re.compile(r"\| R-(\d{3}) \| ([^|]+) \| ([^|]+) \|")
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
WITHOUT = re.compile(r"(?:later|not yet): \w.{10,}")


@dataclass(frozen=True)
class Row:
    """A requirement, and the tests that prove it or why there is none."""

    number: int
    proofs: tuple[tuple[str, str], ...]
    said: str


def rows() -> tuple[Row, ...]:
    """The table of docs/requirements.md."""
    lines = (ROOT / "docs" / "requirements.md").read_text("utf-8").splitlines()
    found = [ROW.fullmatch(line) for line in lines]
    return tuple(Row(int(row[1]), tuple(PROOF.findall(row[3])), row[3].strip()) for row in found if row is not None)


def test_every_requirement_has_its_row_in_order() -> None:
    assert tuple(row.number for row in rows()) == NUMBERS


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"R-{row.number:03}")
def test_a_row_names_tests_that_exist_or_says_why_there_are_none(row: Row) -> None:
    known = defined()
    assert [f"{path}::{name}" for path, name in row.proofs if name not in known.get(path, set())] == []
    assert row.proofs or WITHOUT.search(row.said)
