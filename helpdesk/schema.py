"""The schema of a database: bringing it up to date and comparing it with the models (Alembic, no Flask needed)."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool
from sqlalchemy.exc import OperationalError

from helpdesk.domain.errors import Unavailable
from helpdesk.models.metadata import metadata

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def config(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    made = Config(MIGRATIONS / "alembic.ini")
    made.attributes["url"] = url
    return made


def upgrade(url: str) -> None:
    """Applies every revision that the database lacks, all or none.

    Raises `Unavailable` when the database does not answer or other traffic holds a needed lock.
    """
    try:
        command.upgrade(config(url), "head")
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Unavailable(f"The database could not be brought up to date, nothing was changed: {reason}.") from error


def head() -> str:
    """The newest revision of this program."""
    return ScriptDirectory.from_config(config("")).get_current_head() or ""


def present(url: str) -> str | None:
    """The revision of the database; None for an empty one. Raises `Unavailable`."""
    engine = create_engine(url, poolclass=pool.NullPool)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Unavailable(f"The database does not answer: {reason}.") from error


def differences(url: str) -> list[str]:
    """How the database's tables differ from the models, one text each; empty when they are equal."""
    options: dict[str, Any] = {"compare_type": True, "compare_server_default": True, "include_name": ours}
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return [repr(difference) for difference in found]


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether Alembic shall compare this: everything but the queue's own tables."""
    return not (kind == "table" and (name or "").startswith(("procrastinate_", "alembic_version")))
