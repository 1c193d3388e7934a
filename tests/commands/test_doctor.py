"""The doctor names what is wrong and what to do, one line each."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from helpdesk import cli, doctor
from helpdesk.files import Files


def findings(url: str, folder: Path, *, sends: bool = True) -> dict[str, doctor.Finding]:
    """What the doctor finds, by what was looked at."""
    return {finding.what: finding for finding in doctor.examine(url, Files(folder / "files"), folder, sends=sends)}


def test_a_sound_installation_is_ok_throughout(database_url: str, tmp_path: Path) -> None:
    found = findings(database_url, tmp_path)
    assert {name for name, finding in found.items() if finding.grade != "ok"} <= {"disk"}
    assert {"disk", "files", "database", "clock", "schema", "jobs"} <= set(found)


def test_a_missing_outgoing_server_is_a_warning(database_url: str, tmp_path: Path) -> None:
    assert findings(database_url, tmp_path, sends=False)["outgoing mail"].grade == "warning"


def test_an_old_schema_is_an_error_that_names_the_remedy(database: Engine, database_url: str, tmp_path: Path) -> None:
    with database.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    finding = findings(database_url, tmp_path)["schema"]
    assert finding.grade == "error"
    assert "db upgrade" in finding.sentence


def test_files_that_cannot_be_written_are_an_error(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "files").touch()
    assert findings(database_url, tmp_path)["files"].grade == "error"


def test_jobs_that_wait_without_a_worker_are_a_warning(database: Engine, database_url: str, tmp_path: Path) -> None:
    with database.begin() as connection:
        connection.execute(text("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'x')"))
    assert "start helpdesk worker" in findings(database_url, tmp_path)["jobs"].sentence


def test_a_clock_that_is_off_is_an_error(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # only this call is made
            return datetime.now(UTC) - timedelta(minutes=1)

    monkeypatch.setattr(doctor, "datetime", Late)
    assert findings(database_url, tmp_path)["clock"].grade == "error"


def test_a_database_that_is_away_is_an_error(tmp_path: Path) -> None:
    found = findings("postgresql+psycopg://desk@127.0.0.1:1/desk", tmp_path)
    assert found["database"].grade == "error"


def test_a_mailbox_in_trouble_is_told_with_its_last_error(database: Engine, database_url: str, tmp_path: Path) -> None:
    with database.begin() as connection:
        connection.execute(
            text("INSERT INTO institutions (key, name, ticket_prefix, timezone) VALUES ('mef', 'M', 'MEF', 'UTC')")
        )
        connection.execute(
            text(
                "INSERT INTO mailboxes (institution_id, key, address, name, imap_url, last_error)"
                " SELECT id, 'soporte', 'soporte@example.org', 'S', 'imaps://mail', 'the password is refused.'"
                " FROM institutions"
            )
        )
    finding = findings(database_url, tmp_path)["mailbox soporte@example.org"]
    assert (finding.grade, finding.sentence) == ("error", "the password is refused.")


def test_the_command_fails_only_for_errors(
    database: Engine,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HELPDESK_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("HELPDESK_DATABASE_URL", database_url)
    assert cli.main(["doctor"]) == 0
    assert "warning  outgoing mail" in capsys.readouterr().out
    with database.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    assert cli.main(["doctor"]) == 1
