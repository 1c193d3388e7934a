"""A question to an organ is taken back: both histories say why, and whoever was asked is told (R-109).

Knows nothing of routes, so that what ends a ticket can use it; ending the consultation is the caller's.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import batch
from helpdesk.domain.actors import Actor
from helpdesk.domain.lifecycle import LABELS, Status
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import consultations, merges
from helpdesk.services import history, links, notifications, post
from helpdesk.services.locks import fresh


def open_of(session: Session, ticket: Ticket) -> tuple[Ticket, ...]:
    """The consultations that wait for their answer: the ticket's own, and those of what was merged into it."""
    if ticket.kind == "consultation" or batch.is_new(session, ticket.id):
        return ()
    return consultations.open_of(session, merges.family(session, ticket.id))


def to_take_back(session: Session, ticket: Ticket) -> Iterator[Ticket]:
    """The same, each locked and still open."""
    for each in open_of(session, ticket):
        consultation = fresh(session, each.id)
        if consultation is not None and consultation.closed_at is None:
            yield consultation


def of_ended(ticket: Ticket) -> str:
    """The reason for those of a ticket that ended."""
    return f"El ticket por el que se consultó terminó: {LABELS[Status(ticket.status)].lower()}."


def tell(session: Session, actor: Actor, consultation: Ticket, parent: Ticket, reason: str) -> None:
    """The consultation was ended without an answer, for that reason; both tickets are locked."""
    data = {"number": links.number_of(session, consultation), "reason": reason}
    for ticket in (consultation, parent):
        history.record(session, actor, ticket, "consultation_withdrawn", data)
    sentence = f"Ya no hace falta responder esta consulta. Motivo: {reason}"
    for person in written_to(session, consultation):
        text = notifications.plain(session, consultation, person, sentence)
        post.announce(session, consultation, person, "respuesta", text)


def written_to(session: Session, consultation: Ticket) -> tuple[Person, ...]:
    """Who got the question by mail."""
    return tuple(
        session.scalars(
            select(Person)
            .join(Letter, Letter.recipient == Person.address)
            .where(
                Letter.ticket_id == consultation.id,
                Letter.letter == "consulta",
                Person.institution_id == consultation.institution_id,
            )
            .distinct()
        )
    )
