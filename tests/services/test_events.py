"""Trainings and assistance from the request to the list of who came (R-111), and those of specialists (R-128)."""

from datetime import date, timedelta
from typing import Any

import pytest

from helpdesk import clock
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from helpdesk.domain.events import Listed
from helpdesk.models.events import Attendance
from helpdesk.queries import events as queries
from helpdesk.services import accounts, events, tickets
from tests.cast import REQUESTER
from tests.factories.peruvian_desk import NEXT_TUESDAY, Peru

PEOPLE = (Listed("Ana Pérez", "40000001", "Muni Sullana"), Listed("Luis Paz", None, "Muni Talara"))


def test_an_event_planned_from_a_ticket_is_told_to_who_asked_by_mail(peru: Peru) -> None:
    ticket = peru.asked()
    event = peru.planned(ticket)
    assert (event.state, event.kind, event.ticket_id) == ("planned", "training", ticket.id)
    letter = peru.cast.letter(ticket, "evento", REQUESTER)
    assert "martes 14/04/2026, 10:00 (hora del Perú)" in letter.text
    assert "Auditorio" in letter.text
    assert peru.cast.events(ticket, "event_planned")[0].data["subject"] == "Conciliación bancaria"


def test_a_ticket_may_have_several_events(peru: Peru) -> None:
    ticket = peru.asked()
    second = peru.plan(starts_at=NEXT_TUESDAY + timedelta(days=1), ends_at=NEXT_TUESDAY + timedelta(days=1, hours=2))
    first = peru.planned(ticket)
    later = peru.cast.do(events.plan_for_ticket, peru.agent, ticket.id, None, second)
    assert queries.of_ticket(peru.cast.session, ticket) == (first, later)


def test_who_came_to_the_desk_gets_no_letter(peru: Peru) -> None:
    ticket = peru.asked()
    ticket.channel = "in_person"
    peru.planned(ticket)
    assert peru.cast.letters(ticket, "evento") == []


def test_an_event_written_down_afterwards_is_announced_to_nobody(peru: Peru) -> None:
    ticket = peru.asked()
    peru.cast.now = NEXT_TUESDAY + timedelta(days=1)
    peru.planned(ticket)
    assert peru.cast.letters(ticket, "evento") == []


def test_a_ticket_of_another_type_or_that_ended_gets_no_event(peru: Peru) -> None:
    ticket = peru.asked()
    peru.cast.do(tickets.classify, peru.agent, ticket.id, None, "consulta")
    with pytest.raises(IllegalMove):
        peru.planned(ticket)
    ended = peru.asked()
    ended.closed_at, ended.status = peru.cast.now, "closed"
    with pytest.raises(IllegalMove):
        peru.planned(ended)


def test_the_organ_agrees_in_person(peru: Peru) -> None:
    event = peru.planned()
    peru.cast.do(events.agree, peru.organ, event.id, event.touched)
    assert (event.state, event.agreed_by, event.agreed_by_id) == ("agreed", "Rita Responsable", peru.organ.person_id)
    assert event.agreed_on == date(2026, 4, 7)


def test_an_agent_notes_who_of_the_organ_agreed_and_when(peru: Peru) -> None:
    ticket = peru.asked()
    event = peru.planned(ticket)
    peru.cast.do(events.agree, peru.agent, event.id, None, "Rosa Díaz, Tesorería", date(2026, 4, 6))
    assert (event.state, event.agreed_by, event.agreed_by_id) == ("agreed", "Rosa Díaz, Tesorería", None)
    assert peru.cast.events(ticket, "event_agreed")[0].data["on"] == "2026-04-06"


def test_an_agreement_needs_a_name_a_past_day_and_who_gives_it(peru: Peru) -> None:
    event = peru.planned()
    with pytest.raises(Invalid):
        peru.cast.do(events.agree, peru.agent, event.id, None, "", None)
    with pytest.raises(Invalid):
        peru.cast.do(events.agree, peru.agent, event.id, None, "Rosa", date(2026, 4, 30))
    nobody = peru.planned(specialist_id=None)
    with pytest.raises(Invalid):
        peru.cast.do(events.agree, peru.organ, nobody.id, None)


