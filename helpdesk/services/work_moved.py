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
from helpdesk.services import handover, history, routes

# What put a ticket where it lies, as its history says: the newest of them counts.
BY_FUNCTION, FOR_WANT_OF_ONE = "handed_over", ("back_in_queue", "nobody_holds")
PLACING = (BY_FUNCTION, *FOR_WANT_OF_ONE, "assigned", "derived")


def lies_right(session: Session, ticket: Ticket, step: Step) -> bool:
    """Whether the step, no approval, lies where its function wants it: with somebody who acts for it today and attends
    its matter, in the queue while nobody does; a ticket that stopped does while its sentence is true."""
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
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    found = handover.fitting(session, ticket, request_type.step(step.key))
    if isinstance(found, str) and ticket.blocked_by is None:
        before = session.get(Person, ticket.assignee_id)
        ticket.assignee_id = None
        data = {"role": step.role, "from": before.address if before else None, "sentence": found}
        history.record(session, actor, ticket, "back_in_queue", data)
        session.flush()
        return True
    return routes.hand_over_again(session, actor, ticket)


def _placed(session: Session, ticket: Ticket) -> str | None:
    newest = select(Event.kind).where(Event.ticket_id == ticket.id, Event.kind.in_(PLACING)).order_by(Event.id.desc())
    return session.scalar(newest.limit(1))
