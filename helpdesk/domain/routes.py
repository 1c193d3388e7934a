"""Whose turn it is in a route.

A route is walked by asking `next_step` until it answers with a step that waits for somebody, or with None at its end.
Everything a step depends on arrives as `Facts`; nothing here knows a database or a request type by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from helpdesk.domain.catalogue import Condition, IntakeField, RequestType, StepKind, StepOutcome, StepSpec
from helpdesk.domain.folding import fold
from helpdesk.domain.requirements import classified_fields

# Acts of a person whose result a later `notify` tells about: after one of them only a person can write it.
HUMAN_WORK: frozenset[StepKind] = frozenset(
    ("execute", "capture", "approve", "diagnose", "classify", "verify_originals")
)
# Work that leaves something behind in a system of the institution.
RECORDED_WORK: frozenset[StepKind] = frozenset(("execute", "capture"))
# Steps that need nobody.
AUTOMATIC: frozenset[StepKind] = frozenset(("receive", "generate", "derive", "survey"))
# Steps that run on a date of their own, beside the route.
BESIDE: frozenset[StepKind] = frozenset(("scheduled",))
SETTLED = frozenset(("done", "skipped"))
REVIEW: StepKind = "validate_documents"

Course = Literal["pass", "return", "reject", "wait"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions and checks of a route may ask about a ticket.

    `values` holds the intake fields and `channel`, `mailbox`, `escala`; `roles` every role the requester holds (a
    condition on `requester_role` holds for any of them). `missing_documents` and `missing_fields` are those that the
    requester must supply, `invalid` the fields given wrongly,
    `warnings` those that a rule only warns about (R-094), `entitled` whether the requester may ask at all. `in_doubt`:
    for a document there is only a file of which neither name nor text says that it is one.
    """

    values: Mapping[str, object]
    roles: frozenset[str]
    missing_documents: tuple[str, ...] = ()
    missing_fields: tuple[str, ...] = ()
    invalid: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)
    entitled: bool = True
    in_doubt: bool = False

    @property
    def complete(self) -> bool:
        """Nothing is left for the requester to supply or correct."""
        return self.entitled and not (self.missing_documents or self.missing_fields or self.invalid)


@dataclass(frozen=True, slots=True)
class Turn:
    """The step to come, and those before it that do not apply."""

    step: StepSpec | None
    skipped: tuple[str, ...]


def holds(condition: Condition | None, facts: Facts, step: str | None = None) -> bool:
    """Whether a condition holds. An unknown value is in no list: `in` fails, `not_in` holds."""
    if condition is None:
        return True
    values: set[object]
    if condition.field == "requester_role":
        values = set(facts.roles)
    elif condition.field == "step":
        values = {step}
    else:
        values = {facts.values.get(condition.field)}
    if condition.any_of is not None:
        return bool(values & set(condition.any_of))
    return not values & set(condition.none_of or ())


def walked(request_type: RequestType) -> tuple[StepSpec, ...]:
    """The steps that a ticket of that type goes through, in order; those switched off or beside the route left out."""
    return tuple(step for step in request_type.route if step.enabled and step.kind not in BESIDE)


def next_step(request_type: RequestType, states: Mapping[str, str], facts: Facts) -> Turn:
    """The first step not yet settled that applies, and the unsettled ones before it that do not."""
    skipped: list[str] = []
    for step in walked(request_type):
        if states.get(step.key) in SETTLED:
            continue
        if holds(step.when, facts, step.key):
            return Turn(step, tuple(skipped))
        skipped.append(step.key)
    return Turn(None, tuple(skipped))


def unauthorised(request_type: RequestType, states: Mapping[str, str]) -> StepSpec | None:
    """The approval without which the requester may not be answered yet (R-125), if there is one."""
    needed = (step for step in walked(request_type) if step.before_any_answer)
    return next((step for step in needed if states.get(step.key) not in SETTLED), None)


def gate(request_type: RequestType) -> str:
    """The step at which completeness is checked: the review of documents, else the check of a condition, else the
    first step (types without either still need the data that the message itself must state)."""
    for kind in ("validate_documents", "validate_condition"):
        for step in walked(request_type):
            if step.kind == kind:
                return step.key
    return walked(request_type)[0].key


