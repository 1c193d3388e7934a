"""Fetches one mailbox: a lease, IDLE with a poll behind it, every message through the door before any flag is set.

How far a mailbox was read is in the database, never in flags: everything up to `last_uid` was accepted, and above it
the ledger's own keys tell. Fresh mail and backlog take turns, so that neither starves.
"""

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask
from imapclient import IMAPClient
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from helpdesk.db import transaction
from helpdesk.domain.errors import Conflict, HelpdeskError
from helpdesk.domain.quarantine import REASONS
from helpdesk.services import mailboxes
from helpdesk.services.mailboxes import Held
from mailbridge import failpoints, imap_client, intake, login, runtime
from mailbridge.imap_client import FAILURES, Fetched, LoginRefused

log = logging.getLogger(__name__)

RENEW_LEASE_SECONDS = 20
RENEW_IDLE_SECONDS = 60
POLL_SECONDS = 60
TAKE_OVER_SECONDS = 10
FIRST_BACK_OFF = 5.0
LONGEST_BACK_OFF = 300.0
# At most four log-ins an hour with a password or credential that was refused: more may lock the account.
REFUSED_BACK_OFF = 900.0


@dataclass
class Reading:
    """Where a reader stands in its folder: `todo` ascending below the fresh mail, `seen` the highest UID known."""

    uidvalidity: int
    seen: int
    todo: list[int] = field(default_factory=list)

    def low_water(self) -> int:
        """Everything up to here was accepted."""
        return self.todo[0] - 1 if self.todo else self.seen


class Reader:
    """Serves one mailbox until told to stop; made for a thread of its own."""

    def __init__(self, app: Flask, mailbox_id: int, holder: str, stop: threading.Event) -> None:
        self._app, self._mailbox_id, self._holder, self._stop = app, mailbox_id, holder, stop

    def run(self) -> None:
        """Takes the lease when it is free and reads; never ends for a failure, only for `stop`."""
        with self._app.app_context():
            failures = 0
            while not self._stop.is_set():
                held = self._take()
                if held is None:
                    self._stop.wait(TAKE_OVER_SECONDS)
                    continue
                failures = failures + 1 if self._serve(held, failures) else 0

    def _take(self) -> Held | None:
        try:
            with transaction() as session:
                return mailboxes.take(session, self._mailbox_id, self._holder)
        except DBAPIError:
            log.warning("no answer from the database", exc_info=True)
            return None

    def _serve(self, held: Held, failures: int) -> bool:
        """Reads until something fails; gives whether it failed in a way that calls for a pause, after the pause."""
        started = time.monotonic()
        try:
            Visit(held, self._stop).read()
        except Conflict:
            log.info("mailbox %s has another holder now", held.address)
            return False
        except LoginRefused as error:
            self._pause(held, str(error), REFUSED_BACK_OFF)
        except DBAPIError:
            log.warning("no answer from the database while reading %s", held.address, exc_info=True)
            self._stop.wait(FIRST_BACK_OFF)
            return False
        except (HelpdeskError, *FAILURES) as error:
            sentence = str(error) if isinstance(error, HelpdeskError) else broken(error)
            steady = time.monotonic() - started > LONGEST_BACK_OFF
            pause = FIRST_BACK_OFF if steady else min(FIRST_BACK_OFF * 2**failures, LONGEST_BACK_OFF)
            self._pause(held, sentence, pause)
            return not steady
        finally:
            self._release(held)
        return False

    def _pause(self, held: Held, sentence: str, seconds: float) -> None:
        """Says what is wrong and waits, holding the lease; ends early when the mailbox is connected anew."""
        log.warning("mailbox %s: %s", held.address, sentence)
        until = time.monotonic() + seconds
        try:
            while not self._stop.is_set() and time.monotonic() < until:
                with transaction() as session:
                    mailboxes.trouble(session, held.mailbox_id, held.fence, sentence)
                self._stop.wait(min(5.0, max(until - time.monotonic(), 0.0)))
        except Conflict:
            return
        except DBAPIError:
            self._stop.wait(FIRST_BACK_OFF)

    def _release(self, held: Held) -> None:
        try:
            with transaction() as session:
                mailboxes.release(session, held.mailbox_id, held.fence)
        except DBAPIError:
            log.warning("the lease of %s ends by itself", held.address)


