"""What a command that works on the database needs: settings, database, and an application context."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import UndefinedColumn, UndefinedTable
from sqlalchemy.exc import ProgrammingError

import config
from helpdesk import embedded
from helpdesk.assembly import application
from helpdesk.domain.errors import Unavailable


@contextmanager
def desk() -> Iterator[config.Settings]:
    """The settings, with the database open and an application context active.

    Raises `Invalid` or `Unavailable`, the latter also when the database lacks a table or column of this version.
    """
    settings = config.load()
    with embedded.database(settings.database_url, settings.data_dir, settings.embedded) as url:
        app = application(settings, url)
        with app.app_context():
            try:
                yield settings
            except ProgrammingError as error:
                if isinstance(error.orig, UndefinedTable | UndefinedColumn):
                    raise Unavailable(
                        "The database has not the schema of this version: run «helpdesk db upgrade»."
                    ) from error
                raise
