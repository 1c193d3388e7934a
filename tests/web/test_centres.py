"""A centre that lacks a position is flagged, the office sees all centres, the document desk has its supervisor.

R-097, R-098, R-104.
"""

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.domain.actors import operator
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.services import accounts, authority
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from tests.domain.shipped import shipped
from tests.factories import desk, requests
from tests.web.conftest import SignIn, work

FUNCTIONS = "/admin/funciones"
FLAG = re.compile(r"A este centro le falta: ([^<]+)\.</span>")
COORDINATOR = "coordinador.cusco@conectamef-pe.example.org"


def opened(app: Flask, key: str, centre: str, request_type: str = "consulta") -> Ticket:
    """A request at a centre or its document desk, taken by an administrator."""
    on_paper = request_type == "recepcion_documental"
    with work(app) as session:
        admin = session.scalars(select(Person).where(Person.address == desk.address("admin", key))).one()
        values = ByHand(
            "physical_document" if on_paper else "phone",
            request_type,
            "Rosa Quispe",
            f"Solicitud {uuid4().hex[:6]}",
            "Texto.",
            fields={"centro": centre},
            originals={"documento_principal": True} if on_paper else {},
        )
        return open_by_hand(session, requests.acting(session, admin.id), values)


def flagged(page: str, centre: str) -> list[str]:
    """What the panel of a centre says is missing."""
    panel = page.split(f"<h2>CONECTAMEF {centre} (ejemplo)</h2>")[1].split("</details>")[0]
    return [word for words in FLAG.findall(panel) for word in words.split(", ")]


def test_a_centre_is_flagged_for_each_position_that_nobody_fills(app: Flask, sign_in: SignIn, peru: str) -> None:
    admin = sign_in("admin", peru)
    before = flagged(admin.get(FUNCTIONS).text, "Cusco")
    assert [word for word in before if "Mesa de Partes" in word]
    assert not [word for word in before if "Coordinador" in word]
    with work(app) as session:
        authority.revoke(session, operator(), peru, COORDINATOR, "coordinador_centro", "cusco")
        name = f"mesa.{uuid4().hex[:6]}@{peru}.example"
        accounts.add_user(
            session, operator(), peru, name, "Mesa Cusco", desk.PASSWORD, teams=(("mesa_partes", "cusco"),)
        )
    after = flagged(admin.get(FUNCTIONS).text, "Cusco")
    assert not [word for word in after if "Mesa de Partes" in word]
    assert [word for word in after if "Coordinador de Centro" in word or word.startswith("Coordinador")]
    with work(app) as session:
        authority.grant(session, operator(), peru, COORDINATOR, "coordinador_centro", "cusco")
    assert not [word for word in flagged(admin.get(FUNCTIONS).text, "Cusco") if word.startswith("Coordinador")]


def is_listed(client: FlaskClient, ticket: Ticket) -> bool:
    """Whether the queue shows the ticket to somebody who looks for its subject."""
    return f'href="/tickets/CMEF-{ticket.number}"' in client.get(f"/bandeja?q={ticket.subject}").text


@pytest.fixture(scope="module")
def staffed(app: Flask, peru: str) -> str:
    """Somebody of the office, the supervisor of the document desks, and a coordinator of one centre."""
    functions = {
        "deoficina": ("ogauc_personal", None),
        "supervisa": ("supervisor_mesa_partes", None),
        "solopiura": ("coordinador_centro", "piura"),
    }
    with work(app) as session:
        for name, function in functions.items():
            desk.add(session, peru, name, name.title(), roles=(function,))
    return peru


