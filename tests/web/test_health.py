"""What machines ask, and what people see while the database is away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from helpdesk.app import AppSettings, create_app
from helpdesk.db import db
from helpdesk.files import Files


@pytest.fixture
def cut_off(tmp_path: Path) -> Iterator[FlaskClient]:
    """A browser with a session, and a desk whose database does not answer."""
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    made = create_app(AppSettings(url, "k" * 40, "http://localhost", None, Files(tmp_path)))
    client = made.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "1.0"
    yield client
    with made.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_working_desk_says_so(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 200


def test_numbers_are_in_the_format_of_prometheus(app: Flask) -> None:
    assert app.test_client().get("/metrics").text.startswith("# HELP")


def test_without_its_database_the_process_lives_but_is_not_ready(cut_off: FlaskClient) -> None:
    assert cut_off.get("/healthz").status_code == 200
    assert cut_off.get("/readyz").status_code == 503


@pytest.mark.parametrize("path", ["/", "/bandeja", "/entrar", "/tickets/SIGEC-1"])
def test_without_its_database_a_page_says_what_to_do(cut_off: FlaskClient, path: str) -> None:
    answer = cut_off.get(path)
    assert answer.status_code == 503
    assert "Nada se perdió" in answer.text
