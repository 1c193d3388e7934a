"""The working day of an agent and an approver: sign in, take, return, approve, reply and close."""

import re

from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.domain.papers import Review
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals, tickets
from tests.browser.conftest import Visit, sign_in
from tests.factories import requests
from tests.web.conftest import work


def number(ticket: Ticket) -> str:
    """The ticket's path."""
    return f"/tickets/SIGEC-{ticket.number}"


def test_an_agent_signs_in_and_finds_the_queue(visit: Visit) -> None:
    page = sign_in(visit("/bandeja"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Mías")
    page.get_by_role("navigation", name="Vistas").get_by_role("link", name="Sin asignar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sin asignar")
    page.get_by_role("list").filter(has=page.locator(".row-item")).get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Tomar")).to_be_visible()


def test_an_agent_takes_a_ticket(visit: Visit, app: Flask) -> None:
    with work(app) as session:
        ticket = requests.incomplete(session)
    page = sign_in(visit())
    page.goto(number(ticket))
    page.get_by_role("button", name="Tomar").click()
    expect(page.get_by_role("status")).to_contain_text("Ahora está a su cargo.")
    expect(page.get_by_role("button", name="Tomar")).to_have_count(0)


def test_an_agent_returns_an_incomplete_request(visit: Visit, app: Flask) -> None:
    with work(app) as session:
        ticket = requests.incomplete(session)
    page = sign_in(visit())
    page.goto(number(ticket))
    page.get_by_text("Devolver por incompleto", exact=True).click()
    expect(page.get_by_role("checkbox", name=re.compile("Memorándum"))).to_be_checked()
    page.get_by_label("Mensaje para el solicitante").fill("Basta una copia escaneada.")
    page.get_by_role("button", name="Devolver y avisar").click()
    expect(page.get_by_role("status")).to_contain_text("Devuelto por incompleto")
    with work(app) as session:
        assert "Basta una copia escaneada." in requests.letter_of(session, ticket, "incompleto").text


def test_an_approver_decides_by_the_link_on_a_phone(visit: Visit, app: Flask) -> None:
    with work(app) as session:
        ticket = requests.complete(session)
        link = re.search(r"/aprobar/\S+", requests.letter_of(session, ticket, "aprobacion").text)
    assert link is not None
    page = visit(link[0], viewport={"width": 360, "height": 740}, is_mobile=True)
    page.get_by_role("button", name="Rechazar").click()
    expect(page.get_by_role("alert")).to_contain_text("escriba el motivo")
    page.get_by_role("button", name="Aprobar").click()
    expect(page.get_by_role("status")).to_contain_text("Aprobado")
    with work(app) as session:
        decided = session.scalars(select(Step).where(Step.ticket_id == ticket.id, Step.key == "validar_jar")).one()
    assert (decided.state, decided.via) == ("done", "link")


def test_an_agent_replies_and_closes(visit: Visit, app: Flask) -> None:
    ticket = approved(app)
    page = sign_in(visit())
    page.goto(number(ticket))
    page.keyboard.press("r")
    page.keyboard.type("La rendición quedó desaprobada: ya puede corregirla.")
    page.get_by_role("button", name="Responder y cerrar").click()
    expect(page.get_by_role("status")).to_contain_text("Respuesta enviada y ticket cerrado.")
    expect(page.locator(".ticket-line")).to_contain_text("Cerrado")
    with work(app) as session:
        assert "ya puede corregirla" in requests.letter_of(session, ticket, "cierre").text
        assert session.get_one(Ticket, ticket.id).status == "closed"


def test_all_of_it_works_without_scripts(visit: Visit, app: Flask) -> None:
    with work(app) as session:
        ticket = requests.incomplete(session)
    page = sign_in(visit(java_script_enabled=False))
    page.goto(number(ticket))
    page.get_by_role("button", name="Tomar").click()
    expect(page.get_by_role("status")).to_contain_text("Ahora está a su cargo.")
    page.locator("label", has_text="Nota interna").first.click()
    page.locator("#note-text").fill("Sin scripts también se trabaja.")
    page.get_by_role("button", name="Guardar la nota").click()
    expect(page.get_by_text("Sin scripts también se trabaja.")).to_be_visible()


def approved(app: Flask) -> Ticket:
    """A request that both approvers granted and the desk carried out."""
    with work(app) as session:
        cast = requests.cast(session)
        ticket = requests.complete(session)
        for _ in range(2):
            step = cast.step(ticket)
            assert step.approver_id is not None
            approver = requests.acting(session, step.approver_id)
            approvals.decide(session, approver, step.id, "approve", None, "web")
        while cast.step(ticket).kind != "close":
            tickets.complete_step(session, cast.agent, ticket.id, None, "", Review(looked_at=True))
    return ticket
