"""The letters around a decision: the request, the question back, and the news of a rejection (R-073, R-173, R-174)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.catalogue import Catalogue, RequestType, StepSpec
from helpdesk.domain.choices import choices_of
from helpdesk.letters import facts as f
from helpdesk.letters import write
from helpdesk.models.messages import Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import letterfacts, post, tokens
from helpdesk.services.desk import settings_of
from helpdesk.services.post import Envelope


def ask_approval(session: Session, ticket: Ticket, step: Step, spec: StepSpec) -> Letter:
    """The letter that asks for a decision, with a reply address and a page made for this approver and step."""
    approver, requester = session.get_one(Person, step.approver_id), session.get_one(Person, ticket.requester_id)
    catalogue, request_type = catalogues.of_ticket(session, ticket), catalogues.request_type_of(session, ticket)
    assert request_type is not None
    absent = session.get(Person, step.on_behalf_of_id) if step.on_behalf_of_id else None
    text = write.aprobacion(
        f.ApprovalRequest(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            step=spec.name,
            requester=requester.name or requester.address,
            page_url=approval_page(session, ticket, step, approver),
            recipient=approver.name,
            entity=ticket.entity,
            scope=catalogue.place_name(step.scope),
            reason=_first_words(session, ticket),
            fields=f.shown_fields(request_type.intake_fields, ticket.fields),
            files=letterfacts.files(session, ticket),
            earlier=_earlier(session, ticket, catalogue),
            due_at=ticket.due_at,
            on_behalf_of=absent.name if absent is not None else None,
            if_approved=_after(request_type, spec.key),
            answer_by_mail=policy(catalogue) == "verified",
        )
    )
    return post.send(session, ticket, approver, "aprobacion", text, Envelope(automatic=False, step=step))


def ask_again(session: Session, ticket: Ticket, step: Step, approver: Person, cause: str, answer: str) -> None:
    """The question back: the answer decided nothing; the page decides with one POST (R-174)."""
    catalogue = catalogues.of_ticket(session, ticket)
    text = write.aclarar(
        f.AskedAgain(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            step=step.name,
            page_url=approval_page(session, ticket, step, approver),
            cause=cause,  # type: ignore[arg-type]  # callers pass a word of the facts' closed list
            recipient=approver.name,
            answer=answer,
            due_at=ticket.due_at,
        )
    )
    post.send(session, ticket, approver, "aclarar", text, Envelope(automatic=True, step=step))


def rejected(session: Session, ticket: Ticket, step: Step, notify: tuple[str, ...]) -> None:
    """Tells requester and earlier approvers that the route stopped, with the reason (R-073)."""
    catalogue = catalogues.of_ticket(session, ticket)
    decision = _decision(session, step, catalogue)
    requester = session.get_one(Person, ticket.requester_id)
    earlier = session.scalars(
        select(Person)
        .join(Step, Step.decided_by_id == Person.id)
        .where(Step.ticket_id == ticket.id, Step.kind == "approve", Step.state == "done")
        .distinct()
    )
    readers = {requester.id: requester} if "requester" in notify else {}
    readers |= {person.id: person for person in earlier if person.id != step.decided_by_id}
    for person in readers.values():
        text = write.decision(
            f.DecisionNotice(
                institution=f.institution_of(catalogue.institution),
                ticket=letterfacts.of_ticket(session, ticket),
                decision=decision,
                audience="requester" if person is requester else "approver",
                recipient=person.name,
            )
        )
        post.announce(session, ticket, person, "decision", text)


def policy(catalogue: Catalogue) -> str:
    """How the institution takes approvals by mail: `verified`, `confirm` or `off` (mail.md)."""
    return choices_of(catalogue.institution).approvals_by_mail


def approval_page(session: Session, ticket: Ticket, step: Step, approver: Person) -> str:
    """The address of the page on which one person decides one step."""
    token = tokens.for_approval(session, ticket, approver, step, "approval_page")
    return f"{settings_of(session).public_url}/aprobar/{token}"


def _first_words(session: Session, ticket: Ticket) -> str:
    text = session.scalar(
        select(Message.new_text)
        .where(Message.ticket_id == ticket.id, Message.direction == "inbound", Message.standing == "joined")
        .order_by(Message.id)
        .limit(1)
    )
    return (text or "")[:2000]


def _earlier(session: Session, ticket: Ticket, catalogue: Catalogue) -> tuple[f.DecisionFacts, ...]:
    rows = session.scalars(
        select(Step)
        .where(Step.ticket_id == ticket.id, Step.kind == "approve", Step.state.in_(("done", "rejected")))
        .order_by(Step.decided_at)
    )
    return tuple(_decision(session, row, catalogue) for row in rows)


def _decision(session: Session, step: Step, catalogue: Catalogue) -> f.DecisionFacts:
    by, absent = session.get(Person, step.decided_by_id), session.get(Person, step.on_behalf_of_id or 0)
    assert step.decided_at is not None
    return f.DecisionFacts(
        decision="approve" if step.state == "done" else "reject",
        step=step.name,
        by=by.name or by.address if by else "",
        at=step.decided_at,
        role=catalogue.role(step.role).name if step.role else "",
        on_behalf_of=absent.name if absent else None,
        reason=step.reason,
    )


def _after(request_type: RequestType, key: str) -> str | None:
    names: list[tuple[str, str]] = [(step.key, step.name) for step in request_type.route if step.enabled]
    keys = [name for name, _ in names]
    position = keys.index(key) + 1
    return names[position][1] if position < len(names) else None
