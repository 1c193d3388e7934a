"""A row of the outbox as the bytes of a message."""

from collections.abc import Mapping

from helpdesk.domain.errors import Invalid
from helpdesk.files import Files
from helpdesk.models.outbox import Letter
from mailbridge.compose import OutgoingLetter, compose, is_repeatable
from mailbridge.limits import MAX_MESSAGE_BYTES, megabytes
from mailbridge.values import Attachment, Mailbox

# Base64 writes 57 bytes as a line of 78 with its end (RFC 2045 §6.8).
MOST_BYTES_OF_FILES = MAX_MESSAGE_BYTES * 57 // 78


def composed(letter: Letter, files: Files) -> bytes:
    """The letter with its files, dated when it was written so that a second copy is the same message.

    Ids of received messages that no header can carry are left out: a letter beside its thread is better than none.
    Raises `Invalid` for values no header may hold and for files that no mail carries, `NotFound` when one is not in
    the store.
    """
    check_weight(letter, files)
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
            attachments=tuple(attachment(file, files) for file in letter.files),
        )
    )


def check_weight(letter: Letter, files: Files) -> None:
    """Raises `Invalid` when the files are too much for one mail, before any of them is read."""
    weight = sum(files.size(file["sha256"]) for file in letter.files)
    if weight > MOST_BYTES_OF_FILES:
        raise Invalid(
            f"Los archivos pesan {megabytes(weight)} y en un correo caben {megabytes(MOST_BYTES_OF_FILES)}: "
            "envíelos en varios correos o hágalos llegar por otro medio."
        )


def attachment(file: Mapping[str, str], files: Files) -> Attachment:
    """One of the letter's files with its bytes."""
    return Attachment(file["filename"], file["content_type"], files.get(file["sha256"]), False, None)
