"""What letters show of a ticket."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import batch
from helpdesk.domain import channels, objections
from helpdesk.domain.catalogue import RequestType, RequiredDocument
from helpdesk.domain.heldfiles import HeldFile
from helpdesk.letters import facts as f
from helpdesk.models.documents import Document
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import newrequests
from helpdesk.services.desk import settings_of


def of_ticket(session: Session, ticket: Ticket) -> f.TicketFacts:
    """The ticket as letters show it."""
    institution = session.get_one(Institution, ticket.institution_id)
    request_type = catalogues.request_type_of(session, ticket)
    return f.TicketFacts(
        tag=f"[{institution.ticket_prefix} {ticket.number}]",
        number=f"{institution.ticket_prefix}-{ticket.number}",
        subject=ticket.subject,
        request_type=request_type.name if request_type else None,
    )


def files(session: Session, ticket: Ticket) -> tuple[f.FileFacts, ...]:
    """The files of the request, each with the document it stands for."""
    request_type = catalogues.request_type_of(session, ticket)
    names = {document.key: document.name for document in request_type.required_documents} if request_type else {}
    if batch.is_new(session, ticket.id):
        marked = newrequests.marked_files(session, ticket.id)
        return tuple(f.FileFacts(file.filename, names.get(key) if key else None, file.size) for file, key in marked)
    rows = session.execute(
        select(Attachment.filename, Attachment.size, Document.key)
        .join(Message, Message.id == Attachment.message_id)
        .outerjoin(Document, (Document.attachment_id == Attachment.id) & (Document.state != "rejected"))
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == "inbound",
            Message.standing == "joined",
            Attachment.inline.is_(False),
            Attachment.held == "",
        )
        .order_by(Attachment.id)
    )
    return tuple(f.FileFacts(name, names.get(key) if key else None, size) for name, size, key in rows)


def held_files(session: Session, ticket: Ticket) -> tuple[HeldFile, ...]:
    """The files of the request that were set apart (R-170)."""
    if batch.is_new(session, ticket.id):
        came = newrequests.files(session, ticket.id)
        return tuple(HeldFile(file.filename, file.held) for file in came if file.held and not file.inline)
    rows = session.execute(
        select(Attachment.filename, Attachment.held)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == "inbound",
            Message.standing == "joined",
            Attachment.inline.is_(False),
            Attachment.held != "",
        )
        .order_by(Attachment.id)
    )
    return tuple(HeldFile(name, danger) for name, danger in rows)


def only_channel(session: Session, ticket: Ticket) -> str:
    """The one authorised channel of the type, for whoever wrote to another mailbox of ours or had the message handed on
    by our staff (R-014, R-160); "" where the request came by it."""
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None or ticket.mailbox_id is None or ticket.channel != "email":
        return ""
    catalogue = catalogues.of_ticket(session, ticket)
    mailbox = session.get_one(Mailbox, ticket.mailbox_id)
    # Handed on by our staff: the requester wrote somewhere else.
    reached = {mailbox.key} if ticket.forwarded_by_id is None else set()
    told = channels.only_way(catalogue, request_type, ticket.channel, reached)
    if not told or ticket.forwarded_by_id is not None:
        return told
    first = batch.of(session, Message, ticket.id)[0]
    written_to = {entry["address"].lower() for entry in (*first.to, *first.cc)}
    reached |= {each.key for each in catalogue.mailboxes if each.address.lower() in written_to}
    return channels.only_way(catalogue, request_type, ticket.channel, reached)


def missing_documents(session: Session, ticket: Ticket, written: str = "") -> tuple[f.MissingDocument, ...]:
    """The documents that a request lacks, each with what is wrong with what came of it and where its blank form is told
    of. `written` is what the letter says below: an objection in the same words is not said twice."""
    catalogue = catalogues.of_ticket(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    page = f"{settings_of(session).public_url}/servicios/{catalogue.institution.key}/{request_type.key}"
    rejected = _rejections(session, ticket)
    found = []
    for key in ticket.missing_documents:
        document = request_type.document(key)
        objection, reason = rejected.get(key, (None, None))
        form = form_of(request_type, document)
        found.append(
            f.MissingDocument(
                name=document.name,
                form_code=document.form_code,
                signed_by=tuple(catalogue.role(role).name for role in document.signed_by),
                sealed=document.sealed,
                notarised=document.notarised,
                certified_copy=document.certified_copy,
                original_required=document.original_required,
                form_url=form if form and form.startswith("https://") else None,
                objection=objections.told(objection, reason if reason != written else None) if key in rejected else "",
                form_name=form if form and not form.startswith("https://") else "",
                form_page=page if form else "",
            )
        )
    return tuple(found)


def form_of(request_type: RequestType, document: RequiredDocument) -> str | None:
    """The blank form of a document: its own, else that of the type for the document that bears a form's code. A name as
    published, or an address; None when the catalogue tells of none."""
    if document.template:
        generated = {each.key: each.name for each in request_type.generated_documents}
        return generated.get(document.template, document.template)
    forms = [each for each in request_type.required_documents if each.form_code]
    return request_type.links.form if document.form_code and forms == [document] else None


def _rejections(session: Session, ticket: Ticket) -> dict[str, tuple[str | None, str | None]]:
    """Objection and reason of the newest file that was rejected, by document."""
    if batch.is_new(session, ticket.id):
        return {}
    rows = session.execute(
        select(Document.key, Document.objection, Document.reason)
        .where(Document.ticket_id == ticket.id, Document.state == "rejected")
        .order_by(Document.decided_at, Document.id)
    )
    return {key: (objection, reason) for key, objection, reason in rows}
