"""The pipe door and its exit status."""

import io

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from helpdesk.db import transaction
from helpdesk.models.ledger import Arrival
from mailbridge import intake, pipe
from tests.mailhouse import House, letter


def count() -> int:
    """How many arrivals there are."""
    with transaction() as session:
        return session.scalar(select(func.count(Arrival.id))) or 0


def status(raw: bytes, to: str) -> int:
    """The exit status for one message."""
    return pipe.ingest(io.BytesIO(raw), to, None)[0]


def test_a_message_for_a_mailbox_is_accepted_and_a_second_try_adds_nothing(house: House) -> None:
    assert status(letter(), house.mailbox) == 0
    assert status(letter(), house.mailbox) == 0
    assert count() == 1


@pytest.mark.parametrize("raw", [b"", b"\r\n"])
def test_nothing_on_standard_input_is_refused(house: House, raw: bytes) -> None:
    assert status(raw, house.mailbox) == 65


def test_an_unknown_mailbox_is_refused(house: House) -> None:
    assert status(letter(), "nobody@elsewhere.example") == 65


def test_a_message_over_the_limit_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipe, "MAX_MESSAGE_BYTES", 1000)
    assert status(letter(text="x" * 2000), house.mailbox) == 65
    assert count() == 0


def test_without_a_database_the_mail_server_keeps_the_message(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("server closed the connection"))

    monkeypatch.setattr(intake, "accept", away)
    assert status(letter(), house.mailbox) == 75
