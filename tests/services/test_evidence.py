"""Events carry what they record, so that the chain covers it (R-177, R-190)."""

from hashlib import sha256
from typing import Any

import pytest

from helpdesk.domain.actors import machine
from helpdesk.domain.incoming import DeliveryFailure
from helpdesk.models.ledger import Arrival
from helpdesk.models.messages import Message
from helpdesk.models.tickets import Ticket
from helpdesk.services import approvals, conversation, documents, tickets
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER, STRANGER, Cast, file

FUNCTION = {
    "role": "jefe_administrativo_regional",
    "role_name": "Jefe Administrativo Regional",
    "scope": "CL-BI",
    "scope_name": "Biobío",
}


def decided(cast: Cast, ticket: Ticket) -> dict[str, Any]:
    """The data of the only decision of a ticket."""
    (event,) = cast.events(ticket, "decided")
    return event.data


def raw_of(cast: Cast, message_id: int | None) -> str:
    """The hash of the mail that a message came as."""
    message = cast.session.get_one(Message, message_id)
    return cast.session.get_one(Arrival, message.ledger_id).sha256


def test_a_decision_by_mail_carries_the_mail_and_its_words(cast: Cast) -> None:
    ticket = cast.open()
    step = cast.step(ticket)
    outcome = cast.answers(ticket, REGIONAL_HEAD, "Apruebo.", files=(file("firmado.pdf"),))
    data = decided(cast, ticket)
    assert (data["message"], data["text"], data["trust"]) == (outcome.message_id, "Apruebo.", "T2")
    assert data["sha256"]["raw"] == raw_of(cast, outcome.message_id)
    assert data["sha256"]["new_text"] == sha256(b"Apruebo.").hexdigest()
    assert data["files"] == [{"filename": "firmado.pdf", "sha256": file("firmado.pdf").sha256}]
    assert (data["decision"], data["reason"], data["via"]) == ("approve", None, "mail")
    assert (data["step"], data["round"], data["request_hash"]) == (step.key, step.round, step.request_hash)


def by_link(cast: Cast, ticket: Ticket) -> None:
    """The regional head decides with the link of the letter."""
    token = cast.letter(ticket, "aprobacion").text.partition("http://desk.test/aprobar/")[2].split()[0]
    cast.do(approvals.decide_by_token, token, "reject", "Falta respaldo.")


def on_the_desk(cast: Cast, ticket: Ticket) -> None:
    """The regional head decides with a session."""
    head = cast.acting(REGIONAL_HEAD)
    cast.do(approvals.decide, head, cast.step(ticket).id, "reject", "Falta respaldo.", "web")


@pytest.mark.parametrize(("decide", "via"), [(by_link, "link"), (on_the_desk, "web")])
def test_a_decision_without_a_mail_says_so(cast: Cast, decide: Any, via: str) -> None:
    ticket = cast.open()
    decide(cast, ticket)
    data = decided(cast, ticket)
    assert (data["decision"], data["reason"], data["via"], data["message"]) == ("reject", "Falta respaldo.", via, None)
    assert data["decided_at"] == "2026-04-07T14:00:00.000000+00:00"
    assert data["by"]["address"] == REGIONAL_HEAD.address
    assert data["function"] == FUNCTION


def test_a_decision_names_person_and_function_as_they_were(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    person = cast.person(REGIONAL_HEAD)
    data = decided(cast, ticket)
    assert data["by"] == {"id": person.id, "name": person.name, "address": REGIONAL_HEAD.address}
    assert (data["function"], data["on_behalf_of"]) == (FUNCTION, None)


def test_a_decision_keeps_no_address_that_lets_its_reader_act(cast: Cast) -> None:
    ticket = cast.open()
    secret = "+abcdefghijklmnop234567@"
    words = f"Escriba a mesa{secret}sigec-cl.example.org."
    cast.answers(ticket, REGIONAL_HEAD, words)
    (answered,) = cast.events(ticket, "approval_answered")
    cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "reject", words, "web")
    assert "mesa+…@" in decided(cast, ticket)["reason"]
    assert secret not in str(decided(cast, ticket)) + str(answered.data)


def test_the_opening_carries_the_mail_and_its_files(cast: Cast) -> None:
    ticket = cast.open()
    (opened,) = cast.events(ticket, "opened")
    (first, *_) = cast.messages(ticket)
    assert (opened.data["message"], opened.data["sha256"]["raw"]) == (first.id, raw_of(cast, first.id))
    assert opened.data["files"] == [{"filename": file().filename, "sha256": file().sha256}]


