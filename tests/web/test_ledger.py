"""What an administrator sees of the mail path, and does about it."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import clock
from helpdesk.domain.quarantine import REASONS as WHY
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.ledger import Arrival
from helpdesk.queries import health
from helpdesk.web.metrics import of_mailboxes
from tests.factories import desk
from tests.web.conftest import SignIn, work

REASONS = ("parse_error", "too_many_recipients", "too_large")


@pytest.fixture
def quarantined(app: Flask) -> Iterator[dict[str, int]]:
    """Three arrivals of the Chilean desk in quarantine, by reason."""
    now = clock.now()
    with work(app) as session:
        institution = session.scalars(select(Institution).where(Institution.key == "sigec-cl")).one()
        made = {
            reason: desk.arrival(
                session, institution.id, f"{reason}-{now.timestamp()}", "quarantined", reason, "No se pudo leer."
            ).id
            for reason in REASONS
        }
    yield made
    with work(app) as session:
        for each in made.values():
            row = session.get_one(Arrival, each)
            row.state, row.settled_at, row.reason = "processed", now, None


def states(app: Flask, numbers: dict[str, int]) -> dict[str, str]:
    """The state of each arrival, by its reason at first."""
    with work(app) as session:
        return {reason: session.get_one(Arrival, number).state for reason, number in numbers.items()}


def test_a_message_in_quarantine_says_what_to_do(sign_in: SignIn, quarantined: dict[str, int]) -> None:
    page = sign_in("admin").get("/admin/cuarentena").text
    assert all(WHY[reason].next_step in page for reason in REASONS)


def test_the_chosen_messages_are_processed_again_and_one_left_on_its_server_is_not(
    app: Flask, sign_in: SignIn, quarantined: dict[str, int], forms_without_token: None
) -> None:
    chosen = [quarantined["parse_error"], quarantined["too_large"]]
    answer = sign_in("admin").post("/admin/cuarentena/repetir", data={"entrada": chosen}, follow_redirects=True)
    assert "1 de 2 entradas se procesarán otra vez" in answer.text
    assert states(app, quarantined) == {
        "parse_error": "pending",
        "too_many_recipients": "quarantined",
        "too_large": "quarantined",
    }


def test_a_doubt_is_accepted_by_hand_and_a_failure_is_not(
    app: Flask, sign_in: SignIn, quarantined: dict[str, int], forms_without_token: None
) -> None:
    client = sign_in("admin")
    assert client.post(f"/admin/libro/{quarantined['too_many_recipients']}/aceptar").status_code == 303
    assert client.post(f"/admin/libro/{quarantined['parse_error']}/aceptar").status_code == 409
    foreign = sign_in("admin", "mef-ec").post(f"/admin/libro/{quarantined['parse_error']}/aceptar")
    assert foreign.status_code == 404
    assert states(app, quarantined)["too_many_recipients"] == "pending"
    with work(app) as session:
        assert session.get_one(Arrival, quarantined["too_many_recipients"]).accepted_by_hand
        assert not session.get_one(Arrival, quarantined["parse_error"]).accepted_by_hand


def test_nothing_chosen_says_so(sign_in: SignIn, forms_without_token: None) -> None:
    answer = sign_in("admin").post("/admin/cuarentena/repetir", follow_redirects=True)
    assert "Marque primero" in answer.text


def test_messages_of_another_institution_are_not_processed_again(
    app: Flask, sign_in: SignIn, quarantined: dict[str, int], forms_without_token: None
) -> None:
    data = {"entrada": list(quarantined.values())}
    answer = sign_in("admin", "mef-ec").post("/admin/cuarentena/repetir", data=data, follow_redirects=True)
    assert "0 de 3 entradas" in answer.text
    assert set(states(app, quarantined).values()) == {"quarantined"}


def test_an_agent_processes_nothing_again(
    app: Flask, sign_in: SignIn, quarantined: dict[str, int], forms_without_token: None
) -> None:
    data = {"entrada": list(quarantined.values())}
    assert sign_in("agente").post("/admin/cuarentena/repetir", data=data).status_code == 403
    assert set(states(app, quarantined).values()) == {"quarantined"}


@pytest.fixture
def troubled(app: Flask) -> Iterator[str]:
    """The address of a Chilean mailbox whose server refuses the password."""
    with work(app) as session:
        box = session.scalars(
            select(Mailbox).join(Institution).where(Institution.key == "sigec-cl", Mailbox.active).limit(1)
        ).one()
        box.imap_url, box.last_error, box.backlog = "imaps://imap.example", "No acepta la contraseña.", 7
        number, address = box.id, box.address
    yield address
    with work(app) as session:
        box = session.get_one(Mailbox, number)
        box.imap_url, box.last_error, box.backlog = None, None, 0


def test_a_mailbox_in_trouble_says_why_to_its_own_institution_only(sign_in: SignIn, troubled: str) -> None:
    page = sign_in("admin").get("/admin/buzones").text
    assert troubled in page
    assert "No acepta la contraseña." in page
    foreign = sign_in("admin", "mef-ec").get("/admin/buzones").text
    assert troubled not in foreign


def test_the_numbers_of_a_mailbox_name_its_key_and_no_address(app: Flask, troubled: str) -> None:
    numbers = app.test_client().get("/metrics").text
    assert re.search(r'helpdesk_mailbox_backlog\{institution="sigec-cl",mailbox="\w+"\} 7\.0', numbers)
    assert re.search(r'helpdesk_mailbox_in_trouble\{institution="sigec-cl",mailbox="\w+"\} 1\.0', numbers)
    assert "@" not in numbers


def test_the_age_of_the_oldest_message_is_told_in_seconds() -> None:
    now = clock.now()
    waiting = health.MailboxHealth(
        institution="sigec-cl",
        key="mesa",
        name="Mesa",
        address="mesa@x.example",
        connected=True,
        last_contact_at=None,
        backlog=0,
        pending=1,
        oldest_pending_at=now - timedelta(minutes=5),
        last_arrival_at=None,
        last_error=None,
        last_remark=None,
        vanished=0,
    )
    numbers = of_mailboxes((waiting,), now).decode()
    assert 'helpdesk_mailbox_oldest_pending_seconds{institution="sigec-cl",mailbox="mesa"} 300.0' in numbers
    assert "last_contact_seconds{" not in numbers
