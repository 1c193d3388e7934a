"""Holds one mailbox: a lease, visits to its server under it, pauses after what went wrong."""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy.exc import DBAPIError

from helpdesk.db import transaction
from helpdesk.domain.errors import Conflict, HelpdeskError
from helpdesk.services import mailboxes
from helpdesk.services.mailboxes import Held
from mailbridge import failpoints, imap_client
from mailbridge.imap_client import FAILURES, LoginRefused, Throttled
from mailbridge.visit import PACE, Hardships, Pace, Visit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long a reader waits, in seconds: for a lease that another holds, and after failures, doubling from `first`.

    A refused password is tried four times an hour at most: more may lock the account. A server that takes no log-in now
    is asked after `throttled`, doubling up to that.
    """

    take_over: float = 10.0
    first: float = 5.0
    longest: float = 300.0
    throttled: float = 300.0
    refused: float = 900.0


PAUSES = Pauses()


class Reader:
    """Serves one mailbox until told to stop; made for a thread of its own."""

    def __init__(
        self,
        app: Flask,
        mailbox_id: int,
        holder: str,
        stop: threading.Event,
        pauses: Pauses = PAUSES,
        pace: Pace = PACE,
    ) -> None:
        self._app, self._mailbox_id, self._holder, self._stop = app, mailbox_id, holder, stop
        self._pauses, self._pace = pauses, pace
        self._hardships = Hardships()

    def run(self) -> None:
        """Takes the lease when it is free and reads; never ends for a failure, only for `stop`."""
        with self._app.app_context():
            failures = 0
            while not self._stop.is_set():
                held = self._take()
                if held is None:
                    self._stop.wait(self._pauses.take_over)
                    continue
                failures = failures + 1 if self._serve(held, failures) else 0

    def _take(self) -> Held | None:
        try:
            with transaction() as session:
                held = mailboxes.take(session, self._mailbox_id, self._holder)
                failpoints.reach("imap.before_take_commit")
        except DBAPIError:
            log.warning("no answer from the database", exc_info=True)
            return None
        failpoints.reach("imap.after_take_commit")
        return held

    def _serve(self, held: Held, failures: int) -> bool:
        """Reads until something fails; gives whether it failed in a way that calls for a longer pause next time."""
        started = time.monotonic()
        try:
            Visit(held, self._stop, self._pace, self._hardships).read()
        except Conflict:
            log.info("mailbox %s has another holder now", held.address)
            return False
        except LoginRefused as error:
            self._refused(held, str(error))
        except Throttled as error:
            self._pause(held, str(error), doubled(self._pauses.throttled, failures, self._pauses.refused))
            return True
        except DBAPIError:
            log.warning("no answer from the database while reading %s", held.address, exc_info=True)
            self._stop.wait(self._pauses.first)
            return False
        except (HelpdeskError, *FAILURES) as error:
            sentence = str(error) if isinstance(error, HelpdeskError) else broken(error)
            steady = time.monotonic() - started > self._pauses.longest
            pause = doubled(self._pauses.first, 0 if steady else failures, self._pauses.longest)
            self._pause(held, sentence, pause)
            return not steady
        except Exception as error:  # a thread that dies logs in anew at once, again and again
            log.exception("the reader of %s failed", held.address)
            self._pause(held, f"La lectura de la casilla falló por un defecto: {error!r}.", self._pauses.longest)
            return True
        finally:
            self._release(held)
        return False

    def _refused(self, held: Held, sentence: str) -> None:
        log.warning("mailbox %s: %s", held.address, sentence)
        try:
            with transaction() as session:
                pause = timedelta(seconds=self._pauses.refused)
                mailboxes.refused(session, held.mailbox_id, held.fence, sentence, pause)
        except (Conflict, DBAPIError):
            self._stop.wait(self._pauses.first)

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
            self._stop.wait(self._pauses.first)

    def _release(self, held: Held) -> None:
        try:
            with transaction() as session:
                mailboxes.release(session, held.mailbox_id, held.fence)
                failpoints.reach("release.before_commit")
            failpoints.reach("release.after_commit")
        except DBAPIError:
            log.warning("the lease of %s ends by itself", held.address)


def doubled(first: float, failures: int, longest: float) -> float:
    """The pause after so many failures in a row, in seconds."""
    return min(first * 2.0 ** min(failures, 20), longest)


def broken(error: BaseException) -> str:
    """The sentence for a connection that broke."""
    stamp = datetime.now(UTC).strftime("%H:%M UTC")
    return f"La conexión con el servidor de correo se cortó ({stamp}): {imap_client.reason(error)}."
