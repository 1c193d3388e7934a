"""Those who may read the services given in all centres read them, and nothing of who asked (R-103)."""

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import clock
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import attentions, viewers
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.attentions import Chosen
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from tests.factories import desk, requests
from tests.web.conftest import SignIn, work
from tests.web.test_queue import statements

PAGE = "/atenciones"
SECRET = "El solicitante escribió esto."  # a text, not a password
READERS = {
    "tecnico": ("responsable_tecnico", "tesoro"),
    "coordina": ("coordinador_organo", "tesoro"),
    "especial": ("especialista", "cusco"),
    "ogauc": ("ogauc_personal", None),
}


@pytest.fixture(scope="module")
def readers(app: Flask, peru: str) -> str:
    """A person for each of the functions that read all centres, and one that does not."""
    with work(app) as session:
        for name, function in {**READERS, "implanta": ("implantador_siaf_siga", "cusco")}.items():
            desk.add(session, peru, name, name.title(), roles=(function,))
    return peru


def opened(app: Flask, request_type: str = "consulta", centre: str = "piura", **fields: str) -> Ticket:
    """A request at a centre by somebody with a name and a document."""
    with work(app) as session:
        address = desk.address("admin", "conectamef-pe")
        admin = session.scalars(select(Person).where(Person.address == address)).one()
        who = f"Solicitante {uuid4().hex[:8]}"
        known = {"centro": centre, "usuario_dni": "12345678", **fields}
        on_paper = request_type == "recepcion_documental"
        values = ByHand(
            "physical_document" if on_paper else "phone",
            request_type,
            who,
            f"Asunto de {who}",
            SECRET,
            fields=known,
            originals={"documento_principal": True} if on_paper else {},
        )
        return open_by_hand(session, requests.acting(session, admin.id), values)


def row_of(page: str, ticket: Ticket) -> str | None:
    """The line of a ticket, if it is there."""
    found = re.search(rf"<tr><th scope=\"row\">(?:<a [^>]*>)?CMEF-{ticket.number}\b.*?</tr>", page, re.DOTALL)
    return found.group(0) if found else None


@pytest.mark.parametrize("name", [*READERS, "admin"])
def test_these_read_the_services_of_every_centre(app: Flask, sign_in: SignIn, readers: str, name: str) -> None:
    ticket, client = opened(app, sistema_administrativo="siaf"), sign_in(name, readers)
    line = row_of(client.get(PAGE).text, ticket)
    assert line is not None
    assert all(
        word in line for word in ("CONECTAMEF Piura", "Consulta sobre sistemas", "Aplicativo SIAF", "En gestión")
    )
    assert f'href="{PAGE}"' in client.get("/bandeja?vista=abiertos").text


@pytest.mark.parametrize("name", ["implanta", "regional"])
def test_others_do_not_and_have_no_link_to_it(sign_in: SignIn, readers: str, name: str) -> None:
    client = sign_in(name, readers)
    assert client.get(PAGE).status_code == 403
    assert f'href="{PAGE}"' not in client.get("/bandeja?vista=abiertos").text


def test_an_institution_without_centres_has_no_such_page(sign_in: SignIn) -> None:
    assert sign_in("admin").get(PAGE).status_code == 403


def test_nothing_tells_who_asked_or_what(app: Flask, sign_in: SignIn, readers: str) -> None:
    ticket = opened(app)
    with work(app) as session:
        name = session.get_one(Person, ticket.requester_id).name
    page = sign_in("tecnico", readers).get(PAGE).text
    assert row_of(page, ticket) is not None
    assert not [word for word in (name, SECRET, "12345678", ticket.subject) if word in page]


def test_the_number_is_a_link_only_for_who_reaches_the_ticket(app: Flask, sign_in: SignIn, readers: str) -> None:
    here, there = opened(app, centre="cusco"), opened(app)
    page = sign_in("especial", readers).get(PAGE).text
    assert f'href="/tickets/CMEF-{here.number}"' in page
    assert f'href="/tickets/CMEF-{there.number}"' not in page
    assert sign_in("tecnico", readers).get(f"/tickets/CMEF-{here.number}").status_code == 404


