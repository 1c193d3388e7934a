"""An administrator says on the page of functions which systems a specialist attends, and of which organ (R-108)."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.models.people import Person, RoleHolding
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from tests.factories import desk, requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")
PAGE = "/admin/funciones"
PLACE = "especialista/cusco"


def name(client: FlaskClient, address: str, **more: object) -> int:
    """Names a specialist of Cusco; gives the status."""
    return client.post(f"{PAGE}/titular", data={"function": PLACE, "address": address, **more}).status_code


def held(app: Flask, address: str) -> RoleHolding:
    """The one holding of somebody."""
    with work(app) as session:
        query = select(RoleHolding).join(Person, Person.id == RoleHolding.person_id).where(Person.address == address)
        return session.scalars(query).one()


def line_of(page: str, address: str) -> str:
    """What the page says of somebody."""
    (found,) = re.findall(rf'<span class="hint">{re.escape(address)} .*?</li>', page, re.DOTALL)
    return str(found)


def test_a_specialist_is_named_with_systems_and_organ(app: Flask, sign_in: SignIn, peru: str) -> None:
    client, address = sign_in("admin", peru), "nuevo.cusco@conectamef-pe.example.org"
    assert name(client, address, subjects=["siaf", "contabilidad"], organ="contabilidad") == 303
    row = held(app, address)
    assert (row.subjects, row.organ) == (["siaf", "contabilidad"], "contabilidad")
    shown = line_of(client.get(PAGE).text, address)
    assert "Atiende: Contabilidad, Aplicativo SIAF" in shown
    assert "Órgano de línea de Contabilidad" in shown


def test_systems_and_organ_are_changed_later(app: Flask, sign_in: SignIn, peru: str) -> None:
    client, address = sign_in("admin", peru), "cambia.cusco@conectamef-pe.example.org"
    name(client, address, subjects=["siaf"])
    path = f"{PAGE}/nombramientos/{held(app, address).id}/sistemas"
    assert client.post(path, data={"subjects": ["tesoreria"], "organ": "tesoro"}).status_code == 303
    assert (held(app, address).subjects, held(app, address).organ) == (["tesoreria"], "tesoro")
    assert client.post(path, data={}).status_code == 303
    assert (held(app, address).subjects, held(app, address).organ) == ([], None)
    assert "Atiende: cualquier sistema" in line_of(client.get(PAGE).text, address)


@pytest.mark.parametrize("wrong", [{"subjects": ["quipus"]}, {"organ": "z" * 10_000}, {"subjects": ["x" * 10_000]}])
def test_what_is_not_in_the_catalogue_is_refused_beside_what_was_typed(
    sign_in: SignIn, peru: str, wrong: dict[str, object]
) -> None:
    data = {"function": PLACE, "address": "rechazado@conectamef-pe.example.org", **wrong}
    answer = sign_in("admin", peru).post(f"{PAGE}/titular", data=data)
    assert answer.status_code == 422
    assert "rechazado@conectamef-pe.example.org" in answer.text


def test_nobody_changes_the_systems_of_another_institution(app: Flask, sign_in: SignIn, peru: str) -> None:
    address = "ajeno.cusco@conectamef-pe.example.org"
    name(sign_in("admin", peru), address, subjects=["siaf"])
    path = f"{PAGE}/nombramientos/{held(app, address).id}/sistemas"
    assert sign_in("admin").post(path, data={"subjects": []}).status_code == 404
    assert sign_in("regional", peru).post(path, data={"subjects": []}).status_code == 403
    assert held(app, address).subjects == ["siaf"]


def test_where_no_holders_are_told_apart_nothing_is_asked(sign_in: SignIn) -> None:
    page = sign_in("admin").get(PAGE).text
    assert "Sistemas que atiende" not in page
    assert "Órgano al que pertenece" not in page


def test_a_substitute_is_named_for_one_of_several_holders(app: Flask, sign_in: SignIn, peru: str) -> None:
    client, deputy = sign_in("admin", peru), "sub.cusco@conectamef-pe.example.org"
    holder = "dos.cusco@conectamef-pe.example.org"
    name(client, holder, subjects=["siaf"])
    days = {"since": "2031-03-03", "until": "2031-03-14"}
    data = {"function": PLACE, "address": deputy, "in_place_of": "otra@fuera.example", **days}
    refused = client.post(f"{PAGE}/subrogante", data=data)
    assert (refused.status_code, "otra@fuera.example" in refused.text) == (422, True)
    assert client.post(f"{PAGE}/subrogante", data={**data, "in_place_of": holder}).status_code == 303
    assert held(app, deputy).in_place_of_id == held(app, holder).person_id
    assert f"En lugar de {holder}" in client.get(f"{PAGE}?dia=2031-03-05").text


def test_a_consultation_without_its_system_leads_to_the_data(app: Flask, sign_in: SignIn, peru: str) -> None:
    with work(app) as session:
        admin = session.scalars(select(Person).where(Person.address == desk.address("admin", peru))).one()
        values = ByHand("phone", "consulta", "Rosa Quispe", "Consulta", "Texto.", fields={"centro": "piura"})
        number = open_by_hand(session, requests.acting(session, admin.id), values).number
    page = sign_in("admin", peru).get(f"/tickets/CMEF-{number}").text
    assert "Falta «Sistema administrativo o aplicativo»" in page
    assert re.search(r'class="warning">.*?Completar datos', page, re.DOTALL)
