"""Runs jobs: a Procrastinate worker in which every job has an application context of its own."""

import asyncio
import logging
import signal
from contextlib import suppress

from flask import Flask
from sqlalchemy.exc import OperationalError

import config
from helpdesk import queue
from helpdesk.assembly import CONCURRENCY, application
from helpdesk.jobs import clockwork, sealing
from mailbridge import failpoints
from mailbridge import jobs as mail_jobs

# Importing a module of handlers registers them.
HANDLERS = (mail_jobs, clockwork, sealing)
# Retries and future jobs are found by the poll alone; new ones wake the worker at once.
POLL_SECONDS = 2.0
HEARTBEAT_SECONDS = 3.0
DEAD_AFTER_SECONDS = 15.0
DRAIN_SECONDS = 30
PAUSE_SECONDS = 2.0

log = logging.getLogger(__name__)


def run(settings: config.Settings, url: str, *, demo: bool = False) -> None:
    """Works until SIGTERM or SIGINT, then lets running jobs end (30 s at most).

    A database that goes away is waited for. `demo` keeps letters for reading when no outgoing server is set.
    """
    app = application(settings, url, demo=demo)
    with app.app_context():
        _recover()
    log.info("worker ready: %s", ", ".join(sorted(queue.known_jobs())))
    asyncio.run(_serve(app, url))


def _recover() -> None:
    """Takes up at once what a killed predecessor left; where the database is away, the rescue job does it later."""
    try:
        mail_jobs.recover()
    except OperationalError:
        log.warning("the database went away at the start", exc_info=True)


async def _serve(app: Flask, url: str) -> None:
    """Works until told to stop. Procrastinate's worker ends when its connection does: another one takes its place."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    told = asyncio.create_task(stop.wait())
    while not stop.is_set():
        working = asyncio.create_task(_work(app, url))
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            # Cancelling is how Procrastinate is asked to let running jobs end.
            working.cancel()
            with suppress(asyncio.CancelledError, *queue.DATABASE_GONE):
                await working
        else:
            require_lost_connection(working)
            log.warning("the database went away; trying again in %g s", PAUSE_SECONDS)
            await asyncio.wait({told}, timeout=PAUSE_SECONDS)


def require_lost_connection(working: "asyncio.Future[None]") -> None:
    """Raises what ended the work, unless it was the connection to the database."""
    error = working.exception()
    if error is not None and not isinstance(error, queue.DATABASE_GONE):
        raise error


async def _work(app: Flask, url: str) -> None:
    """One Procrastinate worker from start to end."""
    with queue.open_app(url, before_done=_before_done, after_done=_after_done) as jobs:
        async with jobs.open_async():
            await jobs.run_worker_async(
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=DEAD_AFTER_SECONDS,
                shutdown_graceful_timeout=DRAIN_SECONDS,
                task_middleware=[queue.flask_context(app)],
                delete_jobs="successful",
                install_signal_handlers=False,
            )


def _before_done(job: str) -> None:
    if job in mail_jobs.OF_A_MAIL:
        failpoints.reach("queue.before_done")


def _after_done(job: str) -> None:
    if job in mail_jobs.OF_A_MAIL:
        failpoints.reach("queue.after_done")
