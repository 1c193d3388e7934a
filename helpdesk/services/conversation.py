"""What a message does to the tickets of an institution.

`receive` is the one door for incoming mail: thread, open or advance, append, announce. It runs inside the transaction
that settles the ledger row, so it happens once in effect. What agents write is beside it, in `writing` and `tray`.
"""

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.orm import Session

from helpdesk import batch
from helpdesk.domain.actors import Actor
from helpdesk.domain.incoming import Incoming
from helpdesk.models.documents import Document
from helpdesk.models.institutions import number_sequence
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter, ReplyToken
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Suspension, Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import by_address, holdings_of, today
from helpdesk.services import (
    approvals,
    approvals_renewed,
    approvals_returned,
    assessment,
    consultations,
    desknotices,
    documents,
    expiry,
    failures,
    following,
    history,
    links,
    merging,
    opening,
    post,
    reading,
    reopening,
    routes,
    threads,
)
from helpdesk.services.locks import locked
from helpdesk.services.messages import append
from helpdesk.services.routes import Tone
from helpdesk.services.threads import Thread
from helpdesk.services.tray import confirm_message as confirm_message
from helpdesk.services.tray import set_aside_message as set_aside_message
from helpdesk.services.writing import note as note
from helpdesk.services.writing import reply as reply

Action = Literal[
    "open", "open_and_return", "open_and_reroute", "append", "append_and_resume", "approve", "reject", "needs_human",
    "reopen", "note_only", "mark_delivery_failed", "ignore",
]  # fmt: skip


# As many as most tickets take when they are opened: the longest route has ten steps, an approval and the
# acknowledgement are two letters with three tokens; few files stand for more than one document.
ROWS_OF_A_TICKET: batch.Amounts = {
    Ticket: 1, Message: 4, Step: 12, ReplyToken: 6, Letter: 3, Document: 8, Suspension: 1,
}  # fmt: skip


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
    if threads.is_our_own(session, incoming):
        return Outcome("ignore", None, None, "own_message")
    thread = threads.find(session, incoming)
    if incoming.kind in ("auto_reply", "receipt"):
        return _noted(session, actor, incoming, thread)
    spoofed = _spoofed(session, incoming)
    if spoofed is not None:
        return Outcome("ignore", None, None, quarantine=spoofed)
    if thread is None:
        return _opened(session, actor, incoming)
    if thread.waits is not None:
        message = append(session, thread.ticket, incoming, "letter", thread.waits, came_for=thread.came_for)
        history.record(
            session,
            actor,
            thread.ticket,
            "to_confirm",
            {"reason": thread.waits, "by": thread.by, **history.of_message(session, message, incoming.files)},
        )
        _tell_others(session, actor, thread, message)
        approvals.note_from_elsewhere(session, actor, thread, incoming, message)
        return Outcome("needs_human", thread.ticket.id, message.id, thread.waits)
    return _joined(session, actor, incoming, thread)


def _opened(session: Session, actor: Actor, incoming: Incoming) -> Outcome:
    amounts: batch.Amounts = {**ROWS_OF_A_TICKET, Attachment: max(len(incoming.files), 1)}
    with batch.written_together(session, amounts, number_sequence(incoming.institution_id)):
        ticket, message = opening.open_ticket(session, actor, incoming)
        opening.start(session, actor, ticket, _tone(session, actor, ticket, incoming))
    if ticket.request_type is None:
        return Outcome("needs_human", ticket.id, message.id, ticket.classification_reason)
    if ticket.status == "waiting_requester":
        return Outcome("open_and_return", ticket.id, message.id)
    return Outcome("open_and_reroute" if _wrong_mailbox(session, ticket) else "open", ticket.id, message.id)


def _joined(session: Session, actor: Actor, incoming: Incoming, thread: Thread) -> Outcome:
    ticket = thread.ticket
    trust = "T2" if thread.token is not None and incoming.trust == "T1" else incoming.trust
    message = append(session, ticket, incoming, "letter", None, trust, thread.came_for)
    seen = history.of_message(session, message, incoming.files)
    history.record(session, actor, ticket, "message_received", {"by": thread.by, **seen})
    _tell_others(session, actor, thread, message)
    if thread.step_id is not None and approvals.speaks_of_it(session, ticket, incoming, message):
        done = approvals.answer(session, actor, thread, incoming, message)
        if done not in ("approve", "reject"):
            _tell_followers(session, actor, ticket, message)
        return Outcome(done, ticket.id, message.id)  # type: ignore[arg-type]  # answer() gives words of Action
    _tell_followers(session, actor, ticket, message)
    if thread.moved_step_id is not None and approvals.speaks_of_it(session, ticket, incoming, message):
        merging.answered(session, actor, thread, incoming, message)
        return Outcome("append", ticket.id, message.id)
    if ticket.kind == "consultation":
        consultations.take(session, actor, ticket, message)
        return Outcome("append", ticket.id, message.id)
    expiry.expire_before(session, actor, ticket, incoming.received_at)
    if ticket.closed_at is not None and not expiry.revive(session, actor, ticket, incoming.received_at):
        return _after_closing(session, actor, incoming, ticket, message)
    before = _lacking(ticket)
    documents.propose(session, actor, ticket)
    reading.read_again(session, ticket, reading.words_of(incoming))
    waiting = ticket.status == "waiting_requester"
    if approvals_renewed.amended(session, actor, ticket, message):
        return Outcome("append_and_resume" if waiting else "append", ticket.id, message.id)
    with_files = any(not file.inline for file in incoming.files)
    if not approvals_returned.is_answered_by(session, ticket, incoming.new_text, with_files):
        return Outcome("append", ticket.id, message.id)
    if approvals_renewed.request_changed(session, actor, ticket, incoming.received_at):
        return Outcome("append_and_resume" if waiting else "append", ticket.id, message.id)
    tone = _tone(session, actor, ticket, incoming) if waiting else "silent"
    if routes.resume_if_complete(session, actor, ticket, incoming.received_at, tone):
        return Outcome("append_and_resume", ticket.id, message.id)
    if waiting and _lacking(ticket) != before:
        row = routes.active(session, ticket)
        assert row is not None
        facts = assessment.facts_of(session, ticket)
        routes.send_back(session, actor, ticket, row, facts.entitled, incoming.received_at, tone)
    return Outcome("append", ticket.id, message.id)


