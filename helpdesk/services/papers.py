"""Keeps a request from being executed, or answered for good, while nobody vouches for a mandatory document (R-066,
R-067). An agent confirms all that was proposed with one tick, or says why it goes on without."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain import papers
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Invalid
from helpdesk.domain.papers import Pending, Review
from helpdesk.models.audit import Event
from helpdesk.models.documents import Document, Original
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import assessment, documents, history

WORK, ENDING = "execute", ("close", "notify")


def check(session: Session, actor: Actor, ticket: Ticket, row: Step, said: Review) -> None:
    """Before the step, work or the closing, is finished. Raises Invalid naming the documents that nobody vouches for,
    unless `said` gives the reason, which the history keeps; what was ticked as looked at is confirmed."""
    if said.looked_at and row.kind in (WORK, *ENDING):
        documents.confirm_proposed(session, actor, ticket)
    found = pending(session, ticket, row)
    if not found:
        return
    reason = said.reason.strip()
    if not reason:
        raise Invalid(papers.refusal(row.name, found), {"without": papers.REASON})
    data = {"step": row.key, "documents": [each.key for each in found], "reason": reason}
    history.record(session, actor, ticket, "documents_waived", data)


def pending(session: Session, ticket: Ticket, row: Step | None) -> tuple[Pending, ...]:
    """The documents that stand in the way of the step that waits; none before any other step than work and closing.
    What the work was done without, with a reason, does not keep the closing."""
    if row is None or row.kind not in (WORK, *ENDING) or catalogues.request_type_of(session, ticket) is None:
        return ()
    needed = assessment.needed(session, ticket)
    if not needed:
        return ()
    files: dict[str, set[str]] = {}
    for key, state in session.execute(select(Document.key, Document.state).where(Document.ticket_id == ticket.id)):
        files.setdefault(key, set()).add(state)
    seen = select(Original.key, Original.kind).where(Original.ticket_id == ticket.id)
    found = papers.pending(needed, files, {row.key: row.kind for row in session.execute(seen)})
    waived = _waived(session, ticket) if found and row.kind in ENDING else frozenset()
    return tuple(each for each in found if each.key not in waived)


def _waived(session: Session, ticket: Ticket) -> frozenset[str]:
    told = select(Event.data).where(Event.ticket_id == ticket.id, Event.kind == "documents_waived")
    return frozenset(key for data in session.scalars(told) for key in data["documents"])
