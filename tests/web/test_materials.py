"""The page of the library, and the composer of an answer that picks from it (R-126)."""

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.models.materials import Material
from helpdesk.models.outbox import Letter
from tests.domain.shipped import shipped
from tests.factories import desk
from tests.web import peru
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")
KEY, PAGE = peru.KEY, "/materiales"


@pytest.fixture(autouse=True)
def institution(app: Flask) -> None:
    """The Peruvian institution and its people."""
    peru.settled(app)


def form(**changed: Any) -> dict[str, Any]:
    """The form of a leaflet with a title of its own."""
    title = f"Folleto {uuid4().hex[:8]}"
    return {"title": title, "kind": "leaflet", "file": (BytesIO(title.encode()), "folleto.pdf"), **changed}


def leaflet(app: Flask, sign_in: SignIn) -> Material:
    """A leaflet that was authorised just now."""
    sent = form()
    title = sent["title"]
    assert sign_in("comunicaciones", KEY).post(PAGE, data=sent).status_code == 303
    with work(app) as session:
        return session.scalars(select(Material).where(Material.title == title)).one()


def consultation(app: Flask) -> str:
    """The number of a user's open consultation."""
    with work(app) as session:
        owner = peru.institution(session)
        cast = desk.Cast(owner, shipped(KEY), *(peru.person(session, "agente") for _ in range(4)))
        made = desk.ticket(session, cast, desk.next_number(session, owner))
        made.request_type, made.status, made.closed_at = "consulta", "open", None
        return f"CMEF-{made.number}"


def test_the_office_authorises_and_every_agent_sees_it(app: Flask, sign_in: SignIn) -> None:
    material = leaflet(app, sign_in)
    client = sign_in("agente", KEY)
    page = client.get(PAGE).text
    assert material.title in page and "Olga Difusión" in page
    assert "Autorizar material" not in page and "Retirar" not in page
    answer = client.get(f"{PAGE}/{material.id}/archivo")
    assert answer.data == material.title.encode()
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("role", ["agente", "coordinador", "tecnico"])
def test_nobody_else_changes_the_library(app: Flask, sign_in: SignIn, role: str) -> None:
    material = leaflet(app, sign_in)
    client = sign_in(role, KEY)
    assert client.post(PAGE, data=form()).status_code == 403
    assert client.post(f"{PAGE}/{material.id}/retirar").status_code == 403


def test_it_is_retired_once_and_shown_apart(app: Flask, sign_in: SignIn) -> None:
    material = leaflet(app, sign_in)
    client = sign_in("admin", KEY)
    assert client.post(f"{PAGE}/{material.id}/retirar").status_code == 303
    assert client.post(f"{PAGE}/{material.id}/retirar").status_code == 409
    page = client.get(PAGE).text
    assert page.index("<h2>Retirado</h2>") < page.index(material.title)


def test_nothing_of_it_reaches_another_institution(app: Flask, sign_in: SignIn) -> None:
    material = leaflet(app, sign_in)
    client = sign_in("admin", "mef-ec")
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}/{material.id}/archivo").status_code == 403
    assert client.post(f"{PAGE}/{material.id}/retirar").status_code == 403
    assert client.post(PAGE, data=form()).status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"title": ""},
        {"title": "x" * 10_000},
        {"kind": "libro"},
        {"file": (BytesIO(b""), "vacio.pdf")},
        {"file": ""},
    ],
)
def test_a_wrong_material_comes_back_with_its_sentence(sign_in: SignIn, changed: dict[str, Any]) -> None:
    answer = sign_in("comunicaciones", KEY).post(PAGE, data=form(**changed))
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.text


def test_the_composer_offers_the_library_and_no_upload(app: Flask, sign_in: SignIn) -> None:
    material, number = leaflet(app, sign_in), consultation(app)
    client = sign_in("agente", KEY)
    page = client.get(f"/tickets/{number}").text
    assert f'name="materials" value="{material.id}"' in page
    assert 'id="reply-files"' not in page
    touched = re.search(r'name="touched" value="(\d+)"', page)
    assert touched is not None
    sent = {"text": "Le adjunto el folleto.", "touched": touched[1], "materials": [str(material.id)]}
    assert client.post(f"/tickets/{number}/responder", data=sent).status_code == 303
    with work(app) as session:
        letter = session.scalars(select(Letter).where(Letter.letter == "respuesta").order_by(Letter.id.desc())).first()
        assert letter is not None
        assert [each["sha256"] for each in letter.files] == [material.sha256]


def test_an_upload_is_refused_and_what_was_written_stays(app: Flask, sign_in: SignIn) -> None:
    number = consultation(app)
    sent = {"text": "Le adjunto mi archivo.", "files": (BytesIO(b"x"), "mio.pdf")}
    answer = sign_in("agente", KEY).post(f"/tickets/{number}/responder", data=sent)
    assert answer.status_code == 422
    assert "solo se le adjunta material autorizado" in answer.text
    assert "Le adjunto mi archivo." in answer.text


@pytest.mark.parametrize("wrong", ["0", "999999999", "uno", "9" * 40])
def test_material_that_is_none_is_refused(app: Flask, sign_in: SignIn, wrong: str) -> None:
    number = consultation(app)
    sent = {"text": "Le adjunto el folleto.", "materials": [wrong]}
    assert sign_in("agente", KEY).post(f"/tickets/{number}/responder", data=sent).status_code == 422


def test_other_institutions_upload_as_before(sign_in: SignIn) -> None:
    page = sign_in("agente").get("/tickets/SIGEC-1").text
    assert 'id="reply-files"' in page and 'name="materials"' not in page
