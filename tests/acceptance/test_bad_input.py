"""Bad input gets one clear sentence and nothing is lost. What one door alone does is tested beside that door."""

import io
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from mailbridge.limits import MAX_HOPS
from tests import mailhouse
from tests.commands.operating import Answer, Operator, set_environment
from tests.mailhouse import letter

MAILBOX = mailhouse.LMTP_MAILBOX
AWAY = "postgresql://desk@127.0.0.1:1/desk"


@pytest.fixture
def operator(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Operator:
    """An operator of an installation with one institution."""
    set_environment(monkeypatch, tmp_path, database_url)
    made = Operator(tmp_path, capsys)
    made.loads()
    return made


@pytest.fixture
def pipe(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> "Pipe":
    """The mail server's pipe."""
    return Pipe(operator, monkeypatch)


class Pipe:
    """Hands messages to `helpdesk mail ingest` on standard input."""

    def __init__(self, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
        self._operator, self._monkeypatch = operator, monkeypatch

    def takes(self, raw: bytes, to: str = MAILBOX) -> Answer:
        """The answer to one message."""
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        return self._operator.orders("mail", "ingest", "--to", to)


def ledger(database: Engine) -> list[tuple[str, str | None]]:
    """State and reason of every arrival."""
    with database.connect() as connection:
        return [(str(state), reason) for state, reason in connection.execute(text("SELECT state, reason FROM ledger"))]


def work(url: str, folder: Path) -> None:
    """Runs every job that is due."""
    with mailhouse.house(url, folder / "var" / "files") as house:
        house.work()


def test_a_message_of_sixty_megabytes_is_refused_with_the_limit(pipe: Pipe, database: Engine) -> None:
    answer = pipe.takes(letter(text="x" * 60 * 2**20))
    assert answer.status == 65
    assert answer.complained == "helpdesk: The message is larger than 50 MB: send it in parts.\n"
    assert ledger(database) == []


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (bytes(range(256)) * 40, "no_sender"),
        (b"no header at all, only words\r\n", "no_sender"),
        (b"From: x@a.example, y@b.example\r\nSubject: Ayuda\r\n\r\nNo puedo entrar.\r\n", "ambiguous_sender"),
        (letter(more="\n".join(["Received: from a by b"] * (MAX_HOPS + 1))), "hop_limit"),
    ],
    ids=["binary", "words", "two senders", "a loop of servers"],
)
def test_a_message_that_nobody_can_answer_is_kept_with_its_reason(
    pipe: Pipe, operator: Operator, database: Engine, database_url: str, raw: bytes, reason: str
) -> None:
    assert pipe.takes(raw).status == 0
    work(database_url, operator.folder)
    assert ledger(database) == [("quarantined", reason)]
    with database.connect() as connection:
        number = connection.scalar(text("SELECT id FROM ledger"))
        assert connection.scalar(text("SELECT content FROM raw_messages")) == raw
    shown = dict(line.split(maxsplit=1) for line in operator.does("ledger", "show", number).splitlines() if " " in line)
    assert shown["sentence"].endswith(".")
    assert operator.does("ledger", "status").splitlines()[0].endswith(": holds")


def test_a_setting_that_does_not_exist_stops_a_command_by_its_name(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELPDESK_LMPT_LISTEN", "127.0.0.1:24")
    said = operator.is_refused("ledger", "status")
    assert said.startswith("helpdesk: There is no setting HELPDESK_LMPT_LISTEN")
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", [("ledger", "status"), ("ticket", "list"), ("user", "list"), ("audit", "verify")])
def test_a_database_that_is_away_is_one_sentence_for_every_command(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("HELPDESK_DATABASE_URL", AWAY)
    said = operator.is_refused(*command)
    assert said.endswith("check HELPDESK_DATABASE_URL.\n")
    assert said.count("\n") == 1


def test_a_database_without_our_tables_is_told_with_the_remedy(operator: Operator, database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text("DROP TABLE ledger CASCADE"))
    said = operator.is_refused("ledger", "status")
    assert said == "helpdesk: The database has not the schema of this version: run «helpdesk db upgrade».\n"


def test_a_password_of_the_database_is_not_told_when_it_is_away(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELPDESK_DATABASE_URL", AWAY.replace("desk@", "desk:hunter2@"))
    assert "hunter2" not in operator.is_refused("ledger", "status")


@pytest.mark.parametrize(
    ("name", "value"), [("HELPDESK_LMPT_LISTEN", "127.0.0.1:24"), ("HELPDESK_SECRET_KEY", "short")]
)
def test_a_wrong_setting_makes_the_mail_server_keep_the_message(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    answer = pipe.takes(letter())
    assert answer.status == 75
    assert answer.complained.count("\n") == 1


def test_an_import_for_a_mailbox_that_there_is_not_takes_nothing_in(operator: Operator, database: Engine) -> None:
    (operator.folder / "one.eml").write_bytes(letter())
    answer = operator.orders("mail", "import", "one.eml", "--to", "nadie@elsewhere.example")
    assert answer.status == 1
    assert answer.complained.startswith("helpdesk: There is no mailbox nadie@elsewhere.example here")
    assert answer.said == ""
    assert ledger(database) == []


@pytest.mark.parametrize(
    "words",
    [
        ("ledger", "show", "999"),
        ("ledger", "replay", "999"),
        ("outbox", "retry", "999"),
        ("mailbox", "check", "marte"),
        ("mail", "import", "nowhere.eml"),
    ],
    ids=" ".join,
)
def test_what_does_not_exist_is_said_in_one_sentence(operator: Operator, words: tuple[str, ...]) -> None:
    said = operator.is_refused(*words)
    assert said.count("\n") == 1
    assert words[2] in said
