"""Matches a delivery failure with the letter that failed and marks it (R-168)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.incoming import Incoming
from helpdesk.models.messages import Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.services import history, tokens


def letter_of(session: Session, incoming: Incoming) -> Letter | None:
    """The letter that did not arrive: by the envelope address made for its recipient, else by the report's fields."""
    for text in incoming.tokens:
        token = tokens.opened(session, text)
        if token is not None and token.institution_id == incoming.institution_id:
            person = session.get_one(Person, token.person_id)
            found = _newest(session, incoming, Letter.ticket_id == token.ticket_id, Letter.recipient == person.address)
            if found is not None:
                return found
    ids = [incoming.failure.original_message_id] if incoming.failure else []
    ids += [incoming.in_reply_to, *incoming.references]
    for value in ids:
        if value:
            found = _newest(session, incoming, Letter.rfc_message_id == value)
            if found is not None:
                return found
    return None


def mark(session: Session, actor: Actor, ticket: Ticket, letter: Letter, incoming: Incoming, message: Message) -> None:
    """Show the letter as not delivered and remember that the address does not work."""
    status = incoming.failure.status if incoming.failure else None
    if incoming.failure is not None and incoming.failure.action == "delayed":
        history.record(session, actor, ticket, "delivery_delayed", {"letter": letter.id, "status": status})
        return
    letter.delivery_failed = status or "sin código"
    failed = incoming.failure.recipient if incoming.failure else None
    person = session.scalar(
        select(Person).where(
            Person.institution_id == ticket.institution_id, Person.address == (failed or letter.recipient).lower()
        )
    )
    if person is not None and (status or "5").startswith("5"):
        person.undeliverable_since = incoming.received_at
    session.flush()
    history.record(
        session,
        actor,
        ticket,
        "delivery_failed",
        {"letter": letter.id, "recipient": failed or letter.recipient, "status": status, "message": message.id},
    )


def _newest(session: Session, incoming: Incoming, *conditions: object) -> Letter | None:
    return session.scalar(
        select(Letter)
        .where(Letter.institution_id == incoming.institution_id, *conditions)  # type: ignore[arg-type]  # SQL
        .order_by(Letter.id.desc())
        .limit(1)
    )
