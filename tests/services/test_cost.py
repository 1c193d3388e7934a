"""What taking a message in costs the database, counted: the number does not grow with what is there already."""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from helpdesk.db import keep
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.ledger import Arrival
from tests.cast import Cast, file

# With an approval asked for, and two letters; the two jobs that send them are put in the queue beside it.
MOST_FOR_A_NEW_TICKET = 25


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []
    engine = session.get_bind().engine

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """As in a process of ours, a unit of work keeps the rows that it read."""
    for name in ("loaded_as_persistent", "pending_to_persistent"):
        event.listen(cast.session, name, keep)
    return cast


def opened(cast: Cast, **more: Any) -> list[str]:
    """What one more request costs that comes in a unit of work of its own."""
    letter = cast.incoming(**more)
    cast.session.flush()
    cast.session.expunge_all()
    cast.session.info.pop("rows", None)
    cast.session.get_one(Arrival, letter.ledger_id)
    with counted(cast.session) as sent:
        cast.receive(letter)
    return sent


def test_a_ticket_costs_at_most_25_statements_however_many_there_are(cast: Cast) -> None:
    opened(cast, files=(file(),))
    early = opened(cast, files=(file(),))
    for _ in range(20):
        cast.open()
    late = opened(cast, files=(file(),))
    assert len(late) <= len(early) <= MOST_FOR_A_NEW_TICKET, "\n".join(early)


def test_a_returned_request_costs_no_more(cast: Cast) -> None:
    opened(cast)
    assert len(sent := opened(cast)) <= MOST_FOR_A_NEW_TICKET, "\n".join(sent)


def test_the_rows_of_a_ticket_are_written_together(cast: Cast) -> None:
    opened(cast)
    sent = opened(cast, files=(file(),))
    written = [statement.split()[2] for statement in sent if statement.startswith("INSERT")]
    assert sorted(written) == sorted(set(written))
    assert not any(statement.startswith("UPDATE tickets") for statement in sent)


def test_a_long_thread_costs_no_more_than_a_short_one(cast: Cast) -> None:
    opened(cast)
    short = opened(cast, references=("a@x.example",))
    long = opened(cast, references=tuple(f"{number}@x.example" for number in range(60)))
    assert len(long) == len(short)


def test_what_is_known_already_is_not_read(cast: Cast) -> None:
    opened(cast)
    tables = ("calendar_days", "suspensions", "extensions")
    assert not any(f"FROM {table}" in statement for statement in opened(cast, files=(file(),)) for table in tables)


# A type whose approval is asked for, one that is returned, and one that nobody can classify.
ASKED: dict[str, dict[str, Any]] = {
    "approved by two": {"files": (file(),)},
    "returned": {},
    "unclassified": {"subject": "Una pregunta", "text": "Buen día, ¿me pueden ayudar?"},
}


@pytest.mark.parametrize("kind", ASKED)
def test_people_in_copy_cost_the_same_however_many_there_are(cast: Cast, kind: str) -> None:
    opened(cast, **ASKED[kind])
    alone, *copied = (len(opened(cast, **ASKED[kind], cc=in_copy(count), sender=new())) for count in (0, 1, 5, 20))
    assert len(set(copied)) == 1
    # Who takes part in the conversation is written down: one statement for all.
    assert copied[0] == alone + 1


def test_people_in_copy_who_are_known_cost_the_same_too(cast: Cast) -> None:
    everybody = in_copy(20)
    opened(cast, cc=everybody)
    one, all_of_them = (len(opened(cast, cc=everybody[:count])) for count in (1, 20))
    assert all_of_them == one


def new() -> Named:
    """Somebody whom nobody has met."""
    return Named("Persona", f"{token_hex(4)}@nueva.example.org")


def in_copy(count: int) -> tuple[Named, ...]:
    """So many people whom nobody has met."""
    return tuple(new() for _ in range(count))
