"""Notes what every unit of work changes in the rows of a ticket, for the history to tell (R-177, R-190).

Nothing is read for that: what is about to be written is in the session. It goes into the ticket's last event that is
not written yet; what there is no such event for waits for the next one, which `history` makes at the end at the latest.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Result, event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from helpdesk import batch
from helpdesk.db import Base
from helpdesk.domain import standing
from helpdesk.domain.chain import event_hash
from helpdesk.domain.standing import Columns, Rows, kept
from helpdesk.models.audit import Event
from helpdesk.models.tickets import Ticket
from helpdesk.queries.standing import COLUMNS, columns

WAITING = "rows_to_be_told"
BEFORE = "rows_to_be_told_before_savepoints"
Change = tuple[int, str, str, Columns | None]
"""Ticket, table, the row's id, and its columns."""


def waiting(session: Session) -> dict[int, Rows]:
    """What was written and no event tells yet, by ticket."""
    found: dict[int, Rows] = session.info.setdefault(WAITING, {})
    return found


def take(session: Session, ticket_id: int) -> Rows:
    """What waits to be told of a ticket; whoever takes it tells it."""
    return waiting(session).pop(ticket_id, {})


@event.listens_for(Session, "before_flush")
def _before(session: Session, context: UOWTransaction, instances: object) -> None:
    changes = [*_new(session), *_changed(session), *_gone(session)]
    _note(session, changes)
    if WAITING not in session.info or not session.info[WAITING]:
        return
    unwritten = {row.ticket_id: row for row in session.new if isinstance(row, Event) and row.ticket_id is not None}
    for ticket_id in [number for number in waiting(session) if number in unwritten]:
        _tell(session, unwritten[ticket_id], take(session, ticket_id))


@event.listens_for(Session, "after_flush")
def _after(session: Session, context: UOWTransaction) -> None:
    """Rows that got their number only now."""
    numbers: set[int] = session.info.pop("rows_without_number", set())
    rows = (row for row in session.new if id(row) in numbers)
    _note(session, [change for row in rows for change in _whole(row)])


@event.listens_for(Session, "do_orm_execute")
def _at_once(state: ORMExecuteState) -> Result[Any] | None:
    """A statement that changes many rows passes by the session: what it changes is read before and after.

    Raises RuntimeError for one that adds rows: nothing would say which.
    """
    mapper = state.bind_mapper if state.is_delete or state.is_update or state.is_insert else None
    if mapper is None or mapper.class_ not in COLUMNS:
        return None
    if state.is_insert:
        raise RuntimeError(f"rows of {mapper.class_.__tablename__} are added by the session: the history tells them")
    session, table = state.session, mapper.class_.__table__
    names = COLUMNS[mapper.class_]
    owner = table.c.id if mapper.class_ is Ticket else table.c.ticket_id
    query = select(table.c.id, owner)
    condition = state.statement.whereclause  # type: ignore[attr-defined]  # an update or delete has it
    found = session.execute(query if condition is None else query.where(condition)).all()
    done = state.invoke_statement()
    if state.is_delete:
        _note(session, [(ticket_id, mapper.class_.__tablename__, str(number), None) for number, ticket_id in found])
        return done
    written = select(table.c.id, owner, *(table.c[name] for name in names))
    for number, ticket_id, *values in session.execute(written.where(table.c.id.in_([row[0] for row in found]))):
        told = {name: kept(value) for name, value in zip(names, values, strict=True)}
        _note(session, [(ticket_id, mapper.class_.__tablename__, str(number), told)])
    return done


@event.listens_for(Session, "after_transaction_create")
def _keep(session: Session, begun: SessionTransaction) -> None:
    """A savepoint begins, behind all that was changed before it: what waits now is what will have waited if it is
    rolled back."""
    if begun.nested:
        kept_for = session.info.setdefault(BEFORE, WeakKeyDictionary())
        kept_for[begun] = deepcopy(waiting(session))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """What was written in a savepoint, or in the whole unit of work, is not. A flush that fails is neither: whatever
    holds it must be rolled back before the session goes on."""
    if ended.nested:
        session.info[WAITING] = session.info[BEFORE].pop(ended)
    elif ended.parent is None:
        session.info.pop(WAITING, None)


def _new(session: Session) -> Iterator[Change]:
    without = set()
    for row in session.new:
        if type(row) in COLUMNS:
            if row.id is None:
                without.add(id(row))
            else:
                yield from _whole(row)
    if without:
        session.info["rows_without_number"] = without


def _whole(row: Any) -> Iterator[Change]:
    values = inspect(row).dict
    yield _owner(row), row.__tablename__, str(row.id), columns(COLUMNS[type(row)], values.get)


def _changed(session: Session) -> Iterator[Change]:
    for row in session.dirty:
        names = COLUMNS.get(type(row))
        if names is None:
            continue
        state = inspect(row)
        before, now = state.committed_state, state.dict
        if not isinstance(row, Ticket) and before.get("ticket_id", row.ticket_id) != row.ticket_id:
            yield before["ticket_id"], row.__tablename__, str(row.id), None
            yield from _whole(row)
            continue
        changed = {name: kept(now[name]) for name in names if name in before and before[name] != now[name]}
        if changed:
            yield _owner(row), row.__tablename__, str(row.id), changed


def _gone(session: Session) -> Iterator[Change]:
    for row in session.deleted:
        if type(row) in COLUMNS:
            yield _owner(row), row.__tablename__, str(row.id), None


def _owner(row: Base) -> int:
    number: int = row.id if isinstance(row, Ticket) else row.ticket_id  # type: ignore[attr-defined]  # the others have one
    return number


def _note(session: Session, changes: list[Change]) -> None:
    for ticket_id, table, number, values in changes:
        standing.add(waiting(session).setdefault(ticket_id, {}), {table: {number: values}})


def _tell(session: Session, unwritten: Event, rows: Rows) -> None:
    """Put rows into the last event of a ticket, which has no other behind it, before it is written."""
    told: Rows = {}
    standing.add(told, unwritten.rows)
    standing.add(told, rows)
    unwritten.rows = told
    ticket = batch.one(session, Ticket, unwritten.ticket_id or 0)
    unwritten.hash = event_hash(
        *(unwritten.previous_hash, unwritten.at, unwritten.actor, unwritten.actor_id, unwritten.kind, unwritten.data),
        told,
    )
    ticket.last_hash = unwritten.hash
