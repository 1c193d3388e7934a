"""Compares what happened with `expected.yaml`, key by key. Keys that a case leaves out are not compared."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk.domain.folding import fold
from helpdesk.rehearsal.observe import Observed

# Keys that say what a case is about or set it up, rather than what must come out.
NOT_OUTCOMES = frozenset(
    (
        *("file", "kind", "received_at", "reply_to", "thread_by", "precondition", "accept", "must_not"),
        *("note", "why", "expected_mailbox", "also_delivered_to"),
        *("approval", "attachments", "pending_approver", "mailbox"),
    )
)
SILENT = ("ignore", "note_only", "mark_delivery_failed")
STEM = 4
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of a case that came out otherwise."""

    key: str
    expected: Any
    got: Any


def differences(expected: Mapping[str, Any], observed: Observed, belongs_to: int | None) -> tuple[Difference, ...]:
    """All keys that differ. `belongs_to` is the ticket that a reply must have reached."""
    is_reply = expected.get("reply_to") is not None
    facts = observed.facts
    found: list[Difference] = []
    for key, wanted in expected.items():
        if key in NOT_OUTCOMES or (wanted is None and is_reply):
            continue
        if not _same(key, wanted, facts.get(key), expected):
            found.append(Difference(key, wanted, facts.get(key)))
    found += _mailbox(expected, facts)
    found += _approval(expected, facts)
    found += _attachments(expected, facts)
    found += _approver(expected, facts)
    action = expected.get("action")
    if is_reply and action != "ignore" and facts["ticket"] != belongs_to:
        found.append(Difference("thread", belongs_to, facts["ticket"]))
    if expected.get("auto_reply") and observed.answered:
        found.append(Difference("auto_reply", "no letter to its sender", "a letter to its sender"))
    allowed = 0 if is_reply or action in SILENT else 1
    if (is_reply or action) and observed.opened != allowed and "open" not in _words(expected.get("accept")):
        found.append(Difference("tickets opened", allowed, observed.opened))
    found += [
        Difference("must_not", word, word)
        for word in _words(expected.get("must_not"))
        if _happened(word, observed, allowed)
    ]
    return tuple(found)


def _same(key: str, wanted: Any, got: Any, expected: Mapping[str, Any]) -> bool:
    if key == "action":
        return got == wanted or got in _accepted(expected, "action")
    return RULES.get(key, _equal)(wanted, got)


def _equal(wanted: Any, got: Any) -> bool:
    return bool(wanted == got)


def _as_set(wanted: Any, got: Any) -> bool:
    return set(wanted or ()) == set(got or ())


def _includes(wanted: Any, got: Any) -> bool:
    return set(wanted or ()) <= set(got or ())


def _instant(wanted: Any, got: Any) -> bool:
    if wanted is None or got is None:
        return wanted is got
    return _moment(wanted) == _moment(got)


def _fields(wanted: Mapping[str, Any], got: Any) -> bool:
    return all(_value(value, (got or {}).get(key)) for key, value in wanted.items())


def _value(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, str) and isinstance(got, str):
        if INSTANT.match(wanted) and INSTANT.match(got):
            return _moment(wanted) == _moment(got)
        return fold(wanted).strip(" .") == fold(got).strip(" .")
    return bool(wanted == got)


def _beginning(wanted: str, got: Any) -> bool:
    return " ".join(str(got or "").split()).startswith(" ".join(wanted.split()))


def _address(wanted: Any, got: Any) -> bool:
    return str(wanted).lower() == str(got).lower()


def _among(wanted: Any, got: Any) -> bool:
    return got in wanted if isinstance(wanted, list) else got == wanted


RULES: dict[str, Callable[[Any, Any], bool]] = {
    "missing_documents": _as_set,
    "missing_fields": _as_set,
    "invalid_fields": _as_set,
    "candidates": _as_set,
    "pending": _as_set,
    "provides_documents": _includes,
    "due_at": _instant,
    "filed_at": _instant,
    "fields": _fields,
    "new_text": _beginning,
    "status_after": _among,
    "sender": _address,
}


def _mailbox(expected: Mapping[str, Any], facts: Mapping[str, Any]) -> list[Difference]:
    wanted = expected.get("mailbox")
    return [Difference("mailbox", wanted, facts["mailbox"])] if wanted and wanted != facts["mailbox"] else []


def _approval(expected: Mapping[str, Any], facts: Mapping[str, Any]) -> list[Difference]:
    if "approval" not in expected:
        return []
    wanted, got = expected["approval"], facts["approval"]
    if wanted is None:
        decided = got is not None and got["authorised"] and got["decision"] in ("approve", "reject")
        return [Difference("approval", None, got)] if decided else []
    if got is None:
        return [Difference("approval", wanted, None)]
    found = [
        Difference(f"approval.{key}", wanted[key], got[key])
        for key in ("step", "authorised")
        if key in wanted and wanted[key] != got[key]
    ]
    if got["decision"] != wanted["decision"] and got["decision"] not in _accepted(expected, "decision"):
        found.append(Difference("approval.decision", wanted["decision"], got["decision"]))
    if wanted.get("reason") and not _says(wanted["reason"], got["reason"]):
        found.append(Difference("approval.reason", wanted["reason"], got["reason"]))
    return found


def _says(wanted: str, got: str | None) -> bool:
    """Whether the reason found says the expected one: each of its longer words, whatever their ending."""
    said = {word[:STEM] for word in re.findall(r"\w+", fold(got or ""))}
    return {word[:STEM] for word in re.findall(r"\w{4,}", fold(wanted))} <= said


def _attachments(expected: Mapping[str, Any], facts: Mapping[str, Any]) -> list[Difference]:
    if "attachments" not in expected:
        return []
    got = {entry["name"]: entry for entry in facts.get("attachments", ())}
    found: list[Difference] = []
    for wanted in expected["attachments"]:
        name = unicodedata.normalize("NFC", wanted["name"])
        here = got.get(name)
        if here is None:
            found.append(Difference("attachments", name, sorted(got)))
            continue
        found += [
            Difference(f"attachments.{key}", f"{name}: {wanted[key]}", here[key])
            for key in ("content_type", "document", "inline")
            if key in wanted and wanted[key] != here[key]
        ]
    return found


def _approver(expected: Mapping[str, Any], facts: Mapping[str, Any]) -> list[Difference]:
    """Whose decision is waited for; null in an expectation says that nobody's is."""
    if "pending_approver" not in expected:
        return []
    wanted, got = expected["pending_approver"], facts.get("pending_approver")
    return [Difference("pending_approver", wanted, got)] if wanted != got else []


def _accepted(expected: Mapping[str, Any], key: str) -> set[Any]:
    accept = expected.get("accept")
    if isinstance(accept, dict):
        return set(_words(accept.get(key)))
    return set(_words(accept))


def _words(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, dict):
        return [word for each in value.values() for word in _words(each)]
    return list(value) if isinstance(value, list | tuple) else [value]


def _happened(word: str, observed: Observed, allowed: int) -> bool:
    if word == "open":
        return observed.opened > allowed
    return word in (observed.facts["action"], (observed.facts["approval"] or {}).get("decision"))


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
