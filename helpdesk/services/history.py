"""Writes the append-only history: every change of a ticket or an institution's set-up (R-190)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.actors import Actor, machine
from helpdesk.domain.chain import event_hash
from helpdesk.domain.evidence import CameFile, named_files, vouched
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Institution
from helpdesk.models.ledger import Arrival
from helpdesk.models.messages import Message
from helpdesk.models.outbox import Letter
from helpdesk.models.tickets import Ticket
from helpdesk.services import standing
from helpdesk.services.locks import fresh

ACTORS = "who_acted_on_tickets"


def record(
    session: Session,
    actor: Actor,
    ticket: Ticket | None,
    kind: str,
    data: dict[str, Any],
    institution_id: int | None = None,
) -> Event:
    """Append an event to the ticket's chain, or to the institution's when there is no ticket.

    The caller holds the ticket's row lock; the institution's row is locked here.
    """
    owner = ticket.institution_id if ticket is not None else institution_id
    if owner is None:
        raise ValueError("an event belongs to a ticket or to an institution")
    if ticket is not None:
        session.info.setdefault(ACTORS, {})[ticket.id] = actor
    chain = ticket if ticket is not None else locked_institution(session, owner)
    previous = chain.last_hash
    now = clock.now()
    rows = standing.take(session, ticket.id) if ticket is not None else {}
    digest = event_hash(previous, now, actor.label, actor.person_id, kind, data, rows)
    event = Event(
        institution_id=owner,
        ticket_id=ticket.id if ticket is not None else None,
        at=now,
        actor=actor.label,
        actor_id=actor.person_id,
        kind=kind,
        data=data,
        rows=rows,
        previous_hash=previous,
        hash=digest,
    )
    session.add(event)
    chain.last_hash = digest
    return event


@event.listens_for(Session, "before_commit")
def tell_rest(session: Session) -> None:
    """An event for what was written in a ticket's rows after the last one: nothing is committed that no event tells.
    The newer ticket before the older, as whoever locks two."""
    if session.in_nested_transaction():
        return
    session.flush()
    for ticket_id in sorted(standing.waiting(session), reverse=True):
        ticket = fresh(session, ticket_id)
        if ticket is not None:
            actor = session.info.get(ACTORS, {}).get(ticket_id) or machine(ticket.institution_id)
            record(session, actor, ticket, "rows_kept", {})
    standing.waiting(session).clear()


def of_message(session: Session, message: Message, files: Iterable[CameFile]) -> dict[str, Any]:
    """What an event that records a message keeps of it, so that the chain covers its content (R-177)."""
    with batch.apart(session):
        arrival = session.get(Arrival, message.ledger_id) if message.ledger_id is not None else None
    came = list(files)
    held = [{"filename": file.filename, "danger": file.held} for file in came if file.held]
    seen = vouched(message, [(file.filename, file.sha256) for file in came], arrival)
    return {**seen, "held": held} if held else seen


def of_letter(session: Session, letter: Letter) -> dict[str, Any]:
    """What an event that records a letter of ours keeps of it: also the text as it leaves, unmasked, and its files."""
    message = batch.one(session, Message, letter.message_id or 0)
    return vouched(message, named_files(letter.files), sent=letter)


def locked_institution(session: Session, institution_id: int) -> Institution:
    """The institution, so that no other transaction goes on with its chain (rows that refer to it may come in)."""
    query = select(Institution).where(Institution.id == institution_id).with_for_update(key_share=True)
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()