def test_suggestions_and_other_institutions_are_not_among_them(app: Flask, sign_in: SignIn, readers: str) -> None:
    with work(app) as session:
        address = desk.address("admin", readers)
        admin = session.scalars(select(Person).where(Person.address == address)).one()
        values = ByHand("suggestion_box", "sugerencia", "", "Queja", "Texto.", fields={"centro": "piura"})
        suggestion = open_by_hand(session, requests.acting(session, admin.id), values)
    page = sign_in("admin", readers).get(PAGE).text
    assert row_of(page, suggestion) is None
    assert "SIGEC-" not in page


@pytest.mark.parametrize(
    ("query", "here"),
    [
        ({"centro": "cusco"}, True), ({"centro": "piura"}, False),
        ({"tipo": "consulta"}, True), ({"tipo": "capacitacion"}, False),
        ({"sistema": "inversion"}, True), ({"sistema": "siaf"}, False),
        ({"organo": "tesoro"}, False), ({"mes": "2020-01"}, False),
        ({"centro": "x" * 10_000}, False), ({"sistema": "' OR 1=1 --\x00"}, False), ({"antes": "-1"}, True),
    ],
)  # fmt: skip
def test_a_filter_narrows_the_services(
    app: Flask, sign_in: SignIn, readers: str, query: dict[str, str], here: bool
) -> None:
    ticket = opened(app, centre="cusco", sistema_administrativo="inversion")
    answer = sign_in("tecnico", readers).get(PAGE, query_string=query)
    assert answer.status_code == 200
    assert (row_of(answer.text, ticket) is not None) is here


def test_the_organ_and_the_month_find_a_document(app: Flask, sign_in: SignIn, readers: str) -> None:
    ticket = opened(app, "recepcion_documental", organo="contabilidad")
    query = {"organo": "contabilidad", "mes": f"{clock.now():%Y-%m}"}
    page = sign_in("tecnico", readers).get(PAGE, query_string=query).text
    assert "Órgano de línea de Contabilidad" in (row_of(page, ticket) or "")


def test_a_month_that_is_none_is_told_beside_its_field(sign_in: SignIn, readers: str) -> None:
    answer = sign_in("tecnico", readers).get(PAGE, query_string={"mes": "abril"})
    assert (answer.status_code, "Escriba el mes como 2026-04." in answer.text) == (422, True)


def test_totals_count_by_centre_and_type_what_the_filter_leaves(app: Flask, readers: str) -> None:
    chosen = Chosen(subject="endeudamiento")
    for centre in ("piura", "piura", "cusco"):
        opened(app, centre=centre, sistema_administrativo="endeudamiento")
    with work(app) as session:
        address = desk.address("tecnico", readers)
        person = session.scalars(select(Person).where(Person.address == address)).one()
        who = viewers.viewer(session, person.id)
        assert who is not None
        catalogue = catalogues.current(session, person.institution_id)
        found = attentions.totals(session, who, catalogue, chosen)
        first, after = attentions.page(session, who, catalogue, chosen, size=2)
        rest, end = attentions.page(session, who, catalogue, chosen, after, size=2)
    counted: list[tuple[Any, ...]] = [(each.centre, each.given, each.ended) for each in found]
    assert counted == [("cusco", 1, 0), ("piura", 2, 0)]
    assert [row.centre for row in (*first, *rest)] == ["cusco", "piura", "piura"]
    assert end is None


def test_the_page_costs_at_most_eight_statements(app: Flask, sign_in: SignIn, readers: str) -> None:
    opened(app)
    client = sign_in("tecnico", readers)
    client.get(PAGE)
    with statements(app) as seen:
        assert client.get(PAGE).status_code == 200
    assert len(seen) <= 8, "\n".join(seen)
