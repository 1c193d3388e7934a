"""kill -9 on each side of every commit and acknowledgement: nothing lost, nothing doubled.

Each failpoint kills the process once with one citizen's message under way; a fresh process then finishes the work.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.queries import health
from mailbridge import failpoints
from tests.mailhouse import IMAP_MAILBOX, LMTP_MAILBOX
from tests.wire.conftest import Installation
from tests.wire.test_round_trip import mail, read

IN_DOUBT = frozenset({"send.before_dot", "send.after_dot", "send.before_settle_commit"})
"""After these the server may have the letter and we cannot know: one more copy with the same Message-ID is allowed."""


def of(*stages: str) -> list[str]:
    """The failpoints of some stages, in a fixed order."""
    return sorted(name for name in failpoints.NAMES if name.partition(".")[0] in stages)


def settled(it: Installation, citizen: str) -> bool:
    """Whether everything that came has had its effect, the citizen's message too, and no letter is under way."""
    done = "SELECT count(*) FROM ledger WHERE from_address = :address AND state <> 'pending'"
    if it.ask(done, address=citizen) == [(0,)] or "pending" in it.states():
        return False
    # Letters are written in the transaction that settles, so they are looked at after it.
    return it.ask("SELECT count(*) FROM outbox WHERE settled_at IS NULL") == [(0,)]


def time_passes(it: Installation) -> None:
    """What a quarter of a minute does to the traces of a killed process: heartbeat and lease grow old."""
    with it.house.engine.begin() as connection:
        connection.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"))
        connection.execute(text("UPDATE mailboxes SET lease_until = now() WHERE lease_until IS NOT NULL"))


def one_of_everything(it: Installation, citizen: str, failpoint: str) -> None:
    """The citizen has one ticket and one acknowledgement, and the ledger is whole."""
    tickets = it.ask(
        "SELECT t.id FROM tickets t JOIN people p ON p.id = t.requester_id WHERE p.address = :address", address=citizen
    )
    assert len(tickets) == 1, f"{failpoint}: {len(tickets)} tickets"
    messages = it.ask("SELECT id FROM messages WHERE ticket_id = :id AND direction = 'inbound'", id=tickets[0][0])
    assert len(messages) == 1, f"{failpoint}: {len(messages)} messages in the ticket"
    ids = [read(raw)["Message-ID"] for raw in it.dovecot.wait_for(citizen, 1)]
    resends = it.ask("SELECT max(resends) FROM outbox WHERE recipient = :address", address=citizen)[0][0]
    assert len(set(ids)) == 1, f"{failpoint}: {len(set(ids))} different letters"
    assert resends == (1 if failpoint in IN_DOUBT else 0), f"{failpoint}: {resends} resends"
    assert len(ids) <= (2 if failpoint in IN_DOUBT else 1), f"{failpoint}: the letter came {len(ids)} times"
    with transaction() as session:
        assert health.equation(session, clock.now()).holds, failpoint


@pytest.fixture
def it(standing: Installation) -> Iterator[Installation]:
    """The shared helpdesk; whatever runs is killed after each test, which must not matter either."""
    yield standing
    for kind in list(standing.running):
        standing.kill(kind)


@pytest.mark.parametrize("failpoint", of("process", "send"))
def test_a_worker_killed_there_loses_and_doubles_nothing(it: Installation, citizen: str, failpoint: str) -> None:
    it.start("bridge")
    it.start("worker", failpoint)
    it.postfix.send(mail(citizen, LMTP_MAILBOX, "No puedo firmar", f"El lector de huellas no funciona, {citizen}."))
    it.wait_for_death("worker")
    time_passes(it)
    it.start("worker")
    it.wait_until(lambda: settled(it, citizen), 90, f"the work after {failpoint}")
    one_of_everything(it, citizen, failpoint)


@pytest.mark.parametrize("failpoint", of("lmtp", "intake"))
def test_a_bridge_killed_at_the_lmtp_door_loses_and_doubles_nothing(
    it: Installation, citizen: str, failpoint: str
) -> None:
    it.start("worker")
    it.start("bridge", failpoint)
    it.postfix.send(mail(citizen, LMTP_MAILBOX, "No puedo firmar", f"El lector de huellas no funciona, {citizen}."))
    it.wait_for_death("bridge")
    it.start("bridge")
    it.wait_until(it.postfix.is_empty, 90, "the end of Postfix's queue")
    it.wait_until(lambda: settled(it, citizen), 90, f"the work after {failpoint}")
    one_of_everything(it, citizen, failpoint)


@pytest.mark.parametrize("failpoint", of("imap", "intake"))
def test_a_bridge_killed_while_it_fetches_loses_and_doubles_nothing(
    it: Installation, citizen: str, failpoint: str
) -> None:
    it.postfix.send(mail(citizen, IMAP_MAILBOX, "Consulta", f"¿Dónde está el presupuesto? {citizen}"))
    it.wait_until(it.postfix.is_empty, 90, "the delivery to the mailbox")
    it.connect(IMAP_MAILBOX)
    it.start("worker")
    it.start("bridge", failpoint)
    it.wait_for_death("bridge")
    time_passes(it)
    it.start("bridge")
    it.wait_until(lambda: settled(it, citizen), 90, f"the work after {failpoint}")
    one_of_everything(it, citizen, failpoint)