def test_the_office_sees_the_tickets_and_times_of_all_centres_and_a_centre_its_own(
    app: Flask, sign_in: SignIn, staffed: str
) -> None:
    piura, cusco = (opened(app, staffed, centre) for centre in ("piura", "cusco"))
    office, centre = sign_in("deoficina", staffed), sign_in("solopiura", staffed)
    for ticket in (piura, cusco):
        assert office.get(f"/tickets/CMEF-{ticket.number}").status_code == 200
        assert is_listed(office, ticket)
        assert re.search(rf"CMEF-{ticket.number}\b", office.get("/atenciones").text)
    assert centre.get(f"/tickets/CMEF-{piura.number}").status_code == 200
    assert centre.get(f"/tickets/CMEF-{cusco.number}").status_code == 404
    assert (is_listed(centre, piura), is_listed(centre, cusco)) == (True, False)


def test_the_supervisor_sees_the_files_of_every_document_desk(app: Flask, sign_in: SignIn, staffed: str) -> None:
    files = [opened(app, staffed, centre, "recepcion_documental") for centre in ("piura", "cusco")]
    supervisor, centre = sign_in("supervisa", staffed), sign_in("solopiura", staffed)
    for ticket in files:
        assert ticket.team == "mesa_partes"
        assert supervisor.get(f"/tickets/CMEF-{ticket.number}").status_code == 200
        assert is_listed(supervisor, ticket)
    assert centre.get(f"/tickets/CMEF-{files[1].number}").status_code == 404


def test_the_two_superiors_of_a_specialist_are_shown(sign_in: SignIn, staffed: str) -> None:
    """And the one superior of those who run a centre (R-099, R-100)."""
    page = sign_in("admin", staffed).get(FUNCTIONS).text
    panel = page.split("<h2>CONECTAMEF Piura (ejemplo)</h2>")[1].split("<summary><h2>")[0]
    office = next(team.name for team in shipped(staffed).teams if team.key == "ogauc")
    roles = [shipped(staffed).role(key) for key in ("especialista", "coordinador_centro", "coordinador_administrativo")]
    below = {role.key: panel.split(f"<h3>{role.name}</h3>")[1].split("<h3>")[0] for role in roles}
    assert all(f"Dependencia administrativa: {office}." in text for text in below.values())
    assert "Dependencia técnica: el órgano de su especialidad." in below["especialista"]
    assert [key for key, text in below.items() if "Dependencia técnica" in text] == ["especialista"]


def test_a_suggestion_about_a_centre_is_not_seen_by_its_staff(app: Flask, sign_in: SignIn, staffed: str) -> None:
    """It may be about them: the office reads it, with who wrote it (R-113)."""
    with work(app) as session:
        admin = session.scalars(select(Person).where(Person.address == desk.address("admin", staffed))).one()
        subject = f"Sugerencia {uuid4().hex[:6]}"
        values = ByHand("suggestion_box", "sugerencia", "Rosa", subject, "El especialista llega tarde.")
        by = requests.acting(session, admin.id)
        ticket = open_by_hand(session, by, replace(values, fields={"centro": "piura", "objeto": "especialista"}))
        assert ticket.centre == "piura"
    office, centre = sign_in("deoficina", staffed), sign_in("solopiura", staffed)
    assert office.get(f"/tickets/CMEF-{ticket.number}").status_code == 200
    assert centre.get(f"/tickets/CMEF-{ticket.number}").status_code == 404
    assert (is_listed(office, ticket), is_listed(centre, ticket)) == (True, False)


def test_whoever_registers_a_suggestion_at_a_centre_is_told_its_number_and_sees_it_no_more(
    app: Flask, sign_in: SignIn, staffed: str, forms_without_token: None
) -> None:
    client, subject = sign_in("solopiura", staffed), f"Sugerencia {uuid4().hex[:6]}"
    form = {"canal": "suggestion_box", "tipo": "sugerencia", "subject": subject, "text": "Más sillas."}
    answer = client.post("/tickets/nuevo", data={**form, "dato-centro": "piura"}, follow_redirects=True)
    with work(app) as session:
        number = session.scalars(select(Ticket.number).where(Ticket.subject == subject)).one()
    assert answer.status_code == 200
    assert f"Quedó registrado con el número CMEF-{number}" in answer.text
    assert client.get(f"/tickets/CMEF-{number}").status_code == 404
