"""Walks a ticket along its route: rows of `steps`, the ticket's status, and what each step sets off.

What a step does is decided in `helpdesk.domain.routes`; here it is written down. `at` is the instant of the fact
that moved the route (a message's arrival, an agent's click): terms begin and pause at it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain import routes
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import RequestType, StepKind, StepOutcome, StepSpec
from helpdesk.domain.errors import IllegalMove
from helpdesk.domain.lifecycle import EVENT_REACHING, LABELS, Event, Status, move, status_of
from helpdesk.domain.routes import Facts
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import (
    alarms,
    approvals_asked,
    assessment,
    deadlines,
    following,
    handover,
    history,
    newrequests,
    notifications,
    post,
    reminders,
    scheduling,
    windows,
    withdrawals,
)

Tone = Literal["full", "minimal", "silent"]
"""How the requester may be written to automatically: `minimal` in fixed wording (no authentication verdict), `silent`
not at all (authentication failed)."""


def begin(
    session: Session, actor: Actor, ticket: Ticket, at: datetime, tone: Tone = "full", opening: bool = False
) -> None:
    """Lay out the steps of the ticket's type and walk to the first that waits. The ticket must be classified.

    `opening`: the acknowledgement is to come, and says where the request is then.
    """
    request_type = _request_type(session, ticket)
    round_ = 0 if batch.is_new(session, ticket.id) else _next_round(session, ticket)
    rows = {spec.key: _row(ticket, spec, place, round_) for place, spec in enumerate(routes.walked(request_type))}
    batch.add_all(session, rows.values())
    deadlines.begin(session, ticket, at, complete=False)
    _walk(session, actor, ticket, rows, at, tone, opening)


def walk(
    session: Session, actor: Actor, ticket: Ticket, at: datetime, tone: Tone = "full", admitted: bool = False
) -> None:
    """Go on from the first unsettled step until one waits for somebody or the route ends.

    `admitted`: the request had been returned to its requester, who is told that it goes on, from `at`, and keeps its
    filing time (R-116, F-12).
    """
    _walk(session, actor, ticket, present(session, ticket), at, tone, opening=admitted)
    if admitted and tone != "silent" and ticket.closed_at is None and ticket.status != Status.WAITING_REQUESTER:
        minimal = tone == "minimal" or post.is_unverified(session, ticket)
        notifications.acknowledge(session, ticket, minimal, completed_at=at)


def _walk(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    rows: dict[str, Step],
    at: datetime,
    tone: Tone,
    opening: bool = False,
) -> None:
    """`rows` are the present rows by key. Nothing that a step sets off by itself changes the facts: they are read once,
    and what the steps write goes to the database together."""
    request_type = _request_type(session, ticket)
    facts = assessment.facts_of(session, ticket)
    with session.no_autoflush:
        while ticket.closed_at is None and _waiting(rows) is None:
            states = {key: row.state for key, row in rows.items()}
            turn = routes.next_step(request_type, states, facts)
            for key in turn.skipped:
                rows[key].state = "skipped"
            if turn.step is None:
                finish(session, actor, ticket, at)
                return
            row = rows[turn.step.key]
            match routes.course(request_type, turn.step, states, facts):
                case "pass":
                    settle(session, actor, ticket, row, via="machine")
                    _passed(session, actor, ticket, row, turn.step, tone, opening)
                case "return":
                    send_back(session, actor, ticket, row, facts.entitled, at, tone)
                case "reject":
                    refuse(session, actor, ticket, row, routes.refusal(turn.step), facts, at, tone)
                case "wait":
                    activate(session, actor, ticket, row, turn.step)
            gate = routes.gate(request_type)
            passed = gate in turn.skipped or (turn.step.key == gate and row.state == "done")
            if passed or routes.only_doubted(request_type, row.key, row.state, facts):
                deadlines.begin(session, ticket, at, complete=True)
        _set_status(session, actor, ticket, _waiting(rows))


def activate(session: Session, actor: Actor, ticket: Ticket, row: Step, spec: StepSpec) -> None:
    """The step's turn has come and it waits: for its team, its holder, or an approver's decision."""
    row.state = "active"
    row.asked_at = clock.now()
    ticket.blocked_by = None
    if spec.kind == "approve":
        approvals_asked.ask(session, actor, ticket, row, spec)
    else:
        row.scope = approvals_asked.scope_of(ticket, spec)
        handover.hand_over(session, actor, ticket, row, spec)
    deadlines.step_begins(session, ticket, row)
    if row.approver_id is not None:
        reminders.put(session, ticket, row)
    batch.flush(session)


def settle(session: Session, actor: Actor, ticket: Ticket, row: Step, via: str, reason: str | None = None) -> None:
    """The step is done."""
    row.state = "done"
    row.decided_at = clock.now()
    row.decided_by_id = actor.person_id
    row.via = via
    row.reason = reason
    ticket.blocked_by = None
    history.record(session, actor, ticket, "step_done", {"step": row.key, "round": row.round, "via": via})


def send_back(
    session: Session, actor: Actor, ticket: Ticket, row: Step, entitled: bool, at: datetime, tone: Tone
) -> None:
    """Return the request to the requester with the list of what is missing; the clock stands still (R-032).

    Where the type gives a time to correct, what came of it does not give more: the list goes out anew with the same
    date. A request that was returned as often as its type allows stays with the team (F-12).
    """
    request_type = _request_type(session, ticket)
    if row.state == "returned" and row.due_at is not None:
        _tell_rest(session, actor, ticket, row, entitled, tone)
        return
    if windows.used_up(session, ticket, request_type):
        missing = {"step": row.key, "documents": list(ticket.missing_documents)}
        history.record(session, actor, ticket, "not_returned", missing)
        activate(session, actor, ticket, row, request_type.step(row.key))
        return
    row.state = "returned"
    row.asked_at = clock.now()
    if tone != "silent":
        windows.begin(session, ticket, request_type, row)
    ticket.rounds += 1
    deadlines.suspend(session, ticket, at, "Devuelto por incompleto")
    history.record(
        session,
        actor,
        ticket,
        "returned",
        {
            "step": row.key,
            "documents": list(ticket.missing_documents),
            "fields": list(ticket.missing_fields),
            "invalid": sorted(ticket.invalid_fields),
            "entitled": entitled,
            "round": ticket.rounds,
        },
    )
    if tone != "silent":
        notifications.returned(session, ticket, entitled, row.due_at, minimal=tone == "minimal")


def _tell_rest(session: Session, actor: Actor, ticket: Ticket, row: Step, entitled: bool, tone: Tone) -> None:
    missing = {"step": row.key, "documents": list(ticket.missing_documents), "fields": list(ticket.missing_fields)}
    history.record(session, actor, ticket, "still_incomplete", missing)
    if tone != "silent":
        notifications.returned(session, ticket, entitled, row.due_at, minimal=tone == "minimal")


def refuse(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    row: Step,
    outcome: StepOutcome,
    facts: Facts,
    at: datetime,
    tone: Tone,
) -> None:
    """A condition does not hold: do what the catalogue says for it."""
    match outcome.action:
        case "warn":
            history.record(session, actor, ticket, "warned", {"step": row.key, "invalid": sorted(facts.warnings)})
            settle(session, actor, ticket, row, via="machine", reason="; ".join(facts.warnings.values()) or None)
        case "redirect_channel":
            row.state = "returned"
            row.asked_at = clock.now()
            deadlines.suspend(session, ticket, at, "Debe presentarse por otro canal")
            history.record(session, actor, ticket, "redirected", {"step": row.key, "channel": outcome.channel})
            if tone != "silent":
                notifications.other_channel(session, ticket, outcome.channel or "", row.name, tone == "minimal")
        case _:
            send_back(session, actor, ticket, row, facts.entitled, at, tone)


def refused_condition(session: Session, actor: Actor, ticket: Ticket, row: Step, tone: Tone) -> bool:
    """Do what the catalogue says when the condition that waits for its check does not hold by what is known now
    (R-027). Gives whether it was refused."""
    request_type, facts = _request_type(session, ticket), assessment.facts_of(session, ticket)
    spec = request_type.step(row.key)
    if spec.kind != "validate_condition" or routes.course(request_type, spec, {}, facts) != "reject":
        return False
    refuse(session, actor, ticket, row, routes.refusal(spec), facts, clock.now(), tone)
    return row.state != "done"


def resume(session: Session, actor: Actor, ticket: Ticket, at: datetime, tone: Tone = "full") -> None:
    """A returned request was answered, or what its review of documents waited for is there: take the step up again
    from `at`."""
    row = active(session, ticket)
    if row is not None and routes.waits_for_the_rest(row.kind, row.state):
        admitted = row.state == "returned" and row.kind != "approve"
        row.state = "to_come"
        session.flush()
        windows.end(session, ticket, row)
        deadlines.resume(session, ticket, at)
        history.record(session, actor, ticket, "resumed", {"step": row.key})
        walk(session, actor, ticket, at, tone, admitted)


def ask_stopped(session: Session, actor: Actor, ticket: Ticket) -> bool:
    """Try anew to ask for an approval that was stopped because nobody could be asked. Gives whether there was one."""
    row = active(session, ticket)
    if row is None or not _asks_nobody(row):
        return False
    row.state = "to_come"
    session.flush()
    walk(session, actor, ticket, clock.now())
    return True


def is_stopped(session: Session, ticket: Ticket) -> bool:
    """Whether an approval waits that was asked of nobody."""
    row = active(session, ticket)
    return row is not None and _asks_nobody(row)


def _asks_nobody(row: Step) -> bool:
    return row.kind == "approve" and row.approver_id is None


def is_returned(session: Session, ticket: Ticket) -> bool:
    """Whether the requester has to complete or correct the request before its route goes on."""
    row = active(session, ticket)
    return row is not None and row.state == "returned"


def forget_approver_elsewhere(session: Session, ticket: Ticket) -> None:
    """The ticket's place changed: who was asked for another one decides no more, the approval counts as stopped."""
    row = active(session, ticket)
    if row is None or row.kind != "approve" or row.state != "active" or row.approver_id is None:
        return
    spec = next(each for each in routes.walked(_request_type(session, ticket)) if each.key == row.key)
    if row.scope != approvals_asked.scope_of(ticket, spec):
        row.approver_id = None
        session.flush()


