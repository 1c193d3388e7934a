"""Keeps the legal instants of a ticket: start of the term, suspensions, due date (R-034, R-047 to R-053)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.deadlines import term_start
from helpdesk.domain.errors import IllegalMove, NotAllowed
from helpdesk.domain.extensions import granted, times_allowed
from helpdesk.models.outbox import Letter
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Extension, Suspension, Ticket
from helpdesk.queries import calendars, catalogue
from helpdesk.queries.deadlines import Term, extensions_of, start_by, step_due, term_of
from helpdesk.queries.viewers import viewer
from helpdesk.services import alarms, history, notifications
from helpdesk.services.locks import locked

ALARMS = ("warning", "escalation")
ENDED = "Terminado"
"""Why the clock stands still between the end of a ticket and its reopening."""


def begin(session: Session, ticket: Ticket, at: datetime, complete: bool) -> None:
    """Start the term at `at` when the catalogue says that it starts now (`received`, or `complete` and it is); but not
    before what arrived then counts as filed (R-119, R-184)."""
    request_type = catalogue.request_type_of(session, ticket)
    if request_type is None or request_type.deadline is None or ticket.started_at is not None:
        return
    from_reception = request_type.deadline.starts_at == "received"
    if from_reception or complete:
        arrived = ticket.received_at if from_reception else at
        chosen = catalogue.choices_of_ticket(session, ticket)
        filed = (
            calendars.request_filed_at(session, ticket)
            if from_reception
            else calendars.filed_at(session, ticket, arrived)
        )
        unit = request_type.deadline.unit
        ticket.started_at = term_start(unit, arrived, filed, chosen.all_terms_from_filing)
        settle(session, ticket, term_of(session, ticket, begun_now=batch.is_new(session, ticket.id)))


def supersede(session: Session, ticket: Ticket) -> tuple[Extension, ...]:
    """The ticket asks for something else: the term that ran so far is over and another one is counted from the facts.

    Nothing is lost. What was missing for the old type is no reason to let the clock stand still; an extension stands
    as far as the new type may be prolonged; what counts no more stays as it was with the hour at which it ceased to.
    Gives the extensions that count no more.
    """
    now = clock.now()
    for stretch in session.scalars(_standing(ticket).where(Suspension.reason != ENDED)).all():
        stretch.until = stretch.until or max(now, stretch.since)
        stretch.superseded_at = now
    request_type = catalogue.request_type_of(session, ticket)
    allowed = times_allowed(request_type.deadline if request_type else None)
    dropped = tuple(extensions_of(session, ticket)[allowed:])
    for extension in dropped:
        extension.superseded_at = now
    ticket.started_at = None
    session.flush()
    recount(session, ticket)
    return dropped


def tell_dropped(session: Session, actor: Actor, ticket: Ticket, dropped: Sequence[Extension]) -> None:
    """Whoever was told that the term was prolonged is told that this counts no more (R-051)."""
    announced = select(Letter.id).where(Letter.ticket_id == ticket.id, Letter.letter == "prorroga").limit(1)
    if dropped and session.scalar(announced) is not None:
        term = term_of(session, ticket)
        runs = term is not None and not term.stands_still
        notifications.extension_dropped(session, actor, ticket, dropped[-1], runs=runs)


def tell_move(session: Session, actor: Actor, ticket: Ticket, before: datetime | None, why: str) -> None:
    """Say in the ticket's history that it is due at another instant than `before`, and why."""
    if ticket.due_at != before:
        data = {"from": _written(before), "to": _written(ticket.due_at), "reason": why}
        history.record(session, actor, ticket, "due_changed", data)


def reopened(session: Session, ticket: Ticket, closed_at: datetime) -> None:
    """The ticket is worked on again: the time since it was closed does not count. A term that has not begun has no
    time to leave out."""
    ticket.counted = None
    if ticket.started_at is None:
        return
    ended = session.scalar(select(func.max(Suspension.until)).where(Suspension.ticket_id == ticket.id))
    since = max(closed_at, ticket.started_at, ended or closed_at)
    session.add(Suspension(ticket_id=ticket.id, since=since, until=max(since, clock.now()), reason=ENDED))
    session.flush()
    recount(session, ticket)


def keep(session: Session, ticket: Ticket) -> None:
    """The ticket ends: how its due date was counted stays as it is, whatever becomes of the calendar."""
    term = term_of(session, ticket)
    ticket.counted = [line.stored for line in term.due.lines] if term is not None else []


def suspend(session: Session, ticket: Ticket, at: datetime, reason: str) -> None:
    """Stop the clock at `at`; it may stand still already. A term that has not begun is not suspended. Nobody is warned
    while it stands still."""
    if ticket.started_at is not None and _open(session, ticket) is None:
        session.add(Suspension(ticket_id=ticket.id, since=max(at, ticket.started_at), reason=reason))
        batch.flush(session)
        alarms.put(session, ticket, dict.fromkeys(ALARMS))


