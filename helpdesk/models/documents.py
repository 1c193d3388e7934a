"""Which file serves as which required document of a ticket."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class Document(Base):
    """A file stands for a required document. The machine proposes, an agent confirms or rejects (R-163)."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("ticket_id", "key", "attachment_id"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'rejected')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    key: Mapped[str]
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"))
    state: Mapped[str] = mapped_column(default="proposed", server_default="proposed")
    reason: Mapped[str | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
