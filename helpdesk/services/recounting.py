"""An institution's calendar changed: whatever follows from it for its tickets is counted anew (R-182)."""

from collections.abc import Iterator

from sqlalchemy import Select
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import calendars
from helpdesk.queries.deadlines import Move, counted, limited, step_due, terms_of, to_come
from helpdesk.services import deadlines, locks, reminders, scheduling


def recount(session: Session, actor: Actor, institution_id: int) -> tuple[Move, ...]:
    """Count the terms of open tickets anew, from their filing on, the limits and reminders of their steps, and the days
    of tasks to come.
    What was announced with its date stays: the time to correct a returned request. Gives what moved, steps last."""
    held = _held(session, institution_id)
    moved = (*_terms(session, actor, institution_id, held), *_steps(session, institution_id, held))
    _tasks(session, actor, institution_id, held)
    session.flush()
    return moved


def _held(session: Session, institution_id: int) -> dict[int, Ticket]:
    """The tickets of which something is counted, by id, the oldest first. All are locked at once and before anything is
    counted: what others write meanwhile is read, and whoever wants two of them too asks in the same order."""
    tickets = locks.all_fresh(session, session.scalars(counted(institution_id)).all())
    return {ticket.id: ticket for ticket in reversed(tickets)}


def _terms(session: Session, actor: Actor, institution_id: int, held: dict[int, Ticket]) -> Iterator[Move]:
    tickets = [each for each in held.values() if each.closed_at is None and each.started_at is not None]
    rules = calendars.rules_of(session, institution_id)
    for ticket, term in terms_of(session, tickets, rules):
        before = ticket.due_at
        ticket.filed_at = calendars.request_filed_at(session, ticket, rules)
        if term is not None:
            deadlines.start_anew(session, ticket, term.start)
        deadlines.settle(session, ticket, term)
        if ticket.due_at != before:
            deadlines.tell_move(session, actor, ticket, before, "cambió el calendario")
            ticket.touched += 1
            yield Move(ticket.id, ticket.number, before, ticket.due_at)


def _steps(session: Session, institution_id: int, held: dict[int, Ticket]) -> Iterator[Move]:
    for step, ticket in _now(session, limited(institution_id), held):
        before, due = step.due_at, step_due(session, ticket, step)
        step.due_at = due.at if due is not None else None
        reminders.recount(session, ticket, step)
        if step.due_at != before and ticket.closed_at is None:
            yield Move(ticket.id, ticket.number, before, step.due_at, step.name)


def _tasks(session: Session, actor: Actor, institution_id: int, held: dict[int, Ticket]) -> None:
    for step, ticket in _now(session, to_come(institution_id), held):
        scheduling.recount(session, actor, ticket, step)


def _now(session: Session, query: Select[Step, Ticket], held: dict[int, Ticket]) -> list[tuple[Step, Ticket]]:
    """Steps as they are under the lock of their tickets, without those of tickets that are not locked."""
    found = session.execute(query.execution_options(populate_existing=True)).all()
    return [(step, ticket) for step, ticket in found if ticket.id in held]
