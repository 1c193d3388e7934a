"""Which originals a clerk saw, on paper or as a file with a valid electronic signature (R-016, R-036, Q-07)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.choices import choices_of
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.models.documents import ORIGINAL_KINDS, Original
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import assessment, documents, history


def see(
    session: Session,
    actor: Actor,
    ticket_id: int,
    touched: int | None,
    key: str,
    kind: str = "paper",
    kept: bool = False,
    note: str = "",
) -> Original:
    """Mark the original of the document `key` as seen; a mark that is there already is corrected.

    `kind` electronic_signature stands for the paper (Q-07); `kept`: the paper stays in the office. A document seen on
    paper counts as provided. Raises NotFound for a document that the type does not ask for, Invalid for another kind
    or an electronic signature where the institution wants paper, IllegalMove once the ticket has ended.
    """
    ticket = documents.open_ticket(session, actor, ticket_id, touched)
    documents.check_asked_for(session, ticket, key)
    if kind not in ORIGINAL_KINDS:
        raise Invalid("Elija si vio el original en papel o un documento con firma electrónica.")
    if kind != "paper" and not choices_of(catalogues.of_ticket(session, ticket).institution).electronic_signatures:
        raise Invalid("Aquí vale solo el original en papel: una firma electrónica no lo reemplaza.")
    row = _mark(session, ticket, key) or Original(ticket_id=ticket.id, key=key)
    row.kind, row.kept, row.note = kind, kept and kind == "paper", note.strip()
    row.seen_by_id, row.seen_at = actor.person_id, clock.now()
    session.add(row)
    session.flush()
    data = {"document": key, "kind": kind, "kept": row.kept, "note": row.note}
    history.record(session, actor, ticket, "original_seen", data)
    documents.reassess(session, actor, ticket, row.seen_at)
    return row


def take_back(session: Session, actor: Actor, ticket_id: int, touched: int | None, key: str) -> Ticket:
    """The mark was an error. Raises NotFound without one, IllegalMove once the ticket has ended."""
    ticket = documents.open_ticket(session, actor, ticket_id, touched)
    row = _mark(session, ticket, key)
    if row is None:
        raise NotFound("El original de ese documento no está marcado como visto.")
    session.delete(row)
    session.flush()
    history.record(session, actor, ticket, "original_unmarked", {"document": key})
    documents.reassess(session, actor, ticket, clock.now())
    return ticket


def check_seen(session: Session, ticket: Ticket) -> None:
    """Raises IllegalMove naming the originals that the ticket needs and nobody marked as seen (R-036)."""
    if catalogues.request_type_of(session, ticket) is None:
        return
    seen = set(session.scalars(select(Original.key).where(Original.ticket_id == ticket.id)))
    unseen = [
        document.name
        for document in assessment.needed(session, ticket)
        if document.original_required and document.key not in seen
    ]
    if unseen:
        raise IllegalMove(f"Antes de seguir marque como vistos los originales de: {'; '.join(unseen)}.")


def _mark(session: Session, ticket: Ticket, key: str) -> Original | None:
    return session.scalar(select(Original).where(Original.ticket_id == ticket.id, Original.key == key))
