"""What a ticket has and lacks at this moment, as the facts that its route asks for."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.catalogue import Catalogue, IntakeField, RequestType
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.options import options_of
from helpdesk.domain.requesters import identify
from helpdesk.domain.requirements import fields_to_complete, missing_documents, missing_fields
from helpdesk.domain.routes import Facts
from helpdesk.domain.validation import field_warnings, invalid_fields
from helpdesk.models.documents import Document, Original
from helpdesk.models.institutions import Mailbox
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holdings_of, today


def facts_of(session: Session, ticket: Ticket) -> Facts:
    """The facts of a classified ticket; what it lacks is stored on the row too, for lists and letters."""
    catalogue = catalogues.of_ticket(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    requester = session.get_one(Person, ticket.requester_id)
    holdings = holdings_of(session, ticket.institution_id, requester.address, today(session, ticket.institution_id))
    roles = _roles(ticket, holdings)
    context = _context(session, ticket, request_type, roles)
    ticket.missing_documents = list(missing_documents(request_type, ticket.fields, context, _provided(session, ticket)))
    ticket.missing_fields = list(missing_fields(request_type, ticket.fields, context))
    calendars = {spec.key: spec for spec in catalogue.calendars}
    ticket.invalid_fields = invalid_fields(catalogue, request_type, ticket.fields, calendars)
    session.flush()
    return Facts(
        values={**ticket.fields, **context},
        roles=roles,
        missing_documents=tuple(ticket.missing_documents),
        missing_fields=tuple(ticket.missing_fields),
        invalid=ticket.invalid_fields,
        warnings=field_warnings(catalogue, request_type, ticket.fields, calendars),
        entitled=entitled(catalogue, requester, holdings, request_type),
    )


def to_complete(session: Session, ticket: Ticket) -> tuple[IntakeField, ...]:
    """The mandatory data that are unknown («datos por completar»), or name a place that the institution does not list.

    Empty for a ticket without type.
    """
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None:
        return ()
    catalogue = catalogues.of_ticket(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    holdings = holdings_of(session, ticket.institution_id, requester.address, today(session, ticket.institution_id))
    listed = dict(ticket.fields)
    for field in request_type.intake_fields:
        keys = [option.key for option in options_of(catalogue, field)]
        if keys and listed.get(field.key) not in keys:
            listed.pop(field.key, None)
    return fields_to_complete(request_type, listed, _context(session, ticket, request_type, _roles(ticket, holdings)))


def entitled(
    catalogue: Catalogue,
    requester: Person,
    holdings: frozenset[tuple[str, str | None]],
    request_type: RequestType,
) -> bool:
    """Whether the requester may ask for this type, or somebody in its route confirms it (R-081, R-084, R-090)."""
    named = Named(requester.name, requester.address)
    return identify(catalogue, named, None, lambda _: holdings, frozenset(), request_type).entitled


def _roles(ticket: Ticket, holdings: frozenset[tuple[str, str | None]]) -> frozenset[str]:
    return frozenset(role for role, _ in holdings) | ({ticket.requester_role} if ticket.requester_role else set())


def _context(session: Session, ticket: Ticket, request_type: RequestType, roles: frozenset[str]) -> dict[str, object]:
    mailbox = session.get(Mailbox, ticket.mailbox_id) if ticket.mailbox_id else None
    active = session.scalar(select(Step.key).where(Step.ticket_id == ticket.id, Step.state.in_(("active", "returned"))))
    asking = next((role for role in request_type.who_may_request if role in roles), ticket.requester_role)
    return {
        "channel": ticket.channel,
        "mailbox": mailbox.key if mailbox else None,
        "requester_role": asking,
        "step": active,
        "escala": ticket.fields.get("escala", False),
    }


def _provided(session: Session, ticket: Ticket) -> frozenset[str]:
    """The documents of which a file came, or whose paper somebody of the staff saw (R-016)."""
    filed = select(Document.key).where(Document.ticket_id == ticket.id, Document.state != "rejected")
    seen = select(Original.key).where(Original.ticket_id == ticket.id)
    return frozenset(session.scalars(filed.union(seen)))
