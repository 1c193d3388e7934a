"""Every five minutes, what happened to the cases of an institution goes into its own history (R-177). Importing this
module registers the job."""

import logging

from helpdesk import queue
from helpdesk.db import transaction
from helpdesk.domain.actors import machine
from helpdesk.services import seals

SEAL = "desk.seal"

log = logging.getLogger(__name__)


@queue.app.periodic(cron="*/5 * * * *")
@queue.app.task(name=SEAL, queueing_lock=SEAL)
def seal(timestamp: int) -> None:
    """Seals what there is to seal in every institution; what fails stops no other and is tried again."""
    run()


def run() -> int:
    """Gives how much was sealed."""
    with transaction() as session:
        everywhere = seals.institutions(session)
    return sum(_seal(institution_id) for institution_id in everywhere)


def _seal(institution_id: int) -> int:
    done = 0
    try:
        count = seals.AT_ONCE
        while count >= seals.AT_ONCE:
            with transaction() as session:
                count = seals.seal(session, machine(institution_id), institution_id)
            done += count
    except Exception:
        # One institution must not stop the others; the next time begins where this ended.
        log.exception("the cases of institution %d could not be sealed", institution_id)
    return done
