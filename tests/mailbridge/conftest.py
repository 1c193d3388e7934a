"""The small helpdesk that the tests of the mail path share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import mailhouse
from tests.mailhouse import House


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """One institution with the real desk and no outgoing server."""
    with mailhouse.house(database_url, tmp_path / "files") as opened:
        yield opened
