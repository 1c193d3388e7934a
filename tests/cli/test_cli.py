"""Commands are found by their words and answer in one line when something is wrong."""

import subprocess
import sys

import pytest

from helpdesk import cli
from helpdesk.domain.errors import Conflict

HOME = "tests.cli.test_cli"


def fine(argv: list[str]) -> int:
    sys.stdout.write(" ".join(["fine", *argv]))
    return 3


def conflicted(argv: list[str]) -> int:
    raise Conflict("The file exists already: choose another name.")


def broken(argv: list[str]) -> int:
    raise KeyError("lost\nthing")


def interrupted(argv: list[str]) -> int:
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of these tests' own commands."""
    homes = {"mail": "fine", "mail parse": "conflicted", "broken": "broken", "interrupted": "interrupted"}
    table = {name: cli.Command(f"{HOME}:{function}", "", f"does {name}") for name, function in homes.items()}
    table["gone"] = cli.Command("helpdesk.commands.nowhere:main", "", "")
    monkeypatch.setattr(cli, "COMMANDS", table)


def test_a_command_gets_the_words_behind_it_and_gives_its_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["mail", "ingest", "--to", "a@example.org"]) == 3
    assert capsys.readouterr().out == "fine ingest --to a@example.org"


def test_the_longer_name_wins(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["mail", "parse", "x"]) == 1
    assert capsys.readouterr().err == "helpdesk: The file exists already: choose another name.\n"


def test_debug_shows_where_an_error_arose(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--debug", "mail", "parse"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_unexpected_error_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["broken"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_interruption_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["interrupted"]) == cli.INTERRUPTED
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", [["nope"], ["mailx", "parse"]])
def test_an_unknown_command_is_answered_with_those_there_are(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert cli.main(words) == 2
    answer = capsys.readouterr().err
    assert f"no command {words[0]}" in answer
    assert "does mail parse" in answer


def test_a_command_that_this_version_lacks_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["gone"]) == 1
    assert "not part of this version" in capsys.readouterr().err


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    assert "does mail parse" in capsys.readouterr().out


def test_finding_a_command_loads_neither_database_nor_web() -> None:
    program = (
        "import sys; from helpdesk.cli import main; main(['nope']);"
        "print(sorted({'sqlalchemy', 'flask', 'pydantic', 'config', 'procrastinate'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_mail_parse_loads_neither_database_nor_web() -> None:
    program = (
        "import sys; from helpdesk.cli import main; main(['mail', 'parse', '/nowhere', '--json']);"
        "heavy = {'sqlalchemy', 'flask', 'pydantic', 'procrastinate', 'jinja2', 'holidays'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