def hand_over_again(session: Session, actor: Actor, ticket: Ticket) -> bool:
    """Look anew for whom the step that waits is for: its place or matter changed, or others hold its function (R-108).
    Who has the ticket keeps it while fitting; with nobody to have it, it waits in its queue. Gives whether there was
    such a step."""
    row = active(session, ticket)
    if row is None or row.kind == "approve" or row.state != "active" or row.role is None:
        return False
    spec = _request_type(session, ticket).step(row.key)
    row.scope = approvals_asked.scope_of(ticket, spec)
    found = handover.fitting(session, ticket, spec)
    if ticket.blocked_by is not None and ticket.blocked_by == found:
        return True
    ticket.blocked_by = None
    if isinstance(found, str):
        ticket.assignee_id = None
    handover.hand_over(session, actor, ticket, row, spec)
    notifications.passed_on(session, ticket, spec.key, post.is_unverified(session, ticket))
    set_status(session, actor, ticket)
    return True


def depends_on(session: Session, ticket: Ticket, changed: Collection[str]) -> bool:
    """Whether who acts in the step that waits depends on one of the data that changed, or is still to be found."""
    row = active(session, ticket)
    if row is None or row.kind == "approve" or row.state != "active" or row.role is None:
        return False
    spec = _request_type(session, ticket).step(row.key)
    return (
        ticket.blocked_by is not None
        or spec.actor.subject in changed
        or row.scope != approvals_asked.scope_of(ticket, spec)
    )


