"""A real server and a real browser: the desk as people use it, with scripts, styles and its strict policy."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from werkzeug.serving import make_server

from helpdesk.app import AppSettings, create_app
from helpdesk.db import db
from helpdesk.files import Files
from tests.conftest import create_from_template, drop
from tests.factories import desk
from tests.web.conftest import work

Visit = Callable[..., Page]
PATIENCE_MS = 15_000


@pytest.fixture(scope="session")
def app(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over a database of its own with one institution."""
    name = f"browser_{uuid4().hex[:12]}"
    made = create_app(
        AppSettings(
            database_url=create_from_template(server, name),
            secret_key="k" * 40,
            public_url="http://127.0.0.1",
            mail_domain=None,
            files=Files(Path(tmp_path_factory.mktemp("files"))),
            pool_size=4,
        )
    )
    with work(made) as session:
        for key, count in (("sigec-cl", 75), ("mef-ec", 2)):
            cast = desk.institution(session, key)
            desk.populate(session, cast, count, made.extensions["files"])
            desk.arrivals(session, cast)
    yield made
    with made.app_context():
        db.engine.dispose()
    drop(server, name)


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    """The address of a server that answers."""
    listening = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    thread.join()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Opens pages in new contexts, with any option of a context; nothing may break the policy meanwhile."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Uncaught" in message.text:
            complaints.append(message.text)

    def go(path: str = "/", **options: object) -> Page:
        context = browser.new_context(base_url=address, **{"locale": "es-CL", **options})  # type: ignore[arg-type]  # options of a context
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, role: str = "agente", key: str = "sigec-cl") -> Page:
    """Signs in by the page itself."""
    page.goto("/entrar")
    page.get_by_label("Correo electrónico").fill(desk.address(role, key))
    page.get_by_label("Contraseña").fill(desk.PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_url(lambda url: "/entrar" not in url)
    return page
