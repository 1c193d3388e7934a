"""What taking a message in costs the database, counted: the number does not grow with what is there already."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.cast import Cast

MOST_FOR_A_NEW_TICKET = 75


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


def test_the_hundredth_ticket_costs_what_the_second_did(cast: Cast) -> None:
    cast.open()
    with counted(cast.session) as early:
        cast.open()
    for _ in range(20):
        cast.open()
    with counted(cast.session) as late:
        cast.open()
    assert len(late) <= len(early) <= MOST_FOR_A_NEW_TICKET


def test_the_clock_costs_a_statement_for_the_term_and_one_for_the_reminder_and_none_for_what_is_read_already(
    cast: Cast,
) -> None:
    cast.open()
    with counted(cast.session) as sent:
        cast.open()
    assert sum("alarms" in statement for statement in sent) == 2
    assert not any(table in statement for statement in sent for table in ("calendar_days", "suspensions", "extensions"))
