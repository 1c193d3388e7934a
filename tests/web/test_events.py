"""The pages of trainings, assistance and goals, in a browser: who sees which, what they do, and hostile input."""

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpdesk import clock
from helpdesk.models.events import Attendance, TrainingEvent
from helpdesk.models.institutions import Institution
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.plans import PlanGoal
from helpdesk.models.tickets import Ticket
from helpdesk.web.spreadsheet import cell
from tests.factories import desk
from tests.web.conftest import SignIn, application, work

pytestmark = pytest.mark.usefixtures("forms_without_token")
KEY = "conectamef-pe"
LIMA = ZoneInfo("America/Lima")


@pytest.fixture(scope="module")
def app(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The Peruvian centres beside an institution that plans no events; each test makes its own."""
    with application(server, Path(tmp_path_factory.mktemp("events"))) as made:
        with work(made) as session:
            peru = desk.institution(session, KEY)
            desk.add(session, KEY, "cusco", "César Cusco", teams=(("centro", "cusco"),))
            desk.add(session, KEY, "organo", "Rita Responsable", roles=(("responsable_tecnico", "tesoro"),))
            desk.add(session, KEY, "contable", "Dora Directora", roles=(("director_organo", "contabilidad"),))
            desk.populate(session, peru, 30, made.extensions["files"])
            desk.institution(session, "sigec-cl")
        yield made


def person_id(app: Flask, role: str, key: str = KEY) -> int:
    """Somebody of the cast."""
    with work(app) as session:
        return session.scalars(select(Person.id).where(Person.address == desk.address(role, key))).one()


def day(days: int) -> str:
    """A day as the institution counts it, so many after today."""
    return (clock.now().astimezone(LIMA) + timedelta(days=days)).date().isoformat()


def plan(app: Flask, **more: Any) -> dict[str, Any]:
    """What the form of an event sends: in ten days, given by the agent of Piura."""
    return {
        "kind": "training",
        "subject": "Conciliación bancaria",
        "system": "tesoreria",
        "organ": "tesoro",
        "centre": "piura",
        "specialist": str(person_id(app, "regional")),
        "place": "Auditorio",
        "day": day(10),
        "begins": "10:00",
        "until": "12:00",
        **more,
    }


def planned(app: Flask, sign_in: SignIn, **more: Any) -> str:
    """An event that the agent of Piura plans; gives its address."""
    answer = sign_in("regional", KEY).post("/eventos/nuevo", data=plan(app, **more))
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def begun(app: Flask, sign_in: SignIn) -> str:
    """An event that began yesterday."""
    return planned(app, sign_in, day=day(-1))


def event_of(app: Flask, address: str) -> TrainingEvent:
    """The event behind an address."""
    with work(app) as session:
        return session.get_one(TrainingEvent, int(address.rpartition("/")[2]))


def people_of(app: Flask, address: str) -> list[Attendance]:
    """Its list."""
    with work(app) as session:
        found = select(Attendance).where(Attendance.event_id == event_of(app, address).id)
        return list(session.scalars(found.order_by(Attendance.id)))


def asking(app: Flask) -> Ticket:
    """An open ticket of Piura that asks for a training."""
    with work(app) as session:
        found = select(Ticket).where(
            Ticket.request_type == "capacitacion", Ticket.closed_at.is_(None), Ticket.team_scope == "piura"
        )
        ticket = session.scalars(found.order_by(Ticket.id)).first()
        assert ticket is not None
        ticket.fields = {"tema": "Uso del SIAF", "sistema_administrativo": "siaf", "fecha_propuesta": day(20)}
        ticket.channel = "email"
        return ticket


def labelled(page: str) -> set[str]:
    """The fields of a page's forms that have no label tied to them, hidden ones and ticks inside labels aside."""
    ids = set(re.findall(r'<(?:input|select|textarea) class="form-[^>]* id="([^"]+)"', page))
    return ids - set(re.findall(r'<label for="([^"]+)"', page))


def test_an_event_goes_from_plan_to_list_in_the_browser(app: Flask, sign_in: SignIn) -> None:
    address = begun(app, sign_in)
    assert "Por acordar" in sign_in("regional", KEY).get(address).text
    page = sign_in("organo", KEY).get(address).text
    assert "Usted ejerce una función de este órgano" in page
    assert "Añadir personas" not in page
    assert sign_in("organo", KEY).post(f"{address}/acordar", data={"touched": "0"}).status_code == 303
    client = sign_in("regional", KEY)
    people = {"people": "Ana Pérez; 40000001; Muni Sullana\nLuis Paz"}
    assert client.post(f"{address}/lista", data=people).status_code == 303
    ana, luis = people_of(app, address)
    marked = {"shown": [ana.id, luis.id], "came": [ana.id]}
    assert client.post(f"{address}/asistencia", data=marked).status_code == 303
    assert client.post(f"{address}/lista", data={"people": "Eva Ruiz", "came": "y"}).status_code == 303
    assert [each.attended for each in people_of(app, address)] == [True, False, True]
    assert client.post(f"{address}/realizada", data={"touched": "1"}).status_code == 303
    assert client.post(f"{address}/lista/{luis.id}/quitar").status_code == 303
    page = client.get(address).text
    assert "Realizada" in page
    assert "Rita Responsable, el " in page
    assert "2 asistieron" in page


def test_an_agent_notes_the_agreement_with_name_and_day(app: Flask, sign_in: SignIn) -> None:
    address, client = planned(app, sign_in), sign_in("regional", KEY)
    refused = client.post(f"{address}/acordar", data={"touched": "0", "by": "Rosa", "on": day(5)})
    assert refused.status_code == 422
    assert 'id="on-error"' in refused.text
    assert 'value="Rosa"' in refused.text
    assert client.post(f"{address}/acordar", data={"touched": "0", "by": "Rosa", "on": day(0)}).status_code == 303
    assert event_of(app, address).agreed_by == "Rosa"


def test_a_ticket_offers_its_event_filled_with_what_it_says_and_shows_it_then(app: Flask, sign_in: SignIn) -> None:
    ticket, client = asking(app), sign_in("regional", KEY)
    number = f"CMEF-{ticket.number}"
    assert f"/eventos/nuevo?ticket={number}" in client.get(f"/tickets/{number}").text
    form = client.get(f"/eventos/nuevo?ticket={number}").text
    assert 'value="Uso del SIAF"' in form
    assert f'value="{day(20)}"' in form
    assert '<option value="siaf" selected>' in form
    assert 'name="kind"' not in form
    touched = re.search(r'name="touched" value="(\d+)"', form)
    assert touched is not None
    data = plan(app, ticket=number, touched=touched[1], subject="Uso del SIAF en vivo")
    address = client.post("/eventos/nuevo", data=data).location
    assert event_of(app, address).ticket_id == ticket.id
    page = client.get(f"/tickets/{number}").text
    assert f'href="{address}">Uso del SIAF en vivo</a>' in page
    assert "Se programó la capacitación «Uso del SIAF en vivo» para el" in page
    with work(app) as session:
        letters = select(func.count()).where(Letter.ticket_id == ticket.id, Letter.letter == "evento")
        assert session.scalar(letters) == 1


def test_a_change_is_refused_with_what_was_typed_and_then_saved(app: Flask, sign_in: SignIn) -> None:
    address, client = planned(app, sign_in), sign_in("regional", KEY)
    form = client.get(f"{address}/cambiar").text
    assert 'value="Conciliación bancaria"' in form
    assert 'value="10:00"' in form
    wrong = client.post(f"{address}/cambiar", data=plan(app, touched="0", until="09:00", place="Biblioteca"))
    assert wrong.status_code == 422
    assert 'id="until-error"' in wrong.text
    assert 'value="Biblioteca"' in wrong.text
    saved = client.post(f"{address}/cambiar", data=plan(app, touched="0", until="13:00"))
    assert saved.status_code == 303
    late = client.post(f"{address}/cambiar", data=plan(app, touched="0", until="14:00"))
    assert late.status_code == 409
    assert 'name="touched" value="1"' in late.text
    assert 'value="14:00"' in late.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": ""}, {"subject": "x" * 10_000}, {"place": "x" * 10_000}, {"organ": "otro"}, {"organ": ""},
        {"centre": "lima"}, {"centre": ""}, {"centre": "cusco", "specialist": ""}, {"specialist": "999999999"},
        {"specialist": "abc"}, {"system": "magia"}, {"kind": "boda"}, {"kind": ""}, {"day": "0001-01-01"},
        {"day": "9999-12-31"}, {"day": "mañana"}, {"day": ""}, {"begins": "25:00"}, {"begins": ""},
        {"until": "10:00"}, {"subject": "\x00"},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_plan_is_refused_in_the_form(app: Flask, sign_in: SignIn, wrong: dict[str, str]) -> None:
    answer = sign_in("regional", KEY).post("/eventos/nuevo", data=plan(app, **wrong))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "field-error" in answer.text


@pytest.mark.parametrize("people", ["", "; 40000001", "Ana; 123", "x" * 10_000, "Ana\n" * 501, "=1+1; 4000000"])
def test_a_wrong_list_is_refused_with_what_was_typed(app: Flask, sign_in: SignIn, people: str) -> None:
    address = planned(app, sign_in)
    answer = sign_in("regional", KEY).post(f"{address}/lista", data={"people": people})
    assert answer.status_code == 422
    assert 'id="people-error"' in answer.text
    assert people_of(app, address) == []


def test_names_are_shown_as_text(app: Flask, sign_in: SignIn) -> None:
    address = planned(app, sign_in, subject="<script>alert(1)</script>")
    client = sign_in("regional", KEY)
    client.post(f"{address}/lista", data={"people": "<b>Ana</b>; ; <i>Muni</i>"})
    page = client.get(address).text + client.get("/eventos").text
    assert "<script>alert(1)" not in page
    assert "<b>Ana</b>" not in page


def test_attendance_waits_for_the_beginning(app: Flask, sign_in: SignIn) -> None:
    address, client = planned(app, sign_in), sign_in("regional", KEY)
    client.post(f"{address}/lista", data={"people": "Ana Pérez"})
    (ana,) = people_of(app, address)
    page = client.get(address).text
    assert "La asistencia se anota desde la hora de inicio." in page
    assert 'name="came"' not in page
    refused = client.post(f"{address}/asistencia", data={"shown": [ana.id], "came": [ana.id]})
    assert refused.status_code == 409
    assert client.post(f"{address}/realizada", data={"touched": "0"}).status_code == 409


def test_a_cancelled_event_keeps_its_reason(app: Flask, sign_in: SignIn) -> None:
    address, client = planned(app, sign_in), sign_in("regional", KEY)
    assert client.post(f"{address}/cancelar", data={"touched": "0", "reason": ""}).status_code == 422
    assert client.post(f"{address}/cancelar", data={"touched": "0", "reason": "Sin sala."}).status_code == 303
    page = client.get(address).text
    assert "Sin sala." in page
    assert "Añadir personas" not in page


def test_the_file_of_a_list_has_no_documents_and_runs_nothing(app: Flask, sign_in: SignIn) -> None:
    address, client = begun(app, sign_in), sign_in("regional", KEY)
    client.post(f"{address}/lista", data={"people": "=HYPERLINK(1); 40000001; @Muni", "came": "y"})
    answer = client.get(f"{address}/asistencia.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert list(csv.reader(StringIO(answer.text.removeprefix("\ufeff")))) == [
        ["Nombre", "Entidad", "Asistió"],
        ["'=HYPERLINK(1)", "'@Muni", "Sí"],
    ]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1"])
def test_a_cell_never_begins_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert cell("a=1") == "a=1"
    assert cell(-1) == -1


def test_an_organ_does_not_see_identity_documents(app: Flask, sign_in: SignIn) -> None:
    address = planned(app, sign_in)
    sign_in("regional", KEY).post(f"{address}/lista", data={"people": "Ana Pérez; 40000001; Muni"})
    assert "40000001" in sign_in("regional", KEY).get(address).text
    page = sign_in("organo", KEY).get(address).text
    assert "Ana Pérez" in page
    assert "40000001" not in page


def test_the_trainings_of_a_specialist_are_listed_for_that_person(app: Flask, sign_in: SignIn) -> None:
    organ, specialist = sign_in("organo", KEY), person_id(app, "regional")
    data = plan(app, kind="staff_training", centre="", specialist="", subject="Novedades del SIAF", day=day(-2))
    address = organ.post("/eventos/nuevo", data=data).location
    assert organ.post(f"{address}/lista", data={"persons": [specialist], "came": "y"}).status_code == 303
    page = sign_in("admin", KEY).get(f"/eventos?especialista={specialist}").text
    received = page[page.index("Capacitaciones recibidas por") :]
    assert "Novedades del SIAF" in received
    assert "Asistió" in received
    assert "Capacitaciones recibidas" not in sign_in("cusco", KEY).get(f"/eventos?especialista={specialist}").text
    assert organ.post(f"{address}/lista", data={"persons": []}).status_code == 422
    foreigner = person_id(app, "admin", "sigec-cl")
    assert organ.post(f"{address}/lista", data={"persons": [foreigner]}).status_code == 404


def test_an_organ_is_offered_the_training_of_specialists_only(sign_in: SignIn, app: Flask) -> None:
    form = sign_in("organo", KEY).get("/eventos/nuevo").text
    assert re.findall(r'<option value="(\w*training|technical_assistance)"', form) == ["staff_training"]
    assert sign_in("organo", KEY).post("/eventos/nuevo", data=plan(app)).status_code == 403
    assert sign_in("jefa", KEY).get("/eventos/nuevo").status_code == 403


def test_who_speaks_for_an_organ_changes_nothing_but_its_own_trainings(app: Flask, sign_in: SignIn) -> None:
    address, organ = planned(app, sign_in), sign_in("organo", KEY)
    answers: list[TestResponse] = [
        organ.get(f"{address}/cambiar"),
        organ.post(f"{address}/cambiar", data=plan(app, touched="0")),
        organ.post(f"{address}/cancelar", data={"touched": "0", "reason": "x"}),
        organ.post(f"{address}/lista", data={"people": "Ana"}),
        organ.post(f"{address}/meta", data={"goal": ""}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert event_of(app, address).state == "planned"


@pytest.mark.parametrize(("role", "key"), [("cusco", KEY), ("contable", KEY), ("admin", "sigec-cl")])
def test_who_does_not_see_an_event_reaches_nothing_of_it(app: Flask, sign_in: SignIn, role: str, key: str) -> None:
    address, client = planned(app, sign_in), sign_in(role, key)
    for path in ("", "/cambiar", "/asistencia.csv"):
        assert client.get(f"{address}{path}").status_code == 404
    for path, data in (
        ("cambiar", plan(app, touched="0")),
        ("acordar", {"touched": "0", "by": "Rosa"}),
        ("realizada", {"touched": "0"}),
        ("cancelar", {"touched": "0", "reason": "x"}),
        ("lista", {"people": "Ana"}),
        ("asistencia", {"shown": "1"}),
        ("lista/1/quitar", {}),
        ("meta", {"goal": ""}),
    ):
        assert client.post(f"{address}/{path}", data=data).status_code == 404, path
    assert event_of(app, address).state == "planned"
    assert address not in client.get("/eventos").text


def test_an_institution_without_such_requests_shows_none_of_it(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("admin", "sigec-cl")
    for path in ("/eventos", "/eventos/nuevo", "/metas", "/metas.csv", "/admin/metas"):
        assert client.get(path).status_code == 404, path
    assert client.post("/eventos/nuevo", data=plan(app)).status_code == 404
    data = {"organ": "tesoro", "year": "2026", "code": "1", "name": "x"}
    assert client.post("/admin/metas", data=data).status_code == 404
    page = client.get("/bandeja?vista=abiertos").text
    assert "Bandeja" in page
    assert "/eventos" not in page
    assert "/metas" not in page


def test_agents_and_functions_find_the_pages_in_the_navigation(sign_in: SignIn) -> None:
    for role in ("regional", "organo", "admin"):
        page = sign_in(role, KEY).get("/bandeja?vista=abiertos").text
        assert 'href="/eventos"' in page
        assert 'href="/metas"' in page


@pytest.mark.parametrize(
    "query", ["mes=2026-13", "mes=0001-01", "mes=9999-12", "mes=%00", "centro=x", "organo=%27", "especialista=99999999"]
)
def test_a_filter_that_makes_no_sense_breaks_nothing(sign_in: SignIn, query: str) -> None:
    assert sign_in("admin", KEY).get(f"/eventos?{query}").status_code == 200


def test_the_list_is_filtered_by_month_and_place(app: Flask, sign_in: SignIn) -> None:
    address, client = planned(app, sign_in, subject="Solo este"), sign_in("admin", KEY)
    assert address in client.get(f"/eventos?mes={day(10)[:7]}&centro=piura&organo=tesoro").text
    assert address not in client.get("/eventos?mes=2020-01").text
    assert address not in client.get("/eventos?centro=cusco").text


def test_every_field_of_the_pages_has_its_label(app: Flask, sign_in: SignIn) -> None:
    address, client = begun(app, sign_in), sign_in("admin", KEY)
    for path in (address, f"{address}/cambiar", "/eventos", "/eventos/nuevo", "/metas", "/admin/metas"):
        assert labelled(client.get(path).text) == set(), path


def goal(app: Flask, sign_in: SignIn, code: str) -> int:
    """A goal of the treasury for this year."""
    data = {"organ": "tesoro", "year": day(0)[:4], "code": code, "name": "=Entidades capacitadas"}
    assert sign_in("admin", KEY).post("/admin/metas", data=data).status_code == 303
    with work(app) as session:
        return session.scalars(select(PlanGoal.id).where(PlanGoal.code == code)).one()


def test_a_goal_is_added_set_reported_and_retired(app: Flask, sign_in: SignIn) -> None:
    meta, ticket, address = goal(app, sign_in, "C-12"), asking(app), planned(app, sign_in)
    client = sign_in("regional", KEY)
    number = f"CMEF-{ticket.number}"
    assert client.post(f"/tickets/{number}/meta", data={"goal": meta}).status_code == 303
    assert client.post(f"{address}/meta", data={"goal": meta}).status_code == 303
    assert "Meta del plan operativo: C-12, =Entidades capacitadas" in client.get(f"/tickets/{number}").text
    rows = list(csv.reader(StringIO(client.get("/metas.csv?organo=tesoro").text)))
    assert rows[1][2:] == ["C-12", "'=Entidades capacitadas", "1", "0", "1", "0"]
    assert "C-12" in client.get("/metas").text
    assert "C-12" not in client.get("/metas?organo=ogti").text
    admin = sign_in("admin", KEY)
    assert admin.post(f"/admin/metas/{meta}/retirar").status_code == 303
    assert admin.post(f"/admin/metas/{meta}/retirar").status_code == 404
    assert "Retirada" in admin.get("/admin/metas").text


def test_an_ended_ticket_can_still_be_given_its_goal(app: Flask, sign_in: SignIn) -> None:
    meta, client = goal(app, sign_in, "C-40"), sign_in("admin", KEY)
    with work(app) as session:
        peru = select(Institution.id).where(Institution.key == KEY).scalar_subquery()
        found = select(Ticket.number).where(Ticket.status == "closed", Ticket.institution_id == peru)
        number = f"CMEF-{session.scalars(found.order_by(Ticket.id)).first()}"
    page = client.get(f"/tickets/{number}").text
    assert f'action="/tickets/{number}/meta"' in page
    assert client.post(f"/tickets/{number}/meta", data={"goal": meta}).status_code == 303
    assert "Meta del plan operativo: C-40" in client.get(f"/tickets/{number}").text
    assert f'action="/tickets/{number}/meta"' not in client.get(f"/tickets/{number}/imprimir").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("organ", "otro"), ("year", "1"), ("year", "abc"), ("year", "9" * 30), ("code", ""), ("name", "x" * 10_000)],
)
def test_a_wrong_goal_is_refused_in_the_form(sign_in: SignIn, field: str, value: str) -> None:
    data = {"organ": "tesoro", "year": day(0)[:4], "code": "Z-1", "name": "Capacitar", field: value}
    answer = sign_in("admin", KEY).post("/admin/metas", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_a_code_taken_already_is_refused(app: Flask, sign_in: SignIn) -> None:
    goal(app, sign_in, "C-30")
    data = {"organ": "tesoro", "year": day(0)[:4], "code": "C-30", "name": "Otra"}
    assert sign_in("admin", KEY).post("/admin/metas", data=data).status_code == 409


def test_only_an_administrator_keeps_the_goals(sign_in: SignIn) -> None:
    client = sign_in("regional", KEY)
    assert client.get("/admin/metas").status_code == 403
    assert client.post("/admin/metas", data={"code": "x"}).status_code == 403


def test_a_goal_of_another_institution_is_set_nowhere(app: Flask, sign_in: SignIn) -> None:
    address, ticket = planned(app, sign_in), asking(app)
    client = sign_in("regional", KEY)
    for unknown in ("999999999", "abc;"):
        assert client.post(f"{address}/meta", data={"goal": unknown}).status_code == 404
    assert client.post(f"/tickets/CMEF-{ticket.number}/meta", data={"goal": "999999999"}).status_code == 404


@pytest.mark.parametrize("query", ["anio=abc", "anio=0", "anio=99999999999999", "organo=%00x"])
def test_a_report_of_nonsense_is_an_empty_report(sign_in: SignIn, query: str) -> None:
    assert sign_in("admin", KEY).get(f"/metas?{query}").status_code == 200
