"""Which ticket a message belongs to, and whether it may join by itself (R-165, R-166)."""

import pytest

from helpdesk.domain.errors import IllegalMove
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.messages import Message
from helpdesk.models.tickets import Ticket
from helpdesk.services import conversation
from tests.cast import REPORT, REQUESTER, STRANGER, Cast, file, token_of

COPIED = Named("Alcaldía", "alcaldia@muni-ejemplo.example.com")


def standing(cast: Cast, ticket: Ticket) -> tuple[str, str]:
    """How the newest message of a ticket stands."""
    message = cast.messages(ticket)[-1]
    return message.standing, message.standing_reason


def tray(cast: Cast) -> tuple[Ticket, Message]:
    """A closed ticket on which a stranger says that it fails."""
    ticket = cast.closed()
    outcome = cast.receive(cast.incoming(f"RE: [SIGEC {ticket.number}] {REPORT}", "Sigue fallando.", STRANGER))
    return ticket, cast.session.get_one(Message, outcome.message_id)


def test_a_reply_to_our_address_joins_whatever_its_subject(cast: Cast) -> None:
    ticket = cast.open()
    reply = cast.answer_to(cast.letter(ticket, "acuse"), "Agrego un dato.", REQUESTER)
    token_only = cast.incoming("Otro asunto", "Agrego un dato.", REQUESTER, tokens=reply.tokens)
    assert cast.receive(token_only).ticket_id == ticket.id


def test_a_reply_to_our_message_id_joins(cast: Cast) -> None:
    ticket = cast.open()
    letter = cast.letter(ticket, "acuse")
    outcome = cast.receive(cast.incoming("Otro asunto", "Agrego un dato.", in_reply_to=letter.rfc_message_id))
    assert (outcome.action, outcome.ticket_id) == ("append", ticket.id)


def test_a_reply_to_a_known_message_joins(cast: Cast) -> None:
    ticket = cast.open()
    first = cast.messages(ticket)[0].message_id
    outcome = cast.receive(cast.incoming("Re: rendición", "Agrego un dato.", in_reply_to=first))
    assert (outcome.action, outcome.ticket_id) == ("append", ticket.id)


@pytest.mark.parametrize("subject", ["[SIGEC 1] Mi solicitud", "Re: sobre SIGEC-1", "RV: [sigec-1]"])
def test_the_number_in_the_subject_joins_for_the_verified_requester(cast: Cast, subject: str) -> None:
    ticket = cast.open()
    assert cast.receive(cast.incoming(subject, "Agrego un dato.")).ticket_id == ticket.id


def test_the_number_of_an_unverified_requester_waits_in_the_tray(cast: Cast) -> None:
    ticket = cast.open()
    outcome = cast.receive(cast.incoming("[SIGEC 1] Mi solicitud", "Agrego un dato.", trust="T0"))
    assert (outcome.action, outcome.ticket_id) == ("needs_human", ticket.id)
    assert standing(cast, ticket) == ("to_confirm", "sender_not_verified")


def test_a_number_beyond_every_ticket_opens_a_ticket(cast: Cast) -> None:
    assert cast.receive(cast.incoming("[SIGEC 999999999999] y SIGEC-9999999999", "Otra cosa.")).action != "append"


def test_a_number_that_nobody_has_opens_a_ticket(cast: Cast) -> None:
    cast.open()
    assert cast.receive(cast.incoming(f"[SIGEC 77] {REPORT}")).action in ("open", "open_and_return")


def test_the_number_of_another_institution_names_nothing(cast: Cast) -> None:
    cast.open()
    box = cast.mailbox("centro_servicios", cast.mef)
    outcome = cast.receive(cast.incoming("[SIGEC 1] consulta", "¿Cómo va?", mailbox=box))
    assert outcome.ticket_id is not None
    assert cast.ticket(outcome.ticket_id).institution_id == cast.mef.id


def test_a_token_of_another_institution_names_nothing(cast: Cast) -> None:
    ticket = cast.open()
    token = token_of(cast.letter(ticket, "acuse"))
    box = cast.mailbox("centro_servicios", cast.mef)
    outcome = cast.receive(cast.incoming("Hola", "¿Cómo va?", mailbox=box, tokens=(token,)))
    assert outcome.ticket_id != ticket.id


