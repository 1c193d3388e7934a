"""What became of each letter, as the agent sees it on the ticket, and sending one again."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import clock
from helpdesk.models.audit import Event
from helpdesk.models.outbox import Letter
from helpdesk.models.tickets import Ticket
from tests.factories import requests
from tests.web.conftest import SignIn, work

pytestmark = pytest.mark.usefixtures("forms_without_token")


@pytest.fixture
def answered(app: Flask, sign_in: SignIn) -> tuple[Ticket, int]:
    """A ticket that was answered, and the letter with the answer."""
    with work(app) as session:
        ticket = requests.complete(session)
    sign_in("agente").post(
        f"/tickets/SIGEC-{ticket.number}/responder", data={"touched": ticket.touched, "text": "Lo vemos hoy."}
    )
    with work(app) as session:
        query = select(Letter.id).where(Letter.ticket_id == ticket.id, Letter.letter == "respuesta")
        return ticket, session.scalars(query).one()


def fares(app: Flask, letter_id: int, **values: object) -> None:
    """The letter stands like that."""
    with work(app) as session:
        letter = session.get_one(Letter, letter_id)
        for name, value in values.items():
            setattr(letter, name, value)


STATES = [
    ({"state": "queued"}, ["en cola"]),
    ({"state": "accepted", "settled_at": clock.now()}, ["entregado al servidor"]),
    (
        {"state": "deferred", "last_error": "450 vuelva luego", "next_try_at": clock.now() + timedelta(minutes=4)},
        ["se reintentará", "450 vuelva luego", "próximo intento"],
    ),
    (
        {"state": "failed", "last_error": "550 no existe", "settled_at": clock.now()},
        ["no entregado", "550 no existe", "Enviar otra vez"],
    ),
    (
        {"state": "in_doubt", "last_error": "se cortó", "resends": 1},
        ["entrega en duda", "posiblemente enviado dos veces", "Enviar otra vez"],
    ),
    ({"state": "accepted", "delivery_failed": "5.1.1"}, ["devuelto por el servidor del destinatario (5.1.1)"]),
]


@pytest.mark.parametrize(
    ("values", "told"), STATES, ids=["queued", "accepted", "deferred", "failed", "in doubt", "bounced"]
)
def test_the_page_tells_what_became_of_a_letter(
    app: Flask, sign_in: SignIn, answered: tuple[Ticket, int], values: dict[str, object], told: list[str]
) -> None:
    ticket, letter_id = answered
    fares(app, letter_id, **values)
    page = sign_in("agente").get(f"/tickets/SIGEC-{ticket.number}").text
    assert [words for words in told if words not in page] == []
    assert ("Enviar otra vez" in page) == ("Enviar otra vez" in told)


def test_an_agent_sends_a_letter_again_that_did_not_leave(
    app: Flask, sign_in: SignIn, answered: tuple[Ticket, int]
) -> None:
    ticket, letter_id = answered
    fares(app, letter_id, state="failed", last_error="550 no existe", settled_at=clock.now())
    answer = sign_in("agente").post(f"/tickets/SIGEC-{ticket.number}/cartas/{letter_id}/reenviar")
    assert answer.status_code == 303
    with work(app) as session:
        letter = session.get_one(Letter, letter_id)
        assert (letter.state, letter.last_error) == ("queued", None)
        kinds = session.scalars(select(Event.kind).where(Event.ticket_id == ticket.id)).all()
        assert "letter_resent" in kinds


def test_a_letter_that_left_is_not_sent_again(app: Flask, sign_in: SignIn, answered: tuple[Ticket, int]) -> None:
    ticket, letter_id = answered
    fares(app, letter_id, state="accepted", settled_at=clock.now())
    answer = sign_in("agente").post(f"/tickets/SIGEC-{ticket.number}/cartas/{letter_id}/reenviar")
    assert "ya salió o está saliendo" in answer.text


def test_a_letter_of_another_ticket_cannot_be_sent_from_here(
    app: Flask, sign_in: SignIn, answered: tuple[Ticket, int]
) -> None:
    _, letter_id = answered
    fares(app, letter_id, state="failed", last_error="x", settled_at=clock.now())
    with work(app) as session:
        other = requests.complete(session)
    answer = sign_in("agente").post(f"/tickets/SIGEC-{other.number}/cartas/{letter_id}/reenviar")
    assert "no es de este ticket" in answer.text
    with work(app) as session:
        assert session.get_one(Letter, letter_id).state == "failed"
