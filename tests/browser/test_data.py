"""Completing the data of a request in a browser, also without scripts and on a narrow screen."""

from flask import Flask
from playwright.sync_api import expect

from tests.browser.conftest import Visit, sign_in
from tests.cast import REPORT_TEXT, file
from tests.factories import requests
from tests.web.conftest import work

STOPPED = "complete el dato y siga"


def test_an_agent_completes_the_region_without_scripts_on_a_narrow_screen(visit: Visit, app: Flask) -> None:
    with work(app) as session:
        text = REPORT_TEXT.replace("Región del Biobío, ", "")
        ticket = requests.cast(session).open(text=text, files=(file(content=requests.PAPER),))
    page = sign_in(visit(viewport={"width": 360, "height": 740}, java_script_enabled=False))
    page.goto(f"/tickets/SIGEC-{ticket.number}")
    stopped = page.get_by_role("region", name="Estado y plazo").get_by_text(STOPPED)
    stopped.get_by_role("link", name="Completar datos").click()
    missing = page.get_by_role("region", name="Por completar o corregir")
    missing.get_by_label("Región").select_option(label="Biobío")
    page.get_by_role("button", name="Guardar los datos").click()
    expect(page.get_by_role("status")).to_contain_text("Datos guardados. La solicitud siguió su ruta.")
    expect(stopped).to_have_count(0)


def test_the_form_is_no_wider_than_a_narrow_screen(visit: Visit, app: Flask) -> None:
    with work(app) as session:
        ticket = requests.complete(session)
    page = sign_in(visit(viewport={"width": 360, "height": 740}))
    page.goto(f"/tickets/SIGEC-{ticket.number}/datos")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
