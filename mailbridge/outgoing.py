"""A row of the outbox as the bytes of a message."""

from helpdesk.files import Files
from helpdesk.models.outbox import Letter
from mailbridge.compose import OutgoingLetter, compose, is_repeatable
from mailbridge.values import Attachment, Mailbox


def composed(letter: Letter, files: Files) -> bytes:
    """The letter with its files, dated when it was written so that a second copy is the same message.

    Ids of received messages that no header can carry are left out: a letter beside its thread is better than none.
    Raises `Invalid` for values no header may hold and `NotFound` when a file is not in the store.
    """
    return compose(
        OutgoingLetter(
            message_id=letter.rfc_message_id,
            sender=Mailbox(letter.sender_name, letter.sender),
            recipient=Mailbox(letter.recipient_name, letter.recipient),
            reply_to=Mailbox(letter.sender_name, letter.reply_to) if letter.reply_to else None,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            in_reply_to=letter.in_reply_to if is_repeatable(letter.in_reply_to or "") else None,
            references=tuple(each for each in letter.references if is_repeatable(each)),
            date=letter.created_at,
            automatic=letter.automatic,
            loop_mark=letter.loop_mark,
            attachments=tuple(
                Attachment(file["filename"], file["content_type"], files.get(file["sha256"]), False, None)
                for file in letter.files
            ),
        )
    )
