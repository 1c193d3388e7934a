"""The acceptance test: every sample mail and every worked deadline comes out as `expected.yaml` says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpdesk import cli
from helpdesk.domain.errors import Invalid
from helpdesk.rehearsal.cases import Case, load
from helpdesk.rehearsal.compare import Difference
from helpdesk.rehearsal.run import Verdict, check_deadlines, rehearse, shipped
from helpdesk.rehearsal.stage import Stage, open_stage

FOLDER = Path(__file__).parent / "cases"
MORE = Path(__file__).parent / "more"
UNSEEN = Path(__file__).parent / "unseen"
REVIEWED = Path(__file__).parent / "reviewed"
CASES = load((FOLDER,))
FURTHER = load((MORE,))
BLIND = load((UNSEEN,))
OF_REVIEWERS = load((REVIEWED,))
DEADLINES = tuple(check_deadlines(FOLDER / "deadlines.yaml", shipped()))
SAMPLES = 56
WORKED_DEADLINES = 20

EXPECTED_FAILURES: dict[str, str] = {}
"""Samples that come out otherwise today, by file name, each with the reason why that is borne for now."""


def known(case: Case) -> Any:
    """The case as a parameter, marked where it is known to fail: it must then fail, or the table is out of date."""
    reason = EXPECTED_FAILURES.get(case.name)
    marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
    return pytest.param(case, id=case.path.stem, marks=marks)


def told(differences: tuple[Difference, ...]) -> str:
    """What differs, a line a key."""
    return "\n".join(f"{each.key}: expected {each.expected!r}, got {each.got!r}" for each in differences)


@pytest.fixture(scope="module")
def stage(server: str) -> Iterator[Stage]:
    """The four shipped institutions, ready to be played with."""
    with open_stage(server, shipped()) as opened:
        yield opened


@pytest.mark.parametrize("case", [known(case) for case in CASES])
def test_a_sample_comes_out_as_expected(stage: Stage, case: Case) -> None:
    (verdict,) = rehearse(stage, CASES, (case,))
    assert not verdict.differences, told(verdict.differences)


@pytest.mark.parametrize("case", [known(case) for case in FURTHER])
def test_a_letter_of_another_office_comes_out_as_expected(stage: Stage, case: Case) -> None:
    (verdict,) = rehearse(stage, FURTHER, (case,))
    assert not verdict.differences, told(verdict.differences)


@pytest.mark.parametrize("case", [known(case) for case in BLIND])
def test_a_letter_written_before_it_was_played_comes_out_as_expected(stage: Stage, case: Case) -> None:
    (verdict,) = rehearse(stage, BLIND, (case,))
    assert not verdict.differences, told(verdict.differences)


@pytest.mark.parametrize("case", [known(case) for case in OF_REVIEWERS])
def test_a_letter_of_somebody_who_knew_no_rule_comes_out_as_expected(stage: Stage, case: Case) -> None:
    (verdict,) = rehearse(stage, OF_REVIEWERS, (case,))
    assert not verdict.differences, told(verdict.differences)


@pytest.mark.parametrize("verdict", DEADLINES, ids=[each.name for each in DEADLINES])
def test_a_worked_deadline_is_counted_alike(verdict: Verdict) -> None:
    assert not verdict.differences, told(verdict.differences)


def test_no_sample_and_no_deadline_went_missing() -> None:
    assert len(CASES) == len(list(FOLDER.glob("*.eml"))) == SAMPLES
    assert len(DEADLINES) == WORKED_DEADLINES
    assert len(FURTHER) == len(list(MORE.glob("*.eml"))) > 0
    assert len(BLIND) == len(list(UNSEEN.glob("*.eml"))) > 0
    assert len(OF_REVIEWERS) == len(list(REVIEWED.glob("*.eml"))) > 0


def test_the_table_of_expected_failures_names_samples_that_exist() -> None:
    assert set(EXPECTED_FAILURES) <= {case.name for case in (*CASES, *FURTHER, *BLIND, *OF_REVIEWERS)}


def folder_with(tmp_path: Path, name: str, **changed: Any) -> Path:
    """A folder of one sample whose expectation was changed."""
    (case,) = (each for each in CASES if each.name.startswith(name))
    (tmp_path / case.name).write_bytes(case.raw)
    document = {"schema_version": 1, "samples": [{**case.expected, **changed}]}
    (tmp_path / "expected.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return tmp_path


@pytest.fixture
def operator(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's environment; the rehearsal makes databases of its own beside the configured one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("HELPDESK_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("HELPDESK_DATABASE_URL", server)


@pytest.mark.usefixtures("operator")
def test_the_command_plays_only_what_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rehearse", str(FOLDER), "--only", "055", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [{"case": "055-conectamef-pe-boletin-publicitario.eml", "ok": True, "differences": []}]


@pytest.mark.usefixtures("operator")
def test_the_command_fails_for_a_wrong_expectation_and_says_which(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_with(tmp_path, "010", request_type="enrolamiento_biometrico")
    assert cli.main(["rehearse", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "DIFF  010-mef-ec-solicitud-informacion.eml: request_type: expected 'enrolamiento_biometrico'" in said
    assert "0 of 1 cases are right in every key" in said


def test_a_case_that_cannot_be_played_is_a_difference_and_the_next_is_played(stage: Stage) -> None:
    torn = next(case for case in CASES if case.number == "038")
    homeless = replace(torn, expected={**torn.expected, "reply_to": None})
    bulk = next(case for case in CASES if case.number == "055")
    first, second, third = rehearse(stage, (torn, homeless, bulk), (torn, homeless, bulk))
    assert "responde a 002-mef-ec-gad-falta-ruc.eml, que no está en las carpetas dadas" in told(first.differences)
    assert "el caso 002 no abrió ningún ticket" in told(second.differences)
    assert not third.differences


@pytest.mark.parametrize(
    ("listing", "sentence"),
    [
        ("samples: [", "no es YAML válido"),
        ("deadlines: []", "falta la lista «samples»"),
        ("samples: [{file: a.eml, institution: mef-ec, sender: a@b.example}]", "samples.0: falta received_at"),
        (
            "samples: [{file: a.eml, institution: x, sender: a@b.example, received_at: '2026-01-01T10:00:00-05:00'}]",
            "samples.0: no existe a.eml",
        ),
    ],
)
def test_expectations_that_cannot_be_read_are_refused_with_their_place(
    tmp_path: Path, listing: str, sentence: str
) -> None:
    (tmp_path / "expected.yaml").write_text(listing, encoding="utf-8")
    with pytest.raises(Invalid, match=sentence):
        load((tmp_path,))


@pytest.mark.usefixtures("operator")
def test_a_folder_without_expectations_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["rehearse", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"helpdesk: {tmp_path}: no tiene expected.yaml; dé una carpeta de casos.\n"
