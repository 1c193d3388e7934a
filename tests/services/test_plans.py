"""Goals of operative plans: kept by administrators, set on tickets and events, counted by who sees those (R-105)."""

import pytest

from helpdesk import clock
from helpdesk.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from helpdesk.models.plans import PlanGoal
from helpdesk.queries import plans as queries
from helpdesk.services import events, plans
from tests.factories.peruvian_desk import NEXT_TUESDAY, Peru


def goal(peru: Peru, code: str = "C-12", organ: str = "tesoro", year: int = 2026) -> PlanGoal:
    """A goal of the treasury for the year."""
    name = "Entidades capacitadas en tesorería"
    return peru.cast.do(plans.add_goal, peru.admin, peru.institution.id, organ, year, code, name)


@pytest.mark.parametrize(
    ("organ", "year", "code", "name", "field"),
    [
        ("otro", 2026, "C-1", "Meta", "organ"),
        ("tesoro", None, "C-1", "Meta", "year"),
        ("tesoro", 1, "C-1", "Meta", "year"),
        ("tesoro", 2026, " ", "Meta", "code"),
        ("tesoro", 2026, "x" * 10_000, "Meta", "code"),
        ("tesoro", 2026, "C-1", "x" * 10_000, "name"),
    ],
)
def test_a_goal_that_cannot_be_names_the_field(
    peru: Peru, organ: str, year: int | None, code: str, name: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        peru.cast.do(plans.add_goal, peru.admin, peru.institution.id, organ, year, code, name)
    assert set(refused.value.fields) == {field}


def test_an_institution_without_organs_has_no_goals(peru: Peru) -> None:
    assert queries.offered(peru.cast.session, peru.institution.id)
    assert not queries.offered(peru.cast.session, peru.cast.sigec.id)
    with pytest.raises(Invalid):
        peru.cast.do(plans.add_goal, peru.cast.agent, peru.cast.sigec.id, "tesoro", 2026, "C-1", "Meta")


def test_a_code_is_taken_once_for_an_organ_and_year_until_it_is_retired(peru: Peru) -> None:
    first = goal(peru)
    with pytest.raises(Conflict):
        goal(peru)
    goal(peru, organ="contabilidad")
    goal(peru, year=2027)
    peru.cast.do(plans.retire_goal, peru.admin, peru.institution.id, first.id)
    goal(peru)


def test_a_ticket_is_tagged_and_its_history_says_so(peru: Peru) -> None:
    ticket, meta = peru.asked(), goal(peru)
    peru.cast.do(plans.tag_ticket, peru.agent, ticket.id, ticket.touched, meta.id)
    peru.cast.do(plans.tag_ticket, peru.agent, ticket.id, None, meta.id)
    assert ticket.plan_goal_id == meta.id
    (event,) = peru.cast.events(ticket, "plan_goal_set")
    assert event.data["code"] == "C-12"
    peru.cast.do(plans.tag_ticket, peru.agent, ticket.id, None, None)
    assert peru.cast.events(ticket, "plan_goal_set")[-1].data == {"goal": None}


def test_an_event_begins_with_the_goal_of_its_ticket_and_may_have_another(peru: Peru) -> None:
    ticket, meta, other = peru.asked(), goal(peru), goal(peru, "C-13")
    peru.cast.do(plans.tag_ticket, peru.agent, ticket.id, None, meta.id)
    event = peru.planned(ticket)
    assert event.plan_goal_id == meta.id
    peru.cast.do(plans.tag_event, peru.agent, event.id, other.id)
    assert event.plan_goal_id == other.id
    assert peru.cast.events(ticket, "plan_goal_set")[-1].data["subject"] == event.subject
    with pytest.raises(NotAllowed):
        peru.cast.do(plans.tag_event, peru.organ, event.id, meta.id)


def test_a_retired_goal_is_offered_only_where_it_is_set(peru: Peru) -> None:
    ticket, meta = peru.asked(), goal(peru)
    peru.cast.do(plans.tag_ticket, peru.agent, ticket.id, None, meta.id)
    peru.cast.do(plans.retire_goal, peru.admin, peru.institution.id, meta.id)
    assert queries.choices(peru.cast.session, peru.institution.id, None) == ()
    assert queries.choices(peru.cast.session, peru.institution.id, meta.id) == (meta,)
    with pytest.raises(NotFound):
        peru.cast.do(plans.tag_event, peru.agent, peru.planned().id, meta.id)


def test_each_goal_is_reported_with_its_tickets_and_events(peru: Peru) -> None:
    ticket, meta, empty = peru.asked(), goal(peru), goal(peru, "C-13")
    peru.cast.do(plans.tag_ticket, peru.agent, ticket.id, None, meta.id)
    event, cancelled = peru.planned(ticket), peru.planned(ticket)
    peru.cast.do(events.cancel, peru.agent, cancelled.id, None, "Sin sala.")
    peru.cast.do(events.agree, peru.organ, event.id, None)
    peru.cast.now = NEXT_TUESDAY
    peru.cast.do(events.hold, peru.agent, event.id, None)
    lines = queries.report(peru.cast.session, peru.viewer(peru.agent), 2026)
    assert lines == (queries.GoalLine(meta, 1, 0, 1, 1), queries.GoalLine(empty, 0, 0, 0, 0))
    assert queries.report(peru.cast.session, peru.viewer(peru.agent), 2026, "ogti") == ()
    assert queries.report(peru.cast.session, peru.viewer(peru.agent), 2027) == ()


def test_a_centre_counts_only_what_it_sees(peru: Peru) -> None:
    ticket, meta = peru.asked(), goal(peru)
    peru.cast.do(plans.tag_ticket, peru.agent, ticket.id, None, meta.id)
    assert queries.report(peru.cast.session, peru.viewer(peru.cusco), 2026)[0].tickets == 0
    assert queries.report(peru.cast.session, peru.viewer(peru.admin), 2026)[0].tickets == 1


def test_a_retired_goal_is_reported_while_something_is_tagged_with_it(peru: Peru) -> None:
    ticket, meta, empty = peru.asked(), goal(peru), goal(peru, "C-13")
    peru.cast.do(plans.tag_ticket, peru.agent, ticket.id, None, meta.id)
    for each in (meta, empty):
        peru.cast.do(plans.retire_goal, peru.admin, peru.institution.id, each.id)
    assert [line.goal for line in queries.report(peru.cast.session, peru.viewer(peru.admin), 2026)] == [meta]


def test_goals_of_another_institution_are_out_of_reach(peru: Peru) -> None:
    cast, meta, event, ticket = peru.cast, goal(peru), peru.planned(), peru.asked()
    foreign = cast.open()
    with pytest.raises(NotFound):
        cast.do(plans.tag_ticket, cast.agent, foreign.id, None, meta.id)
    with pytest.raises(NotFound):
        cast.do(plans.tag_ticket, cast.agent, ticket.id, None, meta.id)
    with pytest.raises(NotFound):
        cast.do(plans.tag_event, cast.agent, event.id, meta.id)
    with pytest.raises(NotFound):
        cast.do(plans.retire_goal, cast.agent, cast.sigec.id, meta.id)
    with clock.fixed(cast.now):
        assert queries.choices(cast.session, cast.sigec.id, None) == ()
