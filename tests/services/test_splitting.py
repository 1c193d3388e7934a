"""Two requests in one message become two tickets (R-159)."""

import pytest

from helpdesk import clock
from helpdesk.domain.errors import Conflict, IllegalMove, Invalid, NotFound
from helpdesk.models.messages import Attachment
from helpdesk.models.tickets import Ticket
from helpdesk.queries import dossier
from helpdesk.services import merging, splitting
from tests.cast import REQUESTER, STRANGER, Cast, file

pytestmark = pytest.mark.usefixtures("at_work")
OTHER_TYPE = "otra_solicitud_formal"
TWO_FILES = (file(), file("Memorandum 13.pdf"))


def split(cast: Cast, ticket: Ticket, *names: str, request_type: str = OTHER_TYPE) -> Ticket:
    """The agent splits the first message off, with the files of those names."""
    message = cast.messages(ticket)[0]
    chosen = tuple(each.id for each in files(cast, ticket) if each.filename in names)
    return cast.do(splitting.split, cast.agent, ticket.id, None, message.id, chosen, request_type)


def files(cast: Cast, ticket: Ticket) -> list[Attachment]:
    """The files of a ticket's messages, in their order."""
    ids = [message.id for message in cast.messages(ticket)]
    return list(cast.session.query(Attachment).where(Attachment.message_id.in_(ids)).order_by(Attachment.id))


def test_the_second_ticket_has_its_own_number_type_and_route(cast: Cast) -> None:
    ticket = cast.open(files=TWO_FILES)
    made = split(cast, ticket, "Memorandum 13.pdf")
    assert made.number == ticket.number + 1
    assert (made.request_type, made.requester_id) == (OTHER_TYPE, ticket.requester_id)
    assert made.status == "waiting_approval" or made.status == "waiting_requester"
    assert cast.steps(made)


def test_it_was_received_when_its_message_was(cast: Cast) -> None:
    ticket = cast.open(files=TWO_FILES)
    cast.later(days=1)
    made = split(cast, ticket)
    assert made.received_at == cast.messages(ticket)[0].at == ticket.received_at


def test_the_requester_is_told_of_the_second_number(cast: Cast) -> None:
    ticket = cast.open(files=TWO_FILES)
    made = split(cast, ticket, "Memorandum 13.pdf")
    assert f"[SIGEC {made.number}]" in cast.letters(made, to=REQUESTER)[0].subject


def test_only_the_chosen_files_go_along_and_the_evidence_is_the_same(cast: Cast) -> None:
    ticket = cast.open(files=TWO_FILES)
    made = split(cast, ticket, "Memorandum 13.pdf")
    first, copied = cast.messages(ticket)[0], cast.messages(made)[0]
    assert [each.filename for each in files(cast, made)] == ["Memorandum 13.pdf"]
    assert (copied.ledger_id, copied.text, copied.message_id) == (first.ledger_id, first.text, first.message_id)
    assert files(cast, made)[0].sha256 == files(cast, ticket)[1].sha256


def test_the_first_ticket_loses_nothing(cast: Cast) -> None:
    ticket = cast.open(files=TWO_FILES)
    before = (cast.steps(ticket), ticket.status, ticket.due_at, [each.id for each in files(cast, ticket)])
    split(cast, ticket, "Memorandum 13.pdf")
    assert (cast.steps(ticket), ticket.status, ticket.due_at, [each.id for each in files(cast, ticket)]) == before


def test_both_tickets_tell_the_split(cast: Cast) -> None:
    ticket = cast.open(files=TWO_FILES)
    made = split(cast, ticket)
    with clock.fixed(cast.now):
        links = [dossier.whole(cast.session, each, cast.now)["links"][0] for each in (ticket, made)]
    assert [(each["kind"], each["direction"]) for each in links] == [("split", "out"), ("split", "in")]
    assert cast.events(ticket, "linked")
    assert cast.events(made, "opened")[0].data["split_from"] == f"SIGEC-{ticket.number}"


def test_a_reply_to_each_acknowledgement_joins_its_own_ticket(cast: Cast) -> None:
    ticket = cast.open(files=TWO_FILES)
    made = split(cast, ticket, "Memorandum 13.pdf")
    for each in (ticket, made):
        letter = cast.letters(each, to=REQUESTER)[0]
        assert cast.receive(cast.answer_to(letter, "Agrego un dato.", REQUESTER)).ticket_id == each.id


def test_whoever_was_in_copy_takes_part_in_both(cast: Cast) -> None:
    made = split(cast, cast.open(files=TWO_FILES, cc=(STRANGER,)))
    outcome = cast.receive(cast.incoming(f"[SIGEC {made.number}]", "Agrego un dato.", STRANGER))
    assert (outcome.action, outcome.ticket_id) == ("append", made.id)


def test_a_file_of_another_message_is_refused(cast: Cast) -> None:
    ticket, other = cast.open(files=TWO_FILES), cast.open(files=TWO_FILES)
    message, foreign = cast.messages(ticket)[0], files(cast, other)[0]
    with pytest.raises(Invalid):
        cast.do(splitting.split, cast.agent, ticket.id, None, message.id, (foreign.id,), OTHER_TYPE)


def test_only_a_letter_that_came_to_the_ticket_is_split_off(cast: Cast) -> None:
    ticket, other = cast.open(), cast.open()
    ours = cast.letter(ticket, "acuse").message_id
    for message_id in (ours, cast.messages(other)[0].id, 0):
        with pytest.raises(NotFound):
            cast.do(splitting.split, cast.agent, ticket.id, None, message_id, (), OTHER_TYPE)


def test_a_message_that_nobody_confirmed_opens_nothing(cast: Cast) -> None:
    ticket = cast.open()
    waits = cast.receive(cast.incoming(f"[SIGEC {ticket.number}]", "Cambien mi clave.", STRANGER))
    with pytest.raises(IllegalMove):
        cast.do(splitting.split, cast.agent, ticket.id, None, waits.message_id, (), OTHER_TYPE)


def test_an_unknown_type_or_a_foreign_agent_is_refused(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(NotFound):
        split(cast, ticket, request_type="nada")
    with pytest.raises(NotFound):
        cast.do(splitting.split, cast.foreigner, ticket.id, None, cast.messages(ticket)[0].id, (), OTHER_TYPE)
    with pytest.raises(Conflict):
        message = cast.messages(ticket)[0].id
        cast.do(splitting.split, cast.agent, ticket.id, ticket.touched - 1, message, (), OTHER_TYPE)


def test_a_merged_ticket_is_not_split(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    cast.do(merging.merge, cast.agent, ticket.id, None, into.number)
    with pytest.raises(IllegalMove):
        split(cast, ticket)
