"""Tasks that a route leaves for a later day, behind a ticket that is done for the requester (R-040).

They are rows of the route like every other step, laid out when the ticket is closed. Their alarm rings at the opening
of the day; until an agent marks them as done or cancels them they show on the ticket and in a view of the queue.
"""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import routes as rules
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import StepSpec
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.scheduled import day_of, hour_of
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import calendars
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holders, members, today
from helpdesk.services import alarms, approvals_asked, assessment, history, notifications
from helpdesk.services.locks import locked

WAITING = ("to_come", "active")


def lay_out(session: Session, actor: Actor, ticket: Ticket) -> None:
    """The ticket was closed: set its tasks whose day is known and that were not dealt with before for that day."""
    request_type = catalogues.request_type_of(session, ticket)
    for place, spec in enumerate(request_type.route if request_type else ()):
        if request_type is None or spec.kind not in rules.BESIDE or not spec.enabled:
            continue
        calendar = calendars.service_calendar(session, ticket)
        day = day_of(ticket.fields.get(spec.at or ""), calendar)
        if day is None or not (spec.when is None or rules.holds(spec.when, assessment.facts_of(session, ticket))):
            continue
        hour = hour_of(day, calendar)
        newest = _newest(session, ticket, spec)
        if newest is not None and newest.state in ("done", "stopped") and newest.due_at == hour:
            continue
        row = Step(
            ticket_id=ticket.id,
            position=place,
            key=spec.key,
            kind=spec.kind,
            name=spec.name,
            state="to_come",
            round=newest.round + 1 if newest is not None else 0,
            team=spec.actor.team,
            role=spec.actor.role,
            scope=approvals_asked.scope_of(ticket, spec),
            due_at=hour,
        )
        session.add(row)
        session.flush()
        alarms.put(session, ticket, {"scheduled": hour}, row)
        history.record(session, actor, ticket, "scheduled", _told(row, day))


def comes(session: Session, actor: Actor, ticket: Ticket, step: Step | None) -> None:
    """The day of a task has come: it waits for its team, which is told."""
    if step is None or step.state != "to_come" or ticket.closed_at is None:
        return
    step.state = "active"
    step.asked_at = clock.now()
    session.flush()
    history.record(session, actor, ticket, "scheduled_due", {"step": step.key})
    for person in _doers(session, ticket, step):
        notifications.told(session, ticket, person, "scheduled_due", step=step.name)


def done(session: Session, actor: Actor, ticket_id: int, touched: int | None, step_id: int, note: str) -> Step:
    """An agent did the task. Raises NotFound, IllegalMove when it waits no more."""
    ticket, row = _waiting(session, actor, ticket_id, touched, step_id)
    row.state, row.decided_at, row.decided_by_id = "done", clock.now(), actor.person_id
    row.via, row.reason = "web", note.strip() or None
    session.flush()
    alarms.put(session, ticket, {"scheduled": None}, row)
    history.record(session, actor, ticket, "step_done", {"step": row.key, "round": row.round, "via": "web"})
    return row


def cancel(session: Session, actor: Actor, ticket_id: int, touched: int | None, step_id: int, reason: str) -> Step:
    """The task is not to be done. Raises NotFound, Invalid without a reason, IllegalMove when it waits no more."""
    ticket, row = _waiting(session, actor, ticket_id, touched, step_id)
    if not reason.strip():
        raise Invalid("Diga por qué cancela la tarea.", {"reason": "Escriba el motivo."})
    row.state, row.decided_by_id, row.reason = "stopped", actor.person_id, reason.strip()
    session.flush()
    alarms.put(session, ticket, {"scheduled": None}, row)
    history.record(session, actor, ticket, "scheduled_cancelled", {"step": row.key, "reason": reason.strip()})
    return row


def move(session: Session, actor: Actor, ticket_id: int, touched: int | None, step_id: int, day: date) -> Step:
    """The task's day is another one, and so is the datum of the request that named it. Raises NotFound, IllegalMove
    when the task waits no more."""
    ticket, row = _waiting(session, actor, ticket_id, touched, step_id)
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    hour = hour_of(day, calendars.service_calendar(session, ticket))
    datum = request_type.step(row.key).at
    ticket.fields = {**ticket.fields, str(datum): day.isoformat()}
    row.due_at = hour
    if hour > clock.now():
        row.state, row.asked_at = "to_come", None
    session.flush()
    alarms.put(session, ticket, {"scheduled": hour}, row)
    history.record(session, actor, ticket, "scheduled_moved", _told(row, day))
    return row


def recount(session: Session, actor: Actor, ticket: Ticket, row: Step) -> None:
    """The calendar is another one: a task to come begins at the opening of its day, or of the next working day."""
    request_type = catalogues.request_type_of(session, ticket)
    calendar = calendars.service_calendar(session, ticket)
    day = day_of(ticket.fields.get(request_type.step(row.key).at or ""), calendar) if request_type else None
    hour = hour_of(day, calendar) if day is not None else row.due_at
    if hour is None or hour == row.due_at:
        return
    row.due_at = hour
    session.flush()
    alarms.put(session, ticket, {"scheduled": hour}, row)
    history.record(session, actor, ticket, "scheduled_moved", _told(row, calendar.local_date(hour)))


def take_back(session: Session, ticket: Ticket) -> None:
    """The ticket is worked on again: its tasks are laid out anew when it is closed."""
    rows = session.scalars(
        select(Step).where(Step.ticket_id == ticket.id, Step.kind.in_(rules.BESIDE), Step.state.in_(WAITING))
    ).all()
    for row in rows:
        row.state = "superseded"
        alarms.put(session, ticket, {"scheduled": None}, row)
    session.flush()


def _waiting(session: Session, actor: Actor, ticket_id: int, touched: int | None, step_id: int) -> tuple[Ticket, Step]:
    ticket = locked(session, actor, ticket_id, touched)
    row = session.get(Step, step_id, populate_existing=True)
    if row is None or row.ticket_id != ticket.id or row.kind not in rules.BESIDE:
        raise NotFound("Esa tarea programada no es de este ticket.")
    if row.state not in WAITING:
        raise IllegalMove("Esa tarea programada ya no espera: actualice la página.")
    return ticket, row


def _newest(session: Session, ticket: Ticket, spec: StepSpec) -> Step | None:
    last = select(func.max(Step.round)).where(Step.ticket_id == ticket.id, Step.key == spec.key).scalar_subquery()
    return session.scalar(select(Step).where(Step.ticket_id == ticket.id, Step.key == spec.key, Step.round == last))


def _doers(session: Session, ticket: Ticket, step: Step) -> list[Person]:
    if step.role is not None:
        found = holders(session, ticket.institution_id, step.role, step.scope, today(session, ticket.institution_id))
        return [holder.person for holder in found[:1]]
    team = catalogues.of_ticket(session, ticket).team(step.team or ticket.team)
    scope = ticket.region if team.per_region else ticket.centre if team.per_centre else None
    return list(members(session, ticket.institution_id, team.key, scope))


def _told(row: Step, day: date) -> dict[str, str]:
    return {"step": row.key, "day": day.isoformat()}
