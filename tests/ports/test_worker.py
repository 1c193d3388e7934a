"""What ends a worker for good, and what it waits for."""

import asyncio
from collections.abc import Iterator

import pytest
from procrastinate.exceptions import ConnectorException
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import OperationalError

from helpdesk import worker
from mailbridge import jobs


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


def test_a_worker_that_starts_while_the_database_is_away_goes_on_to_wait_for_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", None, Exception("the database system is in recovery mode"))

    monkeypatch.setattr(jobs, "recover", away)
    worker._recover()
    assert "went away" in caplog.text
