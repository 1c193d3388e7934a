"""The time that the requester has to correct a returned request, and how often it may be returned (R-118, R-172, F-12).

What happens when it runs out is in `expiry`.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.catalogue import RequestType
from helpdesk.domain.choices import choices_of
from helpdesk.domain.deadlines import count
from helpdesk.domain.errors import IllegalMove
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import calendars
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import alarms

# Their `due_at` is a term of the desk, not of the requester.
OF_THE_DESK = ("approve", "execute")


def begin(session: Session, ticket: Ticket, request_type: RequestType, row: Step) -> None:
    """The request was returned just now: count the time to correct it, where its type has one, and set its alarm."""
    window = request_type.completion_window
    if window is None:
        return
    present = catalogues.current(session, ticket.institution_id)
    calendar = calendars.service_calendar(session, ticket)
    mode = choices_of(present.institution).business_hours_mode
    due = count(window.amount, window.unit, clock.now(), calendar, mode=mode)
    row.due_at, row.counted = due.at, [line.stored for line in due.lines]
    batch.flush(session)
    alarms.put(session, ticket, {"expiry": row.due_at}, row)


def end(session: Session, ticket: Ticket, row: Step) -> None:
    """The step goes on: nothing expires any more."""
    alarms.put(session, ticket, {"expiry": None}, row)


def used_up(session: Session, ticket: Ticket, request_type: RequestType) -> bool:
    """Whether the request was returned with a time limit as often as its type allows."""
    window = request_type.completion_window
    if window is None:
        return False
    returns = session.scalar(
        select(func.count(Step.id)).where(
            Step.ticket_id == ticket.id,
            Step.due_at.is_not(None),
            Step.kind.not_in(OF_THE_DESK),
            Step.key.in_([step.key for step in request_type.route]),
        )
    )
    return (returns or 0) >= window.times


def check(session: Session, ticket: Ticket, request_type: RequestType) -> None:
    """Raises IllegalMove when the request may not be returned any more."""
    if used_up(session, ticket, request_type):
        window = request_type.completion_window
        assert window is not None
        times = "una sola vez" if window.times == 1 else f"{window.times} veces"
        raise IllegalMove(
            f"Este trámite se observa {times} y ya se observó: resuélvalo con lo que hay o ciérrelo como corresponda."
        )


def ran_out(row: Step | None, at: datetime) -> bool:
    """Whether at that instant the time to correct a returned request is over; at its last instant it is not."""
    return row is not None and row.state == "returned" and row.due_at is not None and at > row.due_at
