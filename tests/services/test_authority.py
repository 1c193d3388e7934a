"""Who holds a function on a date, who substitutes, who is away, and how open approvals move (R-071, R-175, R-176)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from helpdesk import clock
from helpdesk.domain.actors import Actor, machine, operator
from helpdesk.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.people import Person, TeamMember
from helpdesk.models.tickets import Ticket
from helpdesk.queries.people import holders
from helpdesk.services import accounts, approvals, approvals_moved, authority, tickets
from tests.cast import NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER, Cast, _staff, file, load
from tests.domain.shipped import shipped

ROLE = "jefe_administrativo_regional"
HERE = (ROLE, "CL-BI")
DEPUTY = Named("Subrogante", "subrogante@sigec-cl.example.org")
TODAY = date(2026, 4, 7)
WEEK = timedelta(days=7)


def who(cast: Cast, on: date = TODAY, role: str = ROLE, scope: str | None = "CL-BI") -> list[str]:
    """The addresses of those who act for a function on a date, the first to ask first."""
    return [holder.person.address for holder in cast.do(holders, cast.sigec.id, role, scope, on)]


def away(cast: Cast, since: date = TODAY, until: date | None = TODAY + WEEK, by: str | None = None) -> int:
    """The head of the region is away."""
    return cast.do(authority.absent, operator(), "sigec-cl", REGIONAL_HEAD.address, since, until, "Licencia", by).id


def look(cast: Cast) -> None:
    """The desk's own clock looks at the approvals that wait."""
    with clock.fixed(cast.now):
        for function in approvals_moved.turned(cast.session, cast.now):
            for ticket_id in approvals_moved.astray(cast.session, function):
                approvals_moved.move(cast.session, machine(function.institution_id), ticket_id)


def asked(cast: Cast, ticket: Ticket) -> list[str]:
    """Who was written to for a decision, in order."""
    return [letter.recipient for letter in cast.letters(ticket, "aprobacion")]


@dataclass
class Centre:
    """A consultation of the Peruvian centre, which lies with its specialist by function."""

    cast: Cast
    ticket: Ticket
    agent: Actor

    def away(self, since: date, until: date | None, by: str | None = None) -> int:
        """Whoever has the ticket is away."""
        holder = self.cast.session.get_one(Person, self.ticket.assignee_id)
        whole = (operator(), "conectamef-pe", holder.address, since, until, "Licencia", by)
        return self.cast.do(authority.absent, *whole).id

    def held_by(self) -> str | None:
        """The address of whoever has the ticket."""
        person = self.cast.session.get(Person, self.ticket.assignee_id or 0)
        return person.address if person is not None else None


@pytest.fixture
def centre(cast: Cast) -> Centre:
    """It was just asked."""
    peru = load(cast.session, shipped("conectamef-pe"))
    box = cast.mailbox("conectamef_piura", peru)
    outcome = cast.receive(cast.incoming("Consulta de Tesorería", "¿Cómo anulo un giro en Tesorería?", mailbox=box))
    ticket = cast.ticket(outcome.ticket_id or 0)
    made = Centre(cast, ticket, _staff(cast.session, peru, "Mesa", "mesa@conectamef-pe.example.org"))
    assert cast.step(ticket).role == "especialista"
    assert made.held_by() is not None
    # One specialist, so that the function is vacant without that person.
    for holder in cast.do(holders, peru.id, "especialista", ticket.centre, TODAY):
        if holder.person.id != ticket.assignee_id:
            cast.do(authority.revoke, operator(), peru.key, holder.person.address, "especialista", ticket.centre)
    return made


EXPERT = "reemplazo.piura@conectamef-pe.example.org"


def test_work_of_who_is_away_goes_to_the_substitute_who_is_told(centre: Centre) -> None:
    centre.away(TODAY, TODAY + WEEK, EXPERT)
    assert centre.held_by() == EXPERT
    assert centre.cast.letter(centre.ticket, "derivado").recipient == EXPERT


