"""The ledger of arrivals: what was accepted, and what became of it. No mail is ever lost between two of its states."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, reference

LEDGER_STATES = ("pending", "processed", "duplicate", "ignored", "quarantined")


class Arrival(Base):
    """One accepted arrival (libro de entrada).

    Unique by IMAP coordinates (`folder`, `uidvalidity`, `uid` in a mailbox) or by LMTP transaction and recipient;
    `arrival_key` spells them. `fingerprint` covers From, Date, Message-ID, Subject and canonical body. `reason` is
    the named rule of `ignored` or a word of the closed list for `quarantined`; `sentence` explains it to an operator.
    `sealed`: the institution's history says how it was settled.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint(f"state IN {LEDGER_STATES!r}", name="state"),
        CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled_has_time"),
        CheckConstraint("state NOT IN ('ignored', 'quarantined') OR reason IS NOT NULL", name="reason_given"),
        Index("uq_ledger_arrival_key", "mailbox_id", "arrival_key", unique=True, postgresql_nulls_not_distinct=True),
        Index("ix_ledger_fingerprint", "fingerprint"),
        Index("ix_ledger_message_id", "message_id"),
        Index("ix_ledger_pending", "accepted_at", postgresql_where=text("state = 'pending'")),
        Index(
            "ix_ledger_unsealed",
            "institution_id",
            "id",
            postgresql_where=text("NOT sealed AND settled_at IS NOT NULL"),
        ),
        Index("ix_ledger_state", "state", "id"),
        Index("ix_ledger_mailbox", "mailbox_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institutions.id"), index=True)
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id"))
    source: Mapped[str]
    arrival_key: Mapped[str]
    envelope_from: Mapped[str | None]
    envelope_to: Mapped[str]
    fingerprint: Mapped[str]
    message_id: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    accepted_at: Mapped[datetime]
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")
    reason: Mapped[str | None]
    sentence: Mapped[str | None]
    trust: Mapped[str | None]
    action: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    accepted_by_hand: Mapped[bool] = mapped_column(default=False, server_default="false")
    settled_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(reference("tickets.id"), index=True)
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("ledger.id"))
    from_address: Mapped[str | None]
    subject: Mapped[str | None]
    sealed: Mapped[bool] = mapped_column(default=False, server_default="false")


class RawMessage(Base):
    """The bytes of an arrival as they came, in the transaction that accepted it; never changed."""

    __tablename__ = "raw_messages"

    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledger.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
