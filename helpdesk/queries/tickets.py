"""The queue (bandeja): its views, its rows by keyset, and its counts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from helpdesk.domain.errors import NotFound
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import ENDED, Suspension, Ticket
from helpdesk.queries import search
from helpdesk.queries.viewers import Viewer, reach

PAGE = 50
COUNT_CAP = 99
SOON = timedelta(hours=24)
# The last letter of an ended ticket tells the result: that it did not arrive is shown for so long.
MONTH = timedelta(days=30)
STOPPED = ("resolved", "waiting_requester", *ENDED)
VIEWS = (
    "mias",
    "sin-asignar",
    "equipo",
    "por-vencer",
    "vencidas",
    "devueltos",
    "aprobacion",
    "por-confirmar",
    "no-entregados",
    "sin-clasificar",
    "programadas",
    "abiertos",
    "cerrados",
)
UNCOUNTED = frozenset(("abiertos", "cerrados"))


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place in the order after which the next page begins: a row's date (None: without one) and id."""

    at: datetime | None
    id: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the queue; all of it stands in the page's address. `view` None looks everywhere; `since` and `until`
    are the first and last day of reception, both included, on the institution's clocks (R-194)."""

    view: str | None = None
    status: str | None = None
    request_type: str | None = None
    team: str | None = None
    region: str | None = None
    text: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One ticket of the queue. The step is the one that waits, for us or for the requester; None when none does.
    `merged_into` is the number of the ticket that it was merged into."""

    id: int
    number: int
    subject: str
    status: str
    reopened: bool
    request_type: str | None
    requester_name: str
    requester_address: str
    entity: str
    region: str | None
    team: str
    team_scope: str | None
    assignee: str | None
    assignee_id: int | None
    step_name: str | None
    step_kind: str | None
    step_role: str | None
    step_scope: str | None
    step_team: str | None
    approver: str | None
    has_files: bool
    waits_to_confirm: bool
    received_at: datetime
    updated_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    centre: str | None
    stands_still: bool
    kind: str
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some rows of the queue, and where the next ones begin (None: these are the last)."""

    rows: tuple[QueueRow, ...]
    after: Cursor | None


def page(
    session: Session, who: Viewer, filters: Filters, now: datetime, after: Cursor | None = None, size: int = PAGE
) -> QueuePage:
    """The rows of the queue after a cursor, soonest due first; ended tickets, last ended first."""
    ended_first = filters.view == "cerrados"
    query = _rows().where(reach(who), *_conditions(session, who, filters, now))
    if ended_first:
        query = query.order_by(Ticket.closed_at.desc(), Ticket.id.desc())
    else:
        query = query.order_by(Ticket.due_at.asc().nulls_last(), Ticket.id)
    if after is not None:
        query = query.where(_ended_before(after) if ended_first else _due_after(after))
    rows = tuple(QueueRow(*row) for row in session.execute(query.limit(size + 1)))
    if len(rows) <= size:
        return QueuePage(rows, None)
    last = rows[size - 1]
    return QueuePage(rows[:size], Cursor(last.closed_at if ended_first else last.due_at, last.id))


def counts(session: Session, who: Viewer, now: datetime) -> dict[str, int]:
    """How many tickets each view holds, counted up to `COUNT_CAP` + 1, in one statement."""
    visible = reach(who)
    columns = []
    for view in VIEWS:
        if view in UNCOUNTED:
            continue
        some = select(Ticket.id).where(visible, view_condition(who, view, now)).limit(COUNT_CAP + 1).subquery()
        columns.append(select(func.count()).select_from(some).scalar_subquery().label(view.replace("-", "_")))
    row = session.execute(select(*columns)).one()
    return {name.replace("_", "-"): int(value) for name, value in row._mapping.items()}


def find(session: Session, who: Viewer, number: int) -> Ticket:
    """The ticket of the viewer's institution with that number. Raises NotFound when absent or not visible."""
    found = session.scalar(select(Ticket).where(Ticket.number == number, reach(who)))
    if found is None:
        raise NotFound("No hay un ticket con ese número en su bandeja.")
    return found


def find_id(session: Session, who: Viewer, number: int) -> int:
    """The id of that ticket, without reading it: a verb locks and reads it itself. Raises NotFound."""
    found = session.scalar(select(Ticket.id).where(Ticket.number == number, reach(who)))
    if found is None:
        raise NotFound("No hay un ticket con ese número en su bandeja.")
    return found


