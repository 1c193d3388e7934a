"""Whose turn it is in a route, and what happens when a step's turn comes."""

from dataclasses import replace

import pytest

from helpdesk.domain.catalogue import Condition, RequestType, StepActor, StepKind, StepOutcome, StepSpec
from helpdesk.domain.routes import Course, Facts, course, gate, holds, next_step, only_doubted, refusal, walked
from tests.domain.shipped import shipped

TEAM = StepActor(team="mesa")
COMPLETE = Facts({}, frozenset())
INCOMPLETE = Facts({}, frozenset(), missing_documents=("memorandum",))


def step(key: str, kind: StepKind, when: Condition | None = None) -> StepSpec:
    """A step of a team."""
    return StepSpec(key, kind, key, TEAM, when=when)


def route(*steps: StepSpec) -> RequestType:
    """A request type that goes through these steps."""
    return replace(shipped("sigec-cl").request_types[0], route=steps)


REQUEST = route(
    step("recibir", "receive"),
    step("validar", "validate_documents"),
    step("aprobar", "approve"),
    step("ejecutar", "execute"),
    step("avisar", "notify"),
    step("cerrar", "close"),
)


def turn(states: dict[str, str], facts: Facts = COMPLETE, request_type: RequestType = REQUEST) -> str | None:
    """The key of the step to come."""
    found = next_step(request_type, states, facts).step
    return found.key if found else None


def course_of(key: str, states: dict[str, str] | None = None, facts: Facts = COMPLETE) -> Course:
    """What happens at a step."""
    return course(REQUEST, REQUEST.step(key), states or {}, facts)


def test_a_route_begins_with_its_first_step() -> None:
    assert turn({}) == "recibir"


def test_a_settled_step_is_not_walked_again() -> None:
    assert turn({"recibir": "done", "validar": "skipped"}) == "aprobar"


def test_a_route_ends_after_its_last_step() -> None:
    assert turn(dict.fromkeys(("recibir", "validar", "aprobar", "ejecutar", "avisar", "cerrar"), "done")) is None


@pytest.mark.parametrize("state", ["rejected", "stopped", "returned", "to_come"])
def test_a_step_that_was_not_done_is_to_come(state: str) -> None:
    assert turn({"recibir": "done", "validar": state}) == "validar"


def test_a_step_whose_condition_does_not_hold_is_skipped() -> None:
    request_type = route(step("uno", "execute", Condition("channel", any_of=("in_person",))), step("dos", "close"))
    found = next_step(request_type, {}, Facts({"channel": "email"}, frozenset()))
    assert (found.step and found.step.key, found.skipped) == ("dos", ("uno",))


def test_steps_switched_off_or_with_a_date_of_their_own_are_not_walked() -> None:
    request_type = route(
        replace(step("uno", "approve"), enabled=False), step("dos", "scheduled"), step("tres", "close")
    )
    assert [each.key for each in walked(request_type)] == ["tres"]


@pytest.mark.parametrize(
    ("condition", "values", "roles", "expected"),
    [
        (None, {}, (), True),
        (Condition("channel", any_of=("email",)), {"channel": "email"}, (), True),
        (Condition("channel", any_of=("email",)), {}, (), False),
        (Condition("channel", none_of=("email",)), {}, (), True),
        (Condition("escala", any_of=(True,)), {"escala": True}, (), True),
        (Condition("requester_role", any_of=("jefe",)), {"requester_role": "otro"}, ("jefe", "x"), True),
        (Condition("requester_role", none_of=("jefe",)), {}, ("jefe",), False),
        (Condition("step", any_of=("aprobar",)), {}, (), True),
    ],
)
def test_a_condition_asks_for_values_and_for_any_role(
    condition: Condition | None, values: dict[str, object], roles: tuple[str, ...], expected: bool
) -> None:
    assert holds(condition, Facts(values, frozenset(roles)), "aprobar") is expected


def test_completeness_is_checked_at_the_review_of_documents() -> None:
    assert gate(REQUEST) == "validar"


