"""The approvals that wait for a person."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from helpdesk.domain.errors import NotFound
from helpdesk.models.documents import Document
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Suspension, Ticket
from helpdesk.queries.viewers import Viewer

RECENT = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """An approval step with its ticket and who asks. `stands_still`: the ticket's term does not run now."""

    step: Step
    ticket: Ticket
    requester: Person
    on_behalf_of: str | None
    documents: int
    stands_still: bool

    @property
    def due_moves(self) -> bool:
        """Whether the date that is due is that of a term which stands still."""
        return self.stands_still and self.step.due_at is None and self.ticket.due_at is not None


def mine(who: Viewer) -> ColumnElement[bool]:
    """The step is asked of this person, or of a function the person holds today."""
    held = [and_(Step.role == role, Step.scope.is_not_distinct_from(scope)) for role, scope in who.roles]
    return or_(Step.approver_id == who.person_id, *held)


def stands_still() -> ColumnElement[bool]:
    """Whether the term of the ticket in the query does not run now."""
    open_stretch = (Suspension.until.is_(None), Suspension.superseded_at.is_(None))
    return exists().where(Suspension.ticket_id == Ticket.id, *open_stretch)


def waiting(session: Session, who: Viewer) -> tuple[Waiting, ...]:
    """The approvals that wait for the viewer, the oldest question first."""
    asked = (Step.state == "active") & Ticket.merged_into_id.is_(None)
    return _lines(session, who, asked, Step.asked_at.asc(), None)


def decided(session: Session, who: Viewer) -> tuple[Waiting, ...]:
    """The viewer's own latest decisions, the newest first."""
    own = Step.state.in_(("done", "rejected")) & (Step.decided_by_id == who.person_id)
    return _lines(session, who, own, Step.decided_at.desc(), RECENT)


def waiting_count(session: Session, who: Viewer) -> int:
    """How many approvals wait for the viewer."""
    query = (
        select(func.count())
        .select_from(Step)
        .join(Ticket, Ticket.id == Step.ticket_id)
        .where(
            Ticket.institution_id == who.institution_id,
            Step.kind == "approve",
            Step.state == "active",
            Ticket.merged_into_id.is_(None),
            mine(who),
        )
    )
    return session.scalar(query) or 0


def check(session: Session, who: Viewer, step_id: int) -> None:
    """Raises NotFound unless the step is an approval asked of, or decided by, the viewer."""
    query = (
        select(Step.id)
        .join(Ticket, Ticket.id == Step.ticket_id)
        .where(
            Step.id == step_id,
            Step.kind == "approve",
            Ticket.institution_id == who.institution_id,
            or_(mine(who), Step.decided_by_id == who.person_id),
        )
    )
    if session.scalar(query) is None:
        raise NotFound("Esa aprobación no existe o no se le pide a usted.")


def _lines(
    session: Session, who: Viewer, state: ColumnElement[bool], order: ColumnElement[Any], limit: int | None
) -> tuple[Waiting, ...]:
    principal = aliased(Person)
    documents = (
        select(func.count()).where(Document.ticket_id == Ticket.id, Document.state != "rejected").scalar_subquery()
    )
    rows = session.execute(
        select(Step, Ticket, Person, principal.name, documents, stands_still())
        .join(Ticket, Ticket.id == Step.ticket_id)
        .join(Person, Person.id == Ticket.requester_id)
        .outerjoin(principal, principal.id == Step.on_behalf_of_id)
        .where(
            Ticket.institution_id == who.institution_id,
            Step.kind == "approve",
            state,
            or_(mine(who), Step.decided_by_id == who.person_id),
        )
        .order_by(order, Step.id)
        .limit(limit)
    )
    return tuple(Waiting(*row) for row in rows)
