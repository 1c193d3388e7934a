"""Institutions in one installation touch nothing of each other (R-188)."""

from collections.abc import Callable

import pytest

from helpdesk.domain.actors import Actor
from helpdesk.domain.closing import Delivery
from helpdesk.domain.errors import NotFound
from helpdesk.models.documents import Document
from helpdesk.models.messages import Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals, conversation, documents, originals, outbox, tickets
from tests.cast import REQUESTER, STRANGER, Cast

Verb = Callable[[Cast, Ticket, Actor], object]


def document(cast: Cast, ticket: Ticket) -> int:
    """A document of a ticket."""
    return cast.session.query(Document).filter_by(ticket_id=ticket.id).one().id


def waiting(cast: Cast, ticket: Ticket) -> int:
    """A message in the tray of a ticket."""
    return cast.session.query(Message).filter_by(ticket_id=ticket.id, standing="to_confirm").one().id


VERBS: dict[str, Verb] = {
    "take": lambda c, t, who: c.do(tickets.take, who, t.id, None),
    "assign": lambda c, t, who: c.do(tickets.assign, who, t.id, None, None),
    "classify": lambda c, t, who: c.do(tickets.classify, who, t.id, None, "otra_solicitud_formal"),
    "derive": lambda c, t, who: c.do(tickets.derive, who, t.id, None, "ti_ses", None, ""),
    "complete_step": lambda c, t, who: c.do(tickets.complete_step, who, t.id, None, "x"),
    "close": lambda c, t, who: c.do(tickets.close, who, t.id, None, "x", Delivery("phone")),
    "set_fields": lambda c, t, who: c.do(tickets.set_fields, who, t.id, None, {}),
    "reply": lambda c, t, who: c.do(conversation.reply, who, t.id, None, "x"),
    "note": lambda c, t, who: c.do(conversation.note, who, t.id, "x"),
    "confirm_message": lambda c, t, who: c.do(conversation.confirm_message, who, waiting(c, t)),
    "set_aside_message": lambda c, t, who: c.do(conversation.set_aside_message, who, waiting(c, t), "x"),
    "return_incomplete": lambda c, t, who: c.do(documents.return_incomplete, who, t.id, None, (), "x"),
    "confirm": lambda c, t, who: c.do(documents.confirm, who, document(c, t)),
    "reject": lambda c, t, who: c.do(documents.reject, who, document(c, t), "other", "x"),
    "take_back": lambda c, t, who: c.do(documents.take_back, who, document(c, t)),
    "move": lambda c, t, who: c.do(documents.move, who, document(c, t), "memorandum"),
    "certify": lambda c, t, who: c.do(documents.certify, who, document(c, t), "x", None),
    "see an original": lambda c, t, who: c.do(originals.see, who, t.id, None, "memorandum"),
    "unmark an original": lambda c, t, who: c.do(originals.take_back, who, t.id, None, "memorandum"),
    "assign_file": lambda c, t, who: c.do(documents.assign_file, who, t.id, 1, "memorandum"),
    "decide": lambda c, t, who: c.do(approvals.decide, who, c.step(t).id, "approve", None, "web"),
    "retry a letter": lambda c, t, who: c.do(outbox.retry, who, c.letters(t)[0].id),
}


@pytest.mark.parametrize("name", VERBS)
def test_no_verb_reaches_a_ticket_of_another_institution(cast: Cast, name: str) -> None:
    ticket = cast.open()
    cast.receive(cast.incoming("[SIGEC 1]", "Soy otra persona.", STRANGER))
    before = (ticket.touched, ticket.last_hash, ticket.status)
    with pytest.raises(NotFound):
        VERBS[name](cast, ticket, cast.foreigner)
    cast.session.refresh(ticket)
    assert (ticket.touched, ticket.last_hash, ticket.status) == before


def test_a_colleague_of_another_institution_is_given_nothing(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(NotFound):
        cast.do(tickets.assign, cast.agent, ticket.id, None, cast.foreigner.person_id)


def test_the_same_address_is_another_person_in_another_institution(cast: Cast) -> None:
    cast.open()
    cast.receive(cast.incoming("Consulta", "¿Cómo va?", mailbox=cast.mailbox("centro_servicios", cast.mef)))
    people = cast.session.query(Person).filter_by(address=REQUESTER.address).all()
    assert {person.institution_id for person in people} == {cast.sigec.id, cast.mef.id}


def test_each_institution_numbers_its_own_tickets(cast: Cast) -> None:
    cast.open()
    outcome = cast.receive(cast.incoming("Consulta", "¿Cómo va?", mailbox=cast.mailbox("centro_servicios", cast.mef)))
    assert cast.ticket(outcome.ticket_id or 0).number == 1


def test_a_role_held_elsewhere_gives_no_right_here(cast: Cast) -> None:
    ticket = cast.open()
    step = cast.step(ticket)
    assert step.approver_id is not None
    assert cast.session.get_one(Person, step.approver_id).institution_id == cast.sigec.id