def resume_if_complete(session: Session, actor: Actor, ticket: Ticket, at: datetime, tone: Tone = "full") -> bool:
    """Take a request that is returned, or waits in the review of its documents, up again when nothing is missing any
    more; a returned approval goes on with any answer of the requester. Gives whether it went on."""
    row = active(session, ticket)
    if row is None or not routes.waits_for_the_rest(row.kind, row.state):
        return False
    if row.kind != "approve":
        facts = assessment.facts_of(session, ticket)
        begin_in_doubt(session, ticket, row, facts, at)
        if not routes.may_go_on(row.kind, row.state, facts):
            return False
    resume(session, actor, ticket, at, tone)
    return True


def begin_in_doubt(session: Session, ticket: Ticket, row: Step, facts: Facts, at: datetime) -> None:
    """Files in doubt keep the review of a complete request waiting, not its clock: the term begins at `at`."""
    if routes.only_doubted(_request_type(session, ticket), row.key, row.state, facts):
        deadlines.begin(session, ticket, at, complete=True)


def again(session: Session, ticket: Ticket, from_key: str, returned: bool) -> None:
    """Lay out a fresh round of the steps from `from_key` on; earlier rows stay as they are (R-177), an approval that
    was given is marked as overtaken.

    `returned`: the first of them waits for the requester before its turn comes.
    """
    request_type = _request_type(session, ticket)
    rows = present(session, ticket)
    keys = [spec.key for spec in routes.walked(request_type)]
    for spec in routes.walked(request_type)[keys.index(from_key) :]:
        row = rows[spec.key]
        if row.state in ("to_come", "skipped", "stopped"):
            row.state = "to_come"
            continue
        if row.state in ("active", "returned"):
            row.state = "superseded"
            session.flush()
            reminders.forget(session, ticket, row)
        if row.kind == "approve" and row.state == "done":
            row.superseded_at = clock.now()
        session.add(_row(ticket, spec, row.position, row.round + 1))
    session.flush()
    if returned:
        first = present(session, ticket)[from_key]
        first.state = "returned"
        first.asked_at = clock.now()
        session.flush()