def test_another_organ_does_not_agree(peru: Peru) -> None:
    event = peru.planned()
    with pytest.raises(NotAllowed):
        peru.cast.do(events.agree, peru.other_organ, event.id, None)


def test_another_date_is_told_and_agreed_to_again(peru: Peru) -> None:
    ticket = peru.asked()
    event = peru.planned(ticket)
    peru.cast.do(events.agree, peru.organ, event.id, None)
    later = NEXT_TUESDAY + timedelta(days=2)
    moved = peru.plan(starts_at=later, ends_at=later + timedelta(hours=1))
    peru.cast.do(events.change, peru.agent, event.id, event.touched, moved)
    assert (event.state, event.agreed_by, event.agreed_on) == ("planned", None, None)
    assert "jueves 16/04/2026, 10:00" in peru.cast.letter(ticket, "evento").text
    assert peru.cast.events(ticket, "event_changed")[0].data["agree_again"] is True


def test_another_room_is_told_but_stays_agreed(peru: Peru) -> None:
    ticket = peru.asked()
    event = peru.planned(ticket)
    peru.cast.do(events.agree, peru.organ, event.id, None)
    peru.cast.do(events.change, peru.agent, event.id, None, peru.plan(place="Biblioteca"))
    assert event.state == "agreed"
    assert "Biblioteca" in peru.cast.letter(ticket, "evento").text


def test_another_person_is_agreed_to_again_but_told_to_nobody(peru: Peru) -> None:
    ticket = peru.asked()
    event = peru.planned(ticket)
    peru.cast.do(events.agree, peru.organ, event.id, None)
    peru.cast.do(events.change, peru.agent, event.id, None, peru.plan(specialist_id=peru.cusco.person_id))
    assert event.state == "planned"
    assert len(peru.cast.letters(ticket, "evento")) == 1


def test_a_change_that_changes_nothing_leaves_no_trace(peru: Peru) -> None:
    ticket = peru.asked()
    event = peru.planned(ticket)
    peru.cast.do(events.change, peru.agent, event.id, event.touched, peru.plan())
    assert peru.cast.events(ticket, "event_changed") == []


def test_a_page_read_before_a_change_is_refused(peru: Peru) -> None:
    event = peru.planned()
    seen = event.touched
    peru.cast.do(events.change, peru.agent, event.id, seen, peru.plan(place="Biblioteca"))
    with pytest.raises(Conflict):
        peru.cast.do(events.cancel, peru.agent, event.id, seen, "No hay sala.")


def test_a_cancelled_event_is_told_with_its_reason_and_stays_so(peru: Peru) -> None:
    ticket = peru.asked()
    event = peru.planned(ticket)
    with pytest.raises(Invalid):
        peru.cast.do(events.cancel, peru.agent, event.id, None, "  ")
    peru.cast.do(events.cancel, peru.agent, event.id, None, "El auditorio está cerrado.")
    assert "El auditorio está cerrado." in peru.cast.letter(ticket, "evento").text
    with pytest.raises(IllegalMove):
        peru.cast.do(events.agree, peru.organ, event.id, None)
    with pytest.raises(IllegalMove):
        peru.cast.do(events.enlist, peru.agent, event.id, PEOPLE, False)


def test_an_event_is_held_once_it_has_begun_and_was_agreed(peru: Peru) -> None:
    event = peru.planned()
    with pytest.raises(IllegalMove):
        peru.cast.do(events.hold, peru.agent, event.id, None)
    peru.cast.now = NEXT_TUESDAY
    with pytest.raises(IllegalMove):
        peru.cast.do(events.hold, peru.agent, event.id, None)
    peru.cast.do(events.agree, peru.organ, event.id, None)
    peru.cast.do(events.hold, peru.agent, event.id, None)
    assert (event.state, event.held_at) == ("held", NEXT_TUESDAY)


