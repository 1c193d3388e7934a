"""What an agent does on a ticket's page: each verb once, and what happens when it is refused."""

import io
import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.models.outbox import Letter
from helpdesk.models.tickets import Ticket
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from tests.cast import NATIONAL_OFFICER, file
from tests.domain.shipped import shipped
from tests.factories import desk, requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")


def now(app: Flask, ticket: Ticket) -> Ticket:
    """The ticket as the database has it."""
    with work(app) as session:
        return session.get_one(Ticket, ticket.id)


def path(ticket: Ticket, verb: str = "") -> str:
    """An address below the ticket's page."""
    return f"/tickets/SIGEC-{ticket.number}{verb}"


def done(answer: TestResponse, ticket: Ticket) -> bool:
    """Whether a verb led back to the ticket."""
    return (answer.status_code, answer.location) == (303, path(ticket))


def fresh(app: Flask, **kind: bool) -> Ticket:
    """A committed ticket."""
    with work(app) as session:
        return requests.complete(session) if kind.get("complete") else requests.incomplete(session)


def test_taking_makes_the_agent_responsible(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app), sign_in("agente")
    assert done(client.post(path(ticket, "/tomar"), data={"touched": ticket.touched}), ticket)
    page = client.get(path(ticket)).text
    assert "Ahora está a su cargo." in page
    assert "Carla Muñoz Paredes" in page


def test_a_note_stays_among_colleagues(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app), sign_in("agente")
    assert done(client.post(path(ticket, "/nota"), data={"text": "marca-secreta-4711"}), ticket)
    assert "marca-secreta-4711" in client.get(path(ticket)).text
    assert "marca-secreta-4711" not in client.get(path(ticket, "/imprimir")).text
    with work(app) as session:
        letters = session.scalars(select(Letter.text).where(Letter.ticket_id == ticket.id))
        assert not any("marca-secreta-4711" in text for text in letters)


def test_an_answer_with_a_file_reaches_the_requester(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app), sign_in("agente")
    form = {"text": "Le adjunto la guía.", "files": (io.BytesIO(b"guia"), "../guía final.pdf", "application/pdf")}
    assert done(client.post(path(ticket, "/responder"), data=form), ticket)
    with work(app) as session:
        letter = requests.letter_of(session, ticket, "respuesta")
    assert "Le adjunto la guía." in letter.text
    assert letter.recipient == "proyecto@muni-ejemplo.example.com"
    link = re.search(r'href="([^"]+/cartas/\d+/0)"', client.get(path(ticket)).text)
    assert link is not None
    sent = client.get(link[1])
    assert sent.data == b"guia"
    assert "/" not in sent.headers["Content-Disposition"]


def test_an_empty_answer_is_refused_and_the_page_says_why(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app)
    answer = sign_in("agente").post(path(ticket, "/responder"), data={"text": "  "})
    assert answer.status_code == 422
    assert "Escriba la respuesta antes de enviarla." in answer.text


def test_closing_too_early_keeps_what_was_written(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app, complete=True)
    answer = sign_in("agente").post(path(ticket, "/responder"), data={"text": "Todo listo, gracias.", "cerrar": "1"})
    assert answer.status_code == 409
    assert "Todo listo, gracias." in answer.text
    assert now(app, ticket).closed_at is None


def test_a_form_of_a_ticket_that_changed_meanwhile_is_not_applied(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app), sign_in("agente")
    client.post(path(ticket, "/tomar"), data={"touched": ticket.touched})
    stale = {"touched": ticket.touched, "text": "Una respuesta escrita con calma."}
    answer = client.post(path(ticket, "/responder"), data=stale)
    assert answer.status_code == 409
    assert "Una respuesta escrita con calma." in answer.text


def test_returning_tells_the_requester_what_is_missing(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app)
    form = {"documents": "memorandum", "text": "Basta una copia escaneada."}
    assert done(sign_in("agente").post(path(ticket, "/devolver"), data=form), ticket)
    with work(app) as session:
        letter = requests.letter_of(session, ticket, "incompleto")
    assert "Basta una copia escaneada." in letter.text
    assert now(app, ticket).status == "waiting_requester"


def test_deriving_hands_the_ticket_to_a_team_of_a_region(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app)
    form = {"team": "equipo_regional/CL-VS", "reason": "Corresponde a Valparaíso."}
    assert done(sign_in("agente").post(path(ticket, "/derivar"), data=form), ticket)
    changed = now(app, ticket)
    assert (changed.team, changed.team_scope) == ("equipo_regional", "CL-VS")


def test_deriving_needs_a_team_and_a_reason(app: Flask, sign_in: SignIn) -> None:
    answer = sign_in("agente").post(path(fresh(app), "/derivar"), data={"team": "ugpip"})
    assert answer.status_code == 422
    assert "Escriba por qué la deriva." in answer.text


