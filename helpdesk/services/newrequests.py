"""What came with the message that opens a ticket, while it is opened (`helpdesk.batch`)."""

from collections import defaultdict

from sqlalchemy.orm import Session

from helpdesk import batch
from helpdesk.models.documents import Document
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.steps import Step

NOTHING: list[str | None] = [None]


def messages(session: Session, ticket_id: int) -> list[Message]:
    """The messages of the requester."""
    arrived = batch.added(session, Message, ticket_id)
    return [message for message in arrived if message.direction == "inbound" and message.standing == "joined"]


def files(session: Session, ticket_id: int) -> list[Attachment]:
    """The files of these messages, pictures inside the text included."""
    numbers = {message.id for message in messages(session, ticket_id)}
    return [file for file in batch.everything(session, Attachment) if file.message_id in numbers]


def usable_files(session: Session, ticket_id: int) -> list[Attachment]:
    """Those of these files that were not set apart (R-170)."""
    return [file for file in files(session, ticket_id) if not file.held]


def marked_files(session: Session, ticket_id: int) -> list[tuple[Attachment, str | None]]:
    """The usable files without those pictures, each once for every document that it stands for, or with None."""
    standing: defaultdict[int, list[str]] = defaultdict(list)
    for row in batch.added(session, Document, ticket_id):
        standing[row.attachment_id].append(row.key)
    return [
        (file, key)
        for file in usable_files(session, ticket_id)
        if not file.inline
        for key in sorted(standing[file.id]) or NOTHING
    ]


def waiting(session: Session, ticket_id: int) -> Step | None:
    """The step that waits for somebody."""
    steps = batch.added(session, Step, ticket_id)
    return next((step for step in steps if step.state in ("active", "returned")), None)
