"""The desk as a browser meets it: one database with two institutions for the whole run, a client for each person."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.app import AppSettings, create_app
from helpdesk.db import db, transaction
from helpdesk.files import Files
from helpdesk.models.people import Person
from helpdesk.web.identity import session_id
from tests.conftest import create_from_template, drop
from tests.factories import desk

SignIn = Callable[..., FlaskClient]


@contextmanager
def work(app: Flask) -> Iterator[Session]:
    """A transaction outside any request. No context stays open: it would be shared by the requests inside it."""
    with app.app_context(), transaction() as session:
        yield session


@contextmanager
def application(server: str, files: Path) -> Iterator[Flask]:
    """The application over a database of its own that holds nothing yet."""
    name = f"web_{uuid4().hex[:12]}"
    url = create_from_template(server, name)
    made = create_app(
        AppSettings(
            database_url=url,
            secret_key="k" * 40,
            public_url="http://localhost",
            mail_domain=None,
            files=Files(files),
            demo=True,
            pool_size=2,
        )
    )
    yield made
    with made.app_context():
        db.engine.dispose()
    drop(server, name)


@pytest.fixture(scope="session")
def app(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over a populated database; tests that change a ticket open one of their own."""
    with application(server, tmp_path_factory.mktemp("files")) as made:
        with work(made) as session:
            for key, count in (("sigec-cl", 60), ("mef-ec", 12)):
                cast = desk.institution(session, key)
                desk.populate(session, cast, count, made.extensions["files"])
                desk.arrivals(session, cast)
        yield made


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Gives a browser in which that person is signed in already."""

    def enter(role: str = "agente", key: str = "sigec-cl") -> FlaskClient:
        client = app.test_client()
        with work(app) as session:
            person = session.scalars(select(Person).where(Person.address == desk.address(role, key))).one()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = session_id(person.id, person.session_epoch)
            cookie["_fresh"] = True
        return client

    return enter


@pytest.fixture
def forms_without_token(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Posts need no token, for tests of what a post does."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)


@pytest.fixture(scope="session")
def peru(app: Flask) -> str:
    """The key of a third institution, with centres, for tests of who works in them."""
    key = "conectamef-pe"
    with work(app) as session:
        desk.institution(session, key)
    return key
