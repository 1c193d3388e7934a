"""What an agent does around a ticket, on its page: link, merge, split, consult, follow, scheduled tasks."""

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from helpdesk import clock
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket, TicketLink
from tests.factories import requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")
HEAD = "role:jefe_administrativo_regional/CL-BI"


def path(ticket: Ticket, verb: str = "") -> str:
    """An address below the ticket's page."""
    return f"/tickets/SIGEC-{ticket.number}{verb}"


def done(answer: TestResponse, ticket: Ticket) -> bool:
    """Whether a verb led back to the ticket."""
    return (answer.status_code, answer.location) == (303, path(ticket))


def fresh(app: Flask) -> Ticket:
    """A committed request that waits for its first approval."""
    with work(app) as session:
        return requests.complete(session)


def now(app: Flask, ticket: Ticket) -> Ticket:
    """The ticket as the database has it."""
    with work(app) as session:
        return session.get_one(Ticket, ticket.id)


def link_of(app: Flask, ticket: Ticket, kind: str) -> TicketLink:
    """The standing link of that kind that was made from the ticket."""
    with work(app) as session:
        made = select(TicketLink).where(TicketLink.ticket_id == ticket.id, TicketLink.kind == kind)
        return session.scalars(made.order_by(TicketLink.id.desc())).first() or pytest.fail("no link")


def consultation(app: Flask, client: FlaskClient, ticket: Ticket) -> Ticket:
    """The ticket's consultation of the regional head, asked on its page."""
    assert done(client.post(path(ticket, "/consultar"), data={"to": HEAD, "text": "¿Procede?"}), ticket)
    with work(app) as session:
        return session.scalars(select(Ticket).where(Ticket.parent_id == ticket.id)).one()


def test_a_link_shows_on_both_pages_until_it_is_taken_back(app: Flask, sign_in: SignIn) -> None:
    one, other, client = fresh(app), fresh(app), sign_in("agente")
    assert done(client.post(path(one, "/enlaces"), data={"other": f"SIGEC-{other.number}"}), one)
    shown = re.compile(r"Se enlazó con <a")
    assert shown.search(client.get(path(one)).text)
    assert shown.search(client.get(path(other)).text)
    assert done(client.post(path(other, f"/enlaces/{link_of(app, one, 'related').id}/quitar")), other)
    assert not shown.search(client.get(path(one)).text)


def test_a_link_of_another_ticket_is_not_taken_back_from_here(app: Flask, sign_in: SignIn) -> None:
    one, other, third, client = fresh(app), fresh(app), fresh(app), sign_in("agente")
    client.post(path(one, "/enlaces"), data={"other": str(other.number)})
    assert client.post(path(third, f"/enlaces/{link_of(app, one, 'related').id}/quitar")).status_code == 404


@pytest.mark.parametrize(
    ("written", "status", "sentence"),
    [
        ("", 422, "Escriba el número del otro ticket."),
        ("MEF-1", 422, "de su institución, como SIGEC-12"),
        ("hola", 422, "de su institución, como SIGEC-12"),
        ("99999", 404, "No hay un ticket con ese número"),
    ],
)
@pytest.mark.parametrize("verb", ["/enlaces", "/unir"])
def test_a_wrong_number_is_refused_on_the_page(
    app: Flask, sign_in: SignIn, verb: str, written: str, status: int, sentence: str
) -> None:
    answer = sign_in("agente").post("/tickets/SIGEC-1" + verb, data={"other": written})
    assert answer.status_code == status
    assert sentence in answer.text
    assert f'value="{written}"' in answer.text


def test_a_regional_colleague_sees_no_link_out_of_reach(app: Flask, sign_in: SignIn) -> None:
    one, other = fresh(app), fresh(app)
    with work(app) as session:
        session.get_one(Ticket, other.id).region = "CL-VS"
    sign_in("agente").post(path(one, "/enlaces"), data={"other": str(other.number)})
    page = sign_in("regional").get(path(one)).text
    assert "Tickets relacionados" not in page
    assert f'href="{path(other)}"' not in page


def test_two_tickets_are_merged_and_told_apart_again(app: Flask, sign_in: SignIn) -> None:
    into, ticket, client = fresh(app), fresh(app), sign_in("agente")
    assert done(client.post(path(ticket, "/unir"), data={"other": str(into.number)}), ticket)
    assert now(app, ticket).merged_into_id == into.id
    gone, going_on = client.get(path(ticket)).text, client.get(path(into)).text
    assert f'Se unió al ticket <a href="{path(into)}"' in gone
    assert "se reabre solo" not in gone
    assert "Ver su conversación" in going_on
    undo = path(into, f"/uniones/{link_of(app, ticket, 'merged').id}/deshacer")
    assert f'action="{undo}"' in going_on
    assert done(client.post(undo), into)
    assert now(app, ticket).status == "waiting_approval"