def resume(session: Session, ticket: Ticket, at: datetime) -> None:
    """Let the clock run on from `at` and count the due date anew; one that runs goes on as it did."""
    stretch = _open(session, ticket)
    if stretch is not None:
        stretch.until = max(at, stretch.since)
        session.flush()
        recount(session, ticket)


def extend(
    session: Session, actor: Actor, ticket_id: int, touched: int | None, amount: int | None, reason: str
) -> Extension:
    """Prolong the term from the date that is due now, and tell the requester both dates (R-051).

    `amount` None takes the one of the catalogue. Raises NotFound, Conflict, IllegalMove when the ticket is ended, its
    term has not begun or may not be prolonged (any more), NotAllowed when the institution leaves it to supervisors,
    Invalid for a wrong amount or a missing reason.
    """
    ticket = locked(session, actor, ticket_id, touched)
    if ticket.closed_at is not None:
        raise IllegalMove("El ticket ya está cerrado: su plazo no cambia más.")
    if ticket.started_at is None or ticket.due_at is None:
        raise IllegalMove("El plazo todavía no empieza: no hay nada que prorrogar.")
    _allowed(session, actor, ticket)
    request_type = catalogue.request_type_of(session, ticket)
    earlier = len(extensions_of(session, ticket))
    rule, length = granted(request_type.deadline if request_type else None, earlier, amount, reason)
    row = Extension(
        ticket_id=ticket.id,
        amount=length,
        unit=rule.unit,
        reason=reason.strip(),
        granted_by_id=actor.person_id,
        granted_at=clock.now(),
        due_before=ticket.due_at,
    )
    session.add(row)
    session.flush()
    recount(session, ticket)
    row.due_after = ticket.due_at
    session.flush()
    told = {"from": _written(row.due_before), "to": _written(row.due_after), "reason": row.reason}
    history.record(session, actor, ticket, "extended", {**told, "amount": length, "unit": rule.unit})
    if rule.notify_requester:
        notifications.extended(session, actor, ticket, row)
    return row


def _allowed(session: Session, actor: Actor, ticket: Ticket) -> None:
    chosen = catalogue.choices_of_ticket(session, ticket)
    if chosen.extension_by == "agent" or actor.person_id is None:
        return
    who = viewer(session, actor.person_id)
    if who is None or not who.is_supervisor:
        raise NotAllowed("En su institución solo quien supervisa el equipo prorroga un plazo: pídaselo.")


def recount(session: Session, ticket: Ticket) -> None:
    """Store the due date that follows from the facts, and when somebody is to be told that it comes."""
    settle(session, ticket, term_of(session, ticket))


def recount_told(session: Session, actor: Actor, ticket: Ticket) -> None:
    """The office that answers is another one: count the term by its calendar, from its start on, and say so when the
    due date moved."""
    before = ticket.due_at
    start_anew(session, ticket, start_by(session, ticket, calendars.rules_of(session, ticket.institution_id)))
    recount(session, ticket)
    tell_move(session, actor, ticket, before, "responde otra oficina, con otro calendario")


def start_anew(session: Session, ticket: Ticket, start: datetime | None) -> None:
    """The term that runs starts at another instant; a stretch that stood still from its start on goes with it."""
    before, ticket.started_at = ticket.started_at, start
    if before is not None and start is not None and start < before:
        for stretch in session.scalars(_standing(ticket).where(Suspension.since == before)).all():
            stretch.since = start
    session.flush()


def step_begins(session: Session, ticket: Ticket, step: Step) -> None:
    """A step waits from now on: set its own limit (R-088). Where the institution lets the clock stand still during
    approvals it does so while somebody is asked (Q-04)."""
    due = step_due(session, ticket, step)
    step.due_at = due.at if due is not None else None
    if step.kind != "approve":
        return
    chosen = catalogue.choices_of_ticket(session, ticket)
    if chosen.clock_during_approval == "stops" and step.asked_at is not None:
        if step.approver_id is not None:
            suspend(session, ticket, step.asked_at, "En aprobación")
        else:
            resume(session, ticket, step.asked_at)


def settle(session: Session, ticket: Ticket, term: Term | None) -> None:
    """Store the due date of a term that was counted, and set its alarms; None: it has none."""
    had_term = ticket.due_at is not None
    ticket.due_at = term.due.at if term is not None else None
    batch.flush(session)
    if term is not None and ticket.closed_at is None and not term.stands_still:
        chosen = catalogue.choices_of_ticket(session, ticket)
        hours = (term.warning(), term.escalation(chosen.escalate_at_percent))
        alarms.put(session, ticket, dict(zip(ALARMS, hours, strict=True)))
    elif had_term:
        alarms.put(session, ticket, dict.fromkeys(ALARMS))


def _written(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at is not None else None


def _open(session: Session, ticket: Ticket) -> Suspension | None:
    if batch.is_new(session, ticket.id):
        return next((row for row in batch.added(session, Suspension, ticket.id) if row.until is None), None)
    return session.scalar(_standing(ticket).where(Suspension.until.is_(None)))


def _standing(ticket: Ticket) -> Select[Suspension]:
    return select(Suspension).where(Suspension.ticket_id == ticket.id, Suspension.superseded_at.is_(None))
