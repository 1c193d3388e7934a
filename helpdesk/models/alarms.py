"""What is to happen to a ticket at an hour, if nothing changes until then."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, reference

ALARM_KINDS = ("warning", "escalation", "reminder", "expiry", "scheduled")


class Alarm(Base):
    """One thing that the clock does to a ticket, or to one of its steps, at `at`. Set anew whenever the facts change
    it; `rung_at` once it happened.

    `warning`: the team is told that the term runs out (R-052); `escalation`: its supervisor is; `reminder`: an approver
    is asked again (R-178); `expiry`: the time to correct a returned request has run out (R-172); `scheduled`: a step's
    date has come (R-040).
    """

    __tablename__ = "alarms"
    __table_args__ = (
        CheckConstraint(f"kind IN {ALARM_KINDS!r}", name="kind"),
        UniqueConstraint("ticket_id", "kind", "step_id", postgresql_nulls_not_distinct=True),
        Index("ix_alarms_due", "at", postgresql_where=text("rung_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(reference("tickets.id"))
    step_id: Mapped[int | None] = mapped_column(reference("steps.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    rung_at: Mapped[datetime | None]