def test_the_queue_says_into_which_ticket_one_was_merged_and_search_finds_both(app: Flask, sign_in: SignIn) -> None:
    into, ticket, client = fresh(app), fresh(app), sign_in("agente")
    with work(app) as session:
        for each in (into, ticket):
            session.get_one(Ticket, each.id).subject = "zafiro-4711"
    client.post(path(ticket, "/unir"), data={"other": str(into.number)})
    found = client.get("/bandeja?q=zafiro-4711").text
    assert f"unido a SIGEC-{into.number}" in found
    assert path(into) in found
    assert path(ticket) in found


def test_the_approver_reads_that_the_request_was_merged(app: Flask, sign_in: SignIn) -> None:
    into, ticket = fresh(app), fresh(app)
    sign_in("agente").post(path(ticket, "/unir"), data={"other": str(into.number)})
    with work(app) as session:
        step = session.scalars(select(Step).where(Step.ticket_id == ticket.id, Step.state == "active")).one()
        step.role, step.scope = "jefe_administrativo_regional", "CL-BI"
    page = sign_in("jefa").get(f"/aprobaciones/{step.id}").text
    assert f"se unió al ticket SIGEC-{into.number}" in page
    assert "Aprobar</button>" not in page


def test_a_second_ticket_is_split_off(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app), sign_in("agente")
    with work(app) as session:
        first = session.scalars(select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)).first()
        assert first is not None
        attached = session.scalars(select(Attachment.id).where(Attachment.message_id == first.id)).one()
    form = {"message": str(first.id), "files": str(attached), "request_type": "otra_solicitud_formal"}
    assert done(client.post(path(ticket, "/dividir"), data=form), ticket)
    made = link_of(app, ticket, "split")
    with work(app) as session:
        assert session.get_one(Ticket, made.other_id).request_type == "otra_solicitud_formal"
    assert "De este ticket se separó" in client.get(path(ticket)).text


def test_splitting_needs_a_type_and_keeps_what_was_ticked(app: Flask, sign_in: SignIn) -> None:
    ticket = fresh(app)
    with work(app) as session:
        query = select(Attachment.id).join(Message).where(Message.ticket_id == ticket.id)
        attached = session.scalars(query).one()
    answer = sign_in("agente").post(path(ticket, "/dividir"), data={"message": "1", "files": str(attached)})
    assert answer.status_code == 422
    assert "Elija el tipo del otro ticket." in answer.text
    assert f'name="files" value="{attached}" checked' in answer.text


def test_an_organ_is_asked_and_answers_on_its_own_page(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app), sign_in("agente")
    asked = consultation(app, client, ticket)
    page = client.get(path(asked)).text
    assert "Consulta a un órgano" in page
    assert "Sin clasificar" not in page
    assert "/clasificar" not in page
    organ = sign_in("jefa")
    with work(app) as session:
        step = session.scalars(select(Step).where(Step.ticket_id == asked.id)).one()
        assert step.role == "jefe_administrativo_regional"
    assert f'action="{path(asked, "/absolver")}"' in organ.get(path(asked)).text
    form = {"text": "Procede, ver el dictamen.", "files": (io.BytesIO(b"dictamen"), "dictamen.pdf", "application/pdf")}
    assert done(organ.post(path(asked, "/absolver"), data=form), asked)
    page = client.get(path(ticket)).text
    assert "Procede, ver el dictamen." in page
    assert "dictamen.pdf" in page
    assert now(app, asked).status == "closed"