def view_condition(who: Viewer, view: str, now: datetime) -> ColumnElement[bool]:
    """The condition of a view. Raises NotFound for a name that is none."""
    alive = Ticket.status.not_in(ENDED)
    running = Ticket.status.not_in(STOPPED)
    teams = [
        and_(Ticket.team == team, Ticket.team_scope == scope) if scope else Ticket.team == team
        for team, scope in who.teams
    ]
    to_confirm = select(Message.ticket_id).where(Message.standing == "to_confirm", Message.ticket_id == Ticket.id)
    task = aliased(Step)
    scheduled = select(task.id).where(task.ticket_id == Ticket.id, task.kind == "scheduled", task.state == "active")
    conditions: dict[str, ColumnElement[bool]] = {
        "mias": (Ticket.assignee_id == who.person_id) & alive,
        "sin-asignar": Ticket.assignee_id.is_(None) & running,
        "equipo": or_(False, *teams) & alive,
        "por-vencer": running & Ticket.due_at.between(now, now + SOON) & ~suspended(),
        "vencidas": running & (Ticket.due_at < now) & ~suspended(),
        "devueltos": Ticket.status == "waiting_requester",
        "aprobacion": Ticket.status == "waiting_approval",
        "por-confirmar": to_confirm.exists(),
        "no-entregados": (alive | (Ticket.closed_at > now - MONTH)) & _undelivered(),
        "sin-clasificar": Ticket.request_type.is_(None) & (Ticket.kind == "request") & alive,
        "programadas": scheduled.exists(),
        "abiertos": alive,
        "cerrados": Ticket.status.in_(ENDED),
    }
    if view not in conditions:
        raise NotFound("Esa vista de la bandeja no existe.")
    return conditions[view]


def suspended() -> ColumnElement[bool]:
    """Whether the ticket's clock stands still."""
    # One of an earlier term was ended when it was superseded.
    return select(Suspension.id).where(Suspension.ticket_id == Ticket.id, Suspension.until.is_(None)).exists()


def _undelivered() -> ColumnElement[bool]:
    """Whether somebody did not get, or perhaps did not get, our letter of the ticket, and has had none since."""
    lost, later = aliased(Letter), aliased(Letter)
    again = select(later.id).where(
        later.ticket_id == lost.ticket_id,
        later.recipient == lost.recipient,
        later.id > lost.id,
        later.state == "accepted",
        later.delivery_failed.is_(None),
    )
    ended_badly = lost.state.in_(("failed", "in_doubt")) & lost.settled_at.is_not(None)
    missing = ended_badly | lost.delivery_failed.is_not(None)
    return select(lost.id).where(lost.ticket_id == Ticket.id, missing, ~again.exists()).exists()


def _conditions(session: Session, who: Viewer, filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.view:
        found.append(view_condition(who, filters.view, now))
    if filters.status:
        found.append(Ticket.status == filters.status)
    if filters.request_type:
        found.append(Ticket.request_type == filters.request_type)
    if filters.team:
        found.append(Ticket.team == filters.team)
    if filters.region:
        found.append(Ticket.region == filters.region)
    if filters.text:
        found.append(search.condition(session, who, filters.text))
    day = func.date(func.timezone(who.timezone, Ticket.received_at))
    if filters.since:
        found.append(day >= filters.since)
    if filters.until:
        found.append(day <= filters.until)
    return found


def _rows() -> Select[*tuple[Any, ...]]:
    requester, assignee, approver, into = aliased(Person), aliased(Person), aliased(Person), aliased(Ticket)
    files = (
        select(Attachment.id)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.ticket_id == Ticket.id, Attachment.inline.is_(False))
    )
    to_confirm = select(Message.id).where(Message.ticket_id == Ticket.id, Message.standing == "to_confirm")
    return (
        select(
            Ticket.id,
            Ticket.number,
            Ticket.subject,
            Ticket.status,
            Ticket.reopened,
            Ticket.request_type,
            requester.name,
            requester.address,
            Ticket.entity,
            Ticket.region,
            Ticket.team,
            Ticket.team_scope,
            assignee.name,
            Ticket.assignee_id,
            Step.name,
            Step.kind,
            Step.role,
            Step.scope,
            Step.team,
            approver.name,
            files.exists(),
            to_confirm.exists(),
            Ticket.received_at,
            Ticket.updated_at,
            Ticket.due_at,
            Ticket.closed_at,
            Ticket.centre,
            suspended(),
            Ticket.kind,
            into.number,
        )
        .join(requester, requester.id == Ticket.requester_id)
        .outerjoin(assignee, assignee.id == Ticket.assignee_id)
        .outerjoin(Step, and_(Step.ticket_id == Ticket.id, Step.state.in_(("active", "returned"))))
        .outerjoin(approver, approver.id == Step.approver_id)
        .outerjoin(into, into.id == Ticket.merged_into_id)
    )


def _due_after(after: Cursor) -> ColumnElement[bool]:
    if after.at is None:
        return Ticket.due_at.is_(None) & (Ticket.id > after.id)
    later = (Ticket.due_at > after.at) | ((Ticket.due_at == after.at) & (Ticket.id > after.id))
    return later | Ticket.due_at.is_(None)


def _ended_before(after: Cursor) -> ColumnElement[bool]:
    if after.at is None:
        return Ticket.id < after.id
    earlier = Ticket.closed_at < after.at
    return earlier | ((Ticket.closed_at == after.at) & (Ticket.id < after.id))
