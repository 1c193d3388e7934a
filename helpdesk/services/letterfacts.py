"""What letters show of a ticket."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.letters import facts as f
from helpdesk.models.documents import Document
from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues


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
