"""Letters on their way out: who holds one, what the other server said, when to try again.

queued → sending → dot_sent → accepted | deferred | failed | in_doubt. A letter found `sending` without a living
sender has not left (its final dot was never sent); one found `dot_sent` may have, and is in doubt.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import BigInteger, cast, literal_column, select, table, text
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk import queue as jobs
from helpdesk.domain.actors import Actor, machine
from helpdesk.domain.errors import Conflict, NotFound
from helpdesk.domain.references import masked
from helpdesk.models.outbox import Letter
from helpdesk.models.tickets import Ticket
from helpdesk.services import history

DELIVER = "mail.deliver"
GIVE_UP_AFTER = timedelta(days=5)
LONGEST_PAUSE = timedelta(minutes=60)
MOST_RESENDS = 1
OPEN_STATES = ("queued", "deferred", "in_doubt", "sending", "dot_sent")

Result = Literal["accepted", "deferred", "refused", "in_doubt"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the other server said. `sentence` is its own words, or ours when there was no answer."""

    result: Result
    sentence: str = ""


def queue(session: Session, letter: Letter) -> Letter:
    """Writes a letter and defers its delivery: it leaves when, and only when, the caller's transaction commits."""
    batch.add(session, letter)
    # A letter just written has no waiting twin: no lock to ask for, no savepoint to pay.
    jobs.defer(session, DELIVER, outbox_id=letter.id)
    return letter


def defer_delivery(session: Session, letter: Letter, at: datetime | None) -> None:
    """Defers the delivery, not before `at`; once only while it waits."""
    jobs.defer(session, DELIVER, queueing_lock=f"outbox:{letter.id}", schedule_at=at, outbox_id=letter.id)


def claim(session: Session, outbox_id: int) -> Letter | None:
    """Takes a letter for sending; None when it is settled, not yet due, or may not be sent once more.

    The caller holds the letter's advisory lock, so nobody else is sending it. `attempts` of the letter given back
    is the caller's fence for `dot_sent` and `settle`.
    """
    letter = locked(session, outbox_id)
    now = clock.now()
    if letter is None or letter.settled_at is not None or letter.state not in OPEN_STATES:
        return None
    due = letter.next_try_at if letter.state in ("deferred", "in_doubt") else None
    if due is not None and due > now:
        return None
    if letter.state in ("dot_sent", "in_doubt"):
        if letter.resends >= MOST_RESENDS:
            leave_in_doubt(session, letter, "El servidor de correo no confirmó la entrega.")
            return None
        letter.resends += 1
        note(session, letter, "possibly_sent_twice", {"message_id": letter.rfc_message_id})
    letter.state = "sending"
    letter.attempts += 1
    letter.claimed_at = now
    # Not from when it was written: it may have waited for days until there was a server, or for somebody's decision.
    letter.tried_since = letter.tried_since or now
    session.flush()
    return letter


def keep(session: Session, outbox_id: int) -> None:
    """Keeps a letter for reading instead of sending it (a demo without SMTP)."""
    letter = locked(session, outbox_id)
    if letter is not None and letter.state in ("queued", "deferred"):
        letter.state = "kept"
        letter.settled_at = clock.now()
        session.flush()


def dot_sent(session: Session, outbox_id: int, attempt: int) -> None:
    """Notes that the final dot is about to leave. Raises Conflict when another sender has taken the letter."""
    letter = held(session, outbox_id, attempt, "sending")
    letter.state = "dot_sent"
    session.flush()


def settle(session: Session, outbox_id: int, attempt: int, delivery: Delivery) -> Letter:
    """Writes down what became of the try. Raises Conflict when another sender has taken the letter."""
    letter = held(session, outbox_id, attempt, "sending", "dot_sent")
    now = clock.now()
    match delivery.result:
        case "accepted":
            letter.state, letter.settled_at, letter.last_error = "accepted", now, None
        case "refused":
            fail(session, letter, delivery.sentence)
        case "deferred" if now - (letter.tried_since or now) >= GIVE_UP_AFTER:
            fail(session, letter, f"Sin éxito durante 5 días. Última respuesta: {delivery.sentence}")
        case "deferred":
            letter.state, letter.last_error = "deferred", delivery.sentence
            try_again(session, letter, now + pause(letter.attempts))
        case "in_doubt" if letter.resends >= MOST_RESENDS:
            leave_in_doubt(session, letter, delivery.sentence)
        case "in_doubt":
            letter.state, letter.last_error = "in_doubt", delivery.sentence
            try_again(session, letter, now + pause(1))
    session.flush()
    return letter


