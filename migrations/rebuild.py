"""Writes the first revision anew from the models (`make migration`). Only until the first release: after it,
a released database holds this revision and every change is a revision of its own."""

from pathlib import Path
from typing import TypeGuard

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateForeignKeyOp, CreateTableOp, UpgradeOps
from sqlalchemy import ForeignKeyConstraint, create_engine

from helpdesk import embedded
from helpdesk.models.metadata import metadata

REVISION = Path(__file__).parent / "versions" / "0001_first.py"
TEMPLATE = '''"""The tables of the first version, the queue's, and the append-only history."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"


def run(name: str) -> None:
    """Executes a file of `migrations/sql` past SQLAlchemy, which would read its % and : as placeholders."""
    op.get_bind().connection.driver_connection.execute((SQL / name).read_text(encoding="utf-8"))


def upgrade() -> None:
    run("procrastinate_3_10.sql")
    run("0001_functions.sql")
{operations}
    run("0001_triggers.sql")


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first version: restore a backup instead")
'''


def closes_a_circle(part: object) -> TypeGuard[ForeignKeyConstraint]:
    """Whether this part of a table is a foreign key that the model adds by ALTER."""
    return isinstance(part, ForeignKeyConstraint) and bool(part.use_alter)


def circles_last(upgrade: UpgradeOps) -> None:
    """Moves foreign keys that close a circle of tables behind all tables; Alembic writes them where they are lost."""
    for table in [operation for operation in upgrade.ops if isinstance(operation, CreateTableOp)]:
        upgrade.ops.extend(CreateForeignKeyOp.from_constraint(part) for part in table.columns if closes_a_circle(part))
        table.columns = [part for part in table.columns if not closes_a_circle(part)]


def main() -> None:
    """Compares the models with an empty database and writes the revision."""
    with embedded.scratch() as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            script = produce_migrations(MigrationContext.configure(connection), metadata)
        engine.dispose()
    assert script.upgrade_ops is not None
    circles_last(script.upgrade_ops)
    operations = render_python_code(script.upgrade_ops)
    lines = [line for line in operations.splitlines() if line.strip() and not line.strip().startswith("# ###")]
    REVISION.write_text(TEMPLATE.format(operations="\n".join(lines)), encoding="utf-8")


if __name__ == "__main__":
    main()
