"""Reads the data and the place of a request out of what was written (R-163, R-164)."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.catalogue import Catalogue, MailboxSpec
from helpdesk.domain.fieldreading import ReadingFacts, centre_of, organ_of, programme_of, read_fields, region_of
from helpdesk.domain.incoming import Incoming
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.requesters import Requester
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holdings_of, today

ENTITY_FIELDS = ("entidad_nombre", "organizacion_nombre", "razon_social", "ejecutor", "entidad", "medio")


@dataclass(frozen=True, slots=True)
class Words:
    """What was written for us, in one message: the sender's new text and the message passed on, not the quotes of
    ours; `files` are the names of its attachments."""

    sender: Named
    subject: str
    text: str
    files: tuple[str, ...]
    at: datetime


def words_of(incoming: Incoming) -> Words:
    """The words of a message that arrives."""
    own, passed = incoming.new_text or incoming.text, incoming.passed_on
    return Words(
        incoming.sender,
        incoming.subject,
        f"{own}\n\n{passed.subject}\n{passed.text}" if passed else own,
        tuple(file.filename for file in incoming.files if not file.inline),
        incoming.received_at,
    )


def words_of_ticket(session: Session, ticket: Ticket) -> list[Words]:
    """The words of all that was written to a ticket, oldest first. The first message counts whole: it quotes nothing
    of ours, but may pass on another's request."""
    messages = session.scalars(
        select(Message)
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == "inbound",
            Message.standing == "joined",
            Message.kind == "letter",
        )
        .order_by(Message.id)
    ).all()
    return [words_of_message(session, message, whole=message is messages[0]) for message in messages]


def words_of_message(session: Session, message: Message, whole: bool = False) -> Words:
    """The words of a message that is kept."""
    files = session.scalars(
        select(Attachment.filename)
        .where(Attachment.message_id == message.id, Attachment.inline.is_(False))
        .order_by(Attachment.id)
    )
    text = message.text if whole else message.new_text or message.text
    return Words(Named(message.from_name, message.from_address), message.subject, text, tuple(files), message.at)


def read(ticket: Ticket, catalogue: Catalogue, mailbox: MailboxSpec, words: Words, requester: Requester) -> None:
    """Read data and place out of a message; what is known already stays (a reply adds, it does not erase)."""
    request_type = catalogue.request_type(ticket.request_type) if ticket.request_type else None
    held = tuple(requester.holdings)
    if request_type is not None:
        facts = ReadingFacts(
            subject=words.subject,
            text=words.text,
            attachment_names=words.files,
            mailbox=mailbox,
            sender=words.sender,
            requester=requester.person,
            holdings=held,
            received_at=words.at,
            channel=ticket.channel,
        )
        found = read_fields(catalogue, request_type, facts)
        ticket.fields = {**found, **{key: value for key, value in ticket.fields.items() if value not in (None, "")}}
    said = f"{words.subject}\n{words.text}"
    ticket.region = ticket.region or _text(ticket, "region") or region_of(catalogue, said, held, mailbox)
    ticket.programme = ticket.programme or programme_of(catalogue, said, held)
    ticket.centre = ticket.centre or _text(ticket, "centro") or mailbox.centre or centre_of(catalogue, said, held)
    ticket.organ = ticket.organ or _text(ticket, "organo") or organ_of(catalogue, said, held)
    if ticket.programme and request_type and any(field.key == "programa" for field in request_type.intake_fields):
        ticket.fields = {**ticket.fields, "programa": ticket.programme}
    ticket.entity = next(
        (str(ticket.fields[key]) for key in ENTITY_FIELDS if ticket.fields.get(key)), ticket.entity or ""
    )


def read_again(session: Session, ticket: Ticket, words: Words) -> None:
    """A reply to a returned request may bring the data that were missing or wrong; other data stay as they are."""
    if ticket.request_type is None or ticket.status != "waiting_requester":
        return
    ticket.fields = {key: value for key, value in ticket.fields.items() if key not in ticket.invalid_fields}
    held = holdings_of(session, ticket.institution_id, words.sender.address, today(session, ticket.institution_id))
    who = Requester(words.sender, ticket.requester_role, tuple(held), None, None, True)
    read(ticket, catalogues.of_ticket(session, ticket), _mailbox(session, ticket), words, who)


def read_anew(session: Session, ticket: Ticket) -> None:
    """The ticket has another type now: read its data out of all that was written to it."""
    ticket.fields = {}
    requester = session.get_one(Person, ticket.requester_id)
    named = Named(requester.name, requester.address)
    held = holdings_of(session, ticket.institution_id, requester.address, today(session, ticket.institution_id))
    who = Requester(named, ticket.requester_role, tuple(held), None, None, True)
    for words in words_of_ticket(session, ticket):
        read(ticket, catalogues.of_ticket(session, ticket), _mailbox(session, ticket), words, who)


def mailbox_spec(catalogue: Catalogue, key: str | None) -> MailboxSpec:
    """The mailbox with that key. For a ticket that came by none, or by one that the catalogue dropped, the first one
    without its place: it says nothing about where the request belongs."""
    placeless = replace(catalogue.mailboxes[0], region=None, centre=None)
    return next((spec for spec in catalogue.mailboxes if spec.key == key), placeless)


def _mailbox(session: Session, ticket: Ticket) -> MailboxSpec:
    """The mailbox through which the ticket came, as its catalogue has it."""
    return mailbox_spec(catalogues.of_ticket(session, ticket), catalogues.mailbox_key(session, ticket))


def _text(ticket: Ticket, key: str) -> str | None:
    value = ticket.fields.get(key)
    return str(value) if value else None