def pause(attempts: int) -> timedelta:
    """How long to wait after that many tries: 1, 2, 4 … 60 minutes."""
    return min(timedelta(minutes=2 ** min(max(attempts - 1, 0), 10)), LONGEST_PAUSE)


def try_again(session: Session, letter: Letter, at: datetime) -> None:
    """Plans the next try."""
    letter.next_try_at = at
    defer_delivery(session, letter, at)


def fail(session: Session, letter: Letter, sentence: str) -> None:
    """Ends a letter that cannot be delivered; the ticket shows it to its agent."""
    letter.state, letter.last_error, letter.settled_at = "failed", sentence or "Sin respuesta.", clock.now()
    # The other server may repeat the address that the letter came from, which is its recipient's alone.
    note(session, letter, "delivery_failed", {"recipient": letter.recipient, "reason": masked(letter.last_error)})


def leave_in_doubt(session: Session, letter: Letter, sentence: str) -> None:
    """Ends a letter that may have arrived: it was sent twice and neither copy was confirmed."""
    letter.state, letter.last_error, letter.settled_at = "in_doubt", sentence, clock.now()
    note(session, letter, "delivery_in_doubt", {"recipient": letter.recipient})
    session.flush()


def note(session: Session, letter: Letter, kind: str, data: dict[str, object], actor: Actor | None = None) -> None:
    """Records what happened to a letter in its ticket's history; of itself, unless somebody did it."""
    ticket = None
    if letter.ticket_id is not None:
        ticket = session.scalar(
            select(Ticket)
            .where(Ticket.id == letter.ticket_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    told = {"letter": letter.letter, "outbox_id": letter.id, **data}
    history.record(session, actor or machine(letter.institution_id), ticket, kind, told, letter.institution_id)


def retry(session: Session, actor: Actor, outbox_id: int) -> Letter:
    """Sends a failed, deferred or doubtful letter again now, on somebody's decision; the five days begin anew.

    Raises NotFound, and Conflict for a letter that has arrived or is on its way.
    """
    letter = locked(session, outbox_id)
    if letter is None or actor.institution_id not in (None, letter.institution_id):
        raise NotFound(f"No hay una carta {outbox_id} en la bandeja de salida.")
    if letter.state not in ("failed", "deferred", "in_doubt"):
        raise Conflict("Ese correo ya salió o está saliendo: no hace falta reenviarlo.")
    letter.state, letter.settled_at, letter.next_try_at, letter.resends = "queued", None, None, 0
    letter.last_error, letter.tried_since = None, None
    note(session, letter, "letter_resent", {"recipient": letter.recipient}, actor)
    session.flush()
    defer_delivery(session, letter, None)
    return letter


def requeue(session: Session, limit: int = 500) -> int:
    """Defers the delivery of letters that are due and have no job, whatever became of it. Gives how many."""
    now = clock.now()
    with_a_job = (
        select(cast(literal_column("args ->> 'outbox_id'"), BigInteger))
        .select_from(table("procrastinate_jobs"))
        .where(text("status IN ('todo', 'doing')"), literal_column("task_name") == DELIVER)
    )
    due = session.scalars(
        select(Letter)
        .where(
            Letter.settled_at.is_(None),
            Letter.state.in_(OPEN_STATES),
            Letter.next_try_at.is_(None) | (Letter.next_try_at <= now) | Letter.state.in_(("sending", "dot_sent")),
            Letter.id.not_in(with_a_job),
        )
        .order_by(Letter.id)
        .limit(limit)
    ).all()
    for letter in due:
        defer_delivery(session, letter, None)
    return len(due)


def hold_after_restore(session: Session) -> tuple[int, ...]:
    """Ends every open letter in doubt: it may have left after the backup was made. Gives their numbers, for a person
    to look at and `retry`."""
    held_back = session.scalars(
        select(Letter).where(Letter.settled_at.is_(None), Letter.state.in_(OPEN_STATES)).order_by(Letter.id)
    ).all()
    for letter in held_back:
        leave_in_doubt(session, letter, "Se restauró una copia de seguridad: esta carta pudo haber salido después.")
    return tuple(letter.id for letter in held_back)


def locked(session: Session, outbox_id: int) -> Letter | None:
    """The letter as it is now, locked until the transaction ends."""
    return session.scalar(
        select(Letter).where(Letter.id == outbox_id).with_for_update().execution_options(populate_existing=True)
    )


def held(session: Session, outbox_id: int, attempt: int, *states: str) -> Letter:
    """The letter as its holder left it. Raises Conflict when it is not the holder's any more."""
    letter = locked(session, outbox_id)
    if letter is None or letter.attempts != attempt or letter.state not in states:
        raise Conflict(f"La carta {outbox_id} ya la tomó otro proceso.")
    return letter
