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


@pytest.mark.parametrize(("automated", "printed"), [(True, "SI"), (False, "No")])
def test_the_automated_flag_is_printed_in_the_words_of_the_table(automated: bool, printed: str) -> None:
    catalogue = shipped("mef-ec")
    assert described(catalogue, replace(catalogue.request_types[0], automated=automated)).automated == printed


def test_none_of_the_ten_services_is_printed_as_automated(app: Flask) -> None:
    for each in shipped("mef-ec").request_types:
        page = app.test_client().get(f"/servicios/mef-ec/{each.key}").text
        assert "<dt>Automatizado</dt><dd>No</dd>" in page


def test_a_service_names_all_its_kinds_of_beneficiaries(app: Flask) -> None:
    catalogue = shipped("mef-ec")
    spec = catalogue.request_type("solicitud_informacion")
    names = {item.key: item.name for item in catalogue.beneficiaries}
    assert len(spec.beneficiaries) > 1
    page = app.test_client().get("/servicios/mef-ec/solicitud_informacion").text
    assert f"<dt>Beneficiarios</dt><dd>{', '.join(names[key] for key in spec.beneficiaries)}</dd>" in page


def test_a_service_of_several_offices_shows_the_address_of_each_and_the_telephones_that_are_known(app: Flask) -> None:
    catalogue = shipped("mef-ec")
    spec = catalogue.request_type("soporte_presencial")
    offices = [office for office in catalogue.offices if office.key in spec.offices]
    assert len(offices) == 3
    page = app.test_client().get("/servicios/mef-ec/soporte_presencial").text.split("<dt>Oficinas</dt>")[1]
    for office in offices:
        assert f"{office.name}: {office.address}{f', {office.phone}' if office.phone else ''}" in page


def test_the_table_of_response_times_shows_who_what_until_when_and_how(app: Flask) -> None:
    catalogue = shipped("sigec-cl")
    page = app.test_client().get("/servicios/sigec-cl").text
    table = page.split("Detalle de tiempos de respuesta")[1].split("</table>")[0]
    for spec in catalogue.request_types:
        row = table.split(f'<th scope="row">{spec.name}</th>')[1].split("</tr>")[0]
        assert catalogue.team(spec.responsible_team).name in row
        assert "24 horas hábiles" in row or "16 horas hábiles" in row
        assert "Correo electrónico" in row and "Respuesta por correo electrónico" in row
        assert all(document.name in row for document in spec.required_documents if document.mandatory == "always")


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
