"""Opening a ticket by hand, as a clerk's browser meets it (R-012 to R-018, R-065, R-116)."""

import io
import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from helpdesk import clock
from helpdesk.models.documents import Original
from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.services import routes
from tests.factories import requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")
NEW = "/tickets/nuevo"
QUITO = ZoneInfo("America/Guayaquil")


def written(**more: Any) -> dict[str, Any]:
    """Support at the counter, for somebody without mail."""
    return {
        "canal": "in_person", "tipo": "soporte_presencial", "name": "Rosa Guamán", "subject": "No puede entrar",
        "text": "La clave fue bloqueada.", **more,
    }  # fmt: skip


def sent(sign_in: SignIn, **more: Any) -> TestResponse:
    """A clerk of the ministry sends the form."""
    return sign_in("agente", "mef-ec").post(NEW, data=written(**more))


def opened(app: Flask, answer: TestResponse) -> Ticket:
    """The ticket whose receipt the answer leads to."""
    assert answer.status_code == 303, answer.text
    number = re.fullmatch(r"/tickets/[A-Z]+-(\d+)/comprobante", answer.location)
    assert number is not None
    with work(app) as session:
        return session.scalars(
            select(Ticket)
            .join(Institution, Institution.id == Ticket.institution_id)
            .where(Ticket.number == int(number[1]), Institution.key == "mef-ec")
        ).one()


def count(app: Flask) -> int:
    """How many tickets there are."""
    with work(app) as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_the_navigation_leads_an_agent_there_and_nobody_else(sign_in: SignIn) -> None:
    assert f'href="{NEW}"' in sign_in("agente", "mef-ec").get("/bandeja?vista=abiertos").text
    assert f'href="{NEW}"' not in sign_in("jefa").get("/bandeja?vista=abiertos").text


def test_only_who_works_tickets_opens_them(app: Flask, sign_in: SignIn) -> None:
    before = count(app)
    assert sign_in("jefa").get(NEW).status_code == 403
    assert sign_in("jefa").post(NEW, data=written()).status_code == 403
    assert app.test_client().get(NEW).status_code == 303
    assert count(app) == before


def test_the_first_page_asks_for_channel_and_type_alone(sign_in: SignIn) -> None:
    page = sign_in("agente", "mef-ec").get(NEW).text
    assert re.findall(r'<select[^>]* name="(\w+)"', page) == ["canal", "tipo"]
    assert '<option value="email">' not in page
    assert '<option value="in_person">Presencial</option>' in page


def test_the_second_page_asks_what_the_type_asks(sign_in: SignIn) -> None:
    page = sign_in("agente", "mef-ec").get(f"{NEW}?canal=in_person&tipo=crear_usuario_gad_ep").text
    assert 'name="dato-entidad_ruc"' in page
    assert 'name="papel-copia_ruc"' in page


def test_it_works_without_scripts(sign_in: SignIn) -> None:
    client = sign_in("agente", "mef-ec")
    for page in (client.get(NEW).text, client.get(f"{NEW}?canal=in_person&tipo=soporte_presencial").text):
        main = page.split('<main id="contenido"')[1].split("</main>")[0]
        assert "<script" not in main
        assert "hx-" not in main
        assert 'type="submit"' in main


def test_reading_the_pages_opens_nothing(app: Flask, sign_in: SignIn) -> None:
    before, client = count(app), sign_in("agente", "mef-ec")
    client.get(NEW)
    client.get(f"{NEW}?canal=in_person&tipo=soporte_presencial&name=Rosa&subject=x&text=y")
    assert count(app) == before


def test_without_a_channel_the_choice_is_shown_again(sign_in: SignIn) -> None:
    answer = sign_in("agente", "mef-ec").get(f"{NEW}?canal=&tipo=soporte_presencial")
    assert answer.status_code == 422
    assert "Elija por qué canal llegó la solicitud." in answer.text


def test_an_exclusive_channel_is_named_on_a_page_to_print(sign_in: SignIn) -> None:
    answer = sign_in("agente", "mef-ec").get(f"{NEW}?canal=in_person&tipo=activacion_revision_usuario")
    assert answer.status_code == 422
    assert "su único canal autorizado es Correo electrónico" in answer.text
    assert "centro.servicios" in answer.text.split('id="donde"')[1]
    assert '<form method="post" action="/tickets' not in answer.text


