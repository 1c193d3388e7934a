"""What a command that works on the database needs: settings, database, and an application context."""

from collections.abc import Iterator
from contextlib import contextmanager

import config
from helpdesk import embedded
from helpdesk.assembly import application


@contextmanager
def desk() -> Iterator[config.Settings]:
    """The settings, with the database open and an application context active. Raises `Invalid` or `Unavailable`."""
    settings = config.load()
    with embedded.database(settings.database_url, settings.data_dir, settings.embedded) as url:
        app = application(settings, url)
        with app.app_context():
            yield settings
