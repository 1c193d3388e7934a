"""Which rows and columns of a ticket are evidence, and how they stand now."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.db import Base
from helpdesk.domain.standing import Columns, Rows, kept
from helpdesk.models.documents import Document, Original
from helpdesk.models.messages import Message
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Extension, Suspension, Ticket, TicketLink

MESSAGES = Message.__tablename__


def _without(model: type[Base], *names: str) -> tuple[str, ...]:
    return tuple(each.key for each in model.__table__.columns if each.key not in ("id", "ticket_id", *names))


# What a ticket's lock and its chain are kept by says nothing of the case. The rest of a message is in its own event.
COLUMNS: dict[type[Base], tuple[str, ...]] = {
    Ticket: _without(Ticket, "updated_at", "touched", "last_hash", "sealed_hash"),
    Step: _without(Step),
    Document: _without(Document),
    Original: _without(Original),
    Suspension: _without(Suspension),
    Extension: _without(Extension),
    TicketLink: _without(TicketLink),
    Message: ("standing", "standing_reason", "author_id", "came_for_id", "ledger_id"),
}


def columns(names: Sequence[str], value: Callable[[str], Any]) -> Columns:
    """The columns of a row as events keep them; those that are empty are left out."""
    return {name: kept(value(name)) for name in names if value(name) is not None}


def of_tickets(session: Session, ticket_ids: Sequence[int]) -> dict[int, Rows]:
    """The rows of tickets as they stand, in as many statements as there are tables."""
    found: dict[int, Rows] = {number: {} for number in ticket_ids}
    for model, names in COLUMNS.items():
        table = model.__table__.c
        owner = table.id if model is Ticket else table.ticket_id
        query = select(table.id, owner.label("owner"), *(table[name].label(f"c_{name}") for name in names))
        for row in session.execute(query.where(owner.in_(ticket_ids))).mappings():
            stands = found[row["owner"]].setdefault(model.__tablename__, {})
            stands[str(row["id"])] = columns(names, {name: row[f"c_{name}"] for name in names}.get)
    return found
