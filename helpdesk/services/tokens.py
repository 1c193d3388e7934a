"""Reply tokens: the plus-part of a reply address, and the link of an approval page.

The text of a token is a MAC over its row's id (`helpdesk.domain.references.seal`); what it stands for is the row.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.references import PAGE, REPLY, seal, unseal
from helpdesk.models.outbox import ReplyToken
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.services.desk import settings_of

CONVERSATION_VALID = timedelta(days=365)
APPROVAL_VALID = timedelta(days=30)


def for_conversation(session: Session, ticket: Ticket, person: Person) -> str:
    """The token with which a person's reply joins the ticket; one that is valid for long enough is used again."""
    for row in batch.of(session, ReplyToken, ticket.id):
        long_enough = row.expires_at > clock.now() + CONVERSATION_VALID / 2
        if row.purpose == "conversation" and row.person_id == person.id and long_enough:
            return _text(session, row)
    return _text(session, _issue(session, "conversation", ticket, person, CONVERSATION_VALID))


def for_approval(session: Session, ticket: Ticket, person: Person, step: Step, purpose: str) -> str:
    """A token that decides one step: `approval` by mail, `approval_page` by the link; bound to what was asked."""
    return _text(session, _issue(session, purpose, ticket, person, APPROVAL_VALID, step))


def opened(session: Session, token: str, use: str = REPLY) -> ReplyToken | None:
    """The row a token stands for, expired or used ones too; None when it was not made by us for that use."""
    row_id = unseal(token, settings_of(session).secret, use)
    return session.get(ReplyToken, row_id) if row_id is not None else None


def is_live(token: ReplyToken) -> bool:
    """Neither used nor expired."""
    return token.used_at is None and token.expires_at > clock.now()


def _issue(
    session: Session, purpose: str, ticket: Ticket, person: Person, valid: timedelta, step: Step | None = None
) -> ReplyToken:
    now = clock.now()
    row = ReplyToken(
        institution_id=ticket.institution_id,
        purpose=purpose,
        ticket_id=ticket.id,
        person_id=person.id,
        step_id=step.id if step is not None else None,
        request_hash=step.request_hash if step is not None else None,
        created_at=now,
        expires_at=now + valid,
    )
    return batch.add(session, row)


def _text(session: Session, row: ReplyToken) -> str:
    return seal(row.id, settings_of(session).secret, PAGE if row.purpose == "approval_page" else REPLY)