def test_people_are_listed_before_and_noted_from_the_beginning_on(peru: Peru) -> None:
    event = peru.planned()
    assert peru.cast.do(events.enlist, peru.agent, event.id, PEOPLE, False) == events.Enlisted(2, 0)
    rows = queries.attendances(peru.cast.session, event)
    with pytest.raises(IllegalMove):
        peru.cast.do(events.mark, peru.agent, event.id, [row.id for row in rows], [rows[0].id])
    peru.cast.now = NEXT_TUESDAY
    peru.cast.do(events.mark, peru.agent, event.id, [row.id for row in rows], [rows[0].id])
    assert peru.list_of(event) == {"Ana Pérez": True, "Luis Paz": False}
    assert {row.noted_by_id for row in rows} == {peru.agent.person_id}


def test_the_same_person_is_listed_once(peru: Peru) -> None:
    event = peru.planned()
    peru.cast.do(events.enlist, peru.agent, event.id, PEOPLE, False)
    again = (Listed("A. Pérez", "40000001"), Listed("LUIS PAZ", None, "muni talara"), Listed("Eva"), Listed("eva"))
    assert peru.cast.do(events.enlist, peru.agent, event.id, again, False) == events.Enlisted(1, 3)


def test_who_walks_in_has_come_and_is_not_listed_twice(peru: Peru) -> None:
    event = peru.begun()
    peru.cast.do(events.enlist, peru.agent, event.id, PEOPLE[:1], False)
    assert peru.cast.do(events.enlist, peru.agent, event.id, PEOPLE, True) == events.Enlisted(1, 1)
    assert peru.list_of(event) == {"Ana Pérez": True, "Luis Paz": True}


def test_nobody_walks_into_an_event_that_has_not_begun(peru: Peru) -> None:
    with pytest.raises(IllegalMove):
        peru.cast.do(events.enlist, peru.agent, peru.planned().id, PEOPLE, True)


def test_who_was_listed_meanwhile_is_not_marked_as_absent(peru: Peru) -> None:
    event = peru.begun()
    peru.cast.do(events.enlist, peru.agent, event.id, PEOPLE[:1], False)
    shown = [row.id for row in queries.attendances(peru.cast.session, event)]
    peru.cast.do(events.enlist, peru.agent, event.id, PEOPLE[1:], True)
    peru.cast.do(events.mark, peru.agent, event.id, shown, [])
    assert peru.list_of(event) == {"Ana Pérez": False, "Luis Paz": True}


def test_somebody_listed_by_mistake_is_taken_off(peru: Peru) -> None:
    event = peru.planned()
    peru.cast.do(events.enlist, peru.agent, event.id, PEOPLE, False)
    row = queries.attendances(peru.cast.session, event)[0]
    peru.cast.do(events.strike, peru.agent, event.id, row.id)
    assert peru.list_of(event) == {"Luis Paz": None}
    other = peru.planned()
    left = queries.attendances(peru.cast.session, event)[0]
    with pytest.raises(NotFound):
        peru.cast.do(events.strike, peru.agent, other.id, left.id)


def test_the_history_counts_who_came_and_names_nobody(peru: Peru) -> None:
    ticket = peru.asked()
    event = peru.begun(ticket)
    peru.cast.do(events.enlist, peru.agent, event.id, PEOPLE, True)
    (noted,) = peru.cast.events(ticket, "attendance_noted")
    assert (noted.data["listed"], noted.data["came"]) == (2, 2)
    assert not any(word in str(noted.data) for word in ("Ana", "40000001", "Sullana"))


