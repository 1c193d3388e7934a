"""Asks the right person for a decision: the holder of the step's role for the ticket's region or programme (R-072,
R-175, R-176). Without one the ticket stops with a sentence that says what is missing; it is sent to nobody."""

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue, StepSpec
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import Holder, holders, today
from helpdesk.services import approvalletters, history

SCOPE_NAMES = {"region": "región", "programme": "programa", "centre": "centro", "organ": "órgano"}


def ask(session: Session, actor: Actor, ticket: Ticket, row: Step, spec: StepSpec) -> None:
    """Find the approver and send the request; or stop the ticket with a clear sentence."""
    row.scope = scope_of(ticket, spec)
    row.request_hash = request_hash(session, ticket, row)
    if spec.actor.scope in SCOPE_NAMES and row.scope is None:
        _stop(session, actor, ticket, row, missing_scope(spec))
        return
    found = _askable(session, ticket, row)
    if found is None:
        _stop(session, actor, ticket, row, nobody(session, ticket, spec))
        return
    row.approver_id = found.person.id
    row.on_behalf_of_id = found.on_behalf_of.id if found.on_behalf_of else None
    session.flush()
    letter = approvalletters.ask_approval(session, ticket, row, spec)
    history.record(
        session,
        actor,
        ticket,
        "approval_asked",
        {
            "step": row.key,
            "round": row.round,
            "of": found.person.address,
            "on_behalf_of": found.on_behalf_of.address if found.on_behalf_of else None,
            "request_hash": row.request_hash,
            **history.of_letter(session, letter),
        },
    )


def request_hash(session: Session, ticket: Ticket, row: Step) -> str:
    """What a decision is about, as a hash: type, data and files. Another value means that the request changed.

    What an approver attaches to an answer is no part of the request.
    """
    asked_people = select(Step.approver_id).where(Step.ticket_id == ticket.id, Step.approver_id.is_not(None))
    files = session.scalars(
        select(Attachment.sha256)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == "inbound",
            Message.standing == "joined",
            Message.kind == "letter",
            Message.author_id.not_in(asked_people),
            Attachment.inline.is_(False),
        )
        .order_by(Attachment.id)
    )
    asked = [ticket.request_type, ticket.fields, list(files), row.key, row.round]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def scope_of(ticket: Ticket, spec: StepSpec) -> str | None:
    """The region, programme, centre or organ of the ticket to which the step's role is bound, if it is and is known."""
    value = getattr(ticket, spec.actor.scope) if spec.actor.scope in SCOPE_NAMES else None
    return str(value) if value is not None else None


def missing_scope(spec: StepSpec) -> str:
    """The sentence for a step whose region, programme, centre or organ is not known."""
    word = SCOPE_NAMES[spec.actor.scope or ""]
    return f"Falta {word} para saber quién aprueba «{spec.name}»: complete el dato y siga."


def nobody(session: Session, ticket: Ticket, spec: StepSpec) -> str:
    """The sentence for a role that nobody holds (or only the requester does, who may not decide)."""
    catalogue: Catalogue = catalogues.of_ticket(session, ticket)
    role = catalogue.role(spec.actor.role or "").name
    place = catalogue.place_name(scope_of(ticket, spec))
    where = f" en {place}" if place else ""
    return f"Nadie que pueda actuar ejerce «{role}»{where}: asigne un titular o un subrogante."


def _askable(session: Session, ticket: Ticket, row: Step) -> Holder | None:
    """The first holder or substitute who is not the requester: nobody decides the own request (R-175)."""
    found = holders(session, ticket.institution_id, row.role or "", row.scope, today(session, ticket.institution_id))
    return next((holder for holder in found if holder.person.id != ticket.requester_id), None)


def _stop(session: Session, actor: Actor, ticket: Ticket, row: Step, sentence: str) -> None:
    ticket.blocked_by = sentence
    history.record(session, actor, ticket, "blocked", {"step": row.key, "sentence": sentence})
