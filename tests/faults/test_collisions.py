"""Serialization failures and deadlocks on a tenth of all transactions."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import errors
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.queries import health
from mailbridge.collisions import repeated
from tests import mailhouse
from tests.mailbridge.smtpscript import Script, ScriptedServer
from tests.mailhouse import House, letter

MESSAGES = 20
COLLISIONS = (errors.SerializationFailure, errors.DeadlockDetected)


def collision(kind: type[errors.Error] = errors.SerializationFailure) -> OperationalError:
    """What SQLAlchemy raises when PostgreSQL rolled our transaction back in favour of another."""
    return OperationalError("COMMIT", None, kind("a rival was faster"))


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made; they take no time."""
    made = list[float]()
    monkeypatch.setattr(time, "sleep", made.append)
    return made


@pytest.fixture
def outgoing() -> Iterator[ScriptedServer]:
    """The outgoing server."""
    made = ScriptedServer(Script())
    yield made
    made.close()


@pytest.fixture
def troubled(database_url: str, tmp_path: Path, outgoing: ScriptedServer) -> Iterator[House]:
    """A helpdesk where every tenth transaction that writes is rolled back at its end."""
    dice = random.Random(27)

    def strike(connection: Connection) -> None:
        wrote = connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()").scalar() is not None
        if wrote and dice.random() < 0.1:
            raise collision(dice.choice(COLLISIONS))

    with mailhouse.house(database_url, tmp_path, smtp_url=outgoing.url) as house:
        event.listen(house.engine, "commit", strike)
        yield house
        event.remove(house.engine, "commit", strike)


def test_f27_collisions_on_a_tenth_of_all_transactions_are_repeated_and_nobody_sees_them(
    troubled: House, outgoing: ScriptedServer, pauses: list[float]
) -> None:
    for number in range(MESSAGES):
        troubled.say(letter(sender=f"c{number}@gmail.example", message_id=f"<{number}@gmail.example>"), key=str(number))
    assert troubled.work().failed == ()
    with transaction() as session:
        assert health.equation(session, clock.now()).processed == MESSAGES
    with troubled.engine.connect() as connection:
        tries = connection.execute(text("SELECT max(attempts), count(*) FROM ledger")).one()
    assert tuple(tries) == (1, MESSAGES)
    assert [row.state for row in troubled.letters()] == ["accepted"] * MESSAGES
    assert sorted(outgoing.recipients) == sorted(f"c{number}@gmail.example" for number in range(MESSAGES))
    assert len(set(pauses)) == len(pauses) > MESSAGES // 10


@pytest.mark.parametrize("kind", COLLISIONS)
def test_f27_a_transaction_is_repeated_five_times_at_most(pauses: list[float], kind: type[errors.Error]) -> None:
    tries = list[int]()

    @repeated
    def unlucky() -> None:
        tries.append(1)
        raise collision(kind)

    with pytest.raises(OperationalError):
        unlucky()
    assert (len(tries), len(pauses)) == (6, 5)


def test_any_other_failure_of_the_database_is_raised_at_once(pauses: list[float]) -> None:
    @repeated
    def away() -> None:
        raise OperationalError("SELECT 1", None, errors.AdminShutdown())

    with pytest.raises(OperationalError):
        away()
    assert pauses == []
