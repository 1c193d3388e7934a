"""Several people and workers at the same ticket, over real connections (A157, A158, A160, A163)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from sqlalchemy import ColumnElement, Engine, func, select, text
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor, machine
from helpdesk.domain.calendars import DayEdit
from helpdesk.domain.chain import event_hash
from helpdesk.domain.errors import Conflict, HelpdeskError
from helpdesk.domain.papers import Review
from helpdesk.models.audit import Event
from helpdesk.models.outbox import Letter
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries.deadlines import Move
from helpdesk.services import (
    accounts,
    approvals,
    calendarlock,
    calendars,
    conversation,
    locks,
    merging,
    scheduling,
    tickets,
)
from tests.cast import CHILE, DESK, REGIONAL_HEAD, REQUESTER, STRANGER, TUESDAY, Cast, assemble
from tests.services.test_scheduling import Leave, absence
from tests.services.test_terms import catalogue_with

Verb = Callable[[Session], object]


@pytest.fixture
def house(database: Engine) -> Iterator[Cast]:
    """The cast in a database of its own, its work committed when a test says so."""
    with Session(database, expire_on_commit=False) as session:
        cast = assemble(session)
        session.commit()
        yield cast


def together(database: Engine, *verbs: Verb) -> list[object]:
    """Runs the verbs at the same moment, each in a transaction of its own; gives results or refusals, in order."""
    start = Barrier(len(verbs))

    def run(verb: Verb) -> object:
        with clock.fixed(TUESDAY), Session(database, expire_on_commit=False, info={"desk": DESK}) as session:
            start.wait(10)
            try:
                found = verb(session)
                session.commit()
            except HelpdeskError as refusal:
                session.rollback()
                return refusal
            return found

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def opened(house: Cast) -> Ticket:
    """A committed ticket that waits for the regional head."""
    ticket = house.open()
    house.session.commit()
    return ticket


def whole(database: Engine, ticket_id: int) -> bool:
    """Whether the chain of a ticket's history is unbroken."""
    with Session(database) as session:
        previous: str | None = None
        for event in session.scalars(select(Event).where(Event.ticket_id == ticket_id).order_by(Event.id)):
            if event.previous_hash != previous:
                return False
            previous = event_hash(previous, event.at, event.actor, event.actor_id, event.kind, event.data, event.rows)
            if event.hash != previous:
                return False
        return session.get_one(Ticket, ticket_id).last_hash == previous


def count(database: Engine, *conditions: ColumnElement[bool]) -> int:
    """How many letters there are."""
    with Session(database) as session:
        return session.scalar(select(func.count()).select_from(Letter).where(*conditions)) or 0


def test_of_two_agents_who_take_a_ticket_one_owns_it(house: Cast, database: Engine) -> None:
    ticket = opened(house)
    seen = ticket.touched

    def taken_by(who: Actor) -> Verb:
        return lambda s: tickets.take(s, who, ticket.id, seen)

    found = together(database, taken_by(house.agent), taken_by(house.colleague))
    assert [type(each) for each in found].count(Conflict) == 1
    assert whole(database, ticket.id)


def test_approve_and_reject_at_once_is_one_decision(house: Cast, database: Engine) -> None:
    ticket = opened(house)
    step, approver = house.step(ticket).id, house.acting(REGIONAL_HEAD)
    house.session.commit()
    found = together(
        database,
        lambda s: approvals.decide(s, approver, step, "approve", None, "web"),
        lambda s: approvals.decide(s, approver, step, "reject", "No.", "web"),
    )
    assert sum(isinstance(each, HelpdeskError) for each in found) == 1
    assert whole(database, ticket.id)


def test_a_link_used_many_times_at_once_decides_once(house: Cast, database: Engine) -> None:
    ticket = opened(house)
    token = house.letter(ticket, "aprobacion").text.partition("http://desk.test/aprobar/")[2].split()[0]
    found = together(database, *[lambda s: approvals.decide_by_token(s, token, "approve", None)] * 6)
    assert sum(isinstance(each, Step) for each in found) == 1
    assert count(database, Letter.letter == "aprobacion") == 2
    assert whole(database, ticket.id)


def test_a_ticket_read_before_its_lock_is_read_anew(house: Cast, database: Engine) -> None:
    ticket = opened(house)
    token = house.letter(ticket, "aprobacion").text.partition("http://desk.test/aprobar/")[2].split()[0]
    with clock.fixed(TUESDAY), Session(database, expire_on_commit=False, info={"desk": DESK}) as slow:
        approvals.page_of(slow, token)
        with Session(database, info={"desk": DESK}) as quick:
            tickets.take(quick, house.agent, ticket.id, None)
            quick.commit()
        approvals.decide_by_token(slow, token, "approve", None)
        slow.commit()
    assert whole(database, ticket.id)