class Visit:
    """One connection to the server under one lease."""

    def __init__(self, held: Held, stop: threading.Event) -> None:
        self._held, self._stop = held, stop

    def read(self) -> None:
        """Takes in what waits, then what comes, until stopped. Raises what ends the visit."""
        account = login.account(self._held.connection, runtime.current().desk.secret)
        with imap_client.logged_in(account) as client:
            reading = self._begin(client)
            while not self._stop.is_set():
                self._catch_up(client, reading)
                self._wait(client)

    def _begin(self, client: IMAPClient) -> Reading:
        held = self._held
        uidvalidity = imap_client.select(client, held.connection.folder)
        # Another UIDVALIDITY means other numbers for whatever is there: all of it is looked at anew.
        known = held.last_uid if uidvalidity == held.uidvalidity else 0
        waiting = imap_client.uids_above(client, known)
        with transaction() as session:
            done = mailboxes.accepted_uids(session, held.mailbox_id, held.connection.place, uidvalidity, known)
        reading = Reading(uidvalidity, max([known, *waiting]), [uid for uid in waiting if uid not in done])
        self._note_progress(reading)
        return reading

    def _catch_up(self, client: IMAPClient, reading: Reading) -> None:
        """Fresh mail first, then a batch of the backlog, and again, until nothing waits."""
        while not self._stop.is_set():
            fresh = imap_client.uids_above(client, reading.seen)
            batch = fresh[: imap_client.BATCH_MESSAGES]
            reading.todo += fresh
            reading.seen = max([reading.seen, *fresh])
            turn = batch + [uid for uid in reading.todo[: imap_client.BATCH_MESSAGES] if uid not in batch]
            if not turn:
                break
            self._take_in(client, reading, turn)
        self._note_progress(reading)

    def _take_in(self, client: IMAPClient, reading: Reading, uids: list[int]) -> None:
        accepted = list[int]()
        for message in imap_client.fetch(client, uids):
            failpoints.reach("imap.after_fetch")
            self._accept(reading.uidvalidity, message)
            accepted.append(message.uid)
        vanished = sorted(set(uids) - set(accepted))
        if vanished:
            log.warning("mailbox %s: vanished before they were fetched: UID %s", self._held.address, vanished)
        failpoints.reach("imap.before_flag")
        imap_client.mark_read(client, accepted)
        failpoints.reach("imap.after_flag")
        gone = set(uids)
        reading.todo = [uid for uid in reading.todo if uid not in gone]
        self._note_progress(reading)

    def _accept(self, uidvalidity: int, message: Fetched) -> None:
        held = self._held
        envelope = intake.Envelope(
            source="imap",
            institution_id=held.institution_id,
            mailbox_id=held.mailbox_id,
            key=f"{held.connection.place}:{uidvalidity}:{message.uid}",
            sender=None,
            recipient=held.address,
            refused=None if message.whole else ("too_large", REASONS["too_large"].told),
            size=message.size,
        )
        intake.accept(envelope, message.content, before_commit=self._guard)

    def _guard(self, session: Session) -> None:
        mailboxes.guard(session, self._held.mailbox_id, self._held.fence)

    def _note_progress(self, reading: Reading) -> None:
        failpoints.reach("imap.before_progress")
        with transaction() as session:
            mailboxes.progress(
                session,
                self._held.mailbox_id,
                self._held.fence,
                uidvalidity=reading.uidvalidity,
                last_uid=reading.low_water(),
                backlog=len(reading.todo),
            )
        failpoints.reach("imap.after_progress")

    def _wait(self, client: IMAPClient) -> None:
        """Returns when the server speaks, when IDLE is due to be renewed, or at a poll where there is no IDLE."""
        if not client.has_capability("IDLE"):
            self._sleep(POLL_SECONDS)
            client.noop()
            return
        client.idle()
        spoke = False
        until = time.monotonic() + RENEW_IDLE_SECONDS
        renewal = time.monotonic() + RENEW_LEASE_SECONDS
        try:
            while not spoke and not self._stop.is_set() and time.monotonic() < until:
                spoke = bool(client.idle_check(timeout=1))
                if time.monotonic() > renewal:
                    self._renew()
                    renewal = time.monotonic() + RENEW_LEASE_SECONDS
        finally:
            client.idle_done()

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stop.wait(min(RENEW_LEASE_SECONDS, max(until - time.monotonic(), 0.0))):
            if time.monotonic() >= until:
                return
            self._renew()

    def _renew(self) -> None:
        with transaction() as session:
            self._guard(session)


def broken(error: BaseException) -> str:
    """The sentence for a connection that broke."""
    stamp = datetime.now(UTC).strftime("%H:%M UTC")
    return f"La conexión con el servidor de correo se cortó ({stamp}): {imap_client.reason(error)}."
