"""Opens tickets: for a message that belongs to none (R-158 to R-164), and what every new ticket goes through."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Sequence, select
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue, MailboxSpec, RequestType
from helpdesk.domain.classification import Classification, classify
from helpdesk.domain.incoming import Incoming
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.requesters import Holding, Requester, identify
from helpdesk.models.institutions import Institution, Mailbox, number_sequence
from helpdesk.models.messages import Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket, TicketParticipant
from helpdesk.queries import calendars
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holdings_of, today
from helpdesk.services import calendarlock, documents, history, notifications, reading, routes
from helpdesk.services.messages import append
from helpdesk.services.people import meet, meet_all
from helpdesk.services.routes import Tone


@dataclass(frozen=True, slots=True)
class Request:
    """What is known of a request when its ticket is made, whichever door it came through.

    `request_type` None leaves it unclassified, with `candidates` and the `reason` of that; `person` is the requester's
    row, `requester` what the catalogue says of that person; `mailbox_id` None: it did not come by mail.
    """

    request_type: RequestType | None
    candidates: tuple[str, ...]
    reason: str
    channel: str
    mailbox_id: int | None
    requester: Requester
    person: Person
    subject: str
    received_at: datetime


def open_ticket(session: Session, actor: Actor, incoming: Incoming) -> tuple[Ticket, Message]:
    """A new ticket with its number, proposed type, requester, data, place, team and first message. Its route has not
    begun."""
    with batch.apart(session):
        calendarlock.counted_in(session, incoming.institution_id)
    catalogue = catalogues.current(session, incoming.institution_id)
    mailbox = session.get_one(Mailbox, incoming.mailbox_id)
    spec = reading.mailbox_spec(catalogue, mailbox.key)

    @cache
    def roles_of(address: str) -> frozenset[Holding]:
        return batch.remembered(
            session,
            ("holdings", address.lower()),
            lambda: holdings_of(session, incoming.institution_id, address, today(session, incoming.institution_id)),
        )

    proposed = _classify(catalogue, spec, incoming, frozenset(role for role, _ in roles_of(incoming.sender.address)))
    request_type = catalogue.request_type(proposed.request_type) if proposed.request_type else None
    own_domains = frozenset(entry.address.rpartition("@")[2].lower() for entry in catalogue.mailboxes)
    requester = identify(catalogue, incoming.sender, incoming.passed_on, roles_of, own_domains, request_type)
    known = (
        requester.person,
        requester.originator,
        requester.forwarded_by,
        incoming.sender,
        *_copied(catalogue, incoming),
    )
    meet_all(session, incoming.institution_id, [each for each in known if each is not None])
    request = Request(
        request_type=request_type,
        candidates=proposed.candidates,
        reason=proposed.reason,
        channel=_channel(spec, request_type, incoming),
        mailbox_id=incoming.mailbox_id,
        requester=requester,
        person=meet(session, incoming.institution_id, requester.person.name, requester.person.address),
        subject=incoming.subject,
        received_at=incoming.received_at,
    )
    ticket = create(session, incoming.institution_id, catalogue, request)
    reading.read(ticket, catalogue, spec, reading.words_of(incoming), requester)
    settle_place(session, ticket)
    _participants(session, ticket, incoming)
    message = append(session, ticket, incoming, "letter", None)
    history.record(
        session,
        actor,
        ticket,
        "opened",
        {
            "request_type": ticket.request_type,
            "candidates": ticket.candidates,
            "reason": proposed.reason,
            "requester": requester.person.address.lower(),
            "mailbox": mailbox.key,
            "ledger": incoming.ledger_id,
            **history.of_message(session, message, incoming.files),
        },
    )
    return ticket, message


def create(session: Session, institution_id: int, catalogue: Catalogue, request: Request) -> Ticket:
    """The ticket of a new request, with its number; place and data are still to be read."""
    institution = session.get_one(Institution, institution_id)
    request_type = request.request_type
    ticket = Ticket(
        institution_id=institution_id,
        number=next_number(session, institution),
        catalogue_version_id=institution.catalogue_version_id,
        request_type=request_type.key if request_type else None,
        candidates=list(request.candidates),
        classification_reason=request.reason,
        status="new",
        channel=request.channel,
        subject=request.subject,
        mailbox_id=request.mailbox_id,
        requester_id=request.person.id,
        requester_role=request.requester.role,
        team=request_type.responsible_team if request_type else catalogue.institution.fallback_team,
        received_at=request.received_at,
        filed_at=request.received_at,
        updated_at=clock.now(),
        fields={},
    )
    _others(session, ticket, request.requester)
    return batch.add(session, ticket)


def start(session: Session, actor: Actor, ticket: Ticket, tone: Tone) -> None:
    """Begin the route of a new ticket that has its first message; acknowledge it, unless it is returned at once."""
    if ticket.request_type is not None:
        documents.propose(session, actor, ticket)
        routes.begin(session, actor, ticket, ticket.received_at, tone, opening=True)
    if tone != "silent" and ticket.status != "waiting_requester":
        notifications.acknowledge(session, ticket, minimal=tone == "minimal")


def settle_place(session: Session, ticket: Ticket) -> None:
    """Which instance of its team has the ticket, and when it counts as filed (R-119). What only one centre offers lies
    there (R-106)."""
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is not None and request_type.centre is not None:
        ticket.centre = request_type.centre
        if any(field.key == "centro" for field in request_type.intake_fields):
            ticket.fields = {**ticket.fields, "centro": request_type.centre}
    team = catalogues.of_ticket(session, ticket).team(ticket.team)
    ticket.team_scope = ticket.region if team.per_region else ticket.centre if team.per_centre else None
    ticket.filed_at = calendars.request_filed_at(session, ticket)


def _classify(catalogue: Catalogue, mailbox: MailboxSpec, incoming: Incoming, roles: frozenset[str]) -> Classification:
    words = reading.words_of(incoming)
    return classify(catalogue, mailbox, words.subject, words.text, words.files, roles)


def next_number(session: Session, institution: Institution) -> int:
    """The institution's next ticket number."""
    taken = batch.shown_number(session)
    if taken is not None:
        return taken
    return session.scalars(select(Sequence(number_sequence(institution.id)).next_value())).one()


