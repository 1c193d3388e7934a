"""Pages offer a type of one centre only there (R-106)."""

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.domain.actors import operator
from helpdesk.models.people import Person
from helpdesk.services import catalogue
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from tests.factories import desk, requests
from tests.factories.peru import own_type
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")
NAME = "Pasantía en el centro"


@pytest.fixture(scope="module")
def centres(app: Flask, peru: str) -> str:
    """Piura offers a type of its own; each centre has a clerk, and the institution one for all."""
    with work(app) as session:
        catalogue.add_types(session, operator(), peru, "piura", (own_type(),))
        for name, team in {"p": ("centro", "piura"), "c": ("centro", "cusco"), "todo": ("ogauc", None)}.items():
            desk.add(session, peru, f"ventanilla.{name}", name, teams=(team,))
    return peru


def ticket_at(app: Flask, key: str, centre: str) -> str:
    """The address of a consultation at a centre."""
    with work(app) as session:
        admin = session.scalars(select(Person).where(Person.address == desk.address("admin", key))).one()
        values = ByHand("phone", "consulta", "Rosa Quispe", "Consulta", "Texto.", fields={"centro": centre})
        number = open_by_hand(session, requests.acting(session, admin.id), values).number
    return f"/tickets/CMEF-{number}"


@pytest.mark.parametrize(("clerk", "offered"), [("p", True), ("c", False), ("todo", True)])
def test_a_clerk_is_offered_what_the_own_centre_offers(
    sign_in: SignIn, centres: str, clerk: str, offered: bool
) -> None:
    client = sign_in(f"ventanilla.{clerk}", centres)
    assert (NAME in client.get("/tickets/nuevo").text) is offered
    answer = client.get("/tickets/nuevo?canal=phone&tipo=pasantia")
    assert answer.status_code == (200 if offered else 422)


def test_the_form_of_another_centres_clerk_opens_nothing(sign_in: SignIn, centres: str) -> None:
    data = {"canal": "phone", "tipo": "pasantia", "name": "Rosa", "subject": "Pasantía", "text": "Pide una."}
    answer = sign_in("ventanilla.c", centres).post("/tickets/nuevo", data=data)
    assert answer.status_code == 422
    assert "se ofrece solo en CONECTAMEF Piura" in answer.text


@pytest.mark.parametrize(("centre", "offered"), [("piura", True), ("cusco", False)])
def test_a_ticket_becomes_of_that_type_only_there(
    app: Flask, sign_in: SignIn, centres: str, centre: str, offered: bool
) -> None:
    client = sign_in("ventanilla.todo", centres)
    path = ticket_at(app, centres, centre)
    assert (NAME in client.get(path).text) is offered
    answer = client.post(f"{path}/clasificar", data={"request_type": "pasantia"})
    assert answer.status_code == (303 if offered else 422)


def test_the_public_catalogue_says_where_it_is_offered(app: Flask, centres: str) -> None:
    client = app.test_client()
    page = client.get(f"/servicios/{centres}").text
    assert "Solo en CONECTAMEF Piura" in page
    assert page.count("Solo en") == 1
    assert "Solo en CONECTAMEF Piura" in client.get(f"/servicios/{centres}/pasantia").text
