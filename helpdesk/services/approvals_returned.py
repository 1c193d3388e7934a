"""An approver sends the request back to the requester, with objections (R-073) or with a question.

The step begins a new round that waits for the requester; the answer asks whoever decides then. The term stands still
meanwhile (Q-04).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.clarifying import answers_nothing
from helpdesk.domain.closing_words import is_thanks
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvalletters, assessment, deadlines, history, notifications, routes


def with_objections(session: Session, actor: Actor, ticket: Ticket, step: Step, at: datetime) -> None:
    """The approver rejected, and the catalogue wants the request back with its requester."""
    ticket.rounds += 1
    _wait(session, ticket, step, at, "Devuelto por quien aprueba")
    facts = assessment.facts_of(session, ticket)
    history.record(
        session,
        actor,
        ticket,
        "returned",
        {"step": step.key, "reason": step.reason, "entitled": facts.entitled, "round": ticket.rounds},
    )
    routes.set_status(session, actor, ticket)
    notifications.returned(session, ticket, facts.entitled, None, minimal=False, added=f"{step.name}: {step.reason}")


def with_question(session: Session, actor: Actor, ticket: Ticket, step: Step, question: str) -> None:
    """The approver wants to know something before deciding: nothing is decided, the requester is asked."""
    step.reason, step.via = question, "question"
    _wait(session, ticket, step, clock.now(), "Aclaración pedida por quien aprueba")
    history.record(
        session,
        actor,
        ticket,
        "clarification_asked",
        {"step": step.key, "round": step.round, "question": question},
    )
    routes.set_status(session, actor, ticket)
    approvalletters.asks_requester(session, actor, ticket, step, question)


def is_answered_by(session: Session, ticket: Ticket, new_text: str, with_files: bool) -> bool:
    """Whether a message goes on with a request that an approver sent back: a file does, mere thanks, a promise or a
    question how it goes do not. Of any other ticket mere thanks go on with nothing."""
    row = routes.active(session, ticket)
    if with_files:
        return True
    if row is not None and row.kind == "approve" and row.state == "returned":
        return not answers_nothing(new_text)
    return not is_thanks(new_text)


def _wait(session: Session, ticket: Ticket, step: Step, at: datetime, why: str) -> None:
    routes.again(session, ticket, step.key, returned=True)
    deadlines.suspend(session, ticket, at, why)
