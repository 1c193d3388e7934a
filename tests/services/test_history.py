"""The history is whole, chained and append-only (R-190)."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from helpdesk.domain.actors import operator
from helpdesk.domain.chain import event_hash
from helpdesk.models.audit import Event
from helpdesk.models.tickets import Ticket
from helpdesk.services import tickets
from helpdesk.services.history import record
from tests.cast import Cast


def unbroken(events: list[Event], end: str | None) -> bool:
    """Whether each event hashes to what it says and follows the one before, up to the end."""
    previous: str | None = None
    for event in events:
        if event.previous_hash != previous:
            return False
        if event.hash != event_hash(
            previous, event.at, event.actor, event.actor_id, event.kind, event.data, event.rows
        ):
            return False
        previous = event.hash
    return previous == end


def busy(cast: Cast) -> Ticket:
    """A ticket that much happened to."""
    return cast.closed()


def test_the_chain_of_a_ticket_is_unbroken(cast: Cast) -> None:
    ticket = busy(cast)
    assert unbroken(cast.events(ticket), ticket.last_hash)


def test_the_chains_of_two_tickets_are_apart(cast: Cast) -> None:
    first, second = cast.open(), cast.open()
    cast.do(tickets.take, cast.agent, first.id, None)
    assert unbroken(cast.events(first), first.last_hash)
    assert unbroken(cast.events(second), second.last_hash)


def test_the_chain_of_an_institution_is_unbroken(cast: Cast) -> None:
    events = (
        cast.session.query(Event)
        .filter(Event.institution_id == cast.sigec.id, Event.ticket_id.is_(None))
        .order_by(Event.id)
        .all()
    )
    assert events
    assert unbroken(events, events[-1].hash)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE events SET actor = 'otro'", "DELETE FROM events", "TRUNCATE events"],
)
def test_history_is_not_rewritten(cast: Cast, statement: str) -> None:
    cast.open()
    with pytest.raises(DBAPIError), cast.session.begin_nested():
        cast.session.execute(text(statement))


def test_every_step_of_the_route_left_a_trace(cast: Cast) -> None:
    ticket = busy(cast)
    kinds = [event.kind for event in cast.events(ticket)]
    for kind in ("opened", "documents_proposed", "approval_asked", "approval_answered", "decided", "answered", "ended"):
        assert kind in kinds


def test_an_event_names_its_author(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.take, cast.agent, ticket.id, None)
    event = cast.events(ticket, "assigned")[0]
    assert (event.actor, event.actor_id) == ("Ana Agente", cast.agent.person_id)


def test_an_event_without_owner_is_an_error_of_the_program(cast: Cast) -> None:
    with pytest.raises(ValueError, match="belongs"):
        record(cast.session, operator(), None, "nothing", {})
