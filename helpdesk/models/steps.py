"""The steps of a ticket's route, as they are walked."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, reference

STEP_STATES = ("to_come", "active", "returned", "done", "skipped", "rejected", "superseded", "stopped")


class Step(Base):
    """One act of the route. Of a ticket's steps at most one is `active` (a team or person works on it) or `returned`
    (it waits for the requester); the row with the highest `round` is the step's present one.

    For an approval `approver_id` is whose answer is awaited (the holder or the substitute, then `on_behalf_of_id` is
    the holder); `request_hash` binds the question to what was asked: another hash means the request changed since.
    A decision that was taken about an earlier request stays and has `superseded_at`; its step begins a new round.

    `due_at` is the step's own limit: of an approval or a work with a target, or, while `returned`, of the time that the
    requester has to correct (R-172). A scheduled step begins at it (R-040). `counted` keeps how the time to correct was
    counted: the date was announced, and no calendar edited later moves it.
    """

    __tablename__ = "steps"
    __table_args__ = (
        CheckConstraint(f"state IN {STEP_STATES!r}", name="state"),
        CheckConstraint("state NOT IN ('done', 'rejected') OR decided_at IS NOT NULL", name="decided_has_time"),
        Index("ix_steps_ticket", "ticket_id", "position"),
        Index("ix_steps_approver", "approver_id", "state"),
        Index("uq_steps_active", "ticket_id", unique=True, postgresql_where=text("state IN ('active', 'returned')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(reference("tickets.id"))
    position: Mapped[int]
    key: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    state: Mapped[str]
    round: Mapped[int] = mapped_column(default=0, server_default="0")
    team: Mapped[str | None]
    role: Mapped[str | None]
    scope: Mapped[str | None]
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    request_hash: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    via: Mapped[str | None]
    reason: Mapped[str | None]
    message_id: Mapped[int | None] = mapped_column(reference("messages.id"))
    due_at: Mapped[datetime | None]
    counted: Mapped[list[Any] | None]
    superseded_at: Mapped[datetime | None]
