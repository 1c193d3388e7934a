"""Jobs in the database: deferred inside the caller's transaction, so that work and its cause are one fact.

Everything that touches Procrastinate stands here. House rule: a job has a `queueing_lock` or retries, never
both (a retry that meets its waiting twin wedges the job for ever: upstream issues 1446 and 1543).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from psycopg import OperationalError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

DATABASE_GONE = (ConnectorException, OperationalError)
"""What a worker ends with when its connection breaks, or (its pool waits for 30 s) when there is none to begin with."""
Surroundings = Callable[[], AbstractContextManager[Any]]
Witness = Callable[[str], None]
"""Is told the name of a job."""


class Connector(PsycopgConnector):
    """Procrastinate's connector, able to use a caller's sync connection inside a running worker too.

    Upstream hands that connection to asynchronous code there («'Cursor' object does not support the
    asynchronous context manager protocol»).
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._inline = SyncPsycopgConnector()

    def execute_query_all_with_connection(self, connection: Any, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """Runs `query` on the caller's connection, rows as dictionaries."""
        return self._inline.execute_query_all_with_connection(connection, query, **arguments)

    def execute_query_one_with_connection(self, connection: Any, query: Any, **arguments: Any) -> dict[str, Any]:
        """Runs `query` on the caller's connection, the one row as a dictionary."""
        return self._inline.execute_query_one_with_connection(connection, query, **arguments)


app = App(connector=Connector())
"""The registry of handlers. Processes that only defer never open it; a worker opens it by `open_app`."""


def defer(
    session: Session,
    task_name: str,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    schedule_at: datetime | None = None,
    **kwargs: Any,
) -> int | None:
    """Puts a job in the queue inside the session's transaction: it exists when, and only when, that commits.

    `lock`: no two jobs with the same one run at a time. `queueing_lock`: no two of the same wait; None is given
    back when one waits already. `schedule_at`: an aware instant before which it does not run. `kwargs` must be
    JSON. The handler need not be imported in this process: the job is deferred by name.
    """

    def put() -> int:
        connection = session.connection().connection.driver_connection
        options: dict[str, Any] = {"lock": lock, "queueing_lock": queueing_lock, "schedule_at": schedule_at}
        return app.configure_task(task_name, connection=connection, **options).defer(**kwargs)

    if queueing_lock is None:
        return put()
    try:
        # SAVEPOINT is sent only for a connection taken inside the block: taken outside, a duplicate would abort
        # the caller's whole transaction and its end would roll everything back without an error.
        with session.begin_nested():
            return put()
    except AlreadyEnqueued:
        return None


def flask_context(flask: Flask) -> Callable[..., Any]:
    """The worker's task middleware: each job has an application context, hence a session, of its own.

    Leaving the context removes the session, so a failed job's half-done state never leaks into the next one.
    """

    def middleware(call_next: Callable[[], Any], context: object, worker: object) -> Any:
        with flask.app_context():
            return call_next()

    return middleware


def conninfo(url: str) -> str:
    """A SQLAlchemy URL as libpq reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class WitnessedManager(JobManager):
    """Procrastinate's manager, telling when it marks a job as done: the moment between our commit and its own."""

    def __init__(self, connector: BaseConnector, before: Witness, after: Witness) -> None:
        super().__init__(connector)
        self._before, self._after = before, after

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """Marks the job."""
        self._before(job.task_name)
        await super().finish_job(job, status, delete_job)
        self._after(job.task_name)


def nobody(_: str) -> None:
    """Takes no notice."""


@contextmanager
def open_app(url: str, *, before_done: Witness = nobody, after_done: Witness = nobody) -> Iterator[App]:
    """The app connected to the database at `url`, for a process that runs jobs (`run_worker` opens the pool)."""
    with app.replace_connector(Connector(conninfo=conninfo(url))) as connected:
        connected.job_manager = WitnessedManager(connected.connector, before_done, after_done)
        yield connected


@dataclass(frozen=True)
class Failure:
    """A job that raised and will not be tried again."""

    job_id: int
    task_name: str
    error: BaseException


@dataclass(frozen=True)
class Drained:
    """What `drain` ran: how many jobs ended well, how many wait for a later try, which failed."""

    done: int
    retried: int
    failed: tuple[Failure, ...]


NEXT_DUE = text("""
UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (
    SELECT job.id FROM procrastinate_jobs AS job
    WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= coalesce(:until, now()))
      AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS other
        WHERE job.lock IS NOT NULL AND other.lock = job.lock AND other.id <> job.id
          AND (other.status = 'doing' OR (other.status = 'todo'
               AND (other.priority > job.priority OR (other.priority = job.priority AND other.id < job.id)))))
    ORDER BY job.priority DESC, job.id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, worker_id
""")
FINISH = text("SELECT procrastinate_finish_job_v1(:id, :status, false)")
RETRY = text("SELECT procrastinate_retry_job_v2(:id, coalesce(:at, now()), NULL, NULL, NULL)")


def drain(
    engine: Engine, *, until: datetime | None = None, around: Surroundings = nullcontext, limit: int = 10_000
) -> Drained:
    """Runs every due job here, one after another in this thread, until none is due. For tests and rehearsals.

    `until` replaces the present in «due» (default: the database's clock), so that a rehearsal under a fixed
    clock runs what was due at its hour. `around` is entered for each job (a Flask app's `app_context`).
    Handlers must be imported and synchronous. Raises `RuntimeError` after `limit` jobs: they breed.
    """
    done, retried, failed = 0, 0, list[Failure]()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(limit):
            row = connection.execute(NEXT_DUE, {"until": until}).mappings().first()
            if row is None:
                return Drained(done, retried, tuple(failed))
            error = run(Job.from_row(dict(row)), around)
            if error is None:
                finish(connection, row["id"], "succeeded")
                done += 1
            elif retry_later(connection, Job.from_row(dict(row)), error):
                retried += 1
            else:
                finish(connection, row["id"], "failed")
                failed.append(Failure(row["id"], row["task_name"], error))
    raise RuntimeError(f"the queue is still not empty after {limit} jobs")


def run(job: Job, around: Surroundings) -> Exception | None:
    """Runs one job's handler; gives back what it raised."""
    task = app.tasks.get(job.task_name)
    if task is None:
        return LookupError(f"no handler is imported for the job {job.task_name}")
    try:
        with around():
            task(**job.task_kwargs)
    except Exception as error:
        return error
    return None


def finish(connection: Connection, job_id: int, status: str) -> None:
    """Ends a job as `succeeded` or `failed`."""
    connection.execute(FINISH, {"id": job_id, "status": status})


def retry_later(connection: Connection, job: Job, error: Exception) -> bool:
    """Puts a failed job back in the queue when its handler's retry strategy says so."""
    task = app.tasks.get(job.task_name)
    again = task.get_retry_exception(exception=error, job=job) if task else None
    if again is None:
        return False
    connection.execute(RETRY, {"id": job.id, "at": again.retry_decision.retry_at})
    return True


ABANDONED = text("""
SELECT job.id FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status = 'doing' AND (
    worker.id IS NULL OR worker.last_heartbeat < now() - :silent_for
    OR (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id AND type = 'started') < now() - :longest)
ORDER BY job.id
""")


def recover_stalled(
    engine: Engine, *, silent_for: timedelta = timedelta(seconds=30), longest: timedelta = timedelta(hours=1)
) -> list[int]:
    """Puts jobs back whose worker died (no heartbeat for `silent_for`) or that run longer than `longest`.

    A worker may be alive and still at a job past its limit: handlers must bear to run twice (they claim a row
    first). A job whose twin already waits under the same queueing lock ends as failed: the twin does its work.
    Gives the ids touched.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        ids = list(connection.scalars(ABANDONED, {"silent_for": silent_for, "longest": longest}))
        for job_id in ids:
            try:
                connection.execute(RETRY, {"id": job_id, "at": None})
            except IntegrityError:
                finish(connection, job_id, "failed")
    return ids


def known_jobs() -> frozenset[str]:
    """Names of our handlers imported in this process (Procrastinate's own left out)."""
    return frozenset(name for name in app.tasks if not re.match(r"(builtin:|procrastinate\.)", name))