def test_an_organ_keeps_the_trainings_that_it_gives_to_specialists(peru: Peru) -> None:
    event = peru.for_staff()
    peru.cast.do(events.agree, peru.organ, event.id, None)
    peru.cast.now = NEXT_TUESDAY
    ids = [peru.agent.person_id or 0, peru.cusco.person_id or 0]
    peru.cast.do(events.enlist_staff, peru.organ, event.id, ids[:1], True)
    peru.cast.do(events.enlist_staff, peru.organ, event.id, ids, False)
    assert peru.list_of(event) == {"Elena Especialista": True, "César Cusco": None}
    assert len(peru.institution_events("attendance_noted")) == 2
    with pytest.raises(NotAllowed):
        peru.cast.do(events.hold, peru.other_organ, event.id, None)


def test_whoever_gives_an_event_notes_who_came_and_changes_nothing_else(peru: Peru) -> None:
    event = peru.planned(specialist_id=peru.other_organ.person_id)
    peru.cast.do(events.agree, peru.organ, event.id, None)
    peru.cast.now = NEXT_TUESDAY
    peru.cast.do(events.enlist, peru.other_organ, event.id, PEOPLE, True)
    peru.cast.do(events.hold, peru.other_organ, event.id, None)
    assert event.state == "held"
    again = peru.planned(specialist_id=peru.other_organ.person_id)
    with pytest.raises(NotAllowed):
        peru.cast.do(events.cancel, peru.other_organ, again.id, None, "x")
    with pytest.raises(NotAllowed):
        peru.cast.do(events.change, peru.other_organ, again.id, None, peru.plan(place="Otra"))


def test_an_organ_plans_nothing_for_users(peru: Peru) -> None:
    with pytest.raises(NotAllowed):
        peru.cast.do(events.plan, peru.organ, "training", peru.plan())


def test_an_organ_does_not_take_over_the_training_of_another(peru: Peru) -> None:
    event = peru.for_staff()
    with pytest.raises(NotAllowed):
        peru.cast.do(
            events.change, peru.other_organ, event.id, None, peru.plan(organ="contabilidad", specialist_id=None)
        )


def test_the_trainings_of_a_specialist_are_told_with_what_is_known(peru: Peru) -> None:
    first, called_off = peru.for_staff(), peru.for_staff(subject="SIAF")
    for event in (first, called_off):
        peru.cast.do(events.enlist_staff, peru.organ, event.id, [peru.agent.person_id or 0], False)
    peru.cast.do(events.cancel, peru.organ, called_off.id, None, "Sin quórum.")
    with clock.fixed(peru.cast.now):
        person = queries.visible_person(peru.cast.session, peru.viewer(peru.agent), peru.agent.person_id or 0)
    assert person is not None
    assert queries.trainings_of(peru.cast.session, person) == (queries.Received(first, None),)


def test_only_specialists_are_listed_for_a_training_of_specialists_and_only_there(peru: Peru) -> None:
    event = peru.for_staff()
    with pytest.raises(NotFound):
        peru.cast.do(events.enlist_staff, peru.organ, event.id, [peru.cast.foreigner.person_id or 0], False)
    with pytest.raises(Invalid):
        peru.cast.do(events.enlist_staff, peru.organ, event.id, [], False)
    with pytest.raises(IllegalMove):
        peru.cast.do(events.enlist_staff, peru.agent, peru.planned().id, [peru.agent.person_id or 0], False)
    with pytest.raises(IllegalMove):
        peru.cast.do(events.enlist, peru.organ, event.id, PEOPLE, False)


def test_the_superiors_and_the_centre_of_a_specialist_see_the_trainings_received(peru: Peru) -> None:
    sees = {}
    with clock.fixed(peru.cast.now):
        for name in ("agent", "cusco", "organ", "admin"):
            who = peru.viewer(getattr(peru, name))
            sees[name] = queries.visible_person(peru.cast.session, who, peru.agent.person_id or 0) is not None
    assert sees == {"agent": True, "cusco": False, "organ": False, "admin": True}


