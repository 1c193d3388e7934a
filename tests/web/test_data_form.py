"""The form with which an agent completes the data of a request."""

import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.domain.catalogue import Catalogue, IntakeField, RequestType
from helpdesk.domain.errors import Invalid
from helpdesk.domain.options import lacks_region
from helpdesk.models.institutions import Institution
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals, tickets
from helpdesk.web.datafields import changes, written
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REPORT_TEXT, file
from tests.domain.shipped import shipped
from tests.factories import requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")

OTHER_OFFICER = "encargado.nacional.mayores@sigec-cl.example.org"
NO_REGION = REPORT_TEXT.replace("Región del Biobío, ", "")
NO_PROGRAMME = REPORT_TEXT.replace(", Programa Familias", "").replace("Familias Ejemplo", "Comunidades Ejemplo")
ZONE = ZoneInfo("America/Santiago")
PAPER = file(content=requests.PAPER)


def path(ticket: Ticket, verb: str = "/datos") -> str:
    """An address below the ticket's page."""
    return f"/tickets/SIGEC-{ticket.number}{verb}"


def opened(app: Flask, text: str, **more: Any) -> Ticket:
    """A committed request that came by mail."""
    with work(app) as session:
        return requests.cast(session).open(text=text, files=(PAPER,), **more)


def now(app: Flask, ticket: Ticket) -> Ticket:
    """The ticket as the database has it."""
    with work(app) as session:
        return session.get_one(Ticket, ticket.id)


def asked(app: Flask, ticket: Ticket) -> list[str]:
    """Whom we wrote to for an approval of the ticket, in order."""
    with work(app) as session:
        return [letter.recipient for letter in requests.cast(session).letters(ticket, "aprobacion")]


def waiting_for_its_programme(app: Flask) -> Ticket:
    """A request whose regional head approved and whose programme nobody knows."""
    with work(app) as session:
        cast = requests.cast(session)
        ticket = cast.open(subject="Desaprobar rendición", text=NO_PROGRAMME, files=(PAPER,))
        cast.approve(ticket, REGIONAL_HEAD)
    return now(app, ticket)


def head_approves(app: Flask, ticket: Ticket) -> None:
    """The regional head approves the request as it is now."""
    with work(app) as session:
        cast = requests.cast(session)
        step = cast.step(cast.ticket(ticket.id))
        cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), step.id, "approve", None, "web")


def test_the_ticket_leads_to_the_form_where_it_says_what_it_lacks(app: Flask, sign_in: SignIn) -> None:
    ticket = opened(app, NO_REGION)
    page = sign_in("agente").get(path(ticket, "")).text
    assert re.search(rf'complete el dato y siga\.\s*<a href="{path(ticket)}">Completar datos</a>', page)
    assert "Por completar: Región." in page


def test_the_form_shows_what_is_missing_first(app: Flask, sign_in: SignIn) -> None:
    ticket = opened(app, NO_REGION)
    page = sign_in("agente").get(path(ticket)).text
    missing, rest = page.split('id="otros-datos"')
    assert 'name="dato-region"' in missing
    assert 'name="dato-numero_proyecto"' in rest
    assert "Biobío" in missing


def test_only_staff_of_a_team_reaches_the_form(app: Flask, sign_in: SignIn) -> None:
    ticket = opened(app, NO_REGION)
    client = sign_in("jefa")
    assert client.get(path(ticket)).status_code == 403
    assert client.post(path(ticket), data={"dato-region": "CL-BI"}).status_code == 403
    assert now(app, ticket).region is None


def test_another_institution_finds_no_form(app: Flask, sign_in: SignIn) -> None:
    ticket = opened(app, NO_REGION)
    client = sign_in("admin", "mef-ec")
    assert client.get(path(ticket)).status_code == 404
    assert client.post(path(ticket), data={"dato-region": "CL-BI"}).status_code == 404


def test_the_missing_region_asks_the_regional_head(app: Flask, sign_in: SignIn) -> None:
    ticket, client = opened(app, NO_REGION), sign_in("agente")
    answer = client.post(path(ticket), data={"touched": ticket.touched, "antes-region": "", "dato-region": "CL-BI"})
    assert (answer.status_code, answer.location) == (303, path(ticket, ""))
    assert asked(app, ticket) == [REGIONAL_HEAD.address]
    assert "Datos guardados. La solicitud siguió su ruta." in client.get(path(ticket, "")).text


def test_the_missing_programme_is_approved_by_the_head_with_the_request_and_asks_its_national_officer(
    app: Flask, sign_in: SignIn
) -> None:
    ticket = waiting_for_its_programme(app)
    assert "programa" in (ticket.blocked_by or "")
    form = {"touched": ticket.touched, "dato-programa": "programa-familias"}
    assert sign_in("agente").post(path(ticket), data=form).status_code == 303
    assert now(app, ticket).blocked_by is None
    head_approves(app, ticket)
    assert asked(app, ticket) == [REGIONAL_HEAD.address, REGIONAL_HEAD.address, NATIONAL_OFFICER.address]