def test_work_moves_on_the_day_on_which_the_absence_begins_and_comes_back_after_it(centre: Centre) -> None:
    holder = centre.held_by()
    centre.away(TODAY + timedelta(days=1), TODAY + WEEK, EXPERT)
    look(centre.cast)
    assert centre.held_by() == holder
    centre.cast.later(days=1)
    look(centre.cast)
    assert centre.held_by() == EXPERT
    centre.cast.later(days=7)
    look(centre.cast)
    assert centre.held_by() == holder


def test_without_a_substitute_the_work_goes_back_to_its_team_and_nobody_is_written_to(centre: Centre) -> None:
    holder, before = centre.held_by(), len(centre.cast.letters(centre.ticket))
    centre.away(TODAY, TODAY + WEEK)
    assert centre.held_by() is None
    (event,) = centre.cast.events(centre.ticket, "back_in_queue")
    assert (event.data["from"], "está ausente" in event.data["sentence"]) == (holder, True)
    assert len(centre.cast.letters(centre.ticket)) == before
    look(centre.cast)
    assert len(centre.cast.events(centre.ticket, "back_in_queue")) == 1


def test_work_in_the_queue_for_want_of_a_holder_goes_to_whoever_is_named(centre: Centre) -> None:
    absence, holder = centre.away(TODAY, TODAY + WEEK), centre.cast.events(centre.ticket, "back_in_queue")[0]
    centre.cast.do(authority.back, operator(), "conectamef-pe", absence)
    assert centre.held_by() == holder.data["from"]


@pytest.mark.parametrize("by", [EXPERT, None])
def test_work_that_somebody_was_given_by_hand_stays_there(centre: Centre, by: str | None) -> None:
    holder, ticket = centre.held_by(), centre.ticket
    centre.cast.do(tickets.assign, centre.agent, ticket.id, None, centre.agent.person_id)
    person = centre.cast.session.query(Person).filter_by(address=holder).one()
    person.is_staff = True
    centre.cast.do(tickets.assign, centre.agent, ticket.id, None, person.id)
    centre.away(TODAY, TODAY + WEEK, by)
    assert centre.held_by() == holder


def test_a_function_is_held_from_the_day_of_its_grant(cast: Cast) -> None:
    cast.do(authority.grant, operator(), "sigec-cl", DEPUTY.address, ROLE, "CL-VS")
    assert DEPUTY.address in who(cast, scope="CL-VS")
    assert DEPUTY.address not in who(cast, TODAY - WEEK, scope="CL-VS")


def test_a_past_holder_is_still_known_for_the_past(cast: Cast) -> None:
    cast.do(authority.revoke, operator(), "sigec-cl", REGIONAL_HEAD.address, *HERE)
    cast.do(authority.grant, operator(), "sigec-cl", DEPUTY.address, *HERE)
    assert who(cast) == [DEPUTY.address]
    assert who(cast, TODAY - WEEK) == [REGIONAL_HEAD.address]


def test_whoever_lost_the_account_is_still_known_for_the_past(cast: Cast) -> None:
    cast.do(accounts.disable, operator(), "sigec-cl", REGIONAL_HEAD.address)
    assert who(cast) == []
    assert who(cast, TODAY - WEEK) == [REGIONAL_HEAD.address]


def test_a_grant_for_a_later_day_begins_on_it(cast: Cast) -> None:
    cast.do(authority.grant, operator(), "sigec-cl", DEPUTY.address, *HERE, TODAY + WEEK)
    assert DEPUTY.address not in who(cast)
    assert DEPUTY.address in who(cast, TODAY + WEEK)


@pytest.mark.parametrize(("days", "there"), [(-1, True), (0, False), (7, False), (8, True)])
def test_who_is_away_does_not_act_on_those_days(cast: Cast, days: int, there: bool) -> None:
    away(cast)
    assert (who(cast, TODAY + timedelta(days=days)) == [REGIONAL_HEAD.address]) is there


def test_a_substitute_who_is_away_does_not_act_either(cast: Cast) -> None:
    cast.do(authority.substitute, operator(), "sigec-cl", DEPUTY.address, *HERE, TODAY, TODAY)
    cast.do(authority.absent, operator(), "sigec-cl", DEPUTY.address, TODAY, None)
    assert who(cast) == [REGIONAL_HEAD.address]