def wait_at(session: Session, actor: Actor, ticket: Ticket, key: str) -> None:
    """The step waits for its team, though it would do something by itself when its turn comes."""
    activate(session, actor, ticket, present(session, ticket)[key], _request_type(session, ticket).step(key))
    set_status(session, actor, ticket)


def finish(session: Session, actor: Actor, ticket: Ticket, at: datetime, event: Event = Event.CLOSE) -> None:
    """End the ticket by that event; steps still to come are stopped, and what was asked of organs for it is taken back.

    An agent who closes it is refused before, while a question is open (`consultations.check_none_open`).
    """
    for row in present(session, ticket).values():
        if row.state in ("to_come", "active", "returned"):
            row.state = "stopped"
            reminders.forget(session, ticket, row)
    deadlines.resume(session, ticket, at)
    deadlines.keep(session, ticket)
    alarms.drop(session, ticket, "scheduled")
    ticket.closed_at = at
    change_status(ticket, event)
    ticket.blocked_by = None
    session.flush()
    history.record(session, actor, ticket, "ended", {"status": ticket.status})
    if event is Event.CLOSE:
        scheduling.lay_out(session, actor, ticket)
    following.tell(session, actor, ticket, "followed_end", detail=LABELS[Status(ticket.status)])
    for consultation in withdrawals.to_take_back(session, ticket):
        finish(session, actor, consultation, at)
        withdrawals.tell(session, actor, consultation, ticket, withdrawals.of_ended(ticket))


