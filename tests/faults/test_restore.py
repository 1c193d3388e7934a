"""A restore to a point in the past: what arrived since comes in again, what may have left since is not sent again."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, pool, text
from sqlalchemy.engine import make_url

from helpdesk import cli
from tests import mailhouse
from tests.conftest import drop, maintenance
from tests.mailhouse import LMTP_MAILBOX, letter


@pytest.fixture
def empty_url(server: str) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"restored_{uuid4().hex[:12]}"
    with maintenance(server) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    drop(server, name)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """What the border keeps of every message: one before the backup, one after it."""
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "before.eml").write_bytes(letter(message_id="<before@x.example>"))
    (folder / "after.eml").write_bytes(letter(message_id="<after@x.example>", text="La impresora no funciona."))
    return folder


def order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, *words: object) -> None:
    """An order of the operator that must succeed."""
    monkeypatch.setenv("HELPDESK_DATABASE_URL", url)
    monkeypatch.setenv("HELPDESK_SECRET_KEY", mailhouse.DESK.secret.decode())
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path / "data"))
    assert cli.main([str(word) for word in words]) == 0


def numbers(engine: Engine, sql: str) -> list[object]:
    """One column of a query."""
    with engine.connect() as connection:
        return list(connection.scalars(text(sql)))


def test_f25_a_restore_takes_the_missing_mail_in_again_and_sends_nothing_blindly(
    database_url: str,
    empty_url: str,
    archive: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with mailhouse.house(database_url, tmp_path / "files") as house:
        house.say((archive / "before.eml").read_bytes(), to=LMTP_MAILBOX)
        house.work()
    order(monkeypatch, tmp_path, database_url, "db", "backup", tmp_path / "all.tgz")
    order(monkeypatch, tmp_path, empty_url, "db", "restore", tmp_path / "all.tgz")
    assert "1 letters may have left after the backup" in capsys.readouterr().out
    order(monkeypatch, tmp_path, empty_url, "mail", "import", archive, "--to", LMTP_MAILBOX)
    with mailhouse.house(empty_url, tmp_path / "files") as restored:
        restored.work()
    engine = create_engine(empty_url, poolclass=pool.NullPool)
    assert numbers(engine, "SELECT state FROM ledger ORDER BY state") == ["duplicate", "processed", "processed"]
    assert numbers(engine, "SELECT count(*) FROM tickets") == [2]
    assert numbers(engine, "SELECT state FROM outbox ORDER BY id") == ["in_doubt", "queued"]
    assert numbers(engine, "SELECT count(*) FROM events WHERE kind = 'delivery_in_doubt'") == [1]
