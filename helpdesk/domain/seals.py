"""What an institution's own history says of its cases: how each ticket's history ended, and how each entry of the
ledger was settled (R-177)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from helpdesk.domain.evidence import Arrived, Finding, as_taken_in, written

KIND = "sealed"
# What the same history says when an entry is let through once more.
REPLAYED = "mail_replayed"


class Settled(Arrived, Protocol):
    """An entry of the ledger with what became of it. A table row fits."""

    @property
    def institution_id(self) -> int | None: ...
    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def sentence(self) -> str | None: ...
    @property
    def trust(self) -> str | None: ...
    @property
    def action(self) -> str | None: ...
    @property
    def attempts(self) -> int: ...
    @property
    def accepted_by_hand(self) -> bool: ...
    @property
    def settled_at(self) -> datetime | None: ...
    @property
    def ticket_id(self) -> int | None: ...
    @property
    def duplicate_of_id(self) -> int | None: ...


def settled_digest(row: Settled) -> str:
    """SHA-256 of an entry as it was taken in and settled."""
    settled = [
        *(row.institution_id, row.state, row.reason, row.sentence, row.trust, row.action, row.attempts),
        *(row.accepted_by_hand, written(row.settled_at) if row.settled_at else None, row.ticket_id),
        row.duplicate_of_id,
    ]
    text = json.dumps([*as_taken_in(row), *settled], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def told(data: Mapping[str, Any], what: str) -> dict[int, str]:
    """By number, the hashes that a seal names; nothing of what an altered event may hold instead."""
    section = data.get(what)
    entries = section.items() if isinstance(section, Mapping) else ()
    return {int(number): str(value) for number, value in entries if str(number).isascii() and str(number).isdigit()}


def ticket_findings(prefix: str, sealed: Mapping[int, str], ends: Mapping[int, frozenset[str]]) -> Iterator[Finding]:
    """Tickets that are gone, or whose history has not the event with which it ended once. `ends` are the hashes among
    those that are looked for, by the numbers of the tickets that are there."""
    for number, last in sealed.items():
        place = f"{prefix}-{number}"
        if number not in ends:
            yield Finding(place, "ticket_removed")
        elif last not in ends[number]:
            yield Finding(place, "rewritten", last)


def arrival_findings(sealed: Mapping[int, str], found: Mapping[int, str]) -> Iterator[Finding]:
    """Entries of the ledger that are gone, or not as they were settled."""
    for number, digest in sealed.items():
        if number not in found:
            yield Finding("ledger", "arrival_missing", str(number))
        elif found[number] != digest:
            yield Finding("ledger", "arrival", str(number))
