"""Runs jobs: a Procrastinate worker in which every job has an application context of its own."""

import logging

import config
from helpdesk import queue
from helpdesk.assembly import CONCURRENCY, application
from mailbridge import jobs as mail_jobs

# Importing a module of handlers registers them.
HANDLERS = (mail_jobs,)
# Retries and future jobs are found by the poll alone; new ones wake the worker at once.
POLL_SECONDS = 2.0
HEARTBEAT_SECONDS = 3.0
DEAD_AFTER_SECONDS = 15.0
DRAIN_SECONDS = 30

log = logging.getLogger(__name__)


def run(settings: config.Settings, url: str, *, demo: bool = False, wait: bool = True) -> None:
    """Works until SIGTERM or SIGINT, then lets running jobs end (30 s at most); with `wait` false until none is due.

    `demo` keeps letters for reading when no outgoing server is set.
    """
    app = application(settings, url, demo=demo)
    with app.app_context():
        mail_jobs.recover()
    log.info("worker ready: %s", ", ".join(sorted(queue.known_jobs())))
    with queue.open_app(url) as jobs:
        jobs.run_worker(
            concurrency=CONCURRENCY,
            wait=wait,
            fetch_job_polling_interval=POLL_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=DEAD_AFTER_SECONDS,
            shutdown_graceful_timeout=DRAIN_SECONDS,
            task_middleware=[queue.flask_context(app)],
            delete_jobs="successful",
            install_signal_handlers=True,
        )
