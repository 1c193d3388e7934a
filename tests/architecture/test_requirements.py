"""docs/requirements.md is honest: every requirement has its row, and what a row names exists. That it also ran and
passed is checked at the end of a whole run (tests/conftest.py)."""

import re
from dataclasses import dataclass, fields

import pytest

from helpdesk.domain.catalogue import RequestType
from helpdesk.domain.choices import Choices
from tests.proofs import ROOT, defined

NUMBERS = tuple(range(1, 195))
ROW = re.compile(r"\| R-(\d{3}) \| ([^|]+) \| ([^|]+) \|")
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
WITHOUT = re.compile(r"(?:later|not yet): \w.{10,}")


QUESTION = re.compile(r"\| Q-(\d{2}) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|")
QUESTIONS = tuple(range(1, 11))
KEY = re.compile(r"`([a-z_]+)`")


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


def questions() -> tuple[tuple[Row, tuple[str, ...]], ...]:
    """The open questions, each with the keys under which an institution chooses."""
    lines = (ROOT / "docs" / "requirements.md").read_text("utf-8").splitlines()
    found = [match for match in map(QUESTION.fullmatch, lines) if match is not None]
    return tuple((Row(int(r[1]), tuple(PROOF.findall(r[4])), r[4].strip()), tuple(KEY.findall(r[3]))) for r in found)


def test_every_open_question_has_its_row_in_order() -> None:
    assert tuple(row.number for row, _ in questions()) == QUESTIONS


@pytest.mark.parametrize(("row", "keys"), questions(), ids=lambda given: getattr(given, "number", None))
def test_an_open_question_names_its_choice_and_the_tests_of_both_answers(row: Row, keys: tuple[str, ...]) -> None:
    """A choice stands in the table of choices, or is a part of a request type; a proof is at least two tests."""
    known, chosen = defined(), {each.name for each in fields(Choices)}
    parts = {each.name for each in fields(RequestType)}
    assert [f"{path}::{name}" for path, name in row.proofs if name not in known.get(path, set())] == []
    assert not set(keys) - chosen - parts
    assert (len(row.proofs) > 1 and keys) or WITHOUT.search(row.said)


def test_every_choice_of_an_institution_is_told_to_operators() -> None:
    told = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert [each.name for each in fields(Choices) if f"| `{each.name}` |" not in told] == []
