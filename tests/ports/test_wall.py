"""The tests' own promises: no network, no silent skip, no trace in the database."""

import socket

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests import conftest


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_no_test_reaches_another_machine_by_address(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as outside, pytest.raises(AssertionError, match="only this machine"):
        outside.connect((host, 25))


def test_no_test_reaches_another_machine_by_name() -> None:
    with pytest.raises(AssertionError, match="only this machine"):
        socket.create_connection(("mail.example.org", 25))


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def skipped() -> pytest.TestReport:
    """The report of a test that was skipped."""
    place = ("tests/wire/test_x.py", 3, "Skipped: dovecot is not on this machine")
    return pytest.TestReport("tests/x", ("x", 1, "x"), {}, "skipped", place, "call")


def test_where_skipping_is_forbidden_a_skip_fails_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "NO_SKIP", True)
    report = skipped()
    conftest.forbid_skip(report)
    assert report.failed
    assert "dovecot is not on this machine" in report.longreprtext


def test_an_expected_failure_is_no_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "NO_SKIP", True)
    report = skipped()
    report.wasxfail = "reason"
    conftest.forbid_skip(report)
    assert report.skipped


def test_elsewhere_a_skip_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "NO_SKIP", False)
    report = skipped()
    conftest.forbid_skip(report)
    assert report.skipped


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_ends_in_its_session_is_gone_for_the_next(session: Session, turn: int) -> None:
    count = session.scalar(text("SELECT count(*) FROM institutions WHERE key = 'trace'"))
    session.execute(
        text("INSERT INTO institutions (key, name, ticket_prefix, timezone) VALUES ('trace', 'T', 'TR', 'UTC')")
    )
    session.commit()
    assert count == 0
