"""Two tickets on the same matter joined into one conversation, and told apart again (R-187)."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.domain.calendars import DayEdit
from helpdesk.domain.errors import Conflict, IllegalMove, Invalid, NotFound
from helpdesk.models.alarms import Alarm
from helpdesk.models.documents import Document
from helpdesk.models.messages import Attachment
from helpdesk.models.tickets import Ticket, TicketLink
from helpdesk.queries import approvalpages, merges
from helpdesk.queries import approvals as waiting
from helpdesk.queries import deadlines as terms
from helpdesk.queries.viewers import viewer
from helpdesk.services import alarms, approvals, approvals_moved, authority, calendars, conversation, merging, ringing
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER, STRANGER, Cast, file

pytestmark = pytest.mark.usefixtures("at_work")


def merge(cast: Cast, ticket: Ticket, into: Ticket) -> TicketLink:
    """The agent lets the matter of one ticket go on in the other."""
    return cast.do(merging.merge, cast.agent, ticket.id, None, into.number)


def files_of(cast: Cast, ticket: Ticket) -> list[str]:
    """The files that stand for documents of a ticket, by name."""
    rows = (
        select(Attachment.filename).join(Document).where(Document.ticket_id == ticket.id, Document.state != "rejected")
    )
    return list(cast.session.scalars(rows.order_by(Attachment.id)))


def test_the_merged_ticket_ends_and_nothing_of_it_moves(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    before = (cast.steps(ticket), len(cast.messages(ticket)), ticket.due_at, ticket.started_at, ticket.filed_at)
    merge(cast, ticket, into)
    after = (cast.steps(ticket), len(cast.messages(ticket)) - 1, ticket.due_at, ticket.started_at, ticket.filed_at)
    assert after == before
    assert (ticket.status, ticket.merged_into_id) == ("closed", into.id)
    assert into.closed_at is None


def test_the_requester_is_told_both_numbers(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    merge(cast, ticket, into)
    letter = cast.letter(ticket, "unido", REQUESTER)
    assert f"SIGEC-{ticket.number}" in letter.text
    assert f"SIGEC-{into.number}" in letter.text


@pytest.mark.parametrize("sign", ["token", "our_message_id", "known_message_id", "number"])
def test_what_answers_the_merged_ticket_joins_the_other_by_any_sign(cast: Cast, sign: str) -> None:
    into, ticket = cast.open(), cast.open()
    merge(cast, ticket, into)
    letter = cast.letter(ticket, "acuse")
    reply = cast.answer_to(letter, "Agrego un dato.", REQUESTER)
    bare = replace(reply, subject="Otro asunto", tokens=(), in_reply_to=None, references=())
    by = {
        "token": replace(bare, tokens=reply.tokens),
        "our_message_id": replace(bare, in_reply_to=letter.rfc_message_id),
        "known_message_id": replace(bare, in_reply_to=cast.messages(ticket)[0].message_id),
        "number": replace(bare, subject=f"Re: [SIGEC {ticket.number}]"),
    }
    outcome = cast.receive(by[sign])
    assert (outcome.action, outcome.ticket_id) == ("append", into.id)
    assert cast.messages(into)[-1].came_for_id == ticket.id
    assert ticket.status == "closed"


def test_a_stranger_who_names_the_merged_ticket_waits_in_the_tray_of_the_other(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    merge(cast, ticket, into)
    outcome = cast.receive(cast.incoming(f"[SIGEC {ticket.number}]", "Apruebo.", STRANGER))
    assert (outcome.action, outcome.ticket_id, outcome.reason) == ("needs_human", into.id, "not_a_participant")


def test_a_message_to_the_end_of_a_chain_keeps_for_which_ticket_it_came(cast: Cast) -> None:
    last, middle, first = cast.open(), cast.open(), cast.open()
    merge(cast, first, middle)
    merge(cast, middle, last)
    outcome = cast.receive(cast.answer_to(cast.letter(first, "acuse"), "Agrego un dato.", REQUESTER))
    assert outcome.ticket_id == last.id
    assert cast.messages(last)[-1].came_for_id == first.id
    assert merges.family(cast.session, last.id) == {first.id, middle.id, last.id}


def test_there_is_no_ring_of_tickets(cast: Cast) -> None:
    one, other = cast.open(), cast.open()
    merge(cast, one, other)
    with pytest.raises(IllegalMove):
        merge(cast, other, one)
    with pytest.raises(Invalid):
        merge(cast, other, other)


def test_tickets_of_different_people_stay_apart(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open(sender=STRANGER)
    with pytest.raises(IllegalMove, match="no toma parte"):
        merge(cast, ticket, into)


def test_whoever_is_in_copy_takes_part_already(cast: Cast) -> None:
    into, ticket = cast.open(cc=(STRANGER,)), cast.open(sender=STRANGER)
    merge(cast, ticket, into)
    assert ticket.merged_into_id == into.id


def test_a_ticket_with_a_decision_is_not_merged(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    with pytest.raises(IllegalMove, match="decisión"):
        merge(cast, ticket, into)


def test_only_open_tickets_are_merged(cast: Cast) -> None:
    ended, ticket = cast.closed(), cast.open()
    with pytest.raises(IllegalMove, match="ya terminó"):
        merge(cast, ticket, ended)


def test_a_page_read_before_a_change_does_not_merge(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    with pytest.raises(Conflict):
        cast.do(merging.merge, cast.agent, ticket.id, ticket.touched - 1, into.number)


def test_nobody_merges_into_a_ticket_out_of_the_own_reach(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    with pytest.raises(NotFound):
        cast.do(merging.merge, cast.colleague, ticket.id, None, into.number)
    with pytest.raises(NotFound):
        cast.do(merging.merge, cast.foreigner, ticket.id, None, into.number)


def test_the_approval_of_a_merged_ticket_is_not_decided_on_the_page(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    step = cast.step(ticket)
    merge(cast, ticket, into)
    with pytest.raises(IllegalMove, match="se unió"):
        cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), step.id, "approve", None, "web")
    page = approvalpages.page(cast.session, step.id)
    assert (page.state, page.moved_to) == ("withdrawn", f"SIGEC-{into.number}")


def test_the_approval_of_a_merged_ticket_waits_for_nobody(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    head = cast.person(REGIONAL_HEAD)
    head.is_staff = True
    cast.session.flush()
    merge(cast, ticket, into)
    with clock.fixed(cast.now):
        who = viewer(cast.session, head.id)
        assert who is not None
        assert [line.ticket.id for line in waiting.waiting(cast.session, who)] == [into.id]
        assert waiting.waiting_count(cast.session, who) == 1


def test_an_approval_by_mail_of_a_merged_ticket_decides_nothing_in_either(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    merge(cast, ticket, into)
    outcome = cast.answers(ticket, REGIONAL_HEAD, "Apruebo.")
    assert (outcome.action, outcome.ticket_id) == ("append", into.id)
    assert "done" not in (cast.steps(ticket)["validar_jar"], cast.steps(into)["validar_jar"])
    assert "no decide nada" in cast.letter(ticket, "unido", REGIONAL_HEAD).text


def test_undoing_gives_back_status_messages_and_files(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open(files=())
    link = merge(cast, ticket, into)
    reply = cast.answer_to(cast.letter(ticket, "incompleto"), "Adjunto el memorándum.", REQUESTER)
    cast.receive(replace(reply, files=(file("Memorandum 77.pdf"),)))
    assert "Memorandum 77.pdf" in files_of(cast, into)
    cast.do(merging.undo, cast.agent, link.id)
    assert files_of(cast, ticket) == ["Memorandum 77.pdf"]
    assert "Memorandum 77.pdf" not in files_of(cast, into)
    assert [message.came_for_id for message in cast.messages(ticket)] == [None] * len(cast.messages(ticket))
    assert (ticket.status, ticket.closed_at, ticket.merged_into_id) == ("waiting_approval", None, None)
    assert link.undone_by_id == cast.agent.person_id


def test_the_clock_ran_on_while_the_ticket_was_merged(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    instants = (ticket.received_at, ticket.filed_at, ticket.started_at, ticket.due_at)
    link = merge(cast, ticket, into)
    cast.later(days=3)
    cast.do(merging.undo, cast.agent, link.id)
    assert (ticket.received_at, ticket.filed_at, ticket.started_at, ticket.due_at) == instants
    assert cast.suspensions(ticket) == []
    assert ticket.status == "waiting_approval"


def test_a_suspended_term_stays_suspended_through_a_merge(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open(files=())
    stretches = [(each.since, each.until) for each in cast.suspensions(ticket)]
    link = merge(cast, ticket, into)
    cast.later(days=2)
    cast.do(merging.undo, cast.agent, link.id)
    assert [(each.since, each.until) for each in cast.suspensions(ticket)] == stretches
    assert ticket.status == "waiting_requester"


def test_an_unsorted_ticket_is_new_again(cast: Cast) -> None:
    into = cast.open()
    outcome = cast.receive(cast.incoming("Hola", "Buen día, tengo una duda general."))
    assert outcome.ticket_id is not None
    ticket = cast.ticket(outcome.ticket_id)
    assert ticket.request_type is None
    link = merge(cast, ticket, into)
    cast.do(merging.undo, cast.agent, link.id)
    assert ticket.status == "new"


def test_undoing_in_the_middle_of_a_chain_takes_what_hangs_below_along(cast: Cast) -> None:
    last, middle, first = cast.open(), cast.open(), cast.open()
    merge(cast, first, middle)
    link = merge(cast, middle, last)
    cast.receive(cast.answer_to(cast.letter(first, "acuse"), "Para el primero.", REQUESTER))
    cast.receive(cast.answer_to(cast.letter(middle, "acuse"), "Para el segundo.", REQUESTER))
    cast.do(merging.undo, cast.agent, link.id)
    came = {message.text: message.came_for_id for message in cast.messages(middle)}
    assert (came["Para el primero."], came["Para el segundo."]) == (first.id, None)
    assert merges.end_of(cast.session, first.id) == middle.id


def test_a_merge_is_not_undone_once_the_matter_has_ended(cast: Cast) -> None:
    into, ticket = cast.decided(), cast.open()
    link = merge(cast, ticket, into)
    with clock.fixed(cast.now):
        into.closed_at, into.status = cast.now, "closed"
    with pytest.raises(IllegalMove, match="no se deshace"):
        cast.do(merging.undo, cast.agent, link.id)


def test_a_merge_is_undone_once(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    link = merge(cast, ticket, into)
    cast.do(merging.undo, cast.agent, link.id)
    with pytest.raises(IllegalMove):
        cast.do(merging.undo, cast.agent, link.id)
    with pytest.raises(NotFound):
        cast.do(merging.undo, cast.agent, 0)


def test_the_approver_who_left_meanwhile_is_replaced_when_the_merge_is_undone(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    link = merge(cast, ticket, into)
    cast.do(authority.revoke, cast.agent, "sigec-cl", REGIONAL_HEAD.address, "jefe_administrativo_regional", "CL-BI")
    with clock.fixed(cast.now):
        approvals_moved.holders_changed(
            cast.session, cast.agent, cast.sigec.id, "jefe_administrativo_regional", "CL-BI"
        )
    cast.do(merging.undo, cast.agent, link.id)
    assert cast.step(ticket).approver_id is None
    assert ticket.blocked_by is not None


def test_an_approval_asked_before_the_merge_is_decided_after_it_is_undone(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    link = merge(cast, ticket, into)
    cast.do(merging.undo, cast.agent, link.id)
    assert cast.approve(ticket, REGIONAL_HEAD) == "approve"
    assert cast.approve(ticket, NATIONAL_OFFICER) == "approve"


def test_nothing_is_answered_or_confirmed_on_a_merged_ticket(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    waits = cast.receive(cast.incoming(f"[SIGEC {ticket.number}]", "¿Y lo mío?", STRANGER))
    merge(cast, ticket, into)
    with pytest.raises(IllegalMove, match="se unió"):
        cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.")
    with pytest.raises(IllegalMove, match="se unió"):
        cast.do(conversation.confirm_message, cast.agent, waits.message_id)


def test_the_alarms_of_a_merged_ticket_sleep(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    cast.do(alarms.put, ticket, {"expiry": cast.now})
    alarm = cast.session.scalars(select(Alarm).where(Alarm.ticket_id == ticket.id, Alarm.kind == "expiry")).one()
    link = merge(cast, ticket, into)
    assert alarm.id not in alarms.due(cast.session, cast.now, 100)
    assert cast.do(ringing.ring, alarm.id) is False
    assert alarm.rung_at is None
    cast.do(merging.undo, cast.agent, link.id)
    assert alarm.id in alarms.due(cast.session, cast.now, 100)


def test_both_histories_tell_the_merge_and_its_end(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    link = merge(cast, ticket, into)
    cast.do(merging.undo, cast.agent, link.id)
    for each, other in ((ticket, into), (into, ticket)):
        assert cast.events(each, "linked")[0].data["number"] == f"SIGEC-{other.number}"
        assert cast.events(each, "unmerged")[0].data["number"] == f"SIGEC-{other.number}"


def test_how_a_merged_ticket_was_counted_stays_until_the_merge_is_undone(cast: Cast) -> None:
    into, ticket = cast.open(), cast.open()
    link = merge(cast, ticket, into)
    before = terms.explained(cast.session, ticket)
    assert before != ()
    edit = DayEdit(date(2026, 4, 8), "closed", "Paro", "Resolución 45")
    cast.do(calendars.add_day, cast.agent, cast.sigec.id, "cl-sigec", edit)
    assert terms.explained(cast.session, ticket) == before
    cast.do(merging.undo, cast.agent, link.id)
    assert ticket.due_at == into.due_at
    assert terms.explained(cast.session, ticket) == terms.explained(cast.session, into)


@pytest.mark.parametrize(
    "text", ["Ya no lo necesitamos, por favor dejar sin efecto.", "El monto correcto es 3.400.000."]
)
def test_what_was_withdrawn_or_corrected_while_merged_is_asked_about_afresh_once_undone(cast: Cast, text: str) -> None:
    ticket, into = cast.open(), cast.open()
    asked = cast.letter(ticket, "aprobacion")
    link = merge(cast, ticket, into)
    cast.receive(cast.answer_to(cast.letter(ticket, "acuse"), text, REQUESTER))
    cast.do(merging.undo, cast.agent, link.id)
    assert text in " ".join(cast.letter(ticket, "aprobacion", REGIONAL_HEAD).text.replace("> ", "").split())
    assert len(cast.letters(ticket, "aprobacion")) == 2
    assert cast.events(ticket, "desk_told")
    cast.receive(cast.answer_to(asked, "Apruebo.", REGIONAL_HEAD))
    assert cast.step(ticket).key == "validar_jar"


def test_a_correction_that_completes_a_returned_ticket_while_merged_is_asked_about_once(cast: Cast) -> None:
    ticket, into = cast.open(files=()), cast.open()
    link = merge(cast, ticket, into)
    text = "El monto correcto es 3.400.000. Va el memorándum."
    answer = cast.answer_to(cast.letter(ticket, "incompleto"), text, REQUESTER, files=(file("Memorándum 12.pdf"),))
    cast.receive(answer)
    cast.do(merging.undo, cast.agent, link.id)
    (asked,) = cast.letters(ticket, "aprobacion")
    assert "3.400.000" in asked.text
