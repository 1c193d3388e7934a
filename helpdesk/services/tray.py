"""The tray «por confirmar» of a ticket: messages that a person lets in or sets aside (R-166)."""

from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.closing_words import reopens
from helpdesk.domain.errors import IllegalMove, NotFound
from helpdesk.models.messages import Message
from helpdesk.models.tickets import Ticket
from helpdesk.services import (
    approvals_renewed,
    approvals_returned,
    consultations,
    documents,
    expiry,
    following,
    history,
    merging,
    reading,
    reopening,
    routes,
)
from helpdesk.services.locks import locked


def confirm_message(session: Session, actor: Actor, message_id: int) -> Message:
    """An agent lets a message out of the tray join its ticket; only then does it act (R-166)."""
    message, ticket = _in_tray(session, actor, message_id)
    merging.check_apart(session, ticket)
    message.standing = "joined"
    session.flush()
    history.record(session, actor, ticket, "message_confirmed", {"message": message.id, "from": message.from_address})
    following.tell(session, actor, ticket, "followed_message", message.from_address, by=message.author_id)
    expiry.expire_before(session, actor, ticket, message.at)
    if ticket.kind == "consultation":
        consultations.take(session, actor, ticket, message)
    elif ticket.closed_at is None or expiry.revive(session, actor, ticket, message.at):
        documents.propose(session, actor, ticket)
        words = reading.words_of_message(session, message)
        reading.read_again(session, ticket, words)
        changed = approvals_renewed.amended(session, actor, ticket, message)
        changed = changed or approvals_renewed.request_changed(session, actor, ticket, message.at)
        if not changed and approvals_returned.is_answered_by(session, ticket, message.new_text, bool(words.files)):
            routes.resume_if_complete(session, actor, ticket, message.at, "silent")
    elif ticket.status == "not_filed":
        documents.propose(session, actor, ticket)
        reopening.reopen(session, actor, ticket)
    elif reopens(message.new_text) is not False:
        reopening.reopen(session, actor, ticket)
    return message


def set_aside_message(session: Session, actor: Actor, message_id: int, reason: str) -> Message:
    """An agent sets a message of the tray aside: it is kept and shown folded, and does nothing."""
    message, ticket = _in_tray(session, actor, message_id)
    message.standing = "set_aside"
    message.standing_reason = reason.strip() or message.standing_reason
    session.flush()
    history.record(session, actor, ticket, "message_set_aside", {"message": message.id, "reason": reason})
    return message


def _in_tray(session: Session, actor: Actor, message_id: int) -> tuple[Message, Ticket]:
    message = session.get(Message, message_id)
    if message is None:
        raise NotFound("No hay tal mensaje.")
    ticket = locked(session, actor, message.ticket_id)
    session.refresh(message)
    if message.standing != "to_confirm":
        raise IllegalMove("Este mensaje ya fue confirmado o apartado.")
    return message, ticket