def _tell_others(session: Session, actor: Actor, thread: Thread, message: Message) -> None:
    """A message that names several tickets is in one of them; that it may be about another is for a person to see."""
    if thread.others:
        data = {"message": message.id, "tickets": list(thread.others)}
        history.record(session, actor, thread.ticket, "names_other_tickets", data)


def _tell_followers(session: Session, actor: Actor, ticket: Ticket, message: Message) -> None:
    who = message.from_name or message.from_address
    following.tell(session, actor, ticket, "followed_message", who, by=message.author_id)


def _lacking(ticket: Ticket) -> tuple[object, ...]:
    return ticket.missing_documents, ticket.missing_fields, ticket.invalid_fields


def _after_closing(session: Session, actor: Actor, incoming: Incoming, ticket: Ticket, message: Message) -> Outcome:
    """A message on a finished ticket (R-180)."""
    match reopening.wish_of(session, ticket, incoming):
        case "nothing":
            return Outcome("append", ticket.id, message.id)
        case "ask":
            message.standing, message.standing_reason = "to_confirm", "unclear_after_closing"
            session.flush()
            return Outcome("needs_human", ticket.id, message.id, "unclear_after_closing")
        case "new_ticket":
            linked = _opened(session, actor, replace(incoming, tokens=(), in_reply_to=None, references=()))
            links.join(session, actor, ticket, session.get_one(Ticket, linked.ticket_id), "follow_up")
            return linked
        case "reopen":
            reopening.reopen(session, actor, ticket)
            return Outcome("reopen", ticket.id, message.id)


def _noted(session: Session, actor: Actor, incoming: Incoming, thread: Thread | None) -> Outcome:
    """Out-of-office answers and receipts are kept with their ticket and change nothing (R-167)."""
    if thread is None or thread.waits is not None:
        return Outcome("ignore", None, None, quarantine="automatic_unmatched")
    message = append(session, thread.ticket, incoming, incoming.kind, None, came_for=thread.came_for)
    step = routes.active(session, thread.ticket)
    absent = (
        incoming.kind == "auto_reply"
        and step is not None
        and step.kind == "approve"
        and step.approver_id == message.author_id
    )
    kind = "approver_absent" if absent else f"{incoming.kind}_received"
    history.record(session, actor, thread.ticket, kind, history.of_message(session, message, incoming.files))
    if absent and step is not None:
        detail = "Llegó una respuesta automática de ausencia."
        desknotices.tell(session, actor, thread.ticket, step, "approver_absent", message.from_address, detail)
    return Outcome("note_only", thread.ticket.id, message.id, incoming.auto_reason)


def _bounce(session: Session, actor: Actor, incoming: Incoming) -> Outcome:
    """A delivery failure marks the letter and the address, and shows on the ticket (R-168)."""
    letter: Letter | None = failures.letter_of(session, incoming)
    if letter is None or letter.ticket_id is None:
        return Outcome("ignore", None, None, quarantine="bounce_unmatched")
    ticket = locked(session, actor, letter.ticket_id)
    message = append(session, ticket, incoming, "bounce", None)
    failed = failures.mark(session, actor, ticket, letter, incoming, message)
    return Outcome("mark_delivery_failed" if failed else "note_only", ticket.id, message.id)


def _spoofed(session: Session, incoming: Incoming) -> str | None:
    """Mail that claims to come from our own people and failed authentication is put aside, not shown as theirs."""
    if not incoming.authentication_failed:
        return None
    person = by_address(session, incoming.institution_id, incoming.sender.address)
    if person is None:
        return None
    if holdings_of(session, incoming.institution_id, person.address, today(session, incoming.institution_id)):
        return "spoof_suspect_approver"
    return "spoof_suspect_agent" if person.is_staff else None


def _tone(session: Session, actor: Actor, ticket: Ticket, incoming: Incoming) -> Tone:
    """How the requester may be written to because of a message; silence is noted where the agent looks."""
    requester = session.get_one(Person, ticket.requester_id)
    with batch.apart(session):
        why = post.why_silent(session, ticket, requester, incoming)
    if why is not None:
        history.record(session, actor, ticket, "kept_silent", {"sentence": why})
        return "silent"
    return "minimal" if incoming.trust == "T0" else "full"


def _wrong_mailbox(session: Session, ticket: Ticket) -> bool:
    """Whether the type is not one that its mailbox expects (R-160)."""
    catalogue = catalogues.of_ticket(session, ticket)
    letter_box = next(
        (spec for spec in catalogue.mailboxes if spec.key == catalogues.mailbox_key(session, ticket)), None
    )
    return letter_box is not None and letter_box.accepts != "*" and ticket.request_type not in letter_box.accepts
