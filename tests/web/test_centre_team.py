"""Members of other organs work in the centre's team and keep their organ (R-101)."""

import re
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.domain.actors import operator
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries.people import members
from helpdesk.services import authority, tickets
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from tests.factories import desk, requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")


@pytest.fixture(scope="module")
def staffed(app: Flask, peru: str) -> str:
    """The centre of Piura has an implementer of the informatics office and a clerk of the document desk, by function
    alone; an organ has its coordinator."""
    functions = {
        "implantador": ("implantador_siaf_siga", "piura"),
        "mesapartes": ("operador_mesa_partes", "piura"),
        "organo": ("coordinador_organo", "contabilidad"),
    }
    with work(app) as session:
        for name, function in functions.items():
            desk.add(session, peru, name, name.title(), roles=(function,))
    return peru


def opened(app: Flask, key: str, request_type: str, channel: str, centre: str = "piura", **fields: str) -> Ticket:
    """A request at a centre, taken by an administrator."""
    with work(app) as session:
        admin = session.scalars(select(Person).where(Person.address == desk.address("admin", key))).one()
        values = ByHand(
            channel,
            request_type,
            "Rosa Quispe",
            f"Solicitud {uuid4().hex[:6]}",
            "Texto.",
            fields={"centro": centre, **fields},
            originals={"documento_principal": True} if request_type == "recepcion_documental" else {},
        )
        return open_by_hand(session, requests.acting(session, admin.id), values)


def test_who_works_there_by_function_sees_and_works_the_queue(app: Flask, sign_in: SignIn, staffed: str) -> None:
    ticket, client = opened(app, staffed, "consulta", "phone"), sign_in("implantador", staffed)
    assert f"CMEF-{ticket.number}" in client.get("/bandeja?vista=equipo").text
    assert "Nota interna" in client.get(f"/tickets/CMEF-{ticket.number}").text
    answer = client.post(f"/tickets/CMEF-{ticket.number}/nota", data={"text": "La veo.", "touched": "0"})
    assert answer.status_code == 303


def test_another_centre_is_not_theirs(app: Flask, sign_in: SignIn, staffed: str) -> None:
    ticket, client = opened(app, staffed, "consulta", "phone", "cusco"), sign_in("implantador", staffed)
    assert client.get(f"/tickets/CMEF-{ticket.number}").status_code == 404
    assert client.post(f"/tickets/CMEF-{ticket.number}/tomar", data={}).status_code == 403


def test_the_document_desk_is_worked_by_its_own_people(app: Flask, sign_in: SignIn, staffed: str) -> None:
    ticket = opened(app, staffed, "recepcion_documental", "physical_document")
    path = f"/tickets/CMEF-{ticket.number}"
    apart, own = sign_in("implantador", staffed), sign_in("mesapartes", staffed)
    assert f"CMEF-{ticket.number}" not in apart.get("/bandeja?vista=equipo").text
    assert 'action="' + path + '/nota"' not in apart.get(path).text
    for verb in ("nota", "tomar", "paso", "cerrar", "responder"):
        assert apart.post(f"{path}/{verb}", data={"text": "x", "touched": "0"}).status_code == 403
    assert apart.get(f"{path}/datos").status_code == 403
    assert 'action="' + path + '/nota"' in own.get(path).text
    assert own.post(f"{path}/nota", data={"text": "Folios contados."}).status_code == 303


def test_whoever_is_given_a_ticket_works_it(app: Flask, sign_in: SignIn, staffed: str) -> None:
    ticket = opened(app, staffed, "consulta", "phone")
    client, path = sign_in("organo", staffed), f"/tickets/CMEF-{ticket.number}"
    assert client.post(f"{path}/nota", data={"text": "x"}).status_code == 403
    with work(app) as session:
        person = session.scalars(select(Person).where(Person.address == desk.address("organo", staffed))).one()
        tickets.assign(session, operator(), ticket.id, None, person.id)
    assert client.post(f"{path}/nota", data={"text": "Lo veo con el órgano."}).status_code == 303
    assert "Nuevo ticket" not in client.get(path).text


def test_the_organ_stands_beside_the_name(app: Flask, sign_in: SignIn, staffed: str) -> None:
    organ = "Oficina General de Tecnologías de la Información"
    ticket, admin = opened(app, staffed, "consulta", "phone"), sign_in("admin", staffed)
    with work(app) as session:
        person = session.scalars(select(Person).where(Person.address == desk.address("implantador", staffed))).one()
        tickets.assign(session, operator(), ticket.id, None, person.id)
    page = admin.get(f"/tickets/CMEF-{ticket.number}").text
    assert re.search(rf"<dt>Responsable</dt><dd>Implantador <span class=\"hint\">{organ}", page)
    assert re.search(rf"<option value=\"{person.id}\" selected>Implantador \({organ}\)", page)
    assert organ in admin.get("/admin/funciones").text


def test_the_team_tells_also_those_who_work_in_it_by_function(app: Flask, staffed: str) -> None:
    with work(app) as session:
        person = session.scalars(select(Person).where(Person.address == desk.address("implantador", staffed))).one()
        found = {each.id for each in members(session, person.institution_id, "centro", "piura")}
        assert person.id in found
        assert not {each.id for each in members(session, person.institution_id, "mesa_partes", "piura")} & {person.id}
        assert not {each.id for each in members(session, person.institution_id, "centro", "cusco")} & {person.id}


def test_when_the_function_ends_so_does_the_work(app: Flask, sign_in: SignIn, staffed: str) -> None:
    with work(app) as session:
        desk.add(session, staffed, "breve", "Breve", roles=(("especialista_eat", "piura"),))
    client, ticket = sign_in("breve", staffed), opened(app, staffed, "consulta", "phone")
    assert client.get(f"/tickets/CMEF-{ticket.number}").status_code == 200
    with work(app) as session:
        address = desk.address("breve", staffed)
        authority.revoke(session, operator(), staffed, address, "especialista_eat", "piura")
    assert client.get(f"/tickets/CMEF-{ticket.number}").status_code == 404


def test_who_joined_a_team_works_whatever_is_in_reach(app: Flask, sign_in: SignIn, staffed: str) -> None:
    ticket = opened(app, staffed, "recepcion_documental", "physical_document")
    with work(app) as session:
        team, function = ("centro", "piura"), ("especialista_eat", "piura")
        desk.add(session, staffed, "miembro", "Miembro", teams=(team,), roles=(function,))
    client = sign_in("miembro", staffed)
    assert client.post(f"/tickets/CMEF-{ticket.number}/nota", data={"text": "x"}).status_code == 303
