"""Asks for approvals afresh when the request that they are about has changed.

A decision about an earlier request stays as it was taken and is marked as overtaken; its step, and those after it,
begin a new round. What happens after the approved act was executed changes no decision any more.

A request that lacks a mandatory document now is put before nobody: its approvals are taken back without a letter, and
it waits with the team where its documents are reviewed. It is not returned to the requester by itself: the agent who
judges the documents returns it with one list. Once nothing is missing the approvals are asked for afresh.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import routes as rules
from helpdesk.domain.actors import Actor
from helpdesk.domain.amendments import amends
from helpdesk.models.audit import Event
from helpdesk.models.messages import Message
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import approvals_asked, assessment, deadlines, desknotices, history, routes

MOST_A_DAY = 3
MOST_WORDS = 2000
DAY = timedelta(days=1)
RENEWED = ("approval_renewed", "approval_withdrawn")
TOO_OFTEN = (
    "La solicitud cambió muchas veces hoy y no se volvió a pedir la aprobación: acuerde con quien pide la versión "
    "definitiva y guarde sus datos para pedirla."
)


def request_changed(
    session: Session, actor: Actor, ticket: Ticket, at: datetime | None = None, looked_at: bool = False
) -> bool:
    """To be called where type, data or files of a request may have changed, its row locked: approvals that were asked
    or decided about another request than the present one begin a fresh round, or are taken back while a document is
    missing. Gives whether it was so.

    `at` is when the change arrived (None: now): a term that stood still runs on from then. A request that was returned
    and still lacks something is not asked about before it is complete. `looked_at`: the desk looked at a request that
    was stopped, however often it changed.
    """
    if ticket.closed_at is not None or catalogues.request_type_of(session, ticket) is None:
        return False
    overtaken = _overtaken(session, ticket)
    if not overtaken:
        return False
    row = routes.active(session, ticket)
    returned = row is not None and row.state == "returned"
    if returned and row is not None and row.kind != "approve" and not assessment.facts_of(session, ticket).complete:
        return False
    first, since = overtaken[0], at or clock.now()
    stopped = not looked_at and too_often(session, ticket)
    review = _review_before(session, ticket, first)
    if review is not None and assessment.facts_of(session, ticket).missing_documents:
        _take_back(session, actor, ticket, review, overtaken, since)
        return True
    if returned:
        deadlines.resume(session, ticket, since)
    data = {"steps": [each.key for each in overtaken], "round": first.round + 1}
    history.record(session, actor, ticket, "approval_renewed", data)
    routes.again(session, ticket, first.key, returned=False)
    if stopped:
        _stop(session, actor, ticket, first.key)
    else:
        routes.walk(session, actor, ticket, since)
    return True


def amended(session: Session, actor: Actor, ticket: Ticket, message: Message) -> bool:
    """The words of a message of the requester's side correct, add to or withdraw a request that still has to be
    approved: its approvals are asked afresh, with these words, and the desk is told; of a withdrawal also where nothing
    was asked yet. A mere question or thanks change nothing. To be called before `request_changed`; gives whether
    approvals were asked afresh or taken back."""
    if ticket.closed_at is not None or not _to_be_approved(session, ticket):
        return False
    kind = amends(message.new_text, _known(session, ticket, message))
    if kind is None or approvals_asked.is_asked_by_then(session, ticket, message):
        return False
    history.record(session, actor, ticket, "request_amended", {"message": message.id, "kind": kind})
    renewed = request_changed(session, actor, ticket, message.at)
    if renewed or kind == "withdrawal":
        _tell_desk(session, actor, ticket, message, "request_withdrawn" if kind == "withdrawal" else "request_amended")
    return renewed


def _tell_desk(session: Session, actor: Actor, ticket: Ticket, message: Message, kind: desknotices.Kind) -> None:
    row = routes.active(session, ticket)
    if row is not None:
        who = message.from_name or message.from_address
        desknotices.tell(session, actor, ticket, row, kind, who, message.new_text.strip()[:MOST_WORDS])


def _to_be_approved(session: Session, ticket: Ticket) -> bool:
    """Whether an approval of the route is given or still to come, and what it allows was not executed yet."""
    rows = list(routes.present(session, ticket).values())
    executed = _executed(rows)
    return any(row.kind == "approve" and row.position > executed and row.state != "skipped" for row in rows)


def _executed(rows: list[Step]) -> int:
    return max((row.position for row in rows if row.kind == "execute" and row.state == "done"), default=-1)


def _known(session: Session, ticket: Ticket, message: Message) -> str:
    """What the request said before a message: its words, its data and its number."""
    before = select(Message.new_text).where(
        Message.ticket_id == ticket.id,
        Message.direction == "inbound",
        Message.standing == "joined",
        Message.id < message.id,
    )
    return "\n".join((ticket.subject, str(ticket.number), str(ticket.fields), *session.scalars(before)))


def too_often(session: Session, ticket: Ticket) -> bool:
    """Whether approvals of the ticket were asked afresh so often in a day that the desk has to look first."""
    renewed = select(func.count()).where(
        Event.ticket_id == ticket.id, Event.kind.in_(RENEWED), Event.at > clock.now() - DAY
    )
    return (session.scalar(renewed) or 0) >= MOST_A_DAY


def _overtaken(session: Session, ticket: Ticket) -> list[Step]:
    """The approvals, in the order of the route, that were asked or decided about another request than the present."""
    rows = list(routes.present(session, ticket).values())
    executed = _executed(rows)
    return [
        row
        for row in rows
        if row.kind == "approve"
        and row.position > executed
        and (row.state == "done" or (row.state == "active" and row.approver_id is not None))
        and row.request_hash not in (None, approvals_asked.request_hash(session, ticket, row))
    ]


def _review_before(session: Session, ticket: Ticket, approval: Step) -> Step | None:
    """The review of documents, where the route has one before the approval."""
    rows = routes.present(session, ticket).values()
    return next((row for row in rows if row.kind == rules.REVIEW and row.position < approval.position), None)


def _take_back(
    session: Session, actor: Actor, ticket: Ticket, review: Step, overtaken: list[Step], since: datetime
) -> None:
    """The request goes back to the team, where its documents are reviewed; a later answer to the letters decides
    nothing."""
    row = routes.active(session, ticket)
    if row is not None and row.state == "returned":
        deadlines.resume(session, ticket, since)
    data = {"steps": [each.key for each in overtaken], "documents": list(ticket.missing_documents)}
    history.record(session, actor, ticket, "approval_withdrawn", data)
    routes.again(session, ticket, review.key, returned=False)
    routes.wait_at(session, actor, ticket, review.key)


def _stop(session: Session, actor: Actor, ticket: Ticket, key: str) -> None:
    """The approval waits without being asked of anybody, until the desk saves the data again."""
    row = routes.present(session, ticket)[key]
    row.state, row.asked_at = "active", clock.now()
    ticket.blocked_by = TOO_OFTEN
    session.flush()
    history.record(session, actor, ticket, "blocked", {"step": row.key, "sentence": TOO_OFTEN})
    desknotices.tell(session, actor, ticket, row, "asked_too_often", "", TOO_OFTEN)
    routes.set_status(session, actor, ticket)
