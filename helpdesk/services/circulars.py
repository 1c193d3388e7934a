"""Puts a letter on its way that belongs to no ticket. A reply to it comes to the mailbox that writes, as a request."""

from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.references import message_id
from helpdesk.letters.render import LetterText
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.services import outbox, post
from helpdesk.services.desk import settings_of

REFERENCE_BYTES = 8


def send(
    session: Session, institution: Institution, recipient: Person, kind: str, text: LetterText, mailbox: str | None
) -> Letter | None:
    """Write the letter `kind` on the machine's own account, from the mailbox with that key of the catalogue, else from
    the institution's first. None for an address that bounced."""
    if recipient.undeliverable_since is not None:
        return None
    settings = settings_of(session)
    box = _mailbox(session, institution, mailbox)
    domain = settings.mail_domain or box.address.rpartition("@")[2]
    return outbox.queue(
        session,
        Letter(
            institution_id=institution.id,
            letter=kind,
            rfc_message_id=message_id(kind, token_hex(REFERENCE_BYTES), domain, settings.secret),
            recipient_name=recipient.name,
            recipient=recipient.address,
            sender_name=box.name,
            sender=box.address,
            envelope_from="",
            automatic=True,
            loop_mark=post.loop_mark(settings.secret, institution.key),
            subject=text.subject,
            text=text.text,
            html=text.html,
            created_at=clock.now(),
        ),
    )


def _mailbox(session: Session, institution: Institution, key: str | None) -> Mailbox:
    """The mailbox with that key while it is read, else the first one that is."""
    boxes = session.scalars(
        select(Mailbox).where(Mailbox.institution_id == institution.id, Mailbox.active).order_by(Mailbox.id)
    ).all()
    return next((box for box in boxes if box.key == key), boxes[0])
