"""What an approver reads before deciding: the same page on the desk and behind the link of the mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from helpdesk.domain.catalogue import Catalogue, IntakeField
from helpdesk.domain.errors import NotFound
from helpdesk.domain.options import NOT_TOLD
from helpdesk.models.audit import Event
from helpdesk.models.documents import Document
from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import merges
from helpdesk.queries.approvals import stands_still
from helpdesk.queries.shownvalues import place_name, shown_value

T = TypeVar("T")
MOST_WORDS = 2000
EMPTY: tuple[object, ...] = (None, "", [])
ApprovalState = Literal["open", "decided", "asked", "withdrawn"]


@dataclass(frozen=True, slots=True)
class EarlierStep:
    """A decision that was taken before this one."""

    name: str
    decision: Literal["approve", "reject"]
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Clarified:
    """What the approver asked the requester in the round before, and what came back."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class ApprovalFile:
    """A file of the request; `document` is the required document it stands for."""

    id: int
    filename: str
    content_type: str
    size: int
    sha256: str
    document: str | None


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """One approval with everything that a decision needs.

    `own_before` are the other functions in which whoever is asked now, in `function`, approved it before. `amended` is
    what was written since to correct, add or withdraw. `overtaken` are decisions about an earlier request;
    `renewed`: the request changed since it was asked before. `state`: open (waits for the answer), decided, asked (the
    requester, what `reason` says), or withdrawn (the request changed or ended meanwhile). `moved_to` is the ticket into
    which the request was merged: nobody decides it meanwhile (R-187). `due_moves`:
    that date is of a term which stands still now (Q-04).
    """

    step_id: int
    state: ApprovalState
    institution: str
    timezone: str
    number: str
    subject: str
    request_type: str
    step: str
    approver: str | None
    on_behalf_of: str | None
    requester: str
    requester_address: str
    entity: str
    place: str | None
    text: str
    amended: tuple[str, ...]
    function: str
    own_before: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    files: tuple[ApprovalFile, ...]
    earlier: tuple[EarlierStep, ...]
    overtaken: tuple[EarlierStep, ...]
    renewed: bool
    clarified: Clarified | None
    asked_at: datetime | None
    due_at: datetime | None
    due_moves: bool
    if_approved: str
    if_rejected: str
    decision: Literal["approve", "reject"] | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    moved_to: str | None = None


def page(session: Session, step_id: int) -> ApprovalPage:
    """The page of an approval step; who may read it is for the caller to decide. Raises NotFound."""
    approver, principal, decider = aliased(Person), aliased(Person), aliased(Person)
    row = session.execute(
        select(Step, Ticket, Institution, Person, approver.name, principal.name, decider.name, stands_still())
        .join(Ticket, Ticket.id == Step.ticket_id)
        .join(Institution, Institution.id == Ticket.institution_id)
        .join(Person, Person.id == Ticket.requester_id)
        .outerjoin(approver, approver.id == Step.approver_id)
        .outerjoin(principal, principal.id == Step.on_behalf_of_id)
        .outerjoin(decider, decider.id == Step.decided_by_id)
        .where(Step.id == step_id, Step.kind == "approve")
    ).one_or_none()
    if row is None:
        raise NotFound("Esa aprobación no existe.")
    step, ticket, institution, requester, approver_name, principal_name, decider_name, still = row
    catalogue = catalogues.of_ticket(session, ticket)
    spec = next((item for item in catalogue.request_types if item.key == ticket.request_type), None)
    after = _next_after(session, step)
    return ApprovalPage(
        step_id=step.id,
        state=_state(step, ticket),
        institution=institution.name,
        timezone=institution.timezone,
        number=f"{institution.ticket_prefix}-{ticket.number}",
        subject=ticket.subject,
        request_type=spec.name if spec else "Sin clasificar",
        step=step.name,
        approver=approver_name,
        on_behalf_of=principal_name,
        requester=requester.called,
        requester_address=requester.address,
        entity=ticket.entity,
        place=_place(catalogue, step.scope or ticket.region or ticket.programme),
        text=_first_words(session, ticket.id),
        amended=amended(session, ticket.id),
        function=catalogue.role(step.role).name if step.role else "",
        own_before=own_before(session, catalogue, step),
        fields=_fields(catalogue, spec.intake_fields if spec else (), ticket.fields),
        files=_files(session, ticket.id, {doc.key: doc.name for doc in spec.required_documents} if spec else {}),
        earlier=_decisions(session, step, Step.superseded_at.is_(None) & (Step.position < step.position)),
        overtaken=_decisions(session, step, Step.superseded_at.is_not(None)),
        renewed=is_renewed(session, step),
        clarified=clarified(session, step),
        asked_at=step.asked_at,
        due_at=step.due_at or ticket.due_at,
        due_moves=still and step.due_at is None and ticket.due_at is not None,
        if_approved=f"Sigue el paso «{after}»." if after else "Se completa la ruta y se informa al solicitante.",
        if_rejected="La solicitud no continúa y se comunica su motivo al solicitante.",
        decision={"done": "approve", "rejected": "reject"}.get(step.state),  # type: ignore[arg-type]  # both are of the Literal
        decided_at=step.decided_at,
        decided_by=decider_name,
        reason=step.reason,
        moved_to=_moved_to(session, institution, ticket),
    )


