"""The history tells what a ticket's rows hold, whatever service changed them (R-177, R-190)."""

import pytest
from sqlalchemy import delete, insert, inspect, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.actors import machine
from helpdesk.domain.standing import Rows, replayed
from helpdesk.models.alarms import Alarm
from helpdesk.models.audit import Event
from helpdesk.models.documents import Document
from helpdesk.models.institutions import number_sequence
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Suspension, Ticket
from helpdesk.queries import chains, standing
from helpdesk.services import history, tickets
from tests.cast import TUESDAY, Cast
from tests.factories import desk


def told(cast: Cast, ticket: Ticket) -> Rows:
    """The ticket's rows as its history tells them, at the end of a unit of work."""
    history.tell_rest(cast.session)
    cast.session.flush()
    return replayed(cast.events(ticket))


def own(cast: Cast, ticket: Ticket) -> dict[str, object]:
    """The ticket's own columns as its history tells them."""
    return told(cast, ticket)["tickets"][str(ticket.id)] or {}


def test_an_event_tells_the_columns_that_changed_with_it(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.take, cast.agent, ticket.id, None)
    (taken,) = cast.events(ticket, "assigned")
    assert taken.rows == {"tickets": {str(ticket.id): {"assignee_id": cast.agent.person_id}}}


def test_the_opening_tells_the_whole_ticket_with_its_route(cast: Cast) -> None:
    ticket = cast.open()
    rows = told(cast, ticket)
    steps = [step for step in rows["steps"].values() if step is not None]
    assert {str(step["key"]): step["state"] for step in steps} == cast.steps(ticket)
    assert own(cast, ticket)["due_at"] == "2026-04-10T14:00:00.000000+00:00"
    assert own(cast, ticket)["requester_id"] == ticket.requester_id
    assert [document["state"] for document in rows["documents"].values() if document] == ["proposed"]


def test_opening_makes_no_event_for_rows_alone(cast: Cast) -> None:
    for ticket in (cast.open(), cast.open(files=())):
        history.tell_rest(cast.session)
        cast.session.flush()
        assert cast.events(ticket, "rows_kept") == []


def test_what_no_event_told_is_told_at_the_end_by_who_acted(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.take, cast.agent, ticket.id, None)
    cast.session.flush()
    ticket.region = "CL-RM"
    assert own(cast, ticket)["region"] == "CL-RM"
    (rest,) = cast.events(ticket, "rows_kept")
    assert (rest.actor, rest.rows) == ("Ana Agente", {"tickets": {str(ticket.id): {"region": "CL-RM"}}})


def test_nothing_is_told_twice(cast: Cast) -> None:
    ticket = cast.open()
    before = len(cast.events(ticket))
    history.tell_rest(cast.session)
    cast.session.flush()
    assert len(cast.events(ticket)) == before


def test_a_row_that_is_taken_away_is_told_as_gone(cast: Cast) -> None:
    ticket = cast.open()
    (row,) = cast.session.query(Document).filter_by(ticket_id=ticket.id)
    cast.session.delete(row)
    assert told(cast, ticket)["documents"] == {}


def test_rows_that_a_statement_takes_away_are_told_as_gone(cast: Cast) -> None:
    ticket = cast.open(files=())
    assert told(cast, ticket)["suspensions"] != {}
    cast.session.execute(delete(Suspension).where(Suspension.ticket_id == ticket.id))
    assert told(cast, ticket)["suspensions"] == {}


def test_rows_that_a_statement_changes_are_told_as_they_are_then(cast: Cast) -> None:
    ticket, other = cast.open(), cast.open()
    cast.session.execute(update(Ticket).where(Ticket.id == ticket.id).values(region=None, entity="Otra"))
    assert (own(cast, ticket)["region"], own(cast, ticket)["entity"]) == (None, "Otra")
    assert own(cast, other)["region"] == "CL-BI"


