"""The database: one engine, one declarative base, and the only place where a transaction is committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, ForeignKey, MetaData, Text, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table. Text has no length, times are aware, structured values are JSONB."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads it from the class
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


def reference(target: str) -> ForeignKey:
    """A reference to a row of a ticket, checked when the transaction ends: the rows of a new ticket are written
    together, in whatever order (`helpdesk.batch`)."""
    return ForeignKey(target, deferrable=True, initially="DEFERRED")


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


@event.listens_for(db.session, "loaded_as_persistent")
@event.listens_for(db.session, "pending_to_persistent")
def keep(session: Session, row: object) -> None:
    """Keeps every row of a unit of work in memory until it ends: SQLAlchemy's own references are weak, and the same
    institution or mailbox would be read again and again."""
    session.info.setdefault("rows", set()).add(row)


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits when the block ends, rolls back when it raises; needs an application context.

    The services find this installation's values in the session's `info` (`helpdesk.services.desk`).
    """
    session = db.session()
    session.info["desk"] = current_app.extensions.get("desk")
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        db.session.remove()


@contextmanager
def snapshot() -> Iterator[Session]:
    """One unit of work that only reads, everything as it stood at one instant, whoever writes between two of its
    statements; the database refuses whatever it would write. Needs an application context."""
    with transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        yield session
