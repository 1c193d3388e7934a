"""Asks the right person for a decision: the holder of the step's role for the ticket's region or programme (R-072,
R-175, R-176). Without one the ticket stops with a sentence that says what is missing; it is sent to nobody, and the
desk is told."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Exists, and_, select
from sqlalchemy.orm import Session

from helpdesk import batch
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import StepSpec
from helpdesk.models.documents import Document
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import approvalpages
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import Absentee, Holder, Standing, standing, today
from helpdesk.services import approvalletters, desknotices, history, newrequests, standstill

SCOPE_NAMES = {"region": "la región", "programme": "el programa", "centre": "el centro", "organ": "el órgano"}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why nobody can act: the word of the letter to the desk, the sentence on the ticket, and who it is about."""

    kind: Literal["approver_absent", "approver_missing", "own_request"]
    sentence: str
    who: str


def ask(session: Session, actor: Actor, ticket: Ticket, row: Step, spec: StepSpec) -> None:
    """Find the approver and send the request; or stop the ticket with a clear sentence."""
    row.scope = scope_of(ticket, spec)
    row.request_hash = request_hash(session, ticket, row)
    found = to_ask(session, ticket, spec)
    if isinstance(found, Obstacle):
        _stop(session, actor, ticket, row, found)
        return
    row.approver_id = found.person.id
    row.on_behalf_of_id = found.on_behalf_of.id if found.on_behalf_of else None
    batch.flush(session)
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
    """What a decision is about, as a hash: type, data, files and the documents they stand for, and the messages that
    amended it in words. Another value means that the request changed.

    What somebody attaches who had been asked to decide by then is no part of the request.
    """
    files = [list(file) for file in _asked_about(session, ticket)]
    amended = list(approvalpages.amending(session, ticket.id)) if not batch.is_new(session, ticket.id) else []
    asked = [ticket.request_type, ticket.fields, files, amended, row.key, row.round]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _asked_about(session: Session, ticket: Ticket) -> Iterable[Sequence[str | None]]:
    """The hashes of the request's files, with the documents they stand for."""
    if batch.is_new(session, ticket.id):
        return [(file.sha256, key) for file, key in newrequests.marked_files(session, ticket.id)]
    query = (
        select(Attachment.id, Attachment.sha256, Document.key)
        .join(Message, Message.id == Attachment.message_id)
        .outerjoin(Document, and_(Document.attachment_id == Attachment.id, Document.state != "rejected"))
        .where(
            Message.ticket_id == ticket.id,
            Message.direction == "inbound",
            Message.standing == "joined",
            Message.kind == "letter",
            ~_asked_by_then(ticket),
            Attachment.inline.is_(False),
            Attachment.held == "",
        )
    )
    # Sorted here: a database may put keys in another order.
    found = sorted(session.execute(query), key=lambda row: (row[0], row[2] or ""))
    return [(sha256, key) for _, sha256, key in found]


def _asked_by_then(ticket: Ticket) -> Exists:
    """Whether the author of a message had been asked to decide the ticket before."""
    return (
        select(Letter.id)
        .where(
            Letter.ticket_id == ticket.id,
            Letter.step_id.is_not(None),
            Letter.recipient == Message.from_address,
            Letter.message_id < Message.id,
        )
        .exists()
    )


def is_asked_by_then(session: Session, ticket: Ticket, message: Message) -> bool:
    """Whether who wrote a message had been asked to decide by then: what such a person says is no part of the
    request."""
    return bool(session.scalar(select(_asked_by_then(ticket)).where(Message.id == message.id)))


def scope_of(ticket: Ticket, spec: StepSpec) -> str | None:
    """The region, programme, centre or organ of the ticket to which the step's role is bound, if it is and is known."""
    value = getattr(ticket, spec.actor.scope) if spec.actor.scope in SCOPE_NAMES else None
    return str(value) if value is not None else None


def parties(ticket: Ticket) -> frozenset[int]:
    """Who asks, wrote first, or passed the request on: none of them decides it (R-175)."""
    return frozenset(filter(None, (ticket.requester_id, ticket.originator_id, ticket.forwarded_by_id)))


def may_act(ticket: Ticket, holder: Holder) -> bool:
    """Whether somebody who acts for a function may decide this request: no party to it, and no substitute whom only
    parties to it named (R-175)."""
    return holder.person.id not in parties(ticket) and not holder.named_by <= parties(ticket)


def to_ask(session: Session, ticket: Ticket, spec: StepSpec) -> Holder | Obstacle:
    """Who is to be asked for a step today: the first substitute or holder who may decide this request."""
    scope = scope_of(ticket, spec)
    role = catalogues.of_ticket(session, ticket).role(spec.actor.role or "").name
    if spec.actor.scope in SCOPE_NAMES and scope is None:
        return Obstacle("approver_missing", missing_scope(spec), role)
    found = standing_of(session, ticket, spec.actor.role, scope)
    free = next((holder for holder in found.acting if may_act(ticket, holder)), None)
    return free or obstacle(session, ticket, spec, found)


def standing_of(session: Session, ticket: Ticket, role: str | None, scope: str | None) -> Standing:
    """How a function of a route stands today."""
    with batch.apart(session):
        return standing(session, ticket.institution_id, role or "", scope, today(session, ticket.institution_id))


def missing_scope(spec: StepSpec) -> str:
    """The sentence for a step whose region, programme, centre or organ is not known."""
    word = SCOPE_NAMES[spec.actor.scope or ""]
    return f"Falta {word} para saber quién aprueba «{spec.name}»: complete el dato y siga."


def obstacle(session: Session, ticket: Ticket, spec: StepSpec, found: Standing) -> Obstacle:
    """Why a function that stands so has nobody who could act for this ticket."""
    catalogue = catalogues.of_ticket(session, ticket)
    role = catalogue.role(spec.actor.role or "").name
    place = catalogue.place_name(scope_of(ticket, spec))
    function = f"«{role}»" + (f" en {place}" if place else "")
    if found.acting:
        who = _called(found.acting[0].person.name, found.acting[0].person.address)
        why = (
            "y es parte de la solicitud"
            if found.acting[0].person.id in parties(ticket)
            else "por nombramiento de quien es parte de la solicitud"
        )
        sentence = f"{who} ejerce {function} {why}: nombre un subrogante que decida."
        return Obstacle("own_request", sentence, who)
    if found.absent:
        away = found.absent[0]
        who = _called(away.person.name, away.person.address)
        sentence = (
            f"{who}, que ejerce {function}, está ausente {_until(away)}: nombre un subrogante o espere su regreso."
        )
        return Obstacle("approver_absent", sentence, who)
    sentence = f"Nadie que pueda actuar ejerce {function}: asigne un titular o un subrogante."
    return Obstacle("approver_missing", sentence, role)


def _called(name: str, address: str) -> str:
    return name or address


def _until(away: Absentee) -> str:
    return f"hasta el {away.until:%d/%m/%Y}" if away.until is not None else "sin fecha de regreso"


def _stop(session: Session, actor: Actor, ticket: Ticket, row: Step, why: Obstacle) -> None:
    ticket.blocked_by = why.sentence
    standstill.note(session, actor, ticket, "blocked", {"step": row.key, "sentence": why.sentence})
    desknotices.tell(session, actor, ticket, row, why.kind, why.who, why.sentence)
