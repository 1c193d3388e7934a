"""The append-only, hash-chained history."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.db import Base, reference


class Event(Base):
    """One change, with author and time (R-190). A trigger refuses UPDATE, DELETE and TRUNCATE.

    Each ticket has its own chain, begun with `previous_hash` None; `Ticket.last_hash` names its end, so that a cut
    tail shows. Events without a ticket form the institution's chain. `rows` are the columns of the ticket's rows that
    changed with it (`helpdesk.domain.standing`): all events together tell how they stand.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_ticket", "ticket_id", "id"),
        Index("ix_events_institution", "institution_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institutions.id"))
    ticket_id: Mapped[int | None] = mapped_column(reference("tickets.id"))
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    rows: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    previous_hash: Mapped[str | None]
    hash: Mapped[str]