def test_a_centre_its_organ_and_the_whole_institution_see_an_event_and_nobody_else(peru: Peru) -> None:
    event = peru.planned()
    seen = {
        name: queries.is_visible(peru.cast.session, peru.viewer(getattr(peru, name)), event.id)
        for name in ("agent", "cusco", "organ", "other_organ", "admin")
    }
    assert seen == {"agent": True, "cusco": False, "organ": True, "other_organ": False, "admin": True}


def test_the_list_is_narrowed_by_month_centre_organ_and_who_gives_it(peru: Peru) -> None:
    event, who = peru.planned(), peru.viewer(peru.admin)

    def found(**filters: Any) -> list[int]:
        with clock.fixed(peru.cast.now):
            rows = queries.page(peru.cast.session, who, queries.Filters(**filters))
        return [row.event.id for row in rows]

    assert found() == found(month=date(2026, 4, 1)) == found(centre="piura", organ="tesoro") == [event.id]
    assert found(specialist_id=peru.agent.person_id) == [event.id]
    assert found(month=date(2026, 5, 1)) == found(month=date(2025, 12, 1)) == found(centre="cusco") == []
    assert found(organ="ogti") == found(specialist_id=peru.cusco.person_id) == []


def test_an_agent_plans_nothing_that_the_agent_would_not_see(peru: Peru) -> None:
    with pytest.raises(Invalid):
        peru.planned(centre="cusco", specialist_id=None)
    event = peru.planned()
    with pytest.raises(Invalid):
        peru.cast.do(events.change, peru.agent, event.id, None, peru.plan(centre="cusco", specialist_id=None))


@pytest.mark.parametrize(
    ("field", "value"), [("organ", "otro"), ("centre", "lima"), ("system", "magia"), ("specialist_id", 0)]
)
def test_a_plan_names_what_the_institution_has(peru: Peru, field: str, value: object) -> None:
    with pytest.raises(Invalid):
        peru.planned(None, **{field: value})


def test_somebody_of_another_institution_gives_no_event_here(peru: Peru) -> None:
    with pytest.raises(Invalid):
        peru.planned(specialist_id=peru.cast.foreigner.person_id)


def test_an_institution_without_such_requests_plans_nothing(peru: Peru) -> None:
    cast = peru.cast
    cast.do(accounts.join_team, operator(), "sigec-cl", "ana@sigec-cl.example.org", "mesa_ayuda", None)
    assert queries.offered(cast.session, cast.sigec.id) == ()
    with pytest.raises(NotFound):
        cast.do(events.plan, cast.agent, "training", peru.plan(specialist_id=None))


def test_no_verb_reaches_an_event_of_another_institution(peru: Peru) -> None:
    cast, event = peru.cast, peru.begun()
    cast.do(events.enlist, peru.agent, event.id, PEOPLE, False)
    row = queries.attendances(cast.session, event)[0]
    before = (event.state, event.touched, peru.list_of(event))
    for verb, arguments in (
        (events.change, (None, peru.plan(place="Otra"))),
        (events.agree, (None, "Rosa", None)),
        (events.hold, (None,)),
        (events.cancel, (None, "x")),
        (events.enlist, (PEOPLE, False)),
        (events.enlist_staff, ([1], False)),
        (events.mark, ([row.id], [row.id])),
        (events.strike, (row.id,)),
    ):
        with pytest.raises(NotFound):
            cast.do(verb, cast.foreigner, event.id, *arguments)
    cast.session.expire_all()
    assert (event.state, event.touched, peru.list_of(event)) == before
    assert cast.session.query(Attendance).count() == 2


def test_an_event_that_came_of_a_ticket_is_seen_by_who_sees_the_ticket(peru: Peru) -> None:
    ticket = peru.asked()
    event = peru.planned(ticket)
    ticket.assignee_id = peru.cusco.person_id
    peru.cast.session.flush()
    assert queries.is_visible(peru.cast.session, peru.viewer(peru.cusco), event.id)


def test_what_is_planned_reads_back_the_same(peru: Peru) -> None:
    assert events.plan_of(peru.planned()) == peru.plan()
