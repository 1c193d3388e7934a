"""Guessing passwords at the sign-in page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete
from werkzeug.test import TestResponse

from helpdesk import clock
from helpdesk.app import AppSettings, create_app
from helpdesk.db import db
from helpdesk.models.attempts import SignInAttempt
from helpdesk.services import accounts
from helpdesk.web.sessions import peer_of
from tests.factories import desk
from tests.web.conftest import SignIn, work

WRONG = "una-clave-equivocada"
REFUSED = "Demasiados intentos: espere unos minutos y vuelva a probar."
NOW = datetime(2026, 4, 7, 14, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("forms_without_token", "nothing_counted")


@pytest.fixture
def nothing_counted(app: Flask) -> Iterator[None]:
    """No attempt of another test counts, and none of this one counts elsewhere."""
    with work(app) as session:
        session.execute(delete(SignInAttempt))
    yield
    with work(app) as session:
        session.execute(delete(SignInAttempt))


def enter(app: Flask, role: str = "agente", password: str = WRONG, peer: str = "192.0.2.7") -> TestResponse:
    """The answer to one attempt in a fresh browser."""
    form = {"address": desk.address(role, "sigec-cl"), "password": password, "volver": "/tickets/SIGEC-3"}
    return app.test_client().post("/entrar", data=form, environ_overrides={"REMOTE_ADDR": peer})


def statuses(app: Flask, times: int, role: str = "agente") -> list[int]:
    """How that many wrong passwords are answered."""
    return [enter(app, role).status_code for _ in range(times)]


@pytest.mark.parametrize("role", ["agente", "nadie"])
def test_the_eleventh_wrong_password_is_refused_whether_or_not_the_address_exists(app: Flask, role: str) -> None:
    assert statuses(app, 11, role) == [422] * 10 + [429]


def test_a_refusal_keeps_the_form_and_says_when_to_come_back(app: Flask) -> None:
    with clock.fixed(NOW):
        statuses(app, 10)
    with clock.fixed(NOW + timedelta(minutes=5)):
        answer = enter(app)
    assert REFUSED in answer.text
    assert f'value="{desk.address("agente", "sigec-cl")}"' in answer.text
    assert 'value="/tickets/SIGEC-3"' in answer.text
    assert answer.headers["Retry-After"] == "600"


def test_a_refusal_costs_no_hash_and_the_right_password_does_not_end_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses(app, 10)
    monkeypatch.setattr(accounts, "hasher", None)
    assert enter(app, password=desk.PASSWORD).status_code == 429


def test_another_address_still_signs_in(app: Flask) -> None:
    statuses(app, 11)
    assert enter(app, "jefa", desk.PASSWORD).status_code == 303


def test_who_is_signed_in_goes_on_working(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("agente")
    statuses(app, 11)
    assert client.get("/tickets/SIGEC-3").status_code == 200


def test_the_right_password_within_the_limit_clears_the_count(app: Flask) -> None:
    assert statuses(app, 9) == [422] * 9
    assert enter(app, password=desk.PASSWORD).status_code == 303
    assert statuses(app, 11) == [422] * 10 + [429]


def test_after_a_quarter_of_an_hour_the_way_is_free(app: Flask) -> None:
    with clock.fixed(NOW):
        statuses(app, 10)
    with clock.fixed(NOW + timedelta(minutes=14, seconds=59)):
        assert enter(app, password=desk.PASSWORD).status_code == 429
    with clock.fixed(NOW + timedelta(minutes=15)):
        assert enter(app, password=desk.PASSWORD).status_code == 303


def test_processes_count_together(app: Flask) -> None:
    settings = AppSettings(
        database_url=app.config["SQLALCHEMY_DATABASE_URI"],
        secret_key="k" * 40,
        public_url="http://localhost",
        mail_domain=None,
        files=app.extensions["files"],
        pool_size=1,
    )
    other = create_app(settings)
    other.config["WTF_CSRF_ENABLED"] = False
    assert statuses(app, 5) + statuses(other, 5) == [422] * 10
    assert (enter(app).status_code, enter(other).status_code) == (429, 429)
    with other.app_context():
        db.engine.dispose()


def test_an_incomplete_form_is_no_attempt(app: Flask) -> None:
    assert [enter(app, password="").status_code for _ in range(12)] == [422] * 12


def test_what_a_header_says_of_the_sender_is_not_believed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.services.attempts.MOST_OF_PEER", 2)
    answers = []
    for number in range(3):
        form = {"address": f"{number}@example.org", "password": WRONG}
        headers = {"X-Forwarded-For": f"198.51.100.{number}"}
        client = app.test_client()
        answer = client.post("/entrar", data=form, headers=headers, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
        answers.append(answer.status_code)
    assert answers == [422, 422, 429]


@pytest.mark.parametrize(
    ("remote", "peer"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", None),
        (None, None),
    ],
)
def test_attempts_are_counted_together_by_customer_but_not_those_of_this_machine(
    remote: str | None, peer: str | None
) -> None:
    assert peer_of(remote) == peer