def test_a_function_without_holder_is_answered_for_by_the_one_it_is_an_alias_of(cast: Cast) -> None:
    programme = "programa-familias"
    cast.do(authority.revoke, operator(), "sigec-cl", NATIONAL_OFFICER.address, "encargado_programa", programme)
    assert who(cast, role="encargado_programa", scope=programme) == who(
        cast, role="encargado_nacional", scope=programme
    )
    assert who(cast, role="encargado_programa", scope=programme) == [NATIONAL_OFFICER.address]


def test_a_holder_of_its_own_comes_before_the_alias(cast: Cast) -> None:
    cast.do(authority.grant, operator(), "sigec-cl", DEPUTY.address, "encargado_programa", "programa-familias")
    assert DEPUTY.address in who(cast, role="encargado_programa", scope="programa-familias")


def test_a_change_of_holder_moves_the_open_approval(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(authority.revoke, operator(), "sigec-cl", REGIONAL_HEAD.address, *HERE)
    cast.do(authority.grant, operator(), "sigec-cl", DEPUTY.address, *HERE)
    assert asked(cast, ticket) == [REGIONAL_HEAD.address, DEPUTY.address]
    assert ticket.blocked_by is None


def test_a_decision_that_was_taken_stays_with_the_person_who_took_it(cast: Cast) -> None:
    ticket = cast.open()
    step = cast.step(ticket)
    cast.approve(ticket, REGIONAL_HEAD)
    cast.do(authority.depart, operator(), "sigec-cl", REGIONAL_HEAD.address, TODAY)
    assert (step.decided_by_id, step.role, step.state) == (cast.person(REGIONAL_HEAD).id, ROLE, "done")


def test_an_absence_with_a_substitute_moves_the_open_approval_at_once(cast: Cast) -> None:
    ticket = cast.open()
    away(cast, by=DEPUTY.address)
    assert asked(cast, ticket) == [REGIONAL_HEAD.address, DEPUTY.address]
    assert cast.step(ticket).on_behalf_of_id == cast.person(REGIONAL_HEAD).id


def test_a_substitute_answers_the_letter_that_the_holder_got_before(cast: Cast) -> None:
    ticket = cast.open()
    since = cast.now.date() + timedelta(days=1)
    role = ("sigec-cl", DEPUTY.address, "jefe_administrativo_regional", "CL-BI")
    cast.do(authority.substitute, cast.agent, *role, since, since)
    cast.now += timedelta(days=1)
    letter = cast.letter(ticket, "aprobacion", REGIONAL_HEAD)
    assert cast.receive(cast.answer_to(letter, "Apruebo.", DEPUTY)).action == "approve"
    (decided,) = cast.events(ticket, "decided")
    assert decided.data["on_behalf_of"]["address"] == REGIONAL_HEAD.address


def test_a_colleague_without_the_function_does_not(cast: Cast) -> None:
    ticket = cast.open()
    cast.person(DEPUTY)
    letter = cast.letter(ticket, "aprobacion", REGIONAL_HEAD)
    assert cast.receive(cast.answer_to(letter, "Apruebo.", DEPUTY)).reason == "third_party_to_reply_address"
    assert cast.step(ticket).state == "active"


def test_an_absence_without_a_substitute_stops_and_says_until_when(cast: Cast) -> None:
    ticket = cast.open()
    away(cast)
    assert "está ausente hasta el 14/04/2026" in (ticket.blocked_by or "")
    assert (ticket.status, asked(cast, ticket)) == ("open", [REGIONAL_HEAD.address])


def test_the_old_link_of_whoever_is_away_decides_nothing(cast: Cast) -> None:
    ticket = cast.open()
    step = cast.step(ticket)
    away(cast, by=DEPUTY.address)
    with pytest.raises(NotAllowed):
        cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), step.id, "approve", None, "web")


def test_an_absence_that_begins_later_moves_the_approval_on_its_day(cast: Cast) -> None:
    ticket = cast.open()
    away(cast, since=TODAY + timedelta(days=1), by=DEPUTY.address)
    look(cast)
    assert asked(cast, ticket) == [REGIONAL_HEAD.address]
    cast.later(hours=14)
    look(cast)
    look(cast)
    assert asked(cast, ticket) == [REGIONAL_HEAD.address, DEPUTY.address]


