"""Days added to or taken from an institution's business calendars by hand (R-182)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base


class CalendarDay(Base):
    """A day on which an office is closed, or open, whatever the holidays say; with its name and the source of it.

    `region` None: everywhere. `hours` of an opened day: pairs of minutes since midnight, [] = those of its weekday. A
    day taken back stays with `withdrawn_at`.
    """

    __tablename__ = "calendar_days"
    __table_args__ = (
        CheckConstraint("kind IN ('closed', 'open')", name="kind"),
        Index(
            "uq_calendar_days_standing",
            "institution_id",
            "calendar",
            "region",
            "day",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    calendar: Mapped[str]
    region: Mapped[str | None]
    day: Mapped[date]
    kind: Mapped[str]
    name: Mapped[str]
    source: Mapped[str]
    hours: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[datetime | None]