def test_another_programme_asks_its_own_officer_instead(app: Flask, sign_in: SignIn) -> None:
    ticket, client = waiting_for_its_programme(app), sign_in("agente")
    for programme in ("programa-familias", "programa-mayores"):
        client.post(path(ticket), data={"dato-programa": programme})
        head_approves(app, ticket)
    assert asked(app, ticket)[1:] == [
        REGIONAL_HEAD.address, NATIONAL_OFFICER.address, REGIONAL_HEAD.address, OTHER_OFFICER
    ]  # fmt: skip


def test_a_programme_written_freely_is_asked_for_by_its_list(app: Flask, sign_in: SignIn) -> None:
    ticket = opened(app, NO_PROGRAMME)
    with work(app) as session:
        session.get_one(Ticket, ticket.id).fields = {**ticket.fields, "programa": "El de siempre"}
    client = sign_in("agente")
    assert "«El de siempre» no está en la lista: elija cuál es." in client.get(path(ticket)).text
    client.post(path(ticket), data={"antes-programa": "El de siempre", "dato-programa": "El de siempre"})
    assert now(app, ticket).fields["programa"] == "El de siempre"


def test_a_value_that_is_not_of_the_list_is_refused_and_what_was_typed_stays(app: Flask, sign_in: SignIn) -> None:
    ticket = opened(app, NO_REGION)
    form = {"touched": ticket.touched, "dato-region": "XX-99", "dato-numero_proyecto": "25-000777-00001"}
    answer = sign_in("agente").post(path(ticket), data=form)
    assert answer.status_code == 422
    assert "Elija un valor de la lista." in answer.text
    assert 'value="25-000777-00001"' in answer.text
    assert now(app, ticket).fields == ticket.fields


def test_a_form_of_a_ticket_that_changed_meanwhile_is_kept_and_not_applied(app: Flask, sign_in: SignIn) -> None:
    ticket, client = opened(app, NO_REGION), sign_in("agente")
    with work(app) as session:
        actor = requests.cast(session).agent
        tickets.set_fields(session, actor, ticket.id, None, {"numero_proyecto": "25-000888-00001"})
    form = {
        "touched": ticket.touched, "antes-region": "", "dato-region": "CL-BI",
        "antes-numero_proyecto": ticket.fields["numero_proyecto"],
        "dato-numero_proyecto": ticket.fields["numero_proyecto"],
    }  # fmt: skip
    answer = client.post(path(ticket), data=form)
    assert answer.status_code == 409
    assert '<option value="CL-BI" selected>' in answer.text
    assert 'value="25-000888-00001"' in answer.text
    assert now(app, ticket).region is None


def test_a_datum_that_breaks_its_rule_is_shown_with_its_sentence(app: Flask, sign_in: SignIn) -> None:
    ticket, client = opened(app, NO_REGION), sign_in("agente")
    with work(app) as session:
        session.get_one(Ticket, ticket.id).invalid_fields = {"numero_proyecto": "El proyecto no existe."}
    page = client.get(path(ticket)).text
    assert "El proyecto no existe." in page.split('id="otros-datos"')[0]


def test_an_emptied_datum_is_gone(app: Flask, sign_in: SignIn) -> None:
    ticket = opened(app, REPORT_TEXT)
    form = {"antes-numero_proyecto": ticket.fields["numero_proyecto"], "dato-numero_proyecto": ""}
    assert sign_in("agente").post(path(ticket), data=form).status_code == 303
    assert "numero_proyecto" not in now(app, ticket).fields


def test_an_ended_ticket_has_no_form(app: Flask, sign_in: SignIn) -> None:
    with work(app) as session:
        number = session.scalar(
            select(Ticket.number)
            .join(Institution, Institution.id == Ticket.institution_id)
            .where(Institution.key == "sigec-cl", Ticket.status == "closed", Ticket.request_type.is_not(None))
        )
    assert sign_in("admin").get(f"/tickets/SIGEC-{number}/datos").status_code == 409


def test_a_ticket_without_type_is_to_be_classified_first(app: Flask, sign_in: SignIn) -> None:
    answer = sign_in("admin").get("/tickets/SIGEC-11/datos")
    assert answer.status_code == 409
    assert "Clasifique primero el ticket" in answer.text


def field(kind: str) -> IntakeField:
    """A datum of that type."""
    return IntakeField("dato", "Dato", kind, "optional", "seed")  # type: ignore[arg-type]  # one of the types