def test_a_form_that_was_changed_to_another_channel_opens_nothing(app: Flask, sign_in: SignIn) -> None:
    before = count(app)
    assert sent(sign_in, tipo="activacion_revision_usuario").status_code == 422
    assert sent(sign_in, canal="email").status_code == 422
    assert sent(sign_in, tipo="pasaporte").status_code == 404
    assert count(app) == before


def test_the_number_is_handed_out_large_with_date_and_time(app: Flask, sign_in: SignIn) -> None:
    answer = sent(sign_in)
    ticket = opened(app, answer)
    page = sign_in("agente", "mef-ec").get(answer.location).text
    assert f'<h1 class="receipt-number">MEF-{ticket.number}</h1>' in page
    local = ticket.received_at.astimezone(QUITO)
    assert f"{local:%H:%M} (hora de Ecuador)" in page
    assert "Rosa Guamán" in page


def test_a_request_without_type_is_opened_too(app: Flask, sign_in: SignIn) -> None:
    ticket = opened(app, sent(sign_in, tipo=""))
    assert (ticket.request_type, ticket.status) == (None, "new")


def test_data_papers_and_scans_are_kept(app: Flask, sign_in: SignIn) -> None:
    form = written(tipo="crear_usuario_gad_ep", address="rosa@gad-ejemplo.example.com")
    form |= {
        "dato-entidad_nombre": "GAD de Ejemplo", "papel-copia_ruc": "visto", "papel-formulario_gad_ep": "queda",
        "papel-acuerdo_responsabilidad_gad": "", "files": (io.BytesIO(b"%PDF-1.4 x"), "../Nombramiento.pdf"),
    }  # fmt: skip
    ticket = opened(app, sign_in("agente", "mef-ec").post(NEW, data=form))
    assert ticket.fields["entidad_nombre"] == "GAD de Ejemplo"
    with work(app) as session:
        papers = session.execute(select(Original.key, Original.kept).where(Original.ticket_id == ticket.id)).all()
        files = session.scalars(select(Attachment.filename).join(Message).where(Message.ticket_id == ticket.id)).all()
    assert {(key, kept) for key, kept in papers} == {("copia_ruc", False), ("formulario_gad_ep", True)}
    assert files == [".._Nombramiento.pdf"]


def test_an_attention_begins_when_the_clerk_says(app: Flask, sign_in: SignIn) -> None:
    now = clock.now().astimezone(QUITO)
    began = (now - timedelta(minutes=5)).replace(second=0, microsecond=0)
    if began.date() != now.date():
        began = now.replace(second=0, microsecond=0)
    assert opened(app, sent(sign_in, started=f"{began:%H:%M}")).received_at == began


@pytest.mark.parametrize("hour", ["9 y media", "25:00", "09:30:00", "-1:00"])
def test_what_is_no_hour_is_refused(sign_in: SignIn, hour: str) -> None:
    answer = sent(sign_in, started=hour)
    assert answer.status_code == 422
    assert "Escriba la hora de inicio así: 09:30." in answer.text


def test_what_is_wrong_is_listed_with_links_and_what_was_typed_stays(app: Flask, sign_in: SignIn) -> None:
    before = count(app)
    answer = sent(sign_in, name="", address="rosa arroba", subject="Con «comillas» & más", **{"dato-asunto": "Otro"})
    assert answer.status_code == 422
    assert '<a href="#name">Escriba el nombre de quien solicita.</a>' in answer.text
    assert '<a href="#address">' in answer.text
    assert "Con «comillas» &amp; más" in answer.text
    assert 'value="Otro"' in answer.text
    assert count(app) == before


def test_a_datum_that_cannot_be_read_is_marked(sign_in: SignIn) -> None:
    answer = sent(sign_in, **{"dato-clase_soporte": "astral"})
    assert answer.status_code == 422
    assert '<a href="#dato-clase_soporte">Elija un valor de la lista.</a>' in answer.text


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "{{ 7*7 }}", "a\x00b", "\u202egpj.exe", "'; DROP TABLE tickets; --"],
)
def test_hostile_words_are_words(app: Flask, sign_in: SignIn, hostile: str) -> None:
    answer = sent(sign_in, name=f"Rosa {hostile}", subject=hostile, text=hostile, entity=hostile, national_id="17")
    ticket = opened(app, answer)
    client = sign_in("agente", "mef-ec")
    for path in (answer.location, f"/tickets/MEF-{ticket.number}"):
        page = client.get(path)
        assert page.status_code == 200
        assert "<script>alert(1)" not in page.text
        assert "Rosa 49" not in page.text


