"""An operator at the command line, with a database of the test's own."""

from pathlib import Path

import pytest

from tests.commands.operating import Operator, set_environment


@pytest.fixture
def operator(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Operator:
    """An operator of an installation with a migrated, empty database."""
    set_environment(monkeypatch, tmp_path, database_url)
    return Operator(tmp_path, capsys)
