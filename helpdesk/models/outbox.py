"""Letters that leave, one row per recipient, and the reply tokens they carry."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, reference

LETTER_STATES = ("queued", "sending", "dot_sent", "accepted", "deferred", "failed", "in_doubt", "kept")


class Letter(Base):
    """A letter to one recipient, written in the transaction that caused it.

    queued → sending → dot_sent → accepted | deferred(next_try_at) | failed(last_error) | in_doubt. `kept` is a letter
    of a demo without SMTP, readable at /demo/correo. `resends` counts copies sent in doubt (at most one, with the
    same Message-ID), `tried_since` is the first of the tries that count for giving up. `letter` names the text
    (acuse, incompleto, aprobacion, decision, respuesta, cierre …).
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(f"state IN {LETTER_STATES!r}", name="state"),
        CheckConstraint("state <> 'failed' OR last_error IS NOT NULL", name="failed_has_error"),
        Index("ix_outbox_state", "state", "next_try_at"),
        # What an address was sent by machine lately is counted before it is sent more.
        Index("ix_outbox_automatic", "recipient", "created_at", postgresql_where=text("automatic")),
        Index(
            "ix_outbox_undelivered",
            "ticket_id",
            postgresql_where=text("state IN ('failed', 'in_doubt') OR delivery_failed IS NOT NULL"),
        ),
        Index("uq_outbox_message_id", "rfc_message_id", unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(reference("tickets.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(reference("messages.id"), index=True)
    step_id: Mapped[int | None] = mapped_column(reference("steps.id"))
    letter: Mapped[str]
    rfc_message_id: Mapped[str]
    recipient_name: Mapped[str]
    recipient: Mapped[str]
    sender_name: Mapped[str]
    sender: Mapped[str]
    envelope_from: Mapped[str]
    reply_to: Mapped[str | None]
    in_reply_to: Mapped[str | None]
    references: Mapped[list[Any]] = mapped_column(default=list)
    automatic: Mapped[bool]
    loop_mark: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str | None]
    files: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(default="queued", server_default="queued")
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    resends: Mapped[int] = mapped_column(default=0, server_default="0")
    next_try_at: Mapped[datetime | None]
    tried_since: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    delivery_failed: Mapped[str | None]


class ReplyToken(Base):
    """What a reply address (`mailbox+<token>@`) stands for: one person, one purpose, until a date.

    `purpose`: conversation (a reply joins the ticket), approval (decides the step) or approval_page (a link). For an
    approval `request_hash` must equal the step's. The token itself is a MAC over the row's id, it is not stored.
    """

    __tablename__ = "reply_tokens"
    __table_args__ = (
        CheckConstraint("purpose IN ('conversation', 'approval', 'approval_page')", name="purpose"),
        Index("ix_reply_tokens_step", "step_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    purpose: Mapped[str]
    ticket_id: Mapped[int] = mapped_column(reference("tickets.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    step_id: Mapped[int | None] = mapped_column(reference("steps.id"))
    request_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
