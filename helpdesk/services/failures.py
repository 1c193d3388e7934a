"""Matches a delivery failure with the letter that failed and marks it (R-168)."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.incoming import Incoming
from helpdesk.models.messages import Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries.people import by_address, responsible
from helpdesk.services import history, notifications, tokens

NOTE = "aviso_interno"
# Reports that name no failure (RFC 3464 §2.3.3); servers send some of them although nobody asked.
_NO_FAILURES = {
    "delayed": "delivery_delayed",
    "delivered": "delivery_confirmed",
    "relayed": "delivery_confirmed",
    "expanded": "delivery_confirmed",
}


def letter_of(session: Session, incoming: Incoming) -> Letter | None:
    """The letter that did not arrive: by the envelope address made for its recipient, else by the report's fields.

    The address names the recipient and the ticket; which of the letters to that person it was, the report says.
    """
    ids = [incoming.failure.original_message_id] if incoming.failure else []
    returned = [value for value in (*ids, incoming.in_reply_to, *incoming.references) if value]
    for text in incoming.tokens:
        token = tokens.opened(session, text)
        if token is not None and token.institution_id == incoming.institution_id:
            person = session.get_one(Person, token.person_id)
            theirs = (Letter.ticket_id == token.ticket_id, Letter.recipient == person.address)
            found = _newest(session, incoming, *theirs, Letter.rfc_message_id.in_(returned)) or _newest(
                session, incoming, *theirs
            )
            if found is not None:
                return found
    for value in returned:
        found = _newest(session, incoming, Letter.rfc_message_id == value)
        if found is not None:
            return found
    return None


def mark(session: Session, actor: Actor, ticket: Ticket, letter: Letter, incoming: Incoming, message: Message) -> bool:
    """Show the letter as not delivered and remember that the address does not work; gives whether it failed.

    A report of a delay or of success is told on the ticket and marks nothing.
    """
    status = incoming.failure.status if incoming.failure else None
    action = incoming.failure.action if incoming.failure else None
    told = {
        "letter": letter.id,
        "recipient": letter.recipient,
        "status": status,
        **history.of_message(session, message, incoming.files),
    }
    if action in _NO_FAILURES:
        history.record(session, actor, ticket, _NO_FAILURES[action], told)
        return False
    letter.delivery_failed = status or "sin código"
    # Only the address that our letter went to: the report may be forged by its recipient and name anybody.
    person = by_address(session, ticket.institution_id, letter.recipient)
    if person is not None and (status or "5").startswith("5"):
        person.undeliverable_since = incoming.received_at
    session.flush()
    history.record(session, actor, ticket, "delivery_failed", told)
    _alert(session, ticket, letter)
    return True


def _alert(session: Session, ticket: Ticket, letter: Letter) -> None:
    """Tell whoever has the ticket that the letter did not arrive; of a note of ours that failed nobody is told."""
    if letter.letter == NOTE:
        return
    for person in responsible(session, ticket):
        if person.address != letter.recipient:
            detail = f"{letter.subject}: {letter.delivery_failed}"
            notifications.told(session, ticket, person, "undelivered", who=letter.recipient, detail=detail)


def _newest(session: Session, incoming: Incoming, *conditions: ColumnElement[bool]) -> Letter | None:
    return session.scalar(
        select(Letter)
        .where(Letter.institution_id == incoming.institution_id, *conditions)
        .order_by(Letter.id.desc())
        .limit(1)
    )
