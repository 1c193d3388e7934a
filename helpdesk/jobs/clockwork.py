"""The desk's own clock: lets the alarms ring whose hour has come. Importing this module registers the job."""

import logging
from datetime import timedelta

from helpdesk import clock, queue
from helpdesk.db import transaction
from helpdesk.services import alarms, ringing

TICK = "desk.tick"
AT_ONCE = 200
LATER = timedelta(minutes=10)

log = logging.getLogger(__name__)


@queue.app.periodic(cron="* * * * *")
@queue.app.task(name=TICK, queueing_lock=TICK)
def tick(timestamp: int) -> None:
    """Rings what is due, each in a transaction of its own: one that fails stops none behind it, and is tried again."""
    run()


def run() -> int:
    """Rings what is due now; gives how many rang."""
    with transaction() as session:
        waiting = alarms.due(session, clock.now(), AT_ONCE)
    return sum(_ring(alarm_id) for alarm_id in waiting)


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
