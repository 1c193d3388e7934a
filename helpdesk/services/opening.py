"""Opens a ticket for a message that belongs to none (R-158 to R-164)."""

from functools import cache

from sqlalchemy import Sequence, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.calendars import calendar_of
from helpdesk.domain.catalogue import Catalogue, MailboxSpec, RequestType
from helpdesk.domain.classification import Classification, classify
from helpdesk.domain.deadlines import filed_at
from helpdesk.domain.incoming import Incoming
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.requesters import Holding, Requester, identify
from helpdesk.models.institutions import Institution, Mailbox, number_sequence
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket, TicketParticipant
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holdings_of, today
from helpdesk.services import history, reading
from helpdesk.services.people import meet


def open_ticket(session: Session, actor: Actor, incoming: Incoming) -> Ticket:
    """A new ticket with its number, proposed type, requester, data, place and team. Its route has not begun."""
    catalogue = catalogues.current(session, incoming.institution_id)
    mailbox = session.get_one(Mailbox, incoming.mailbox_id)
    spec = reading.mailbox_spec(catalogue, mailbox.key)

    @cache
    def roles_of(address: str) -> frozenset[Holding]:
        return holdings_of(session, incoming.institution_id, address, today(session, incoming.institution_id))

    proposed = _classify(catalogue, spec, incoming, frozenset(role for role, _ in roles_of(incoming.sender.address)))
    request_type = catalogue.request_type(proposed.request_type) if proposed.request_type else None
    own_domains = frozenset(entry.address.rpartition("@")[2].lower() for entry in catalogue.mailboxes)
    requester = identify(catalogue, incoming.sender, incoming.passed_on, roles_of, own_domains, request_type)
    ticket = _new(session, incoming, catalogue, spec, proposed, requester)
    reading.read(ticket, catalogue, spec, reading.words_of(incoming), requester)
    settle_place(ticket, catalogue, request_type)
    _participants(session, ticket, incoming)
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
        },
    )
    return ticket


def _new(
    session: Session,
    incoming: Incoming,
    catalogue: Catalogue,
    mailbox: MailboxSpec,
    proposed: Classification,
    requester: Requester,
) -> Ticket:
    request_type = catalogue.request_type(proposed.request_type) if proposed.request_type else None
    person = meet(session, incoming.institution_id, requester.person.name, requester.person.address)
    institution = session.get_one(Institution, incoming.institution_id)
    ticket = Ticket(
        institution_id=incoming.institution_id,
        number=next_number(session, institution),
        catalogue_version_id=institution.catalogue_version_id,
        request_type=proposed.request_type,
        candidates=list(proposed.candidates),
        classification_reason=proposed.reason,
        status="new",
        channel=_channel(mailbox, request_type, incoming),
        subject=incoming.subject,
        mailbox_id=incoming.mailbox_id,
        requester_id=person.id,
        requester_role=requester.role,
        team=request_type.responsible_team if request_type else catalogue.institution.fallback_team,
        received_at=incoming.received_at,
        filed_at=incoming.received_at,
        updated_at=clock.now(),
        fields={},
    )
    _others(session, ticket, requester)
    session.add(ticket)
    session.flush()
    return ticket


def settle_place(ticket: Ticket, catalogue: Catalogue, request_type: RequestType | None) -> None:
    """Which instance of its team has the ticket, and when it counts as filed (R-119)."""
    team = catalogue.team(ticket.team)
    ticket.team_scope = ticket.region if team.per_region else ticket.centre if team.per_centre else None
    calendar = calendar_of(catalogue.calendar(request_type.service_hours if request_type else team.calendar))
    ticket.filed_at = filed_at(ticket.received_at, calendar)


def _classify(catalogue: Catalogue, mailbox: MailboxSpec, incoming: Incoming, roles: frozenset[str]) -> Classification:
    words = reading.words_of(incoming)
    return classify(catalogue, mailbox, words.subject, words.text, words.files, roles)


def next_number(session: Session, institution: Institution) -> int:
    """The institution's next ticket number."""
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
    boxes = {spec.address.lower() for spec in catalogues.current(session, ticket.institution_id).mailboxes}
    requester = session.get_one(Person, ticket.requester_id)
    seen = {requester.id}
    for named in (*incoming.cc, incoming.sender):
        if named.address.lower() == requester.address or (named.address.lower() in boxes and named in incoming.cc):
            continue
        person: Person = meet(session, ticket.institution_id, named.name, named.address)
        if person.id not in seen:
            seen.add(person.id)
            session.add(TicketParticipant(ticket_id=ticket.id, person_id=person.id, kind="cc"))
    session.flush()
