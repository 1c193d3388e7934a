"""kill -9 on each side of every commit and acknowledgement: nothing lost, nothing doubled.

Each failpoint kills the process once with one citizen's message under way; a fresh process then finishes the work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import text

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.queries import health
from mailbridge import failpoints
from tests.mailbridge import imapscript
from tests.mailbridge.imapscript import ScriptedImap
from tests.mailbridge.smtpscript import Script, ScriptedServer
from tests.mailhouse import IMAP_MAILBOX, LMTP_MAILBOX
from tests.wire.conftest import Installation
from tests.wire.test_round_trip import mail, read

IN_DOUBT = frozenset({"send.before_dot", "send.after_dot", "send.after_quit", "send.before_settle_commit"})
"""After these the server may have the letter and we cannot know: one more copy with the same Message-ID is allowed."""


def of(*stages: str) -> list[str]:
    """The failpoints of some stages, in a fixed order."""
    return sorted(name for name in failpoints.NAMES if name.partition(".")[0] in stages)


def question(citizen: str, to: str = LMTP_MAILBOX) -> EmailMessage:
    """What the citizen writes."""
    return mail(citizen, to, "No puedo firmar", f"El lector de huellas no funciona, {citizen}.")


def settled(it: Installation, citizen: str) -> bool:
    """Whether everything that came has had its effect, the citizen's message too, and no letter is under way."""
    done = "SELECT count(*) FROM ledger WHERE from_address = :address AND state <> 'pending'"
    if it.ask(done, address=citizen) == [(0,)] or "pending" in it.states():
        return False
    # Letters are written in the transaction that settles, so they are looked at after it.
    return it.ask("SELECT count(*) FROM outbox WHERE settled_at IS NULL") == [(0,)]


def time_passes(it: Installation) -> None:
    """What an hour does to the traces of a killed process and to plans: heartbeat and lease grow old, pauses end."""
    with it.house.engine.begin() as connection:
        connection.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"))
        connection.execute(text("UPDATE mailboxes SET lease_until = now() WHERE lease_until IS NOT NULL"))
        connection.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE scheduled_at > now()"))
        connection.execute(text("UPDATE outbox SET next_try_at = now() WHERE next_try_at > now()"))


def finished(it: Installation, citizen: str, failpoint: str) -> None:
    """A fresh worker has done what the killed one left."""
    time_passes(it)
    it.start("worker")
    it.wait_until(lambda: settled(it, citizen), 90, f"the work after {failpoint}")


def holds(failpoint: str) -> None:
    """The ledger is whole."""
    with transaction() as session:
        assert health.equation(session, clock.now()).holds, failpoint


def one_of_everything(it: Installation, citizen: str, failpoint: str, letters: list[bytes] | None = None) -> None:
    """The citizen has one ticket and one acknowledgement, and the ledger is whole."""
    tickets = it.ask(
        "SELECT t.id FROM tickets t JOIN people p ON p.id = t.requester_id WHERE p.address = :address", address=citizen
    )
    assert len(tickets) == 1, f"{failpoint}: {len(tickets)} tickets"
    messages = it.ask("SELECT id FROM messages WHERE ticket_id = :id AND direction = 'inbound'", id=tickets[0][0])
    assert len(messages) == 1, f"{failpoint}: {len(messages)} messages in the ticket"
    ids = [read(raw)["Message-ID"] for raw in (letters or it.dovecot.wait_for(citizen, 1))]
    resends = it.ask("SELECT max(resends) FROM outbox WHERE recipient = :address", address=citizen)[0][0]
    said = it.ask("SELECT count(*) FROM events WHERE ticket_id = :id AND kind = 'possibly_sent_twice'",
                  id=tickets[0][0])[0][0]  # fmt: skip
    assert len(set(ids)) == 1, f"{failpoint}: {len(set(ids))} different letters"
    assert resends == said == (1 if failpoint in IN_DOUBT else 0), f"{failpoint}: {resends} resends, {said} told"
    assert len(ids) <= (2 if failpoint in IN_DOUBT else 1), f"{failpoint}: the letter came {len(ids)} times"
    holds(failpoint)