@pytest.mark.parametrize(
    ("kind", "sender", "more"),
    [
        ("message_received", REQUESTER, {}),
        ("to_confirm", STRANGER, {}),
        ("auto_reply_received", REQUESTER, {"kind": "auto_reply"}),
        ("receipt_received", REQUESTER, {"kind": "receipt"}),
        ("delivery_failed", STRANGER, {"kind": "bounce", "failure": DeliveryFailure(None, "5.1.1", "failed", None)}),
        ("delivery_delayed", STRANGER, {"kind": "bounce", "failure": DeliveryFailure(None, "4.2.0", "delayed", None)}),
    ],
)
def test_whatever_arrives_is_in_the_history_with_its_mail(
    cast: Cast, kind: str, sender: Any, more: dict[str, Any]
) -> None:
    ticket = cast.open()
    outcome = cast.receive(cast.answer_to(cast.letter(ticket, "acuse"), "Una cosa más.", sender, **more))
    (event,) = cast.events(ticket, kind)
    assert (event.data["message"], event.data["sha256"]["raw"]) == (
        outcome.message_id,
        raw_of(cast, outcome.message_id),
    )


def test_an_answer_to_a_question_is_in_the_history_with_its_mail(cast: Cast) -> None:
    ticket = cast.open()
    outcome = cast.answers(ticket, REGIONAL_HEAD, "Lo reviso mañana.")
    (event,) = cast.events(ticket, "approval_answered")
    assert event.data["sha256"]["raw"] == raw_of(cast, outcome.message_id)


def test_what_we_ask_and_answer_is_in_the_history_with_its_files(cast: Cast) -> None:
    ticket = cast.open()
    files = (("resolución.pdf", "application/pdf", "a" * 64),)
    message = cast.do(conversation.reply, cast.agent, ticket.id, None, "Está en trámite.", files)
    asked, answered = (cast.events(ticket, kind)[0].data for kind in ("approval_asked", "answered"))
    assert asked["message"] == cast.letter(ticket, "aprobacion").message_id
    assert answered["message"] == message.id
    assert answered["files"] == [{"filename": "resolución.pdf", "sha256": "a" * 64}]
    assert len({asked["sha256"]["sent"], answered["sha256"]["sent"], None}) == 3


@pytest.mark.parametrize("end", ["answered", "rejected", "returned"])
def test_every_letter_of_a_ticket_is_vouched_for_once(cast: Cast, end: str) -> None:
    ticket = cast.open(files=() if end == "returned" else None)
    if end == "rejected":
        cast.answers(ticket, REGIONAL_HEAD, "Rechazo: falta respaldo.")
    if end == "answered":
        cast.do(conversation.reply, cast.agent, ticket.id, None, "Está en trámite.")
        cast.do(tickets.assign, cast.agent, ticket.id, None, cast.colleague.person_id)
    named = [event.data["message"] for event in cast.events(ticket) if event.data.get("sha256", {}).get("sent")]
    written = [letter.message_id for letter in cast.letters(ticket)]
    assert len(written) > 0
    assert sorted(named) == sorted(number for number in written if number is not None)


def test_a_letter_of_the_machine_is_recorded_as_such_and_one_of_an_agent_as_the_agents(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, (), "Aclare qué mes es.")
    by = {event.data["letter"]: (event.actor, event.data["to"]) for event in cast.events(ticket, "letter_sent")}
    assert by["acuse"] == (machine(ticket.institution_id).label, REQUESTER.address)
    assert by["incompleto"] == ("Ana Agente", REQUESTER.address)


def test_a_note_is_in_the_history_with_its_text(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(conversation.note, cast.agent, ticket.id, "Revisado.")
    (noted,) = cast.events(ticket, "noted")
    assert noted.data["sha256"]["text"] == sha256(b"Revisado.").hexdigest()


def test_each_decision_of_a_route_has_its_own_evidence(cast: Cast) -> None:
    first, second = (event.data for event in cast.events(cast.decided(), "decided"))
    assert first["by"]["address"] == REGIONAL_HEAD.address
    assert second["by"]["address"] == NATIONAL_OFFICER.address
    assert first["sha256"]["raw"] != second["sha256"]["raw"]
