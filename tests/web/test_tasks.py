"""The pages of tasks: the own ones, who has sent and who has not, what was sent, and contents (R-129, R-130, R-131)."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from helpdesk import clock
from helpdesk.domain import months
from helpdesk.jobs import clockwork
from helpdesk.models.audit import Event
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.tasks import Task
from helpdesk.models.tickets import Ticket
from helpdesk.queries.people import today
from helpdesk.services.people import meet
from tests.domain.shipped import shipped
from tests.factories import desk
from tests.web import peru
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")
KEY = peru.KEY
HOSTILE = "<script>alert(1)</script> {{7*7}}"


@pytest.fixture(autouse=True)
def month(app: Flask) -> Iterator[date]:
    """The present month, laid out by the clock; nothing of what earlier tests sent counts for it."""
    peru.settled(app)
    with work(app) as session:
        session.execute(delete(Task))
        earlier = update(Ticket).where(Ticket.request_type == "insumo_boletin")
        session.execute(earlier.values(status="not_filed", closed_at=clock.now()))
        present = months.first_of(today(session, peru.institution(session).id))
    with clock.fixed(datetime(present.year, present.month, 4, 15, tzinfo=UTC)):
        with app.app_context():
            clockwork.keep_tasks()
        yield present


def task_of(app: Flask, scope: str | None, key: str | None = "boletin_mensual") -> Task:
    """A task of the month, or the newest content."""
    with work(app) as session:
        query = select(Task).where(
            Task.key.is_not_distinct_from(key), Task.institution_id == peru.institution(session).id
        )
        if key is not None:
            query = query.where(Task.scope.is_not_distinct_from(scope))
        return session.scalars(query.order_by(Task.id.desc())).first()  # type: ignore[return-value]  # there is one


def sent(app: Flask, month: date, *, centre: str = "piura", sender: str = "coordinador", **fields: str) -> int:
    """A request with information for the month; gives its number."""
    values = {"periodo": months.in_words(month), "destino": "boletin", "contenido": "Cuarenta capacitados.", **fields}
    with work(app) as session:
        institution = peru.institution(session)
        cast = desk.Cast(institution, shipped(KEY), *(peru.person(session, "coordinador") for _ in range(4)))
        number = desk.next_number(session, institution)
        made = desk.ticket(session, cast, number)
        made.request_type, made.status, made.closed_at = "insumo_boletin", "open", None
        made.requester_id = meet(session, institution.id, "", desk.address(sender, KEY)).id
        made.centre, made.fields, made.received_at = centre, values, clock.now()
        return made.number


def test_the_clock_lays_the_month_out_and_asks_each_coordinator(app: Flask) -> None:
    with work(app) as session:
        institution = peru.institution(session)
        rows = session.scalars(select(Task).where(Task.institution_id == institution.id, Task.key == "boletin_mensual"))
        assert sorted(str(row.scope) for row in rows if row.asked_at is not None) == ["cusco", "piura"]
        asked = session.scalars(select(Letter.recipient).where(Letter.letter == "tarea")).all()
    assert desk.address("coordinador", KEY) in asked


def test_a_coordinator_sees_the_own_tasks_and_nobody_elses(sign_in: SignIn, month: date) -> None:
    page = sign_in("coordinador", KEY).get("/tareas").text
    assert "Boletín informativo mensual" in page and "CONECTAMEF Piura" in page
    assert months.in_words(month) in page
    assert "CONECTAMEF Cusco" not in page and "Quién ha enviado" not in page


def test_who_oversees_sees_who_has_not_sent(app: Flask, sign_in: SignIn, month: date) -> None:
    number = sent(app, month)
    with app.app_context():
        clockwork.keep_tasks()
    page = sign_in("comunicaciones", KEY).get("/tareas").text
    assert "Falta 1 de 2." in page
    assert f"CMEF-{number}" in page
    assert "Documentación de conformidad" not in page
    assert "Documentación de conformidad" in sign_in("admin", KEY).get("/tareas").text


def test_a_month_without_tasks_says_so(sign_in: SignIn) -> None:
    page = sign_in("comunicaciones", KEY).get("/tareas?mes=2019-02").text
    assert "No hay tareas de ese mes." in page and "febrero de 2019" in page


@pytest.mark.parametrize("mes", ["x", "9999-99", "2026-00", "0001-01", "%00", "2100-12", "2000-01"])
def test_any_month_in_the_address_is_answered(sign_in: SignIn, mes: str) -> None:
    client = sign_in("comunicaciones", KEY)
    for path in ("/tareas", "/tareas/informacion", "/tareas/compilado/boletin_mensual"):
        assert client.get(f"{path}?mes={mes}").status_code == 200


def test_the_holder_marks_a_task_as_done_by_hand_with_a_note(app: Flask, sign_in: SignIn) -> None:
    client, task = sign_in("coordinador", KEY), task_of(app, "piura")
    answer = client.post(f"/tareas/{task.id}/hecha", data={"note": ""})
    assert answer.status_code == 422
    assert "Escriba cómo se hizo o dónde está." in answer.text
    assert client.post(f"/tareas/{task.id}/hecha", data={"note": "Lo dejé en la reunión."}).status_code == 303
    found = task_of(app, "piura")
    assert (found.state, found.note, found.ticket_id) == ("done", "Lo dejé en la reunión.", None)
    assert client.post(f"/tareas/{task.id}/hecha", data={"note": "otra vez"}).status_code == 409
    with work(app) as session:
        event = session.scalars(select(Event).where(Event.kind == "task_done").order_by(Event.id.desc())).first()
        assert event is not None and event.data["note"] == "Lo dejé en la reunión."


def test_what_was_marked_by_hand_is_taken_back_and_the_clock_leaves_it(app: Flask, sign_in: SignIn) -> None:
    client, task = sign_in("comunicaciones", KEY), task_of(app, "piura")
    client.post(f"/tareas/{task.id}/hecha", data={"note": "Llegó por teléfono."})
    with app.app_context():
        clockwork.keep_tasks()
    assert task_of(app, "piura").state == "done"
    assert client.post(f"/tareas/{task.id}/reabrir").status_code == 303
    assert task_of(app, "piura").state == "open"


def test_what_a_request_settled_is_not_reopened_by_hand(app: Flask, sign_in: SignIn, month: date) -> None:
    sent(app, month)
    with app.app_context():
        clockwork.keep_tasks()
    task = task_of(app, "piura")
    assert task.ticket_id is not None
    assert sign_in("comunicaciones", KEY).post(f"/tareas/{task.id}/reabrir").status_code == 409


@pytest.mark.parametrize(
    ("role", "key"), [("cusco", KEY), ("tecnico", KEY), ("admin", "mef-ec"), ("agente", "sigec-cl")]
)
def test_nobody_else_settles_a_task(app: Flask, sign_in: SignIn, role: str, key: str) -> None:
    task = task_of(app, "piura")
    client = sign_in(role, key)
    for verb in ("hecha", "cancelar", "reabrir"):
        assert client.post(f"/tareas/{task.id}/{verb}", data={"note": "x"}).status_code == 404
    assert task_of(app, "piura").state == "open"


def test_the_bulletin_is_compiled_by_centre_for_printing(app: Flask, sign_in: SignIn, month: date) -> None:
    sent(app, month, contenido=f"Texto de Piura {HOSTILE}")
    sent(app, month, centre="cusco", sender="cusco", contenido="Texto del Cusco")
    sent(app, month, destino="web", contenido="Solo para la web")
    page = sign_in("comunicaciones", KEY).get(f"/tareas/compilado/boletin_mensual?mes={months.key_of(month)}").text
    assert page.index("CONECTAMEF Cusco") < page.index("Texto del Cusco") < page.index("CONECTAMEF Piura")
    assert "Solo para la web" not in page
    assert "<script>alert" not in page and "{{7*7}}" in page


@pytest.mark.parametrize(("role", "key"), [("coordinador", KEY), ("admin", "mef-ec")])
def test_the_bulletin_is_for_who_compiles_it(sign_in: SignIn, role: str, key: str) -> None:
    assert sign_in(role, key).get("/tareas/compilado/boletin_mensual").status_code == 404


def test_a_task_without_texts_has_nothing_to_compile(sign_in: SignIn) -> None:
    assert sign_in("admin", KEY).get("/tareas/compilado/conformidad_mensual").status_code == 404


def test_what_was_sent_to_the_office_is_seen_by_purpose_centre_and_system(
    app: Flask, sign_in: SignIn, month: date
) -> None:
    report = sent(
        app, month, destino="reporte_ogauc", sistema_administrativo="tesoreria", contenido="Reporte de tesorería"
    )
    other = sent(app, month, centre="cusco", sender="cusco", destino="reporte_ogauc", contenido="Reporte del Cusco")
    web = sent(app, month, destino="web", contenido="Para la web")
    client = sign_in("jefa", KEY)

    def numbers(query: str) -> set[int]:
        text = client.get(f"/tareas/informacion?mes={months.key_of(month)}&{query}").text
        return {int(number) for number in re.findall(r"/tickets/CMEF-(\d+)", text)} & {report, other, web}

    assert numbers("") == {report, other, web}
    assert numbers("destino=reporte_ogauc") == {report, other}
    assert numbers("destino=reporte_ogauc&centro=cusco") == {other}
    assert numbers("sistema=tesoreria") == {report}
    assert numbers("destino=%27%3B--&centro=%00") == set()


def test_a_centre_sees_what_it_sent_and_no_other_does(app: Flask, sign_in: SignIn, month: date) -> None:
    report = sent(app, month, destino="reporte_ogauc", contenido="De Piura")
    path = f"/tareas/informacion?mes={months.key_of(month)}"
    assert f"CMEF-{report}" in sign_in("coordinador", KEY).get(path).text
    assert f"CMEF-{report}" not in sign_in("cusco", KEY).get(path).text
    assert f"CMEF-{report}" not in sign_in("admin", "mef-ec").get(path).text


def content(app: Flask, **changed: str) -> dict[str, str]:
    """The form of a content, for the technical responsible."""
    with work(app) as session:
        person = str(peru.person(session, "tecnico").id)
    due = (clock.now() + timedelta(days=10)).date().isoformat()
    return {"title": "Panel de mayo", "channel": "periodico_mural", "responsible": person, "due_on": due, **changed}


def test_a_content_is_given_to_a_responsible_who_is_told_and_marks_it(app: Flask, sign_in: SignIn) -> None:
    keeper, responsible = sign_in("comunicaciones", KEY), sign_in("tecnico", KEY)
    assert keeper.post("/tareas/contenidos", data=content(app)).status_code == 303
    task = task_of(app, None, None)
    assert (task.kind, task.purpose, task.role, task.state) == (
        "content", "periodico_mural", "oficina_comunicaciones", "open",
    )  # fmt: skip
    with work(app) as session:
        letter = session.scalars(select(Letter).where(Letter.letter == "tarea").order_by(Letter.id.desc())).first()
        assert letter is not None
        assert letter.recipient == desk.address("tecnico", KEY) and "Periódico mural" in letter.text
    assert "Panel de mayo" in responsible.get("/tareas").text
    assert "Panel de mayo" not in sign_in("contable", KEY).get("/tareas").text
    assert "Panel de mayo" in keeper.get("/tareas/contenidos").text
    done = responsible.post(f"/tareas/{task.id}/hecha", data={"note": "https://intranet.example/panel"})
    assert done.status_code == 303
    assert "Panel de mayo" not in keeper.get("/tareas/contenidos").text
    assert "https://intranet.example/panel" in keeper.get("/tareas/contenidos?estado=hechas").text


def test_a_content_without_responsible_is_of_those_who_keep_them_and_can_be_cancelled(
    app: Flask, sign_in: SignIn
) -> None:
    keeper = sign_in("comunicaciones", KEY)
    keeper.post("/tareas/contenidos", data=content(app, responsible="", title="Video corto"))
    assert "Video corto" in keeper.get("/tareas").text
    task = task_of(app, None, None)
    refused = keeper.post(f"/tareas/{task.id}/cancelar", data={"note": ""})
    assert refused.status_code == 422
    assert "Escriba por qué se cancela." in refused.text and "<h1>Contenidos</h1>" in refused.text
    assert keeper.post(f"/tareas/{task.id}/cancelar", data={"note": "Ya no hace falta"}).status_code == 303
    assert "Ya no hace falta" in keeper.get("/tareas/contenidos?estado=canceladas").text


def test_a_responsible_does_not_cancel(app: Flask, sign_in: SignIn) -> None:
    sign_in("comunicaciones", KEY).post("/tareas/contenidos", data=content(app))
    task = task_of(app, None, None)
    assert sign_in("tecnico", KEY).post(f"/tareas/{task.id}/cancelar", data={"note": "x"}).status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"title": ""},
        {"title": "x" * 10_000},
        {"channel": "radio"},
        {"responsible": "999999999"},
        {"responsible": "uno"},
        {"due_on": "2019-01-01"},
        {"due_on": "9999-12-31"},
        {"due_on": "mañana"},
    ],
)
def test_a_wrong_content_comes_back_filled_with_its_sentence(
    app: Flask, sign_in: SignIn, changed: dict[str, str]
) -> None:
    answer = sign_in("comunicaciones", KEY).post("/tareas/contenidos", data=content(app, **changed))
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_nobody_of_another_institution_is_made_responsible(app: Flask, sign_in: SignIn) -> None:
    with work(app) as session:
        query = select(Person.id).where(Person.address == desk.address("admin", "mef-ec"))
        foreign = str(session.scalars(query).one())
    answer = sign_in("comunicaciones", KEY).post("/tareas/contenidos", data=content(app, responsible=foreign))
    assert answer.status_code == 422


@pytest.mark.parametrize(("role", "key"), [("coordinador", KEY), ("agente", KEY), ("admin", "mef-ec")])
def test_only_those_who_keep_contents_set_them(app: Flask, sign_in: SignIn, role: str, key: str) -> None:
    client = sign_in(role, key)
    assert client.get("/tareas/contenidos").status_code == 403
    assert client.post("/tareas/contenidos", data=content(app)).status_code == 403


def test_the_menu_leads_to_the_tasks_where_the_institution_has_any(sign_in: SignIn) -> None:
    assert 'href="/tareas"' in sign_in("coordinador", KEY).get("/aprobaciones").text
    assert 'href="/tareas"' not in sign_in("agente", "sigec-cl").get("/bandeja").text