def set_aside_once(it: Installation, citizen: str, state: str, failpoint: str) -> None:
    """The citizen's one message stands in the ledger as it should and had no other effect."""
    assert it.ask("SELECT state FROM ledger WHERE from_address = :address", address=citizen) == [(state,)], failpoint
    assert it.ask("SELECT count(*) FROM people WHERE address = :address", address=citizen) == [(0,)], failpoint
    assert it.ask("SELECT count(*) FROM outbox WHERE recipient = :address", address=citizen) == [(0,)], failpoint
    holds(failpoint)


def accepted(it: Installation, message: EmailMessage) -> int:
    """The message handed to the border and taken in by the bridge; gives its ledger number."""
    citizen = message["From"]
    it.start("bridge")
    it.wait_until(it.listens, 90, "opening the door")
    it.postfix.send(message, LMTP_MAILBOX)
    number = "SELECT id FROM ledger WHERE from_address = :address"
    it.wait_until(lambda: bool(it.ask(number, address=citizen)), 90, "taking the message in")
    return int(str(it.ask(number, address=citizen)[0][0]))


def tried_out(it: Installation, ledger_id: int) -> None:
    """Three workers have died over a message, as the count tells."""
    with it.house.engine.begin() as connection:
        connection.execute(text("UPDATE ledger SET attempts = 3 WHERE id = :id"), {"id": ledger_id})


@contextmanager
def store_away(it: Installation) -> Iterator[None]:
    """The file store refuses every file."""
    files = Path(it.environment["HELPDESK_DATA_DIR"]) / "files"
    aside = files.with_name("aside")
    if files.exists():
        files.rename(aside)
    files.parent.mkdir(parents=True, exist_ok=True)
    files.write_text("where a folder should be")
    try:
        yield
    finally:
        files.unlink()
        if aside.exists():
            aside.rename(files)


@contextmanager
def other_way_out(it: Installation, script: Script) -> Iterator[ScriptedServer]:
    """Letters leave by a scripted server."""
    usual = it.environment["HELPDESK_SMTP_URL"]
    server = ScriptedServer(script)
    it.environment["HELPDESK_SMTP_URL"] = server.url
    try:
        yield server
    finally:
        it.environment["HELPDESK_SMTP_URL"] = usual
        server.close()


@pytest.fixture
def it(standing: Installation) -> Iterator[Installation]:
    """The shared helpdesk; whatever runs is killed after each test, which must not matter either."""
    yield standing
    for kind in list(standing.running):
        standing.kill(kind)


@pytest.mark.parametrize("failpoint", of("process", "send", "queue"))
def test_f03_a_worker_killed_there_loses_and_doubles_nothing(it: Installation, citizen: str, failpoint: str) -> None:
    accepted(it, question(citizen))
    it.start("worker", failpoint)
    it.wait_for_death("worker")
    finished(it, citizen, failpoint)
    one_of_everything(it, citizen, failpoint)


@pytest.mark.parametrize("failpoint", of("lmtp", "intake"))
def test_a_bridge_killed_at_the_lmtp_door_loses_and_doubles_nothing(
    it: Installation, citizen: str, failpoint: str
) -> None:
    it.start("worker")
    it.start("bridge", failpoint)
    it.wait_until(it.listens, 90, "opening the door")
    it.postfix.send(question(citizen))
    it.wait_for_death("bridge")
    it.start("bridge")
    it.wait_until(it.postfix.is_empty, 90, "the end of Postfix's queue")
    it.wait_until(lambda: settled(it, citizen), 90, f"the work after {failpoint}")
    one_of_everything(it, citizen, failpoint)