def check_may_answer(session: Session, ticket: Ticket) -> None:
    """Raises IllegalMove while the requester may not be answered for want of an authorisation (R-125); a ticket
    without type that may be of such a type is to be classified first."""
    catalogue = catalogues.of_ticket(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is not None:
        states = {key: row.state for key, row in present(session, ticket).items()}
        missing = routes.unauthorised(request_type, states)
        if missing is not None:
            raise IllegalMove(f"Antes de cualquier respuesta falta una autorización: «{missing.name}».")
        return
    for each in catalogue.request_types:
        if each.key in ticket.candidates and routes.unauthorised(each, {}) is not None:
            raise IllegalMove(f"Puede ser «{each.name}», que no se responde sin autorización: clasifíquelo antes.")


def recorded(session: Session, ticket: Ticket) -> str:
    """What was written down of the work that the closing letter tells about (R-037); empty where it tells of none."""
    request_type = _request_type(session, ticket)
    rows = present(session, ticket)
    told = [step.key for step in routes.walked(request_type) if routes.is_told(request_type, step)]
    return "\n".join(rows[key].reason or "" for key in told if key in rows and rows[key].state == "done")


def drop(session: Session, ticket: Ticket) -> None:
    """Take the whole route back: another one begins."""
    for row in session.scalars(select(Step).where(Step.ticket_id == ticket.id, Step.state != "superseded")):
        row.state = "superseded"
        reminders.forget(session, ticket, row)
    ticket.blocked_by = None
    session.flush()


def is_decided(session: Session, ticket: Ticket) -> bool:
    """Whether somebody decided in the ticket's route, in whatever round."""
    decided = select(Step.id).where(
        Step.ticket_id == ticket.id, Step.kind == "approve", Step.state.in_(("done", "rejected"))
    )
    return session.scalar(decided.limit(1)) is not None


def set_status(session: Session, actor: Actor, ticket: Ticket) -> None:
    """Derive the status from the step that waits, by the one table of `lifecycle`."""
    _set_status(session, actor, ticket, active(session, ticket))


def _set_status(session: Session, actor: Actor, ticket: Ticket, row: Step | None) -> None:
    if ticket.closed_at is not None or row is None:
        return
    blocked = ticket.blocked_by is not None
    status = status_of(cast(StepKind, row.kind), returned=row.state == "returned", blocked=blocked)
    if status != ticket.status:
        before = ticket.status
        change_status(ticket, EVENT_REACHING[status])
        history.record(session, actor, ticket, "status", {"from": before, "to": ticket.status})
    batch.flush(session)


def change_status(ticket: Ticket, event: Event) -> None:
    """The only place that changes a status. Raises IllegalMove for a move that is not in the table."""
    ticket.status = move(Status(ticket.status), event).value


def _waiting(rows: dict[str, Step]) -> Step | None:
    return next((row for row in rows.values() if row.state in ("active", "returned")), None)


def active(session: Session, ticket: Ticket) -> Step | None:
    """The step that waits for somebody, if any."""
    if batch.is_new(session, ticket.id):
        return newrequests.waiting(session, ticket.id)
    return session.scalar(select(Step).where(Step.ticket_id == ticket.id, Step.state.in_(("active", "returned"))))


def present(session: Session, ticket: Ticket) -> dict[str, Step]:
    """The newest row of each step, by key, in the order of the route; superseded ones are history."""
    rows = sorted(batch.of(session, Step, ticket.id), key=lambda row: row.round)
    newest = {row.key: row for row in rows if row.state != "superseded"}
    return dict(sorted(newest.items(), key=lambda entry: entry[1].position))


def _next_round(session: Session, ticket: Ticket) -> int:
    last = session.scalar(select(func.max(Step.round)).where(Step.ticket_id == ticket.id))
    return 0 if last is None else last + 1


def _request_type(session: Session, ticket: Ticket) -> RequestType:
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    return request_type


def _row(ticket: Ticket, spec: StepSpec, position: int, round_: int) -> Step:
    return Step(
        ticket_id=ticket.id,
        position=position,
        key=spec.key,
        kind=spec.kind,
        name=spec.name,
        state="to_come",
        round=round_,
        team=spec.actor.team,
        role=spec.actor.role,
        scope=approvals_asked.scope_of(ticket, spec),
        due_at=None,
    )


def _passed(
    session: Session, actor: Actor, ticket: Ticket, row: Step, spec: StepSpec, tone: Tone, opening: bool
) -> None:
    """What a step sets off when it passes by itself."""
    if spec.kind == "derive":
        handover.hand_over(session, actor, ticket, row, spec)
        if tone != "silent" and not opening:
            notifications.passed_on(session, ticket, spec.key, tone == "minimal")
    if spec.kind == "notify" and tone != "silent":
        notifications.informed(session, ticket, spec, tone == "minimal")
