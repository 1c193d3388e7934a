"""How tests give orders at the command line, in this process."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from helpdesk import cli
from helpdesk.cataloguefile import SHIPPED
from tests import mailhouse
from tests.mailhouse import BORDER

SAMPLE = Path(__file__).parents[1] / "acceptance" / "cases" / "004-mef-ec-activacion-falta-autoridad.eml"
MAILBOX = "centro.servicios@mef-ec.example.org"


@dataclass(frozen=True)
class Answer:
    """What a command left: exit status, standard output, standard error."""

    status: int
    said: str
    complained: str


@dataclass(frozen=True)
class Operator:
    """Somebody who gives orders in `folder`."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def orders(self, *words: object) -> Answer:
        """Runs a command."""
        self.capsys.readouterr()
        status = cli.main([str(word) for word in words])
        return Answer(status, *self.capsys.readouterr())

    def does(self, *words: object) -> str:
        """Runs a command that must succeed; gives what it said."""
        answer = self.orders(*words)
        assert answer.status == 0, answer.complained
        return answer.said

    def is_refused(self, *words: object) -> str:
        """Runs a command that must fail without a traceback; gives its sentences."""
        answer = self.orders(*words)
        assert answer.status == 1
        assert answer.complained.startswith("helpdesk: ")
        assert "unexpected error" not in answer.complained
        return answer.complained

    def loads(self, key: str = "mef-ec") -> None:
        """Publishes a shipped catalogue."""
        self.does("catalogue", "load", shipped(key))


def shipped(key: str) -> Path:
    """The catalogue file of an institution that comes with the product."""
    return SHIPPED / f"{key}.yaml"


def receive_sample(url: str, folder: Path) -> None:
    """A letter with two files, one document missing, becomes the ticket MEF-1 of a fresh database."""
    with mailhouse.house(url, folder / "var" / "files") as house:
        stamp = f"Authentication-Results: {BORDER}; dmarc=pass header.from=ep-agua.example.com\r\n"
        house.say(stamp.encode() + SAMPLE.read_bytes(), MAILBOX)
        assert not house.work().failed


def set_environment(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str) -> None:
    """The settings of an installation whose data lie in `folder`."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HELPDESK_DATA_DIR", str(folder / "var"))
    monkeypatch.setenv("HELPDESK_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("HELPDESK_DATABASE_URL", url)
