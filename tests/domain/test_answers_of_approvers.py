"""Answers as officials write them: what each decides, and that none decides what its writer did not (R-173, R-174)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpdesk.cataloguefile import LOADER
from helpdesk.domain.answerobjects import Asked
from helpdesk.domain.answers import Answer, read_answer

ROUNDS = yaml.load(Path(__file__).with_name("answers_of_approvers.yaml").read_text(encoding="utf-8"), LOADER)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A text, what was asked for, the outcomes that do no harm, and how the reason of a rejection begins."""

    text: str
    asked: Asked
    allowed: frozenset[str]
    reason: str

    @property
    def read(self) -> Answer:
        return read_answer(self.text, self.asked)


def expectation(entry: dict[str, Any]) -> Expectation:
    allowed = frozenset({entry["decision"], *entry.get("accept", ())})
    return Expectation(entry["text"], Asked(entry.get("asked", "")), allowed, entry.get("reason", ""))


EXPECTATIONS = [expectation(entry) for part in ROUNDS for entry in part["answers"]]


@pytest.mark.parametrize("wanted", EXPECTATIONS, ids=lambda wanted: wanted.text[:50])
def test_an_answer_is_read_as_a_careful_person_reads_it(wanted: Expectation) -> None:
    answer = wanted.read
    assert answer.decision in wanted.allowed
    if answer.decision == "reject":
        assert (answer.reason or "").casefold().startswith(wanted.reason.casefold())


def test_no_answer_decides_what_its_writer_did_not() -> None:
    read = [(wanted, wanted.read.decision) for wanted in EXPECTATIONS]
    decided_wrongly = [
        wanted.text for wanted, got in read if got in ("approve", "reject") and got not in wanted.allowed
    ]
    assert decided_wrongly == []
