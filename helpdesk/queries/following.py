"""Who follows a ticket."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.tickets import TicketParticipant


def follows(session: Session, ticket_id: int, person_id: int) -> bool:
    """Whether a member of the staff follows the ticket."""
    query = select(TicketParticipant.person_id).where(
        TicketParticipant.ticket_id == ticket_id,
        TicketParticipant.person_id == person_id,
        TicketParticipant.kind == "watcher",
    )
    return session.scalar(query) is not None
