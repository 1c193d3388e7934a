"""What a message does to the tickets of an institution, and what agents write into them.

`receive` is the one door for incoming mail: thread, open or advance, append, announce. It runs inside the transaction
that settles the ledger row, so it happens once in effect.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.closing_words import reopens
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.incoming import Incoming
from helpdesk.domain.requesters import Requester
from helpdesk.models.institutions import Mailbox
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import by_address, holdings_of
from helpdesk.services import (
    approvals,
    assessment,
    documents,
    failures,
    history,
    notifications,
    opening,
    routes,
    threads,
)
from helpdesk.services.locks import locked
from helpdesk.services.people import meet
from helpdesk.services.routes import Tone
from helpdesk.services.threads import Thread

Action = Literal[
    "open", "open_and_return", "open_and_reroute", "append", "append_and_resume", "approve", "reject", "needs_human",
    "reopen", "note_only", "mark_delivery_failed", "ignore",
]  # fmt: skip
REOPEN_WITHIN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message. `quarantine` is a reason of the closed list when it could not be placed."""

    action: Action
    ticket_id: int | None
    message_id: int | None
    reason: str | None = None
    quarantine: str | None = None


def receive(session: Session, actor: Actor, incoming: Incoming) -> Outcome:
    """Take a message in: join it to its ticket, or open one. Never refuses: what cannot be placed is quarantined."""
    if incoming.kind == "bounce":
        return _bounce(session, actor, incoming)
    thread = threads.find(session, incoming)
    if incoming.kind in ("auto_reply", "receipt"):
        return _noted(session, actor, incoming, thread)
    spoofed = _spoofed(session, incoming)
    if spoofed is not None:
        return Outcome("ignore", None, None, quarantine=spoofed)
    if thread is None:
        return _opened(session, actor, incoming)
    if thread.waits is not None:
        message = append(session, thread.ticket, incoming, "letter", thread.waits)
        history.record(
            session,
            actor,
            thread.ticket,
            "to_confirm",
            {"message": message.id, "reason": thread.waits, "by": thread.by},
        )
        return Outcome("needs_human", thread.ticket.id, message.id, thread.waits)
    return _joined(session, actor, incoming, thread)


def append(
    session: Session, ticket: Ticket, incoming: Incoming, kind: str, waits: str | None, trust: str | None = None
) -> Message:
    """Put a message into a ticket's conversation, with its files; `waits` puts it into the tray «por confirmar»."""
    author = meet(session, ticket.institution_id, incoming.sender.name, incoming.sender.address)
    message = Message(
        ticket_id=ticket.id,
        direction="inbound",
        kind=kind,
        standing="to_confirm" if waits else "joined",
        standing_reason=waits or "",
        message_id=incoming.message_id,
        in_reply_to=incoming.in_reply_to,
        author_id=author.id,
        from_name=incoming.sender.name,
        from_address=incoming.sender.address.lower(),
        to=[{"name": "", "address": address} for address in incoming.recipients],
        cc=[{"name": person.name, "address": person.address} for person in incoming.cc],
        subject=incoming.subject,
        text=incoming.text,
        new_text=incoming.new_text,
        html=incoming.html,
        trust=trust or incoming.trust,
        at=incoming.received_at,
        ledger_id=incoming.ledger_id,
    )
    session.add(message)
    session.flush()
    for file in incoming.files:
        session.add(
            Attachment(
                message_id=message.id,
                filename=file.filename,
                content_type=file.content_type,
                size=file.size,
                sha256=file.sha256,
                inline=file.inline,
                content_id=file.content_id,
            )
        )
    ticket.touched += 1
    ticket.updated_at = clock.now()
    session.flush()
    return message