def test_the_day_begins_with_the_institutions_midnight(cast: Cast) -> None:
    ticket = cast.open()
    away(cast, since=TODAY + timedelta(days=1), by=DEPUTY.address)
    cast.later(hours=13, minutes=59)
    look(cast)
    assert asked(cast, ticket) == [REGIONAL_HEAD.address]


def test_the_approval_comes_back_when_the_absence_is_over(cast: Cast) -> None:
    ticket = cast.open()
    away(cast, until=TODAY)
    cast.later(days=1)
    look(cast)
    assert asked(cast, ticket) == [REGIONAL_HEAD.address, REGIONAL_HEAD.address]
    assert ticket.blocked_by is None


def test_who_is_back_early_is_asked_again_and_the_substitute_no_more(cast: Cast) -> None:
    absence = away(cast, since=TODAY - WEEK, by=DEPUTY.address)
    ticket = cast.open()
    cast.do(authority.back, operator(), "sigec-cl", absence)
    assert asked(cast, ticket) == [DEPUTY.address, REGIONAL_HEAD.address]
    assert who(cast) == [REGIONAL_HEAD.address]


def test_an_absence_that_is_over_does_not_end_again(cast: Cast) -> None:
    absence = away(cast, since=TODAY - WEEK, until=TODAY - timedelta(days=1))
    with pytest.raises(Conflict):
        cast.do(authority.back, operator(), "sigec-cl", absence)


def test_absences_do_not_overlap(cast: Cast) -> None:
    away(cast)
    with pytest.raises(Conflict):
        away(cast, since=TODAY + WEEK, until=None)


def test_an_absence_belongs_to_its_institution(cast: Cast) -> None:
    absence = away(cast)
    with pytest.raises(NotFound):
        cast.do(authority.back, cast.foreigner, "sigec-cl", absence)
    with pytest.raises(NotFound):
        cast.do(authority.back, cast.foreigner, "mef-ec", absence)


def test_nobody_substitutes_themselves(cast: Cast) -> None:
    with pytest.raises(Invalid):
        away(cast, by=REGIONAL_HEAD.address)


def test_a_permanent_absence_ends_every_function(cast: Cast) -> None:
    cast.do(authority.depart, operator(), "sigec-cl", REGIONAL_HEAD.address, TODAY + WEEK)
    assert who(cast) == [REGIONAL_HEAD.address]
    assert who(cast, TODAY + WEEK) == []


def test_a_holder_delegates_to_a_colleague_and_ends_it_early(cast: Cast) -> None:
    ticket = cast.open()
    by = cast.acting(REGIONAL_HEAD)
    row = cast.do(authority.delegate, by, HERE, "ana@sigec-cl.example.org", TODAY, TODAY + WEEK, "Vacaciones")
    assert asked(cast, ticket)[-1] == "ana@sigec-cl.example.org"
    cast.do(authority.end_delegation, by, row.id)
    assert asked(cast, ticket)[-1] == REGIONAL_HEAD.address


