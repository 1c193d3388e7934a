"""Deciding on a page: with an account, and by the link of the letter."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Suspension, Ticket
from tests.factories import desk, requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")


def asked(app: Flask) -> tuple[Ticket, str]:
    """A ticket that waits for its approval, and the path of the link in the letter that asked."""
    with work(app) as session:
        ticket = requests.complete(session)
        found = re.search(r"http://localhost(/aprobar/\S+)", requests.letter_of(session, ticket, "aprobacion").text)
    assert found is not None
    return ticket, found[1]


def step(app: Flask, ticket: Ticket) -> Step:
    """The first approval of the ticket."""
    with work(app) as session:
        return session.scalars(select(Step).where(Step.ticket_id == ticket.id, Step.key == "validar_jar")).one()


def test_opening_the_link_shows_the_request_and_decides_nothing(app: Flask) -> None:
    ticket, link = asked(app)
    client = app.test_client()
    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200
    assert f"SIGEC-{ticket.number}" in page.text
    assert "Encargada de Proyecto" in page.text
    assert "Aprobar" in page.text
    assert client.head(link).status_code == 200
    assert step(app, ticket).state == "active"


def test_approving_by_the_link_decides_once_and_says_so(app: Flask) -> None:
    ticket, link = asked(app)
    client = app.test_client()
    assert client.post(link, data={"decision": "approve"}).status_code == 303
    decided = step(app, ticket)
    assert (decided.state, decided.via) == ("done", "link")
    page = client.get(link).text
    assert "La decisión quedó registrada" in page
    assert 'name="decision"' not in page
    assert client.post(link, data={"decision": "reject", "reason": "cambio de idea"}).status_code == 409
    assert step(app, ticket).state == "done"


def test_a_request_that_changed_under_the_reader_is_shown_anew_before_it_is_decided(app: Flask) -> None:
    ticket, link = asked(app)
    client = app.test_client()
    read = client.get(link).text
    with work(app) as session:
        row = session.get_one(Ticket, ticket.id)
        row.fields = {**row.fields, "numero_proyecto": "25-000999-00001"}
    answer = client.post(link, data={"decision": "approve", "seen": seen(read)})
    assert answer.status_code == 409
    assert "25-000999-00001" in answer.text
    assert step(app, ticket).state == "active"
    assert client.post(link, data={"decision": "approve", "seen": seen(answer.text)}).status_code == 303


def seen(page: str) -> str:
    """What the page says that it shows."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_rejecting_needs_a_reason(app: Flask) -> None:
    ticket, link = asked(app)
    client = app.test_client()
    answer = client.post(link, data={"decision": "reject", "reason": " "})
    assert answer.status_code == 422
    assert "Para rechazar, escriba el motivo" in answer.text
    assert client.post(link, data={"decision": "reject", "reason": "Falta respaldo."}).status_code == 303
    assert (step(app, ticket).state, step(app, ticket).reason) == ("rejected", "Falta respaldo.")


def test_the_link_is_for_the_approver_alone(app: Flask, sign_in: SignIn) -> None:
    ticket, link = asked(app)
    token = link.rpartition("/")[2]
    client = sign_in("admin")
    for page in (f"/tickets/SIGEC-{ticket.number}", f"/tickets/SIGEC-{ticket.number}/imprimir"):
        shown = client.get(page).text
        assert "/aprobar/…" in shown
        assert token not in shown


@pytest.mark.parametrize("form", [{}, {"decision": "maybe"}, {"reason": "sí"}])
def test_an_answer_that_is_neither_decides_nothing(app: Flask, form: dict[str, str]) -> None:
    ticket, link = asked(app)
    assert app.test_client().post(link, data=form).status_code == 422
    assert step(app, ticket).state == "active"


@pytest.mark.parametrize("token", ["x", "aaaaaaaaaebjtlzwnopyijxxxx", "%00", "a" * 500])
def test_a_made_up_link_leads_nowhere(app: Flask, token: str) -> None:
    assert app.test_client().get(f"/aprobar/{token}").status_code == 404
    assert app.test_client().post(f"/aprobar/{token}", data={"decision": "approve"}).status_code == 404


def test_the_link_opens_the_files_of_its_request_and_no_others(app: Flask) -> None:
    _, link = asked(app)
    client = app.test_client()
    own = re.search(r'href="([^"]+/archivos/)(\d+)"', client.get(link).text)
    assert own is not None
    assert client.get(f"{own[1]}{int(own[2]) - 1}").status_code == 404
    with work(app):
        app.extensions["files"].put(requests.PAPER)
    answer = client.get(own[1] + own[2])
    assert answer.data == requests.PAPER
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_an_internal_note_does_not_reach_the_approver(app: Flask, sign_in: SignIn) -> None:
    ticket, link = asked(app)
    sign_in("agente").post(f"/tickets/SIGEC-{ticket.number}/nota", data={"text": "marca-interna-4712"})
    assert "marca-interna-4712" not in app.test_client().get(link).text


def test_the_approver_with_an_account_finds_it_in_the_list_and_decides(app: Flask, sign_in: SignIn) -> None:
    ticket, _ = asked(app)
    with work(app) as session:
        waiting = session.get_one(Step, step(app, ticket).id)
        waiting.approver_id = session.scalars(
            select(Person.id).where(Person.address == desk.address("jefa", "sigec-cl"))
        ).one()
    client, address = sign_in("jefa"), f"/aprobaciones/{waiting.id}"
    assert f'href="{address}"' in client.get("/aprobaciones").text
    assert client.post(address, data={"decision": "approve"}).status_code == 303
    assert "Aprobado" in client.get(address).text


@pytest.mark.parametrize("who", [("agente", "sigec-cl"), ("jefa", "mef-ec"), ("admin", "mef-ec")])
def test_nobody_else_sees_or_decides_an_approval(app: Flask, sign_in: SignIn, who: Any) -> None:
    ticket, _ = asked(app)
    address = f"/aprobaciones/{step(app, ticket).id}"
    client = sign_in(*who)
    assert client.get(address).status_code == 404
    assert client.post(address, data={"decision": "approve"}).status_code == 404
    assert step(app, ticket).state == "active"


def test_the_pages_of_an_approver_say_that_the_term_stands_still(app: Flask, sign_in: SignIn) -> None:
    ticket, link = asked(app)
    with work(app) as session:
        session.add(Suspension(ticket_id=ticket.id, since=ticket.received_at, reason="En aprobación"))
        waiting = session.get_one(Step, step(app, ticket).id)
        waiting.approver_id = session.scalars(
            select(Person.id).where(Person.address == desk.address("jefa", "sigec-cl"))
        ).one()
    page = app.test_client().get(link).text
    assert "Plazo detenido" in page
    assert "La fecha se corre lo que dure la suspensión; sin ella vencería el" in page
    client = sign_in("jefa")
    assert "plazo detenido; sin la suspensión vencería" in client.get("/aprobaciones").text
    assert "Plazo detenido" in client.get(f"/aprobaciones/{waiting.id}").text
