"""Files as required documents: proposed by the machine, decided by an agent; and the return of what is incomplete."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import routes as rules
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import RequestType
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.requirements import CandidateFile, propose_documents
from helpdesk.models.documents import Document
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import assessment, deadlines, history, notifications, routes
from helpdesk.services.locks import locked


def propose(session: Session, actor: Actor, ticket: Ticket) -> None:
    """Propose the files not yet standing for anything as the documents they seem to be (R-163)."""
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None:
        return
    standing = select(Document.attachment_id).where(Document.ticket_id == ticket.id)
    files = session.scalars(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == "inbound",
            Message.standing == "joined",
            Attachment.id.not_in(standing),
        )
        .order_by(Attachment.id)
    ).all()
    if not files:
        return
    candidates = tuple(CandidateFile(a.id, a.filename, a.content_type, a.inline, a.size) for a in files)
    proposals = propose_documents(request_type, ticket.fields, {"channel": ticket.channel}, candidates)
    have = set(
        session.scalars(select(Document.key).where(Document.ticket_id == ticket.id, Document.state != "rejected"))
    )
    for proposal in proposals:
        session.add(Document(ticket_id=ticket.id, key=proposal.document_key, attachment_id=proposal.file_id))
    session.flush()
    if proposals:
        found = sorted({proposal.document_key for proposal in proposals} - have)
        history.record(session, actor, ticket, "documents_proposed", {"documents": found})


def forget(session: Session, ticket: Ticket, request_type: RequestType) -> None:
    """The ticket has another type now: files no longer stand for documents that it does not ask for."""
    keys = {document.key for document in request_type.required_documents}
    for row in session.scalars(select(Document).where(Document.ticket_id == ticket.id)).all():
        if row.key not in keys:
            session.delete(row)
    session.flush()


def newest_at(session: Session, ticket: Ticket) -> datetime:
    """When the newest file that stands for a document arrived; without any, the ticket's own arrival."""
    newest = session.scalar(
        select(func.max(Message.at))
        .join(Attachment, Attachment.message_id == Message.id)
        .join(Document, Document.attachment_id == Attachment.id)
        .where(Document.ticket_id == ticket.id, Document.state != "rejected")
    )
    return max(newest or ticket.received_at, ticket.received_at)


def confirm(session: Session, actor: Actor, document_id: int) -> Document:
    """An agent says that the file is that document. Raises NotFound."""
    return _decide(session, actor, document_id, "confirmed", None)


def reject(session: Session, actor: Actor, document_id: int, reason: str) -> Document:
    """An agent says that the file does not serve, with the reason (R-029). Raises NotFound, Invalid."""
    if not reason.strip():
        raise Invalid("Diga por qué no sirve el documento.", {"reason": "Escriba el motivo."})
    return _decide(session, actor, document_id, "rejected", reason.strip())


def assign_file(session: Session, actor: Actor, ticket_id: int, attachment_id: int, key: str) -> Document:
    """An agent says that a file of the ticket stands for the document `key`. Raises NotFound."""
    ticket = locked(session, actor, ticket_id)
    request_type = catalogues.request_type_of(session, ticket)
    belongs = session.scalar(
        select(Attachment.id)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.id == attachment_id, Message.ticket_id == ticket.id)
    )
    if request_type is None or belongs is None or key not in {d.key for d in request_type.required_documents}:
        raise NotFound("El ticket no tiene ese archivo o su tipo no pide ese documento.")
    row = session.scalar(
        select(Document).where(
            Document.ticket_id == ticket.id, Document.key == key, Document.attachment_id == attachment_id
        )
    )
    if row is None:
        row = Document(ticket_id=ticket.id, key=key, attachment_id=attachment_id)
        session.add(row)
        session.flush()
    return _decide(session, actor, row.id, "confirmed", None)


def return_incomplete(
    session: Session, actor: Actor, ticket_id: int, touched: int | None, documents: tuple[str, ...], text: str
) -> Ticket:
    """An agent returns the request: the documents ticked count as missing, `text` goes with the list (R-032).

    Raises IllegalMove for a ticket that has ended or has no type, Invalid when nothing is named.
    """
    ticket = locked(session, actor, ticket_id, touched)
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None or ticket.closed_at is not None:
        raise IllegalMove("Solo se devuelve un ticket clasificado y abierto.")
    routes.check_may_answer(session, ticket)
    known = {document.key for document in request_type.required_documents}
    if not set(documents) <= known:
        raise Invalid("Hay un documento que este tipo de solicitud no pide.")
    now = clock.now()
    standing = select(Document).where(Document.ticket_id == ticket.id, Document.state != "rejected")
    for row in session.scalars(standing.where(Document.key.in_(documents))):
        _mark(row, actor, "rejected", text.strip() or "Devuelto por incompleto")
    facts = assessment.facts_of(session, ticket)
    if facts.complete and not text.strip():
        raise Invalid("No falta nada según la lista: marque qué devuelve o explíquelo.", {"text": "Escriba qué falta."})
    step = _returned_step(session, ticket, request_type)
    routes.again(session, ticket, step, returned=True)
    ticket.rounds += 1
    deadlines.suspend(session, ticket, now, "Devuelto por incompleto")
    history.record(
        session,
        actor,
        ticket,
        "returned",
        {
            "step": step,
            "documents": list(ticket.missing_documents),
            "fields": list(ticket.missing_fields),
            "invalid": sorted(ticket.invalid_fields),
            "entitled": facts.entitled,
            "round": ticket.rounds,
        },
    )
    notifications.returned(session, ticket, facts.entitled, minimal=False, added=text.strip(), actor=actor)
    routes.set_status(session, actor, ticket)
    return ticket


def _returned_step(session: Session, ticket: Ticket, request_type: RequestType) -> str:
    """The review of completeness, or the step that waits when it comes before that."""
    gate = rules.gate(request_type)
    row = routes.active(session, ticket)
    return row.key if row is not None and row.position < routes.present(session, ticket)[gate].position else gate


def _decide(session: Session, actor: Actor, document_id: int, state: str, reason: str | None) -> Document:
    row = session.get(Document, document_id)
    if row is None:
        raise NotFound("No hay tal documento.")
    ticket = locked(session, actor, row.ticket_id)
    _mark(row, actor, state, reason)
    session.flush()
    history.record(session, actor, ticket, f"document_{state}", {"document": row.key, "reason": reason})
    if catalogues.request_type_of(session, ticket) is not None:
        assessment.facts_of(session, ticket)
    return row


def _mark(row: Document, actor: Actor, state: str, reason: str | None) -> None:
    row.state, row.reason = state, reason
    row.decided_by_id, row.decided_at = actor.person_id, clock.now()
