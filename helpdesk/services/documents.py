"""Files as required documents: proposed by the machine, decided by an agent; and the return of what is incomplete."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from helpdesk import batch, clock
from helpdesk.domain import objections
from helpdesk.domain import routes as rules
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import RequestType
from helpdesk.domain.documentmatching import is_announced
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.requirements import CandidateFile, propose_documents
from helpdesk.models.documents import Document
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import today
from helpdesk.services import (
    approvals_renewed,
    assessment,
    deadlines,
    history,
    newrequests,
    notifications,
    routes,
    windows,
)
from helpdesk.services.locks import locked

NO_OBJECTIONS: Mapping[str, str] = MappingProxyType({})
RETURNED = "Devuelto por incompleto"


def propose(session: Session, actor: Actor, ticket: Ticket) -> None:
    """Propose the files not yet standing for anything as the documents they seem to be (R-163)."""
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None:
        return
    files = _loose(session, ticket)
    if not files:
        return
    candidates = tuple(CandidateFile(a.id, a.filename, a.content_type, a.inline, a.size, a.words) for a in files)
    have = frozenset(row.key for row in batch.of(session, Document, ticket.id) if row.state != "rejected")
    proposals = propose_documents(request_type, ticket.fields, {"channel": ticket.channel}, candidates, have)
    announced = (
        _announced(session, ticket, request_type, files) if any(not each.certain for each in proposals) else set()
    )
    for proposal in proposals:
        certain = proposal.certain or proposal.document_key in announced
        row = Document(ticket_id=ticket.id, key=proposal.document_key, attachment_id=proposal.file_id, certain=certain)
        session.add(row)
    batch.flush(session)
    if proposals:
        found = sorted({proposal.document_key for proposal in proposals} - have)
        history.record(session, actor, ticket, "documents_proposed", {"documents": found})


def _loose(session: Session, ticket: Ticket) -> Sequence[Attachment]:
    """The files of the request that stand for nothing yet, with their text."""
    if batch.is_new(session, ticket.id):
        return newrequests.usable_files(session, ticket.id)
    standing = select(Document.attachment_id).where(Document.ticket_id == ticket.id)
    query = (
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == "inbound",
            Message.standing == "joined",
            Attachment.held == "",
            Attachment.id.not_in(standing),
        )
        .options(undefer(Attachment.words))
        .order_by(Attachment.id)
    )
    return session.scalars(query).all()


def _announced(session: Session, ticket: Ticket, request_type: RequestType, files: Sequence[Attachment]) -> set[str]:
    """The documents that the letters say to bring with which the files came."""
    if batch.is_new(session, ticket.id):
        letters = [message.new_text or message.text for message in newrequests.messages(session, ticket.id)]
    else:
        came = Message.id.in_({file.message_id for file in files})
        letters = [new or whole for new, whole in session.execute(select(Message.new_text, Message.text).where(came))]
    return {each.key for each in request_type.required_documents if any(is_announced(each, text) for text in letters)}


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
    """An agent says that the file is that document. Raises NotFound, IllegalMove once the ticket has ended."""
    ticket, row = _held(session, actor, document_id)
    return _decide(session, actor, ticket, row, "confirmed")


def confirm_proposed(session: Session, actor: Actor, ticket: Ticket) -> None:
    """An agent looked at the documents and says that each file is what it was proposed as; the ticket is locked."""
    query = select(Document).where(Document.ticket_id == ticket.id, Document.state == "proposed").order_by(Document.id)
    rows = session.scalars(query).all()
    for row in rows:
        _set(row, actor, "confirmed")
        history.record(session, actor, ticket, "document_confirmed", {"document": row.key})
    session.flush()


def reject(session: Session, actor: Actor, document_id: int, objection: str, reason: str = "") -> Document:
    """An agent says that the file does not serve, and why (R-029, R-033): one of `objections.OBJECTIONS`, «otro motivo»
    with words. Raises NotFound, Invalid, IllegalMove once the ticket has ended."""
    words = objections.checked(objection, reason)
    ticket, row = _held(session, actor, document_id)
    return _decide(session, actor, ticket, row, "rejected", objection, words)


def take_back(session: Session, actor: Actor, document_id: int) -> Document | None:
    """A mark was an error: a decided one is open again, an open one is removed where the file stands for another
    document too; then None. Raises NotFound, IllegalMove once the ticket has ended or for a file's only mark."""
    ticket, row = _held(session, actor, document_id)
    if row.state != "proposed":
        before = row.state
        row.state, row.objection, row.reason = "proposed", None, None
        row.decided_by_id = row.decided_at = None
        return _changed(session, actor, ticket, row, "document_reopened", {"from": before})
    others = select(Document.id).where(Document.attachment_id == row.attachment_id, Document.id != row.id)
    if session.scalar(others.limit(1)) is None:
        raise IllegalMove("El archivo no representa otro documento: páselo al que corresponda o rechácelo.")
    session.delete(row)
    _changed(session, actor, ticket, row, "document_removed", {})
    return None