def test_without_a_review_completeness_is_checked_at_the_condition() -> None:
    assert gate(route(step("recibir", "receive"), step("cierre", "validate_condition"))) == "cierre"


def test_without_either_completeness_is_checked_at_once() -> None:
    assert gate(route(step("registrar", "receive"), step("resolver", "execute"))) == "registrar"


@pytest.mark.parametrize(
    "facts",
    [
        INCOMPLETE,
        Facts({}, frozenset(), missing_fields=("rut",)),
        Facts({}, frozenset(), invalid={"rut": "no es válido"}),
        Facts({}, frozenset(), entitled=False),
    ],
)
def test_whatever_is_missing_returns_the_request_at_the_gate(facts: Facts) -> None:
    assert course_of("validar", facts=facts) == "return"


def test_a_complete_request_passes_the_gate() -> None:
    assert course_of("validar") == "pass"


@pytest.mark.parametrize(
    ("key", "state", "facts", "expected"),
    [
        ("validar", "active", replace(COMPLETE, in_doubt=True), True),
        ("validar", "active", COMPLETE, False),
        ("validar", "active", replace(INCOMPLETE, in_doubt=True), False),
        ("validar", "returned", replace(COMPLETE, in_doubt=True), False),
        ("ejecutar", "active", replace(COMPLETE, in_doubt=True), False),
    ],
)
def test_only_the_review_of_a_complete_request_waits_for_nothing_but_a_doubt(
    key: str, state: str, facts: Facts, expected: bool
) -> None:
    assert only_doubted(REQUEST, key, state, facts) is expected


@pytest.mark.parametrize("key", ["aprobar", "ejecutar", "cerrar"])
def test_people_are_waited_for(key: str) -> None:
    assert course_of(key) == "wait"


def test_reception_needs_nobody() -> None:
    assert course_of("recibir") == "pass"


def test_news_of_what_a_person_did_is_written_by_a_person() -> None:
    assert course_of("avisar", {"ejecutar": "done"}) == "wait"


def test_news_that_need_no_work_leave_by_themselves() -> None:
    assert course_of("avisar", {"recibir": "done"}) == "pass"


DATE = route(
    step("recibir", "receive"),
    step("validar_cierre", "validate_condition"),
    step("crear", "execute"),
    step("c", "close"),
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts({"cierre_postulacion": "2026-04-10T12:00"}, frozenset()), "pass"),
        (Facts({"cierre_postulacion": "x"}, frozenset(), invalid={"cierre_postulacion": "fuera de hora"}), "reject"),
        (Facts({}, frozenset(), missing_fields=("cierre_postulacion",)), "return"),
        (Facts({"cierre_postulacion": None}, frozenset()), "wait"),
    ],
)
def test_a_condition_step_is_about_the_field_that_shares_its_word(facts: Facts, expected: str) -> None:
    assert course(DATE, DATE.step("validar_cierre"), {}, facts) == expected


def test_a_condition_about_no_field_asks_whether_the_requester_may_ask() -> None:
    request_type = route(step("validar", "validate_documents"), step("solicitante", "validate_condition"))
    who = request_type.step("solicitante")
    assert course(request_type, who, {}, Facts({}, frozenset(), entitled=False)) == "reject"
    assert course(request_type, who, {}, COMPLETE) == "pass"


def test_a_negative_answer_refuses() -> None:
    request_type = route(step("validar", "validate_documents"), step("verificar_huellas", "validate_condition"))
    facts = Facts({"huellas_registradas": False}, frozenset())
    assert course(request_type, request_type.step("verificar_huellas"), {}, facts) == "reject"


def test_a_refusal_without_a_rule_goes_back_to_the_requester() -> None:
    assert refusal(step("x", "validate_condition")).action == "return_incomplete"


def test_a_refusal_follows_the_catalogue() -> None:
    wanted = StepOutcome("warn", ("requester",))
    assert refusal(replace(step("x", "validate_condition"), on_reject=wanted)) is wanted