def test_only_the_holder_delegates_a_function(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        cast.do(authority.delegate, cast.agent, HERE, NATIONAL_OFFICER.address, TODAY, TODAY, "")


def test_a_stranger_is_no_delegate(cast: Cast) -> None:
    cast.person(REQUESTER)
    with pytest.raises(Invalid):
        cast.do(authority.delegate, cast.acting(REGIONAL_HEAD), HERE, REQUESTER.address, TODAY, TODAY, "")


def test_the_requester_who_holds_the_function_is_not_asked_and_the_desk_is_told_once(cast: Cast) -> None:
    cast.session.add(TeamMember(institution_id=cast.sigec.id, person_id=cast.agent.person_id, team="equipo_sigec"))
    cast.session.add(TeamMember(institution_id=cast.sigec.id, person_id=cast.agent.person_id, team="mesa_ayuda"))
    ticket = cast.open(sender=REGIONAL_HEAD)
    assert asked(cast, ticket) == []
    assert "es parte de la solicitud" in (ticket.blocked_by or "")
    look(cast)
    (told,) = cast.letters(ticket, "aviso_interno")
    assert told.recipient == "ana@sigec-cl.example.org"


def test_the_requesters_substitute_is_asked(cast: Cast) -> None:
    cast.do(authority.substitute, operator(), "sigec-cl", DEPUTY.address, *HERE, TODAY, TODAY)
    ticket = cast.open(sender=REGIONAL_HEAD)
    assert asked(cast, ticket) == [DEPUTY.address]


def delegated(cast: Cast) -> None:
    """The head of the region lets an officer act for the own function."""
    head = cast.acting(REGIONAL_HEAD)
    cast.do(authority.delegate, head, HERE, NATIONAL_OFFICER.address, TODAY, TODAY + WEEK, "")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_substitute_whom_the_requester_named_does_not_decide_the_requesters_request(cast: Cast, when: str) -> None:
    if when == "before":
        delegated(cast)
    ticket = cast.open(sender=REGIONAL_HEAD)
    if when == "after":
        delegated(cast)
    assert asked(cast, ticket) == []
    assert "por nombramiento de quien es parte de la solicitud" in (ticket.blocked_by or "")
    with pytest.raises(NotAllowed):
        cast.do(approvals.decide, cast.acting(NATIONAL_OFFICER), cast.step(ticket).id, "approve", None, "web")


def test_a_substitute_whom_the_requester_named_decides_the_requests_of_others(cast: Cast) -> None:
    delegated(cast)
    ticket = cast.open()
    assert asked(cast, ticket) == [NATIONAL_OFFICER.address]
    cast.do(approvals.decide, cast.acting(NATIONAL_OFFICER), cast.step(ticket).id, "approve", None, "web")
    assert cast.steps(ticket)["validar_jar"] == "done"


def test_a_substitute_whom_the_administration_named_too_decides(cast: Cast) -> None:
    delegated(cast)
    ticket = cast.open(sender=REGIONAL_HEAD)
    cast.do(authority.substitute, operator(), "sigec-cl", NATIONAL_OFFICER.address, *HERE, TODAY, TODAY)
    assert asked(cast, ticket) == [NATIONAL_OFFICER.address]


def test_the_mail_of_a_substitute_whom_the_requester_named_decides_nothing(cast: Cast) -> None:
    cast.do(authority.substitute, operator(), "sigec-cl", DEPUTY.address, *HERE, TODAY, TODAY)
    ticket = cast.open(sender=REGIONAL_HEAD)
    delegated(cast)
    letter = cast.letter(ticket, "aprobacion", DEPUTY)
    assert cast.receive(cast.answer_to(letter, "Apruebo.", NATIONAL_OFFICER)).action != "approve"
    assert cast.steps(ticket)["validar_jar"] == "active"


@pytest.mark.parametrize("part", ["originator_id", "forwarded_by_id"])
def test_who_wrote_first_or_passed_it_on_does_not_decide_either(cast: Cast, part: str) -> None:
    ticket = cast.open()
    setattr(ticket, part, cast.person(REGIONAL_HEAD).id)
    with pytest.raises(NotAllowed):
        cast.do(approvals.decide, cast.acting(REGIONAL_HEAD), cast.step(ticket).id, "approve", None, "web")


def test_without_a_team_the_administrators_are_told(cast: Cast) -> None:
    cast.person(Named("Admin", "admin@sigec-cl.example.org")).is_admin = True
    ticket = cast.open()
    cast.do(authority.revoke, operator(), "sigec-cl", REGIONAL_HEAD.address, *HERE)
    assert [letter.recipient for letter in cast.letters(ticket, "aviso_interno")] == ["admin@sigec-cl.example.org"]


def test_an_automatic_answer_of_the_approver_is_told_to_the_desk_once(cast: Cast) -> None:
    cast.person(Named("Admin", "admin@sigec-cl.example.org")).is_admin = True
    ticket = cast.open()
    answer = cast.answer_to(cast.letter(ticket, "aprobacion"), "Estoy de vacaciones.", REGIONAL_HEAD)
    for _ in range(2):
        cast.receive(replace(answer, kind="auto_reply", auto_reason="auto_submitted"))
    assert len(cast.letters(ticket, "aviso_interno")) == 1


def test_a_file_makes_no_party_of_anybody(cast: Cast) -> None:
    ticket = cast.open(files=(file(),))
    assert asked(cast, ticket) == [REGIONAL_HEAD.address]