def test_a_reply_and_an_agents_verb_at_once_are_both_kept(house: Cast, database: Engine) -> None:
    ticket = opened(house)
    incoming = house.answer_to(house.letter(ticket, "acuse"), "Agrego un dato.", REQUESTER)
    house.session.commit()
    together(
        database,
        lambda s: conversation.receive(s, machine(house.sigec.id), incoming),
        lambda s: conversation.note(s, house.agent, ticket.id, "Llamar."),
        lambda s: tickets.take(s, house.colleague, ticket.id, None),
    )
    house.session.expire_all()
    assert [message.kind for message in house.messages(ticket)].count("note") == 1
    assert house.messages(ticket)[-1].ticket_id == ticket.id
    assert whole(database, ticket.id)


def test_closing_and_a_reply_at_once_leave_a_whole_ticket(house: Cast, database: Engine) -> None:
    ticket = house.decided()
    house.execute(ticket)
    incoming = house.answer_to(house.letter(ticket, "acuse"), "Sigue fallando.", REQUESTER)
    house.session.commit()
    together(
        database,
        lambda s: conversation.receive(s, machine(house.sigec.id), incoming),
        lambda s: conversation.reply(s, house.agent, ticket.id, None, "Listo.", close=True),
    )
    assert whole(database, ticket.id)
    house.session.expire_all()
    assert (ticket.closed_at is None) == (ticket.status not in ("closed", "rejected", "not_filed"))


def test_new_requests_at_once_get_numbers_of_their_own(house: Cast, database: Engine) -> None:
    letters = [house.incoming() for _ in range(4)]
    house.session.commit()

    def take_in(number: int) -> Verb:
        return lambda s: conversation.receive(s, machine(house.sigec.id), letters[number])

    together(database, *[take_in(number) for number in range(4)])
    assert sorted(house.session.scalars(select(Ticket.number))) == [1, 2, 3, 4]


def waiting(house: Cast) -> int:
    """How many locks others wait for because the house's transaction holds them."""
    found = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    return house.session.scalar(found) or 0


def elsewhere(database: Engine, verb: Verb) -> Callable[[], object]:
    """One verb in a transaction of its own."""

    def run() -> object:
        with clock.fixed(TUESDAY), Session(database, expire_on_commit=False, info={"desk": DESK}) as session:
            found = verb(session)
            session.commit()
            return found

    return run


def nothing() -> None:
    """The house has done all that it does."""


