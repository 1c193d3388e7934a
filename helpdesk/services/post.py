"""Puts a letter on its way: a message in the ticket's conversation, a row in the outbox and an event that vouches for
both, in one transaction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.actors import Actor, machine
from helpdesk.domain.incoming import Incoming
from helpdesk.domain.references import derive, masked, message_id, reply_address
from helpdesk.letters.render import LetterText
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.messages import Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import history, outbox, tokens
from helpdesk.services.desk import settings_of

# Automatic letters an address gets at most (mail.md): in a day without an authentication verdict, in an hour at all,
# in a day because of one ticket, and in a day in answer to the same words.
UNVERIFIED_PER_DAY = 5
AUTOMATIC_PER_HOUR = 20
OF_ONE_TICKET_PER_DAY = 3
SAME_WORDS_PER_DAY = 3
NO_LETTERS = re.compile(r"[\W\d_]+")
FILE_KEYS = ("filename", "content_type", "sha256")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REFERENCE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a letter travels: `automatic` marks it as machine-made (RFC 3834) with a null return path;
    `step` binds the reply address to a decision; `files` are (filename, content type, sha256) of the content store.
    `nameless` leaves the recipient's name out: whoever forged the sender chose that too. `told`: the caller records an
    event of its own that vouches for the letter (`history.of_letter`)."""

    automatic: bool
    step: Step | None = None
    author_id: int | None = None
    files: tuple[tuple[str, str, str], ...] = ()
    text_shown: str | None = None
    nameless: bool = False
    told: bool = False


def send(
    session: Session, ticket: Ticket, recipient: Person, kind: str, text: LetterText, envelope: Envelope
) -> Letter:
    """Write the letter `kind` to one recipient. Replies come back to a token made for that person and purpose.

    The caller holds the ticket's row lock: the history goes on with the letter. The conversation keeps the letter
    without the link that decides: it is the recipient's alone.
    """
    mailbox = mailbox_of(session, ticket)
    institution = session.get_one(Institution, ticket.institution_id)
    now = clock.now()
    message = _message(session, ticket, recipient, kind, text, envelope, mailbox, now)
    token = (
        tokens.for_approval(session, ticket, recipient, envelope.step, "approval")
        if envelope.step is not None
        else tokens.for_conversation(session, ticket, recipient)
    )
    reply_to = reply_address(mailbox.address, token)
    answered, references = _thread_of(session, ticket, recipient)
    letter = outbox.queue(
        session,
        Letter(
            institution_id=institution.id,
            ticket_id=ticket.id,
            message_id=message.id,
            step_id=envelope.step.id if envelope.step else None,
            letter=kind,
            rfc_message_id=message.message_id or "",
            recipient_name="" if envelope.nameless else recipient.name,
            recipient=recipient.address,
            sender_name=mailbox.name,
            sender=mailbox.address,
            envelope_from="" if envelope.automatic else reply_to,
            reply_to=reply_to,
            in_reply_to=answered,
            references=references,
            automatic=envelope.automatic,
            loop_mark=loop_mark(settings_of(session).secret, institution.key),
            subject=text.subject,
            text=text.text,
            html=text.html,
            files=[dict(zip(FILE_KEYS, file, strict=True)) for file in envelope.files],
            created_at=now,
        ),
    )
    if not envelope.told:
        data = {"letter": kind, "to": recipient.address, **history.of_letter(session, letter)}
        history.record(session, _writer(session, ticket, envelope), ticket, "letter_sent", data)
    return letter


def _writer(session: Session, ticket: Ticket, envelope: Envelope) -> Actor:
    """Who wrote a letter: a person, or the machine by itself."""
    if envelope.author_id is None:
        return machine(ticket.institution_id)
    author = session.get_one(Person, envelope.author_id)
    return Actor("person", author.id, ticket.institution_id, author.called)


