"""The term on a ticket's page: its five instants, how it was counted, its prolongation, the times."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import clock
from helpdesk.models.tickets import Extension, Ticket
from tests.factories import requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")


def fresh(app: Flask) -> Ticket:
    """A committed ticket that waits for its approval."""
    with work(app) as session:
        return requests.complete(session)


def test_the_five_instants_are_told_each_in_a_sentence(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app)
    page = sign_in("agente").get(f"/tickets/SIGEC-{ticket.number}").text
    for sentence in (
        "Llegó el ",
        "Cuenta como presentado ",
        "El plazo de 24 horas hábiles corre desde la ",
        "El plazo no se ha suspendido.",
        "Vence el ",
    ):
        assert sentence in page


def test_the_page_tells_how_long_each_step_takes(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app)
    page = sign_in("agente").get(f"/tickets/SIGEC-{ticket.number}").text
    assert "Abierto hasta ahora" in page
    assert "de reloj, hasta ahora" in page


@pytest.mark.parametrize("page", ["", "/imprimir"])
def test_a_date_that_moves_while_the_term_is_suspended_does_not_look_firm(
    app: Flask, sign_in: SignIn, page: str
) -> None:
    with work(app) as session:
        ticket = requests.incomplete(session)
    shown = sign_in("agente").get(f"/tickets/SIGEC-{ticket.number}{page}").text
    assert "La fecha se corre lo que dure la suspensión; sin ella vencería el " in shown
    assert "Mientras siga suspendido, el vencimiento se corre: si corriera ya, vencería el " in shown
    assert "Vence el " not in shown


def test_the_queue_does_not_show_a_firm_date_of_a_suspended_term(app: Flask, sign_in: SignIn) -> None:
    with work(app) as session:
        ticket = requests.incomplete(session)
    page = sign_in("agente").get("/bandeja?vista=devueltos").text
    row = page[page.index(f"SIGEC-{ticket.number}") :]
    assert "La fecha se corre lo que dure la suspensión" in row[: row.index("plazo suspendido")]


def test_how_an_ended_ticket_was_counted_is_still_shown(app: Flask, sign_in: SignIn) -> None:
    with work(app) as session:
        ticket = requests.cast(session).closed()
        session.flush()
    page = sign_in("agente").get(f"/tickets/SIGEC-{ticket.number}").text
    assert "Cómo se contó el plazo" in page
    assert 'class="counted-counted"' in page


def test_an_extension_of_another_type_is_shown_as_one_that_counts_no_more(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app)
    with work(app) as session:
        before = session.get_one(Ticket, ticket.id).due_at
        values = {"unit": "business_days", "reason": "Por volumen.", "granted_at": clock.now()}
        row = Extension(ticket_id=ticket.id, amount=2, superseded_at=clock.now(), **values)
        row.due_before = row.due_after = before
        session.add(row)
    page = sign_in("agente").get(f"/tickets/SIGEC-{ticket.number}").text
    assert "Por volumen. Ya no cuenta: fue antes de cambiar el tipo de solicitud." in page


def test_first_answer_and_resolution_are_measured_apart(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app), sign_in("agente")
    address = f"/tickets/SIGEC-{ticket.number}"
    assert "Primera respuesta" not in client.get(address).text
    with work(app) as session:
        row = session.get_one(Ticket, ticket.id)
        row.received_at, row.first_answer_at = (
            clock.now() - timedelta(hours=30, minutes=5),
            clock.now() - timedelta(hours=27, minutes=1),
        )
    page = client.get(address).text
    assert clocked(page, "Primera respuesta") == "3 h de reloj"
    assert clocked(page, "Abierto hasta ahora") == "30 h de reloj, hasta ahora"
    with work(app) as session:
        row = session.get_one(Ticket, ticket.id)
        row.closed_at, row.status = clock.now() - timedelta(hours=1), "closed"
    assert clocked(client.get(address).text, "Resolución") == "29 h de reloj"


def clocked(page: str, name: str) -> str:
    """How long something took by the clock, as the page tells it."""
    found = re.search(rf'<dt>{name}</dt><dd>[^<]*<span class="facts-sub">([^<]*)', page)
    assert found is not None
    return found[1].strip()


def test_an_extension_shows_both_dates(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app)
    with work(app) as session:
        before = session.get_one(Ticket, ticket.id).due_at
        assert before is not None
        values = {"unit": "business_days", "reason": "Por volumen.", "granted_at": clock.now()}
        row = Extension(ticket_id=ticket.id, amount=2, **values)
        row.due_before, row.due_after = before, before + timedelta(days=3)
        session.add(row)
    page = sign_in("agente").get(f"/tickets/SIGEC-{ticket.number}").text
    assert "Vencía el " in page
    assert "Por volumen." in page


def test_a_term_that_cannot_be_prolonged_offers_no_form_and_refuses(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app), sign_in("agente")
    assert "Prorrogar el plazo" not in client.get(f"/tickets/SIGEC-{ticket.number}").text
    answer = client.post(f"/tickets/SIGEC-{ticket.number}/prorroga", data={"amount": "3", "reason": "Sí."})
    assert answer.status_code == 409
    assert "no se puede prorrogar" in answer.text


def information_request(app: Flask) -> Ticket:
    """The open request for public information of the populated desk: other tests open theirs behind it."""
    with work(app) as session:
        return session.scalars(
            select(Ticket)
            .where(Ticket.request_type == "solicitud_informacion", Ticket.status == "open")
            .order_by(Ticket.id)
            .limit(1)
        ).one()


def test_an_agent_prolongs_a_term_with_its_reason(app: Flask, sign_in: SignIn) -> None:
    ticket, client = information_request(app), sign_in("agente", "mef-ec")
    path = f"/tickets/MEF-{ticket.number}"
    assert "Prorrogar el plazo: cuántos días calendario" in client.get(path).text

    refused = client.post(f"{path}/prorroga", data={"amount": "15", "reason": "", "touched": ticket.touched})
    assert refused.status_code == 422
    assert "Escriba el motivo de la prórroga." in refused.text
    assert 'value="15"' in refused.text

    done = client.post(
        f"{path}/prorroga", data={"amount": "15", "reason": "Son muchos años.", "touched": ticket.touched}
    )
    assert done.status_code == 303
    page = client.get(path).text
    assert "Vencía el " in page
    assert "prórroga de 15 días calendario desde el " in page
    assert "Se prorrogó el plazo por 15 días calendario: Son muchos años." in page
    assert "Prorrogar el plazo: cuántos" not in page
