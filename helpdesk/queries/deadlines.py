"""How the due date of a ticket came about, and what it would be by other rules."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from helpdesk.domain import routes
from helpdesk.domain.calendars import Calendar
from helpdesk.domain.catalogue import DeadlineSpec, Unit
from helpdesk.domain.countedlines import CountedLine, restored
from helpdesk.domain.deadlines import (
    Due,
    Mode,
    Prolongation,
    count,
    due_at,
    escalation_at,
    filing_day,
    from_start,
    prolonged,
    target_due,
    term_start,
    warning_at,
)
from helpdesk.domain.deadlines import Suspension as Stretch
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Extension, Suspension, Ticket
from helpdesk.queries import calendars, catalogue
from helpdesk.queries.calendars import Rules


@dataclass(frozen=True, slots=True)
class Term:
    """The term of a ticket with the facts it follows from, and when it is due."""

    spec: DeadlineSpec
    start: datetime
    calendar: Calendar
    mode: Mode
    suspensions: tuple[Stretch, ...]
    prolongations: tuple[Prolongation, ...]
    due: Due

    @property
    def stands_still(self) -> bool:
        """Whether the clock is stopped now."""
        return any(each.end is None for each in self.suspensions)

    def warning(self) -> datetime:
        """When the team is warned (R-052)."""
        longer = bool(self.prolongations)
        return warning_at(self.spec, self.start, self.due, self.calendar, self.suspensions, self.mode, longer)

    def escalation(self, percent: int) -> datetime:
        """When the supervisor is told (R-052)."""
        return escalation_at(self.spec, self.start, self.due, self.calendar, percent, self.suspensions)


@dataclass(frozen=True, slots=True)
class Move:
    """A ticket whose due date another calendar moves; or the limit of its `step`, where it names one."""

    ticket_id: int
    number: int
    before: datetime | None
    after: datetime | None
    step: str | None = None


def due_of(session: Session, ticket: Ticket) -> Due | None:
    """The ticket's term, counted anew from its facts; None without a term or while it has not begun."""
    term = term_of(session, ticket)
    return term.due if term is not None else None


def term_of(session: Session, ticket: Ticket, begun_now: bool = False) -> Term | None:
    """The ticket's term; None without one or while it has not begun. That of a new ticket which was `begun_now` was
    neither suspended nor extended yet: nothing is read for it."""
    if ticket.started_at is None:
        return None
    rules = calendars.rules_of(session, ticket.institution_id)
    start = ticket.started_at
    if begun_now:
        return _term(session, ticket, rules, start, (), ())
    return _term(session, ticket, rules, start, suspensions_of(session, ticket), prolongations_of(session, ticket))


def start_by(session: Session, ticket: Ticket, rules: Rules) -> datetime | None:
    """When a term that began starts by `rules` (R-119, R-184): one that runs from the reception when what arrived
    counts as filed, one that waited for the request to be complete when it was; None while it has not begun."""
    request_type = catalogue.request_type_of(session, ticket)
    deadline = request_type.deadline if request_type else None
    if deadline is None or deadline.starts_at != "received" or ticket.started_at is None:
        return ticket.started_at
    filed = calendars.request_filed_at(session, ticket, rules)
    chosen = catalogue.choices_of_ticket(session, ticket)
    return term_start(deadline.unit, ticket.received_at, filed, chosen.all_terms_from_filing)


