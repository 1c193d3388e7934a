"""A comparison is worth something only if every key can fail."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpdesk.rehearsal.compare import NOT_OUTCOMES, differences
from helpdesk.rehearsal.observe import Observed

CASES = Path(__file__).parents[1] / "acceptance" / "cases" / "expected.yaml"
TICKET = 7
DUE = "2026-03-04T17:00:00-05:00"

FACTS: dict[str, Any] = {
    "action": "open_and_return",
    "institution": "mef-ec",
    "mailbox": "soporte",
    "sender": "ana@example.com",
    "ticket": TICKET,
    "request_type": "soporte",
    "candidates": ["soporte", "consulta"],
    "requester": "ana@example.com",
    "forwarded_by": "staff@example.org",
    "originator": "otra@example.com",
    "auto_reply": False,
    "auto_generated": False,
    "missing_documents": ["ruc", "oficio"],
    "provides_documents": ["cedula", "memo"],
    "missing_fields": ["motivo"],
    "invalid_fields": ["cierre"],
    "return_reason": "requester_not_entitled",
    "pending": ["cotejar"],
    "pending_approver": "jefe@example.org",
    "on_behalf_of": "titular@example.org",
    "step_after": "cotejar",
    "status_after": "waiting_requester",
    "due_at": datetime(2026, 3, 4, 22, tzinfo=UTC),
    "filed_at": datetime(2026, 3, 4, 22, tzinfo=UTC),
    "fields": {"motivo": "Cambio de funcionario.", "desde": "2026-03-04T22:00:00+00:00", "meses": 3},
    "new_text": "Adjunto  la copia\nque faltaba. Gracias.",
    "reopen": False,
    "sender_is_requester": True,
    "sender_is_participant": True,
    "failed_recipient": "ana@example.com",
    "status": "5.1.1",
    "approval": {"step": "validar", "decision": "reject", "authorised": True, "reason": "Falta el memorándum n.º 3"},
    "attachments": [
        {"name": "Acción.pdf", "content_type": "application/pdf", "document": "accion", "inline": False},
        {"name": "logo.png", "content_type": "image/png", "document": None, "inline": True},
    ],
}

# For each key: an expectation that FACTS meet, and expectations that they do not meet.
KEYS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "action": ("open_and_return", ("open", "ignore")),
    "institution": ("mef-ec", ("seps-ec",)),
    "mailbox": ("soporte", ("biometria",)),
    "sender": ("Ana@Example.com", ("otra@example.com",)),
    "request_type": ("soporte", ("consulta", None)),
    "candidates": (["consulta", "soporte"], ([], ["soporte"], ["soporte", "consulta", "otro"])),
    "requester": ("ana@example.com", ("otra@example.com", None)),
    "forwarded_by": ("staff@example.org", ("nadie@example.org", None)),
    "originator": ("otra@example.com", ("nadie@example.org", None)),
    "auto_reply": (False, (True,)),
    "auto_generated": (False, (True,)),
    "missing_documents": (["oficio", "ruc"], ([], ["ruc"], ["ruc", "oficio", "otro"], None)),
    "provides_documents": (["memo"], (["ruc"], ["memo", "ruc"])),
    "missing_fields": (["motivo"], ([], ["motivo", "otro"], None)),
    "invalid_fields": (["cierre"], ([], ["otro"], None)),
    "return_reason": ("requester_not_entitled", (None, "otra")),
    "pending": (["cotejar"], ([], ["autorizar"], None)),
    "pending_approver": ("jefe@example.org", ("otro@example.org", None)),
    "on_behalf_of": ("titular@example.org", ("otro@example.org", None)),
    "step_after": ("cotejar", ("autorizar", None)),
    "status_after": (["waiting_requester", "closed"], ("closed", ["closed"], None)),
    "due_at": (DUE, ("2026-03-04T17:00:01-05:00", "2026-03-04T17:00:00+00:00", None)),
    "filed_at": (DUE, ("2026-03-05T17:00:00-05:00", None)),
    "fields": (
        {"motivo": "cambio de funcionario", "desde": DUE, "meses": 3},
        ({"motivo": "otro"}, {"desde": "2026-03-04T17:00:01-05:00"}, {"motivo": DUE}, {"meses": 4}, {"nuevo": "x"}),
    ),
    "new_text": ("Adjunto la copia que", ("la copia que faltaba", "Adjunto la copia que faltaba. Gracias. Ana")),
    "reopen": (False, (True,)),
    "sender_is_requester": (True, (False,)),
    "sender_is_participant": (True, (False,)),
    "failed_recipient": ("ana@example.com", ("otra@example.com",)),
    "status": ("5.1.1", ("5.2.2", None)),
}


def observed(opened: int = 1, answered: bool = False, **changed: Any) -> Observed:
    """What happened: FACTS, or a part of it otherwise."""
    return Observed({**FACTS, **changed}, opened, answered)


def keys_that_differ(
    expected: dict[str, Any], got: Observed | None = None, belongs_to: int | None = TICKET
) -> set[str]:
    """The keys named by the comparison; the expectation opens a ticket unless it says otherwise."""
    whole = {"action": "open_and_return", **expected}
    return {each.key for each in differences(whole, got or observed(), belongs_to)}


def test_what_came_out_as_expected_differs_in_nothing() -> None:
    assert keys_that_differ({key: wanted for key, (wanted, _) in KEYS.items()}) == set()


@pytest.mark.parametrize(("key", "wrong"), [(key, wrong) for key, (_, others) in KEYS.items() for wrong in others])
def test_a_key_that_came_out_otherwise_is_named(key: str, wrong: Any) -> None:
    assert key in keys_that_differ({key: wrong})


@pytest.mark.parametrize("key", sorted(set(KEYS) - {"mailbox", "new_text"}))
def test_a_key_that_nothing_was_found_for_is_named(key: str) -> None:
    wanted = FACTS[key] if FACTS[key] is not False else True
    assert key in keys_that_differ({key: wanted}, Observed({**FACTS, key: None}, 1, False))


def test_every_key_of_the_samples_is_compared_and_proved_to_fail_here() -> None:
    used = {key for entry in yaml.safe_load(CASES.read_text("utf-8"))["samples"] for key in entry}
    elsewhere = {"approval", "attachments", "pending_approver", "mailbox"}
    assert used - NOT_OUTCOMES <= set(KEYS)
    assert NOT_OUTCOMES & used - elsewhere == {
        *("file", "kind", "received_at", "reply_to", "thread_by", "precondition", "note"),
        *("expected_mailbox", "also_delivered_to"),
    }


def test_an_approval_as_expected_differs_in_nothing() -> None:
    wanted = {"step": "validar", "decision": "reject", "authorised": True, "reason": "falta el memorandum"}
    assert keys_that_differ({"approval": wanted}) == set()


@pytest.mark.parametrize(
    ("part", "wrong"),
    [("step", "autorizar"), ("decision", "approve"), ("authorised", False), ("reason", "falta la firma")],
)
def test_each_part_of_an_approval_can_differ(part: str, wrong: Any) -> None:
    wanted = {"step": "validar", "decision": "reject", "authorised": True, "reason": None, part: wrong}
    assert keys_that_differ({"approval": wanted}) == {f"approval.{part}"}


def test_a_decision_where_none_may_result_is_named() -> None:
    assert keys_that_differ({"approval": None}) == {"approval"}


def test_words_of_somebody_who_may_not_decide_are_no_decision() -> None:
    unheard = {**FACTS["approval"], "authorised": False}
    assert keys_that_differ({"approval": None}, observed(approval=unheard)) == set()


def test_an_approval_that_did_not_happen_is_named() -> None:
    assert keys_that_differ({"approval": {"step": "validar"}}, observed(approval=None)) == {"approval"}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"name": "otro.pdf"}, "attachments"),
        ({"name": "Acción.pdf", "content_type": "image/png"}, "attachments.content_type"),
        ({"name": "Acción.pdf", "document": "ruc"}, "attachments.document"),
        ({"name": "logo.png", "document": "ruc"}, "attachments.document"),
        ({"name": "logo.png", "inline": False}, "attachments.inline"),
    ],
)
def test_each_part_of_an_attachment_can_differ(wrong: dict[str, Any], named: str) -> None:
    assert keys_that_differ({"attachments": [wrong]}) == {named}


def test_attachments_are_found_by_name_however_its_accents_are_coded() -> None:
    decomposed = {"name": "Accio\u0301n.pdf", "document": "accion"}
    assert keys_that_differ({"attachments": [decomposed]}) == set()


def test_a_machine_that_was_answered_is_named() -> None:
    assert keys_that_differ({"auto_reply": True}, observed(auto_reply=True, answered=True)) == {"auto_reply"}


@pytest.mark.parametrize("opened", [0, 2])
def test_a_letter_that_opens_none_or_two_tickets_is_named(opened: int) -> None:
    assert keys_that_differ({}, observed(opened)) == {"tickets opened"}


def test_a_reply_that_opens_a_ticket_is_named() -> None:
    assert keys_that_differ({"reply_to": "001.eml"}) == {"tickets opened"}


def test_a_reply_that_reached_another_ticket_is_named() -> None:
    assert keys_that_differ({"reply_to": "001.eml"}, observed(0), belongs_to=TICKET + 1) == {"thread"}


def test_null_in_a_reply_is_not_compared() -> None:
    assert keys_that_differ({"reply_to": "001.eml", "request_type": None, "due_at": None}, observed(0)) == set()


@pytest.mark.parametrize("accept", ["open_and_return", ["open_and_return"], {"action": ["open_and_return"]}])
def test_another_allowed_action_is_no_difference(accept: Any) -> None:
    assert keys_that_differ({"action": "open", "accept": accept}) == set()


def test_what_is_allowed_for_the_decision_is_not_allowed_for_the_action() -> None:
    assert keys_that_differ({"action": "open", "accept": {"decision": ["open_and_return"]}}) == {"action"}


@pytest.mark.parametrize(("word", "opened"), [("open_and_return", 1), ("reject", 1), ("open", 2)])
def test_what_must_not_happen_is_named_whatever_else_is_allowed(word: str, opened: int) -> None:
    assert "must_not" in keys_that_differ({"must_not": [word], "accept": ["open", word]}, observed(opened))


def test_a_case_that_names_no_action_is_compared_in_the_rest() -> None:
    found = differences({"request_type": "consulta"}, observed(), None)
    assert [each.key for each in found] == ["request_type"]
