"""An institution's calendar changed: whatever follows from it for its tickets is counted anew (R-182)."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain import routes
from helpdesk.domain.actors import Actor
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import calendars
from helpdesk.queries.deadlines import Move, limited, running, step_due, terms_of
from helpdesk.services import deadlines, reminders, scheduling


def recount(session: Session, actor: Actor, institution_id: int) -> tuple[Move, ...]:
    """Count the terms of open tickets anew, from their filing on, the limits and reminders of their steps, and the days
    of tasks to come.
    What was announced with its date stays: the time to correct a returned request. Gives what moved, steps last."""
    moved = (*_terms(session, actor, institution_id), *_steps(session, institution_id))
    _tasks(session, actor, institution_id)
    session.flush()
    return moved


def _terms(session: Session, actor: Actor, institution_id: int) -> Iterator[Move]:
    query = running(institution_id).with_for_update().execution_options(populate_existing=True)
    tickets = session.scalars(query).all()
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


def _steps(session: Session, institution_id: int) -> Iterator[Move]:
    for step, ticket in session.execute(limited(institution_id)).all():
        before, due = step.due_at, step_due(session, ticket, step)
        step.due_at = due.at if due is not None else None
        reminders.recount(session, ticket, step)
        if step.due_at != before and ticket.closed_at is None:
            yield Move(ticket.id, ticket.number, before, step.due_at, step.name)


def _tasks(session: Session, actor: Actor, institution_id: int) -> None:
    to_come = (
        select(Step, Ticket)
        .join(Ticket, Ticket.id == Step.ticket_id)
        .where(Ticket.institution_id == institution_id, Step.kind.in_(routes.BESIDE), Step.state == "to_come")
        .order_by(Step.id)
    )
    for step, ticket in session.execute(to_come).all():
        scheduling.recount(session, actor, ticket, step)
