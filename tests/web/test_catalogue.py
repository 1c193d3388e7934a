"""The public catalogue shows every column of the published matrix (R-002 to R-011)."""

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from helpdesk.domain.calendars import calendar_of
from helpdesk.domain.catalogue import Links, Unit
from helpdesk.domain.deadlines import due_at
from helpdesk.web.service import access_lists, described, publication, term
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


@pytest.mark.parametrize("request_type", [each.key for each in shipped("mef-ec").request_types])
def test_a_service_costs_nothing_and_no_step_or_document_is_a_payment(app: Flask, request_type: str) -> None:
    page = app.test_client().get(f"/servicios/mef-ec/{request_type}").text
    assert "<dt>Costo</dt><dd>Gratuito</dd>" in page
    spec = shipped("mef-ec").request_type(request_type)
    names = [step.name for step in spec.route] + [document.name for document in spec.required_documents]
    names += [datum.label for datum in spec.intake_fields]
    assert [name for name in names if re.search(r"comprobante|arancel|tasa|pagar|pago de", name.lower())] == []


@pytest.mark.parametrize(
    ("amount", "unit", "told"),
    [
        (30, "minutes", "30 minutos"), (8, "business_hours", "8 horas hábiles"), (24, "hours", "24 horas"),
        (2, "business_days", "2 días hábiles"), (1, "business_days", "1 día hábil"),
        (30, "calendar_days", "30 días calendario"), (3, "weeks", "3 semanas"),
    ],
)  # fmt: skip
def test_a_response_time_prints_as_a_number_with_its_unit(amount: int, unit: Unit, told: str) -> None:
    deadline = shipped("mef-ec").request_types[0].deadline
    assert deadline is not None
    assert term(replace(deadline, amount=amount, unit=unit)) == told


def test_changed_hours_are_published_and_counted_alike() -> None:
    """There is one calendar: what the page says and what a term counts come of the same entry (R-008)."""
    catalogue = shipped("mef-ec")
    spec = catalogue.request_type("activacion_revision_usuario")
    calendar = catalogue.calendar(spec.service_hours)
    shorter = replace(calendar, hours={**calendar.hours, "tue": (("09:00", "13:00"),)})
    calendars = tuple(shorter if each.key == calendar.key else each for each in catalogue.calendars)
    changed = replace(catalogue, calendars=calendars)
    assert spec.deadline is not None
    assert spec.deadline.calendar == spec.service_hours
    assert "martes, 09:00–13:00" in described(changed, spec).hours
    tuesday = datetime(2026, 4, 7, 9, 0, tzinfo=ZoneInfo("America/Guayaquil"))
    due = due_at(spec.deadline, tuesday, calendar_of(changed.calendar(spec.deadline.calendar))).at
    assert due.astimezone(tuesday.tzinfo) == tuesday.replace(day=8, hour=12)


@pytest.mark.parametrize("request_type", [each.key for each in shipped("mef-ec").request_types])
def test_a_service_without_an_online_form_says_so_in_the_words_of_the_law(app: Flask, request_type: str) -> None:
    page = app.test_client().get(f"/servicios/mef-ec/{request_type}").text
    assert "<dt>Servicio en línea</dt><dd>NO APLICABLE</dd>" in page


@pytest.mark.parametrize("online", [None, "", "  "])
def test_a_link_that_the_catalogue_leaves_out_is_no_empty_cell(online: str | None) -> None:
    catalogue = shipped("mef-ec")
    spec = replace(catalogue.request_types[0], links=Links(online=online))
    assert described(catalogue, spec).online == "NO APLICABLE"


LISTS = re.compile(r"<h3>([^<]+)</h3><ol class=\"plain-steps\">(.*?)</ol>", re.DOTALL)


@pytest.mark.parametrize("key", ["enrolamiento_biometrico", "ausencia_temporal", "ausencia_permanente"])
def test_services_of_two_channels_show_two_lists_in_order(app: Flask, key: str) -> None:
    page = app.test_client().get(f"/servicios/mef-ec/{key}").text.split("Requisitos</h2>")[0]
    lists = {title: re.findall(r"<li>(.*?)</li>", steps, re.DOTALL) for title, steps in LISTS.findall(page)}
    assert list(lists) == ["Canal presencial", "Canal electrónico"]
    written = [f"{title}: {step[0].lower()}{step[1:]}" for title, steps in lists.items() for step in steps]
    assert written == list(shipped("mef-ec").request_type(key).access)


def test_other_services_show_one_list_in_order(app: Flask) -> None:
    page = app.test_client().get("/servicios/mef-ec/crear_usuario_gad_ep").text.split("Requisitos</h2>")[0]
    assert LISTS.findall(page) == []
    (steps,) = re.findall(r"<ol class=\"plain-steps\">(.*?)</ol>", page, re.DOTALL)
    assert re.findall(r"<li>(.*?)</li>", steps) == list(shipped("mef-ec").request_type("crear_usuario_gad_ep").access)


def test_common_steps_stand_before_those_of_a_channel() -> None:
    found = access_lists(
        ("Reunir los papeles.", "Canal presencial: ir a la oficina.", "Canal electrónico: escribir un correo.")
    )
    assert found == (
        ("", ("Reunir los papeles.",)),
        ("Canal presencial", ("Ir a la oficina.",)),
        ("Canal electrónico", ("Escribir un correo.",)),
    )


def test_only_an_institution_that_publishes_a_table_names_who_does() -> None:
    found = publication(shipped("mef-ec"))
    assert found is not None
    assert found.frequency == "MENSUAL"
    assert publication(shipped("sigec-cl")) is None


@pytest.mark.parametrize("path", ["/servicios/nada", "/servicios/mef-ec/nada"])
def test_what_is_not_published_is_not_found(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 404
