"""Trainings and technical assistance as events, and who came to them (R-111, R-128)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, reference

EVENT_KINDS = ("training", "technical_assistance", "staff_training")
EVENT_STATES = ("planned", "agreed", "held", "cancelled")


class TrainingEvent(Base):
    """A training or technical assistance on a day, coordinated with an organ.

    `ticket_id` is the request it came of, if any. `specialist_id` gives it. `agreed_by` is who of the organ agreed, as
    written down, `agreed_by_id` the same person where that person agreed in the desk. `staff_training` are trainings
    of the institution's own specialists. `touched` grows with every change, as a ticket's.
    """

    __tablename__ = "training_events"
    __table_args__ = (
        CheckConstraint(f"kind IN {EVENT_KINDS!r}", name="kind"),
        CheckConstraint(f"state IN {EVENT_STATES!r}", name="state"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("kind = 'staff_training' OR centre IS NOT NULL", name="has_centre"),
        CheckConstraint(
            "state NOT IN ('agreed', 'held') OR (agreed_on IS NOT NULL AND agreed_by IS NOT NULL)", name="agreed"
        ),
        CheckConstraint("(state = 'held') = (held_at IS NOT NULL)", name="held"),
        CheckConstraint("(state = 'cancelled') = (cancelled_reason IS NOT NULL)", name="cancelled"),
        Index("ix_training_events_starts", "institution_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    ticket_id: Mapped[int | None] = mapped_column(reference("tickets.id"), index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    system: Mapped[str | None]
    organ: Mapped[str]
    centre: Mapped[str | None]
    specialist_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    place: Mapped[str] = mapped_column(default="", server_default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="planned", server_default="planned")
    agreed_by: Mapped[str | None]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    agreed_on: Mapped[date | None]
    cancelled_reason: Mapped[str | None]
    held_at: Mapped[datetime | None]
    plan_goal_id: Mapped[int | None] = mapped_column(ForeignKey("plan_goals.id"), index=True)
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    planned_at: Mapped[datetime]
    touched: Mapped[int] = mapped_column(default=0, server_default="0")


class Attendance(Base):
    """Somebody on the list of an event. `attended` None: not known yet. `person_id` is a specialist of ours (R-128).

    `sameness` keeps the same person off the list twice (`helpdesk.domain.events.Listed`).
    """

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("event_id", "sameness"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"), index=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("training_events.id"))
    name: Mapped[str]
    identity: Mapped[str | None]
    entity: Mapped[str] = mapped_column(default="", server_default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    sameness: Mapped[str]
    attended: Mapped[bool | None]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    noted_at: Mapped[datetime]
