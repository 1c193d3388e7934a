"""What the history vouches for besides itself: messages, files and decisions (R-177, R-190).

An event that records a message carries `vouched` of it, a decision's event the whole decision. Whoever checks later
makes the same values of what is stored then and compares: the chain of the events covers the content.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from helpdesk.domain.chain import ChainedEvent, first_break

What = Literal[
    "event", "end", "ticket_missing", "message", "message_missing", "message_unvouched",
    "decision", "decision_missing", "decision_unvouched", "raw", "raw_missing", "file", "file_missing",
    "row", "row_missing", "row_unvouched", "ticket_removed", "rewritten", "arrival", "arrival_missing",
    "kept_elsewhere",
]  # fmt: skip
DECIDED_STATES = {"approve": "done", "reject": "rejected"}


class NumberedEvent(ChainedEvent, Protocol):
    """An event that can be named; a table row fits."""

    @property
    def id(self) -> int: ...
    @property
    def previous_hash(self) -> str | None: ...


class Content(Protocol):
    """What a message says and who says it; a table row fits."""

    @property
    def id(self) -> int: ...
    @property
    def direction(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def from_name(self) -> str: ...
    @property
    def from_address(self) -> str: ...
    @property
    def reply_to(self) -> str | None: ...
    @property
    def to(self) -> Sequence[Any]: ...
    @property
    def cc(self) -> Sequence[Any]: ...
    @property
    def message_id(self) -> str | None: ...
    @property
    def in_reply_to(self) -> str | None: ...
    @property
    def trust(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def new_text(self) -> str: ...
    @property
    def html(self) -> str | None: ...


class Decided(Protocol):
    """A step of a route with its decision; a table row fits."""

    @property
    def key(self) -> str: ...
    @property
    def round(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def role(self) -> str | None: ...
    @property
    def scope(self) -> str | None: ...
    @property
    def request_hash(self) -> str | None: ...
    @property
    def decided_at(self) -> datetime | None: ...
    @property
    def decided_by_id(self) -> int | None: ...
    @property
    def on_behalf_of_id(self) -> int | None: ...
    @property
    def via(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def message_id(self) -> int | None: ...


class NamedFile(Protocol):
    """A file by its name and the hash of its bytes."""

    @property
    def filename(self) -> str: ...
    @property
    def sha256(self) -> str: ...


class CameFile(NamedFile, Protocol):
    """A file that came; `held` is the danger for which it was set apart."""

    @property
    def held(self) -> str: ...


class Sent(Protocol):
    """A letter of ours as it left: what the conversation shows of it is masked, this is not. A table row fits."""

    @property
    def letter(self) -> str: ...
    @property
    def rfc_message_id(self) -> str: ...
    @property
    def recipient_name(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def sender_name(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def envelope_from(self) -> str: ...
    @property
    def reply_to(self) -> str | None: ...
    @property
    def in_reply_to(self) -> str | None: ...
    @property
    def references(self) -> Sequence[Any]: ...
    @property
    def automatic(self) -> bool: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str | None: ...


class Arrived(Protocol):
    """A mail as it was taken in, before anybody read it. A table row fits."""

    @property
    def mailbox_id(self) -> int | None: ...
    @property
    def source(self) -> str: ...
    @property
    def arrival_key(self) -> str: ...
    @property
    def envelope_from(self) -> str | None: ...
    @property
    def envelope_to(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def message_id(self) -> str | None: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def accepted_at(self) -> datetime: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def from_address(self) -> str | None: ...
    @property
    def subject(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """A thing that is not as the history says. `place` is its chain, or where it is kept; `which` names it there,
    `parts` what of it differs."""

    place: str
    what: What
    which: str = ""
    parts: tuple[str, ...] = ()


def vouched(
    message: Content, files: Iterable[tuple[str, str]], came: Arrived | None = None, sent: Sent | None = None
) -> dict[str, Any]:
    """What an event keeps of a message. `files` are (filename, SHA-256); `came` is the mail as it was taken in, `sent`
    the letter as it left."""
    head = [
        *(message.direction, message.kind, message.from_name, message.from_address, message.reply_to),
        *(list(message.to), list(message.cc), message.message_id, message.in_reply_to, message.trust),
        written(message.at),
    ]
    return {
        "message": message.id,
        "message_id": message.message_id,
        "from": message.from_address,
        "trust": message.trust,
        "sha256": {
            "raw": came.sha256 if came is not None else None,
            "arrival": _digest(as_taken_in(came)) if came is not None else None,
            "head": _digest(head),
            "subject": _digest(message.subject),
            "text": _digest(message.text),
            "new_text": _digest(message.new_text),
            "html": _digest(message.html),
            "sent": _digest(_as_it_left(sent)) if sent is not None else None,
        },
        "files": [{"filename": filename, "sha256": sha256} for filename, sha256 in files],
    }


def as_taken_in(came: Arrived) -> list[Any]:
    """What of an entry of the ledger is known before its mail is read, and never changes."""
    return [
        *(came.mailbox_id, came.source, came.arrival_key, came.envelope_from, came.envelope_to, came.fingerprint),
        *(came.message_id, came.size, came.sha256, written(came.accepted_at), written(came.received_at)),
        *(came.from_address, came.subject),
    ]


def _as_it_left(sent: Sent) -> list[Any]:
    return [
        *(sent.letter, sent.rfc_message_id, sent.recipient_name, sent.recipient, sent.sender_name, sent.sender),
        *(sent.envelope_from, sent.reply_to, sent.in_reply_to, list(sent.references), sent.automatic),
        *(sent.subject, sent.text, sent.html),
    ]


def named_files(files: object) -> list[tuple[str, str]]:
    """Name and hash of each file that a letter lists; what is no file there is named as it is."""
    listed = files if isinstance(files, list) else [files]
    return [
        (str(each.get("filename")), str(each.get("sha256"))) if isinstance(each, Mapping) else (str(each), "")
        for each in listed
    ]


def written(at: datetime) -> str:
    """An instant as events carry it: UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def chain_findings(place: str, events: Iterable[NumberedEvent], last_hash: str | None) -> Iterator[Finding]:
    """The first event that does not follow from the one before, or the missing end of the chain."""
    previous = None
    for event in events:
        readable = isinstance(event.data, Mapping) and isinstance(event.rows, Mapping)
        if not readable or event.previous_hash != previous or first_break((event,), previous) is not None:
            yield Finding(place, "event", str(event.id))
            return
        previous = event.hash
    if previous != last_hash:
        yield Finding(place, "end")


