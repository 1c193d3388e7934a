"""The conversation of a ticket: mails, notes and their files."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, reference


class Message(Base):
    """One mail or note in a ticket.

    `direction`: inbound, outbound, internal_note. `kind`: letter, auto_reply, bounce, receipt, note, or the letter's
    name for what we wrote. `came_for_id` is the ticket that it answered when that one
    was merged into this. `standing`: joined (part of the conversation), to_confirm (waits in the tray «por
    confirmar», R-166), set_aside. `letter_key` names our letter for the step it asks. `reply_to` is shown and never
    used: identity is From alone.
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("direction IN ('inbound', 'outbound', 'internal_note')", name="direction"),
        CheckConstraint("standing IN ('joined', 'to_confirm', 'set_aside')", name="standing"),
        Index("ix_messages_ticket", "ticket_id", "id"),
        Index("ix_messages_message_id", "message_id"),
        Index("ix_messages_search", "search", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(reference("tickets.id"))
    direction: Mapped[str]
    kind: Mapped[str]
    standing: Mapped[str] = mapped_column(default="joined", server_default="joined")
    standing_reason: Mapped[str] = mapped_column(default="", server_default="")
    message_id: Mapped[str | None]
    in_reply_to: Mapped[str | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    from_name: Mapped[str] = mapped_column(default="", server_default="")
    from_address: Mapped[str] = mapped_column(default="", server_default="")
    reply_to: Mapped[str | None]
    to: Mapped[list[Any]] = mapped_column(default=list)
    cc: Mapped[list[Any]] = mapped_column(default=list)
    subject: Mapped[str] = mapped_column(default="", server_default="")
    text: Mapped[str] = mapped_column(default="", server_default="")
    new_text: Mapped[str] = mapped_column(default="", server_default="")
    html: Mapped[str | None]
    trust: Mapped[str | None]
    at: Mapped[datetime]
    ledger_id: Mapped[int | None] = mapped_column(ForeignKey("ledger.id"), index=True)
    came_for_id: Mapped[int | None] = mapped_column(reference("tickets.id"), index=True)
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('spanish', helpdesk_fold(left(subject || ' ' || text, 200000)))", persisted=True),
    )


class Attachment(Base):
    """A file of a message; its bytes lie in the content store under `sha256`.

    `words` is the beginning of its text, read locally out of a PDF or DOCX; empty for a scan and everything else.
    `held` is the danger for which it was set apart (a key of `heldfiles.WHAT`), "" for a file that is not or was let
    through (R-170).
    """

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[int] = mapped_column(reference("messages.id"), index=True)
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    inline: Mapped[bool]
    content_id: Mapped[str | None]
    words: Mapped[str] = mapped_column(default="", server_default="", deferred=True)
    held: Mapped[str] = mapped_column(default="", server_default="")
