"""The desk's own clock: lets the alarms ring whose hour has come, moves the approvals whose approver is another one
since the day began (R-176), and keeps the tasks of the month (R-130). Importing this module registers the jobs."""

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from helpdesk import clock, queue
from helpdesk.db import transaction
from helpdesk.domain.actors import Actor, machine
from helpdesk.services import alarms, approvals_moved, monthly, ringing, taskletters
from helpdesk.services.approvals_moved import Function

TICK = "desk.tick"
MONTH = "desk.month"
AT_ONCE = 200
LATER = timedelta(minutes=10)

log = logging.getLogger(__name__)


@queue.app.periodic(cron="* * * * *")
@queue.app.task(name=TICK, queueing_lock=TICK)
def tick(timestamp: int) -> None:
    """Rings what is due, each in a transaction of its own: one that fails stops none behind it, and is tried again."""
    run()


def run() -> int:
    """Moves approvals to whoever decides today, then rings what is due now; gives how many rang."""
    move_approvals()
    with transaction() as session:
        waiting = alarms.due(session, clock.now(), AT_ONCE)
    return sum(_ring(alarm_id) for alarm_id in waiting)


@queue.app.periodic(cron="*/5 * * * *")
@queue.app.task(name=MONTH, queueing_lock=MONTH)
def month(timestamp: int) -> None:
    """Keeps the tasks of the month of every institution; what fails stops nothing else and is tried again."""
    keep_tasks()


def keep_tasks() -> None:
    """Lays out the tasks of the month, settles those that were answered, writes to whoever has one."""
    with transaction() as session:
        everywhere = monthly.institutions(session)
    for institution_id in everywhere:
        _try(monthly.lay_out, institution_id, institution_id)
        _try(monthly.settle, institution_id, institution_id)
        with transaction() as session:
            tasks = taskletters.to_write(session, institution_id)
        for task_id in tasks:
            _try(taskletters.write_about, institution_id, task_id)


def _try(verb: Callable[[Session, Actor, int], object], institution_id: int, what: int) -> None:
    try:
        with transaction() as session:
            verb(session, machine(institution_id), what)
    except Exception:
        # As with alarms: one institution or task must not stop the others; the next look tries again.
        log.exception("%s of %d failed in institution %d", verb.__name__, what, institution_id)


def move_approvals() -> int:
    """Asks the approvals that lie with the wrong person of the right one; gives how many were moved."""
    with transaction() as session:
        functions = approvals_moved.turned(session, clock.now())
        astray = [(function, found) for function in functions for found in approvals_moved.astray(session, function)]
    return sum(_move(function, ticket_id) for function, ticket_id in astray)


def _move(function: Function, ticket_id: int) -> bool:
    try:
        with transaction() as session:
            return approvals_moved.move(session, machine(function.institution_id), ticket_id)
    except Exception:
        # As with alarms: one ticket must not stop the others; the next minute looks again.
        log.exception("the approval of ticket %d could not be moved", ticket_id)
    return False


def _ring(alarm_id: int) -> bool:
    try:
        with transaction() as session:
            return ringing.ring(session, alarm_id)
    except Exception:
        # Whatever is wrong with one ticket must not stop the clock of all the others; it is said and tried again.
        log.exception("alarm %d failed", alarm_id)
    with transaction() as session:
        alarms.postpone(session, alarm_id, clock.now() + LATER)
    return False
