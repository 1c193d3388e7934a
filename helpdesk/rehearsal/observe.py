"""What became of a case, read from the database in the words of `expected.yaml`."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.domain.deadlines import due_at
from helpdesk.models.audit import Event
from helpdesk.models.documents import Document
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.ledger import Arrival, RawMessage
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import calendars
from helpdesk.queries import catalogue as catalogues
from helpdesk.rehearsal.play import Course
from helpdesk.services import routes, threads
from mailbridge.parse import parse


@dataclass(frozen=True, slots=True)
class Before:
    """What there was before the case's own message: the number of tickets, and the newest letter (0 for none)."""

    tickets: int
    letter: int


@dataclass(frozen=True, slots=True)
class Observed:
    """The facts of one case. `facts` has the keys of `expected.yaml`; `opened` counts the tickets that the case's
    own message opened; `answered` says whether a letter to its sender left because of it."""

    facts: dict[str, Any]
    opened: int
    answered: bool


def present(session: Session) -> Before:
    """What there is now."""
    tickets = session.scalar(select(func.count()).select_from(Ticket))
    return Before(tickets or 0, session.scalar(select(func.max(Letter.id))) or 0)


def observe(session: Session, course: Course, before: Before) -> Observed:
    """Read the outcome of the case's own message."""
    row = session.get_one(Arrival, course.arrivals[0])
    facts: dict[str, Any] = {"action": _action(row), "auto_reply": _is_automatic(session, row)}
    mailbox = session.get(Mailbox, row.mailbox_id)
    institution = session.get(Institution, row.institution_id)
    facts["mailbox"] = mailbox.key if mailbox else None
    facts["institution"] = institution.key if institution else None
    facts["sender"] = row.from_address
    facts["auto_generated"] = _kind(session, row) == "auto-generated" and row.state == "processed"
    ticket = session.get(Ticket, row.ticket_id) if row.ticket_id else None
    facts["ticket"] = ticket.id if ticket else None
    if ticket is not None:
        facts |= _of_ticket(session, ticket)
        message = session.scalar(select(Message).where(Message.ledger_id == row.id))
        if message is not None:
            facts |= _of_message(session, ticket, message)
    facts["approval"] = _approval(session, row)
    letters = select(func.count()).select_from(Letter).where(Letter.id > before.letter)
    answered = session.scalar(letters.where(Letter.recipient == row.from_address)) or 0
    return Observed(facts, present(session).tickets - before.tickets, answered > 0)


def _action(row: Arrival) -> str:
    if row.state in ("duplicate", "ignored"):
        return "ignore"
    if row.state == "quarantined":
        return f"quarantine:{row.reason}"
    return row.action or row.state


def _kind(session: Session, row: Arrival) -> str:
    kept = session.get(RawMessage, row.id)
    return parse(kept.content).auto.kind if kept is not None else "none"


def _is_automatic(session: Session, row: Arrival) -> bool:
    """A machine's answer: out-of-office, bounce, receipt, or our own letter; neither bulk mail nor a registrar."""
    return _kind(session, row) in ("auto-reply", "bounce", "report") or row.reason in ("own", "own_message", "loop")


def _of_ticket(session: Session, ticket: Ticket) -> dict[str, Any]:
    step = routes.active(session, ticket)
    waits = step is not None and step.state == "active"
    approver = session.get(Person, step.approver_id) if step is not None and step.approver_id else None
    behalf = session.get(Person, step.on_behalf_of_id) if step is not None and step.on_behalf_of_id else None
    forwarded = session.get(Person, ticket.forwarded_by_id) if ticket.forwarded_by_id else None
    originator = session.get(Person, ticket.originator_id) if ticket.originator_id else None
    returned = session.scalar(
        select(Event).where(Event.ticket_id == ticket.id, Event.kind == "returned").order_by(Event.id.desc()).limit(1)
    )
    undelivered = session.scalar(
        select(Letter)
        .where(Letter.ticket_id == ticket.id, Letter.delivery_failed.is_not(None))
        .order_by(Letter.id.desc())
        .limit(1)
    )
    return {
        "failed_recipient": undelivered.recipient if undelivered else None,
        "status": undelivered.delivery_failed if undelivered else None,
        "request_type": ticket.request_type,
        "candidates": list(ticket.candidates),
        "requester": session.get_one(Person, ticket.requester_id).address,
        "forwarded_by": forwarded.address if forwarded else None,
        "originator": originator.address if originator else None,
        "missing_documents": list(ticket.missing_documents),
        "missing_fields": list(ticket.missing_fields),
        "invalid_fields": list(ticket.invalid_fields),
        "return_reason": "requester_not_entitled" if returned is not None and not returned.data["entitled"] else None,
        "pending": [step.key] if waits and step is not None else [],
        "pending_approver": approver.address if approver else None,
        "on_behalf_of": behalf.address if behalf else _decided_for(session, ticket),
        "step_after": step.key if step is not None else None,
        "status_after": ticket.status,
        "due_at": _due(session, ticket),
        "filed_at": ticket.filed_at,
        "fields": dict(ticket.fields),
        "reopen": ticket.reopened,
    }


def _decided_for(session: Session, ticket: Ticket) -> str | None:
    return session.scalar(
        select(Person.address)
        .join(Step, Step.on_behalf_of_id == Person.id)
        .where(Step.ticket_id == ticket.id, Step.decided_at.is_not(None))
        .order_by(Step.decided_at.desc())
        .limit(1)
    )


def _due(session: Session, ticket: Ticket) -> datetime | None:
    """The due date, or while the request is incomplete the one it would have if it were complete."""
    if ticket.due_at is not None:
        return ticket.due_at
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None or request_type.deadline is None:
        return None
    calendar = calendars.for_ticket(session, ticket, request_type.deadline.calendar)
    return due_at(request_type.deadline, ticket.received_at, calendar).at


def _of_message(session: Session, ticket: Ticket, message: Message) -> dict[str, Any]:
    files = session.scalars(select(Attachment).where(Attachment.message_id == message.id).order_by(Attachment.id)).all()
    serving: dict[int, list[str]] = {}
    for row in session.scalars(
        select(Document).where(Document.ticket_id == ticket.id, Document.state != "rejected").order_by(Document.id)
    ):
        serving.setdefault(row.attachment_id, []).append(row.key)
    return {
        "new_text": message.new_text,
        "sender_is_requester": message.author_id == ticket.requester_id,
        "sender_is_participant": threads.takes_part(session, ticket, message.from_address),
        "provides_documents": sorted({key for file in files for key in serving.get(file.id, ())}),
        "attachments": [
            {
                "name": unicodedata.normalize("NFC", file.filename),
                "content_type": file.content_type,
                "document": serving.get(file.id, [None])[0],
                "inline": file.inline,
            }
            for file in files
        ],
    }


def _approval(session: Session, row: Arrival) -> dict[str, Any] | None:
    """What the message said about an approval, and whether the sender may say it."""
    message = session.scalar(select(Message.id).where(Message.ledger_id == row.id))
    if message is None:
        return None
    event = session.scalar(
        select(Event).where(
            Event.ticket_id == row.ticket_id,
            Event.kind == "approval_answered",
            Event.data["message"].as_integer() == message,
        )
    )
    if event is None:
        return None
    decision = event.data["decision"]
    return {
        "step": event.data["step"],
        "decision": "ambiguous" if decision == "none" else decision,
        "authorised": event.data["authorised"],
        "reason": event.data["reason"],
    }