@pytest.mark.parametrize("failpoint", of("imap", "intake"))
def test_f01_a_bridge_killed_while_it_fetches_loses_and_doubles_nothing(
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


@pytest.mark.parametrize("failpoint", of("release"))
def test_a_bridge_killed_while_it_lets_a_mailbox_go_is_followed_by_one_that_reads_on(
    it: Installation, citizen: str, failpoint: str
) -> None:
    it.connect(IMAP_MAILBOX)
    it.start("worker")
    it.start("bridge", failpoint)
    it.wait_until(it.takes_mail, 90, "reading the mailbox")
    it.running["bridge"].terminate()
    it.wait_for_death("bridge")
    time_passes(it)
    it.postfix.send(mail(citizen, IMAP_MAILBOX, "Consulta", f"¿Dónde está el presupuesto? {citizen}"))
    it.start("bridge")
    it.wait_until(lambda: settled(it, citizen), 90, f"the work after {failpoint}")
    one_of_everything(it, citizen, failpoint)


@pytest.mark.parametrize("failpoint", of("vanished"))
def test_a_bridge_killed_while_it_notes_what_vanished_notes_it_once(
    it: Installation, citizen: str, failpoint: str
) -> None:
    server = ScriptedImap(imapscript.Script({1: bytes(question(citizen, IMAP_MAILBOX))}, removed={2}))
    it.connect(IMAP_MAILBOX, server.url)
    it.start("worker")
    it.start("bridge", failpoint)
    it.wait_for_death("bridge")
    server.script.removed = {2}
    time_passes(it)
    it.start("bridge")
    it.wait_until(lambda: settled(it, citizen), 90, f"the work after {failpoint}")
    it.wait_until(lambda: it.ask("SELECT uid FROM vanished_messages") == [(2,)], 90, "noting what vanished")
    one_of_everything(it, citizen, failpoint)
    with transaction() as session:
        session.execute(text("DELETE FROM vanished_messages"))
    server.close()


@pytest.mark.parametrize("failpoint", of("pipe", "intake"))
def test_a_pipe_killed_there_takes_the_repeated_message_in_once(
    it: Installation, citizen: str, failpoint: str, tmp_path: Path
) -> None:
    message = tmp_path / "message"
    message.write_bytes(bytes(question(citizen)))
    ingest = ("mail", "ingest", "--to", LMTP_MAILBOX)
    it.running["pipe"] = it.command(*ingest, failpoint=failpoint, stdin=message)
    it.wait_for_death("pipe")
    assert it.command(*ingest, stdin=message).wait(60) == 0
    finished(it, citizen, failpoint)
    one_of_everything(it, citizen, failpoint)


@pytest.mark.parametrize("failpoint", of("import", "intake"))
def test_an_import_killed_there_is_begun_again_without_harm(
    it: Installation, citizen: str, failpoint: str, tmp_path: Path
) -> None:
    (tmp_path / "message.eml").write_bytes(bytes(question(citizen)))
    order = ("mail", "import", str(tmp_path), "--to", LMTP_MAILBOX)
    it.running["import"] = it.command(*order, failpoint=failpoint)
    it.wait_for_death("import")
    assert it.command(*order).wait(60) == 0
    finished(it, citizen, failpoint)
    one_of_everything(it, citizen, failpoint)


@pytest.mark.parametrize("failpoint", of("verdict"))
def test_a_worker_killed_while_it_sets_bulk_mail_aside_does_so_once(
    it: Installation, citizen: str, failpoint: str
) -> None:
    message = question(citizen)
    message["List-Id"] = "<boletin.example.org>"
    accepted(it, message)
    it.start("worker", failpoint)
    it.wait_for_death("worker")
    finished(it, citizen, failpoint)
    set_aside_once(it, citizen, "ignored", failpoint)


@pytest.mark.parametrize("failpoint", of("aside"))
def test_a_worker_killed_while_it_gives_up_on_a_message_gives_up_once(
    it: Installation, citizen: str, failpoint: str
) -> None:
    tried_out(it, accepted(it, question(citizen)))
    it.start("worker", failpoint)
    it.wait_for_death("worker")
    finished(it, citizen, failpoint)
    set_aside_once(it, citizen, "quarantined", failpoint)


@pytest.mark.parametrize("failpoint", of("give_back"))
def test_a_worker_killed_while_it_puts_a_message_off_takes_it_up_again(
    it: Installation, citizen: str, failpoint: str
) -> None:
    message = question(citizen)
    message.add_attachment(citizen.encode(), maintype="application", subtype="pdf", filename="anexo.pdf")
    with store_away(it):
        accepted(it, message)
        it.start("worker", failpoint)
        it.wait_for_death("worker")
    finished(it, citizen, failpoint)
    one_of_everything(it, citizen, failpoint)


@pytest.mark.parametrize("failpoint", of("rescue"))
def test_a_worker_killed_while_it_rescues_is_followed_by_one_that_does(
    it: Installation, citizen: str, failpoint: str
) -> None:
    accepted(it, question(citizen))
    for place in ("process.mid_tx", failpoint):
        time_passes(it)
        it.start("worker", place)
        it.wait_for_death("worker")
    finished(it, citizen, failpoint)
    one_of_everything(it, citizen, failpoint)


@pytest.mark.parametrize("failpoint", of("replay"))
def test_a_replay_killed_there_happens_once_or_not_at_all(it: Installation, citizen: str, failpoint: str) -> None:
    number = accepted(it, question(citizen))
    tried_out(it, number)
    finished(it, citizen, failpoint)
    begun_again(it, number, "replay", failpoint)
    it.wait_until(lambda: settled(it, citizen), 90, f"the work after {failpoint}")
    one_of_everything(it, citizen, failpoint)


@pytest.mark.parametrize("failpoint", of("accept"))
def test_an_acceptance_by_hand_killed_there_happens_once_or_not_at_all(
    it: Installation, citizen: str, failpoint: str
) -> None:
    message = question(citizen)
    message["Cc"] = ", ".join(f"p{number}@crowd.example" for number in range(60))
    number = accepted(it, message)
    finished(it, citizen, failpoint)
    begun_again(it, number, "accept", failpoint)
    it.wait_until(lambda: settled(it, citizen), 90, f"the work after {failpoint}")
    one_of_everything(it, citizen, failpoint)


def begun_again(it: Installation, number: int, verb: str, failpoint: str) -> None:
    """The order killed at the failpoint, and given again where it had no effect; one replay stands in the history."""
    assert it.ask("SELECT state FROM ledger WHERE id = :id", id=number) == [("quarantined",)]
    it.running[verb] = it.command("ledger", verb, str(number), failpoint=failpoint)
    it.wait_for_death(verb)
    told = "SELECT count(*) FROM events WHERE kind = 'mail_replayed' AND data ->> 'ledger_id' = :id"
    if failpoint.endswith(".before_commit"):
        assert it.ask(told, id=str(number)) == [(0,)]
        assert it.command("ledger", verb, str(number)).wait(60) == 0
    assert it.ask(told, id=str(number)) == [(1,)]


@pytest.mark.parametrize("failpoint", of("defer"))
def test_a_worker_killed_while_it_puts_a_letter_off_sends_it_later_once(
    it: Installation, citizen: str, failpoint: str
) -> None:
    with other_way_out(it, Script({"RCPT": "450 4.7.1 greylisted"})) as server:
        accepted(it, question(citizen))
        it.start("worker", failpoint)
        it.wait_for_death("worker")
        assert server.messages == []
        server.script.replies.clear()
        finished(it, citizen, failpoint)
        one_of_everything(it, citizen, failpoint, server.messages)


def test_every_failpoint_is_killed_here() -> None:
    marks = [mark for name, test in globals().items() if name.startswith("test_") for mark in _parameters(test)]
    assert frozenset(marks) == failpoints.NAMES


def _parameters(test: object) -> Iterator[str]:
    for mark in getattr(test, "pytestmark", []):
        yield from mark.args[1]
