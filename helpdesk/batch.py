"""The rows of a ticket that is being opened: numbered beforehand, known without asking, written together at the end.

Rows that refer to each other would otherwise be written one by one, each for its number, and read again by the next
function: most of what opening a ticket cost. Every other unit of work reads and writes as usual, by the same calls;
and so does this one wherever a query is sent: what was added is written before it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import event, inspect, select, text
from sqlalchemy.orm import Session

from helpdesk.db import Base

Row = TypeVar("Row", bound=Base)
Read = TypeVar("Read")
Amounts = Mapping[type[Base], int]
KEPT = "rows_of_a_new_ticket"
NEXT = "ARRAY(SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, {count}))"


class Kept:
    """The numbers that are left for the rows of each table and the ticket's own, the place of the newest row among
    those that wait, the rows added so far, and what was read meanwhile."""

    def __init__(self, numbers: dict[str, list[int]], shown: int, place: int) -> None:
        self.numbers = numbers
        self.place = place
        self.shown: int | None = shown
        self.rows: dict[str, dict[int, Any]] = {}
        self.of_ticket: dict[tuple[str, int], list[Any]] = {}
        self.tickets: set[int] = set()
        self.remembered: dict[object, Any] = {}


@contextmanager
def written_together(session: Session, amounts: Amounts, sequence: str) -> Iterator[None]:
    """A block that opens a ticket. Numbers for so many rows of each table are taken in one statement, with the one
    that people will call the ticket by, of that sequence; what is left over is a gap in numbers that nobody shows,
    rows beyond them are numbered when they are written."""
    session.info[KEPT] = Kept(*_reserved(session, amounts, sequence), place=len(session.new))
    try:
        yield
        session.flush()
    finally:
        del session.info[KEPT]


def shown_number(session: Session) -> int | None:
    """The number that was taken for the ticket that is being opened; None when none was, or it is in use."""
    kept: Kept | None = session.info.get(KEPT)
    if kept is None:
        return None
    taken, kept.shown = kept.shown, None
    return taken


def add(session: Session, row: Row) -> Row:
    """Add a row whose number is needed at once: it is written now only where no number was reserved for it."""
    session.add(row)
    if row.id is None:  # type: ignore[attr-defined]  # only rows that have one are added so
        session.flush()
    return row


def add_all(session: Session, rows: Iterable[Base]) -> None:
    """Add rows whose numbers are needed at once."""
    added = list(rows)
    session.add_all(added)
    if any(row.id is None for row in added):  # type: ignore[attr-defined]  # as above
        session.flush()


def flush(session: Session) -> None:
    """Write what changed, unless a ticket is being opened, whose rows are written together."""
    if KEPT not in session.info:
        session.flush()


def apart(session: Session) -> AbstractContextManager[object]:
    """A block whose queries are about nothing that is being opened: nothing is written before them."""
    return session.no_autoflush if KEPT in session.info else nullcontext()


def drop(session: Session, row: Base, ticket_id: int) -> None:
    """Take back a row of a new ticket."""
    kept: Kept = session.info[KEPT]
    kept.of_ticket[row.__tablename__, ticket_id].remove(row)
    if inspect(row).pending:
        session.expunge(row)
    else:
        session.delete(row)


def is_new(session: Session, ticket_id: int) -> bool:
    """Whether this unit of work opens the ticket, so that it has no other rows than those added here."""
    kept: Kept | None = session.info.get(KEPT)
    return kept is not None and ticket_id in kept.tickets


def added(session: Session, model: type[Row], ticket_id: int) -> list[Row]:
    """The rows of a new ticket, in their order."""
    kept: Kept = session.info[KEPT]
    return list(kept.of_ticket.get((model.__tablename__, ticket_id), ()))


def everything(session: Session, model: type[Row]) -> list[Row]:
    """The numbered rows of a table that were added while a ticket is opened, in their order."""
    kept: Kept = session.info[KEPT]
    return list(kept.rows.get(model.__tablename__, {}).values())


def of(session: Session, model: type[Row], ticket_id: int) -> list[Row]:
    """The rows of a ticket, the oldest first."""
    if is_new(session, ticket_id):
        return added(session, model, ticket_id)
    query = select(model).where(model.ticket_id == ticket_id).order_by(model.id)  # type: ignore[attr-defined]  # as above
    return list(session.scalars(query))


def one(session: Session, model: type[Row], number: int) -> Row:
    """The row with that number, also before it is written. Raises sqlalchemy's NoResultFound."""
    kept: Kept | None = session.info.get(KEPT)
    known = kept.rows.get(model.__tablename__, {}).get(number) if kept is not None else None
    return known if known is not None else session.get_one(model, number)


def remembered(session: Session, key: object, read: Callable[[], Read]) -> Read:
    """What `read` gives, asked once while a ticket is being opened. Nothing (None) is not remembered."""
    kept: Kept | None = session.info.get(KEPT)
    if kept is None:
        return read()
    if kept.remembered.get(key) is None:
        kept.remembered[key] = read()
    found: Read = kept.remembered[key]
    return found


def _reserved(session: Session, amounts: Amounts, sequence: str) -> tuple[dict[str, list[int]], int]:
    arrays = [NEXT.format(table=model.__tablename__, count=count) for model, count in amounts.items()]
    query = text(f"SELECT nextval(:sequence), {', '.join(arrays)}")  # names of our own tables
    shown, *taken = session.execute(query, {"sequence": sequence}).one()
    return {model.__tablename__: list(numbers) for model, numbers in zip(amounts, taken, strict=True)}, shown


@cache
def _defaults(model: type[Base]) -> tuple[tuple[str, Any], ...]:
    """The attributes that get a value of ours when they have none, which else happens when a row is written."""
    columns = ((each.key, each.columns[0]) for each in inspect(model).column_attrs)
    return tuple((key, column.default) for key, column in columns if getattr(column, "default", None) is not None)


@event.listens_for(Session, "transient_to_pending")
def _note(session: Session, row: Any) -> None:
    """Makes a row that is added whole: its number, its defaults, and to which ticket it belongs."""
    kept: Kept | None = session.info.get(KEPT)
    if kept is None or not isinstance(row, Base):
        return
    for key, default in _defaults(type(row)):
        if getattr(row, key) is None:
            setattr(row, key, default.arg(None) if default.is_callable else default.arg)
    # SQLAlchemy counts what is pending, which is less after a row was taken back: two events would have one place.
    kept.place += 1
    inspect(row).insert_order = kept.place
    name = row.__tablename__
    if kept.numbers.get(name) and getattr(row, "id", 0) is None:
        number = kept.numbers[name].pop(0)
        row.id = number  # type: ignore[attr-defined]  # as above
        kept.rows.setdefault(name, {})[number] = row
        if name == "tickets":
            kept.tickets.add(number)
    ticket_id = getattr(row, "ticket_id", None)
    if ticket_id in kept.tickets:
        kept.of_ticket.setdefault((name, ticket_id), []).append(row)
