"""Members of the staff who follow a ticket («Seguir»)."""

import pytest
from sqlalchemy import select

from helpdesk.domain.errors import NotFound
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person, TeamMember
from helpdesk.models.tickets import Ticket, TicketParticipant
from helpdesk.services import accounts, conversation, following, merging, threads
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER, STRANGER, Cast

pytestmark = pytest.mark.usefixtures("at_work")
ANA = "ana@sigec-cl.example.org"


def told(cast: Cast, ticket: Ticket, address: str = ANA) -> list[str]:
    """What the follower was told, by subject."""
    found = select(Letter.subject).where(
        Letter.ticket_id == ticket.id, Letter.recipient == address, Letter.letter == "aviso_interno"
    )
    return [" ".join(subject.split()) for subject in cast.session.scalars(found.order_by(Letter.id))]


def followed(cast: Cast) -> Ticket:
    """A ticket that Ana follows."""
    ticket = cast.open()
    cast.do(following.follow, cast.agent, ticket.id)
    return ticket


def test_a_follower_is_told_of_a_message(cast: Cast) -> None:
    ticket = followed(cast)
    cast.receive(cast.answer_to(cast.letter(ticket, "acuse"), "Agrego un dato.", REQUESTER))
    assert len(told(cast, ticket)) == 1
    assert "Llegó un mensaje" in told(cast, ticket)[0]


def test_a_follower_is_told_of_each_decision_once(cast: Cast) -> None:
    ticket = followed(cast)
    cast.approve(ticket, REGIONAL_HEAD)
    cast.approve(ticket, NATIONAL_OFFICER)
    assert len(told(cast, ticket)) == 2
    assert all("Se tomó una decisión" in subject for subject in told(cast, ticket))


def test_an_answer_that_decides_nothing_is_a_message(cast: Cast) -> None:
    ticket = followed(cast)
    cast.answers(ticket, REGIONAL_HEAD, "Lo veo mañana.")
    assert ["Llegó un mensaje" in subject for subject in told(cast, ticket)] == [True]


def test_a_follower_is_told_of_the_end_but_not_of_the_own_acts(cast: Cast) -> None:
    cast.do(accounts.join_team, cast.agent, "sigec-cl", "luis@sigec-cl.example.org", "mesa_ayuda", None)
    other = cast.decided()
    cast.do(following.follow, cast.agent, other.id)
    cast.do(following.follow, cast.colleague, other.id)
    close(cast, other)
    assert told(cast, other) == []
    assert ["Ticket terminado" in subject for subject in told(cast, other, "luis@sigec-cl.example.org")] == [True]


def close(cast: Cast, ticket: Ticket) -> None:
    """Ana executes and answers."""
    cast.execute(ticket)
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Listo.", close=True)


def test_whoever_follows_twice_is_told_once_and_no_more_after_unfollowing(cast: Cast) -> None:
    ticket = followed(cast)
    cast.do(following.follow, cast.agent, ticket.id)
    cast.approve(ticket, REGIONAL_HEAD)
    assert len(told(cast, ticket)) == 1
    cast.do(following.unfollow, cast.agent, ticket.id)
    cast.approve(ticket, NATIONAL_OFFICER)
    assert len(told(cast, ticket)) == 1


def test_a_message_that_waits_in_the_tray_is_told_when_it_is_let_in(cast: Cast) -> None:
    ticket = followed(cast)
    waits = cast.receive(cast.incoming(f"[SIGEC {ticket.number}]", "¿Y lo mío?", STRANGER))
    assert told(cast, ticket) == []
    cast.do(conversation.confirm_message, cast.colleague, waits.message_id)
    assert len(told(cast, ticket)) == 1


def test_automatic_mail_is_not_told(cast: Cast) -> None:
    ticket = followed(cast)
    away = cast.answer_to(cast.letter(ticket, "acuse"), "Estoy de vacaciones.", REQUESTER, kind="auto_reply")
    cast.receive(away)
    assert told(cast, ticket) == []


def test_nobody_follows_what_is_out_of_reach(cast: Cast) -> None:
    ticket = cast.open()
    for actor in (cast.colleague, cast.foreigner):
        with pytest.raises(NotFound):
            cast.do(following.follow, actor, ticket.id)


def test_a_follower_who_may_not_see_the_ticket_any_more_is_told_nothing(cast: Cast) -> None:
    ticket = followed(cast)
    cast.session.query(TeamMember).where(TeamMember.person_id == cast.agent.person_id).delete()
    cast.approve(ticket, REGIONAL_HEAD)
    assert told(cast, ticket) == []


def test_a_follower_whose_account_is_closed_is_told_nothing(cast: Cast) -> None:
    ticket = followed(cast)
    cast.session.get_one(Person, cast.agent.person_id).disabled = True
    cast.approve(ticket, REGIONAL_HEAD)
    assert told(cast, ticket) == []


def test_following_makes_nobody_a_participant(cast: Cast) -> None:
    ticket = followed(cast)
    assert not threads.takes_part(cast.session, ticket, ANA)


def test_whoever_was_in_copy_stays_so_when_following_ends(cast: Cast) -> None:
    ticket = cast.open()
    cast.session.add(TicketParticipant(ticket_id=ticket.id, person_id=cast.agent.person_id, kind="cc"))
    cast.session.flush()
    cast.do(following.follow, cast.agent, ticket.id)
    cast.do(following.unfollow, cast.agent, ticket.id)
    assert threads.takes_part(cast.session, ticket, ANA)


def test_the_end_by_a_merge_is_told(cast: Cast) -> None:
    into, ticket = cast.open(), followed(cast)
    cast.do(accounts.join_team, cast.agent, "sigec-cl", "luis@sigec-cl.example.org", "mesa_ayuda", None)
    cast.do(merging.merge, cast.colleague, ticket.id, None, into.number)
    assert ["Ticket terminado" in subject for subject in told(cast, ticket)] == [True]
