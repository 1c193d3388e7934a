"""The queue: its views, filters and pages, and what they cost."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import ColumnElement, event, func, select

from helpdesk import clock
from helpdesk.db import db
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person
from helpdesk.models.tickets import ENDED, Ticket
from helpdesk.queries import tickets, viewers
from helpdesk.queries.tickets import VIEWS, Filters
from helpdesk.queries.viewers import Viewer
from helpdesk.web.queue import where_work_is
from tests.factories import desk
from tests.web.conftest import SignIn, work

MOST_STATEMENTS = {
    "/bandeja?vista=abiertos": 8,
    "/tickets/SIGEC-1": 30,
    "/aprobaciones": 12,
    "/admin/libro": 12,
    "/admin/buzones": 12,
}


@pytest.fixture
def admin(app: Flask) -> Viewer:
    """The Chilean administrator, who sees all of the institution."""
    with work(app) as session:
        person = session.scalars(select(Person).where(Person.address == desk.address("admin", "sigec-cl"))).one()
        found = viewers.viewer(session, person.id)
    assert found is not None
    return found


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL that runs inside the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        seen.append(sql)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("view", VIEWS)
def test_the_pages_of_a_view_together_are_the_view(app: Flask, admin: Viewer, view: str) -> None:
    with work(app) as session:
        now, after, paged = clock.now(), None, []
        while True:
            page = tickets.page(session, admin, Filters(view=view), now, after, size=7)
            paged += [row.id for row in page.rows]
            after = page.after
            if after is None:
                break
        wanted = select(Ticket.id).where(viewers.reach(admin), tickets.view_condition(admin, view, now))
        assert sorted(paged) == sorted(session.scalars(wanted))


def test_open_tickets_come_soonest_due_first_and_those_without_a_date_last(app: Flask, admin: Viewer) -> None:
    with work(app) as session:
        rows = tickets.page(session, admin, Filters(view="abiertos"), clock.now(), size=100).rows
    dates = [row.due_at for row in rows]
    known = [at for at in dates if at is not None]
    assert known == sorted(known)
    assert dates[len(known) :] == [None] * (len(dates) - len(known))
    assert all(row.status not in ENDED for row in rows)


def test_the_counts_are_those_of_the_views(app: Flask, admin: Viewer) -> None:
    with work(app) as session:
        now = clock.now()
        counted = tickets.counts(session, admin, now)
        for view, number in counted.items():
            rows = tickets.page(session, admin, Filters(view=view), now, size=1000).rows
            assert number == len(rows), view


def test_the_next_rows_keep_the_filters_of_the_address(sign_in: SignIn) -> None:
    page = sign_in("admin").get("/bandeja?vista=todas&equipo=mesa_ayuda").text
    found = re.search(r'href="(/bandeja\?[^"]*desde=[^"]*)"', sign_in("admin").get("/bandeja?vista=todas").text)
    assert found is not None
    assert "vista=todas" in found[1]
    assert "Filtrar" in page


@pytest.mark.parametrize("cursor", ["x", "_", "2026_1", "-_x", "2026-01-01T00:00:00_5", "-_99999999999999999999"])
def test_a_nonsensical_place_begins_at_the_top(sign_in: SignIn, cursor: str) -> None:
    client = sign_in("admin")
    first = client.get("/bandeja?vista=abiertos").text
    assert NUMBERS.findall(client.get(f"/bandeja?vista=abiertos&desde={cursor}").text) == NUMBERS.findall(first)


NUMBERS = re.compile(r'href="/tickets/(SIGEC-\d+)"')


@pytest.mark.parametrize("query", ["vista=nada", "estado=nada"])
def test_a_view_or_status_that_does_not_exist_is_not_found(sign_in: SignIn, query: str) -> None:
    assert sign_in("admin").get(f"/bandeja?{query}").status_code == 404


@pytest.mark.parametrize("typed", ["SIGEC-7", "[SIGEC 7]", "sigec 7"])
def test_a_ticket_number_opens_the_ticket(sign_in: SignIn, typed: str) -> None:
    answer = sign_in("admin").get("/bandeja", query_string={"q": typed})
    assert answer.status_code == 303
    assert answer.location == "/tickets/SIGEC-7"


def test_a_bare_number_finds_the_ticket(sign_in: SignIn) -> None:
    assert set(NUMBERS.findall(sign_in("admin").get("/bandeja?q=7").text)) == {"SIGEC-7"}


@pytest.mark.parametrize("typed", ["12.345.678-5", "12345678-5", "123456785"])
def test_a_rut_is_found_however_it_is_punctuated(app: Flask, sign_in: SignIn, typed: str) -> None:
    with work(app) as session:
        having = session.scalars(
            select(Ticket.number)
            .join(Institution)
            .where(Institution.key == "sigec-cl", Ticket.fields.op("::text LIKE")("%12.345.678-5%"))
        ).all()
    assert having
    found = NUMBERS.findall(sign_in("admin").get("/bandeja", query_string={"q": typed}).text)
    assert {f"SIGEC-{number}" for number in having} >= set(found) != set()


@pytest.mark.parametrize("typed", ["llamé", "LLAME", "llamar el codigo", "quispe"])
def test_words_are_found_without_accents_in_any_form(sign_in: SignIn, typed: str) -> None:
    assert NUMBERS.findall(sign_in("admin").get("/bandeja", query_string={"q": typed}).text)


def shown(client: FlaskClient, **filters: object) -> set[str]:
    """All numbers that the queue shows under some filters, page by page."""
    found: set[str] = set()
    address = f"/bandeja?{urlencode({'vista': 'todas', **filters})}"
    while address:
        page = client.get(address).text
        found |= set(NUMBERS.findall(page))
        more = re.search(r'href="([^"]*desde=[^"]*)"', page)
        address = unescape(more[1]) if more else ""
    return found


def having(app: Flask, *conditions: ColumnElement[bool]) -> set[str]:
    """The numbers of the Chilean tickets of which that holds."""
    with work(app) as session:
        mine = select(Ticket.number).join(Institution).where(Institution.key == "sigec-cl", *conditions)
        return {f"SIGEC-{number}" for number in session.scalars(mine)}


def test_tickets_are_found_by_type_and_by_state(app: Flask, sign_in: SignIn) -> None:
    client, key = sign_in("admin"), "crear_organizacion"
    assert shown(client, tipo=key) == having(app, Ticket.request_type == key) != set()
    assert shown(client, estado="rejected") == having(app, Ticket.status == "rejected") != set()


def test_tickets_are_found_by_person_and_by_entity(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("admin")
    rosa = select(Person.id).where(Person.address == "rosa.fuentes@municipio-lota.example")
    assert having(app, Ticket.requester_id.in_(rosa)) <= shown(client, q="rosa.fuentes@municipio-lota.example")
    assert having(app, Ticket.entity == "Fundación Hogar Abierto") <= shown(client, q="fundacion hogar abierto")


def test_tickets_are_found_by_the_days_on_which_they_were_received(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("admin")
    with work(app) as session:
        at = session.scalars(select(Ticket.received_at).join(Institution).where(Institution.key == "sigec-cl")).all()
    days = sorted(each.astimezone(ZoneInfo("America/Santiago")).date() for each in at)
    first, last = days[len(days) // 3], days[2 * len(days) // 3]
    day = func.date(func.timezone("America/Santiago", Ticket.received_at))
    expected = having(app, day >= first, day <= last)
    assert shown(client, recibido_desde=first, recibido_hasta=last) == expected != set()
    assert expected != having(app)
    assert shown(client, recibido_desde=last + timedelta(days=4000)) == set()


@pytest.mark.parametrize("day", ["ayer", "2026-13-45", "x" * 5000, "0001-01-01"])
def test_a_day_that_is_none_narrows_nothing(sign_in: SignIn, day: str) -> None:
    answer = sign_in("admin").get("/bandeja", query_string={"vista": "todas", "recibido_desde": day})
    assert answer.status_code == 200
    assert NUMBERS.search(answer.text)


def test_what_is_overdue_is_marked_in_the_list_and_counted_for_its_team(app: Flask, sign_in: SignIn) -> None:
    page = sign_in("admin").get("/bandeja?vista=vencidas").text
    (late, *_) = set(NUMBERS.findall(page))
    row = page.split(f'href="/tickets/{late}"')[1].split("</li>")[0]
    assert re.search("[Vv]enc", row)
    assert re.search(r"<span>Vencidas</span>\s*<span class=\"count count-alert\">", page)


@pytest.mark.parametrize("typed", ["%", "_", "' OR 1=1 --", '"', "a & | !", "\x00", "x" * 5000])
def test_no_text_breaks_the_search(sign_in: SignIn, typed: str) -> None:
    assert sign_in("admin").get("/bandeja", query_string={"q": typed}).status_code == 200


@pytest.mark.parametrize(("path", "most"), MOST_STATEMENTS.items())
def test_a_page_costs_a_fixed_number_of_statements(app: Flask, sign_in: SignIn, path: str, most: int) -> None:
    client = sign_in("admin")
    client.get(path)
    with statements(app) as seen:
        assert client.get(path).status_code == 200
    assert len(seen) <= most, "\n".join(seen)


def test_more_rows_cost_no_more_statements(app: Flask, admin: Viewer) -> None:
    costs = []
    for size in (1, 50):
        with work(app) as session, statements(app) as seen:
            tickets.page(session, admin, Filters(view="abiertos"), clock.now(), size=size)
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_a_place_in_another_view_does_not_break_the_ended_ones(sign_in: SignIn) -> None:
    assert sign_in("admin").get("/bandeja?vista=cerrados&desde=-_9").status_code == 200


def test_whoever_has_no_ticket_of_their_own_begins_where_tickets_wait_to_be_taken(sign_in: SignIn) -> None:
    client = sign_in("admin")
    assert client.get("/bandeja").headers["Location"].endswith("/bandeja?vista=sin-asignar")
    assert "No tiene tickets a su cargo" in client.get("/bandeja?vista=mias").text


def test_the_view_to_begin_with_is_that_of_the_own_tickets_if_there_are_any() -> None:
    assert where_work_is({"mias": 1, "sin-asignar": 9}) is None
    assert where_work_is({"mias": 0, "sin-asignar": 0}) is None
