"""The page of functions, delegation by the holder, and asking the requester back."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.jobs import clockwork
from helpdesk.models.people import Absence, Person, RoleHolding
from helpdesk.models.steps import Step
from helpdesk.queries.people import today
from helpdesk.services import tickets
from helpdesk.services.people import meet
from tests.cast import REPORT_TEXT, file
from tests.factories import desk, requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")
PAGE = "/admin/funciones"
PLACE = "supervisor_regional/CL-VS"


def held(app: Flask, address: str) -> list[RoleHolding]:
    """What somebody holds or held."""
    with work(app) as session:
        query = select(RoleHolding).join(Person, Person.id == RoleHolding.person_id).where(Person.address == address)
        return list(session.scalars(query.order_by(RoleHolding.id)))


@pytest.mark.parametrize("role", ["agente", "regional", "jefa"])
def test_only_an_administrator_sees_and_changes_functions(sign_in: SignIn, role: str) -> None:
    client = sign_in(role)
    assert client.get(PAGE).status_code == 403
    for change in ("titular", "subrogante", "ausencia", "nombramientos/1/terminar", "ausencias/1/terminar"):
        assert client.post(f"{PAGE}/{change}").status_code == 403


def test_the_page_shows_holders_and_what_nobody_holds(sign_in: SignIn) -> None:
    page = sign_in("admin").get(PAGE).text
    assert "Jefe Administrativo Regional" in page
    assert "Nadie la ejerce." in page
    assert "mef-ec.example" not in page


def test_a_holder_is_named_and_ended(app: Flask, sign_in: SignIn) -> None:
    client, address = sign_in("admin"), "titular.nuevo@sigec-cl.example"
    assert client.post(f"{PAGE}/titular", data={"function": PLACE, "address": address}).status_code == 303
    (row,) = held(app, address)
    assert (row.role, row.scope, row.kind, row.until) == ("supervisor_regional", "CL-VS", "holder", None)
    assert address in client.get(PAGE).text
    assert client.post(f"{PAGE}/nombramientos/{row.id}/terminar").status_code == 303
    (row,) = held(app, address)
    assert row.until is not None


def test_a_refused_form_is_shown_filled_with_the_reason(sign_in: SignIn) -> None:
    data = {"function": "jefe_daf/CL-VS", "address": "alguien@sigec-cl.example"}
    answer = sign_in("admin").post(f"{PAGE}/titular", data=data)
    assert answer.status_code == 422
    assert "quite el ámbito" in answer.text
    assert "alguien@sigec-cl.example" in answer.text


def test_an_administrator_ends_nothing_of_another_institution(app: Flask, sign_in: SignIn) -> None:
    (row, *_) = held(app, desk.address("jefa", "sigec-cl"))
    client = sign_in("admin", "mef-ec")
    assert client.post(f"{PAGE}/nombramientos/{row.id}/terminar").status_code == 404
    (after, *_) = held(app, desk.address("jefa", "sigec-cl"))
    assert after.until is None


def test_an_absence_is_noted_with_its_substitute_and_ends(app: Flask, sign_in: SignIn) -> None:
    client, address, other = sign_in("admin"), "ausente@sigec-cl.example", "reemplazo@sigec-cl.example"
    client.post(f"{PAGE}/titular", data={"function": "encargado_regional/CL-VS", "address": address})
    data = {"address": address, "since": "2031-03-03", "until": "2031-03-14", "substitute": other}
    assert client.post(f"{PAGE}/ausencia", data=data).status_code == 303
    (row,) = held(app, other)
    assert (row.kind, row.since and row.since.isoformat()) == ("substitute", "2031-03-03")
    page = client.get(f"{PAGE}?dia=2031-03-05").text
    assert "Ausente hasta 14/03/2031" in page
    assert "Anular la ausencia" in page
    assert "Ya volvió" not in page
    with work(app) as session:
        absence = session.scalars(select(Absence).join(Person, Person.id == Absence.person_id)).one()
    assert client.post(f"{PAGE}/ausencias/{absence.id}/terminar").status_code == 303
    assert "La ausencia se anuló: no había empezado." in client.get(PAGE).text


def test_the_menu_leads_administrators_there(sign_in: SignIn) -> None:
    assert f'href="{PAGE}"' in sign_in("admin").get("/bandeja", follow_redirects=True).text
    assert f'href="{PAGE}"' not in sign_in("agente").get("/bandeja", follow_redirects=True).text


def test_a_holder_delegates_on_the_own_page_and_ends_it(app: Flask, sign_in: SignIn) -> None:
    client, delegate = sign_in("jefa"), desk.address("regional", "sigec-cl")
    assert "Delegar mientras no estoy" in client.get("/aprobaciones").text
    with work(app) as session:
        day = today(session, requests.cast(session).sigec.id) + timedelta(days=400)
    data = {
        "function": "jefe_administrativo_regional/CL-BI",
        "address": delegate,
        "since": day.isoformat(),
        "until": day.isoformat(),
        "reason": "Vacaciones",
    }
    assert client.post("/aprobaciones/delegar", data=data).status_code == 303
    (row,) = [each for each in held(app, delegate) if each.since == day]
    assert client.post(f"/aprobaciones/delegaciones/{row.id}/terminar").status_code == 303
    (row,) = [each for each in held(app, delegate) if each.id == row.id]
    assert row.until is not None
    assert row.until < day


def test_a_delegate_must_be_known(sign_in: SignIn) -> None:
    data = {
        "function": "jefe_administrativo_regional/CL-BI",
        "address": "extrano@fuera.example",
        "since": "2031-01-07",
        "until": "2031-01-08",
    }
    answer = sign_in("jefa").post("/aprobaciones/delegar", data=data)
    assert answer.status_code == 422
    assert "no es del personal" in answer.text


def test_who_holds_nothing_delegates_nothing(sign_in: SignIn) -> None:
    data = {
        "function": "jefe_administrativo_regional/CL-BI",
        "address": desk.address("regional", "sigec-cl"),
        "since": "2031-01-07",
        "until": "2031-01-08",
    }
    assert "Delegar mientras" not in sign_in("agente").get("/aprobaciones").text
    assert sign_in("agente").post("/aprobaciones/delegar", data=data).status_code == 403


def test_the_link_of_the_letter_asks_the_requester_back(app: Flask) -> None:
    with work(app) as session:
        ticket = requests.complete(session)
        found = re.search(r"http://localhost(/aprobar/\S+)", requests.letter_of(session, ticket, "aprobacion").text)
    assert found is not None
    client, link = app.test_client(), found[1]
    assert "Pedir aclaración" in client.get(link).text
    refused = client.post(link, data={"decision": "clarify"})
    assert (refused.status_code, "Escriba la pregunta" in refused.text) == (422, True)
    assert client.post(link, data={"decision": "clarify", "question": "¿De qué mes?"}).status_code == 303
    page = client.get(link).text
    assert "Espera la aclaración" in page
    assert "¿De qué mes?" in page
    with work(app) as session:
        row = session.scalars(select(Step).where(Step.ticket_id == ticket.id, Step.state == "returned")).one()
    assert row.key == "validar_jar"


def test_the_ticket_shows_an_overtaken_decision_folded_under_its_step(app: Flask, sign_in: SignIn) -> None:
    with work(app) as session:
        ticket = requests.complete(session)
        found = re.search(r"http://localhost(/aprobar/\S+)", requests.letter_of(session, ticket, "aprobacion").text)
    assert found is not None
    app.test_client().post(found[1], data={"decision": "approve"})
    with work(app) as session:
        agent = requests.cast(session).agent
        tickets.set_fields(session, agent, ticket.id, None, {"numero_proyecto": "25-000999-00001"})
    client = sign_in("agente")
    shown = client.get(f"/tickets/SIGEC-{ticket.number}").text
    assert "Una decisión anterior" in shown
    assert "la solicitud cambió" in shown


def test_the_desks_clock_moves_an_approval_on_the_day_a_substitution_begins_and_back(app: Flask) -> None:
    elsewhere = REPORT_TEXT.replace("Región del Biobío", "Región de Valparaíso")
    with work(app) as session:
        cast = requests.cast(session)
        ticket = cast.open(text=elsewhere, files=(file(content=requests.PAPER),))
        person, day = meet(session, cast.sigec.id, "", "turno@sigec-cl.example"), today(session, cast.sigec.id)
        function = {"role": "jefe_administrativo_regional", "scope": "CL-VS", "kind": "substitute"}
        row = RoleHolding(institution_id=cast.sigec.id, person_id=person.id, since=day, until=day, **function)
        session.add(row)
        session.flush()
        holding = row.id
    with app.app_context():
        assert clockwork.move_approvals() >= 1
        assert clockwork.move_approvals() == 0
    with work(app) as session:
        assert requests.letter_of(session, ticket, "aprobacion").recipient == "turno@sigec-cl.example"
        yesterday = day - timedelta(days=1)
        session.get_one(RoleHolding, holding).since = session.get_one(RoleHolding, holding).until = yesterday
    with app.app_context():
        assert clockwork.move_approvals() >= 1
    with work(app) as session:
        holder = "jefe.administrativo.valparaiso@sigec-cl.example.org"
        assert requests.letter_of(session, ticket, "aprobacion").recipient == holder