def step_due(session: Session, ticket: Ticket, step: Step, rules: Rules | None = None) -> Due | None:
    """When a step that waits is due by itself: a work with a target counts from the last approval (A-28), an approval
    from when it was asked, where the institution limits it; None for all others. `rules` None: those in force."""
    request_type = catalogue.request_type_of(session, ticket)
    spec = next((each for each in request_type.route if each.key == step.key), None) if request_type else None
    if request_type is None or spec is None or step.state != "active" or step.asked_at is None:
        return None
    rules = rules or calendars.rules_of(session, ticket.institution_id)
    asked = spec.kind == "approve" and step.approver_id is not None
    limit = catalogue.choices_of_ticket(session, ticket).approval_business_hours if asked else 0
    if spec.target is None and not limit:
        return None
    key = request_type.deadline.calendar if request_type.deadline else request_type.service_hours
    calendar, mode = calendars.for_ticket(session, ticket, key, rules), rules.choices.business_hours_mode
    if limit:
        return count(limit, "business_hours", step.asked_at, calendar, mode=mode)
    assert spec.target is not None
    since = last_approval(session, ticket) or step.asked_at
    return target_due(spec.target, since, calendar, suspensions_of(session, ticket), mode)


def last_approval(session: Session, ticket: Ticket) -> datetime | None:
    """When the ticket was last approved, in the present route."""
    return session.scalar(
        select(func.max(Step.decided_at)).where(
            Step.ticket_id == ticket.id, Step.kind == "approve", Step.state == "done", Step.superseded_at.is_(None)
        )
    )


def moves(session: Session, institution_id: int, rules: Rules) -> tuple[Move, ...]:
    """The open tickets that would be due at another instant by `rules`, by number; each with the limit of its step, if
    that moves too."""
    tickets = session.scalars(running(institution_id)).all()
    found = []
    for ticket, term in terms_of(session, tickets, rules):
        after = term.due.at if term is not None else None
        if after != ticket.due_at:
            found.append(Move(ticket.id, ticket.number, ticket.due_at, after))
    for step, ticket in session.execute(limited(institution_id)).all():
        due = step_due(session, ticket, step, rules)
        after = due.at if due is not None else None
        if after != step.due_at and ticket.closed_at is None:
            found.append(Move(ticket.id, ticket.number, step.due_at, after, step.name))
    return tuple(sorted(found, key=lambda move: (move.number, move.step is not None)))


def limited(institution_id: int) -> Select[Step, Ticket]:
    """The steps of an institution that wait for the desk or an approver; also of merged tickets: they may come back."""
    return (
        select(Step, Ticket)
        .join(Ticket, Ticket.id == Step.ticket_id)
        .where(Ticket.institution_id == institution_id, Step.state == "active")
        .where(Step.kind.in_(("approve", "execute")))
        .order_by(Ticket.number)
    )


def to_come(institution_id: int) -> Select[Step, Ticket]:
    """The tasks of an institution that wait for their day."""
    return (
        select(Step, Ticket)
        .join(Ticket, Ticket.id == Step.ticket_id)
        .where(Ticket.institution_id == institution_id, Step.kind.in_(routes.BESIDE), Step.state == "to_come")
        .order_by(Step.id)
    )


def counted(institution_id: int) -> Select[int]:
    """The ids of an institution's tickets of which something is counted by its calendars: those that are open, and the
    others with a step that waits or a task to come."""
    waits = (each(institution_id).with_only_columns(Ticket.id).order_by(None) for each in (limited, to_come))
    open_ones = select(Ticket.id).where(Ticket.institution_id == institution_id, Ticket.closed_at.is_(None))
    return select(open_ones.union(*waits).subquery().c.id)


def running(institution_id: int) -> Select[Ticket]:
    """The open tickets of an institution whose term has begun."""
    return (
        select(Ticket)
        .where(Ticket.institution_id == institution_id, Ticket.closed_at.is_(None), Ticket.started_at.is_not(None))
        .order_by(Ticket.id)
    )


def terms_of(session: Session, tickets: Iterable[Ticket], rules: Rules) -> list[tuple[Ticket, Term | None]]:
    """The terms of many tickets by `rules`, their starts too, in two statements."""
    many = list(tickets)
    ids = [ticket.id for ticket in many]
    stopped: dict[int, list[Stretch]] = defaultdict(list)
    longer: dict[int, list[Prolongation]] = defaultdict(list)
    for row in session.scalars(_stretches(Suspension.ticket_id.in_(ids))):
        stopped[row.ticket_id].append(_stretch(row))
    for each in session.scalars(_extensions(Extension.ticket_id.in_(ids))):
        longer[each.ticket_id].append(_prolongation(each))
    found = []
    for ticket in many:
        start = start_by(session, ticket, rules)
        stretches = from_start(tuple(stopped[ticket.id]), ticket.started_at, start)
        found.append((ticket, _term(session, ticket, rules, start, stretches, tuple(longer[ticket.id]))))
    return found