def test_nobody_but_the_organ_answers_a_consultation(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("agente")
    asked = consultation(app, client, fresh(app))
    assert "/absolver" not in client.get(path(asked)).text
    assert client.post(path(asked, "/absolver"), data={"text": "Sí."}).status_code == 403
    assert sign_in("admin", "mef-ec").post(path(asked, "/absolver"), data={"text": "Sí."}).status_code == 404
    assert now(app, asked).closed_at is None


def test_a_consultation_is_withdrawn_with_a_reason(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("agente")
    asked = consultation(app, client, fresh(app))
    refused = client.post(path(asked, "/retirar"), data={"reason": ""})
    assert refused.status_code == 422
    assert "Escriba el motivo." in refused.text
    assert done(client.post(path(asked, "/retirar"), data={"reason": "Ya no hace falta."}), asked)
    assert now(app, asked).status == "closed"


def test_asking_nobody_keeps_the_question(app: Flask, sign_in: SignIn) -> None:
    answer = sign_in("agente").post(path(fresh(app), "/consultar"), data={"to": "", "text": "¿Procede o no?"})
    assert answer.status_code == 422
    assert "Elija a quién consulta." in answer.text
    assert "¿Procede o no?</textarea>" in answer.text


def test_a_consultation_is_not_among_the_unsorted(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("agente")
    asked = consultation(app, client, fresh(app))
    assert path(asked) not in client.get("/bandeja?vista=sin-clasificar&q=Consulta").text
    assert path(asked) in client.get(f"/bandeja?q=Consulta: {asked.subject[10:40]}").text


def test_following_is_switched_on_and_off(app: Flask, sign_in: SignIn) -> None:
    ticket, client = fresh(app), sign_in("agente")
    assert done(client.post(path(ticket, "/seguir")), ticket)
    assert "Dejar de seguir" in client.get(path(ticket)).text
    assert done(client.post(path(ticket, "/dejar-de-seguir")), ticket)
    assert "Dejar de seguir" not in client.get(path(ticket)).text


def scheduled(app: Flask, state: str = "active") -> tuple[Ticket, int]:
    """A closed temporary absence whose task waits, of the Ecuadorian ministry."""
    at = clock.now()
    with work(app) as session:
        by = requests.cast(session).foreigner
        ticket = session.scalars(
            select(Ticket).where(Ticket.institution_id == by.institution_id, Ticket.status == "closed")
        ).first()
        assert ticket is not None
        ticket.request_type = "ausencia_temporal"
        step = Step(ticket_id=ticket.id, position=99, key="reactivar_titular", kind="scheduled", state=state,
                    name="Reactivar al titular", round=1 + max_round(ticket, session), team="biometria",
                    due_at=at - timedelta(hours=1))  # fmt: skip
        session.add(step)
        session.flush()
        return ticket, step.id


def max_round(ticket: Ticket, session: Session) -> int:
    """The newest round of the ticket's tasks."""
    rounds = select(Step.round).where(Step.ticket_id == ticket.id, Step.kind == "scheduled")
    return max(session.scalars(rounds), default=0)


def test_a_task_of_a_closed_ticket_is_seen_and_marked_as_done(app: Flask, sign_in: SignIn) -> None:
    ticket, step_id = scheduled(app)
    client, at = sign_in("agente", "mef-ec"), f"/tickets/MEF-{ticket.number}"
    assert f'href="{at}"' in client.get("/bandeja?vista=programadas").text
    assert "Tarea programada" in client.get(at).text
    assert client.post(f"{at}/tareas/{step_id}/hecha", data={"note": "Listo."}).status_code == 303
    assert f'href="{at}"' not in client.get("/bandeja?vista=programadas").text


def test_a_task_gets_another_day_and_is_cancelled_with_a_reason(app: Flask, sign_in: SignIn) -> None:
    ticket, step_id = scheduled(app)
    client, at = sign_in("agente", "mef-ec"), f"/tickets/MEF-{ticket.number}/tareas/{step_id}"
    assert client.post(f"{at}/fecha", data={"day": "pronto"}).status_code == 422
    assert client.post(f"{at}/fecha", data={"day": "2031-05-05"}).status_code == 303
    with work(app) as session:
        assert session.get_one(Ticket, ticket.id).fields["hasta"] == "2031-05-05"
    assert client.post(f"{at}/cancelar", data={"reason": ""}).status_code == 422
    assert client.post(f"{at}/cancelar", data={"reason": "No vuelve."}).status_code == 303


VERBS = (
    "enlaces", "enlaces/1/quitar", "unir", "uniones/1/deshacer", "dividir", "consultar", "absolver", "retirar",
    "seguir", "dejar-de-seguir", "tareas/1/hecha", "tareas/1/cancelar", "tareas/1/fecha",
)  # fmt: skip
FORM = {
    "other": "1", "message": "1", "request_type": "x", "to": HEAD, "text": "x", "reason": "x", "day": "2031-05-05",
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_reaches_another_institution(sign_in: SignIn, verb: str) -> None:
    assert sign_in("admin", "mef-ec").post(f"/tickets/SIGEC-1/{verb}", data=FORM).status_code == 404


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "absolver"])
def test_an_approver_without_a_team_works_no_tickets(sign_in: SignIn, verb: str) -> None:
    assert sign_in("jefa").post(f"/tickets/SIGEC-1/{verb}", data=FORM).status_code == 403


@pytest.mark.parametrize("verb", VERBS)
def test_reading_changes_nothing(sign_in: SignIn, verb: str) -> None:
    assert sign_in("agente").get(f"/tickets/SIGEC-1/{verb}").status_code in (404, 405)
