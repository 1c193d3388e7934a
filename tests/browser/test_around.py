"""What is around a ticket, in a browser: without scripts and on a narrow screen."""

from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, sign_in
from tests.factories import requests
from tests.web.conftest import work

HEAD = "role:jefe_administrativo_regional/CL-BI"


def unfolded(page: Page, path: str) -> None:
    """The ticket's page with its menu and every form of it open."""
    page.goto(path)
    page.locator(".action-more > summary").click()
    for name in ("Consultar a un órgano", "Enlazar", "Unir con…", "Dividir"):
        page.locator(".action-more summary", has_text=name).click()


def test_the_forms_fit_a_narrow_screen_and_work_without_scripts(app: Flask, visit: Visit) -> None:
    with work(app) as session:
        into, ticket = requests.complete(session), requests.complete(session)
    page = sign_in(visit(viewport={"width": 360, "height": 800}, java_script_enabled=False))
    unfolded(page, f"/tickets/SIGEC-{ticket.number}")
    box = page.locator(".action-more .action-panel").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    page.get_by_label("Número del ticket que sigue").fill(f"SIGEC-{into.number}")
    page.get_by_role("button", name="Unir", exact=True).click()
    expect(page.get_by_text("El ticket se unió al otro")).to_be_visible()
    page.goto(f"/tickets/SIGEC-{into.number}")
    page.get_by_text("Ver su conversación").click()
    page.get_by_role("button", name=f"Deshacer la unión con SIGEC-{ticket.number}").click()
    expect(page.get_by_text("La unión se deshizo")).to_be_visible()


def test_who_is_consulted_sees_where_to_answer_and_answers(app: Flask, visit: Visit) -> None:
    with work(app) as session:
        ticket = requests.complete(session)
    page = sign_in(visit(viewport={"width": 1280, "height": 900}))
    unfolded(page, f"/tickets/SIGEC-{ticket.number}")
    page.get_by_label("¿A quién?").select_option(HEAD)
    page.get_by_label("Consulta", exact=True).fill("¿Procede?")
    page.get_by_role("button", name="Enviar la consulta").click()
    page.get_by_role("link", name="Consulta:").first.click()
    asked = page.url
    page = sign_in(visit(viewport={"width": 360, "height": 800}), "jefa")
    page.goto(asked)
    page.get_by_label("Respuesta").fill("Procede.")
    page.get_by_role("button", name="Responder y cerrar").click()
    expect(page.get_by_text("La consulta terminó.", exact=True)).to_be_visible()
