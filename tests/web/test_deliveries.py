"""What an agent sees of a letter's way, and the button that sends it again."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from helpdesk.models.outbox import LETTER_STATES, Letter
from helpdesk.models.tickets import Ticket
from helpdesk.web import deliveries
from tests.factories import letters, requests
from tests.web.conftest import SignIn, work

NOON = datetime(2026, 4, 7, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=4)
TWICE = "posiblemente enviado dos veces"


def words(state: str, **facts: Any) -> deliveries.DeliveryWords:
    """What the page says of a letter."""
    usual = {"resends": 0, "claimed_at": NOON}
    return deliveries.delivery(letters.letter(1, NOON - timedelta(hours=1), state=state, **usual | facts))


@pytest.mark.parametrize(
    ("state", "facts", "label", "tone", "at"),
    [
        ("queued", {"claimed_at": None}, "en cola", "calm", NOON - timedelta(hours=1)),
        ("sending", {}, "enviándose", "calm", NOON),
        ("dot_sent", {}, "enviándose", "calm", NOON),
        ("accepted", {"settled_at": LATER}, "entregado al servidor", "done", LATER),
        ("accepted", {"settled_at": LATER, "resends": 1}, f"entregado al servidor, {TWICE}", "done", LATER),
        ("accepted", {"settled_at": LATER, "delivery_failed": "5.2.2"}, "no entregado", "late", LATER),
        ("deferred", {"next_try_at": LATER}, "se reintentará", "soon", LATER),
        ("failed", {"settled_at": LATER, "next_try_at": NOON}, "no entregado", "late", LATER),
        ("in_doubt", {"next_try_at": LATER}, "entrega en duda, se enviará otra copia", "soon", LATER),
        ("in_doubt", {"settled_at": LATER, "resends": 1}, f"entrega en duda, {TWICE}", "late", LATER),
        ("kept", {"settled_at": LATER}, "guardado en la demostración", "calm", LATER),
    ],
)  # fmt: skip
def test_a_letter_tells_its_state_and_its_hour(
    state: str, facts: dict[str, Any], label: str, tone: str, at: datetime
) -> None:
    told = words(state, **facts)
    assert (told.label, told.tone, told.at) == (label, tone, at)


def test_every_state_has_its_words() -> None:
    assert set(deliveries.STATES) == set(LETTER_STATES)


@pytest.mark.parametrize(
    ("state", "settled", "offered"),
    [("failed", True, True), ("in_doubt", True, True), ("in_doubt", False, False), ("deferred", False, False),
     ("accepted", True, False), ("kept", True, False)],
)  # fmt: skip
def test_only_what_ended_without_success_can_be_sent_again(state: str, settled: bool, offered: bool) -> None:
    assert words(state, settled_at=LATER if settled else None).resendable is offered


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("550 5.1.1 no such user", "la dirección no existe (550 5.1.1 no such user)"),
        ("452 4.2.2 over quota", "el buzón está lleno (452 4.2.2 over quota)"),
        ("5.1.10", "el dominio de la dirección no recibe correo (5.1.10)"),
        ("550 5.9.9 strange", "550 5.9.9 strange"),
        ("550 from 10.5.1.1", "550 from 10.5.1.1"),
        ("sin código", "sin código"),
        (None, None),
    ],
)
def test_an_enhanced_code_is_shown_with_its_meaning(reason: str | None, told: str | None) -> None:
    assert deliveries.explained(reason) == told


def refused(app: Flask, **facts: Any) -> tuple[Ticket, Letter]:
    """A ticket and its acknowledgement, which the server refused; `facts` are columns of it that differ."""
    with work(app) as session:
        # What other tests had sent to the same person was sent on other days: an address gets 20 letters an hour.
        session.execute(update(Letter).values(created_at=Letter.created_at - timedelta(days=2)))
        ticket = requests.complete(session)
        letter = requests.letter_of(session, ticket, "acuse")
        usual = {"state": "failed", "settled_at": NOON, "last_error": "550 5.1.1 no such user"}
        for column, value in (facts or usual).items():
            setattr(letter, column, value)
        session.flush()
        return ticket, letter


def resend(ticket: Ticket, letter: Letter) -> str:
    """Where the button posts."""
    return f"/tickets/SIGEC-{ticket.number}/cartas/{letter.id}/reenviar"


def test_a_failed_letter_stands_open_on_the_ticket_with_its_reason_and_a_button(app: Flask, sign_in: SignIn) -> None:
    ticket, letter = refused(app)
    page = sign_in("agente").get(f"/tickets/SIGEC-{ticket.number}").text
    shown = re.search(rf'<details[^>]*id="m{letter.message_id}" open>.*?</details>\s', page, re.DOTALL)
    assert shown is not None
    assert f"{letter.recipient}: no entregado <time" in shown[0]
    assert "la dirección no existe (550 5.1.1 no such user)" in shown[0]
    assert f'action="{resend(ticket, letter)}"' in shown[0]


def listed(client: FlaskClient, ticket: Ticket) -> bool:
    """Whether the queue of letters that did not arrive shows the ticket."""
    return f">SIGEC-{ticket.number}<" in client.get("/bandeja?vista=no-entregados").text


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"state": "failed", "last_error": "550", "settled_at": NOON}, True),
        ({"state": "in_doubt", "settled_at": NOON}, True),
        ({"state": "accepted", "settled_at": NOON, "delivery_failed": "5.1.1"}, True),
        ({"state": "accepted", "settled_at": NOON}, False),
        ({"state": "deferred", "last_error": "450"}, False),
        ({"state": "in_doubt", "last_error": "lost"}, False),
    ],
)
def test_the_queue_has_a_view_of_tickets_whose_letter_did_not_arrive(
    app: Flask, sign_in: SignIn, facts: dict[str, Any], shown: bool
) -> None:
    ticket, _ = refused(app, **facts)
    assert listed(sign_in("agente"), ticket) is shown


def test_a_later_letter_that_arrived_takes_the_ticket_from_the_view(app: Flask, sign_in: SignIn) -> None:
    ticket, letter = refused(app)
    with work(app) as session:
        later = {"ticket_id": ticket.id, "recipient": letter.recipient, "state": "accepted", "settled_at": NOON}
        session.add(letters.letter(ticket.institution_id, NOON, rfc_message_id=f"later.{ticket.id}@x.test", **later))
    assert not listed(sign_in("agente"), ticket)


def test_the_printed_ticket_has_no_button(app: Flask, sign_in: SignIn) -> None:
    ticket, letter = refused(app)
    assert resend(ticket, letter) not in sign_in("agente").get(f"/tickets/SIGEC-{ticket.number}/imprimir").text


@pytest.mark.usefixtures("forms_without_token")
def test_the_button_sends_the_letter_again_once_and_the_history_says_who(app: Flask, sign_in: SignIn) -> None:
    ticket, letter = refused(app)
    client = sign_in("agente")
    assert client.post(resend(ticket, letter)).status_code == 303
    page = client.get(f"/tickets/SIGEC-{ticket.number}").text
    assert "El correo vuelve a salir." in page
    assert "Se volvió a enviar un correo" in page
    assert f"{letter.recipient}: en cola" in page
    with work(app) as session:
        assert session.get_one(Letter, letter.id).state == "queued"
    again = client.post(resend(ticket, letter))
    assert again.status_code == 409
    assert "Ese correo ya salió o está saliendo" in again.text


@pytest.mark.usefixtures("forms_without_token")
def test_a_letter_of_another_ticket_is_out_of_reach(app: Flask, sign_in: SignIn) -> None:
    (mine, _), (_, theirs) = refused(app), refused(app)
    answer = sign_in("agente").post(resend(mine, theirs))
    assert answer.status_code == 404
    assert "Ese correo no es de este ticket." in answer.text
