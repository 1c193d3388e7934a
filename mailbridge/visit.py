"""One connection to a mailbox's server under one lease: every message through the door before any flag is set.

How far a folder was read is in the database, never in flags: everything up to `last_uid` was accepted, and above it the
ledger's own keys tell. Folders take turns, and in each fresh mail and backlog, so that none starves.
"""

import logging
import threading
import time
from dataclasses import dataclass, field

from imapclient import IMAPClient
from sqlalchemy.orm import Session

from helpdesk.db import transaction
from helpdesk.domain.quarantine import REASONS
from helpdesk.services import mailboxes
from helpdesk.services.mailboxes import Held, Mark
from mailbridge import failpoints, imap_client, intake, login, runtime
from mailbridge.imap_client import FAILURES, Fetched, FolderMissing, Opened

log = logging.getLogger(__name__)

READ_ONLY = "El correo se recibe, pero la carpeta {} solo se puede leer: lo ya leído queda sin marcar ni mover."
NOT_GIVEN = "El servidor muestra {} mensajes en {} y no los entrega (UID {}): se piden otra vez en cada conexión."
_MOST_NAMED = 5
_IDLE_LOOK = 0.2
_MOST_EARLY = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. A server that answers nothing for `answer` is given up; IDLE is renewed after `idle` (a silent
    connection is found out then), other folders are looked at after `poll`."""

    lease: float = 20.0
    idle: float = 60.0
    poll: float = 60.0
    answer: float = imap_client.SECONDS


PACE = Pace()


@dataclass
class Hardships:
    """What broke connections, remembered from one visit to the next: a message that does so twice by itself is left
    on the server and told, so that it stops nothing behind it."""

    counts: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def of(self, reading: "Reading", uid: int) -> int:
        """How often the connection broke while this message was asked for."""
        return self.counts.get((reading.folder, reading.validity, uid), 0)

    def blame(self, reading: "Reading", uids: list[int]) -> None:
        """The connection broke while these were asked for."""
        for uid in uids:
            key = (reading.folder, reading.validity, uid)
            self.counts[key] = self.counts.get(key, 0) + 1


@dataclass
class Reading:
    """Where a visit stands in a folder: `todo` ascending below the fresh mail, `seen` the highest UID known,
    `withheld` what the server shows and does not give."""

    folder: str
    uidvalidity: int
    generation: int
    seen: int
    read_only: bool
    todo: list[int] = field(default_factory=list)
    withheld: set[int] = field(default_factory=set)

    def mark(self) -> Mark:
        """Everything up to there was accepted or noted as vanished."""
        waiting = [*self.todo[:1], *self.withheld]
        return Mark(self.uidvalidity, min(waiting) - 1 if waiting else self.seen, self.generation)

    @property
    def validity(self) -> str:
        """What the ledger's keys name beside the UID."""
        return self.mark().validity


