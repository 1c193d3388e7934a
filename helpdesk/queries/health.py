"""Whether the path of mail is sound: the ledger equation, the lag of each mailbox, letters by state."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.models.institutions import Institution, Mailbox, VanishedMessage
from helpdesk.models.ledger import Arrival, RawMessage
from helpdesk.models.outbox import Letter

TOO_LONG = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Equation:
    """`accepted = processed + duplicate + ignored + quarantined + pending`, from one reading of the table.

    `without_content` counts arrivals whose bytes are neither kept nor held by the arrival they are a copy of: it
    must be 0. `oldest_pending` is an age.
    """

    accepted: int
    processed: int
    duplicate: int
    ignored: dict[str, int]
    quarantined: dict[str, int]
    pending: int
    oldest_pending: timedelta | None
    without_content: int

    @property
    def holds(self) -> bool:
        """Every arrival is in exactly one of the five places and none lost its bytes."""
        parts = self.processed + self.duplicate + sum(self.ignored.values()) + sum(self.quarantined.values())
        return self.accepted == parts + self.pending and self.without_content == 0

    @property
    def stuck(self) -> bool:
        """Something has been pending for more than five minutes."""
        return self.oldest_pending is not None and self.oldest_pending > TOO_LONG


def equation(session: Session, now: datetime, institution_id: int | None = None) -> Equation:
    """The ledger equation of an institution, or of all."""
    mine = () if institution_id is None else (Arrival.institution_id == institution_id,)
    held = select(RawMessage.ledger_id).where(RawMessage.ledger_id == Arrival.id).exists()
    lost = ~held & (Arrival.duplicate_of_id.is_(None) | (Arrival.state != "duplicate"))
    rows = session.execute(
        select(
            Arrival.state,
            Arrival.reason,
            func.count(),
            func.min(Arrival.accepted_at),
            func.count().filter(lost),
            func.sum(func.count()).over(),
        )
        .where(*mine)
        .group_by(Arrival.state, Arrival.reason)
    ).all()
    totals: Counter[str] = Counter()
    reasons: dict[str, dict[str, int]] = {"ignored": {}, "quarantined": {}}
    oldest: datetime | None = None
    for state, reason, count, first, _, _ in rows:
        if state in reasons:
            reasons[state][reason or ""] = count
        else:
            totals[state] += count
        if state == "pending":
            oldest = first if oldest is None else min(oldest, first)
    return Equation(
        accepted=int(rows[0][5]) if rows else 0,
        processed=totals["processed"],
        duplicate=totals["duplicate"],
        ignored=reasons["ignored"],
        quarantined=reasons["quarantined"],
        pending=totals["pending"],
        oldest_pending=None if oldest is None else now - oldest,
        without_content=sum(row[4] for row in rows),
    )


@dataclass(frozen=True, slots=True)
class MailboxHealth:
    """One mailbox: last contact with its server, messages waiting there, and what is wrong (a sentence).

    `pending` were accepted and not yet processed, the oldest at `oldest_pending_at`. `last_remark` keeps nothing from
    being read. `vanished` were removed from the server before they could be fetched.
    """

    institution: str
    key: str
    name: str
    address: str
    connected: bool
    last_contact_at: datetime | None
    backlog: int
    pending: int
    oldest_pending_at: datetime | None
    last_arrival_at: datetime | None
    last_error: str | None
    last_remark: str | None
    vanished: int


def mailboxes(session: Session, institution_id: int | None = None) -> tuple[MailboxHealth, ...]:
    """How each active mailbox fares, of an institution or of all; what it costs does not grow with the ledger."""
    pending = (
        select(Arrival.mailbox_id, func.count().label("count"), func.min(Arrival.accepted_at).label("oldest"))
        .where(Arrival.state == "pending")
        .group_by(Arrival.mailbox_id)
        .subquery()
    )
    last = (
        select(Arrival.accepted_at)
        .where(Arrival.mailbox_id == Mailbox.id)
        .order_by(Arrival.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    gone = select(func.count()).where(VanishedMessage.mailbox_id == Mailbox.id).scalar_subquery()
    query = (
        select(Mailbox, Institution.key, func.coalesce(pending.c.count, 0), pending.c.oldest, last, gone)
        .join(Institution, Institution.id == Mailbox.institution_id)
        .outerjoin(pending, pending.c.mailbox_id == Mailbox.id)
        .where(Mailbox.active)
        .order_by(Mailbox.address)
    )
    if institution_id is not None:
        query = query.where(Mailbox.institution_id == institution_id)
    return tuple(
        MailboxHealth(
            institution=institution,
            key=box.key,
            name=box.name,
            address=box.address,
            connected=box.imap_url is not None,
            last_contact_at=box.last_contact_at,
            backlog=box.backlog,
            pending=waiting,
            oldest_pending_at=oldest,
            last_arrival_at=arrived,
            last_error=box.last_error,
            last_remark=box.last_remark,
            vanished=vanished,
        )
        for box, institution, waiting, oldest, arrived, vanished in session.execute(query)
    )


def outbox(session: Session, institution_id: int | None = None) -> dict[str, int]:
    """Letters by state."""
    query = select(Letter.state, func.count()).group_by(Letter.state)
    if institution_id is not None:
        query = query.where(Letter.institution_id == institution_id)
    return {str(state): int(count) for state, count in session.execute(query)}
