"""The rows of a ticket that is being opened: numbered beforehand, known without asking, written together at the end.

Rows that refer to each other would otherwise be written one by one, each for its number, and read again by the next
function: most of what opening a ticket cost. Every other unit of work reads and writes as usual, by the same calls.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from helpdesk.db import Base

Row = TypeVar("Row", bound=Base)
Amounts = Mapping[type[Base], int]
KEPT = "rows_of_new_tickets"
NEXT = "ARRAY(SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, {count}))"
PARENTS = {"tickets": "ticket_id", "messages": "message_id"}


class Kept:
    """The numbers that are left for the rows of each table, and the rows added under each parent."""

    def __init__(self, numbers: dict[str, list[int]]) -> None:
        self.numbers = numbers
        self.under: dict[tuple[str, int], dict[str, list[Any]]] = {}


@contextmanager
def written_together(session: Session, amounts: Amounts) -> Iterator[None]:
    """A block that opens a ticket. Numbers for so many rows of each table are taken in one statement; what is left
    over is a gap in numbers that nobody shows, rows beyond them are numbered when they are written."""
    session.info[KEPT] = Kept(_reserved(session, amounts))
    try:
        with session.no_autoflush:
            yield
        session.flush()
    finally:
        del session.info[KEPT]


def add(session: Session, row: Row) -> Row:
    """Add a row whose number is needed at once: it is written now only where no number was reserved for it."""
    session.add(row)
    if row.id is None:  # type: ignore[attr-defined]  # only rows that have one are added so
        session.flush()
    return row


def is_new(session: Session, parent: Base) -> bool:
    """Whether this unit of work opens the ticket (or brought the message), so that nobody else has added to it."""
    kept: Kept | None = session.info.get(KEPT)
    return kept is not None and _key(parent) in kept.under


def of(session: Session, model: type[Row], parent: Base) -> list[Row]:
    """The rows of a ticket, or the files of a message, the oldest first."""
    kept: Kept | None = session.info.get(KEPT)
    if kept is not None and (known := kept.under.get(_key(parent))) is not None:
        return list(known.get(model.__tablename__, ()))
    table, number = _key(parent)
    column = getattr(model, PARENTS[table])
    return list(session.scalars(select(model).where(column == number).order_by(model.id)))  # type: ignore[attr-defined]  # as above


def _key(row: Base) -> tuple[str, int]:
    return row.__tablename__, row.id  # type: ignore[attr-defined]  # as above


def _reserved(session: Session, amounts: Amounts) -> dict[str, list[int]]:
    arrays = [NEXT.format(table=model.__tablename__, count=count) for model, count in amounts.items()]
    taken = session.execute(text(f"SELECT {', '.join(arrays)}")).one()  # names of our own tables
    return {model.__tablename__: list(numbers) for model, numbers in zip(amounts, taken, strict=True)}


@event.listens_for(Session, "transient_to_pending")
def _note(session: Session, row: Any) -> None:
    """Gives a row that is added its number, and notes under which ticket or message it stands."""
    kept: Kept | None = session.info.get(KEPT)
    if kept is None or not isinstance(row, Base):
        return
    name = row.__tablename__
    if kept.numbers.get(name) and getattr(row, "id", 0) is None:
        row.id = kept.numbers[name].pop(0)  # type: ignore[attr-defined]  # as above
        if name in PARENTS:
            kept.under[name, row.id] = {}  # type: ignore[attr-defined]  # as above
    for table, column in PARENTS.items():
        known = kept.under.get((table, getattr(row, column, None) or 0))
        if known is not None:
            known.setdefault(name, []).append(row)
