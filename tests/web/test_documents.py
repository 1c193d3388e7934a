"""What an agent says about the files of a ticket on its page."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.models.documents import Document, Original
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals
from helpdesk.web.names import Names
from helpdesk.web.ticketpage import looks_of
from tests.cast import Cast, file
from tests.domain.shipped import shipped
from tests.factories import requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")

FILES = (
    "Oficio 12.pdf",
    "F.SI.AS.01-CONSULTA.pdf",
    "Acuerdo de responsabilidad.pdf",
    "Accion de personal autoridad.pdf",
)


def ministry(app: Flask, *names: str) -> Ticket:
    """A request for a user of the consultation module, at the ministry, with files of these names."""
    with work(app) as session:
        cast: Cast = requests.cast(session)
        text = "Solicito crear un usuario de consulta. Entidades adscritas a visualizar: Instituto de Ejemplo."
        sent = tuple(file(name) for name in names or FILES)
        outcome = cast.receive(
            cast.incoming(
                "Creación de usuario de consulta", text, mailbox=cast.mailbox("centro_servicios", cast.mef), files=sent
            )
        )
        assert outcome.ticket_id is not None
        return cast.ticket(outcome.ticket_id)


def path(ticket: Ticket, verb: str = "") -> str:
    """An address below the ticket's page."""
    return f"/tickets/MEF-{ticket.number}{verb}"


def mark(app: Flask, ticket: Ticket, key: str) -> Document:
    """The newest mark of a document."""
    with work(app) as session:
        rows = session.scalars(select(Document).where(Document.ticket_id == ticket.id, Document.key == key))
        return list(rows)[-1]


def desk_of(sign_in: SignIn) -> FlaskClient:
    """The ministry's agent, signed in."""
    return sign_in("agente", "mef-ec")


def done(answer: TestResponse) -> bool:
    """Whether a verb led back to the ticket."""
    return answer.status_code == 303


def test_a_file_is_rejected_with_an_objection_that_the_page_shows(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ministry(app), desk_of(sign_in)
    row = mark(app, ticket, "oficio_solicitud")
    form = {"objection": "unsigned", "reason": "Falta el sello."}
    assert done(client.post(path(ticket, f"/documentos/{row.id}/rechazar"), data=form))
    page = client.get(path(ticket)).text
    assert "No sirve: sin firma o sello: Falta el sello." in page
    assert re.search(r"Rechazó el documento «Oficio[^»]+»: sin firma o sello", page)


def test_another_reason_needs_words_and_keeps_what_was_chosen(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ministry(app), desk_of(sign_in)
    row = mark(app, ticket, "oficio_solicitud")
    answer = client.post(path(ticket, f"/documentos/{row.id}/rechazar"), data={"objection": "other"})
    assert answer.status_code == 422
    assert "Diga por qué no sirve el documento." in answer.text
    assert '<option value="other" selected>' in answer.text
    assert client.post(path(ticket, f"/documentos/{row.id}/rechazar"), data={"reason": "x"}).status_code == 422


def test_after_a_rejection_the_page_offers_to_return_the_request_with_it(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ministry(app), desk_of(sign_in)
    assert "offer-return" not in client.get(path(ticket)).text
    row = mark(app, ticket, "formulario_consulta")
    client.post(path(ticket, f"/documentos/{row.id}/rechazar"), data={"objection": "corrections"})
    offer = client.get(path(ticket)).text.partition("offer-return")[2].partition("</details>")[0]
    assert re.findall(r'value="(\w+)" checked', offer) == ["formulario_consulta"]
    assert '<option value="corrections" selected>' in offer
    form = {"documents": ["formulario_consulta"], "objection-formulario_consulta": "unreadable", "text": "Por favor."}
    assert done(client.post(path(ticket, "/devolver"), data=form))
    with work(app) as session:
        letter = session.scalars(
            select(Letter.text).where(Letter.ticket_id == ticket.id, Letter.letter == "incompleto")
        ).one()
    assert "Lo que llegó no sirve: ilegible" in " ".join(letter.split())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"signed_by": ("maxima_autoridad",)}, "firma: Máxima autoridad"),
        ({"sealed": True}, "con sello"),
        ({"notarised": True}, "con reconocimiento de firma"),
        ({"certified_copy": True}, "fiel copia del original"),
        ({"original_required": True}, "se entrega el original"),
    ],
)
def test_each_property_of_a_document_is_told_to_the_reviewer(changes: dict[str, Any], told: str) -> None:
    plain: dict[str, Any] = {
        "signed_by": (),
        "sealed": False,
        "notarised": False,
        "certified_copy": False,
        "original_required": False,
    }
    document = shipped("mef-ec").request_type("crear_usuario_gad_ep").required_documents[0]
    found = looks_of(Names(shipped("mef-ec")), replace(document, **{**plain, **changes}))
    assert found.startswith(told.partition(":")[0])
    assert found.lower().startswith(told.lower())


