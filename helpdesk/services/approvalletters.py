"""The letters around a decision: the request, the question back, and the news of a rejection (R-073, R-173, R-174)."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue, RequestType, StepSpec
from helpdesk.domain.choices import choices_of
from helpdesk.letters import facts as f
from helpdesk.letters import write
from helpdesk.models.messages import Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import approvalpages, deadlines
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import letterfacts, newrequests, post, tokens
from helpdesk.services.desk import settings_of
from helpdesk.services.post import Envelope


def ask_approval(session: Session, ticket: Ticket, step: Step, spec: StepSpec) -> Letter:
    """The letter that asks for a decision, with a reply address and a page made for this approver and step."""
    approver, requester = session.get_one(Person, step.approver_id), session.get_one(Person, ticket.requester_id)
    catalogue, request_type = catalogues.of_ticket(session, ticket), catalogues.request_type_of(session, ticket)
    assert request_type is not None
    absent = session.get(Person, step.on_behalf_of_id) if step.on_behalf_of_id else None
    due_at, stands_still = _due(session, ticket, step)
    clarified = approvalpages.clarified(session, step)
    text = write.aprobacion(
        f.ApprovalRequest(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            step=spec.name,
            requester=requester.called,
            page_url=approval_page(session, ticket, step, approver),
            recipient=approver.name,
            entity=ticket.entity,
            scope=catalogue.place_name(step.scope),
            reason=_first_words(session, ticket),
            fields=f.shown_fields(catalogue, request_type.intake_fields, ticket.fields),
            files=letterfacts.files(session, ticket),
            earlier=_decisions(session, ticket, catalogue, Step.superseded_at.is_(None)),
            due_at=due_at,
            stands_still=stands_still,
            on_behalf_of=absent.name if absent is not None else None,
            if_approved=_after(request_type, spec.key),
            answer_by_mail=policy(catalogue) == "verified",
            changed=approvalpages.is_renewed(session, step),
            overtaken=_decisions(session, ticket, catalogue, Step.superseded_at.is_not(None)),
            question=clarified.question if clarified else "",
            answer=clarified.answer if clarified else "",
            function=catalogue.role(step.role).name if step.role else "",
            own_before=() if batch.is_new(session, ticket.id) else approvalpages.own_before(session, catalogue, step),
            amended=approvalpages.amended(session, ticket.id) if not batch.is_new(session, ticket.id) else (),
        )
    )
    return post.send(session, ticket, approver, "aprobacion", text, Envelope(automatic=False, step=step, told=True))


def _due(session: Session, ticket: Ticket, step: Step) -> tuple[datetime | None, bool]:
    """Until when to decide: the approver's own limit, which is stored only after the letter is written, else the
    ticket's term; and whether that is a term which does not run while the reader thinks (Q-04)."""
    chosen = catalogues.choices_of_ticket(session, ticket)
    limit = deadlines.step_due(session, ticket, step) if chosen.approval_business_hours else None
    own = step.due_at or (limit.at if limit is not None else None)
    return own or ticket.due_at, own is None and ticket.due_at is not None and chosen.clock_during_approval == "stops"


def ask_again(session: Session, ticket: Ticket, step: Step, approver: Person, cause: str, answer: str) -> None:
    """The question back: the answer decided nothing; the page decides with one POST (R-174)."""
    catalogue = catalogues.of_ticket(session, ticket)
    due_at, stands_still = _due(session, ticket, step)
    text = write.aclarar(
        f.AskedAgain(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            step=step.name,
            page_url=approval_page(session, ticket, step, approver),
            cause=cause,  # type: ignore[arg-type]  # callers pass a word of the facts' closed list
            recipient=approver.name,
            answer=answer,
            due_at=due_at,
            stands_still=stands_still,
        )
    )
    post.send(session, ticket, approver, "aclarar", text, Envelope(automatic=True, step=step))


def asks_requester(session: Session, actor: Actor, ticket: Ticket, step: Step, question: str) -> None:
    """The approver's question, to the requester, whose answer brings the request back to the approver."""
    requester = session.get_one(Person, ticket.requester_id)
    text = write.aclaracion(
        f.Clarification(
            institution=f.institution_of(catalogues.of_ticket(session, ticket).institution),
            ticket=letterfacts.of_ticket(session, ticket),
            step=step.name,
            by=actor.label,
            question=question,
            recipient=requester.name,
            paused=ticket.started_at is not None and ticket.due_at is not None,
        )
    )
    envelope = Envelope(automatic=False, author_id=actor.person_id)
    post.send(session, ticket, requester, "aclaracion", text, envelope)


def remind(session: Session, ticket: Ticket, step: Step, approver: Person) -> None:
    """The reminder of an approval that still waits, with a reply address and a page as fresh as a first letter's."""
    requester, catalogue = session.get_one(Person, ticket.requester_id), catalogues.of_ticket(session, ticket)
    absent = session.get(Person, step.on_behalf_of_id) if step.on_behalf_of_id else None
    assert step.asked_at is not None
    due_at, stands_still = _due(session, ticket, step)
    text = write.recordatorio(
        f.ApprovalReminder(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            step=step.name,
            requester=requester.called,
            page_url=approval_page(session, ticket, step, approver),
            asked_at=step.asked_at,
            recipient=approver.name,
            due_at=due_at,
            stands_still=stands_still,
            on_behalf_of=absent.name if absent is not None else None,
            overdue=step.due_at is not None and clock.now() >= step.due_at,
            answer_by_mail=policy(catalogue) == "verified",
        )
    )
    post.send(session, ticket, approver, "recordatorio", text, Envelope(automatic=True, step=step))


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
    if batch.is_new(session, ticket.id):
        return "".join(message.new_text for message in newrequests.messages(session, ticket.id)[:1])[:2000]
    text = session.scalar(
        select(Message.new_text)
        .where(Message.ticket_id == ticket.id, Message.direction == "inbound", Message.standing == "joined")
        .order_by(Message.id)
        .limit(1)
    )
    return (text or "")[:2000]


def _decisions(
    session: Session, ticket: Ticket, catalogue: Catalogue, which: ColumnElement[bool]
) -> tuple[f.DecisionFacts, ...]:
    if batch.is_new(session, ticket.id):
        return ()
    rows = session.scalars(
        select(Step)
        .where(Step.ticket_id == ticket.id, Step.kind == "approve", Step.state.in_(("done", "rejected")), which)
        .order_by(Step.decided_at)
    )
    return tuple(_decision(session, row, catalogue) for row in rows)


def _decision(session: Session, step: Step, catalogue: Catalogue) -> f.DecisionFacts:
    by, absent = session.get(Person, step.decided_by_id), session.get(Person, step.on_behalf_of_id or 0)
    assert step.decided_at is not None
    return f.DecisionFacts(
        decision="approve" if step.state == "done" else "reject",
        step=step.name,
        by=by.called if by else "",
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
