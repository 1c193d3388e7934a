"""Finds the ticket a message belongs to, and whether it may join by itself (R-165, R-166).

In this order: the reply address we issued, our own Message-ID, a known Message-ID, the number in the subject. The
last two join only for a verified participant. What may not join waits in the tray «por confirmar» of that ticket.
What else a message names is told, never followed. The answer to a ticket that was merged joins the one in which its
matter goes on (R-187).
"""

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.domain.incoming import Incoming
from helpdesk.domain.references import format_number, ticket_numbers_in
from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Message
from helpdesk.models.outbox import Letter, ReplyToken
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket, TicketParticipant
from helpdesk.queries import merges
from helpdesk.queries.people import standing, today
from helpdesk.services import tokens
from helpdesk.services.locks import fresh

By = Literal["token", "our_message_id", "known_message_id", "number"]
Waits = Literal["third_party_to_reply_address", "not_a_participant", "sender_not_verified"]

# References that are looked up, the nearest first: programs keep a few dozen, a hostile header thousands.
NEAREST = 100
# Other tickets that a message names and that are told.
MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Thread:
    """A ticket found for a message. `waits` is the reason why it may not join by itself; None: it joins.

    `token` is set when a live token made for the very sender was used (trust T2 if the sender is verified); `step_id`
    is the approval our letter asked for that this message answers. `others` are further tickets that it names.

    `came_for` is the ticket that the message answers when that one was merged into `ticket`; `moved_step_id` is then
    the approval that was asked for there, which nobody decides meanwhile.
    """

    ticket: Ticket
    by: By
    token: ReplyToken | None
    step_id: int | None
    waits: Waits | None
    others: tuple[str, ...] = ()
    came_for: int | None = None
    moved_step_id: int | None = None


def find(session: Session, incoming: Incoming) -> Thread | None:
    """The ticket the message belongs to, with its row locked; None for a new request."""
    thread = _by_token(session, incoming) or _by_reference(session, incoming) or _by_number(session, incoming)
    if thread is None:
        return None
    settled = _where_it_goes_on(session, thread)
    if settled.ticket.kind == "consultation" and settled.waits is None and incoming.trust == "T0":
        # Whose words an organ's answer are is what it is asked for.
        settled = replace(settled, waits="sender_not_verified")
    return replace(settled, others=_others(session, incoming, settled))


def is_our_own(session: Session, incoming: Incoming) -> bool:
    """Whether the message is a letter of ours that came back as it left (a mailbox in copy, an alias of ours)."""
    mine = select(Letter.id).where(
        Letter.rfc_message_id == incoming.message_id, Letter.institution_id == incoming.institution_id
    )
    return incoming.message_id is not None and session.scalar(mine.limit(1)) is not None


def takes_part(session: Session, ticket: Ticket, address: str) -> bool:
    """Whether an address is the requester's, a participant's, or that of somebody whom the route asked."""
    person_id = session.scalar(
        select(Person.id).where(Person.institution_id == ticket.institution_id, Person.address == address.lower())
    )
    if person_id is None:
        return False
    if person_id in (ticket.requester_id, ticket.originator_id, ticket.forwarded_by_id, ticket.assignee_id):
        return True
    listed = select(TicketParticipant.person_id).where(
        TicketParticipant.ticket_id == ticket.id,
        TicketParticipant.person_id == person_id,
        TicketParticipant.kind == "cc",
    )
    asked = select(Step.id).where(
        Step.ticket_id == ticket.id, or_(Step.approver_id == person_id, Step.on_behalf_of_id == person_id)
    )
    return session.scalar(listed.limit(1)) is not None or session.scalar(asked.limit(1)) is not None


def _by_token(session: Session, incoming: Incoming) -> Thread | None:
    for text in incoming.tokens:
        token = tokens.opened(session, text)
        if token is None or token.institution_id != incoming.institution_id:
            continue
        ticket = _now(session, token.ticket_id)
        owner = session.get_one(Person, token.person_id)
        if owner.address != incoming.sender.address.lower():
            acts = _acts_for(session, ticket, token.step_id, incoming.sender.address)
            joins = acts or takes_part(session, ticket, incoming.sender.address)
            own = token if acts and tokens.is_live(token) else None
            return Thread(ticket, "token", own, token.step_id, None if joins else "third_party_to_reply_address")
        return Thread(ticket, "token", token if tokens.is_live(token) else None, token.step_id, None)
    return None


