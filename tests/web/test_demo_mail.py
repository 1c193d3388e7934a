"""The mail of a demo: letters that did not leave can be read and answered."""

import re
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.app import AppSettings, create_app
from helpdesk.domain.errors import Unavailable
from helpdesk.files import Files

pytestmark = pytest.mark.usefixtures("forms_without_token")


def first_letter(app: Flask) -> str:
    """The path of the newest kept letter."""
    found = re.search(r'href="(/demo/correo/\d+)"', app.test_client().get("/demo/correo").text)
    assert found is not None
    return found[1]


def test_an_answer_goes_to_the_demo_as_the_reader_of_the_letter(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, int, str]] = []
    monkeypatch.setitem(app.config, "DEMO_ANSWER", lambda *answer: sent.append(answer))
    path = first_letter(app)
    assert app.test_client().post(path, data={"text": "Apruebo"}).status_code == 303
    [(recipient, letter_id, text)] = sent
    assert "@" in recipient
    assert path.endswith(f"/{letter_id}")
    assert text == "Apruebo"


def test_an_answer_that_cannot_be_delivered_keeps_the_text(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise Unavailable("El buzón no abre.")

    monkeypatch.setitem(app.config, "DEMO_ANSWER", closed)
    answer = app.test_client().post(first_letter(app), data={"text": "Sigue fallando"})
    assert answer.status_code == 503
    assert "El buzón no abre." in answer.text
    assert "Sigue fallando" in answer.text


def test_an_installation_that_is_no_demo_has_no_such_page(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    made = create_app(AppSettings(url, "k" * 40, "http://localhost", None, Files(tmp_path)))
    assert made.test_client().get("/demo/correo").status_code == 404