def move(session: Session, actor: Actor, document_id: int, key: str) -> Document:
    """An agent says that the file is another document than the one it stood for. Raises NotFound, IllegalMove once the
    ticket has ended."""
    ticket, row = _held(session, actor, document_id)
    check_asked_for(session, ticket, key)
    before = row.key
    if key == before:
        return _decide(session, actor, ticket, row, "confirmed")
    there = _mark_of(session, ticket, key, row.attachment_id)
    if there is not None:
        session.delete(row)
        row = there
    row.key = key
    _set(row, actor, "confirmed")
    return _changed(session, actor, ticket, row, "document_moved", {"from": before})


def assign_file(session: Session, actor: Actor, ticket_id: int, attachment_id: int, key: str) -> Document:
    """An agent says that a file of the ticket stands for the document `key`, besides any that it stands for already.
    Raises NotFound, IllegalMove once the ticket has ended or for a file that is held (R-170)."""
    ticket = open_ticket(session, actor, ticket_id)
    check_asked_for(session, ticket, key)
    held = session.scalar(
        select(Attachment.held)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.id == attachment_id, Message.ticket_id == ticket.id)
    )
    if held is None:
        raise NotFound("El ticket no tiene ese archivo.")
    if held:
        raise IllegalMove("El archivo está retenido: antes de usarlo debe liberarlo quien administra la institución.")
    row = _mark_of(session, ticket, key, attachment_id)
    if row is None:
        row = Document(ticket_id=ticket.id, key=key, attachment_id=attachment_id)
        session.add(row)
        session.flush()
    return _decide(session, actor, ticket, row, "confirmed")


def certify(session: Session, actor: Actor, document_id: int, role: str, on: date | None) -> Document:
    """Note which officer certified the copy as true to the original, and when; without a role the note is taken back
    (R-120). Raises NotFound, Invalid, IllegalMove once the ticket has ended."""
    ticket, row = _held(session, actor, document_id)
    if role.strip() and on is None:
        raise Invalid("Escriba la fecha de la certificación.", {"certified_on": "Escriba la fecha."})
    if on is not None and on > today(session, ticket.institution_id):
        raise Invalid("La fecha de la certificación está en el futuro.", {"certified_on": "Corrija la fecha."})
    row.certified_role = role.strip() or None
    row.certified_on = on if row.certified_role else None
    data = {"role": row.certified_role, "on": row.certified_on.isoformat() if row.certified_on else None}
    return _changed(session, actor, ticket, row, "document_certified", data)


def open_ticket(session: Session, actor: Actor, ticket_id: int, touched: int | None = None) -> Ticket:
    """The ticket, locked, while its documents may still be judged. Raises IllegalMove once it has ended, NotFound,
    Conflict."""
    ticket = locked(session, actor, ticket_id, touched)
    if ticket.closed_at is not None:
        raise IllegalMove("El ticket ya está cerrado: sus documentos no cambian.")
    return ticket


def check_asked_for(session: Session, ticket: Ticket, key: str) -> None:
    """Raises NotFound unless the ticket's type asks for the document."""
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None or key not in {document.key for document in request_type.required_documents}:
        raise NotFound("El tipo de la solicitud no pide ese documento.")


def reassess(session: Session, actor: Actor, ticket: Ticket, at: datetime, doubted: bool = False) -> None:
    """Somebody judged what is there: a request that was returned for documents goes on from `at` when it turns out that
    none is missing, or the one `doubted` was what it seemed; one that waits in their review, once nothing is missing or
    in doubt, by whatever that was settled."""
    if catalogues.request_type_of(session, ticket) is None:
        return
    lacked = bool(ticket.missing_documents)
    facts = assessment.facts_of(session, ticket)
    row = routes.active(session, ticket)
    if row is None or row.kind == "approve":
        return
    routes.begin_in_doubt(session, ticket, row, facts, at)
    if (lacked or doubted or row.state == "active") and rules.may_go_on(row.kind, row.state, facts):
        routes.resume(session, actor, ticket, at)