def reply(
    session: Session,
    actor: Actor,
    ticket_id: int,
    touched: int | None,
    text: str,
    files: tuple[tuple[str, str, str], ...] = (),
    close: bool = False,
) -> Message:
    """An agent answers the requester by mail, and with `close` ends the case (R-042, R-179).

    `files` are (filename, content type, sha256). Raises Invalid for an empty answer, IllegalMove when a step that must
    come before the closing is open (R-091) or an authorisation is missing (R-125).
    """
    if not text.strip():
        raise Invalid("Escriba la respuesta.", {"text": "Escriba la respuesta."})
    ticket = locked(session, actor, ticket_id, touched)
    if close:
        _may_close(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    now = clock.now()
    until = now + _reopen_span(session, ticket) if close else None
    letter = notifications.answered(session, actor, ticket, text.strip(), close, files, until)
    ticket.first_answer_at = ticket.first_answer_at or now
    history.record(
        session, actor, ticket, "answered", {"message": letter.message_id, "to": requester.address, "closing": close}
    )
    if close:
        for step in routes.present(session, ticket).values():
            if step.state in ("active", "to_come") and step.kind in ("notify", "close", "survey"):
                routes.settle(session, actor, ticket, step, via="reply")
        routes.finish(session, actor, ticket, now)
    return session.get_one(Message, letter.message_id)


def note(session: Session, actor: Actor, ticket_id: int, text: str) -> Message:
    """An internal note; it never reaches the requester (R-187). Raises Invalid when empty."""
    if not text.strip():
        raise Invalid("Escriba la nota.", {"text": "Escriba la nota."})
    ticket = locked(session, actor, ticket_id)
    message = Message(
        ticket_id=ticket.id,
        direction="internal_note",
        kind="note",
        author_id=actor.person_id,
        from_name=actor.label,
        text=text.strip(),
        new_text=text.strip(),
        trust="T3",
        at=clock.now(),
    )
    session.add(message)
    session.flush()
    history.record(session, actor, ticket, "noted", {"message": message.id})
    return message


def confirm_message(session: Session, actor: Actor, message_id: int) -> Message:
    """An agent lets a message out of the tray join its ticket; only then does it act (R-166)."""
    message, ticket = _in_tray(session, actor, message_id)
    message.standing = "joined"
    session.flush()
    history.record(session, actor, ticket, "message_confirmed", {"message": message.id, "from": message.from_address})
    if ticket.closed_at is not None and reopens(message.new_text) is not False:
        reopen(session, actor, ticket)
    else:
        documents.propose(session, actor, ticket)
        _resume_if_complete(session, actor, ticket, "silent")
    return message


def set_aside_message(session: Session, actor: Actor, message_id: int, reason: str) -> Message:
    """An agent sets a message of the tray aside: it is kept and shown folded, and does nothing."""
    message, ticket = _in_tray(session, actor, message_id)
    message.standing = "set_aside"
    message.standing_reason = reason.strip() or message.standing_reason
    session.flush()
    history.record(session, actor, ticket, "message_set_aside", {"message": message.id, "reason": reason})
    return message


def reopen(session: Session, actor: Actor, ticket: Ticket) -> None:
    """Bring a closed ticket back into work: its last working step begins a new round (R-180)."""
    rows = routes.present(session, ticket)
    working = [row.key for row in rows.values() if row.kind in ("execute", "close") and row.state != "skipped"]
    ticket.closed_at = None
    ticket.status = "open"
    ticket.reopened = True
    session.flush()
    history.record(session, actor, ticket, "reopened", {})
    if working:
        routes.again(session, ticket, working[0], returned=False)
        routes.walk(session, actor, ticket, clock.now(), "silent")


def _opened(session: Session, actor: Actor, incoming: Incoming) -> Outcome:
    ticket = opening.open_ticket(session, actor, incoming)
    message = append(session, ticket, incoming, "letter", None)
    if ticket.request_type is None:
        notifications.acknowledge(session, ticket, incoming)
        return Outcome("needs_human", ticket.id, message.id, ticket.classification_reason)
    documents.propose(session, actor, ticket)
    routes.begin(session, actor, ticket, ticket.received_at, _tone(incoming))
    if ticket.status == "waiting_requester":
        return Outcome("open_and_return", ticket.id, message.id)
    notifications.acknowledge(session, ticket, incoming)
    return Outcome("open_and_reroute" if _wrong_mailbox(session, ticket) else "open", ticket.id, message.id)


def _joined(session: Session, actor: Actor, incoming: Incoming, thread: Thread) -> Outcome:
    ticket = thread.ticket
    trust = "T2" if thread.token is not None and incoming.trust == "T1" else incoming.trust
    message = append(session, ticket, incoming, "letter", None, trust)
    history.record(session, actor, ticket, "message_received", {"message": message.id, "by": thread.by, "trust": trust})
    if thread.step_id is not None:
        done = approvals.answer(session, actor, thread, incoming, message)
        return Outcome(done, ticket.id, message.id)  # type: ignore[arg-type]  # answer() gives words of Action
    if ticket.closed_at is not None:
        return _after_closing(session, actor, incoming, ticket, message)
    before = tuple(ticket.missing_documents)
    documents.propose(session, actor, ticket)
    _read_again(session, ticket, incoming)
    if _resume_if_complete(session, actor, ticket, _tone(incoming)):
        return Outcome("append_and_resume", ticket.id, message.id)
    if ticket.status == "waiting_requester" and tuple(ticket.missing_documents) != before:
        row = routes.active(session, ticket)
        assert row is not None
        facts = assessment.facts_of(session, ticket)
        routes.send_back(session, actor, ticket, row, facts.entitled, incoming.received_at, _tone(incoming))
    return Outcome("append", ticket.id, message.id)


def _after_closing(session: Session, actor: Actor, incoming: Incoming, ticket: Ticket, message: Message) -> Outcome:
    """A thank-you does not reopen, «sigue fallando» does within the time; later it opens a linked ticket (R-180)."""
    assert ticket.closed_at is not None
    wants = reopens(incoming.new_text)
    if wants is False and not any(not file.inline for file in incoming.files):
        return Outcome("append", ticket.id, message.id)
    if wants is None:
        message.standing, message.standing_reason = "to_confirm", "unclear_after_closing"
        session.flush()
        return Outcome("needs_human", ticket.id, message.id, "unclear_after_closing")
    if incoming.received_at - ticket.closed_at > _reopen_span(session, ticket):
        linked = _opened(session, actor, replace(incoming, tokens=(), in_reply_to=None, references=()))
        history.record(session, actor, ticket, "linked", {"ticket": linked.ticket_id})
        return linked
    reopen(session, actor, ticket)
    return Outcome("reopen", ticket.id, message.id)


def _resume_if_complete(session: Session, actor: Actor, ticket: Ticket, tone: Tone) -> bool:
    row = routes.active(session, ticket)
    if row is None or row.state != "returned":
        return False
    facts = assessment.facts_of(session, ticket)
    if row.kind != "approve" and not facts.complete:
        return False
    newest = session.scalar(
        select(Message.at)
        .where(Message.ticket_id == ticket.id, Message.direction == "inbound", Message.standing == "joined")
        .order_by(Message.id.desc())
        .limit(1)
    )
    routes.resume(session, actor, ticket, newest or clock.now(), tone)
    return True


def _read_again(session: Session, ticket: Ticket, incoming: Incoming) -> None:
    """A reply of the requester may bring the data that were missing or wrong; other data stay as they are."""
    if ticket.request_type is None or ticket.status != "waiting_requester":
        return
    catalogue = catalogues.of_ticket(session, ticket)
    key = session.scalar(select(Mailbox.key).where(Mailbox.id == incoming.mailbox_id))
    mailbox = next((spec for spec in catalogue.mailboxes if spec.key == key), catalogue.mailboxes[0])
    ticket.fields = {key: value for key, value in ticket.fields.items() if key not in ticket.invalid_fields}
    held = holdings_of(session, ticket.institution_id, incoming.sender.address, clock.now().date())
    who = Requester(incoming.sender, ticket.requester_role, tuple(held), None, None, True)
    opening.read(session, ticket, catalogue, mailbox, incoming, who)


def _noted(session: Session, actor: Actor, incoming: Incoming, thread: Thread | None) -> Outcome:
    """Out-of-office answers and receipts are kept with their ticket and change nothing (R-167)."""
    if thread is None or thread.waits is not None:
        return Outcome("ignore", None, None, quarantine="automatic_unmatched")
    message = append(session, thread.ticket, incoming, incoming.kind, None)
    step = routes.active(session, thread.ticket)
    absent = (
        incoming.kind == "auto_reply"
        and step is not None
        and step.kind == "approve"
        and step.approver_id == message.author_id
    )
    kind = "approver_absent" if absent else f"{incoming.kind}_received"
    history.record(session, actor, thread.ticket, kind, {"message": message.id, "from": message.from_address})
    return Outcome("note_only", thread.ticket.id, message.id, incoming.auto_reason)


def _bounce(session: Session, actor: Actor, incoming: Incoming) -> Outcome:
    """A delivery failure marks the letter and the address, and shows on the ticket (R-168)."""
    letter: Letter | None = failures.letter_of(session, incoming)
    if letter is None or letter.ticket_id is None:
        return Outcome("ignore", None, None, quarantine="bounce_unmatched")
    ticket = locked(session, actor, letter.ticket_id)
    message = append(session, ticket, incoming, "bounce", None)
    failures.mark(session, actor, ticket, letter, incoming, message)
    return Outcome("mark_delivery_failed", ticket.id, message.id)


def _spoofed(session: Session, incoming: Incoming) -> str | None:
    """Mail that claims to come from our own people and failed authentication is put aside, not shown as theirs."""
    if not incoming.authentication_failed:
        return None
    person = by_address(session, incoming.institution_id, incoming.sender.address)
    if person is None:
        return None
    if holdings_of(session, incoming.institution_id, person.address, clock.now().date()):
        return "spoof_suspect_approver"
    return "spoof_suspect_agent" if person.is_staff else None


def _tone(incoming: Incoming) -> Tone:
    if incoming.authentication_failed:
        return "silent"
    return "minimal" if incoming.trust == "T0" else "full"


def _wrong_mailbox(session: Session, ticket: Ticket) -> bool:
    """Whether the type is not one that its mailbox expects (R-160)."""
    catalogue = catalogues.of_ticket(session, ticket)
    letter_box = next(
        (spec for spec in catalogue.mailboxes if spec.key == catalogues.mailbox_key(session, ticket)), None
    )
    return letter_box is not None and letter_box.accepts != "*" and ticket.request_type not in letter_box.accepts


def _may_close(session: Session, ticket: Ticket) -> None:
    if ticket.closed_at is not None:
        raise IllegalMove("El ticket ya está cerrado.")
    if ticket.request_type is None:
        raise IllegalMove("Clasifique el ticket antes de cerrarlo.")
    row = routes.active(session, ticket)
    if row is not None and (row.state == "returned" or row.kind not in ("notify", "close", "survey")):
        raise IllegalMove(f"Antes de cerrar falta un paso: «{row.name}».")


def _reopen_span(session: Session, ticket: Ticket) -> timedelta:
    settings = catalogues.of_ticket(session, ticket).institution.settings
    return timedelta(days=int(settings.get("reopen_within_days", REOPEN_WITHIN_DAYS)))


def _in_tray(session: Session, actor: Actor, message_id: int) -> tuple[Message, Ticket]:
    message = session.get(Message, message_id)
    if message is None:
        raise NotFound("No hay tal mensaje.")
    ticket = locked(session, actor, message.ticket_id)
    session.refresh(message)
    if message.standing != "to_confirm":
        raise IllegalMove("Este mensaje ya fue confirmado o apartado.")
    return message, ticket