def test_a_message_id_of_another_institution_names_nothing(cast: Cast) -> None:
    ticket = cast.open()
    letter = cast.letter(ticket, "acuse")
    box = cast.mailbox("centro_servicios", cast.mef)
    outcome = cast.receive(cast.incoming("Hola", "¿Cómo va?", mailbox=box, in_reply_to=letter.rfc_message_id))
    assert outcome.ticket_id != ticket.id


def test_a_strangers_number_waits_in_the_tray_and_is_written_nothing(cast: Cast) -> None:
    ticket = cast.open()
    outcome = cast.receive(cast.incoming("[SIGEC 1]", "Envíenme el expediente.", STRANGER))
    assert (outcome.action, outcome.ticket_id) == ("needs_human", ticket.id)
    assert standing(cast, ticket) == ("to_confirm", "not_a_participant")
    assert cast.letters(ticket, to=STRANGER) == []


def test_a_strangers_use_of_a_reply_address_waits_in_the_tray(cast: Cast) -> None:
    ticket = cast.open()
    cast.receive(cast.answer_to(cast.letter(ticket, "acuse"), "Hola.", STRANGER))
    assert standing(cast, ticket) == ("to_confirm", "third_party_to_reply_address")


def test_a_person_in_copy_joins_with_the_requesters_reply_address(cast: Cast) -> None:
    ticket = cast.open(cc=(COPIED,))
    cast.receive(cast.answer_to(cast.letter(ticket, "acuse"), "Va el dato.", COPIED))
    assert standing(cast, ticket)[0] == "joined"


def test_the_reply_address_wins_over_the_number(cast: Cast) -> None:
    first, second = cast.open(), cast.open()
    letter = cast.letter(first, "acuse")
    outcome = cast.receive(cast.answer_to(letter, "Dato.", REQUESTER, tokens=(token_of(letter),)))
    other = cast.receive(
        cast.incoming(f"[SIGEC {second.number}]", "Dato.", tokens=(token_of(letter),), in_reply_to=None)
    )
    assert outcome.ticket_id == other.ticket_id == first.id


def test_a_token_that_is_not_ours_proves_nothing(cast: Cast) -> None:
    ticket = cast.open()
    outcome = cast.receive(cast.incoming("Hola", "¿Cómo va?", tokens=("aaaaaaaaaaaaaaaaaaaaaaaaaa",)))
    assert outcome.ticket_id != ticket.id


def test_a_message_in_the_tray_does_nothing_by_itself(cast: Cast) -> None:
    ticket, _ = tray(cast)
    assert (ticket.status, ticket.reopened) == ("closed", False)


def test_a_confirmed_message_acts(cast: Cast) -> None:
    ticket, message = tray(cast)
    cast.do(conversation.confirm_message, cast.agent, message.id)
    assert (message.standing, ticket.status, ticket.reopened) == ("joined", "open", True)
    assert cast.letters(ticket, to=STRANGER) == []


def test_a_message_set_aside_does_nothing(cast: Cast) -> None:
    ticket, message = tray(cast)
    cast.do(conversation.set_aside_message, cast.agent, message.id, "No la conocemos.")
    assert (message.standing, message.standing_reason) == ("set_aside", "No la conocemos.")
    assert ticket.status == "closed"


def test_a_message_leaves_the_tray_once(cast: Cast) -> None:
    _, message = tray(cast)
    cast.do(conversation.set_aside_message, cast.agent, message.id, "No la conocemos.")
    with pytest.raises(IllegalMove):
        cast.do(conversation.confirm_message, cast.agent, message.id)


def test_a_confirmed_document_resumes_a_returned_request_from_its_arrival(cast: Cast) -> None:
    ticket = cast.open(files=())
    arrived = cast.later(hours=1)
    outcome = cast.receive(cast.incoming("[SIGEC 1]", "Adjunto el memorándum.", STRANGER, files=(file(),)))
    cast.later(hours=4)
    assert outcome.message_id is not None
    cast.do(conversation.confirm_message, cast.agent, outcome.message_id)
    assert ticket.status == "waiting_approval"
    assert cast.suspensions(ticket)[0].until == arrived


def test_the_files_of_a_message_in_the_tray_prove_nothing(cast: Cast) -> None:
    ticket = cast.open(files=())
    cast.receive(cast.incoming("[SIGEC 1]", "Adjunto el memorándum.", STRANGER, files=(file(),)))
    assert (ticket.status, ticket.missing_documents) == ("waiting_requester", ["memorandum"])