def _acts_for(session: Session, ticket: Ticket, step_id: int | None, address: str) -> bool:
    """Whether an address is of somebody who acts today for the function that a letter asked: whoever substitutes reads
    the holder's mail and answers it (R-175, R-176)."""
    step = session.get(Step, step_id) if step_id is not None else None
    if step is None or step.role is None:
        return False
    found = standing(session, ticket.institution_id, step.role, step.scope, today(session, ticket.institution_id))
    return any(holder.person.address == address.lower() for holder in found.acting)


def _by_reference(session: Session, incoming: Incoming) -> Thread | None:
    ids = _ids(incoming)
    if not ids:
        return None
    letters = {
        letter.rfc_message_id: letter
        for letter in session.scalars(
            select(Letter).where(
                Letter.rfc_message_id.in_(ids),
                Letter.institution_id == incoming.institution_id,
                Letter.ticket_id.is_not(None),
            )
        )
    }
    for value in ids:
        letter = letters.get(value)
        if letter is not None and letter.ticket_id is not None:
            ticket = _now(session, letter.ticket_id)
            joins = takes_part(session, ticket, incoming.sender.address)
            return Thread(ticket, "our_message_id", None, letter.step_id, None if joins else "not_a_participant")
    known: dict[str | None, int] = {}
    for message_id, ticket_id in session.execute(
        select(Message.message_id, Message.ticket_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Message.message_id.in_(ids), Ticket.institution_id == incoming.institution_id)
        .order_by(Message.id)
    ):
        known.setdefault(message_id, ticket_id)
    nearest = next((known[value] for value in ids if value in known), None)
    if nearest is None:
        return None
    ticket = _now(session, nearest)
    return Thread(ticket, "known_message_id", None, None, _unless_verified(session, ticket, incoming))


def _ids(incoming: Incoming) -> list[str]:
    """The messages that this one says it answers, the nearest first."""
    return [value for value in (incoming.in_reply_to, *reversed(incoming.references)) if value][:NEAREST]


def _where_it_goes_on(session: Session, thread: Thread) -> Thread:
    """The thread with its ticket locked: the one found, or that in which its matter goes on. Who may join is judged
    by the ticket that was answered."""
    found = thread.ticket.id
    while True:
        end = merges.end_of(session, found)
        ticket = fresh(session, end)
        assert ticket is not None
        if merges.end_of(session, found) == end:
            break
    if end == found:
        return replace(thread, ticket=ticket)
    return replace(thread, ticket=ticket, step_id=None, came_for=found, moved_step_id=thread.step_id)


def _others(session: Session, incoming: Incoming, found: Thread) -> tuple[str, ...]:
    """Tickets of the institution that the message names by any sign, other than the one it was found to belong to."""
    institution = session.get_one(Institution, incoming.institution_id)
    ids = _ids(incoming)
    opened = (tokens.opened(session, text) for text in incoming.tokens)
    numbers = session.scalars(
        select(Ticket.number)
        .where(
            Ticket.institution_id == institution.id,
            Ticket.id.not_in([found.ticket.id, found.came_for or found.ticket.id]),
            or_(
                Ticket.id.in_([token.ticket_id for token in opened if token is not None]),
                Ticket.id.in_(select(Letter.ticket_id).where(Letter.rfc_message_id.in_(ids))),
                Ticket.id.in_(select(Message.ticket_id).where(Message.message_id.in_(ids))),
                Ticket.number.in_(n for _, n in ticket_numbers_in(incoming.subject, (institution.ticket_prefix,))),
            ),
        )
        .order_by(Ticket.number)
        .limit(MOST_TOLD)
    )
    return tuple(format_number(institution.ticket_prefix, number) for number in numbers)


def _by_number(session: Session, incoming: Incoming) -> Thread | None:
    institution = session.get_one(Institution, incoming.institution_id)
    for _, number in ticket_numbers_in(incoming.subject, (institution.ticket_prefix,)):
        ticket_id = session.scalar(
            select(Ticket.id).where(Ticket.institution_id == institution.id, Ticket.number == number)
        )
        if ticket_id is not None:
            ticket = _now(session, ticket_id)
            return Thread(ticket, "number", None, None, _unless_verified(session, ticket, incoming))
    return None


def _unless_verified(session: Session, ticket: Ticket, incoming: Incoming) -> Waits | None:
    if not takes_part(session, ticket, incoming.sender.address):
        return "not_a_participant"
    return None if incoming.trust != "T0" else "sender_not_verified"


def _now(session: Session, ticket_id: int) -> Ticket:
    return session.get_one(Ticket, ticket_id, populate_existing=True)