def type_with(datum: IntakeField) -> tuple[Catalogue, RequestType]:
    """A catalogue and a request type that asks for nothing but the datum."""
    catalogue = shipped("sigec-cl")
    return catalogue, replace(catalogue.request_types[0], intake_fields=(datum,))


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", "Ana & «Luz»", "Ana & «Luz»"),
        ("long_text", "Uno\r\n\r\nDos", "Uno\n\nDos"),
        ("integer", "12", 12),
        ("bool", "si", True),
        ("bool", "no", False),
        ("date", "2026-03-31", "2026-03-31"),
        ("datetime", "2026-07-01T15:30", "2026-07-01T15:30:00-04:00"),
        ("datetime", "2026-01-15T15:30", "2026-01-15T15:30:00-03:00"),
        ("email", "ana@entidad.example", "ana@entidad.example"),
        ("phone", "+56 2 2675 1400", "+56 2 2675 1400"),
        ("list", "Entidad A\r\nEntidad B\r\n", ["Entidad A", "Entidad B"]),
        ("choice_region", "CL-BI", "CL-BI"),
        ("rut", "12.345.678-5", "12.345.678-5"),
    ],
)
def test_a_value_is_kept_as_its_type_and_shown_as_it_was_written(kind: str, typed: str, value: object) -> None:
    catalogue, spec = type_with(field(kind))
    kept = changes(catalogue, spec, {}, {"dato-dato": typed})
    assert kept == {"dato": value}
    shown = written(field(kind), kept["dato"], ZONE)
    assert shown == typed.replace("\r\n", "\n").strip()
    assert changes(catalogue, spec, kept, {"dato-dato": typed}) == {}


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("integer", "doce"), ("integer", "1.5"), ("integer", "9" * 40), ("bool", "quizás"), ("date", "31 de marzo"),
        ("date", "0001-01-01"), ("datetime", "2026-03-31"), ("datetime", "2026-03-31T15:30+00:00"),
        ("email", "ana arroba entidad"), ("choice_region", "XX-99"), ("text", "x" * 501),
    ],
)  # fmt: skip
def test_a_value_that_is_none_of_its_type_is_refused(kind: str, typed: str) -> None:
    catalogue, spec = type_with(field(kind))
    with pytest.raises(Invalid) as refused:
        changes(catalogue, spec, {}, {"dato-dato": typed})
    assert list(refused.value.fields) == ["dato"]


def test_the_proof_of_a_web_form_is_not_asked_of_an_agent() -> None:
    catalogue, spec = type_with(field("captcha"))
    assert changes(catalogue, spec, {}, {"dato-dato": "x"}) == {}


def ecuadorian(app: Flask) -> Ticket:
    """A request to the Ecuadorian ministry, whose teams are not per region and whose types do not ask for one."""
    with work(app) as session:
        cast = requests.cast(session)
        text = "Pido registrar la ausencia temporal del titular, que sale de vacaciones."
        box = cast.mailbox("biometria", cast.mef)
        return cast.ticket(cast.receive(cast.incoming("Ausencia temporal", text, mailbox=box)).ticket_id or 0)


def of_ministry(ticket: Ticket) -> str:
    return f"/tickets/MEF-{ticket.number}/datos"


def test_the_region_is_offered_where_no_type_asks_for_it(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ecuadorian(app), sign_in("agente", "mef-ec")
    assert re.search(r'<label for="dato-region">Región', client.get(of_ministry(ticket)).text)
    form = {"touched": ticket.touched, "antes-region": "", "dato-region": "coordinacion-5"}
    assert client.post(of_ministry(ticket), data=form).status_code == 303
    assert (now(app, ticket).region, "region" in now(app, ticket).fields) == ("coordinacion-5", False)
    assert '<option value="coordinacion-5" selected>' in client.get(of_ministry(ticket)).text


def test_the_region_said_by_hand_is_corrected_and_emptied(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ecuadorian(app), sign_in("agente", "mef-ec")
    client.post(of_ministry(ticket), data={"antes-region": "", "dato-region": "coordinacion-5"})
    client.post(of_ministry(ticket), data={"antes-region": "coordinacion-5", "dato-region": "matriz"})
    assert now(app, ticket).region == "matriz"
    client.post(of_ministry(ticket), data={"antes-region": "matriz", "dato-region": ""})
    assert now(app, ticket).region is None


@pytest.mark.parametrize("typed", ["CL-BI", "x" * 10_000, "<b>"])
def test_a_region_of_another_institution_is_refused_beside_its_control(app: Flask, sign_in: SignIn, typed: str) -> None:
    ticket, client = ecuadorian(app), sign_in("agente", "mef-ec")
    answer = client.post(of_ministry(ticket), data={"antes-region": "", "dato-region": typed})
    assert (answer.status_code, now(app, ticket).region) == (422, None)
    assert "Elija un valor de la lista." in answer.text


@pytest.mark.parametrize("key", ["conectamef-pe", "seps-ec"])
def test_where_a_centre_tells_the_region_or_there_is_one_alone_it_is_not_offered(key: str) -> None:
    catalogue = shipped(key)
    assert not any(lacks_region(catalogue, each) for each in catalogue.request_types)
