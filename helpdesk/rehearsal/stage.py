"""Where a rehearsal plays: a scratch database made anew for each case, the real application, no network."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from flask import Flask
from sqlalchemy.engine import make_url

from helpdesk import schema
from helpdesk.app import AppSettings, create_app
from helpdesk.db import db, transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.errors import NotAllowed
from helpdesk.files import Files
from helpdesk.queue import conninfo
from helpdesk.services import accounts, catalogue
from mailbridge import jobs as mail_jobs
from mailbridge import runtime
from mailbridge.filewords import FileWords
from mailbridge.runtime import Runtime
from mailbridge.sandbox import Sandbox

BORDER = "borde.ensayo.invalid"
AGENT = "agente@ensayo.invalid"
HANDLERS = (mail_jobs,)


@dataclass(frozen=True)
class Stage:
    """The application of a rehearsal; `fresh` puts an untouched database below it."""

    app: Flask
    server: str
    template: str
    scratch: str

    @contextmanager
    def fresh(self) -> Iterator[None]:
        """A database with the catalogues loaded and nothing else, inside an application context."""
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{self.scratch}" TEMPLATE "{self.template}"')
            try:
                with self.app.app_context():
                    try:
                        yield
                    finally:
                        db.session.remove()
                        db.engine.dispose()
            finally:
                server.execute(f'DROP DATABASE "{self.scratch}" WITH (FORCE)')


@contextmanager
def open_stage(url: str, catalogues: tuple[Catalogue, ...]) -> Iterator[Stage]:
    """A stage beside the database at `url`, on the same server; taken down in the end.

    Raises NotAllowed when the database's user may not create databases.
    """
    run = uuid4().hex[:10]
    template, scratch = f"rehearsal_{run}_template", f"rehearsal_{run}"
    server = conninfo(url)
    with (
        tempfile.TemporaryDirectory(prefix="helpdesk-rehearsal-") as folder,
        closing(Sandbox()) as sandbox,
        closing(FileWords()) as words,
    ):
        with psycopg.connect(server, autocommit=True) as connection:
            try:
                connection.execute(f'CREATE DATABASE "{template}"')
            except psycopg.errors.InsufficientPrivilege as error:
                raise NotAllowed(
                    "El usuario de la base de datos no puede crear bases: ensaye sin HELPDESK_DATABASE_URL."
                ) from error
        try:
            _fill(_named(url, template), catalogues, Path(folder))
            app = _app(_named(url, scratch), Path(folder))
            runtime.install(
                app,
                Runtime(
                    desk=app.extensions["desk"],
                    files=Files(Path(folder)),
                    sandbox=sandbox,
                    border=BORDER,
                    smtp_url=None,
                    keep_letters=True,
                    words=words,
                ),
            )
            yield Stage(app, server, template, scratch)
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                for name in (scratch, template):
                    connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _fill(url: str, catalogues: tuple[Catalogue, ...], folder: Path) -> None:
    schema.upgrade(url)
    app = _app(url, folder)
    with app.app_context():
        with transaction() as session:
            for each in catalogues:
                catalogue.load(session, operator(), each)
                key = each.institution.key
                accounts.add_user(session, operator(), key, AGENT, "Agente del ensayo", uuid4().hex, is_admin=True)
        db.engine.dispose()


def _app(url: str, folder: Path) -> Flask:
    return create_app(
        AppSettings(
            database_url=url,
            secret_key=uuid4().hex,
            public_url="http://ensayo.invalid",
            mail_domain=None,
            files=Files(folder),
            pool_size=2,
        )
    )


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
