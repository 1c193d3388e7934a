"""Puts messages that arrived into a ticket's conversation."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.incoming import Incoming, IncomingFile
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import Ticket
from helpdesk.services.people import meet


def append(
    session: Session,
    ticket: Ticket,
    incoming: Incoming,
    kind: str,
    waits: str | None,
    trust: str | None = None,
    came_for: int | None = None,
) -> Message:
    """Put a message into a ticket's conversation, with its files; `waits` puts it into the tray «por confirmar».

    `came_for` is the ticket that it answers when that one was merged into this.
    """
    author = meet(session, ticket.institution_id, incoming.sender.name, incoming.sender.address)
    message = Message(
        ticket_id=ticket.id,
        direction="inbound",
        kind=kind,
        standing="to_confirm" if waits else "joined",
        standing_reason=waits or "",
        message_id=incoming.message_id,
        in_reply_to=incoming.in_reply_to,
        author_id=author.id,
        from_name=incoming.sender.name,
        from_address=incoming.sender.address.lower(),
        reply_to=_elsewhere(incoming),
        to=[{"name": "", "address": _without_token(address, incoming.tokens)} for address in incoming.recipients],
        cc=[{"name": person.name, "address": person.address} for person in incoming.cc],
        subject=incoming.subject,
        text=incoming.text,
        new_text=incoming.new_text,
        html=incoming.html,
        trust=trust or incoming.trust,
        at=incoming.received_at,
        ledger_id=incoming.ledger_id,
        came_for_id=came_for,
    )
    batch.add(session, message)
    batch.add_all(session, (attached(message, file) for file in incoming.files))
    ticket.touched += 1
    ticket.updated_at = clock.now()
    batch.flush(session)
    return message


def attached(message: Message, file: IncomingFile) -> Attachment:
    """The row of a file that comes with a message."""
    return Attachment(
        message_id=message.id,
        filename=file.filename,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        inline=file.inline,
        content_id=file.content_id,
        words=file.words,
        held=file.held,
    )


def copy_files(session: Session, message: Message, files: Iterable[Attachment]) -> None:
    """Put files of another message into this one; both name the same bytes of the store."""
    session.add_all(
        Attachment(
            message_id=message.id,
            filename=file.filename,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
            inline=file.inline,
            content_id=file.content_id,
            words=file.words,
            held=file.held,
        )
        for file in files
    )
    session.flush()


def _without_token(address: str, tokens: tuple[str, ...]) -> str:
    """Our reply addresses are personal: whoever reads the conversation does not see their secret part."""
    for token in tokens:
        address = address.replace(f"+{token}@", "@")
    return address


def _elsewhere(incoming: Incoming) -> str | None:
    """Where the sender wants answers to go, when it is not where the message came from."""
    named = incoming.reply_to.address.lower() if incoming.reply_to is not None else ""
    return named if named not in ("", incoming.sender.address.lower()) else None