def _channel(mailbox: MailboxSpec, request_type: RequestType | None, incoming: Incoming) -> str:
    """`email`; but what a machine or the counter registers is `internal` where the type has that channel (R-018)."""
    registers = incoming.trusted_machine or incoming.sender.address in {a.lower() for a in mailbox.trusted_senders}
    if registers and request_type and any(channel.key == "internal" for channel in request_type.channels):
        return "internal"
    return "email"


def _others(session: Session, ticket: Ticket, requester: Requester) -> None:
    def known(named: Named | None) -> int | None:
        return meet(session, ticket.institution_id, named.name, named.address).id if named else None

    ticket.originator_id = known(requester.originator)
    ticket.forwarded_by_id = known(requester.forwarded_by)


def _participants(session: Session, ticket: Ticket, incoming: Incoming) -> None:
    """Whoever was in Cc takes part in the conversation, our own mailboxes left out (R-165)."""
    catalogue = catalogues.current(session, ticket.institution_id)
    requester = session.get_one(Person, ticket.requester_id)
    seen = {requester.id}
    for named in (*_copied(catalogue, incoming), incoming.sender):
        if named.address.lower() == requester.address:
            continue
        person: Person = meet(session, ticket.institution_id, named.name, named.address)
        if person.id not in seen:
            seen.add(person.id)
            session.add(TicketParticipant(ticket_id=ticket.id, person_id=person.id, kind="cc"))
    batch.flush(session)


def _copied(catalogue: Catalogue, incoming: Incoming) -> tuple[Named, ...]:
    boxes = {spec.address.lower() for spec in catalogue.mailboxes}
    return tuple(named for named in incoming.cc if named.address.lower() not in boxes)
