"""The calendar page: what it shows, and that nothing changes before it was seen."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.models.calendars import CalendarDay
from helpdesk.models.tickets import Ticket
from helpdesk.queries import calendars
from tests.factories import requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")
PAGE = "/admin/calendario"


def next_working_day(app: Flask) -> tuple[Ticket, str]:
    """A committed open ticket, and a working day before it is due."""
    with work(app) as session:
        ticket = requests.complete(session)
        calendar = calendars.service_calendar(session, ticket)
        day = calendar.next_working_day(calendar.local_date(ticket.received_at) + timedelta(days=1))
        return ticket, day.isoformat()


def asked(day: str, name: str, **more: str) -> dict[str, str]:
    """What the form sends."""
    return {
        "calendar": "cl-sigec",
        "region": "",
        "day": day,
        "kind": "closed",
        "name": name,
        "source": "Resolución 45",
        **more,
    }


def edited(app: Flask, name: str) -> list[CalendarDay]:
    """The standing edits of that name."""
    with work(app) as session:
        return list(
            session.scalars(select(CalendarDay).where(CalendarDay.name == name, CalendarDay.withdrawn_at.is_(None)))
        )


def test_the_page_names_the_hours_and_the_holidays_with_their_origin(sign_in: SignIn) -> None:
    page = sign_in("admin").get(f"{PAGE}?anio=2027").text
    assert "lunes a jueves, 08:00–16:00" in page
    assert "Viernes Santo" in page
    assert "feriado nacional" in page
    assert "solo en Arica y Parinacota" in page


def test_a_day_is_seen_saved_and_taken_back(app: Flask, sign_in: SignIn) -> None:
    (ticket, day), client, name = next_working_day(app), sign_in("admin"), "Paro de prueba"
    seen = client.get(f"{PAGE}/previa", query_string=asked(day, name))
    assert seen.status_code == 200
    assert f"SIGEC-{ticket.number}</a> pasa del " in seen.text
    assert edited(app, name) == []

    assert client.post(f"{PAGE}/dias", data=asked(day, name)).status_code == 303
    (row,) = edited(app, name)
    page = client.get(f"{PAGE}?anio={day[:4]}").text
    assert f"{name} <span" in page
    assert "Resolución 45" in page
    with work(app) as session:
        moved = session.get_one(Ticket, ticket.id)
        assert moved.due_at is not None
        assert ticket.due_at is not None
        assert moved.due_at > ticket.due_at

    seen = client.get(f"{PAGE}/dias/{row.id}/retirar")
    assert f"SIGEC-{ticket.number}</a> pasa del " in seen.text
    assert client.post(f"{PAGE}/dias/{row.id}/retirar").status_code == 303
    assert edited(app, name) == []
    with work(app) as session:
        assert session.get_one(Ticket, ticket.id).due_at == ticket.due_at


def test_a_saturday_is_opened_with_the_hours_of_monday_or_those_given(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("admin")
    plain = client.get(f"{PAGE}/previa", query_string=asked("2031-01-11", "Turno", kind="open"))
    assert "se atiende de 08:00 a 16:00" in plain.text
    given = asked("2031-01-11", "Turno breve", kind="open", opens="09:30", closes="12:00")
    seen = client.get(f"{PAGE}/previa", query_string=given).text
    assert "se atiende de 09:30 a 12:00" in seen
    assert 'name="opens" value="09:30"' in seen
    assert client.post(f"{PAGE}/dias", data=given).status_code == 303
    (row,) = edited(app, "Turno breve")
    assert row.hours == [[570, 720]]
    assert "se atiende de 09:30 a 12:00, Turno breve" in client.get(f"{PAGE}?anio=2031").text
    client.post(f"{PAGE}/dias/{row.id}/retirar")


def test_a_day_that_moves_nothing_says_so(sign_in: SignIn) -> None:
    page = sign_in("admin").get(f"{PAGE}/previa", query_string=asked("2031-01-06", "Lejano")).text
    assert "Ningún plazo cambia." in page


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"name": ""}, "Escriba el nombre del día."),
        ({"source": " "}, "Escriba de dónde sale"),
        ({"day": "mañana"}, "Escriba el día como una fecha."),
        ({"day": "2027-03-26"}, "ya es no laborable: Viernes Santo."),
        ({"kind": "open", "day": "2031-01-11", "opens": "9"}, "Escriba la hora como 08:30."),
        ({"kind": "open", "day": "2031-01-11", "opens": "09:00"}, "Escriba las dos horas, o ninguna."),
        ({"kind": "open", "day": "2031-01-11", "opens": "12:00", "closes": "09:00"}, "posterior a la de apertura"),
        ({"day": "2031-01-11"}, "ese día de la semana el calendario no tiene horario de atención"),
        ({"calendar": "otro"}, "Ese calendario no está en el catálogo"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(sign_in: SignIn, more: dict[str, str], sentence: str) -> None:
    answer = sign_in("admin").get(f"{PAGE}/previa", query_string={**asked("2027-03-30", "Nombre escrito"), **more})
    assert answer.status_code == 422
    assert sentence in answer.text
    if "name" not in more:
        assert 'value="Nombre escrito"' in answer.text


def test_only_an_administrator_sees_the_calendar(sign_in: SignIn) -> None:
    assert sign_in("agente").get(PAGE).status_code == 403
    assert sign_in("agente").post(f"{PAGE}/dias", data=asked("2027-03-30", "No")).status_code == 403
    assert PAGE not in sign_in("agente").get("/bandeja?vista=abiertos").text
    assert PAGE in sign_in("admin").get("/bandeja?vista=abiertos").text
