"""What a message on a finished ticket sets off (R-180)."""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.choices import choices_of
from helpdesk.domain.closing_words import reopens
from helpdesk.domain.incoming import Incoming
from helpdesk.domain.lifecycle import Event
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import deadlines, history, routes, scheduling

Wish = Literal["nothing", "ask", "reopen", "new_ticket"]


def wish_of(session: Session, ticket: Ticket, incoming: Incoming) -> Wish:
    """A thank-you does nothing, «sigue fallando» reopens within the time and later opens a linked ticket; whatever is
    not clear a person reads: thanks that bring a file, or an answer
    to a rejection or to the notice that a request was not filed."""
    assert ticket.closed_at is not None
    wants = reopens(incoming.new_text)
    if wants is False:
        return "ask" if any(not file.inline for file in incoming.files) else "nothing"
    if wants is None or ticket.status in ("rejected", "not_filed"):
        return "ask"
    return "reopen" if incoming.received_at <= last_day(session, ticket, ticket.closed_at) else "new_ticket"


def last_day(session: Session, ticket: Ticket, closed_at: datetime) -> datetime:
    """Until when a ticket that was closed then may be reopened."""
    chosen = choices_of(catalogues.of_ticket(session, ticket).institution)
    return closed_at + timedelta(days=chosen.reopen_within_days)


def reopen(session: Session, actor: Actor, ticket: Ticket) -> None:
    """Bring a finished ticket back into work: its last working step begins a new round, and what was rejected is
    asked anew; what was never filed goes back to the step that it was returned from. Decisions that were taken stay as
    they are."""
    rows = routes.present(session, ticket)
    rejected = [row.key for row in rows.values() if row.state == "rejected"]
    working = [row.key for row in rows.values() if row.kind in ("execute", "close") and row.state != "skipped"]
    if ticket.status == "not_filed":
        working = [row.key for row in rows.values() if row.state == "stopped"]
    assert ticket.closed_at is not None
    closed_at, ticket.closed_at = ticket.closed_at, None
    routes.change_status(ticket, Event.REOPEN)
    ticket.reopened = True
    deadlines.reopened(session, ticket, closed_at)
    history.record(session, actor, ticket, "reopened", {})
    scheduling.take_back(session, ticket)
    if rejected or working:
        routes.again(session, ticket, (rejected or working)[0], returned=False)
        routes.walk(session, actor, ticket, clock.now(), "silent")
