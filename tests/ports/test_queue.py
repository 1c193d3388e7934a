"""Jobs are part of the transaction that causes them, and none is lost or run twice at once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, current_app
from procrastinate import RetryStrategy
from procrastinate.tasks import Task
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from helpdesk import clock, queue
from helpdesk.db import db, transaction

ran: list[object] = []


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Handlers for these tests only."""
    before = dict(queue.app.tasks)
    ran.clear()
    yield
    queue.app.tasks = before


def handler(name: str, retry: RetryStrategy | None = None) -> "Task[..., object, ...]":
    """A handler that notes that it ran and with what."""
    return queue.app.task(name=name, retry=retry or False)(lambda **kwargs: ran.append(kwargs or name))


def waiting(engine: Engine) -> list[str]:
    """Names of the jobs that another connection sees waiting."""
    with engine.connect() as connection:
        return list(
            connection.scalars(text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"))
        )


def commit(session: Session) -> None:
    """Ends the transaction as an edge would."""
    session.get_transaction().commit()  # type: ignore[union-attr]  # a transaction is open here


def test_a_job_appears_with_the_commit_of_its_cause(database: Engine) -> None:
    with Session(database) as session:
        queue.defer(session, "tests.a", number=1)
        assert waiting(database) == []
        commit(session)
    assert waiting(database) == ["tests.a"]


def test_a_job_disappears_with_its_cause(database: Engine) -> None:
    with Session(database) as session:
        queue.defer(session, "tests.a")
        session.rollback()
    assert waiting(database) == []


def test_a_second_job_under_the_same_queueing_lock_is_not_queued_and_harms_nothing(database: Engine) -> None:
    with Session(database) as session:
        session.execute(text("CREATE TABLE kept (value int)"))
        assert queue.defer(session, "tests.poll", queueing_lock="poll 1") is not None
        assert queue.defer(session, "tests.poll", queueing_lock="poll 1") is None
        session.execute(text("INSERT INTO kept VALUES (1)"))
        commit(session)
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM kept")) == 1
    assert waiting(database) == ["tests.poll"]


def test_drain_runs_what_is_due_with_its_arguments(database: Engine) -> None:
    handler("tests.a")
    with Session(database) as session:
        queue.defer(session, "tests.a", number=1)
        queue.defer(session, "tests.a", number=2)
        commit(session)
    assert queue.drain(database) == queue.Drained(done=2, retried=0, failed=())
    assert ran == [{"number": 1}, {"number": 2}]


def test_drain_runs_what_a_job_defers(database: Engine) -> None:
    handler("tests.child")

    @queue.app.task(name="tests.parent")
    def parent() -> None:
        with Session(database) as session:
            queue.defer(session, "tests.child", number=7)
            commit(session)

    with Session(database) as session:
        queue.defer(session, "tests.parent")
        commit(session)
    assert queue.drain(database).done == 2
    assert ran == [{"number": 7}]


def test_drain_leaves_the_future_alone_until_its_hour(database: Engine) -> None:
    handler("tests.remind")
    hour = datetime(2025, 3, 10, 9, tzinfo=UTC)
    with Session(database) as session:
        queue.defer(session, "tests.remind", schedule_at=hour)
        commit(session)
    assert queue.drain(database, until=hour - timedelta(seconds=1)).done == 0
    assert queue.drain(database, until=hour).done == 1


def test_a_job_sees_the_rehearsed_hour(database: Engine) -> None:
    @queue.app.task(name="tests.hour")
    def hour() -> None:
        ran.append(clock.now())

    with Session(database) as session:
        queue.defer(session, "tests.hour")
        commit(session)
    with clock.fixed(datetime(2025, 3, 10, 9, tzinfo=UTC)) as instant:
        queue.drain(database)
    assert ran == [instant]


def test_drain_names_the_jobs_that_failed_and_goes_on(database: Engine) -> None:
    @queue.app.task(name="tests.bad")
    def bad() -> None:
        raise ValueError("no")

    handler("tests.good")
    with Session(database) as session:
        bad_id = queue.defer(session, "tests.bad")
        unknown_id = queue.defer(session, "tests.unknown")
        queue.defer(session, "tests.good")
        commit(session)
    drained = queue.drain(database)
    assert [(failure.job_id, failure.task_name) for failure in drained.failed] == [
        (bad_id, "tests.bad"),
        (unknown_id, "tests.unknown"),
    ]
    assert ran == ["tests.good"]


def test_a_failed_job_with_retries_waits_for_its_next_try(database: Engine) -> None:
    @queue.app.task(name="tests.flaky", retry=RetryStrategy(max_attempts=1, wait=60))
    def flaky() -> None:
        raise ValueError("again")

    with Session(database) as session:
        queue.defer(session, "tests.flaky")
        commit(session)
    assert queue.drain(database) == queue.Drained(done=0, retried=1, failed=())
    later = queue.drain(database, until=datetime.now(UTC) + timedelta(minutes=2))
    assert [failure.task_name for failure in later.failed] == ["tests.flaky"]


def test_drain_gives_each_job_its_surroundings(database: Engine) -> None:
    @contextmanager
    def around() -> Iterator[None]:
        ran.append("in")
        yield
        ran.append("out")

    handler("tests.a")
    with Session(database) as session:
        queue.defer(session, "tests.a")
        commit(session)
    queue.drain(database, around=around)
    assert ran == ["in", "tests.a", "out"]


def test_jobs_that_breed_for_ever_are_stopped(database: Engine) -> None:
    @queue.app.task(name="tests.rabbit")
    def rabbit() -> None:
        with Session(database) as session:
            queue.defer(session, "tests.rabbit")
            commit(session)

    rabbit.func()
    with pytest.raises(RuntimeError, match="after 5 jobs"):
        queue.drain(database, limit=5)


def abandon(engine: Engine, *, heartbeat: str, queueing_lock: str | None = None) -> int:
    """A job whose worker took it and then fell silent for `heartbeat`."""
    with engine.begin() as connection:
        worker = connection.scalar(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - cast(:silent AS interval)) RETURNING id"
            ),
            {"silent": heartbeat},
        )
        job: int = connection.scalar(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock)"
                " VALUES ('default', 'tests.a', :queueing_lock) RETURNING id"
            ),
            {"queueing_lock": queueing_lock},
        )
        connection.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE id = :job"),
            {"worker": worker, "job": job},
        )
    return job


