"""What happens when the hour of an alarm has come."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor, machine
from helpdesk.models.alarms import Alarm
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals_moved, expiry, scheduling, termalarms
from helpdesk.services.locks import locked

Ring = Callable[[Session, Actor, Ticket, Step | None], None]
RINGS: dict[str, Ring] = {
    "expiry": expiry.ring,
    "warning": termalarms.warn,
    "escalation": termalarms.escalate,
    "reminder": approvals_moved.remind,
    "scheduled": scheduling.comes,
}
"""What each kind of alarm does. It finds the ticket locked, and does nothing where it is too late for it."""


def ring(session: Session, alarm_id: int) -> bool:
    """Let one alarm ring, once; gives whether it rang now. Two workers that meet at one wait for each other."""
    found = session.execute(
        select(Alarm.ticket_id, Ticket.institution_id)
        .join(Ticket, Ticket.id == Alarm.ticket_id)
        .where(Alarm.id == alarm_id)
    ).one_or_none()
    if found is None:
        return False
    actor = machine(found.institution_id)
    ticket = locked(session, actor, found.ticket_id)
    now = clock.now()
    alarm = session.scalar(
        select(Alarm).where(Alarm.id == alarm_id, Alarm.rung_at.is_(None), Alarm.at <= now).with_for_update()
    )
    if alarm is None or ticket.merged_into_id is not None:
        return False
    alarm.rung_at = now
    step = session.get(Step, alarm.step_id) if alarm.step_id is not None else None
    session.flush()
    RINGS[alarm.kind](session, actor, ticket, step)
    return True