def _message(
    session: Session,
    ticket: Ticket,
    recipient: Person,
    kind: str,
    text: LetterText,
    envelope: Envelope,
    mailbox: Mailbox,
    now: datetime,
) -> Message:
    """The letter as the ticket's conversation shows it, with its Message-ID."""
    settings = settings_of(session)
    domain = settings.mail_domain or mailbox.address.rpartition("@")[2]
    message = Message(
        ticket_id=ticket.id,
        direction="outbound",
        kind=kind,
        message_id=message_id(kind, f"{ticket.number}-{token_hex(REFERENCE_BYTES)}", domain, settings.secret),
        author_id=envelope.author_id,
        from_name=mailbox.name,
        from_address=mailbox.address,
        to=[{"name": recipient.name, "address": recipient.address}],
        subject=text.subject,
        text=masked(text.text),
        new_text=envelope.text_shown if envelope.text_shown is not None else masked(text.text),
        html=None,
        trust="T3" if envelope.author_id else None,
        at=now,
    )
    return batch.add(session, message)


def is_unverified(session: Session, ticket: Ticket) -> bool:
    """Whether nobody vouches for the sender of the ticket's first message: fixed words only go there."""
    first = (
        select(Message.trust)
        .where(Message.ticket_id == ticket.id, Message.direction == "inbound")
        .order_by(Message.id)
        .limit(1)
    )
    return session.scalar(first) == "T0"


def announce(
    session: Session, ticket: Ticket, recipient: Person, kind: str, text: LetterText, *, nameless: bool = False
) -> Letter | None:
    """Write a letter on the machine's own account; not to an address that bounced."""
    if recipient.undeliverable_since is not None:
        return None
    return send(session, ticket, recipient, kind, text, Envelope(automatic=True, nameless=nameless))


def loop_mark(secret: bytes, institution_key: str) -> str:
    """The X-Loop value of an institution: its key with a MAC, so that only our own mail is taken for ours."""
    return f"{institution_key}.{derive(secret, f'loop:{institution_key}').hex()[:16]}"


def why_silent(session: Session, ticket: Ticket, recipient: Person, incoming: Incoming) -> str | None:
    """Why no automatic letter may go to `recipient` because of a message; None when one may.

    Never when the message failed authentication, and within the limits that keep two machines from talking on and a
    forged sender from being flooded. Letters are counted over all institutions.
    """
    if incoming.authentication_failed:
        return "El remitente no pasó la verificación: no se le escribe automáticamente."
    if recipient.undeliverable_since is not None:
        return f"El correo {recipient.address} devuelve lo que se le escribe."
    of_ticket, in_a_day, in_an_hour = _sent(session, ticket, recipient)
    if of_ticket >= OF_ONE_TICKET_PER_DAY:
        return (
            f"Ya salieron {OF_ONE_TICKET_PER_DAY} correos automáticos de este ticket a {recipient.address} en un día."
        )
    if incoming.trust == "T0" and in_a_day >= UNVERIFIED_PER_DAY:
        return f"Ya salieron {UNVERIFIED_PER_DAY} correos automáticos a un remitente sin verificar en un día."
    if in_an_hour >= AUTOMATIC_PER_HOUR:
        return f"Ya salieron {AUTOMATIC_PER_HOUR} correos automáticos a {recipient.address} en una hora."
    if _answered_before(session, recipient, incoming) >= SAME_WORDS_PER_DAY:
        return (
            f"Ya se respondió {SAME_WORDS_PER_DAY} veces al mismo texto de {recipient.address}: puede ser un sistema."
        )
    return None


def _answered_before(session: Session, recipient: Person, incoming: Incoming) -> int:
    """How often in a day we answered these very words by machine before they came again.

    A machine that hides every sign of one still says the same each time; its counters and dates do not make it new.
    What was on its way already when we answered is no answer to us, and what brings files is a request.
    """
    if any(not file.inline for file in incoming.files):
        return 0
    rows = session.execute(
        select(Message.id, Message.new_text)
        .join(Letter, Letter.ticket_id == Message.ticket_id)
        .where(
            Letter.recipient == recipient.address,
            Letter.automatic.is_(True),
            Letter.created_at > clock.now() - DAY,
            Letter.created_at < incoming.received_at,
            Message.direction == "inbound",
            Message.ledger_id != incoming.ledger_id,
            Message.from_address == incoming.sender.address.lower(),
        )
        .distinct()
    )
    said = _letters_of(incoming.new_text)
    return sum(_letters_of(text) == said for _, text in rows)


