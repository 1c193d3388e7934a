"""The public catalogue shows every column of the published matrix (R-002 to R-011)."""

from dataclasses import replace

import pytest
from flask import Flask

from helpdesk.domain.catalogue import Links
from helpdesk.web.service import access_lists, described, publication
from tests.domain.shipped import shipped


@pytest.mark.parametrize("key", ["sigec-cl", "mef-ec"])
def test_a_visitor_reads_every_service_without_a_session(app: Flask, key: str) -> None:
    client = app.test_client()
    page = client.get(f"/servicios/{key}").text
    for each in shipped(key).request_types:
        assert f"/servicios/{key}/{each.key}" in page
        assert client.get(f"/servicios/{key}/{each.key}").status_code == 200


def test_a_service_shows_all_its_columns(app: Flask) -> None:
    page = app.test_client().get("/servicios/mef-ec/crear_usuario_administrador").text
    for column in (
        "Servicio n.º 1", "Creación Usuarios Administradores", "Cómo acceder", "Requisitos", "Procedimiento interno",
        "Horario de atención", "Costo", "Tiempo de respuesta", "2 días hábiles", "Beneficiarios", "Oficinas", "Canales",
        "Automatizado", "Formulario", "Servicio en línea", "Actualizado",
    ):  # fmt: skip
        assert column in page, column


def test_the_hours_are_those_of_the_calendar_that_counts_terms(app: Flask) -> None:
    page = app.test_client().get("/servicios/sigec-cl/crear_organizacion").text
    assert "lunes a jueves, 08:00–16:00; viernes, 08:00–15:00" in page


def test_a_service_without_an_online_form_says_so_in_the_words_of_the_law() -> None:
    catalogue = shipped("mef-ec")
    spec = replace(catalogue.request_types[0], links=Links())
    assert described(catalogue, spec).online == "NO APLICABLE"


def test_steps_of_two_channels_are_two_lists() -> None:
    found = access_lists(("Canal presencial: ir a la oficina.", "Canal electrónico: escribir un correo."))
    assert found == (("Canal presencial", ("Ir a la oficina.",)), ("Canal electrónico", ("Escribir un correo.",)))


def test_only_an_institution_that_publishes_a_table_names_who_does() -> None:
    found = publication(shipped("mef-ec"))
    assert found is not None
    assert found.frequency == "MENSUAL"
    assert publication(shipped("sigec-cl")) is None


@pytest.mark.parametrize("path", ["/servicios/nada", "/servicios/mef-ec/nada"])
def test_what_is_not_published_is_not_found(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 404
