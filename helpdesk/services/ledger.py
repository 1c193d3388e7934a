"""The ledger of arrivals: every message that we said yes to, and what became of it.

`accepted = processed + duplicate + ignored + quarantined + pending` holds at every instant because a row is written
in the transaction that accepts the bytes, and settled in the transaction that has the effect.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk import clock, queue
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Conflict, NotFound
from helpdesk.domain.incoming import Started
from helpdesk.domain.quarantine import DOUBTS, REASONS
from helpdesk.domain.seals import REPLAYED
from helpdesk.models.ledger import Arrival, RawMessage
from helpdesk.services import history

PROCESS = "mail.process_inbound"
LIMIT_OF_TRIES = 3
SAME_ID = "same_id_different_content"

Settled = Literal["processed", "duplicate", "ignored", "quarantined"]


@dataclass(frozen=True, slots=True)
class NewArrival:
    """What the door knows of a message before anybody has understood it.

    `arrival_key` spells where it came from: the same key in the same mailbox is the same arrival. `anchored`: the
    message names itself by Message-ID or Date, so an equal fingerprint is a copy and not a second event.
    `refused` sets a message aside at the door: (word of the closed list, sentence for the operator).
    """

    institution_id: int | None
    mailbox_id: int | None
    source: Literal["imap", "lmtp", "pipe", "import"]
    arrival_key: str
    envelope_from: str | None
    envelope_to: str
    fingerprint: str
    anchored: bool
    sha256: str
    size: int
    message_id: str | None
    from_address: str | None
    subject: str | None
    received_at: datetime
    refused: tuple[str, str] | None = None


def accept(session: Session, arrival: NewArrival, raw: bytes) -> Arrival:
    """Writes the arrival with its bytes and defers its reading; both become true when the caller commits.

    The same arrival again gives the row there is. The very bytes again in the same mailbox (a re-delivery whose
    acknowledgement got lost, a mailbox read anew) are settled as duplicate at once, without a second copy.
    """
    values = {name: getattr(arrival, name) for name in NewArrival.__slots__ if name not in ("anchored", "refused")}
    inserted = session.scalar(
        insert(Arrival)
        .values(**values, accepted_at=clock.now())
        .on_conflict_do_nothing(index_elements=["mailbox_id", "arrival_key"])
        .returning(Arrival.id)
    )
    if inserted is None:
        return session.scalars(
            select(Arrival).where(
                Arrival.mailbox_id.is_not_distinct_from(arrival.mailbox_id),
                Arrival.arrival_key == arrival.arrival_key,
            )
        ).one()
    row = session.get_one(Arrival, inserted)
    twin = same_bytes(session, row)
    if twin is not None:
        settle(session, row, "duplicate", ticket_id=twin.ticket_id, duplicate_of_id=twin.id)
        return row
    session.add(RawMessage(ledger_id=row.id, content=raw))
    if arrival.refused is not None:
        settle(session, row, "quarantined", reason=arrival.refused[0], sentence=arrival.refused[1])
    else:
        defer_processing(session, row)
    session.flush()
    return row


def same_bytes(session: Session, row: Arrival) -> Arrival | None:
    """The first arrival of the same mailbox that has the very same bytes."""
    return session.scalar(
        select(Arrival)
        .where(
            Arrival.fingerprint == row.fingerprint,
            Arrival.sha256 == row.sha256,
            Arrival.mailbox_id.is_not_distinct_from(row.mailbox_id),
            Arrival.state != "duplicate",
            Arrival.id < row.id,
        )
        .order_by(Arrival.id)
        .limit(1)
    )


def defer_processing(session: Session, row: Arrival, at: datetime | None = None) -> None:
    """Defers the reading, not before `at`; once only while it waits, and one after another for one sender."""
    queue.defer(
        session,
        PROCESS,
        queueing_lock=f"ledger:{row.id}",
        lock=f"sender:{row.institution_id}:{row.from_address or row.id}",
        schedule_at=at,
        ledger_id=row.id,
    )


def start(session: Session, ledger_id: int) -> Started | None:
    """Counts one more try and gives what the reader needs; None when the arrival is settled already.

    Committed before the reading begins, so that a message that kills its reader is counted as well.
    """
    row = claim(session, ledger_id)
    if row is None or row.institution_id is None or row.mailbox_id is None:
        return None
    row.attempts += 1
    session.flush()
    return Started(
        ledger_id=row.id,
        institution_id=row.institution_id,
        mailbox_id=row.mailbox_id,
        envelope_from=row.envelope_from,
        envelope_to=row.envelope_to,
        received_at=row.received_at,
        attempt=row.attempts,
        raw=content(session, row.id),
        accepted_by_hand=row.accepted_by_hand,
    )


def content(session: Session, ledger_id: int) -> bytes:
    """The bytes of an arrival as they came. Raises NotFound."""
    row = session.get(Arrival, ledger_id)
    holder = row.duplicate_of_id if row is not None and row.state == "duplicate" else None
    for candidate in (ledger_id, holder):
        found = session.scalar(select(RawMessage.content).where(RawMessage.ledger_id == candidate))
        if found is not None:
            return found
    raise NotFound(f"No hay una entrada {ledger_id} en el libro de entrada.")


def claim(session: Session, ledger_id: int) -> Arrival | None:
    """The arrival, locked until the transaction ends; None when it is settled already or does not exist."""
    return session.scalar(
        select(Arrival)
        .where(Arrival.id == ledger_id, Arrival.state == "pending")
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def earlier_copy(session: Session, row: Arrival, *, anchored: bool) -> Arrival | None:
    """The arrival that already had the effect of this one, in any mailbox of the institution.

    Copies meet at an advisory lock on their fingerprint, so that two workers cannot both be first. A copy in
    quarantine counts only within the same mailbox: elsewhere the same words may have come by an honest way.
    Messages that are not `anchored` are copies only when every byte is the same.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 7412))"),
        {"key": f"{row.institution_id}:{row.fingerprint}"},
    )
    query = select(Arrival).where(
        Arrival.fingerprint == row.fingerprint,
        Arrival.institution_id == row.institution_id,
        Arrival.id != row.id,
        Arrival.state.in_(("processed", "ignored"))
        | ((Arrival.state == "quarantined") & (Arrival.mailbox_id == row.mailbox_id)),
    )
    if not anchored:
        query = query.where(Arrival.sha256 == row.sha256)
    return session.scalar(query.order_by(Arrival.id).limit(1))


