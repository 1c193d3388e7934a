"""Tasks that no request began: those of every month, and contents to be made (R-130, R-131)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base

TASK_KINDS = ("periodic", "content")
TASK_STATES = ("open", "done", "cancelled")


class Task(Base):
    """Something to be done by the holders of a function, or by `responsible_id` where one is named.

    `periodic`: what the catalogue's task `key` asks of `role` in `scope` for the month that begins on `period`; it is
    answered by the request `ticket_id` or marked as done by hand. `content`: something to appear in `purpose` (a
    channel of the catalogue). `note` says how it was done, or why it was cancelled. `asked_at`: when whoever answers
    was written to, `reminded_at` when once more.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint(f"kind IN {TASK_KINDS!r}", name="kind"),
        CheckConstraint(f"state IN {TASK_STATES!r}", name="state"),
        CheckConstraint(
            "(kind = 'periodic') = (key IS NOT NULL) AND (kind = 'periodic') = (period IS NOT NULL)",
            name="periodic_has_key_and_period",
        ),
        CheckConstraint("kind <> 'content' OR purpose IS NOT NULL", name="content_has_purpose"),
        CheckConstraint("(state = 'open') = (done_at IS NULL)", name="ended_has_done_at"),
        CheckConstraint("date_trunc('month', period)::date = period", name="period_begins_a_month"),
        Index(
            "uq_tasks_periodic",
            "institution_id",
            "key",
            "period",
            "role",
            "scope",
            unique=True,
            postgresql_where=text("kind = 'periodic'"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_tasks_of_institution", "institution_id", "kind", "state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    kind: Mapped[str]
    key: Mapped[str | None]
    title: Mapped[str]
    purpose: Mapped[str | None]
    period: Mapped[date | None]
    role: Mapped[str]
    scope: Mapped[str | None]
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    note: Mapped[str] = mapped_column(default="", server_default="")
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