@pytest.mark.parametrize("field", ["name", "subject", "text", "address", "national_id", "entity", "started", "place"])
def test_what_is_far_too_long_is_refused(app: Flask, sign_in: SignIn, field: str) -> None:
    before = count(app)
    assert sent(sign_in, **{field: "x" * 150_000}).status_code == 422
    assert count(app) == before


def test_a_post_without_its_token_is_refused(app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert sent(sign_in).status_code == 400


def test_a_receipt_is_for_those_who_may_see_the_ticket(app: Flask, sign_in: SignIn) -> None:
    location = sent(sign_in).location
    assert sign_in("agente", "sigec-cl").get(location).status_code == 404
    assert sign_in("jefa").get(location).status_code == 403
    assert app.test_client().get(location).status_code == 303


def test_somebody_without_mail_is_shown_so_and_cannot_be_written_to(app: Flask, sign_in: SignIn) -> None:
    ticket, client = opened(app, sent(sign_in)), sign_in("agente", "mef-ec")
    page = client.get(f"/tickets/MEF-{ticket.number}").text
    assert "sin-correo-" not in page
    assert "no dejó correo" in page
    answer = client.post(f"/tickets/MEF-{ticket.number}/responder", data={"text": "Ya puede entrar."})
    assert answer.status_code == 422
    with work(app) as session:
        person = session.get_one(Person, ticket.requester_id)
    assert person.undeliverable_since is not None


def test_staff_of_a_region_choose_among_their_own(sign_in: SignIn) -> None:
    page = sign_in("regional").get(f"{NEW}?canal=web_form&tipo=").text
    assert '<option value="CL-BI">' in page
    assert '<option value="CL-VS">' not in page


def test_staff_of_a_region_do_not_open_for_another(app: Flask, sign_in: SignIn) -> None:
    form = written(canal="web_form", tipo="crear_usuario_ejecutor", address="rosa@muni.example.com")
    form["dato-region"] = "CL-VS"
    answer = sign_in("regional").post(NEW, data=form)
    assert answer.status_code == 422
    assert "solo abre tickets de allí" in answer.text


def test_staff_of_a_region_see_what_they_opened(sign_in: SignIn) -> None:
    client = sign_in("regional")
    form = written(canal="web_form", tipo="crear_usuario_ejecutor", address="rosa@muni.example.com")
    answer = client.post(NEW, data={**form, "dato-region": "CL-BI"})
    assert client.get(answer.location).status_code == 200


def ready_to_close(app: Flask, sign_in: SignIn) -> Ticket:
    """A request for information on paper, of which only the answer is left."""
    form = written(canal="physical_document", tipo="solicitud_informacion", **{"papel-oficio_requerimiento": "queda"})
    ticket = opened(app, sign_in("agente", "mef-ec").post(NEW, data=form))
    with work(app) as session:
        actor = requests.cast(session).foreigner
        kept = session.get_one(Ticket, ticket.id)
        for step in routes.present(session, kept).values():
            if step.kind not in ("notify", "close"):
                routes.settle(session, actor, kept, step, "web")
        routes.walk(session, actor, kept, clock.now())
    return ticket


def test_a_paper_answer_shows_who_collected_it(app: Flask, sign_in: SignIn) -> None:
    ticket, client = ready_to_close(app, sign_in), sign_in("agente", "mef-ec")
    today = clock.now().astimezone(QUITO).date()
    form = {"way": "paper", "note": "Copias del contrato.", "collected_by": "Rosa Guamán", "collected_on": str(today)}
    assert client.post(f"/tickets/MEF-{ticket.number}/cerrar", data=form).status_code == 303
    page = client.get(f"/tickets/MEF-{ticket.number}").text
    assert f"Lo retiró Rosa Guamán el {today:%d/%m/%Y}." in page


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"way": "paper", "note": "Copias."}, "Escriba quién retiró la respuesta."),
        ({"way": "phone", "note": "Leído."}, "para responder por otro, escriba el motivo."),
        ({"way": "paloma", "note": "Copias."}, "Elija cómo salió la respuesta."),
        ({"way": "paper", "note": "Copias.", "collected_by": "Rosa", "collected_on": "ayer"}, ""),
    ],
)
def test_an_answer_that_lacks_something_does_not_close(
    app: Flask, sign_in: SignIn, form: dict[str, str], sentence: str
) -> None:
    ticket = ready_to_close(app, sign_in)
    answer = sign_in("agente", "mef-ec").post(f"/tickets/MEF-{ticket.number}/cerrar", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    with work(app) as session:
        assert session.get_one(Ticket, ticket.id).closed_at is None
