"""The mail of a demo: letters that did not leave can be read and answered."""

import re
from io import BytesIO
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


NEW_MAIL = {
    "mailbox": "centro.servicios@mef-ec.example.org",
    "address": "ana@gmail.example",
    "subject": "No puedo ingresar",
    "text": "Buenos días",
}


def test_a_mail_is_written_to_a_mailbox_with_its_files(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[object, ...]] = []
    monkeypatch.setitem(app.config, "DEMO_WRITE", lambda *mail: sent.append(mail))
    files = [(BytesIO(b"%PDF-1.7"), "oficio.pdf")]
    answer = app.test_client().post("/demo/correo/nuevo", data={**NEW_MAIL, "files": files})
    assert answer.status_code == 303
    assert sent == [
        (
            NEW_MAIL["address"],
            NEW_MAIL["mailbox"],
            NEW_MAIL["subject"],
            NEW_MAIL["text"],
            (("oficio.pdf", b"%PDF-1.7"),),
        )
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"address": "ana"}, "Escriba una dirección de correo"),
        ({"address": "ñandu@example.org"}, "Escriba una dirección de correo"),
        ({"address": "a@[b"}, "Escriba una dirección de correo"),
        ({"address": "ana@x.example, otra@x.example"}, "Escriba una dirección de correo"),
        ({"subject": " "}, "Escriba el asunto."),
        ({"mailbox": "otro@example.org"}, "Ese buzón no es de la demostración"),
    ],
)
def test_a_mail_that_cannot_be_sent_comes_back_with_its_sentence(
    app: Flask, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], said: str
) -> None:
    monkeypatch.setitem(app.config, "DEMO_WRITE", lambda *_: pytest.fail("sent"))
    answer = app.test_client().post("/demo/correo/nuevo", data=NEW_MAIL | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert NEW_MAIL["text"] in answer.text


def test_an_installation_that_is_no_demo_has_no_such_page(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    made = create_app(AppSettings(url, "k" * 40, "http://localhost", None, Files(tmp_path)))
    assert made.test_client().get("/demo/correo").status_code == 404
