"""How an event goes on, who is on its list, and who may agree to it (R-111, R-128)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest

from helpdesk.domain import events
from helpdesk.domain.consistency import inconsistencies
from helpdesk.domain.errors import IllegalMove, Invalid
from tests.domain.shipped import shipped

NOW = datetime(2026, 4, 7, 15, 0, tzinfo=UTC)
START = NOW + timedelta(days=3)
PLAN = events.Plan("Conciliación bancaria", "tesoro", "piura", START, START + timedelta(hours=2), "Sala 1", None, 7)
PERU = ("pe_dni", "pe_ruc")
ALLOWED = {
    ("planned", "amend"), ("planned", "replan"), ("planned", "agree"), ("planned", "cancel"),
    ("agreed", "amend"), ("agreed", "replan"), ("agreed", "hold"), ("agreed", "cancel"),
}  # fmt: skip


@pytest.mark.parametrize(("state", "act"), list(product(events.STATES, get_args(events.Act))))
def test_every_move_is_allowed_or_refused_with_a_sentence(state: events.State, act: events.Act) -> None:
    if (state, act) in ALLOWED:
        assert events.after(state, act) in events.STATES
        return
    with pytest.raises(IllegalMove) as refused:
        events.after(state, act)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("changes", "act", "told"),
    [
        ({}, None, False),
        ({"place": "Sala 2"}, "amend", True),
        ({"system": "tesoreria"}, "amend", False),
        ({"starts_at": START + timedelta(hours=1)}, "replan", True),
        ({"subject": "Otro tema"}, "replan", True),
        ({"organ": "contabilidad"}, "replan", False),
        ({"specialist_id": 8}, "replan", False),
    ],
)
def test_another_date_matter_organ_or_person_is_agreed_to_again(
    changes: dict[str, Any], act: str | None, told: bool
) -> None:
    then = replace(PLAN, **changes)
    assert events.act_of(PLAN, then) == act
    assert events.moves_the_requester(PLAN, then) is told


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": "  "}, "subject"),
        ({"subject": "x" * 10_000}, "subject"),
        ({"place": "x" * 10_000}, "place"),
        ({"centre": None}, "centre"),
        ({"ends_at": START}, "until"),
        ({"starts_at": NOW + timedelta(days=900), "ends_at": NOW + timedelta(days=901)}, "day"),
        ({"starts_at": datetime(1, 1, 3, tzinfo=UTC)}, "day"),
    ],
)
def test_a_plan_that_cannot_be_names_the_field_that_is_wrong(changes: dict[str, Any], field: str) -> None:
    events.check("training", PLAN, NOW)
    with pytest.raises(Invalid) as refused:
        events.check("training", replace(PLAN, **changes), NOW)
    assert set(refused.value.fields) == {field}


def test_a_training_of_specialists_needs_no_centre() -> None:
    events.check("staff_training", replace(PLAN, centre=None), NOW)


def test_the_organ_agrees_to_a_person_too() -> None:
    with pytest.raises(Invalid):
        events.check_agreeable("training", replace(PLAN, specialist_id=None), "Rosa", date(2026, 4, 7), NOW.date())
    events.check_agreeable("training", PLAN, "Rosa", date(2026, 4, 7), NOW.date())


@pytest.mark.parametrize(("by", "on", "field"), [("", date(2026, 4, 7), "by"), ("Rosa", date(2026, 4, 8), "on")])
def test_an_agreement_has_its_person_and_a_day_that_has_come(by: str, on: date, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        events.check_agreeable("training", PLAN, by, on, NOW.date())
    assert set(refused.value.fields) == {field}


def test_who_came_is_known_from_the_beginning_on() -> None:
    with pytest.raises(IllegalMove):
        events.check_begun(START, START - timedelta(minutes=1))
    events.check_begun(START, START)


def test_people_are_listed_one_on_each_line_with_document_and_entity() -> None:
    found = events.listed("Ana  Pérez; 4000.0001 ; Muni Sullana\r\n\r\nLuis Paz\n;;\n", PERU)
    assert found == (events.Listed("Ana Pérez", "40000001", "Muni Sullana"), events.Listed("Luis Paz"))


@pytest.mark.parametrize(
    "line",
    ["; 40000001", "Ana; 123", "Ana; 20000000001", "Ana; 40000001; Muni; más", "x" * 10_000, f"Ana;;{'x' * 10_000}"],
)
def test_a_wrong_line_is_named_and_nobody_is_listed(line: str) -> None:
    with pytest.raises(Invalid) as refused:
        events.listed(f"Luis Paz\n{line}", PERU)
    assert refused.value.fields["people"].startswith("Línea 2: ")


@pytest.mark.parametrize("text", ["", " \n;\n", "Ana\n" * 501])
def test_nobody_and_too_many_at_once_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        events.listed(text, PERU)
    assert set(refused.value.fields) == {"people"}


def test_the_same_person_is_known_by_document_or_by_name_and_entity() -> None:
    assert events.Listed("Ana", "40000001").sameness == events.Listed("Ana Pérez", "40000001", "Muni").sameness
    assert events.Listed("ANA PEREZ", None, "Muni").sameness == events.Listed("Ana Pérez", None, "muni").sameness
    assert events.Listed("Ana", None, "Muni").sameness != events.Listed("Ana", None, "Otra").sameness


def test_an_institution_plans_the_events_that_its_requests_ask_for() -> None:
    assert events.kinds_of(shipped("conectamef-pe")) == events.KINDS
    assert [events.kinds_of(shipped(key)) for key in ("mef-ec", "sigec-cl", "seps-ec")] == [(), (), ()]


def test_only_a_function_of_that_organ_agrees_for_it() -> None:
    catalogue = shipped("conectamef-pe")
    assert events.speaks_for(catalogue, (("responsable_tecnico", "tesoro"),), "tesoro")
    assert not events.speaks_for(catalogue, (("responsable_tecnico", "ogti"),), "tesoro")
    assert not events.speaks_for(catalogue, (("especialista", "piura"), ("director_ogauc", None)), "tesoro")


def test_a_catalogue_with_events_has_centres_and_organs() -> None:
    found = inconsistencies(replace(shipped("conectamef-pe"), organs=()))
    assert [each.place[-1] for each in found if "evento" in each.reason] == ["events", "events"]


def test_a_catalogue_names_data_of_the_type_for_its_events() -> None:
    catalogue = shipped("conectamef-pe")
    spec = catalogue.request_type("capacitacion")
    assert spec.events is not None
    wrong = replace(spec, events=replace(spec.events, day="fecha_soñada"))
    found = inconsistencies(replace(catalogue, request_types=(wrong,)))
    assert [each.place[-2:] for each in found if "fecha_soñada" in each.reason] == [("events", "day")]


def test_the_matters_of_events_are_the_choices_of_their_requests() -> None:
    assert ("tesoreria", "Tesorería") in events.matters_of(shipped("conectamef-pe"))
    assert events.matters_of(shipped("mef-ec")) == ()
