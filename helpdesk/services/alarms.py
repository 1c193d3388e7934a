"""Sets what the clock will do to a ticket, and takes it back; `ringing` does it when its hour has come."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk import batch
from helpdesk.models.alarms import Alarm
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket


def put(session: Session, ticket: Ticket, at: dict[str, datetime | None], step: Step | None = None) -> None:
    """Set the hour of each kind of alarm of a ticket, or of one of its steps; None takes it back.

    An alarm that rang rings again only when its hour is another one.
    """
    step_id = step.id if step is not None else None
    if batch.is_new(session, ticket.id):
        _put_new(session, ticket, at, step_id)
        return
    gone = [kind for kind, hour in at.items() if hour is None]
    if gone:
        session.execute(
            delete(Alarm).where(
                Alarm.ticket_id == ticket.id, Alarm.kind.in_(gone), Alarm.step_id.is_not_distinct_from(step_id)
            )
        )
    rows = [
        {"ticket_id": ticket.id, "step_id": step_id, "kind": kind, "at": hour}
        for kind, hour in at.items()
        if hour is not None
    ]
    if rows:
        new = insert(Alarm).values(rows)
        session.execute(
            new.on_conflict_do_update(
                index_elements=["ticket_id", "kind", "step_id"],
                set_={"at": new.excluded.at, "rung_at": None},
                where=Alarm.at != new.excluded.at,
            )
        )


def _put_new(session: Session, ticket: Ticket, at: dict[str, datetime | None], step_id: int | None) -> None:
    known = {row.kind: row for row in batch.added(session, Alarm, ticket.id) if row.step_id == step_id}
    for kind, hour in at.items():
        row = known.get(kind)
        if hour is None and row is not None:
            batch.drop(session, row, ticket.id)
        elif hour is not None and row is not None:
            row.at = hour
        elif hour is not None:
            session.add(Alarm(ticket_id=ticket.id, step_id=step_id, kind=kind, at=hour))


def drop(session: Session, ticket: Ticket, *keep: str) -> None:
    """Nothing more happens to the ticket by the clock, but for the kinds to keep."""
    if batch.is_new(session, ticket.id):
        for row in batch.added(session, Alarm, ticket.id):
            if row.kind not in keep:
                batch.drop(session, row, ticket.id)
        return
    session.execute(delete(Alarm).where(Alarm.ticket_id == ticket.id, Alarm.rung_at.is_(None), Alarm.kind.not_in(keep)))


def postpone(session: Session, alarm_id: int, until: datetime) -> None:
    """Try an alarm again later that failed, so that it does not stand before all the others."""
    session.execute(update(Alarm).where(Alarm.id == alarm_id, Alarm.rung_at.is_(None)).values(at=until))


def due(session: Session, now: datetime, limit: int) -> list[int]:
    """The alarms whose hour has come, the earliest first; those of a merged ticket sleep until the merge is undone."""
    query = (
        select(Alarm.id)
        .join(Ticket, Ticket.id == Alarm.ticket_id)
        .where(Alarm.rung_at.is_(None), Alarm.at <= now, Ticket.merged_into_id.is_(None))
        .order_by(Alarm.at, Alarm.id)
        .limit(limit)
    )
    return list(session.scalars(query))
