"""Which file serves as which required document of a ticket, and which originals were seen on paper."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, reference

OBJECTIONS = ("missing", "unreadable", "corrections", "unsigned", "wrong_form", "other")
ORIGINAL_KINDS = ("paper", "electronic_signature")


class Document(Base):
    """A file stands for a required document. The machine proposes, an agent confirms or rejects (R-163).

    A file may stand for several documents and a document need several files: each pair is a row. `objection` is why
    it was rejected (R-029), `reason` that in the agent's words. `certified_role` and `certified_on` mark a copy that
    an officer certified as true (R-120). Not `certain`: the machine proposes it only because nothing else is left that
    the file may be.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("ticket_id", "key", "attachment_id"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'rejected')", name="state"),
        CheckConstraint(f"objection IN {OBJECTIONS!r}", name="objection"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(reference("tickets.id"), index=True)
    key: Mapped[str]
    attachment_id: Mapped[int] = mapped_column(reference("attachments.id"))
    state: Mapped[str] = mapped_column(default="proposed", server_default="proposed")
    certain: Mapped[bool] = mapped_column(default=True, server_default="true")
    objection: Mapped[str | None]
    reason: Mapped[str | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    certified_role: Mapped[str | None]
    certified_on: Mapped[date | None]


class Original(Base):
    """That a clerk saw the original of a required document, whether a file of it came or not (R-016, R-036).

    `kind` electronic_signature stands for a paper that a valid electronic signature replaces (Q-07). `kept`: the paper
    stays in the office.
    """

    __tablename__ = "originals"
    __table_args__ = (
        UniqueConstraint("ticket_id", "key"),
        CheckConstraint(f"kind IN {ORIGINAL_KINDS!r}", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(reference("tickets.id"))
    key: Mapped[str]
    kind: Mapped[str] = mapped_column(default="paper", server_default="paper")
    kept: Mapped[bool] = mapped_column(default=False, server_default="false")
    note: Mapped[str] = mapped_column(default="", server_default="")
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    seen_at: Mapped[datetime]