def second_waits(house: Cast, database: Engine, second: Verb, meanwhile: Callable[[], object] = nothing) -> object:
    """Another transaction begins, waits for the one of the house, and goes on when that is committed; `meanwhile` is
    what the house still does before."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(elsewhere(database, second))
        while not waiting(house) and not running.done():
            pass
        assert not running.done()
        meanwhile()
        house.session.commit()
        return running.result(10)


CLOSED = DayEdit(date(2026, 4, 8), "closed", "Paro de transporte", "Resolución 45")


def test_a_day_edited_while_a_ticket_is_opened_moves_that_ticket_too(house: Cast, database: Engine) -> None:
    ticket, where = house.open(), (house.agent, house.sigec.id, "cl-sigec")
    before = ticket.due_at
    found = second_waits(house, database, lambda s: calendars.add_day(s, *where, CLOSED)[1])
    assert found == (Move(ticket.id, ticket.number, before, datetime(2026, 4, 13, 11, tzinfo=CHILE)),)
    assert whole(database, ticket.id)


def test_a_ticket_opened_while_a_day_is_edited_counts_with_that_day(house: Cast, database: Engine) -> None:
    letter = house.incoming()
    house.session.commit()
    house.do(calendars.add_day, house.agent, house.sigec.id, "cl-sigec", CLOSED)
    outcome = second_waits(house, database, lambda s: conversation.receive(s, machine(house.sigec.id), letter))
    ticket = house.ticket(outcome.ticket_id)  # type: ignore[attr-defined]  # as above
    assert ticket.due_at == datetime(2026, 4, 13, 11, tzinfo=CHILE)


def closed_with_a_task(house: Cast) -> Leave:
    """A committed ticket that is closed, with a task for Friday the 17th of April."""
    leave = absence(house, "ausencia_temporal", desde="2026-04-13", hasta="2026-04-17")
    without = Review(reason="Los papeles se vieron en persona.")
    house.do(conversation.reply, leave.agent, leave.ticket.id, None, "Listo.", close=True, review=without)
    house.session.commit()
    return leave


DAY_OF_THE_TASK = DayEdit(date(2026, 4, 17), "closed", "Duelo nacional", "Decreto 8")


def test_a_note_on_a_closed_ticket_whose_task_another_calendar_moves_leaves_its_history_whole(
    house: Cast, database: Engine
) -> None:
    leave = closed_with_a_task(house)
    house.do(conversation.note, leave.agent, leave.ticket.id, "Llamar.")
    where = (leave.agent, house.mef.id, "ec-oficina", DAY_OF_THE_TASK)
    second_waits(house, database, lambda s: calendars.add_day(s, *where)[1])
    assert whole(database, leave.ticket.id)


def test_a_task_cancelled_while_the_calendar_is_edited_stays_as_it_was(house: Cast, database: Engine) -> None:
    leave = closed_with_a_task(house)
    step = leave.waiting()
    before = step.due_at
    house.do(scheduling.cancel, leave.agent, leave.ticket.id, None, step.id, "El titular no vuelve.")
    where = (leave.agent, house.mef.id, "ec-oficina", DAY_OF_THE_TASK)
    second_waits(house, database, lambda s: calendars.add_day(s, *where)[1])
    house.session.expire_all()
    assert (step.state, step.due_at, leave.alarm) == ("stopped", before, None)


def test_an_approval_decided_while_the_calendar_is_edited_keeps_its_limit_though_no_term_runs(
    house: Cast, database: Engine
) -> None:
    catalogue_with(house, approval_business_hours=8)
    ticket = house.open()
    ticket.started_at = ticket.due_at = None
    house.session.commit()
    step = house.step(ticket)
    before = step.due_at
    house.approve(ticket, REGIONAL_HEAD)
    where = (house.agent, house.sigec.id, "cl-sigec", CLOSED)
    second_waits(house, database, lambda s: calendars.add_day(s, *where)[1])
    house.session.expire_all()
    assert (step.state, step.due_at) == ("done", before)
    assert whole(database, ticket.id)


def test_a_merge_and_an_edited_day_wait_for_each_other_by_turns(house: Cast, database: Engine) -> None:
    house.do(accounts.join_team, house.agent, "sigec-cl", "ana@sigec-cl.example.org", "mesa_ayuda", None)
    older, newer = opened(house), opened(house)
    before = newer.due_at
    house.do(locks.locked, house.agent, newer.id)

    def merge() -> None:
        house.do(merging.merge, house.agent, older.id, None, newer.number)

    where = (house.agent, house.sigec.id, "cl-sigec", CLOSED)
    found = second_waits(house, database, lambda s: calendars.add_day(s, *where)[1], merge)
    assert found == (Move(newer.id, newer.number, before, datetime(2026, 4, 13, 11, tzinfo=CHILE)),)


def test_a_merge_and_what_is_told_at_the_end_of_others_wait_for_each_other_by_turns(
    house: Cast, database: Engine
) -> None:
    house.do(accounts.join_team, house.agent, "sigec-cl", "ana@sigec-cl.example.org", "mesa_ayuda", None)
    older, newer = opened(house), opened(house)
    house.do(locks.locked, house.agent, newer.id)

    steps = [house.step(ticket).id for ticket in (older, newer)]

    def silently(session: Session) -> None:
        for step in steps:
            session.get_one(Step, step).due_at = TUESDAY

    def merge() -> None:
        house.do(merging.merge, house.agent, older.id, None, newer.number)

    second_waits(house, database, silently, merge)
    assert all(whole(database, ticket.id) for ticket in (older, newer))


def test_two_tickets_are_opened_at_once(house: Cast, database: Engine) -> None:
    letter = house.incoming(sender=STRANGER)
    house.session.commit()
    house.open()
    assert elsewhere(database, lambda s: calendarlock.counted_in(s, letter.institution_id))() is None


def test_the_limit_of_automatic_letters_holds_under_a_flood(house: Cast, database: Engine) -> None:
    letters = [house.incoming(trust="T0") for _ in range(8)]
    house.session.commit()

    def take_in(number: int) -> Verb:
        return lambda s: conversation.receive(s, machine(house.sigec.id), letters[number])

    together(database, *[take_in(number) for number in range(8)])
    assert count(database, Letter.recipient == REQUESTER.address) == 5