def namesake(session: Session, row: Arrival) -> Arrival | None:
    """An earlier processed message with this Message-ID and other content: linked to, never a reason to suppress."""
    if row.message_id is None:
        return None
    return session.scalar(
        select(Arrival)
        .where(
            Arrival.message_id == row.message_id,
            Arrival.institution_id == row.institution_id,
            Arrival.fingerprint != row.fingerprint,
            Arrival.state == "processed",
            Arrival.id < row.id,
        )
        .order_by(Arrival.id)
        .limit(1)
    )


def settle(
    session: Session,
    arrival: Arrival,
    state: Settled,
    *,
    reason: str | None = None,
    sentence: str | None = None,
    trust: str | None = None,
    action: str | None = None,
    ticket_id: int | None = None,
    duplicate_of_id: int | None = None,
) -> None:
    """Ends a pending arrival.

    Raises Conflict when it is settled already and ValueError for a quarantine reason outside the closed list.
    """
    if arrival.state != "pending":
        raise Conflict(f"La entrada {arrival.id} ya está asentada ({arrival.state}).")
    if state == "quarantined" and reason not in REASONS:
        raise ValueError(f"{reason!r} is not a quarantine reason")
    arrival.state = state
    arrival.reason = reason
    arrival.sentence = sentence
    arrival.trust = trust
    arrival.action = action
    arrival.ticket_id = ticket_id
    arrival.duplicate_of_id = duplicate_of_id
    arrival.settled_at = clock.now()
    arrival.sealed = False
    session.flush()


def give_back(session: Session, ledger_id: int, *, after: timedelta, counted: bool) -> None:
    """Defers a try that failed for later; one that failed for a passing reason is not `counted`."""
    row = claim(session, ledger_id)
    if row is None:
        return
    if not counted:
        row.attempts = max(row.attempts - 1, 0)
    defer_processing(session, row, at=clock.now() + after)


def replay(session: Session, actor: Actor, ledger_id: int) -> Arrival:
    """Puts an arrival in quarantine (or ignored) back at the beginning of its way.

    Raises NotFound, and Conflict when it had its effect already or is under way.
    """
    return _begin_again(session, actor, _set_aside(session, actor, ledger_id))


def accept_by_hand(session: Session, actor: Actor, ledger_id: int) -> Arrival:
    """Lets an arrival through that was put aside out of doubt; it is processed once more and keeps its trust.

    Raises NotFound, and Conflict when its reason leaves nothing to accept.
    """
    row = _set_aside(session, actor, ledger_id)
    if row.state == "quarantined" and row.reason not in DOUBTS:
        raise Conflict(f"La entrada {ledger_id} no se puede aceptar: {REASONS[row.reason or ''].next_step}")
    row.accepted_by_hand = True
    return _begin_again(session, actor, row)


def _set_aside(session: Session, actor: Actor, ledger_id: int) -> Arrival:
    """The arrival, locked, when it waits in quarantine or was ignored. Raises NotFound and Conflict."""
    query = select(Arrival).where(Arrival.id == ledger_id).with_for_update()
    if actor.institution_id is not None:
        query = query.where(Arrival.institution_id == actor.institution_id)
    row = session.scalar(query)
    if row is None:
        raise NotFound(f"No hay una entrada {ledger_id} en el libro de entrada.")
    if row.state not in ("quarantined", "ignored"):
        raise Conflict(f"La entrada {ledger_id} no está en cuarentena ({row.state}): no hay nada que repetir.")
    if row.reason == "too_large":
        raise Conflict(f"La entrada {ledger_id} quedó en el servidor de correo por su tamaño: léala allí.")
    return row


def _begin_again(session: Session, actor: Actor, row: Arrival) -> Arrival:
    if row.institution_id is not None:
        data = {"ledger_id": row.id, "was": row.state, "reason": row.reason}
        history.record(session, actor, None, REPLAYED, data, institution_id=row.institution_id)
    row.state, row.settled_at, row.attempts = "pending", None, 0
    row.reason = row.sentence = row.trust = row.action = None
    session.flush()
    defer_processing(session, row)
    return row


def rescue(session: Session, older_than: timedelta, limit: int = 500) -> int:
    """Defers the reading of arrivals that wait although no job stands for them. Gives how many."""
    orphans = session.scalars(
        select(Arrival)
        .where(Arrival.state == "pending", Arrival.accepted_at < clock.now() - older_than)
        .where(
            ~select(text("1"))
            .select_from(text("procrastinate_jobs"))
            .where(
                text("procrastinate_jobs.status IN ('todo', 'doing')"),
                text("procrastinate_jobs.queueing_lock = 'ledger:' || ledger.id"),
            )
            .correlate(Arrival)
            .exists()
        )
        .order_by(Arrival.id)
        .limit(limit)
    ).all()
    for row in orphans:
        defer_processing(session, row)
    return len(orphans)
