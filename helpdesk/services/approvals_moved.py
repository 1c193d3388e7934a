"""Moves the approvals that wait to whoever decides now, when a function has other holders (R-071, R-176); and the work
that lies with somebody by function (`work_moved`).

What the calendar changes (a substitution begins, an absence ends) is looked at by the desk's own clock: the look finds
the functions concerned by their dates, asks whether an approval still lies with the right person, and else does
nothing, so that it may be repeated at will.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Date, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Absence, Person, RoleHolding
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import (
    alarms,
    approvalletters,
    approvals_asked,
    approvals_renewed,
    history,
    reminders,
    routes,
    work_moved,
)
from helpdesk.services.approvals_asked import Obstacle
from helpdesk.services.locks import locked

# How far back the clock looks: longer than it ever stands still.
LOOK_BACK = 31


@dataclass(frozen=True, slots=True)
class Function:
    """A role and scope of an institution."""

    institution_id: int
    role: str
    scope: str | None


def holders_changed(session: Session, actor: Actor, institution_id: int, role: str, scope: str | None) -> None:
    """A function has other holders now: approvals that were asked of nobody, or of somebody who decides no more, are
    asked anew; without anybody they stop and say so (R-072). Work goes to whoever does it now, or to its team."""
    for ticket_id in astray(session, Function(institution_id, role, scope)):
        move(session, actor, ticket_id)


def turned(session: Session, now: datetime) -> list[Function]:
    """The functions whose holders, substitutes or their absences began or ended by the calendar in the last days."""
    day = cast(func.timezone(Institution.timezone, now), Date)
    begins = [day - RoleHolding.since, day - Absence.since]
    ended = [day - RoleHolding.until, day - Absence.until]
    query = (
        select(RoleHolding.institution_id, RoleHolding.role, RoleHolding.scope)
        .join(Institution, Institution.id == RoleHolding.institution_id)
        .outerjoin(Absence, Absence.person_id == RoleHolding.person_id)
        .where(
            or_(
                *(and_(days >= 0, days <= LOOK_BACK) for days in begins),
                *(and_(days >= 1, days <= LOOK_BACK) for days in ended),
            )
        )
        .distinct()
    )
    return [Function(*row) for row in session.execute(query)]


def astray(session: Session, function: Function) -> list[int]:
    """The tickets whose waiting step, of that function or one it answers for, lies with the wrong person; and those
    that stopped because nobody could be given them, and now somebody can."""
    roles = catalogues.current(session, function.institution_id).roles
    answered_for = [spec.key for spec in roles if spec.alias_of == function.role]
    rows = session.execute(
        select(Step, Ticket)
        .join(Ticket, Ticket.id == Step.ticket_id)
        .where(
            Ticket.institution_id == function.institution_id,
            Ticket.merged_into_id.is_(None),
            Step.state == "active",
            Step.role.in_([function.role, *answered_for]),
            # The place of other steps than approvals is the ticket's, which may have become known later.
            or_(Step.kind != "approve", Step.scope.is_not_distinct_from(function.scope)),
        )
        .order_by(Step.ticket_id)
    )
    return [ticket.id for step, ticket in rows.all() if not lies_right(session, ticket, step)]


def move(session: Session, actor: Actor, ticket_id: int) -> bool:
    """Ask the ticket's waiting approval of whoever decides now, or give its work to whoever does it; gives whether it
    was astray."""
    ticket = locked(session, actor, ticket_id)
    step = routes.active(session, ticket)
    if step is None or step.state != "active":
        return False
    session.refresh(step)
    if step.kind != "approve":
        return work_moved.move(session, actor, ticket, step)
    if lies_right(session, ticket, step):
        return False
    step.approver_id = None
    session.flush()
    return routes.ask_stopped(session, actor, ticket)


def remind(session: Session, actor: Actor, ticket: Ticket, step: Step | None) -> None:
    """The hour of a reminder has come: write to whoever decides now, never on a closed day, nor when the ticket's term
    ran out meanwhile; an approver's own time that is over is a reason to remind. An approval that lies with the wrong
    person is moved instead (R-178)."""
    if step is None or step.state != "active" or step.approver_id is None or ticket.closed_at is not None:
        return
    now = clock.now()
    assert step.asked_at is not None
    if reminders.too_late(ticket, now) and not reminders.too_late(ticket, step.asked_at):
        return
    calendar = reminders.calendar_for(session, ticket)
    if not calendar.is_working_day(calendar.local_date(now)):
        alarms.put(session, ticket, {reminders.KIND: calendar.next_opening(now)}, step)
        return
    if not lies_right(session, ticket, step):
        move(session, actor, ticket.id)
        return
    reminders.again(session, ticket, step)
    approver = session.get_one(Person, step.approver_id)
    if approver.undeliverable_since is None:
        approvalletters.remind(session, ticket, step, approver)
        data = {"step": step.key, "round": step.round, "recipient": approver.address}
        history.record(session, actor, ticket, "reminded", data)


def lies_right(session: Session, ticket: Ticket, step: Step) -> bool:
    """Whether a waiting approval is asked of the right person: a substitute while there is one, else a holder; of
    nobody, when nobody may decide it. One that was asked too often waits for the desk. Of other work see
    `work_moved.lies_right`."""
    if step.kind != "approve":
        return work_moved.lies_right(session, ticket, step)
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None:
        return True
    found = approvals_asked.to_ask(session, ticket, request_type.step(step.key))
    if isinstance(found, Obstacle):
        return step.approver_id is None and ticket.blocked_by == found.sentence
    if step.approver_id is None:
        return approvals_renewed.too_often(session, ticket)
    acting = approvals_asked.standing_of(session, ticket, step.role, step.scope).acting
    asked = next((holder for holder in acting if holder.person.id == step.approver_id), None)
    if asked is None or not approvals_asked.may_act(ticket, asked):
        return False
    return (asked.on_behalf_of is None) == (found.on_behalf_of is None)
