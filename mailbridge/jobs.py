"""Handlers of the mail jobs, deferred by name from everywhere; importing this module registers them."""

from datetime import timedelta

from helpdesk import queue
from helpdesk.db import db, transaction
from helpdesk.services import ledger, outbox
from mailbridge import delivery, failpoints, processing, runtime

OF_A_MAIL = (ledger.PROCESS, outbox.DELIVER)
UNTOUCHED_FOR = timedelta(seconds=60)
# Five missed heartbeats of `helpdesk.worker`.
SILENT_FOR = timedelta(seconds=15)


@queue.app.task(name=ledger.PROCESS)
def process_inbound(ledger_id: int) -> None:
    """Reads one arrival and gives it its effect."""
    processing.process_inbound(ledger_id)


@queue.app.task(name=outbox.DELIVER)
def deliver(outbox_id: int) -> None:
    """Hands one letter to the outgoing server."""
    delivery.deliver(outbox_id)


@queue.app.periodic(cron="*/10 * * * * *")
@queue.app.task(name="mail.rescue", queueing_lock="mail.rescue")
def rescue(timestamp: int) -> None:
    """Brings back what killed processes left."""
    recover()


def recover() -> None:
    """Puts back the jobs of dead workers, and defers what waits without a job: arrivals, letters that are due."""
    queue.recover_stalled(db.engine, silent_for=SILENT_FOR)
    failpoints.reach("rescue.after_stalled")
    with transaction() as session:
        ledger.rescue(session, UNTOUCHED_FOR)
        here = runtime.current()
        if here.smtp_url is not None or here.keep_letters:
            outbox.requeue(session)
        failpoints.reach("rescue.before_commit")
    failpoints.reach("rescue.after_commit")