class Visit:
    """One connection to the server under one lease."""

    def __init__(
        self, held: Held, stop: threading.Event, pace: Pace = PACE, hardships: Hardships | None = None
    ) -> None:
        self._held, self._stop, self._pace = held, stop, pace
        self._hardships = hardships or Hardships()
        self._renewed = time.monotonic()
        self._selected: str | None = None
        self._remarks: dict[str, str] = {}

    def read(self) -> None:
        """Takes in what waits, then what comes, until stopped. Raises what ends the visit."""
        account = login.account(self._held.connection, runtime.current().desk.secret)
        with imap_client.logged_in(account, self._pace.answer) as client:
            failpoints.reach("imap.after_login")
            client.when_receiving(self._keep_lease)
            readings = self._begun(client)
            while not self._stop.is_set():
                self._catch_up(client, readings)
                self._wait(client, readings[0])

    def _begun(self, client: IMAPClient) -> list[Reading]:
        """A reading of every folder; one that is missing is told and the others are read. Raises when none is there."""
        readings = list[Reading]()
        missing: FolderMissing | None = None
        for folder in self._held.connection.folders:
            try:
                readings.append(self._begin(client, folder))
            except FolderMissing as error:
                missing = error
                self._remarks[folder] = str(error)
        if not readings:
            assert missing is not None
            raise missing
        self._note_progress(readings)
        return readings

    def _begin(self, client: IMAPClient, folder: str) -> Reading:
        return self._reading(client, folder, self._select(client, folder))

    def _select(self, client: IMAPClient, folder: str) -> Opened:
        opened = imap_client.select(client, folder)
        self._selected = folder
        return opened

    def _reading(self, client: IMAPClient, folder: str, opened: Opened) -> Reading:
        """Where reading the folder, just selected, has to go on."""
        held = self._held
        mark = self._mark_in(opened, held.marks.get(folder, Mark(None, 0)))
        waiting = imap_client.uids_above(client, mark.last_uid, opened.messages)
        place = held.connection.place(folder)
        with transaction() as session:
            done = mailboxes.accepted_uids(session, held.mailbox_id, place, mark.validity, mark.last_uid)
        if opened.read_only:
            self._remarks[folder] = READ_ONLY.format(folder)
        todo = [uid for uid in waiting if uid not in done]
        seen = max([mark.last_uid, *waiting])
        return Reading(folder, opened.uidvalidity, mark.generation, seen, opened.read_only, todo)

    @staticmethod
    def _mark_in(opened: Opened, mark: Mark) -> Mark:
        """How far the folder as it was opened is known: its numbers may be others now, and all is looked at anew.

        Another UIDVALIDITY says so; a next number below one that we know (RFC 9051 forbids it, restored servers do
        it) shows it.
        """
        if opened.uidvalidity != mark.uidvalidity:
            return Mark(opened.uidvalidity, 0)
        if opened.uidnext is not None and opened.uidnext <= mark.last_uid:
            return Mark(opened.uidvalidity, 0, mark.generation + 1)
        return mark

    def _open(self, client: IMAPClient, reading: Reading) -> None:
        """Selects a folder again; its numbers count only while its UIDVALIDITY is the same."""
        if self._selected == reading.folder:
            return
        opened = self._select(client, reading.folder)
        if opened.uidvalidity != reading.uidvalidity:
            fresh = self._reading(client, reading.folder, opened)
            reading.uidvalidity, reading.generation = fresh.uidvalidity, fresh.generation
            reading.read_only = fresh.read_only
            reading.seen, reading.todo, reading.withheld = fresh.seen, fresh.todo, set()

    def _catch_up(self, client: IMAPClient, readings: list[Reading]) -> None:
        """A turn for every folder, and again, until nothing waits in any."""
        busy = True
        while busy and not self._stop.is_set():
            busy = False
            for reading in readings:
                busy = self._turn(client, readings, reading) or busy
        self._note_progress(readings)

    def _turn(self, client: IMAPClient, readings: list[Reading], reading: Reading) -> bool:
        """Fresh mail first, then a batch of the backlog; gives whether there was anything."""
        self._open(client, reading)
        fresh = imap_client.uids_above(client, reading.seen)
        batch = fresh[: imap_client.BATCH_MESSAGES]
        reading.todo += fresh
        reading.seen = max([reading.seen, *fresh])
        turn = batch + [uid for uid in reading.todo[: imap_client.BATCH_MESSAGES] if uid not in batch]
        if turn:
            self._take_in(client, reading, turn)
            self._note_progress(readings)
        return bool(turn)

    def _take_in(self, client: IMAPClient, reading: Reading, uids: list[int]) -> None:
        accepted = list[int]()
        for group in self._groups(reading, uids):
            try:
                for message in imap_client.fetch(client, group):
                    failpoints.reach("imap.after_fetch")
                    self._accept(reading, message)
                    accepted.append(message.uid)
            except FAILURES:
                self._hardships.blame(reading, [uid for uid in group if uid not in accepted])
                raise
        self._account_for(client, reading, sorted(set(uids) - set(accepted)))
        failpoints.reach("imap.before_flag")
        if not reading.read_only:
            remark = imap_client.put_away(client, accepted, self._held.connection.move_to)
            if remark:
                self._remarks[reading.folder] = remark
        failpoints.reach("imap.after_flag")
        gone = set(uids)
        reading.todo = [uid for uid in reading.todo if uid not in gone]

    def _groups(self, reading: Reading, uids: list[int]) -> list[list[int]]:
        """The messages to ask for together: one that the connection broke over is asked for alone, and last; after a
        second time no more."""
        easy = [uid for uid in uids if not self._hardships.of(reading, uid)]
        hard = [uid for uid in uids if self._hardships.of(reading, uid) == 1]
        return [*([easy] if easy else []), *([uid] for uid in hard)]

    def _account_for(self, client: IMAPClient, reading: Reading, missing: list[int]) -> None:
        """What was not given: somebody removed it meanwhile, which is noted for good, or the server keeps it back."""
        if not missing:
            return
        kept_back = imap_client.present(client, missing)
        vanished = [uid for uid in missing if uid not in kept_back]
        if vanished:
            held = self._held
            log.warning("mailbox %s: vanished before they were fetched: UID %s", held.address, vanished)
            with transaction() as session:
                mailboxes.vanished(session, held.mailbox_id, held.fence, reading.folder, reading.uidvalidity, vanished)
                failpoints.reach("vanished.before_commit")
            failpoints.reach("vanished.after_commit")
        if kept_back:
            reading.withheld |= kept_back
            named = ", ".join(map(str, sorted(reading.withheld)[:_MOST_NAMED]))
            self._remarks[reading.folder] = NOT_GIVEN.format(len(reading.withheld), reading.folder, named)

    def _accept(self, reading: Reading, message: Fetched) -> None:
        held = self._held
        envelope = intake.Envelope(
            source="imap",
            institution_id=held.institution_id,
            mailbox_id=held.mailbox_id,
            key=f"{held.connection.place(reading.folder)}:{reading.validity}:{message.uid}",
            sender=None,
            recipient=held.address,
            refused=None if message.whole else ("too_large", REASONS["too_large"].told),
            size=message.size,
        )
        intake.accept(envelope, message.content, before_commit=self._guard)

    def _guard(self, session: Session) -> None:
        mailboxes.guard(session, self._held.mailbox_id, self._held.fence)

    def _note_progress(self, readings: list[Reading]) -> None:
        failpoints.reach("imap.before_progress")
        with transaction() as session:
            mailboxes.progress(
                session,
                self._held.mailbox_id,
                self._held.fence,
                {reading.folder: reading.mark() for reading in readings},
                backlog=sum(len(reading.todo) + len(reading.withheld) for reading in readings),
                remark=" ".join(self._remarks.values()) or None,
            )
        failpoints.reach("imap.after_progress")

    def _wait(self, client: IMAPClient, reading: Reading) -> None:
        """Returns when the server speaks, when IDLE is due to be renewed, or at a poll where there is no IDLE."""
        self._open(client, reading)
        if not client.has_capability("IDLE"):
            self._sleep(self._pace.poll)
            client.noop()
            return
        client.idle()
        until = time.monotonic() + min(self._pace.idle, self._pace.poll)
        early = 0
        while not self._stop.is_set() and time.monotonic() < until:
            asked = time.monotonic()
            if client.idle_check(timeout=_IDLE_LOOK):
                break
            # A connection that the other side closed is readable at once, again and again, and gives nothing.
            early = early + 1 if time.monotonic() - asked < _IDLE_LOOK / 2 else 0
            if early == _MOST_EARLY:
                raise ConnectionResetError("the server closed the connection while it was idle")
            self._keep_lease()
        client.idle_done()

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stop.wait(min(self._pace.lease, max(until - time.monotonic(), 0.0))):
            if time.monotonic() >= until:
                return
            self._keep_lease()

    def _keep_lease(self) -> None:
        """Renews the lease when it is time to, also while a long message comes in."""
        if time.monotonic() - self._renewed < self._pace.lease:
            return
        with transaction() as session:
            self._guard(session)
        self._renewed = time.monotonic()
