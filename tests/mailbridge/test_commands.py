"""The commands of the mail path, as an operator types them."""

import io
import json
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from helpdesk.commands import ledger, mail, mailbox, outbox
from helpdesk.db import transaction
from helpdesk.domain.errors import Conflict, Invalid, NotFound
from tests import mailhouse
from tests.mailhouse import House, letter


@pytest.fixture
def operated(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> House:
    """The house, with the settings that lead the commands to it."""
    monkeypatch.setenv("HELPDESK_DATABASE_URL", house.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("HELPDESK_SECRET_KEY", mailhouse.DESK.secret.decode())
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(tmp_path / "data"))
    return house


def standard_input(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    """What the command reads."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))


def test_a_piped_message_is_accepted_with_0_and_stands_in_the_ledger(
    operated: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    standard_input(monkeypatch, letter())
    assert mail.main(["ingest", "--to", operated.mailbox, "--from", "ana@x.example"]) == 0
    assert ledger.main(["status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["accepted"], found["pending"], found["holds"]) == (1, 1, True)


def test_a_piped_message_without_a_database_ends_with_75(
    operated: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HELPDESK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    standard_input(monkeypatch, letter())
    assert mail.main(["ingest", "--to", operated.mailbox]) == 75
    assert "try again later" in capsys.readouterr().err


def test_a_piped_message_for_nobody_ends_with_65(operated: House, monkeypatch: pytest.MonkeyPatch) -> None:
    standard_input(monkeypatch, letter())
    assert mail.main(["ingest", "--to", "nobody@elsewhere.example"]) == 65


def test_the_status_ends_with_1_when_something_waits_too_long(
    operated: House, capsys: pytest.CaptureFixture[str]
) -> None:
    operated.say(letter())
    with operated.engine.begin() as connection:
        connection.execute(text("UPDATE ledger SET accepted_at = accepted_at - interval '6 minutes'"))
    assert ledger.main(["status"]) == 1
    assert "TOO LONG" in capsys.readouterr().out


def test_an_arrival_can_be_shown_and_a_processed_one_not_replayed(
    operated: House, capsys: pytest.CaptureFixture[str]
) -> None:
    number = operated.say(letter())
    operated.work()
    assert ledger.main(["show", str(number)]) == 0
    assert "processed" in capsys.readouterr().out
    with pytest.raises(Conflict):
        ledger.main(["replay", str(number)])
    with pytest.raises(NotFound):
        ledger.main(["show", "999999"])


def test_a_message_in_quarantine_is_shown_with_what_to_do(operated: House, capsys: pytest.CaptureFixture[str]) -> None:
    number = operated.say(letter(more="Cc: " + ", ".join(f"p{each}@crowd.example" for each in range(60))))
    operated.work()
    assert ledger.main(["show", str(number)]) == 0
    assert "acéptelo" in capsys.readouterr().out


def test_letters_that_wait_for_a_server_are_counted_with_the_reason(
    operated: House, capsys: pytest.CaptureFixture[str]
) -> None:
    operated.say(letter())
    operated.work()
    assert outbox.main(["status"]) == 0
    said = capsys.readouterr().out
    assert "queued     1" in said
    assert "HELPDESK_SMTP_URL" in said


def test_an_import_takes_a_folder_and_names_what_is_for_nobody(
    operated: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "ours.eml").write_bytes(letter(to=operated.mailbox))
    assert mail.main(["import", str(folder), "--received", "date-header"]) == 0
    (folder / "theirs.eml").write_bytes(letter(to="x@elsewhere.example"))
    assert mail.main(["import", str(folder)]) == 1
    assert "theirs.eml" in capsys.readouterr().err


def test_a_mailbox_is_connected_with_its_password_encrypted_and_a_server_that_is_away_is_told(
    operated: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password = tmp_path / "password"
    password.write_text("secreta\n")
    command = ["set", operated.mailbox, "--imap", "imap://127.0.0.1:1", "--user", "u", "--password-file", str(password)]
    assert mailbox.main(command) == 0
    with transaction() as session:
        stored = session.scalar(text("SELECT secret FROM mailboxes WHERE imap_user = 'u'"))
    assert stored is not None
    assert "secreta" not in stored
    assert mailbox.main(["check", operated.mailbox]) == 1
    assert "no responde" in capsys.readouterr().out
    assert mailbox.main(["list"]) == 0
    assert "u at imap://127.0.0.1:1" in capsys.readouterr().out


def test_a_mailbox_is_connected_with_a_credential_that_is_kept_encrypted(operated: House, tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    file.write_text('{"tenant": "t", "client_id": "c", "client_secret": "secreta"}')
    command = ["set", operated.mailbox, "--imap", "imaps://outlook.office365.com", "--user", "u"]
    assert mailbox.main([*command, "--oauth2", "microsoft", "--credentials-file", str(file)]) == 0
    with transaction() as session:
        how, stored = session.execute(text("SELECT imap_oauth2, secret FROM mailboxes WHERE imap_user = 'u'")).one()
    assert how is True
    assert "secreta" not in stored


@pytest.mark.parametrize("written", ["no json", '{"tenant": "t"}'])
def test_credentials_that_will_not_do_leave_the_mailbox_as_it_was(
    operated: House, tmp_path: Path, written: str
) -> None:
    file = tmp_path / "credentials.json"
    file.write_text(written)
    command = ["set", operated.mailbox, "--imap", "imaps://outlook.office365.com", "--user", "u"]
    with pytest.raises(Invalid):
        mailbox.main([*command, "--oauth2", "microsoft", "--credentials-file", str(file)])
    with pytest.raises(Invalid, match="go together"):
        mailbox.main([*command, "--oauth2", "microsoft"])
    with transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM mailboxes WHERE imap_user = 'u'")) == 0


@pytest.mark.parametrize("url", ["ftp://x", "imaps://", "mail.example"])
def test_an_address_that_is_no_imap_address_is_refused(operated: House, tmp_path: Path, url: str) -> None:
    with pytest.raises(Invalid):
        mailbox.main(["set", operated.mailbox, "--imap", url, "--user", "u", "--password-file", str(tmp_path / "p")])