def explained(session: Session, ticket: Ticket) -> tuple[CountedLine, ...]:
    """How the ticket's due date was counted («cómo se contó»), of an ended ticket as it was when it ended; () without a
    term."""
    if ticket.counted is not None:
        return restored(ticket.counted)
    due = due_of(session, ticket)
    return due.lines if due is not None and due.at == ticket.due_at else ()


@dataclass(frozen=True, slots=True)
class StepCount:
    """How the limit of a step was counted; `correcting`: it is the time that the requester has to correct."""

    name: str
    correcting: bool
    lines: tuple[CountedLine, ...]
    at: datetime


def step_explained(session: Session, ticket: Ticket, step: Step) -> StepCount | None:
    """«Cómo se contó» of a step's own limit: of the time to correct as it was announced, of others as it is counted
    now; None without a limit."""
    if step.due_at is None:
        return None
    if step.counted is not None:
        return StepCount(step.name, True, restored(step.counted), step.due_at)
    due = step_due(session, ticket, step)
    return StepCount(step.name, False, due.lines, due.at) if due is not None else None


def suspensions_of(session: Session, ticket: Ticket) -> tuple[Stretch, ...]:
    """The stretches in which the ticket's clock stood still, oldest first."""
    rows = session.scalars(_stretches(Suspension.ticket_id == ticket.id))
    return tuple(_stretch(row) for row in rows)


def prolongations_of(session: Session, ticket: Ticket) -> tuple[Prolongation, ...]:
    """The extensions of the ticket's term, in their order."""
    return tuple(_prolongation(row) for row in extensions_of(session, ticket))


def extensions_of(session: Session, ticket: Ticket) -> tuple[Extension, ...]:
    """The extensions of the ticket's term that count, in their order, with the dates that were announced."""
    return tuple(session.scalars(_extensions(Extension.ticket_id == ticket.id)))


def granted_of(session: Session, ticket: Ticket) -> tuple[Extension, ...]:
    """All the extensions that were ever granted to the ticket, in their order; also those that count no more."""
    return tuple(session.scalars(select(Extension).where(Extension.ticket_id == ticket.id).order_by(Extension.id)))


def _stretches(of: ColumnElement[bool]) -> Select[Suspension]:
    return select(Suspension).where(of, Suspension.superseded_at.is_(None)).order_by(Suspension.since)


def _extensions(of: ColumnElement[bool]) -> Select[Extension]:
    return select(Extension).where(of, Extension.superseded_at.is_(None)).order_by(Extension.id)


def _term(
    session: Session,
    ticket: Ticket,
    rules: Rules,
    start: datetime | None,
    suspensions: tuple[Stretch, ...],
    prolongations: tuple[Prolongation, ...],
) -> Term | None:
    request_type = catalogue.request_type_of(session, ticket)
    if request_type is None or request_type.deadline is None or start is None:
        return None
    spec, mode = request_type.deadline, rules.choices.business_hours_mode
    calendar = calendars.for_ticket(session, ticket, spec.calendar, rules)
    due = due_at(spec, start, calendar, suspensions, mode, filing_day(start, calendar))
    due = prolonged(due, prolongations, calendar, suspensions, mode)
    return Term(spec, start, calendar, mode, suspensions, prolongations, due)


def _stretch(row: Suspension) -> Stretch:
    return Stretch(row.since, row.until, row.reason)


def _prolongation(row: Extension) -> Prolongation:
    return Prolongation(row.amount, cast(Unit, row.unit), row.reason)
