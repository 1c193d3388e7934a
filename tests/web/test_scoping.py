"""Nobody sees another institution's tickets; staff of a region see that region's (R-188, R-189)."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import viewers
from tests.domain.shipped import shipped
from tests.factories import desk
from tests.web.conftest import SignIn, work

NUMBER = re.compile(r'href="/tickets/([A-Z]+)-(\d+)"')


def listed(page: str) -> set[tuple[str, str]]:
    """The tickets a page links to."""
    return set(NUMBER.findall(page))


@pytest.mark.parametrize("view", ["abiertos", "cerrados", "sin-asignar", "vencidas", "aprobacion"])
def test_the_queue_shows_the_own_institution_only(sign_in: SignIn, view: str) -> None:
    found = listed(sign_in("admin", "mef-ec").get(f"/bandeja?vista={view}").text)
    assert {prefix for prefix, _ in found} <= {"MEF"}


def test_a_search_finds_nothing_of_another_institution(sign_in: SignIn) -> None:
    found = listed(sign_in("admin", "mef-ec").get("/bandeja?q=formulario").text)
    assert found
    assert {prefix for prefix, _ in found} == {"MEF"}


@pytest.mark.parametrize("suffix", ["", "/imprimir"])
def test_a_ticket_of_another_institution_is_not_there(sign_in: SignIn, suffix: str) -> None:
    client = sign_in("admin", "mef-ec")
    assert client.get(f"/tickets/SIGEC-1{suffix}").status_code == 404
    assert client.get(f"/tickets/MEF-1{suffix}").status_code == 200


@pytest.mark.parametrize("verb", ["tomar", "nota", "responder", "devolver", "derivar", "paso", "clasificar", "cerrar"])
def test_no_verb_reaches_another_institution(sign_in: SignIn, forms_without_token: None, verb: str) -> None:
    form = {"text": "x", "team": "mesa_ayuda", "reason": "x", "request_type": "x", "note": "x"}
    assert sign_in("admin", "mef-ec").post(f"/tickets/SIGEC-1/{verb}", data=form).status_code == 404


def test_a_file_of_another_institution_is_not_there(app: Flask, sign_in: SignIn) -> None:
    with work(app) as session:
        foreign = session.scalar(
            select(func.min(Attachment.id))
            .join(Message, Message.id == Attachment.message_id)
            .join(Ticket, Ticket.id == Message.ticket_id)
            .join(Institution, Institution.id == Ticket.institution_id)
            .where(Institution.key == "sigec-cl")
        )
    assert sign_in("admin", "mef-ec").get(f"/tickets/MEF-1/archivos/{foreign}").status_code == 404


def test_the_ledger_of_another_institution_is_not_there(sign_in: SignIn, forms_without_token: None) -> None:
    page = sign_in("admin", "sigec-cl").get("/admin/cuarentena").text
    foreign = re.search(r"/admin/libro/(\d+)/original", page)
    assert foreign is not None
    client = sign_in("admin", "mef-ec")
    assert client.get(f"/admin/libro/{foreign[1]}/original").status_code == 404
    assert client.post(f"/admin/libro/{foreign[1]}/repetir").status_code == 404


def test_staff_of_a_region_see_that_region_and_what_they_hold(app: Flask, sign_in: SignIn) -> None:
    with work(app) as session:
        who = session.scalars(select(Person).where(Person.address == desk.address("regional", "sigec-cl"))).one()
        mine = select(Ticket.number).join(Institution).where(Institution.key == "sigec-cl")
        region = desk.region_of(shipped("sigec-cl"))
        inside = set(session.scalars(mine.where((Ticket.region == region) | (Ticket.team_scope == region))))
        outside = set(session.scalars(mine)) - inside
        viewer = viewers.viewer(session, who.id)
        assert viewer is not None
        seen = set(session.scalars(select(Ticket.number).where(viewers.reach(viewer))))
    assert outside
    assert seen == inside
    client = sign_in("regional")
    assert client.get(f"/tickets/SIGEC-{min(outside)}").status_code == 404
    assert client.get(f"/tickets/SIGEC-{min(inside)}").status_code == 200


def test_the_number_of_an_invisible_ticket_reads_like_one_that_does_not_exist(app: Flask, sign_in: SignIn) -> None:
    with work(app) as session:
        hidden = session.scalar(
            select(func.min(Ticket.number))
            .join(Institution)
            .where(Institution.key == "sigec-cl", Ticket.region.is_(None), Ticket.team_scope.is_(None))
        )
    client = sign_in("regional")
    there, nowhere = client.get(f"/tickets/SIGEC-{hidden}"), client.get("/tickets/SIGEC-99999")
    assert there.status_code == nowhere.status_code == 404
    assert there.text == nowhere.text
    assert client.get(f"/bandeja?q=SIGEC-{hidden}").status_code == 200
