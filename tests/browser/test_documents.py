"""Judging the files of a request in a real browser."""

from flask import Flask
from playwright.sync_api import expect

from tests.browser.conftest import Visit, sign_in
from tests.factories import requests
from tests.web.conftest import work


def test_an_agent_rejects_a_paper_and_returns_the_request_without_scripts_on_a_narrow_screen(
    visit: Visit, app: Flask
) -> None:
    with work(app) as session:
        ticket = requests.complete(session)
    page = sign_in(visit(viewport={"width": 360, "height": 740}, java_script_enabled=False))
    page.goto(f"/tickets/SIGEC-{ticket.number}")
    documents = page.get_by_role("region", name="Documentos")
    documents.locator("summary", has_text="Más").click()
    documents.locator("summary", has_text="Rechazar").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    documents.get_by_label("Qué tiene").select_option("unsigned")
    documents.get_by_role("button", name="Rechazar el documento").click()
    expect(documents).to_contain_text("No sirve: sin firma o sello")
    documents.locator("summary", has_text="Devolver por incompleto").click()
    expect(documents.get_by_role("checkbox").first).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    documents.get_by_role("button", name="Devolver y avisar").click()
    expect(page.get_by_role("region", name="Estado y plazo")).to_contain_text("Devuelto por incompleto")