def return_incomplete(
    session: Session,
    actor: Actor,
    ticket_id: int,
    touched: int | None,
    documents: tuple[str, ...],
    text: str,
    objected: Mapping[str, str] = NO_OBJECTIONS,
) -> Ticket:
    """An agent returns the request: the documents ticked count as missing, `text` goes with the list (R-032).
    `objected` says what is wrong with what came of them, by key.

    Raises IllegalMove for a ticket that has ended, has no type or was returned as often as its type allows (F-12),
    Invalid when nothing is named.
    """
    ticket = locked(session, actor, ticket_id, touched)
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None or ticket.closed_at is not None:
        raise IllegalMove("Solo se devuelve un ticket clasificado y abierto.")
    routes.check_may_answer(session, ticket)
    known = {document.key for document in request_type.required_documents}
    if not set(documents) <= known:
        raise Invalid("Hay un documento que este tipo de solicitud no pide.")
    windows.check(session, ticket, request_type)
    now = clock.now()
    _object(session, actor, ticket, documents, objected, text.strip())
    facts = assessment.facts_of(session, ticket)
    if facts.complete and not text.strip():
        raise Invalid("No falta nada según la lista: marque qué devuelve o explíquelo.", {"text": "Escriba qué falta."})
    step = _returned_step(session, ticket, request_type)
    routes.again(session, ticket, step, returned=True)
    row = routes.present(session, ticket)[step]
    windows.begin(session, ticket, request_type, row)
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
    notifications.returned(session, ticket, facts.entitled, row.due_at, minimal=False, added=text.strip(), actor=actor)
    routes.set_status(session, actor, ticket)
    return ticket


def _returned_step(session: Session, ticket: Ticket, request_type: RequestType) -> str:
    """The review of completeness, or the step that waits when it comes before that."""
    gate = rules.gate(request_type)
    row = routes.active(session, ticket)
    return row.key if row is not None and row.position < routes.present(session, ticket)[gate].position else gate


def _object(
    session: Session, actor: Actor, ticket: Ticket, keys: tuple[str, ...], objected: Mapping[str, str], text: str
) -> None:
    """Reject what stands for the documents that are returned; a rejection that says why already keeps its words."""
    rows = session.scalars(select(Document).where(Document.ticket_id == ticket.id, Document.key.in_(keys))).all()
    for row in rows:
        chosen = objected.get(row.key) or (objections.NEEDS_WORDS if row.state != "rejected" else row.objection)
        if row.state != "rejected" or chosen != row.objection:
            words = text or RETURNED if chosen == objections.NEEDS_WORDS else ""
            _set(row, actor, "rejected", chosen, objections.checked(chosen or objections.NEEDS_WORDS, words))
    session.flush()


def _held(session: Session, actor: Actor, document_id: int) -> tuple[Ticket, Document]:
    """A mark and its ticket, locked, while it may be changed. Raises NotFound, IllegalMove."""
    row = session.get(Document, document_id)
    if row is None:
        raise NotFound("No hay tal documento.")
    return open_ticket(session, actor, row.ticket_id), row


def _mark_of(session: Session, ticket: Ticket, key: str, attachment_id: int) -> Document | None:
    return session.scalar(
        select(Document).where(
            Document.ticket_id == ticket.id, Document.key == key, Document.attachment_id == attachment_id
        )
    )


def _decide(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    row: Document,
    state: str,
    objection: str | None = None,
    reason: str | None = None,
) -> Document:
    _set(row, actor, state, objection, reason)
    told = {"objection": objection, "reason": reason} if objection else {}
    return _changed(session, actor, ticket, row, f"document_{state}", told)


def _changed(
    session: Session, actor: Actor, ticket: Ticket, row: Document, kind: str, data: dict[str, Any]
) -> Document:
    key = row.key
    session.flush()
    history.record(session, actor, ticket, kind, {"document": key, **data})
    reassess(session, actor, ticket, newest_at(session, ticket), doubted=not row.certain)
    approvals_renewed.request_changed(session, actor, ticket)
    return row


def _set(row: Document, actor: Actor, state: str, objection: str | None = None, reason: str | None = None) -> None:
    row.state, row.objection, row.reason = state, objection, reason or None
    row.decided_by_id, row.decided_at = actor.person_id, clock.now()
