"""Who is written to when something happens to a ticket, and with which letter."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue, RequestType, StepSpec
from helpdesk.domain.incoming import Incoming
from helpdesk.letters import facts as f
from helpdesk.letters import write
from helpdesk.letters.render import LetterText
from helpdesk.models.documents import Document
from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import post, tokens
from helpdesk.services.desk import settings_of
from helpdesk.services.post import Envelope


def acknowledge(session: Session, ticket: Ticket, incoming: Incoming) -> None:
    """«Hemos recibido su solicitud»: to the requester, if an automatic letter may go to the sender."""
    requester = session.get_one(Person, ticket.requester_id)
    if not post.may_answer(session, incoming) or requester.undeliverable_since is not None:
        return
    catalogue = catalogues.of_ticket(session, ticket)
    step = _active(session, ticket)
    text = write.acuse(
        f.Acknowledgement(
            institution=f.institution_of(catalogue.institution),
            ticket=facts_of(session, ticket),
            received_at=ticket.received_at,
            recipient=requester.name,
            team=catalogue.team(ticket.team).name,
            filed_at=ticket.filed_at if ticket.filed_at != ticket.received_at else None,
            due_at=ticket.due_at,
            next_step=step.name if step is not None else None,
            files=_files(session, ticket),
            minimal=incoming.trust == "T0",
        )
    )
    post.send(session, ticket, requester, "acuse", text, Envelope(automatic=True))


def returned(
    session: Session, ticket: Ticket, entitled: bool, minimal: bool, added: str = "", actor: Actor | None = None
) -> None:
    """«Documentación incompleta»: names at once all that is missing or wrong (R-032, R-067, R-171)."""
    catalogue = catalogues.of_ticket(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    requester = session.get_one(Person, ticket.requester_id)
    text = write.incompleto(
        f.ReturnedIncomplete(
            institution=f.institution_of(catalogue.institution),
            ticket=facts_of(session, ticket),
            recipient=requester.name,
            documents=tuple(_missing(catalogue, request_type, key) for key in ticket.missing_documents),
            data=tuple(request_type.field(key).label for key in ticket.missing_fields),
            invalid=tuple(
                f.InvalidValue(request_type.field(key).label, sentence)
                for key, sentence in ticket.invalid_fields.items()
            ),
            who_may_ask=() if entitled else tuple(catalogue.role(key).name for key in request_type.who_may_request),
            text=added,
            clock="none" if request_type.deadline is None else "paused" if ticket.started_at else "not_started",
            round=max(ticket.rounds, 1),
            team=catalogue.team(ticket.team).name,
            minimal=minimal,
        )
    )
    author = actor.person_id if actor is not None else None
    post.send(session, ticket, requester, "incompleto", text, Envelope(automatic=author is None, author_id=author))


def ask_approval(session: Session, ticket: Ticket, step: Step, spec: StepSpec) -> Letter:
    """The letter that asks for a decision, with a reply address and a page made for this approver and step."""
    approver, requester = session.get_one(Person, step.approver_id), session.get_one(Person, ticket.requester_id)
    catalogue, request_type = catalogues.of_ticket(session, ticket), catalogues.request_type_of(session, ticket)
    assert request_type is not None
    absent = session.get(Person, step.on_behalf_of_id) if step.on_behalf_of_id else None
    text = write.aprobacion(
        f.ApprovalRequest(
            institution=f.institution_of(catalogue.institution),
            ticket=facts_of(session, ticket),
            step=spec.name,
            requester=requester.name or requester.address,
            page_url=approval_page(session, ticket, step, approver),
            recipient=approver.name,
            entity=ticket.entity,
            scope=catalogue.place_name(step.scope),
            reason=_first_words(session, ticket),
            fields=f.shown_fields(request_type.intake_fields, ticket.fields),
            files=_files(session, ticket),
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
            ticket=facts_of(session, ticket),
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
                ticket=facts_of(session, ticket),
                decision=decision,
                audience="requester" if person is requester else "approver",
                recipient=person.name,
            )
        )
        post.send(session, ticket, person, "decision", text, Envelope(automatic=True))


def handed_over(session: Session, actor: Actor, ticket: Ticket, person: Person, reason: str = "") -> None:
    """Tells a person that the ticket is now theirs (R-186)."""
    catalogue = catalogues.of_ticket(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    step = _active(session, ticket)
    text = write.derivado(
        f.HandedOver(
            institution=f.institution_of(catalogue.institution),
            ticket=facts_of(session, ticket),
            team=catalogue.team(ticket.team).name,
            requester=requester.name or requester.address,
            ticket_url=f"{settings_of(session).public_url}/tickets/{facts_of(session, ticket).number}",
            recipient=person.name,
            entity=ticket.entity,
            by=actor.label if actor.kind == "person" else None,
            step=step.name if step else None,
            reason=reason,
            due_at=ticket.due_at,
        )
    )
    post.send(session, ticket, person, "derivado", text, Envelope(automatic=True))


def answered(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    written: str,
    closing: bool,
    files: tuple[tuple[str, str, str], ...],
    reopen_until: datetime | None,
) -> Letter:
    """An agent's answer to the requester, in the requester's thread; `closing` says that it ends the case (R-179)."""
    catalogue = catalogues.of_ticket(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    facts = f.ClosingAnswer(
        institution=f.institution_of(catalogue.institution),
        ticket=facts_of(session, ticket),
        text=written,
        agent=actor.label,
        recipient=requester.name,
        team=catalogue.team(ticket.team).name,
        files=tuple(f.FileFacts(name) for name, _, _ in files),
        reopen_until=reopen_until,
    )
    text = write.cierre(facts) if closing else write.respuesta(_as_answer(facts))
    return post.send(
        session,
        ticket,
        requester,
        "cierre" if closing else "respuesta",
        text,
        Envelope(automatic=False, author_id=actor.person_id, files=files, text_shown=written, undoable=True),
    )


def informed(session: Session, ticket: Ticket, spec: StepSpec, minimal: bool) -> None:
    """A `notify` step that needs nobody: the self-service steps, or the receipt that the acknowledgement carries."""
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None or "registered_user" not in spec.notify:
        return
    catalogue = catalogues.of_ticket(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    text = write.aviso_autoservicio(
        f.SelfService(
            institution=f.institution_of(catalogue.institution),
            ticket=facts_of(session, ticket),
            steps=request_type.access,
            recipient=requester.name,
            link_valid_hours=request_type.activation_link.valid_hours if request_type.activation_link else None,
            minimal=minimal,
        )
    )
    post.send(session, ticket, requester, "aviso_autoservicio", text, Envelope(automatic=True))


def other_channel(session: Session, ticket: Ticket, channel: str, explanation: str, minimal: bool) -> None:
    """Names the channel the request belongs to (R-014, R-027)."""
    catalogue = catalogues.of_ticket(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    offices = {office.key: office for office in catalogue.offices}
    where = "; ".join(
        f"{offices[entry.office].name}, {offices[entry.office].address}"
        for entry in (request_type.channels if request_type else ())
        if entry.key == channel and entry.office in offices and offices[entry.office].verified
    )
    text = write.canal(
        f.OtherChannel(
            institution=f.institution_of(catalogue.institution),
            ticket=facts_of(session, ticket),
            channel=CHANNELS.get(channel, channel),
            where=where,
            recipient=requester.name,
            explanation=explanation,
            minimal=minimal,
        )
    )
    post.send(session, ticket, requester, "canal", text, Envelope(automatic=True))


CHANNELS = {
    "in_person": "presencial",
    "phone": "teléfono",
    "email": "correo electrónico",
    "web_form": "formulario web",
    "document_portal": "portal de gestión documental",
    "physical_document": "documento físico",
    "suggestion_box": "buzón de sugerencias",
    "internal": "interno",
    "self_service": "autoservicio",
}


def policy(catalogue: Catalogue) -> str:
    """How the institution takes approvals by mail: `verified`, `confirm` or `off` (mail.md)."""
    return str(catalogue.institution.settings.get("approvals_by_mail", "verified"))


def facts_of(session: Session, ticket: Ticket) -> f.TicketFacts:
    """The ticket as letters show it."""
    institution = session.get_one(Institution, ticket.institution_id)
    request_type = catalogues.request_type_of(session, ticket)
    return f.TicketFacts(
        tag=f"[{institution.ticket_prefix} {ticket.number}]",
        number=f"{institution.ticket_prefix}-{ticket.number}",
        subject=ticket.subject,
        request_type=request_type.name if request_type else None,
    )


def approval_page(session: Session, ticket: Ticket, step: Step, approver: Person) -> str:
    """The address of the page on which one person decides one step."""
    token = tokens.for_approval(session, ticket, approver, step, "approval_page")
    return f"{settings_of(session).public_url}/aprobar/{token}"


def _as_answer(facts: f.ClosingAnswer) -> f.Answer:
    return f.Answer(facts.institution, facts.ticket, facts.text, facts.agent, facts.recipient, facts.team, facts.files)


def _missing(catalogue: Catalogue, request_type: RequestType, key: str) -> f.MissingDocument:
    document = request_type.document(key)
    return f.MissingDocument(
        name=document.name,
        form_code=document.form_code,
        signed_by=tuple(catalogue.role(role).name for role in document.signed_by),
        sealed=document.sealed,
        notarised=document.notarised,
        certified_copy=document.certified_copy,
        original_required=document.original_required,
    )


def _files(session: Session, ticket: Ticket) -> tuple[f.FileFacts, ...]:
    request_type = catalogues.request_type_of(session, ticket)
    names = {document.key: document.name for document in request_type.required_documents} if request_type else {}
    rows = session.execute(
        select(Attachment.filename, Attachment.size, Document.key)
        .join(Message, Message.id == Attachment.message_id)
        .outerjoin(Document, (Document.attachment_id == Attachment.id) & (Document.state != "rejected"))
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == "inbound",
            Message.standing == "joined",
            Attachment.inline.is_(False),
        )
        .order_by(Attachment.id)
    )
    return tuple(f.FileFacts(name, names.get(key) if key else None, size) for name, size, key in rows)


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


def _active(session: Session, ticket: Ticket) -> Step | None:
    return session.scalar(select(Step).where(Step.ticket_id == ticket.id, Step.state.in_(("active", "returned"))))


def plain(session: Session, ticket: Ticket, person: Person, written: str) -> LetterText:
    """An answer with the text given, from the desk as such."""
    catalogue = catalogues.of_ticket(session, ticket)
    team = catalogue.team(ticket.team).name
    return write.respuesta(
        f.Answer(
            institution=f.institution_of(catalogue.institution),
            ticket=facts_of(session, ticket),
            text=written,
            agent=team,
            recipient=person.name,
            team=team,
        )
    )