def course(request_type: RequestType, step: StepSpec, states: Mapping[str, str], facts: Facts) -> Course:
    """What happens when a step's turn comes: it passes by itself, is returned, is refused, or waits for a person."""
    if step.kind == "validate_condition":
        return _checked(step, facts, is_gate=gate(request_type) == step.key)
    if step.key == gate(request_type) and not facts.complete:
        return "return"
    if step.kind == REVIEW:
        return "wait" if facts.in_doubt else "pass"
    if step.kind in AUTOMATIC:
        return "pass"
    if step.kind == "notify" and not _after_human_work(request_type, step, states):
        return "pass"
    return "wait"


def waits_for_the_rest(kind: str, state: str) -> bool:
    """Whether a step goes on once nothing is missing any more: returned to the requester, or a review of documents
    that waits with the team; a complete request passes that one by itself."""
    return state == "returned" or (kind == REVIEW and state == "active")


def may_go_on(kind: str, state: str, facts: Facts) -> bool:
    """Whether a step that waits for the rest has it. Files in doubt keep only the team waiting, who look at them; the
    requester has done their part."""
    return waits_for_the_rest(kind, state) and facts.complete and not (state == "active" and facts.in_doubt)


def only_doubted(request_type: RequestType, step: str, state: str, facts: Facts) -> bool:
    """Whether the review of completeness waits for nothing but a person's look at files in doubt: the requester has
    sent all there is to send, and the term runs meanwhile (R-047)."""
    is_review = step == gate(request_type) and request_type.step(step).kind == REVIEW
    return is_review and state == "active" and facts.complete and facts.in_doubt


def needed_data(request_type: RequestType, step: StepSpec, lacking: tuple[IntakeField, ...]) -> tuple[IntakeField, ...]:
    """Which of the missing mandatory data must be known before a person marks the step as done.

    To classify is to choose: a step of classification needs the data that it decides (R-044). Work that leaves
    something behind (a user, a registration) needs all of them; looking into a request needs none.
    """
    if step.kind == "classify":
        decided = classified_fields(request_type)
        return tuple(field for field in lacking if field in decided)
    return lacking if step.kind in RECORDED_WORK else ()


def record_wanted(request_type: RequestType, step: StepSpec) -> str | None:
    """What must be written down when the step is done: what was captured, or what the closing letter is to tell of the
    work (R-035, R-038). None where a note is free."""
    if step.kind == "capture":
        return "qué se registró"
    return request_type.closure.content if is_told(request_type, step) else None


def is_told(request_type: RequestType, step: StepSpec) -> bool:
    """Whether the closing letter tells what was recorded of the step (R-037)."""
    return step.kind == "execute" and bool(request_type.closure.content)


def passing_told(request_type: RequestType, step: StepSpec) -> StepSpec | None:
    """The derivation of which the requester is to be told when the step's holder gets the request (R-117): the step
    itself, or the one before it that hands over to the same function."""
    earlier: StepSpec | None = None
    for each in walked(request_type):
        if each.kind == "derive" and "requester" in each.notify and each.actor.role == step.actor.role:
            earlier = each
        if each.key == step.key:
            return earlier
    return None


def refusal(step: StepSpec) -> StepOutcome:
    """What the catalogue wants when the step is refused or incomplete."""
    return step.on_incomplete or step.on_reject or StepOutcome("return_incomplete", ("requester",))


def _after_human_work(request_type: RequestType, step: StepSpec, states: Mapping[str, str]) -> bool:
    for earlier in walked(request_type):
        if earlier.key == step.key:
            return False
        if earlier.kind in HUMAN_WORK and states.get(earlier.key) == "done":
            return True
    return False


def _checked(step: StepSpec, facts: Facts, is_gate: bool) -> Course:
    """A condition step is about the fields whose key shares a word with the step's; about none of them, it asks
    whether the requester may ask (R-027, R-090, R-094)."""
    about = [key for key in {*facts.values, *facts.missing_fields, *facts.invalid} if _related(key, step.key)]
    if not about:
        return ("pass" if facts.complete else "return") if is_gate else ("pass" if facts.entitled else "reject")
    if any(key in facts.invalid or key in facts.warnings or facts.values.get(key) is False for key in about):
        return "reject"
    if is_gate and not facts.complete:
        return "return"
    known = any(facts.values.get(key) is not None for key in about)
    return "pass" if known else "wait"


def _related(field_key: str, step_key: str) -> bool:
    return bool(set(fold(field_key).split("_")) & set(fold(step_key).split("_")))