def message_findings(
    place: str, events: Sequence[NumberedEvent], found: Mapping[int, Mapping[str, Any]]
) -> Iterator[Finding]:
    """Messages that are not as their events say, that are gone, or that no event vouches for.

    `found` gives what `vouched` says of each message that is there. What went back to a ticket whose merge was undone
    (`moved`) is in that one's history.
    """
    moved = {number for event in events for number in _numbers(event.data.get("moved"))}
    known = set[int]()
    told = set[tuple[int, tuple[str, ...]]]()
    for event in events:
        number = event.data.get("message")
        if not isinstance(number, int):
            continue
        if number not in found:
            if number not in known | moved:
                yield Finding(place, "message_missing", str(number))
            known.add(number)
        elif "sha256" in event.data:
            known.add(number)
            parts = _parts(event.data, found[number])
            if parts and (number, parts) not in told:
                told.add((number, parts))
                yield Finding(place, "message", str(number), parts)
    for number in sorted(found.keys() - known):
        yield Finding(place, "message_unvouched", str(number))


def decision_findings(place: str, events: Sequence[NumberedEvent], steps: Sequence[Decided]) -> Iterator[Finding]:
    """Decisions that are not as their events say, that are gone, or that no event speaks of."""
    rows = {(step.key, step.round): step for step in steps}
    told = {_turn(event) for event in events if event.kind in ("decided", "step_done")}
    for event in events:
        if event.kind != "decided":
            continue
        step = rows.get(_turn(event))
        if step is None:
            yield Finding(place, "decision_missing", _turn(event)[0])
            continue
        recorded, stored = _recorded(event.data), _stored(step)
        parts = tuple(key for key in recorded if recorded[key] != stored[key])
        if parts:
            yield Finding(place, "decision", step.key, parts)
    for key in sorted(rows.keys() - told):
        if rows[key].state in DECIDED_STATES.values():
            yield Finding(place, "decision_unvouched", key[0])


def raw_findings(ledger_id: int, recorded: str, found: str | None, *, copy: bool) -> Iterator[Finding]:
    """A mail whose bytes are not those of its ledger row, or are gone; a `copy` need have none of its own."""
    if found is None and not copy:
        yield Finding("ledger", "raw_missing", str(ledger_id))
    elif found is not None and found != recorded:
        yield Finding("ledger", "raw", str(ledger_id))


def file_findings(place: str, filename: str, recorded: str, found: str | None) -> Iterator[Finding]:
    """A stored file whose bytes are not those of its name, or that is gone (`found` None)."""
    if found is None:
        yield Finding(place, "file_missing", filename, (recorded,))
    elif found != recorded:
        yield Finding(place, "file", filename, (recorded,))


def _turn(event: NumberedEvent) -> tuple[str, int]:
    """Which step an event speaks of, by key and round."""
    round_ = event.data.get("round")
    return str(event.data.get("step")), round_ if isinstance(round_, int) else -1


def _numbers(value: object) -> list[int]:
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []


def _parts(recorded: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[str, ...]:
    hashes = tuple(key for key, value in found["sha256"].items() if _within(recorded, "sha256", key) != value)
    return hashes if recorded.get("files") == found["files"] else (*hashes, "files")


def _recorded(data: Mapping[str, Any]) -> dict[str, object]:
    return {
        "state": DECIDED_STATES.get(str(data.get("decision"))),
        "person": _within(data, "by", "id"),
        "on_behalf_of": _within(data, "on_behalf_of", "id"),
        "reason": data.get("reason"),
        "time": data.get("decided_at"),
        "via": data.get("via"),
        "message": data.get("message"),
        "request": data.get("request_hash"),
        "function": (_within(data, "function", "role"), _within(data, "function", "scope")),
    }


def _within(data: Mapping[str, Any], key: str, inner: str) -> object:
    """A value of a section of an event; None where it is not: an event that was altered may hold anything."""
    section = data.get(key)
    return section.get(inner) if isinstance(section, Mapping) else None


def _stored(step: Decided) -> dict[str, object]:
    return {
        "state": step.state,
        "person": step.decided_by_id,
        "on_behalf_of": step.on_behalf_of_id,
        "reason": step.reason,
        "time": written(step.decided_at) if step.decided_at is not None else None,
        "via": step.via,
        "message": step.message_id,
        "request": step.request_hash,
        "function": (step.role, step.scope),
    }


def _digest(value: object) -> str | None:
    """SHA-256 of a text, or of the JSON of a list; None of None."""
    if value is None:
        return None
    spelled = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(spelled.encode("utf-8")).hexdigest()