def _letters_of(text: str) -> str:
    return NO_LETTERS.sub("", text.casefold())


def _sent(session: Session, ticket: Ticket, recipient: Person) -> tuple[int, int, int]:
    """Automatic letters to the address: of the ticket in a day, of any in a day, of any in an hour.

    Whoever asks holds the address until the transaction ends, so that a flood taken in at once counts exactly.
    """
    now = clock.now()
    session.execute(text("SELECT pg_advisory_xact_lock(7413, hashtext(:address))"), {"address": recipient.address})
    row = session.execute(
        select(
            func.count().filter(Letter.ticket_id == ticket.id),
            func.count(),
            func.count().filter(Letter.created_at > now - HOUR),
        ).where(Letter.recipient == recipient.address, Letter.automatic.is_(True), Letter.created_at > now - DAY)
    ).one()
    return row[0], row[1], row[2]


def mailbox_of(session: Session, ticket: Ticket) -> Mailbox:
    """The mailbox that writes for the ticket: where it came in, else its team's in its place, else the first one.

    Nobody reads a mailbox that the catalogue dropped: answers to it would be lost.
    """
    came_in = session.get_one(Mailbox, ticket.mailbox_id) if ticket.mailbox_id is not None else None
    if came_in is not None and came_in.active:
        return came_in
    specs = [spec for spec in catalogues.of_ticket(session, ticket).mailboxes if spec.team == ticket.team]
    own = [spec for spec in specs if ticket.team_scope in (spec.region, spec.centre)] or specs
    keys = [spec.key for spec in own]
    boxes = session.scalars(
        select(Mailbox).where(Mailbox.institution_id == ticket.institution_id, Mailbox.active).order_by(Mailbox.id)
    ).all()
    return next((box for box in boxes if box.key in keys), boxes[0])


def _thread_of(session: Session, ticket: Ticket, recipient: Person) -> tuple[str | None, list[Any]]:
    """In-Reply-To and References that keep the letter in the recipient's thread (RFC 5322 §3.6.4).

    The thread begins with the message that opened the ticket; the letter answers the recipient's newest message, or
    follows our newest letter to that person.
    """
    received = _received(session, ticket)
    first = received[0].message_id if received else None
    own = [row.message_id for row in received if row.standing == "joined" and row.from_address == recipient.address]
    newest = own[-1] if own else None
    ours = _newest_letter(session, ticket, recipient)
    answered = newest or ours
    references = list(dict.fromkeys(value for value in (first, ours, answered) if value))
    return answered, references


def _received(session: Session, ticket: Ticket) -> Sequence[Any]:
    """Message-ID, sender and standing of each message that arrived, the oldest first."""
    if batch.is_new(session, ticket.id):
        arrived = batch.added(session, Message, ticket.id)
        return [message for message in arrived if message.direction == "inbound" and message.message_id]
    query = (
        select(Message.message_id, Message.from_address, Message.standing)
        .where(Message.ticket_id == ticket.id, Message.direction == "inbound", Message.message_id.is_not(None))
        .order_by(Message.id)
    )
    return session.execute(query).all()


def _newest_letter(session: Session, ticket: Ticket, recipient: Person) -> str | None:
    """The Message-ID of our newest letter of the ticket to a person."""
    if batch.is_new(session, ticket.id):
        written = [
            letter for letter in batch.added(session, Letter, ticket.id) if letter.recipient == recipient.address
        ]
        return written[-1].rfc_message_id if written else None
    query = select(Letter.rfc_message_id).where(Letter.ticket_id == ticket.id, Letter.recipient == recipient.address)
    return session.scalar(query.order_by(Letter.id.desc()).limit(1))
