"""A ticket as one document: what `ticket show --json` prints and an evidence folder holds."""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from helpdesk.domain.errors import NotFound
from helpdesk.domain.references import format_number, masked, parse_number
from helpdesk.models.audit import Event
from helpdesk.models.documents import Document, Original
from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Extension, Suspension, Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import deadlines, links

Clocked = TypeVar("Clocked", Suspension, Extension)
DECISION = (
    "step", "round", "decision", "by", "function", "on_behalf_of", "decided_at", "via", "reason", "message",
    "request_hash",
)  # fmt: skip


def by_number(session: Session, text: str) -> Ticket:
    """The ticket that `MEF-123` names. Raises Invalid for no number, NotFound."""
    prefix, number = parse_number(text)
    ticket = session.scalar(
        select(Ticket)
        .join(Institution, Institution.id == Ticket.institution_id)
        .where(Institution.ticket_prefix == prefix, Ticket.number == number)
    )
    if ticket is None:
        known = session.scalars(select(Institution.ticket_prefix).order_by(Institution.ticket_prefix)).all()
        if prefix not in known:
            raise NotFound(f"Ninguna institución numera con «{prefix}»: aquí se usan {', '.join(known) or 'ningunos'}.")
        raise NotFound(f"No hay un ticket {prefix}-{number}: vea los que hay con «helpdesk ticket list».")
    return ticket


def number_of(session: Session, ticket: Ticket) -> str:
    """`MEF-123`."""
    return format_number(session.get_one(Institution, ticket.institution_id).ticket_prefix, ticket.number)


def line(session: Session, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """The ticket in a list: its head without conversation and history."""
    institution = session.get_one(Institution, ticket.institution_id)
    requester = session.get_one(Person, ticket.requester_id)
    return {
        "number": format_number(institution.ticket_prefix, ticket.number),
        "institution": institution.key,
        "status": ticket.status,
        "request_type": ticket.request_type,
        "channel": ticket.channel,
        "subject": ticket.subject,
        "requester": _named(requester),
        "originator": _named(session.get(Person, ticket.originator_id)) if ticket.originator_id else None,
        "entity": ticket.entity,
        "region": ticket.region,
        "programme": ticket.programme,
        "team": ticket.team,
        "assignee": _address(session, ticket.assignee_id),
        "received_at": ticket.received_at,
        "filed_at": ticket.filed_at,
        "started_at": ticket.started_at,
        "due_at": ticket.due_at,
        "overdue": ticket.closed_at is None and ticket.due_at is not None and now > ticket.due_at,
    }


def whole(session: Session, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Everything about the ticket; keys as the contract of `ticket show --json` names them.

    The state of a document is confirmed, proposed, rejected, missing, or not_required for one that this request
    does not need. One whose original was seen on paper, without a file, is confirmed.
    """
    return {
        **line(session, ticket, now),
        "fields": ticket.fields,
        "documents": _documents(session, ticket),
        "missing_documents": ticket.missing_documents,
        "steps": [_step(session, row) for row in _rows(session, ticket)],
        "messages": _messages(session, ticket),
        "events": [
            {"at": event.at, "actor": event.actor, "kind": event.kind, "data": event.data, "hash": event.hash}
            for event in session.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id))
        ],
        "links": _links(session, ticket),
    }


def evidence(session: Session, ticket: Ticket, now: datetime) -> dict[str, Any]:
    """What an evidence folder holds: everything about the ticket, how its term was counted, and each decision with the
    function in which it was taken then (R-177)."""
    found = whole(session, ticket, now)
    return {
        **found,
        "suspensions": [
            {"since": row.since, "until": row.until, "reason": row.reason} for row in _of(session, Suspension, ticket)
        ],
        "extensions": [
            {
                "amount": row.amount,
                "unit": row.unit,
                "reason": row.reason,
                "granted_by": _address(session, row.granted_by_id),
                "granted_at": row.granted_at,
                "due_before": row.due_before,
                "due_after": row.due_after,
            }
            for row in _of(session, Extension, ticket)
        ],
        "count_of_term": [
            {"day": line.day.isoformat(), "kind": line.kind, "text": line.text}
            for line in deadlines.explained(session, ticket)
        ],
        "decisions": [
            {key: event["data"].get(key) for key in DECISION} for event in found["events"] if event["kind"] == "decided"
        ],
    }


def _of(session: Session, model: type[Clocked], ticket: Ticket) -> list[Clocked]:
    return list(session.scalars(select(model).where(model.ticket_id == ticket.id).order_by(model.id)))


def _rows(session: Session, ticket: Ticket) -> list[Step]:
    return list(session.scalars(select(Step).where(Step.ticket_id == ticket.id).order_by(Step.position, Step.round)))


def _step(session: Session, row: Step) -> dict[str, Any]:
    return {
        "key": row.key,
        "kind": row.kind,
        "state": row.state,
        "actor": row.team or row.role,
        "asked_at": row.asked_at,
        "decided_at": row.decided_at,
        "decided_by": _address(session, row.decided_by_id),
        "via": row.via,
        "reason": row.reason,
    }


def _documents(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    request_type = catalogues.request_type_of(session, ticket)
    rows = session.execute(
        select(Document.key, Document.state, Attachment.filename)
        .join(Attachment, Attachment.id == Document.attachment_id)
        .where(Document.ticket_id == ticket.id)
        .order_by(Document.id)
    ).all()
    seen = select(Original.key).where(Original.ticket_id == ticket.id, Original.kind == "paper")
    on_paper = set(session.scalars(seen))
    found = []
    for spec in request_type.required_documents if request_type else ():
        files = [(state, name) for key, state, name in rows if key == spec.key]
        standing = [state for state, _ in files]
        absent = "missing" if spec.key in ticket.missing_documents else "not_required"
        absent = "confirmed" if spec.key in on_paper else absent
        state = next((each for each in ("confirmed", "proposed", "rejected") if each in standing), absent)
        found.append({"key": spec.key, "state": state, "files": [name for _, name in files]})
    return found


def _messages(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    rows = session.scalars(select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)).all()
    files: dict[int, list[str]] = {}
    for message_id, name in session.execute(
        select(Attachment.message_id, Attachment.filename)
        .where(Attachment.message_id.in_([row.id for row in rows]))
        .order_by(Attachment.id)
    ):
        files.setdefault(message_id, []).append(name)
    sent = {
        message_id: failed or state
        for message_id, state, failed in session.execute(
            select(Letter.message_id, Letter.state, Letter.delivery_failed).where(Letter.ticket_id == ticket.id)
        )
    }
    return [
        {
            "id": row.id,
            "direction": row.direction,
            "kind": row.kind,
            "from": row.from_address,
            "to": [entry["address"] for entry in row.to],
            "at": row.at,
            "trust": row.trust,
            "text": masked(row.text),
            "delivery": sent.get(row.id),
            "attachments": files.get(row.id, []),
        }
        for row in rows
    ]


def _links(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    prefix = session.get_one(Institution, ticket.institution_id).ticket_prefix
    return [
        {
            "number": format_number(prefix, tie.other.number),
            "kind": tie.link.kind,
            "direction": tie.direction,
            "title": tie.other.subject,
        }
        for tie in links.ties(session, ticket, true())
    ]


def _named(person: Person | None) -> dict[str, str] | None:
    return {"name": person.name, "address": person.address} if person is not None else None


def _address(session: Session, person_id: int | None) -> str | None:
    return session.scalar(select(Person.address).where(Person.id == person_id)) if person_id else None