def _fields(
    catalogue: Catalogue, asked: tuple[IntakeField, ...], values: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    """The data as the letter has them: in the type's order, what no request is complete without also when it was not
    told; then what the catalogue asks for no more."""
    told = {key: value for key, value in values.items() if value not in EMPTY}
    known = [
        (field.label, shown_value(catalogue, field, told[field.key]) if field.key in told else NOT_TOLD)
        for field in asked
        if field.key in told or field.required == "always"
    ]
    dropped = told.keys() - {field.key for field in asked}
    return (*known, *((key, shown_value(catalogue, None, told[key])) for key in sorted(dropped)))


def _moved_to(session: Session, institution: Institution, ticket: Ticket) -> str | None:
    if ticket.merged_into_id is None:
        return None
    into = session.get_one(Ticket, merges.end_of(session, ticket.id))
    return f"{institution.ticket_prefix}-{into.number}"


def _state(step: Step, ticket: Ticket) -> ApprovalState:
    if step.state == "active":
        return "open" if ticket.merged_into_id is None else "withdrawn"
    if step.state in ("done", "rejected"):
        return "decided"
    return "asked" if step.via == "question" else "withdrawn"


def _place(catalogue: Catalogue, key: str | None) -> str | None:
    return (place_name(catalogue, key) or key) if key else None


def _first_words(session: Session, ticket_id: int) -> str:
    first = session.scalar(
        select(Message)
        .where(Message.ticket_id == ticket_id, Message.direction == "inbound", Message.standing == "joined")
        .order_by(Message.at, Message.id)
        .limit(1)
    )
    return (first.new_text.strip() or first.text.strip()) if first else ""


def _files(session: Session, ticket_id: int, names: dict[str, str]) -> tuple[ApprovalFile, ...]:
    """The files of the request itself: never those of an internal note, nor of a mail that nobody confirmed."""
    rows = session.execute(
        select(Attachment, Document.key)
        .join(Message, Message.id == Attachment.message_id)
        .outerjoin(Document, (Document.attachment_id == Attachment.id) & (Document.state != "rejected"))
        .where(
            Message.ticket_id == ticket_id,
            Message.direction == "inbound",
            Message.standing == "joined",
            Attachment.inline.is_(False),
            Attachment.held == "",
        )
        .order_by(Attachment.id)
    )
    return tuple(
        ApprovalFile(file.id, file.filename, file.content_type, file.size, file.sha256, names.get(key) if key else None)
        for file, key in rows
    )


def _decisions(session: Session, step: Step, which: ColumnElement[bool]) -> tuple[EarlierStep, ...]:
    rows = session.execute(
        select(Step, Person.name)
        .outerjoin(Person, Person.id == Step.decided_by_id)
        .where(
            Step.ticket_id == step.ticket_id,
            Step.kind == "approve",
            Step.id != step.id,
            Step.state.in_(("done", "rejected")),
            which,
        )
        .order_by(Step.decided_at, Step.id)
    )
    return tuple(
        EarlierStep(each.name, "approve" if each.state == "done" else "reject", name, each.decided_at, each.reason)
        for each, name in rows
    )


def own_before(session: Session, catalogue: Catalogue, step: Step) -> tuple[str, ...]:
    """The other functions, by name, in which whoever is asked approved the present request already."""
    roles = session.scalars(
        select(Step.role)
        .where(
            Step.ticket_id == step.ticket_id,
            Step.kind == "approve",
            Step.state == "done",
            Step.superseded_at.is_(None),
            Step.position < step.position,
            Step.decided_by_id == step.approver_id,
        )
        .order_by(Step.position)
    )
    return tuple(dict.fromkeys(catalogue.role(role).name for role in roles if role))


def amending(session: Session, ticket_id: int) -> tuple[int, ...]:
    """The messages that amended the request in words, oldest first."""
    return tuple(session.scalars(_amending(ticket_id, Message.id)))


def amended(session: Session, ticket_id: int) -> tuple[str, ...]:
    """What was written to amend the request, oldest first."""
    return tuple(text.strip()[:MOST_WORDS] for text in session.scalars(_amending(ticket_id, Message.new_text)))


def _amending(ticket_id: int, column: InstrumentedAttribute[T]) -> Select[T]:
    told = select(Event.data["message"].as_integer()).where(
        Event.ticket_id == ticket_id, Event.kind == "request_amended"
    )
    return (
        select(column)
        .where(Message.ticket_id == ticket_id, Message.standing == "joined", Message.id.in_(told))
        .order_by(Message.id)
    )


def is_renewed(session: Session, step: Step) -> bool:
    """Whether the step was asked or decided before about another request than the present one."""
    before = _round_before(session, step)
    return before is not None and (
        before.superseded_at is not None or (before.state == "superseded" and before.via != "question")
    )


def clarified(session: Session, step: Step) -> Clarified | None:
    """What the approver wanted to know in the round before and what was written since; None where nothing was asked."""
    before = _round_before(session, step)
    if before is None or before.via != "question":
        return None
    asked = select(func.max(Message.id)).where(Message.ticket_id == step.ticket_id, Message.kind == "aclaracion")
    words = session.scalars(
        select(Message.new_text)
        .where(
            Message.ticket_id == step.ticket_id,
            Message.direction == "inbound",
            Message.standing == "joined",
            Message.kind == "letter",
            Message.id > asked.scalar_subquery(),
        )
        .order_by(Message.id)
    )
    return Clarified(before.reason or "", "\n\n".join(text.strip() for text in words if text.strip()))


def _round_before(session: Session, step: Step) -> Step | None:
    """The newest earlier row of a step that somebody was asked about."""
    if step.round == 0:
        return None
    return session.scalar(
        select(Step)
        .where(
            Step.ticket_id == step.ticket_id,
            Step.key == step.key,
            Step.round < step.round,
            Step.approver_id.is_not(None),
        )
        .order_by(Step.round.desc())
        .limit(1)
    )


def _next_after(session: Session, step: Step) -> str | None:
    return session.scalar(
        select(Step.name)
        .where(Step.ticket_id == step.ticket_id, Step.position > step.position, Step.state == "to_come")
        .order_by(Step.position)
        .limit(1)
    )
