"""Moves the work that lies with somebody by function to whoever acts for it now, or back to its team (R-071, R-176).

What a colleague gave to a person by hand, or a person took, stays there: that was a choice, and so is another one.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.models.audit import Event
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import consultations, handover, history, routes

# What put a ticket where it lies, as its history says: the newest of them counts.
BY_FUNCTION, FOR_WANT_OF_ONE = "handed_over", ("back_in_queue", "nobody_holds")
PLACING = (BY_FUNCTION, *FOR_WANT_OF_ONE, "assigned", "derived")


def lies_right(session: Session, ticket: Ticket, step: Step) -> bool:
    """Whether the step, no approval, lies where its function wants it: with somebody who acts for it today and attends
    its matter, in the queue while nobody does; a ticket that stopped does while its sentence is true."""
    if ticket.kind == "consultation":
        return consultations.lies_right(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None or step.role is None:
        return True
    found = handover.fitting(session, ticket, request_type.step(step.key))
    if ticket.blocked_by is not None:
        return ticket.blocked_by == found
    placed = _placed(session, ticket)
    if placed != BY_FUNCTION and (placed not in FOR_WANT_OF_ONE or ticket.assignee_id is not None):
        return True
    if isinstance(found, str):
        return ticket.assignee_id is None
    return ticket.assignee_id in {person.id for person in found}


def move(session: Session, actor: Actor, ticket: Ticket, step: Step) -> bool:
    """Put the step, which waits, where its function wants it; whoever gets it is told. Gives whether it was astray;
    the caller holds the ticket's lock."""
    if lies_right(session, ticket, step):
        return False
    if ticket.kind == "consultation":
        consultations.ask_who_holds_now(session, ticket)
        return True
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    found = handover.fitting(session, ticket, request_type.step(step.key))
    if isinstance(found, str) and ticket.blocked_by is None:
        _back_in_queue(session, actor, ticket, step, found)
        return True
    return routes.hand_over_again(session, actor, ticket)


def follow_place(session: Session, actor: Actor, ticket: Ticket) -> None:
    """The ticket's place changed while it waits for its requester or an approval: whoever had it by function for the
    old place has it no more, who does for the new one gets it and is told; without one it is in its queue."""
    row = routes.active(session, ticket)
    if row is None or (row.role is not None and row.kind != "approve") or ticket.assignee_id is None:
        return
    request_type = catalogues.request_type_of(session, ticket)
    given = _given_for(session, ticket)
    if request_type is None or given is None:
        return
    spec = request_type.step(given.key)
    found = handover.fitting(session, ticket, spec)
    if isinstance(found, str):
        _back_in_queue(session, actor, ticket, given, found)
    else:
        handover.hand_over(session, actor, ticket, given, spec)


def _given_for(session: Session, ticket: Ticket) -> Step | None:
    """The newest step for whose function the ticket lies with somebody, while it does."""
    if _placed(session, ticket) != BY_FUNCTION:
        return None
    rows = routes.present(session, ticket).values()
    return next(
        (row for row in reversed(list(rows)) if row.state == "done" and row.role and row.kind != "approve"), None
    )


def _back_in_queue(session: Session, actor: Actor, ticket: Ticket, step: Step, sentence: str) -> None:
    before = session.get(Person, ticket.assignee_id)
    ticket.assignee_id = None
    data = {"role": step.role, "from": before.address if before else None, "sentence": sentence}
    history.record(session, actor, ticket, "back_in_queue", data)
    session.flush()


def _placed(session: Session, ticket: Ticket) -> str | None:
    newest = select(Event.kind).where(Event.ticket_id == ticket.id, Event.kind.in_(PLACING)).order_by(Event.id.desc())
    return session.scalar(newest.limit(1))
