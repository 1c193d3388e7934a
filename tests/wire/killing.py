"""Mail in and letters out while processes are killed at random: how the run is made, and what must be true at its end.

Half of the messages come by LMTP, half by IMAP, all through the border; each has a sender of its own, whose one
acknowledgement is counted in her mailbox. The same seed gives the same victims at the same points of the load.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.queries import health
from tests.mailhouse import IMAP_MAILBOX, LMTP_MAILBOX
from tests.wire.conftest import Installation
from tests.wire.servers import free_port
from tests.wire.test_round_trip import mail, read

KINDS = ("bridge", "worker", "web")
VICTIMS = {"bridge": 9, "worker": 9, "web": 1, "database": 1}
"""Who is killed, and how often in twenty."""
MOST_WAITING = 200
PATIENCE_SECONDS = 900


@dataclass
class Run:
    """One run; `kills`, `unasked` (processes that ended by themselves) and `replayed` count what happened."""

    it: Installation
    messages: int
    wanted: int
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    unasked: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    sent: int = 0

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._stop = Event()
        self.it.environment["HELPDESK_WEB_LISTEN"] = f"127.0.0.1:{free_port()}"

    def go(self) -> None:
        """Feeds and kills, then waits until everything is done."""
        self.it.connect(IMAP_MAILBOX)
        moments = sorted(self._dice.uniform(0, self.messages) for _ in range(self.wanted))
        feeder = Thread(target=self._feed, name="feeder")
        feeder.start()
        try:
            for moment in moments:
                self._live_until(lambda moment=moment: self.sent >= moment)  # type: ignore[misc]  # the moment, bound now
                self._strike()
            self._live_until(lambda: not feeder.is_alive() and self.it.postfix.is_empty())
            self._live_until(self._finished)
            self._replay_what_was_set_aside()
            self._live_until(lambda: self._finished() and self.it.postfix.is_empty())
        finally:
            self._stop.set()
            feeder.join()

    def sender(self, number: int) -> str:
        """The citizen who sends a message."""
        return f"ana{number}.s{self.seed}@gmail.example"

    def _feed(self) -> None:
        """Sends the messages, never too far ahead of what was done with them."""
        for number in range(self.messages):
            while self._waiting() > MOST_WAITING and not self._stop.wait(0.2):
                pass
            if self._stop.is_set():
                return
            box = LMTP_MAILBOX if number % 2 else IMAP_MAILBOX
            citizen = self.sender(number)
            self.it.postfix.send(mail(citizen, box, "No puedo firmar", f"El lector no funciona, {citizen}."), box)
            self.sent = number + 1

    def _waiting(self) -> int:
        if self.sent % 20:
            return 0
        with suppress(DBAPIError):
            return self.sent - sum(count for state, count in self.it.states().items() if state == "processed")
        return 0

    def _live_until(self, truth: Callable[[], bool]) -> None:
        """Keeps every process running, as the parent of an installation does, until something is true."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            for kind in KINDS:
                self._keep_running(kind)
            with suppress(DBAPIError):
                if truth():
                    return
            time.sleep(0.1)
        raise AssertionError(f"seed {self.seed}: still {self.it.states()} after {PATIENCE_SECONDS} s; {self.kills}")

    def _keep_running(self, kind: str) -> None:
        process = self.it.running.get(kind)
        if process is not None and process.poll() is not None:
            self.unasked[kind] += 1
            process = None
        if process is None:
            self.it.start(kind)

    def _strike(self) -> None:
        """Kills somebody, at a moment of its own."""
        victim = self._dice.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        time.sleep(self._dice.uniform(0, 0.5))
        if victim == "database":
            self._kill_a_backend()
        else:
            process = self.it.running.pop(victim, None)
            if process is None or process.poll() is not None:
                return
            # A web process has children, which would keep its port; one that was just born has no group yet.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
            self._let_go_of_mailboxes(victim)
        self.kills[victim] += 1

    def _let_go_of_mailboxes(self, victim: str) -> None:
        """Shortens the minute for which a killed bridge still holds its mailboxes: kills come faster than that."""
        if victim == "bridge":
            with suppress(DBAPIError), self.it.house.engine.begin() as connection:
                connection.execute(text("UPDATE mailboxes SET lease_until = now() WHERE lease_until IS NOT NULL"))

    def _kill_a_backend(self) -> None:
        """kill -9 for one server process of PostgreSQL, which then throws out everybody and recovers."""
        with suppress(DBAPIError):
            found = self.it.ask(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            pids = sorted(int(str(pid)) for (pid,) in found)
            os.kill(self._dice.choice(pids), signal.SIGKILL)

    def _finished(self) -> bool:
        arrived = self.it.ask("SELECT count(DISTINCT from_address) FROM ledger WHERE from_address LIKE '%.s%@%'")
        if arrived != [(self.messages,)] or "pending" in self.it.states():
            return False
        return self.it.ask("SELECT count(*) FROM outbox WHERE settled_at IS NULL") == [(0,)]

    def _replay_what_was_set_aside(self) -> None:
        """What lost three workers waits in quarantine, as it should; an operator tries it again."""
        for (number,) in self.it.ask("SELECT id FROM ledger WHERE state = 'quarantined' AND reason = 'internal_error'"):
            assert self.it.command("ledger", "replay", str(number)).wait(60) == 0
            self.replayed += 1

    def check(self) -> str:
        """That nothing is lost and nothing doubled; gives the figures."""
        with transaction() as session:
            equation = health.equation(session, clock.now())
        assert equation.holds, self.told(f"the ledger equation does not hold: {equation}")
        senders = {self.sender(number) for number in range(self.messages)}
        received = (
            "SELECT p.address FROM messages m JOIN tickets t ON t.id = m.ticket_id"
            " JOIN people p ON p.id = t.requester_id WHERE m.direction = 'inbound'"
        )
        tickets = Counter(str(address) for (address,) in self.it.ask(received))
        assert self.it.ask("SELECT count(*) FROM tickets") == [(self.messages,)], self.told("tickets")
        assert senders == set(tickets), self.told(f"lost: {senders - set(tickets)}")
        assert set(tickets.values()) == {1}, self.told(f"doubled: {tickets.most_common(3)}")
        copies = self._check_letters()
        again = sum(count - 1 for count in copies.values() if count)
        return self.told(
            f"{equation.accepted} arrivals = {equation.processed} processed + {equation.duplicate} duplicate; "
            f"0 lost, 0 doubled; {len(copies)} letters, {again} of them once more"
        )

    def _check_letters(self) -> dict[str, int]:
        """Each citizen has her one letter, or one copy more where its ticket says that this may have happened."""
        rows = self.it.ask(
            "SELECT o.recipient, o.state, o.resends, (SELECT count(*) FROM events e WHERE e.ticket_id = o.ticket_id"
            " AND e.kind = 'possibly_sent_twice') FROM outbox o WHERE o.ticket_id IS NOT NULL"
        )
        assert len(rows) == self.messages, self.told(f"{len(rows)} letters")
        copies = dict[str, int]()
        for recipient, state, resends, told in rows:
            ids = [read(raw)["Message-ID"] for raw in self.it.dovecot.stored(str(recipient))]
            copies[str(recipient)] = len(ids)
            assert resends == told, self.told(f"{recipient}: {resends} resends, {told} told")
            assert len(set(ids)) <= 1, self.told(f"{recipient}: different letters {ids}")
            assert len(ids) <= 1 + int(str(resends)), self.told(f"{recipient}: {len(ids)} copies, {resends} resends")
            assert ids or state == "in_doubt", self.told(f"{recipient}: no letter came, it is {state}")
        return copies

    def told(self, what: str) -> str:
        """A sentence with the run's figures."""
        kills = ", ".join(f"{count} {victim}" for victim, count in sorted(self.kills.items()))
        ended = ", ".join(f"{count} {kind}" for kind, count in sorted(self.unasked.items())) or "none"
        return (
            f"seed {self.seed}: {self.messages} messages, {self.kills.total()} kills ({kills}); ended by themselves: "
            f"{ended}; replayed by hand: {self.replayed}; {what}"
        )
