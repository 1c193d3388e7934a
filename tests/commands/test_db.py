"""The schema and the backups, as an operator handles them."""

import hashlib
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, pool, text
from sqlalchemy.engine import make_url

from helpdesk import cli, schema
from helpdesk.files import Files
from tests.conftest import drop, maintenance

CONTENT = b"an attachment"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's environment: a data folder and a secret key."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("HELPDESK_SECRET_KEY", "k" * 32)


@pytest.fixture
def empty_url(server: str) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"empty_{uuid4().hex[:12]}"
    with maintenance(server) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    drop(server, name)


@pytest.fixture
def backup_file(database: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup of one institution and one file."""
    with database.begin() as connection:
        connection.execute(
            text("INSERT INTO institutions (key, name, ticket_prefix, timezone) VALUES ('mef', 'M', 'MEF', 'UTC')")
        )
    Files(tmp_path / "var/files").put(CONTENT)
    use(monkeypatch, database_url)
    assert cli.main(["db", "backup", "all.tgz"]) == 0
    return tmp_path / "all.tgz"


def use(monkeypatch: pytest.MonkeyPatch, url: str, data_dir: str = "var") -> None:
    """Points the commands at a database and a data folder."""
    monkeypatch.setenv("HELPDESK_DATABASE_URL", url)
    monkeypatch.setenv("HELPDESK_DATA_DIR", data_dir)


def test_upgrade_brings_an_empty_database_to_the_newest_schema(
    empty_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, empty_url)
    assert cli.main(["db", "upgrade"]) == 0
    assert f"is at {schema.head()} (was: empty)" in capsys.readouterr().out
    assert cli.main(["db", "check"]) == 0


def test_check_tells_of_a_database_that_was_not_upgraded(
    empty_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, empty_url)
    assert cli.main(["db", "check"]) == 1
    assert "db upgrade" in capsys.readouterr().out


def test_a_restored_backup_holds_rows_and_files(
    backup_file: Path, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, empty_url, "elsewhere")
    assert cli.main(["db", "restore", str(backup_file)]) == 0
    with create_engine(empty_url, poolclass=pool.NullPool).connect() as connection:
        assert connection.scalar(text("SELECT key FROM institutions")) == "mef"
    assert Files(tmp_path / "elsewhere/files").get(hashlib.sha256(CONTENT).hexdigest()) == CONTENT
    assert schema.differences(empty_url) == []


def test_a_restored_history_is_still_append_only(
    backup_file: Path, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, empty_url)
    cli.main(["db", "restore", str(backup_file)])
    with create_engine(empty_url, poolclass=pool.NullPool).connect() as connection:
        triggers = connection.scalars(text("SELECT tgname FROM pg_trigger WHERE tgrelid = 'events'::regclass"))
        assert {"events_append_only", "events_no_truncate"} <= set(triggers)


def test_a_backup_is_closed_to_others(backup_file: Path) -> None:
    assert backup_file.stat().st_mode & 0o777 == 0o600


def test_a_backup_overwrites_nothing(backup_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = backup_file.read_bytes()
    assert cli.main(["db", "backup", str(backup_file)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert backup_file.read_bytes() == before


def test_a_used_database_is_not_restored_over(backup_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["db", "restore", str(backup_file)]) == 1
    assert "not empty" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["cut", "other"])
def test_what_is_no_whole_backup_is_refused_and_leaves_the_database_empty(
    backup_file: Path,
    empty_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    damage: str,
) -> None:
    bad = tmp_path / "bad.tgz"
    if damage == "cut":
        bad.write_bytes(backup_file.read_bytes()[:2000])
    else:
        with tarfile.open(bad, "w:gz") as archive:
            archive.add(backup_file, "something")
    use(monkeypatch, empty_url)
    assert cli.main(["db", "restore", str(bad)]) == 1
    answer = capsys.readouterr().err
    assert answer.startswith(f"helpdesk: {bad} is not a")
    assert answer.count("\n") == 1
    assert schema.present(empty_url) is None


def test_the_password_is_not_shown_to_other_users_of_the_machine(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, make_url(database_url).set(password="secreto").render_as_string(hide_password=False))
    seen: list[str] = []
    run = subprocess.run

    def watched(command: list[str], **options: object) -> object:
        seen.extend(map(str, command))
        return run(command, **options)  # type: ignore[call-overload]  # whatever the caller passes

    monkeypatch.setattr(subprocess, "run", watched)
    assert cli.main(["db", "backup", "all.tgz"]) == 0
    assert any("pg_dump" in word for word in seen)
    assert not any("secreto" in word for word in seen)
