"""Tasks of the month, directives and authorised material in a browser: every width, and the way through each."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from helpdesk import clock
from helpdesk.domain import months
from helpdesk.jobs import clockwork
from helpdesk.models.tickets import Ticket
from tests.browser.conftest import Visit, sign_in
from tests.domain.shipped import shipped
from tests.factories import desk
from tests.web import peru
from tests.web.conftest import work

KEY = peru.KEY
PAGES = (
    "/tareas", "/tareas/contenidos", "/tareas/contenidos?estado=hechas", "/tareas/informacion",
    "/tareas/compilado/boletin_mensual", "/directivas", "/materiales",
)  # fmt: skip


@pytest.fixture(autouse=True)
def office(app: Flask) -> None:
    """The Peruvian institution with what one centre sent this month."""
    peru.settled(app)
    with app.app_context():
        clockwork.keep_tasks()
    with work(app) as session:
        owner = peru.institution(session)
        if session.query(Ticket).filter_by(institution_id=owner.id).count():
            return
        cast = desk.Cast(owner, shipped(KEY), *(peru.person(session, "agente") for _ in range(4)))
        made = desk.ticket(session, cast, 1)
        made.request_type, made.status, made.closed_at, made.centre = "insumo_boletin", "open", None, "piura"
        made.requester_id, made.received_at = peru.person(session, "coordinador").id, clock.now()
        made.fields = {
            "periodo": months.in_words(clock.now().date().replace(day=1)),
            "destino": "boletin",
            "contenido": "Se capacitó a cuarenta personas.\n\nTambién se abrió un módulo.",
            "sistema_administrativo": "tesoreria",
        }


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_is_wider_than_the_screen(visit: Visit, width: int) -> None:
    page = sign_in(visit(viewport={"width": width, "height": 700}), "admin", KEY)
    wide = []
    for path in PAGES:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    assert wide == []


def test_a_content_is_set_and_marked_as_done(visit: Visit) -> None:
    page = sign_in(visit(), "comunicaciones", KEY)
    page.goto("/tareas/contenidos")
    page.get_by_text("Encargar un contenido").click()
    page.get_by_label("Título").fill("Panel del mes")
    page.get_by_label("Medio").select_option("periodico_mural")
    page.get_by_label("Para el día").fill(str(clock.now().date().replace(year=clock.now().year + 1)))
    page.get_by_role("button", name="Encargar").click()
    expect(page.get_by_role("status")).to_contain_text("El contenido quedó encargado.")
    page.get_by_text("Marcar como hecho").first.click()
    page.get_by_label("Cómo se hizo o dónde está").fill("En el panel de la entrada")
    page.get_by_role("button", name="Marcar como hecho").click()
    page.get_by_role("link", name="Hechos").click()
    expect(page.get_by_text("En el panel de la entrada")).to_be_visible()


def test_a_directive_is_published_and_acknowledged(visit: Visit) -> None:
    page = sign_in(visit(), "tecnico", KEY)
    page.goto("/directivas")
    page.get_by_text("Publicar", exact=True).first.click()
    page.get_by_label("Título").fill("Cierre de mes")
    page.get_by_label("Texto").fill("Los saldos se concilian cada semana.")
    page.get_by_role("button", name="Publicar").click()
    expect(page.get_by_role("status")).to_contain_text("Publicado")
    reader = sign_in(visit(), "coordinador", KEY)
    reader.goto("/directivas")
    reader.get_by_role("button", name="Acusar lectura de Cierre de mes").click()
    expect(reader.get_by_text("No tiene nada por leer.")).to_be_visible()


def test_material_is_authorised_by_keyboard_and_file(visit: Visit, tmp_path: Path) -> None:
    leaflet = tmp_path / "folleto.pdf"
    leaflet.write_bytes(b"folleto")
    page = sign_in(visit(), "comunicaciones", KEY)
    page.goto("/materiales")
    page.get_by_text("Autorizar material").click()
    page.get_by_label("Título").fill("Folleto SIAF")
    page.get_by_label("Archivo").set_input_files(leaflet)
    page.get_by_role("button", name="Autorizar").click()
    expect(page.get_by_role("link", name="Folleto SIAF")).to_be_visible()