def test_a_statement_that_would_add_rows_unseen_is_an_error_of_the_program(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(RuntimeError, match="added by the session"):
        cast.session.execute(insert(Suspension).values(ticket_id=ticket.id, since=cast.now, reason="x"))


def test_a_long_value_and_one_that_lets_its_reader_act_are_told_by_their_hash(cast: Cast) -> None:
    ticket = cast.open()
    ticket.entity = "x" * 10_000
    ticket.classification_reason = "Llegó a mesa+abcdefghijklmnop234567@sigec-cl.example.org"
    columns = own(cast, ticket)
    assert isinstance(long := columns["entity"], dict)
    assert isinstance(personal := columns["classification_reason"], dict)
    assert (set(long), set(personal)) == ({"sha256"}, {"sha256", "masked"})
    assert [findings for findings in chains.of_tickets(cast.session) if findings] == []


def test_a_value_that_did_not_change_is_not_told(cast: Cast) -> None:
    ticket = cast.open()
    before = len(cast.events(ticket))
    ticket.region = ticket.region
    ticket.touched += 1
    history.tell_rest(cast.session)
    cast.session.flush()
    assert len(cast.events(ticket)) == before


def test_rows_that_wait_keep_their_order_when_one_is_taken_back(cast: Cast) -> None:
    session, now = cast.session, cast.now
    sequence = number_sequence(cast.sigec.id)
    with batch.written_together(session, {Step: 1}, sequence), session.no_autoflush:
        alarm = Alarm(ticket_id=1, kind="due", at=now)
        session.add(alarm)
        first = history.record(session, machine(cast.sigec.id), None, "first", {}, cast.sigec.id)
        session.expunge(alarm)
        second = history.record(session, machine(cast.sigec.id), None, "second", {}, cast.sigec.id)
        places = [inspect(event).insert_order or 0 for event in (first, second)]
    assert places[0] < places[1]


def test_what_a_rolled_back_unit_of_work_wrote_is_not_told(home_of_the_cast: object, session: Session) -> None:
    session.info["rows_to_be_told"] = {1: {"tickets": {"1": {"region": "CL-RM"}}}}
    session.rollback()
    history.tell_rest(session)
    assert [row for row in session.new if isinstance(row, Event)] == []


def test_what_was_written_before_a_savepoint_that_is_rolled_back_is_told(cast: Cast) -> None:
    ticket = cast.open()
    told(cast, ticket)
    ticket.region = "CL-RM"
    with cast.session.begin_nested() as savepoint:
        ticket.region, ticket.entity = "CL-VS", "Otra"
        cast.session.flush()
        savepoint.rollback()
    assert own(cast, ticket)["region"] == ticket.region == "CL-RM"
    (rest,) = cast.events(ticket, "rows_kept")
    assert rest.rows == {"tickets": {str(ticket.id): {"region": "CL-RM"}}}


def test_what_an_event_told_in_a_savepoint_that_is_rolled_back_is_told_by_another(cast: Cast) -> None:
    ticket = cast.open()
    told(cast, ticket)
    ticket.region = "CL-RM"
    with cast.session.begin_nested() as savepoint:
        cast.do(tickets.take, cast.agent, ticket.id, None)
        savepoint.rollback()
    assert (own(cast, ticket)["region"], cast.events(ticket, "assigned")) == ("CL-RM", [])


def test_a_savepoint_whose_rows_the_database_refuses_takes_nothing_from_what_is_told(cast: Cast) -> None:
    ticket = cast.open()
    told(cast, ticket)
    ticket.region = "CL-RM"
    with pytest.raises(IntegrityError), cast.session.begin_nested():
        cast.session.add(Step(ticket_id=ticket.id))
        cast.session.flush()
    assert own(cast, ticket)["region"] == "CL-RM"


def test_what_a_savepoint_that_stays_wrote_is_told(cast: Cast) -> None:
    ticket = cast.open()
    with cast.session.begin_nested():
        ticket.region = "CL-RM"
    assert own(cast, ticket)["region"] == "CL-RM"


def test_a_desk_full_of_tickets_stands_as_its_history_tells(session: Session) -> None:
    with clock.fixed(TUESDAY):
        people = desk.institution(session, "sigec-cl")
        tickets_of_desk = desk.populate(session, people, 30)
        history.tell_rest(session)
        session.flush()
    rows = standing.of_tickets(session, [ticket.id for ticket in tickets_of_desk])
    for ticket in tickets_of_desk:
        events = session.query(Event).filter_by(ticket_id=ticket.id).order_by(Event.id).all()
        assert replayed(events)["tickets"] == rows[ticket.id]["tickets"]