def test_a_file_is_moved_shared_and_its_mark_taken_back(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ministry(app, "Oficio 12.pdf"), desk_of(sign_in)
    row = mark(app, ticket, "oficio_solicitud")
    assert done(client.post(path(ticket, f"/documentos/{row.id}/mover"), data={"document": "formulario_consulta"}))
    other = {"document": "acuerdo_responsabilidad_consulta"}
    assert done(client.post(path(ticket, f"/archivos/{row.attachment_id}/requisito"), data=other))
    second = mark(app, ticket, "acuerdo_responsabilidad_consulta")
    for _ in range(2):
        assert done(client.post(path(ticket, f"/documentos/{second.id}/deshacer")))
    with work(app) as session:
        left = session.scalars(select(Document.key).where(Document.ticket_id == ticket.id)).all()
    assert left == ["formulario_consulta"]
    answer = client.post(path(ticket, f"/documentos/{row.id}/mover"), data={"document": "no_hay"})
    assert answer.status_code == 404


def test_the_original_is_marked_as_seen_and_the_step_goes_on(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ministry(app), desk_of(sign_in)
    refused = client.post(path(ticket, "/paso"), data={})
    assert refused.status_code == 409
    assert "marque como vistos los originales de: Formulario de Creación de Usuarios de Consulta" in refused.text
    form = {"kind": "paper", "kept": "y", "note": "Carpeta 4"}
    assert done(client.post(path(ticket, "/originales/formulario_consulta/visto"), data=form))
    page = client.get(path(ticket)).text
    assert re.search(r"Original visto en papel por .+; queda en la oficina\. «Carpeta 4»", page)
    assert done(client.post(path(ticket, "/paso"), data={}))


def test_an_original_marked_by_error_is_unmarked(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ministry(app), desk_of(sign_in)
    client.post(path(ticket, "/originales/formulario_consulta/visto"), data={"kind": "electronic_signature"})
    assert "Original visto con firma electrónica" in client.get(path(ticket)).text
    assert done(client.post(path(ticket, "/originales/formulario_consulta/quitar")))
    with work(app) as session:
        assert session.scalars(select(Original).where(Original.ticket_id == ticket.id)).all() == []
    assert client.post(path(ticket, "/originales/formulario_consulta/quitar")).status_code == 404


def test_only_papers_that_need_it_have_an_original_to_mark_by_mail_and_all_at_the_counter(
    app: Flask, sign_in: SignIn
) -> None:
    ticket, client = ministry(app), desk_of(sign_in)
    offered = re.compile(r"/originales/(\w+)/visto")
    assert offered.findall(client.get(path(ticket)).text) == ["formulario_consulta"]
    with work(app) as session:
        session.get_one(Ticket, ticket.id).channel = "in_person"
    assert len(offered.findall(client.get(path(ticket)).text)) == 4


def test_a_certified_copy_shows_the_officer_and_the_day(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ministry(app), desk_of(sign_in)
    row = mark(app, ticket, "accion_personal_autoridad")
    verb = path(ticket, f"/documentos/{row.id}/certificar")
    assert done(client.post(verb, data={"role": "Secretaria General", "on": "2026-03-02"}))
    assert "Fiel copia del original: Secretaria General, 02/03/2026" in client.get(path(ticket)).text
    assert client.post(verb, data={"role": "Secretaria General", "on": "ayer"}).status_code == 422


def test_the_page_says_what_each_document_must_look_like(app: Flask, sign_in: SignIn) -> None:
    page = desk_of(sign_in).get(path(ministry(app))).text
    assert "con reconocimiento de firma; se entrega el original" in page


def test_returns_are_counted_on_the_page(app: Flask, sign_in: SignIn) -> None:
    page = desk_of(sign_in).get(path(ministry(app, "Oficio 12.pdf"))).text
    assert re.search(r"<dt>Devoluciones</dt><dd>1", page)


def test_the_time_to_correct_shows_on_the_page(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ministry(app, "Oficio 12.pdf"), desk_of(sign_in)
    assert "Puede corregir hasta" not in client.get(path(ticket)).text
    with work(app) as session:
        row = session.scalars(select(Step).where(Step.ticket_id == ticket.id, Step.state == "returned")).one()
        row.due_at = datetime(2031, 4, 15, 22, 0, tzinfo=UTC)
    assert re.search(r"Puede corregir hasta [^<]*15 de abril de 2031", client.get(path(ticket)).text)


def test_a_document_of_another_ticket_is_out_of_reach(app: Flask, sign_in: SignIn) -> None:
    mine, other, client = ministry(app), ministry(app), desk_of(sign_in)
    row = mark(app, other, "oficio_solicitud")
    for verb in ("confirmar", "rechazar", "mover", "deshacer", "certificar"):
        form = {"objection": "unsigned", "document": "formulario_consulta"}
        assert client.post(path(mine, f"/documentos/{row.id}/{verb}"), data=form).status_code == 404


def test_the_papers_of_an_ended_ticket_have_no_buttons(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ministry(app), desk_of(sign_in)
    with work(app) as session:
        row = session.get_one(Ticket, ticket.id)
        row.status, row.closed_at = "closed", row.received_at
    page = client.get(path(ticket)).text
    assert "/documentos/" not in page
    assert "/originales/" not in page


def approved(app: Flask) -> Ticket:
    """A report to disapprove, which both approvers approved; nobody looked at its memorandum."""
    with work(app) as session:
        cast, ticket = requests.cast(session), requests.complete(session)
        for _ in range(2):
            step = cast.step(ticket)
            assert step.approver_id is not None
            cast.do(approvals.decide, requests.acting(session, step.approver_id), step.id, "approve", None, "web")
        return ticket


def test_the_work_waits_until_one_tick_says_that_the_documents_were_looked_at(app: Flask, sign_in: SignIn) -> None:
    ticket, client = approved(app), sign_in("agente")
    address = f"/tickets/SIGEC-{ticket.number}"
    page = client.get(address).text
    assert "Revisé los documentos" in page and "nadie confirmó su archivo" in page
    refused = client.post(f"{address}/paso", data={"note": "Se desaprobó en el sistema."})
    assert refused.status_code == 422
    assert "escriba el motivo para seguir sin ellos" in refused.text and "Se desaprobó en el sistema." in refused.text
    assert mark(app, ticket, "memorandum").state == "proposed"
    assert done(client.post(f"{address}/paso", data={"reviewed": "y"}))
    assert mark(app, ticket, "memorandum").state == "confirmed"
    assert "Revisé los documentos" not in client.get(address).text


def test_the_work_goes_on_without_a_confirmed_document_with_a_reason_that_the_page_tells(
    app: Flask, sign_in: SignIn
) -> None:
    ticket, client = approved(app), sign_in("agente")
    address = f"/tickets/SIGEC-{ticket.number}"
    assert client.post(f"{address}/paso", data={"without": "x" * 501}).status_code == 422
    assert done(client.post(f"{address}/paso", data={"without": "Está en la carpeta 4."}))
    page = " ".join(client.get(address).text.split())
    assert "sin documentos confirmados (Memorándum" in page and "Está en la carpeta 4." in page


def test_the_answer_that_closes_offers_the_tick_only_while_a_document_is_not_confirmed(
    app: Flask, sign_in: SignIn
) -> None:
    ticket, client = approved(app), sign_in("agente")
    address = f"/tickets/SIGEC-{ticket.number}"
    client.post(f"{address}/paso", data={"reviewed": "y"})
    assert 'id="reply-without"' not in client.get(address).text
    document = mark(app, ticket, "memorandum")
    client.post(f"{address}/documentos/{document.id}/rechazar", data={"objection": "unsigned"})
    assert 'id="reply-without"' in client.get(address).text
    answer = {"text": "Listo, desaprobada.", "cerrar": "1"}
    refused = client.post(f"{address}/responder", data=answer)
    assert refused.status_code == 422 and "Listo, desaprobada." in refused.text
    assert done(client.post(f"{address}/responder", data={**answer, "without": "Se firmó después."}))


def with_macros(app: Flask) -> tuple[Ticket, Attachment]:
    """A request to the ministry with a file that is held."""
    with work(app) as session:
        cast: Cast = requests.cast(session)
        sent = replace(file("Oficio 12.docm"), held="macros")
        ticket = cast.ticket(
            cast.receive(
                cast.incoming(
                    "Creación de usuario de consulta",
                    "Solicito crear un usuario de consulta.",
                    mailbox=cast.mailbox("centro_servicios", cast.mef),
                    files=(sent,),
                )
            ).ticket_id
            or 0
        )
        held = session.scalars(
            select(Attachment).join(Message, Message.id == Attachment.message_id).where(Message.ticket_id == ticket.id)
        ).one()
        return ticket, held


def test_an_agent_sees_that_a_file_is_held_and_gets_it_neither_open_nor_released(app: Flask, sign_in: SignIn) -> None:
    ticket, held = with_macros(app)
    client = desk_of(sign_in)
    page = client.get(path(ticket)).text
    assert "Archivo retenido:" in page
    assert "es un documento con macros" in page
    assert "Liberar" not in page
    assert client.get(path(ticket, f"/archivos/{held.id}")).status_code == 403
    assert client.post(path(ticket, f"/archivos/{held.id}/liberar"), data={"reason": "x"}).status_code == 403


def test_an_administrator_releases_a_file_and_then_it_is_downloaded_as_any(app: Flask, sign_in: SignIn) -> None:
    ticket, held = with_macros(app)
    client = sign_in("admin", "mef-ec")
    form = {"reason": "Lo revisó el área técnica.", "touched": str(ticket.touched)}
    assert "Liberar el archivo" in client.get(path(ticket)).text
    assert done(client.post(path(ticket, f"/archivos/{held.id}/liberar"), data=form))
    page = client.get(path(ticket)).text
    assert f"/archivos/{held.id}" in page and "Archivo retenido:" not in page
    assert "Liberó el archivo retenido «Oficio 12.docm»: Lo revisó el área técnica." in page


def test_a_file_is_not_released_without_a_reason_and_the_form_says_so(app: Flask, sign_in: SignIn) -> None:
    ticket, held = with_macros(app)
    answer = sign_in("admin", "mef-ec").post(path(ticket, f"/archivos/{held.id}/liberar"), data={"reason": " "})
    assert answer.status_code == 422
    assert "Escriba el motivo." in answer.text
    assert "Archivo retenido:" in answer.text


@pytest.mark.parametrize("reason", ["m" * 10_000, "<script>alert(1)</script>"])
def test_a_hostile_reason_breaks_nothing(app: Flask, sign_in: SignIn, reason: str) -> None:
    ticket, held = with_macros(app)
    client = sign_in("admin", "mef-ec")
    answer = client.post(path(ticket, f"/archivos/{held.id}/liberar"), data={"reason": reason})
    assert answer.status_code in (303, 422)
    assert "<script>alert" not in client.get(path(ticket)).text


def test_an_administrator_of_another_institution_releases_nothing(app: Flask, sign_in: SignIn) -> None:
    ticket, held = with_macros(app)
    client = sign_in("admin", "sigec-cl")
    assert client.post(
        f"/tickets/SIGEC-{ticket.number}/archivos/{held.id}/liberar", data={"reason": "x"}
    ).status_code in (
        404,
        422,
    )
    with work(app) as session:
        assert session.get_one(Attachment, held.id).held == "macros"
