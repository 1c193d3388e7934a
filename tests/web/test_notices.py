"""Directives and notices of the organs, and who acknowledged them (R-127)."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from helpdesk.models.audit import Event
from helpdesk.models.notices import Notice, NoticeReading
from helpdesk.models.people import RoleHolding
from tests.web import peru
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")
KEY, PAGE = peru.KEY, "/directivas"


@pytest.fixture(autouse=True)
def institution(app: Flask) -> None:
    """The Peruvian institution and its people."""
    peru.settled(app)


def draft(**changed: Any) -> dict[str, Any]:
    """The form of a directive of the treasury for coordinators, with a title of its own."""
    return {
        "kind": "directive",
        "organ": "tesoro",
        "title": f"Cierre {uuid4().hex[:8]}",
        "text": "Desde junio los saldos se concilian cada semana.",
        "audience": ["coordinador_centro"],
        **changed,
    }


def published(app: Flask, sign_in: SignIn, role: str = "tecnico", **changed: Any) -> Notice:
    """A notice that somebody published just now."""
    form = draft(**changed)
    assert sign_in(role, KEY).post(PAGE, data=form).status_code == 303
    with work(app) as session:
        return session.scalars(select(Notice).where(Notice.title == form["title"])).one()


def test_an_organ_publishes_and_its_readers_acknowledge_once(app: Flask, sign_in: SignIn) -> None:
    notice = published(app, sign_in)
    reader, publisher = sign_in("coordinador", KEY), sign_in("tecnico", KEY)
    assert notice.title in reader.get(PAGE).text
    assert "Faltan" in publisher.get(f"{PAGE}/{notice.id}").text
    assert reader.post(f"{PAGE}/{notice.id}/lectura").status_code == 303
    assert reader.post(f"{PAGE}/{notice.id}/lectura").status_code == 303
    with work(app) as session:
        assert session.scalar(select(func.count()).where(NoticeReading.notice_id == notice.id)) == 1
        kinds = session.scalars(select(Event.kind).where(Event.data["notice"].as_integer() == notice.id)).all()
        assert sorted(kinds) == ["notice_acknowledged", "notice_published"]
    page = publisher.get(f"{PAGE}/{notice.id}").text
    assert page.index("Carlos Cusqueño") < page.index("Carmen Coordinadora")
    assert "Leído" in page and "Sin acuse" in page


def test_what_is_unread_comes_first(app: Flask, sign_in: SignIn) -> None:
    first, second = published(app, sign_in), published(app, sign_in)
    reader = sign_in("coordinador", KEY)
    reader.post(f"{PAGE}/{second.id}/lectura")
    page = reader.get(PAGE).text
    assert page.index(first.title) < page.index("Leídas") < page.index(second.title)


def test_a_notice_is_shown_to_the_functions_it_is_for_only(app: Flask, sign_in: SignIn) -> None:
    notice = published(app, sign_in, audience=["especialista"])
    reader = sign_in("coordinador", KEY)
    assert notice.title not in reader.get(PAGE).text
    assert reader.post(f"{PAGE}/{notice.id}/lectura").status_code == 404
    assert reader.get(f"{PAGE}/{notice.id}/archivo").status_code == 404


def test_whoever_loses_the_function_reads_it_no_more_and_the_reading_stays(app: Flask, sign_in: SignIn) -> None:
    notice = published(app, sign_in)
    reader = sign_in("cusco", KEY)
    reader.post(f"{PAGE}/{notice.id}/lectura")
    with work(app) as session:
        mine = RoleHolding.person_id == peru.person(session, "cusco").id
        session.execute(update(RoleHolding).where(mine).values(role="especialista"))
    try:
        assert notice.title not in reader.get(PAGE).text
        assert "ya no ejerce ninguna de esas funciones" in sign_in("tecnico", KEY).get(f"{PAGE}/{notice.id}").text
    finally:
        with work(app) as session:
            session.execute(update(RoleHolding).where(mine).values(role="coordinador_centro"))


def test_only_the_organ_that_published_sees_who_has_read(app: Flask, sign_in: SignIn) -> None:
    notice = published(app, sign_in)
    for role in ("contable", "coordinador"):
        client = sign_in(role, KEY)
        assert client.get(f"{PAGE}/{notice.id}").status_code == 404
        assert client.post(f"{PAGE}/{notice.id}/retirar").status_code == 404
    assert sign_in("admin", KEY).get(f"{PAGE}/{notice.id}").status_code == 200


def test_nobody_publishes_for_an_organ_without_a_function_in_it(app: Flask, sign_in: SignIn) -> None:
    form = draft()
    for role in ("contable", "coordinador", "comunicaciones"):
        assert sign_in(role, KEY).post(PAGE, data=form).status_code == 403
    with work(app) as session:
        assert session.scalar(select(Notice.id).where(Notice.title == form["title"])) is None
    assert sign_in("admin", KEY).post(PAGE, data=form).status_code == 303


def test_nothing_of_it_reaches_another_institution(app: Flask, sign_in: SignIn) -> None:
    notice = published(app, sign_in)
    client = sign_in("admin", "mef-ec")
    assert client.get(f"{PAGE}/{notice.id}").status_code == 404
    assert client.get(f"{PAGE}/{notice.id}/archivo").status_code == 404
    assert client.post(f"{PAGE}/{notice.id}/lectura").status_code == 404
    assert client.post(f"{PAGE}/{notice.id}/retirar").status_code == 404
    assert client.post(PAGE, data=draft()).status_code == 403
    assert client.get(PAGE).status_code == 403


def test_a_notice_that_was_withdrawn_is_read_no_more(app: Flask, sign_in: SignIn) -> None:
    notice = published(app, sign_in)
    publisher, reader = sign_in("tecnico", KEY), sign_in("coordinador", KEY)
    assert publisher.post(f"{PAGE}/{notice.id}/retirar").status_code == 303
    assert publisher.post(f"{PAGE}/{notice.id}/retirar").status_code == 409
    assert notice.title not in reader.get(PAGE).text
    assert reader.post(f"{PAGE}/{notice.id}/lectura").status_code == 404
    assert "Retirado" in publisher.get(PAGE).text


def test_a_file_goes_with_it_as_something_to_save(app: Flask, sign_in: SignIn) -> None:
    file = (BytesIO(b"<html>x</html>"), "../directiva.html", "text/html")
    notice = published(app, sign_in, file=file, text="")
    answer = sign_in("coordinador", KEY).get(f"{PAGE}/{notice.id}/archivo")
    assert answer.data == b"<html>x</html>"
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert notice.size == 14 and notice.filename is not None and "/" not in notice.filename


def test_a_notice_without_file_has_none(app: Flask, sign_in: SignIn) -> None:
    notice = published(app, sign_in)
    assert sign_in("coordinador", KEY).get(f"{PAGE}/{notice.id}/archivo").status_code == 404


def test_text_is_never_markup(app: Flask, sign_in: SignIn) -> None:
    published(app, sign_in, text="<script>alert(1)</script> {{7*7}}\x00")
    page = sign_in("coordinador", KEY).get(PAGE).text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in page


@pytest.mark.parametrize(
    "changed",
    [
        {"title": ""},
        {"title": "x" * 10_000},
        {"text": ""},
        {"kind": "ley"},
        {"audience": []},
        {"audience": ["usuario"]},
        {"audience": ["coordinador_centro", "nadie"]},
    ],
)
def test_a_wrong_notice_comes_back_filled_with_its_sentence(sign_in: SignIn, changed: dict[str, Any]) -> None:
    answer = sign_in("tecnico", KEY).post(PAGE, data=draft(**changed))
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.text
    assert "</details>" in answer.text and " open>" in answer.text


def test_the_menu_leads_there_whoever_holds_a_function(sign_in: SignIn) -> None:
    assert f'href="{PAGE}"' in sign_in("coordinador", KEY).get(PAGE).text
    assert f'href="{PAGE}"' not in sign_in("agente", KEY).get("/bandeja").text
    assert f'href="{PAGE}"' not in sign_in("admin", "sigec-cl").get("/bandeja").text


def test_who_holds_no_function_is_not_let_in(sign_in: SignIn) -> None:
    assert sign_in("agente", KEY).get(PAGE).status_code == 403
