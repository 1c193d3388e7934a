"""The desk that is attacked: the Chilean institution of the cast with its people, reached by mail and on the web."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.serving import make_server

from helpdesk.app import AppSettings, create_app
from helpdesk.db import db, transaction
from helpdesk.files import Files
from helpdesk.models.people import Person
from helpdesk.queries import catalogue
from helpdesk.services.people import meet
from helpdesk.web.identity import session_id
from mailbridge.lmtp import Listener
from tests import mailhouse
from tests.attacks.bench import AGENT, Bench, Site
from tests.attacks.window import Window
from tests.browser.conftest import PATIENCE_MS
from tests.conftest import WORKER, copied, create_from_template, drop
from tests.web.conftest import work


@pytest.fixture(scope="session")
def model_bench(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with two institutions and an agent who may sign in; each desk is a copy of it."""
    name = f"bench_{WORKER}"
    with (
        mailhouse.house(create_from_template(server, name), tmp_path_factory.mktemp("files")),
        transaction() as session,
    ):
        mailhouse.load_institution(session, "sigec-cl")
        institution = catalogue.institution_by_key(session, "sigec-cl")
        agent = meet(session, institution.id, AGENT.name, AGENT.address)
        agent.is_staff = agent.is_admin = True
    yield name
    drop(server, name)


@pytest.fixture
def database_url(server: str, model_bench: str) -> Iterator[str]:
    """URL of the database of this test's desk."""
    with copied(server, model_bench) as url:
        yield url


@pytest.fixture
def bench(database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Bench]:
    """Two institutions, an agent who may sign in, and no outgoing server: letters stay in the outbox."""
    with mailhouse.house(database_url, tmp_path / "files") as house:
        yield Bench(house, caplog)


@pytest.fixture
def app(bench: Bench, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The pages over the desk that is attacked."""
    made = create_app(
        AppSettings(
            database_url=database_url,
            secret_key="k" * 40,
            public_url="http://localhost",
            mail_domain=None,
            files=Files(tmp_path / "files"),
            pool_size=2,
        )
    )
    made.extensions["desk"] = mailhouse.DESK  # the secret that the letters were made with
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def site(app: Flask) -> Site:
    """The agent's browser, signed in."""
    client = app.test_client()
    with work(app) as session:
        agent = session.scalars(select(Person).where(Person.address == AGENT.address)).one()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = session_id(agent.id, agent.session_epoch)
        cookie["_fresh"] = True
    return client


@pytest.fixture
def door(bench: Bench) -> Iterator[int]:
    """The LMTP door of the desk, open; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = int(free.getsockname()[1])
    listener = Listener(bench.house.app, "127.0.0.1", number)
    listener.start()
    yield number
    listener.close()


@pytest.fixture
def window(browser: Browser, app: Flask, site: Site) -> Iterator[Window]:
    """The agent's real browser at the desk. Whatever leaves our origin is stopped and noted."""
    listening = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{listening.server_port}"
    context = browser.new_context(base_url=address, locale="es-CL")
    context.set_default_timeout(PATIENCE_MS)
    cookie = site.get_cookie("session")
    assert cookie is not None
    context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    yield Window(context, address)
    context.close()
    listening.shutdown()
    thread.join()
