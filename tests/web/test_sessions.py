"""Signing in and out."""

import pytest
from flask import Flask

from helpdesk.web.sessions import safe_path
from tests.factories import desk
from tests.web.conftest import SignIn


def entry(role: str = "agente", password: str = desk.PASSWORD, back: str = "") -> dict[str, str]:
    """The filled sign-in form."""
    return {"address": desk.address(role, "sigec-cl"), "password": password, "volver": back}


def test_the_right_password_leads_to_where_one_wanted_to_go(app: Flask, forms_without_token: None) -> None:
    client = app.test_client()
    answer = client.post("/entrar", data=entry(back="/tickets/SIGEC-3"))
    assert (answer.status_code, answer.location) == (303, "/tickets/SIGEC-3")
    assert client.get("/tickets/SIGEC-3").status_code == 200


def test_a_wrong_password_says_so_without_telling_which_part_was_wrong(app: Flask, forms_without_token: None) -> None:
    client = app.test_client()
    known = client.post("/entrar", data=entry(password="una-clave-equivocada"))
    unknown = client.post("/entrar", data=entry("nadie"))
    for answer in (known, unknown):
        assert answer.status_code == 422
        assert "El correo o la contraseña no son correctos." in answer.text
    assert client.get("/bandeja").status_code == 303


def test_an_empty_form_says_what_to_fill_in(app: Flask, forms_without_token: None) -> None:
    answer = app.test_client().post("/entrar", data={})
    assert answer.status_code == 422
    assert "Escriba su correo." in answer.text


def test_leaving_ends_the_session(sign_in: SignIn, forms_without_token: None) -> None:
    client = sign_in("agente")
    assert client.post("/salir").location == "/entrar"
    assert client.get("/bandeja").status_code == 303


def test_an_approver_begins_with_the_approvals(sign_in: SignIn) -> None:
    assert sign_in("jefa").get("/bandeja").location == "/aprobaciones"


@pytest.mark.parametrize(
    "wanted",
    [
        None, "", "https://otro.example/", "//otro.example", "/\\otro.example", "javascript:alert(1)", "bandeja",
        "/\tx", "\\\\otro",
    ],
)  # fmt: skip
def test_a_way_back_never_leads_elsewhere(app: Flask, wanted: str | None) -> None:
    with app.test_request_context():
        assert safe_path(wanted) == "/bandeja"


def test_a_way_back_keeps_its_filters(app: Flask) -> None:
    with app.test_request_context():
        assert safe_path("/bandeja?vista=mias&q=a") == "/bandeja?vista=mias&q=a"


def test_an_institution_that_cannot_exist_is_a_refusal(app: Flask, forms_without_token: None) -> None:
    form = {"address": "a@b.example", "password": "x", "institucion": "\0x"}
    assert app.test_client().post("/entrar", data=form).status_code == 422
