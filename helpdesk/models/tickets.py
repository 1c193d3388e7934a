"""Tickets and the intervals in which their clock stands still."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, reference

STATUSES = (
    "new",
    "open",
    "waiting_requester",
    "waiting_approval",
    "resolved",
    "closed",
    "rejected",
    "not_filed",
)
ENDED = ("closed", "rejected", "not_filed")
TICKET_KINDS = ("request", "consultation")
LINK_KINDS = ("related", "consultation", "split", "merged", "follow_up")


class Ticket(Base):
    """One request followed from intake to closing.

    `status` is derived from the active step (`helpdesk.domain.lifecycle`). `team_scope` is the region or centre of a
    team with one instance each. The legal instants: `received_at` arrival, `filed_at` legal filing, `started_at`
    start of the term (None while incomplete), `due_at` the present due date. `touched` grows with every change: a
    form that carries an older number is told that the ticket changed meanwhile. `last_hash` ends the history's chain.

    `kind` consultation is a «consulta derivada» to an organ (R-109): it has no request type, its requester is the
    member of the staff who asks, and the ticket it was asked for is `parent_id`. A ticket that was joined to another
    on the same matter (R-187) is closed and names it in `merged_into_id`; nothing of it moves, so that the merge can
    be undone. `plan_goal_id` is the goal of an organ's operative plan that it is reported by (R-105).
    """

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("institution_id", "number"),
        CheckConstraint(f"status IN {STATUSES!r}", name="status"),
        CheckConstraint(f"(closed_at IS NULL) = (status NOT IN {ENDED!r})", name="ended_has_closed_at"),
        CheckConstraint(f"kind IN {TICKET_KINDS!r}", name="kind"),
        CheckConstraint("(kind = 'consultation') = (parent_id IS NOT NULL)", name="consultation_has_parent"),
        CheckConstraint("merged_into_id <> id", name="merged_elsewhere"),
        Index("ix_tickets_queue", "institution_id", "status", "due_at", "id"),
        Index("ix_tickets_team", "institution_id", "team", "team_scope", "status"),
        Index("ix_tickets_assignee", "assignee_id", postgresql_where=text("assignee_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    number: Mapped[int]
    catalogue_version_id: Mapped[int] = mapped_column(ForeignKey("catalogue_versions.id"))
    kind: Mapped[str] = mapped_column(default="request", server_default="request")
    parent_id: Mapped[int | None] = mapped_column(reference("tickets.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(reference("tickets.id"), index=True)
    request_type: Mapped[str | None]
    candidates: Mapped[list[Any]] = mapped_column(default=list)
    classification_reason: Mapped[str] = mapped_column(default="")
    status: Mapped[str]
    channel: Mapped[str]
    subject: Mapped[str]
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id"))
    requester_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    requester_role: Mapped[str | None]
    originator_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    forwarded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    entity: Mapped[str] = mapped_column(default="", server_default="")
    region: Mapped[str | None]
    programme: Mapped[str | None]
    centre: Mapped[str | None]
    organ: Mapped[str | None]
    team: Mapped[str]
    team_scope: Mapped[str | None]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    plan_goal_id: Mapped[int | None] = mapped_column(ForeignKey("plan_goals.id"), index=True)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    missing_documents: Mapped[list[Any]] = mapped_column(default=list)
    missing_fields: Mapped[list[Any]] = mapped_column(default=list)
    invalid_fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    blocked_by: Mapped[str | None]
    rounds: Mapped[int] = mapped_column(default=0, server_default="0")
    reopened: Mapped[bool] = mapped_column(default=False, server_default="false")
    received_at: Mapped[datetime]
    filed_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    first_answer_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    touched: Mapped[int] = mapped_column(default=0, server_default="0")
    last_hash: Mapped[str | None]


class TicketParticipant(Base):
    """A person who takes part in a ticket's conversation besides the requester.

    `kind`: cc (was in copy of a mail) or watcher (a member of the staff who follows the ticket, who does not take part
    in the conversation by that); one person may be both.
    """

    __tablename__ = "ticket_participants"

    ticket_id: Mapped[int] = mapped_column(reference("tickets.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)


class Suspension(Base):
    """An interval in which the ticket's clock stands still (plazo suspendido); open while `until` is None."""

    __tablename__ = "suspensions"
    __table_args__ = (Index("uq_suspensions_open", "ticket_id", unique=True, postgresql_where=text("until IS NULL")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(reference("tickets.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    reason: Mapped[str]


class Extension(Base):
    """A prolongation of the term (prórroga), R-051: `amount` of `unit` from the date that was due before, with its
    reason. Extensions add up in the order of their ids; `due_before` and `due_after` are what was announced then."""

    __tablename__ = "extensions"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(reference("tickets.id"), index=True)
    amount: Mapped[int]
    unit: Mapped[str]
    reason: Mapped[str]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    granted_at: Mapped[datetime]
    due_before: Mapped[datetime | None]
    due_after: Mapped[datetime | None]


class TicketLink(Base):
    """Two tickets that have to do with each other; a link taken back stays with `undone_at` (R-109, R-159, R-187).

    `ticket_id` is where the link was made: the asker of a consultation, the ticket that was split, the one that was
    merged into `other_id`, the one that a later ticket follows. `data` keeps what undoing needs.
    """

    __tablename__ = "ticket_links"
    __table_args__ = (
        CheckConstraint(f"kind IN {LINK_KINDS!r}", name="kind"),
        CheckConstraint("ticket_id <> other_id", name="two_tickets"),
        Index("ix_ticket_links_other", "other_id"),
        Index(
            "uq_ticket_links_standing",
            "ticket_id",
            "other_id",
            "kind",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(reference("tickets.id"))
    other_id: Mapped[int] = mapped_column(reference("tickets.id"))
    kind: Mapped[str]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    undone_at: Mapped[datetime | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
