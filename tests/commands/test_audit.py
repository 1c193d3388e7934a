"""The history proves that nobody changed it, even with full rights on the database."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.commands.operating import Operator, receive_sample
from tests.conftest import WORKER, create_from_template, drop

ORIGINAL = f"history_{WORKER}"
DISARM = "ALTER TABLE events DISABLE TRIGGER ALL"


@pytest.fixture(scope="module")
def written(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with the history of one ticket and of its institution's set-up."""
    receive_sample(create_from_template(server, ORIGINAL), tmp_path_factory.mktemp("history"))
    yield ORIGINAL
    drop(server, ORIGINAL)


@pytest.fixture
def database_url(server: str, written: str) -> Iterator[str]:
    """A copy of it to be changed."""
    name = f"test_{uuid4().hex[:16]}"
    yield create_from_template(server, name, written)
    drop(server, name)


@pytest.fixture
def history(database: Engine) -> Engine:
    """The copied history."""
    return database


def events(database: Engine, where: str = "ticket_id IS NOT NULL") -> list[int]:
    """The ids of events, oldest first."""
    with database.connect() as connection:
        return list(connection.scalars(text(f"SELECT id FROM events WHERE {where} ORDER BY id")))


def tamper(database: Engine, sql: str, **values: object) -> None:
    """Changes the history as a superuser can who first takes its guard away."""
    with database.begin() as connection:
        connection.execute(text(DISARM))
        assert connection.execute(text(sql), values).rowcount == 1
        connection.execute(text("ALTER TABLE events ENABLE TRIGGER ALL"))


def test_an_untouched_history_is_intact(operator: Operator, history: Engine) -> None:
    assert operator.does("audit", "verify") == "El historial está íntegro.\n"


def test_the_database_itself_refuses_a_change(history: Engine) -> None:
    with pytest.raises(DBAPIError, match="append"), history.begin() as connection:
        connection.execute(text("UPDATE events SET actor = 'nobody'"))


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody else'",
        "at = at + interval '1 microsecond'",
        "kind = 'closed'",
        "data = data || '{\"x\": 1}'",
        "hash = repeat('0', 64)",
    ],
)
def test_a_changed_event_is_named(operator: Operator, history: Engine, change: str) -> None:
    victim = events(history)[1]
    tamper(history, f"UPDATE events SET {change} WHERE id = :id", id=victim)
    answer = operator.orders("audit", "verify")
    assert answer.status == 1
    assert answer.said == f"MEF-1: el evento {victim} no sigue al anterior\n1 cadena(s) rotas.\n"


def test_after_an_event_was_taken_out_the_next_one_is_named(operator: Operator, history: Engine) -> None:
    _, victim, following, *_ = events(history)
    tamper(history, "DELETE FROM events WHERE id = :id", id=victim)
    answer = operator.orders("audit", "verify")
    assert (answer.status, answer.said.splitlines()[0]) == (1, f"MEF-1: el evento {following} no sigue al anterior")


def test_a_history_whose_end_was_cut_is_named(operator: Operator, history: Engine) -> None:
    tamper(history, "DELETE FROM events WHERE id = :id", id=events(history)[-1])
    answer = operator.orders("audit", "verify")
    assert (answer.status, answer.said.splitlines()[0]) == (1, "MEF-1: faltan eventos al final")


def test_a_changed_set_up_of_an_institution_is_named(operator: Operator, history: Engine) -> None:
    first = events(history, "ticket_id IS NULL")[0]
    tamper(history, "UPDATE events SET actor = 'somebody else' WHERE id = :id", id=first)
    answer = operator.orders("audit", "verify")
    assert (answer.status, answer.said.splitlines()[0]) == (1, f"mef-ec: el evento {first} no sigue al anterior")


def test_the_end_of_an_institutions_history_that_was_cut_is_named(operator: Operator, history: Engine) -> None:
    tamper(history, "DELETE FROM events WHERE id = :id", id=events(history, "ticket_id IS NULL")[-1])
    answer = operator.orders("audit", "verify")
    assert (answer.status, answer.said.splitlines()[0]) == (1, "mef-ec: faltan eventos al final")
