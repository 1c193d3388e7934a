"""The requests of a year with their handling and days, for the report to the authority (R-064)."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.domain.incoming import Person as Named
from helpdesk.models.institutions import Institution
from helpdesk.models.tickets import Extension, Ticket
from tests.factories import desk, requests
from tests.web.conftest import SignIn, work

TYPE = "solicitud_informacion"
PAGE = f"/anuario?tipo={TYPE}"
NAMED = Named("Rosa Secreta", "rosa.secreta@correo.example")
SECRET = "rosa.secreta@correo.example"  # an address that no list shows


def information(app: Flask, received: datetime, **changes: object) -> Ticket:
    """A request for information, received then."""
    with work(app) as session:
        cast = requests.cast(session)
        values = {
            "institution_id": cast.mef.id, "number": desk.next_number(session, cast.mef), "request_type": TYPE,
            "catalogue_version_id": cast.mef.catalogue_version_id, "status": "open", "channel": "email", "fields": {},
            "subject": "Solicitud de información", "requester_id": cast.person(NAMED, cast.mef).id,
            "team": "gestion_documental", "received_at": received, "filed_at": received, "updated_at": received,
        }  # fmt: skip
        ticket = Ticket(**{**values, **changes})
        session.add(ticket)
        session.flush()
        return ticket


def rows(sign_in: SignIn, year: int, key: str = "mef-ec") -> dict[str, list[str]]:
    """The lines of the file, by their number."""
    answer = sign_in("admin", key).get(f"/anuario.csv?tipo={TYPE}&anio={year}")
    found = list(csv.reader(StringIO(answer.text.lstrip("\ufeff"))))
    assert found[0] == ["Número", "Recibida", "Terminada", "Estado", "Devoluciones", "Prorrogada", "Días"]
    return {line[0]: line[1:] for line in found[1:]}


def test_each_request_of_the_year_has_its_handling_and_its_days(app: Flask, sign_in: SignIn) -> None:
    at = datetime(2024, 3, 4, 15, 0, tzinfo=UTC)
    done = information(app, at, status="closed", closed_at=at + timedelta(days=12), rounds=1)
    refused = information(app, at + timedelta(days=40), status="rejected", closed_at=at + timedelta(days=44))
    with work(app) as session:
        session.add(Extension(ticket_id=done.id, amount=5, unit="calendar_days", reason="Complejidad.", granted_at=at))
    found = rows(sign_in, 2024)
    assert found[f"MEF-{done.number}"] == ["2024-03-04", "2024-03-16", "Cerrado", "1", "sí", "12"]
    assert found[f"MEF-{refused.number}"] == ["2024-04-13", "2024-04-17", "Rechazado", "0", "no", "4"]
    page = sign_in("admin", "mef-ec").get(f"{PAGE}&anio=2024").text
    assert f"Recibidas: {len(found)}. Terminadas: 2." in page
    assert f'href="/tickets/MEF-{done.number}"' in page


def test_the_year_is_that_of_the_institution(app: Flask, sign_in: SignIn) -> None:
    """Five hours behind: at three in the morning of New Year in Greenwich it is still the old year in Quito."""
    ticket = information(app, datetime(2023, 1, 1, 3, 0, tzinfo=UTC))
    assert f"MEF-{ticket.number}" in rows(sign_in, 2022)
    assert f"MEF-{ticket.number}" not in rows(sign_in, 2023)


def test_the_table_tells_nobodys_name(app: Flask, sign_in: SignIn) -> None:
    information(app, datetime(2021, 6, 1, 15, 0, tzinfo=UTC))
    client = sign_in("admin", "mef-ec")
    for path in (f"{PAGE}&anio=2021", f"/anuario.csv?tipo={TYPE}&anio=2021"):
        assert SECRET not in client.get(path).text
        assert "Rosa" not in client.get(path).text


def test_what_another_institution_or_the_own_reach_hides_is_not_listed(app: Flask, sign_in: SignIn) -> None:
    ticket = information(app, datetime(2020, 6, 1, 15, 0, tzinfo=UTC))
    assert f"MEF-{ticket.number}" in rows(sign_in, 2020)
    assert sign_in("admin", "sigec-cl").get(f"{PAGE}&anio=2020").status_code == 404
    with work(app) as session:
        mine = select(Ticket).join(Institution).where(Institution.key == "sigec-cl", Ticket.request_type.is_not(None))
        kinds = {each.request_type for each in session.scalars(mine)}
        outside = {each.number for each in session.scalars(mine) if each.region is None and each.team_scope is None}
    client, listed = sign_in("regional"), ""
    for kind in kinds:
        for year in (2025, 2026, 2027):
            listed += client.get(f"/anuario.csv?tipo={kind}&anio={year}").text
    assert outside
    assert not [number for number in outside if f"SIGEC-{number}," in listed]


@pytest.mark.parametrize("query", ["", "tipo=", "tipo=&anio=x", "anio=99999", "anio=-1", "anio=%00"])
def test_without_a_type_the_page_asks_for_one(sign_in: SignIn, query: str) -> None:
    client = sign_in("admin", "mef-ec")
    answer = client.get(f"/anuario?{query}")
    assert answer.status_code == 200
    assert "Elija un tipo" in answer.text
    assert client.get(f"/anuario.csv?{query}").status_code == 404


def test_a_type_that_is_none_is_not_found(sign_in: SignIn) -> None:
    assert sign_in("admin", "mef-ec").get("/anuario?tipo=nada").status_code == 404


def test_a_year_without_requests_says_so(sign_in: SignIn) -> None:
    assert "no se recibió ninguna" in sign_in("admin", "mef-ec").get(f"{PAGE}&anio=1991").text


def test_whoever_works_a_queue_finds_the_page(sign_in: SignIn) -> None:
    assert 'href="/anuario"' in sign_in("agente", "mef-ec").get("/bandeja?vista=abiertos").text
