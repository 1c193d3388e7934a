"""Alembic's environment. The database's URL arrives in `config.attributes["url"]` (see `helpdesk/schema.py`)."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from helpdesk.models.metadata import metadata

LOCK_TIMEOUT = "5s"
"""A migration that cannot get its lock gives up rather than queue all traffic behind itself."""
ONE_AT_A_TIME = 7_236_511
"""Key of the advisory lock under which two processes that upgrade together take turns."""


def include_name(name: str | None, kind: str, parents: object) -> bool:
    """The queue's tables are Procrastinate's own: never compared with our models."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def migrate() -> None:
    """Runs what was asked for in one transaction: it is applied whole or not at all."""
    url = context.config.attributes["url"]
    engine = create_engine(
        url, poolclass=pool.NullPool, connect_args={"options": f"-c lock_timeout={LOCK_TIMEOUT} -c timezone=UTC"}
    )
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_name=include_name,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
            context.run_migrations()


migrate()