def test_another_type_begins_its_own_route(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app)
    assert done(
        sign_in("agente").post(path(ticket, "/clasificar"), data={"request_type": "otra_solicitud_formal"}), ticket
    )
    assert now(app, ticket).request_type == "otra_solicitud_formal"


def test_a_type_that_does_not_exist_is_refused_on_the_page(app: Flask, sign_in: SignIn) -> None:
    answer = sign_in("agente").post(path(fresh(app), "/clasificar"), data={"request_type": "nada"})
    assert answer.status_code == 404
    assert "no tiene el tipo" in answer.text


def test_the_change_of_a_date_shows_both_dates_at_the_step_that_makes_it(app: Flask, sign_in: SignIn) -> None:
    text = (
        "Solicito cambiar la fecha de la modificación presupuestaria N° 3 del proyecto 25-000200-00010, convocatoria "
        "Familias Ejemplo 2025, ejecutor Municipalidad de Ejemplo, Región del Biobío, Programa Familias: dice "
        "09-04-2026, debe decir 31-03-2026. Motivo: cierre de mes."
    )
    with work(app) as session:
        cast = requests.cast(session)
        mail = cast.incoming("Cambio de fecha de modificación", text, NATIONAL_OFFICER, files=(file(),))
        ticket = cast.ticket(cast.receive(mail).ticket_id or 0)
        assert cast.step(ticket).key == "cambiar_fecha"
        asked = shipped("sigec-cl").request_type("cambio_fecha_modificacion")
        labels = [asked.field(key).label for key in ("fecha_actual", "fecha_reemplazo")]
    step = sign_in("agente").get(path(ticket)).text.split("route-active")[1].split("</li>")[0]
    assert f"{labels[0]}: 09-04-2026" in step
    assert f"{labels[1]}: 31-03-2026" in step


def test_the_answer_that_closes_begins_with_the_text_of_its_type(app: Flask, sign_in: SignIn) -> None:
    with work(app) as session:
        cast = requests.cast(session)
        values = ByHand(
            "in_person", "soporte_presencial", "Rosa Guamán", "No entra", "La clave.", "rosa@gad.example.com"
        )
        ticket = cast.do(open_by_hand, cast.foreigner, replace(values, fields={"clase_soporte": "tecnico"}))
    client, page = sign_in("agente", "mef-ec"), f"/tickets/MEF-{ticket.number}"
    proposed = "Le confirmamos lo que hicimos para resolver su consulta:</textarea>"
    for _ in ("clasificar", "diagnosticar", "resolver"):
        assert proposed not in client.get(page).text
        assert client.post(f"{page}/paso", data={}).status_code == 303
    assert proposed in client.get(page).text


def test_a_step_is_marked_with_a_reason_when_something_is_missing(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app), sign_in("agente")
    assert client.post(path(ticket, "/paso"), data={}).status_code == 422
    assert done(client.post(path(ticket, "/paso"), data={"note": "El memorándum llegó en papel."}), ticket)
    assert now(app, ticket).status == "waiting_approval"


def test_a_document_is_confirmed_and_rejected_with_a_reason(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app, complete=True), sign_in("agente")
    address = re.search(r'action="(/tickets/[^"]+/documentos/\d+)/rechazar"', client.get(path(ticket)).text)
    assert address is not None
    assert client.post(f"{address[1]}/rechazar", data={"reason": ""}).status_code == 422
    assert done(client.post(f"{address[1]}/confirmar"), ticket)
    assert "Confirmó el documento" in client.get(path(ticket)).text


def test_a_message_to_confirm_joins_or_is_set_aside(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("agente")
    page = client.get("/tickets/SIGEC-21").text
    confirm = re.search(r'action="([^"]+/mensajes/\d+)/confirmar"', page)
    assert confirm is not None
    assert "Por confirmar" in page
    assert client.post(f"{confirm[1]}/apartar", data={"reason": ""}).status_code == 422
    assert client.post(f"{confirm[1]}/confirmar").status_code == 303
    assert "/mensajes/" not in "".join(re.findall(r'action="[^"]+"', client.get("/tickets/SIGEC-21").text))


def test_the_page_tells_how_the_term_was_counted(app: Flask, sign_in: SignIn) -> None:
    page = sign_in("agente").get(path(fresh(app, complete=True))).text
    assert "Cómo se contó el plazo" in page
    assert re.search(r'class="counted-counted">[^<]+de 20\d\d', page)


def test_a_regional_colleague_may_answer_but_not_for_another_region(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app)
    with work(app) as session:
        session.get_one(Ticket, ticket.id).region = "CL-VS"
    client = sign_in("regional")
    assert client.post(path(ticket, "/nota"), data={"text": "x"}).status_code == 404
    assert desk.region_of(shipped("sigec-cl")) == "CL-BI"
