"""Files that were set apart because opening them may do harm: an administrator lets one through (R-170)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals_renewed, documents, history
from helpdesk.services.locks import locked


def release(
    session: Session, actor: Actor, ticket_id: int, touched: int | None, attachment_id: int, reason: str
) -> Ticket:
    """The file counts as any other from now on: it is proposed as a document, shown to approvers and downloaded.

    Raises NotFound for a file of another ticket, IllegalMove for one that is not held, Invalid without a reason,
    Conflict.
    """
    ticket = locked(session, actor, ticket_id, touched)
    file = session.scalar(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.id == attachment_id, Message.ticket_id == ticket.id)
    )
    if file is None:
        raise NotFound("El ticket no tiene ese archivo.")
    if not file.held:
        raise IllegalMove("El archivo no está retenido.")
    if not reason.strip():
        raise Invalid("Para liberar el archivo escriba el motivo.", {"reason": "Escriba el motivo."})
    danger, file.held = file.held, ""
    session.flush()
    data = {"file": file.filename, "sha256": file.sha256, "danger": danger, "reason": reason.strip()}
    history.record(session, actor, ticket, "file_released", data)
    if ticket.closed_at is None and ticket.request_type is not None:
        documents.propose(session, actor, ticket)
        documents.reassess(session, actor, ticket, documents.newest_at(session, ticket))
        approvals_renewed.request_changed(session, actor, ticket)
    return ticket
