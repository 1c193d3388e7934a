"""What a ticket has and lacks at this moment, as the facts that its route asks for."""

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from helpdesk import batch
from helpdesk.domain.catalogue import Catalogue, IntakeField, RequestType, RequiredDocument
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.options import options_of
from helpdesk.domain.references import format_number
from helpdesk.domain.requesters import identify
from helpdesk.domain.requirements import (
    applies,
    fields_to_complete,
    missing_documents,
    missing_fields,
    needed_documents,
)
from helpdesk.domain.routes import Facts
from helpdesk.domain.validation import FIRST_TIME, field_warnings, invalid_fields
from helpdesk.models.documents import Document, Original
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import calendars
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holdings_of, today
from helpdesk.services import newrequests


def facts_of(session: Session, ticket: Ticket) -> Facts:
    """The facts of a classified ticket; what it lacks is stored on the row too, for lists and letters."""
    catalogue = catalogues.of_ticket(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    requester = session.get_one(Person, ticket.requester_id)
    holdings = batch.remembered(
        session,
        ("holdings", requester.address),
        lambda: holdings_of(session, ticket.institution_id, requester.address, today(session, ticket.institution_id)),
    )
    roles = _roles(ticket, holdings)
    context = _context(session, ticket, request_type, roles)
    provided, doubted = _provided(session, ticket)
    ticket.missing_documents = list(missing_documents(request_type, ticket.fields, context, provided))
    ticket.missing_fields = list(missing_fields(request_type, ticket.fields, context))
    specs = calendars.specs_for(session, ticket)
    registered = _registered(session, ticket, request_type)
    ticket.invalid_fields = invalid_fields(catalogue, request_type, ticket.fields, specs, registered)
    batch.flush(session)
    return Facts(
        values={**ticket.fields, **context},
        roles=roles,
        missing_documents=tuple(ticket.missing_documents),
        missing_fields=tuple(ticket.missing_fields),
        invalid=ticket.invalid_fields,
        warnings=field_warnings(catalogue, request_type, ticket.fields, specs),
        entitled=entitled(catalogue, requester, holdings, request_type),
        in_doubt=bool(missing_documents(request_type, ticket.fields, context, provided - doubted)),
    )


def needed(session: Session, ticket: Ticket) -> tuple[RequiredDocument, ...]:
    """The documents that are mandatory for a classified ticket as it stands."""
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    requester = session.get_one(Person, ticket.requester_id)
    holdings = holdings_of(session, ticket.institution_id, requester.address, today(session, ticket.institution_id))
    context = _context(session, ticket, request_type, _roles(ticket, holdings))
    return needed_documents(request_type, ticket.fields, context)


def lacking_at(session: Session, ticket: Ticket, step: str) -> tuple[RequiredDocument, ...]:
    """The documents that the step which waits produces or needs for itself, and that are not in the ticket (R-114)."""
    own = (each for each in needed(session, ticket) if each.when is not None and each.when.field == "step")
    provided, _ = _provided(session, ticket)
    return tuple(each for each in own if applies(each.when, {"step": step}) and each.key not in provided)


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
    asking = next((role for role in request_type.who_may_request if role in roles), ticket.requester_role)
    return {
        "channel": ticket.channel,
        "mailbox": mailbox.key if mailbox else None,
        "requester_role": asking,
        "step": _waiting(session, ticket),
        "escala": ticket.fields.get("escala", False),
    }


def _waiting(session: Session, ticket: Ticket) -> str | None:
    if batch.is_new(session, ticket.id):
        waiting = newrequests.waiting(session, ticket.id)
        return waiting.key if waiting is not None else None
    return session.scalar(select(Step.key).where(Step.ticket_id == ticket.id, Step.state.in_(("active", "returned"))))


def _provided(session: Session, ticket: Ticket) -> tuple[frozenset[str], frozenset[str]]:
    """The documents of which a file came, or the original was seen on paper (R-016); and those of them of which only a
    file came that nobody confirmed and that nothing says to be one."""
    if batch.is_new(session, ticket.id):
        rows = [(row.key, row.state, row.certain) for row in batch.added(session, Document, ticket.id)]
        seen = frozenset(row.key for row in batch.added(session, Original, ticket.id) if row.kind == "paper")
    else:
        came = select(Document.key, Document.state, Document.certain).where(Document.ticket_id == ticket.id)
        on_paper = select(Original.key, literal("paper"), literal(True)).where(
            Original.ticket_id == ticket.id, Original.kind == "paper"
        )
        found = session.execute(came.union(on_paper)).all()
        rows = [(key, state, certain) for key, state, certain in found if state != "paper"]
        seen = frozenset(key for key, state, _ in found if state == "paper")
    there = frozenset(key for key, state, _ in rows if state != "rejected") | seen
    sure = frozenset(key for key, state, certain in rows if state == "confirmed" or (state == "proposed" and certain))
    return there, there - sure - seen


def _registered(session: Session, ticket: Ticket, request_type: RequestType) -> dict[str, str]:
    """The data that are registered once and were, each with the number of the finished ticket that did (R-081)."""
    found = {}
    for field in request_type.intake_fields:
        value = ticket.fields.get(field.key)
        if FIRST_TIME not in field.validate or not value:
            continue
        query = (
            select(Institution.ticket_prefix, Ticket.number)
            .join(Institution, Institution.id == Ticket.institution_id)
            .where(
                Ticket.institution_id == ticket.institution_id,
                Ticket.request_type == request_type.key,
                Ticket.status == "closed",
                Ticket.merged_into_id.is_(None),
                Ticket.fields[field.key].astext == str(value),
                Ticket.id != ticket.id,
            )
        )
        with batch.apart(session):
            earlier = session.execute(query.order_by(Ticket.id).limit(1)).one_or_none()
        if earlier is not None:
            found[field.key] = format_number(earlier.ticket_prefix, earlier.number)
    return found