def test_the_job_of_a_dead_worker_is_put_back(database: Engine) -> None:
    job = abandon(database, heartbeat="1 minute")
    assert queue.recover_stalled(database) == [job]
    assert waiting(database) == ["tests.a"]


def test_the_job_of_a_living_worker_is_left_to_it(database: Engine) -> None:
    abandon(database, heartbeat="1 second")
    assert queue.recover_stalled(database) == []


def test_a_job_past_its_limit_is_put_back_though_its_worker_lives(database: Engine) -> None:
    job = abandon(database, heartbeat="1 second")
    assert queue.recover_stalled(database, longest=timedelta(0)) == [job]


def test_an_abandoned_job_whose_twin_waits_leaves_the_work_to_the_twin(database: Engine) -> None:
    job = abandon(database, heartbeat="1 minute", queueing_lock="poll 1")
    with Session(database) as session:
        queue.defer(session, "tests.poll", queueing_lock="poll 1")
        commit(session)
    assert queue.recover_stalled(database) == [job]
    assert waiting(database) == ["tests.poll"]


def test_a_worker_runs_jobs_that_defer_jobs_each_in_a_session_of_its_own(database_url: str) -> None:
    flask = Flask("tests")
    flask.config["SQLALCHEMY_DATABASE_URI"] = database_url
    db.init_app(flask)

    @queue.app.task(name="tests.parent")
    def parent() -> None:
        with transaction() as session:
            ran.append((current_app.name, threading.current_thread() is threading.main_thread()))
            queue.defer(session, "tests.child", number=3)

    @queue.app.task(name="tests.failing")
    def failing() -> None:
        db.session.execute(text("CREATE TABLE half_done (value int)"))
        raise ValueError("in the middle")

    handler("tests.child")
    with flask.app_context():
        with transaction() as session:
            queue.defer(session, "tests.failing")
            queue.defer(session, "tests.parent")
        # In a thread of its own: a browser test before this one leaves its event loop in the main thread.
        with queue.open_app(database_url) as worker, ThreadPoolExecutor(1) as aside:
            for _ in range(2):
                options = {"wait": False, "task_middleware": [queue.flask_context(flask)]}
                aside.submit(worker.run_worker, install_signal_handlers=False, **options).result()
        assert ran == [("tests", False), {"number": 3}]
        assert db.session.scalar(text("SELECT to_regclass('half_done')")) is None
        db.engine.dispose()
