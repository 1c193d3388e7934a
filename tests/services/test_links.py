"""Links between tickets (R-180, R-187)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.domain.errors import Conflict, IllegalMove, Invalid, NotFound
from helpdesk.models.tickets import TicketLink
from helpdesk.queries import dossier
from helpdesk.services import links
from tests.cast import REQUESTER, Cast


def around(cast: Cast, number: int) -> list[tuple[str, str, str]]:
    """The links of a ticket as its document tells them: number, kind, direction."""
    ticket = dossier.by_number(cast.session, f"SIGEC-{number}")
    with clock.fixed(cast.now):
        found = dossier.whole(cast.session, ticket, cast.now)["links"]
    return [(each["number"], each["kind"], each["direction"]) for each in found]


pytestmark = pytest.mark.usefixtures("at_work")


def test_a_link_shows_on_both_tickets(cast: Cast) -> None:
    one, other = cast.open(), cast.open()
    cast.do(links.link, cast.agent, one.id, one.touched, other.number)
    assert around(cast, one.number) == [(f"SIGEC-{other.number}", "related", "out")]
    assert around(cast, other.number) == [(f"SIGEC-{one.number}", "related", "in")]
    assert cast.events(one, "linked")[0].data["number"] == f"SIGEC-{other.number}"
    assert cast.events(other, "linked")[0].data["number"] == f"SIGEC-{one.number}"


def test_a_link_taken_back_shows_no_more_but_stays_in_the_history(cast: Cast) -> None:
    one, other = cast.open(), cast.open()
    made = cast.do(links.link, cast.agent, one.id, None, other.number)
    cast.do(links.unlink, cast.agent, made.id)
    assert around(cast, one.number) == []
    assert made.undone_by_id == cast.agent.person_id
    assert len(cast.events(other, "unlinked")) == 1
    with pytest.raises(IllegalMove):
        cast.do(links.unlink, cast.agent, made.id)


def test_two_tickets_can_be_linked_again(cast: Cast) -> None:
    one, other = cast.open(), cast.open()
    made = cast.do(links.link, cast.agent, one.id, None, other.number)
    cast.do(links.unlink, cast.agent, made.id)
    cast.do(links.link, cast.agent, other.id, None, one.number)
    assert len(around(cast, one.number)) == 1


def test_two_tickets_are_linked_once_whichever_was_first(cast: Cast) -> None:
    one, other = cast.open(), cast.open()
    cast.do(links.link, cast.agent, one.id, None, other.number)
    with pytest.raises(IllegalMove):
        cast.do(links.link, cast.agent, other.id, None, one.number)


def test_a_ticket_is_not_linked_with_itself(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(Invalid):
        cast.do(links.link, cast.agent, ticket.id, None, ticket.number)


def test_a_ticket_of_another_institution_is_not_there(cast: Cast) -> None:
    ticket = cast.open()
    box = cast.mailbox("centro_servicios", cast.mef)
    theirs = [cast.receive(cast.incoming("Consulta", "¿Cómo entro?", mailbox=box)).ticket_id for _ in range(2)]
    foreign = cast.ticket(theirs[1] or 0)
    assert foreign.number != ticket.number
    with pytest.raises(NotFound):
        cast.do(links.link, cast.agent, ticket.id, None, foreign.number)
    with pytest.raises(NotFound):
        cast.do(links.link, cast.foreigner, ticket.id, None, ticket.number)


def test_nobody_links_with_a_ticket_out_of_the_own_reach(cast: Cast) -> None:
    one, other = cast.open(), cast.open()
    with pytest.raises(NotFound):
        cast.do(links.link, cast.colleague, one.id, None, other.number)


def test_a_link_of_a_page_read_before_a_change_is_refused(cast: Cast) -> None:
    one, other = cast.open(), cast.open()
    with pytest.raises(Conflict):
        cast.do(links.link, cast.agent, one.id, one.touched - 1, other.number)


def test_still_failing_after_the_time_to_reopen_opens_a_ticket_that_follows(cast: Cast) -> None:
    ticket = cast.closed()
    cast.now += timedelta(days=60)
    letter = cast.letter(ticket, "cierre", REQUESTER)
    later = cast.receive(cast.answer_to(letter, "Sigue fallando: la rendición aparece aprobada.", REQUESTER))
    assert later.ticket_id is not None
    follower = cast.ticket(later.ticket_id)
    assert around(cast, ticket.number) == [(f"SIGEC-{follower.number}", "follow_up", "out")]
    made = cast.session.scalars(select(TicketLink)).one()
    with pytest.raises(IllegalMove):
        cast.do(links.unlink, cast.agent, made.id)
