"""From a ledger row to its effect: read, judge, hand over, settle.

A crash between any two lines leaves a row to do again or one that is done.
"""

import logging
from datetime import timedelta

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from helpdesk.db import transaction
from helpdesk.domain.actors import machine
from helpdesk.domain.errors import Unavailable
from helpdesk.domain.heldfiles import danger_of
from helpdesk.domain.incoming import Incoming, IncomingFile, Started
from helpdesk.domain.quarantine import DOUBTS, REASONS
from helpdesk.files import Files
from helpdesk.models.ledger import Arrival
from helpdesk.services import conversation, ledger
from helpdesk.services.conversation import Outcome
from mailbridge import failpoints, runtime
from mailbridge.collisions import repeated
from mailbridge.filewords import FileWords
from mailbridge.fingerprint import peek
from mailbridge.sandbox import ParseFailed
from mailbridge.screen import screen
from mailbridge.screening import facts_for
from mailbridge.translate import clean, file_name, to_incoming
from mailbridge.trust import judge
from mailbridge.values import ParsedMail, Verdict

log = logging.getLogger(__name__)

PROGRAM_LIMIT = "54"
FIRST_PAUSE = timedelta(seconds=10)
PASSING_PAUSE = timedelta(seconds=30)


def process_inbound(ledger_id: int) -> None:
    """Processes one arrival; settled ones are left alone.

    A try that fails is given back for later, the third one sets the message aside; nothing is raised but what makes
    giving back itself impossible (the queue then finds the arrival still pending).
    """
    failpoints.reach("process.start")
    started = count_try(ledger_id)
    if started is None:
        return
    if started.attempt > ledger.LIMIT_OF_TRIES:
        set_aside(ledger_id, "internal_error")
        return
    try:
        understand_and_record(started)
    except ParseFailed as error:
        log.warning("arrival %s cannot be read: %s", ledger_id, error)
        set_aside(ledger_id, error.reason)
    except Exception as error:
        if is_passing(error):
            log.warning("arrival %s waits: a part we need does not answer", ledger_id, exc_info=True)
            give_back(ledger_id, PASSING_PAUSE, counted=False)
            return
        log.exception("arrival %s failed (try %s)", ledger_id, started.attempt)
        if started.attempt >= ledger.LIMIT_OF_TRIES:
            set_aside(ledger_id, "internal_error")
        else:
            give_back(ledger_id, FIRST_PAUSE * started.attempt, counted=True)


@repeated
def count_try(ledger_id: int) -> Started | None:
    """Commits that the arrival is tried once more; None when it is settled already."""
    with transaction() as session:
        started = ledger.start(session, ledger_id)
        failpoints.reach("process.before_count_commit")
    failpoints.reach("process.after_count_commit")
    return started


def is_passing(error: Exception) -> bool:
    """Whether the failure says nothing about the message: the database or the file store does not answer.

    What the message itself makes too large for the database (class 54 of its error codes) does not pass by waiting.
    """
    if isinstance(error, OperationalError):
        return not (getattr(error.orig, "sqlstate", None) or "").startswith(PROGRAM_LIMIT)
    return isinstance(error, (InterfaceError, Unavailable))


def understand_and_record(started: Started) -> None:
    """Reads the message with no transaction open, then writes everything in one."""
    incoming = understand(started)
    if incoming is not None:
        record(started, incoming)


def understand(started: Started) -> Incoming | None:
    """What the desk is told of the message; None when a verdict settled it."""
    here = runtime.current()
    mail = here.sandbox.parse(started.raw)
    failpoints.reach("process.after_parse")
    judgement = judge(mail, here.border)
    with transaction() as session:
        facts = facts_for(session, started, here.border, here.desk)
    verdict = screen(mail, facts, DOUBTS if started.accepted_by_hand else frozenset())
    if verdict.kind in ("own", "bulk", "quarantine"):
        record_verdict(started, verdict)
        return None
    failpoints.reach("process.before_files")
    files = store(here.files, mail, here.words)
    failpoints.reach("process.after_files")
    return to_incoming(mail, verdict, judgement, started, facts.own_addresses, files)


