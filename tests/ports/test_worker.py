"""What ends a worker for good, and what it waits for."""

import asyncio
from collections.abc import Iterator

import pytest
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout

from helpdesk import worker


@pytest.fixture
def work() -> "Iterator[asyncio.Future[None]]":
    """Work under way."""
    loop = asyncio.new_event_loop()
    yield asyncio.Future(loop=loop)
    loop.close()


@pytest.mark.parametrize("error", [ConnectorException(), PoolTimeout("no connection after 30 s")])
def test_a_database_that_goes_away_or_stays_away_is_waited_for(work: "asyncio.Future[None]", error: Exception) -> None:
    work.set_exception(error)
    worker.require_lost_connection(work)


def test_a_defect_ends_the_worker(work: "asyncio.Future[None]") -> None:
    work.set_exception(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        worker.require_lost_connection(work)
