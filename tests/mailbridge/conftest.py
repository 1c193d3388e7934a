"""The small helpdesk that the tests of the mail path share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import mailhouse
from tests.conftest import WORKER, copied, create_from_template, drop
from tests.mailhouse import House


@pytest.fixture(scope="session")
def model_house(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with one institution, from which this worker's houses are copied."""
    name = f"house_{WORKER}"
    with mailhouse.house(create_from_template(server, name), tmp_path_factory.mktemp("files")):
        pass
    yield name
    drop(server, name)


@pytest.fixture
def database_url(server: str, model_house: str) -> Iterator[str]:
    """URL of a database of this test alone in which the institution is already."""
    with copied(server, model_house) as url:
        yield url


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """One institution with the real desk and no outgoing server."""
    with mailhouse.house(database_url, tmp_path / "files") as opened:
        yield opened
