"""Directives and notices that organs publish, and who acknowledged them (R-127)."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base

NOTICE_KINDS = ("directive", "notice")


class Notice(Base):
    """What an organ tells the holders of the functions in `audience` (keys of roles). Nothing of it changes once it is
    published; it can be withdrawn. The file, where there is one, lies in the content store under `sha256`."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(f"kind IN {NOTICE_KINDS!r}", name="kind"),
        CheckConstraint("(sha256 IS NULL) = (filename IS NULL)", name="file_has_name"),
        Index("ix_notices_institution", "institution_id", "published_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    kind: Mapped[str]
    organ: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    filename: Mapped[str | None]
    content_type: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    audience: Mapped[list[Any]] = mapped_column(default=list)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    published_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]


class NoticeReading(Base):
    """That a person acknowledged having read a notice, once."""

    __tablename__ = "notice_readings"
    __table_args__ = (UniqueConstraint("notice_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    acknowledged_at: Mapped[datetime]