@repeated
def record(started: Started, incoming: Incoming) -> None:
    """The one transaction of the effect: claim, hand to the desk, settle."""
    with transaction() as session:
        row = ledger.claim(session, started.ledger_id)
        if row is None:
            return
        copied = ledger.earlier_copy(session, row, anchored=peek(started.raw).anchored)
        if copied is not None:
            ledger.settle(
                session,
                row,
                "duplicate",
                trust=incoming.trust,
                ticket_id=copied.ticket_id,
                duplicate_of_id=copied.id,
            )
            return
        namesake = ledger.namesake(session, row)
        outcome = conversation.receive(session, machine(row.institution_id), incoming)
        failpoints.reach("process.mid_tx")
        settle_outcome(session, row, outcome, incoming, namesake)
        failpoints.reach("process.before_commit")
    failpoints.reach("process.after_commit")


def settle_outcome(
    session: Session, row: Arrival, outcome: Outcome, incoming: Incoming, namesake: Arrival | None
) -> None:
    """Writes into the ledger what the desk did with the message."""
    if outcome.quarantine is not None:
        ledger.settle(
            session,
            row,
            "quarantined",
            reason=outcome.quarantine,
            sentence=REASONS[outcome.quarantine].told,
            trust=incoming.trust,
            ticket_id=outcome.ticket_id,
        )
    elif outcome.action == "ignore":
        reason = outcome.reason or incoming.auto_reason or "ignored"
        ledger.settle(session, row, "ignored", reason=reason, trust=incoming.trust, ticket_id=outcome.ticket_id)
    else:
        ledger.settle(
            session,
            row,
            "processed",
            reason=ledger.SAME_ID if namesake is not None else None,
            trust=incoming.trust,
            action=outcome.action,
            ticket_id=outcome.ticket_id,
            duplicate_of_id=namesake.id if namesake is not None else None,
        )


@repeated
def record_verdict(started: Started, verdict: Verdict) -> None:
    """Settles a message that the desk never sees: one of our own, bulk, or one that a rule puts aside."""
    with transaction() as session:
        row = ledger.claim(session, started.ledger_id)
        if row is None:
            return
        if verdict.kind in ("own", "bulk"):
            ledger.settle(session, row, "ignored", reason=verdict.reason, trust=verdict.trust)
        else:
            sentence = REASONS[verdict.reason].told
            ledger.settle(session, row, "quarantined", reason=verdict.reason, sentence=sentence, trust=verdict.trust)
        failpoints.reach("verdict.before_commit")
    failpoints.reach("verdict.after_commit")


@repeated
def set_aside(ledger_id: int, reason: str) -> None:
    """Puts an arrival in quarantine after its reading or processing failed."""
    with transaction() as session:
        row = ledger.claim(session, ledger_id)
        if row is not None:
            ledger.settle(session, row, "quarantined", reason=reason, sentence=REASONS[reason].told)
        failpoints.reach("aside.before_commit")
    failpoints.reach("aside.after_commit")


@repeated
def give_back(ledger_id: int, pause: timedelta, *, counted: bool) -> None:
    """Lets the arrival wait for its next try. Without a database the queue itself brings it back."""
    with transaction() as session:
        ledger.give_back(session, ledger_id, after=pause, counted=counted)
        failpoints.reach("give_back.before_commit")
    failpoints.reach("give_back.after_commit")


def store(files: Files, mail: ParsedMail, reader: FileWords) -> tuple[IncomingFile, ...]:
    """Keeps the bytes of every attachment under their hash, those of a message passed on as a file too: what it asks
    for came with it (R-164). Raises `Unavailable` when the store refuses."""
    parts = (*mail.attachments, *(mail.forwarded.attachments if mail.forwarded else ()))
    names = [file_name(part.filename, part.content_type, number) for number, part in enumerate(parts, start=1)]
    words = reader.of(tuple(part.content for part in parts))
    return tuple(
        IncomingFile(
            filename=name,
            content_type=part.content_type,
            size=len(part.content),
            sha256=files.put(part.content),
            inline=part.inline,
            content_id=part.content_id,
            words=clean(said),
            held=danger_of(name, part.content),
        )
        for name, part, said in zip(names, parts, words, strict=True)
    )
