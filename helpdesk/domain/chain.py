"""The append-only history as a hash chain (R-177): each event's hash covers the event before it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from helpdesk.domain.errors import Invalid


class ChainedEvent(Protocol):
    """What the chain needs of an event; a table row fits."""

    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    @property
    def rows(self) -> Mapping[str, Any]: ...
    @property
    def hash(self) -> str: ...


def event_hash(
    previous: str | None,
    at: datetime,
    actor: str,
    actor_id: int | None,
    kind: str,
    data: Mapping[str, Any],
    rows: Mapping[str, Any] | None = None,
) -> str:
    """SHA-256 (hex) of the event and of the hash before it; None for the first event of a chain. `rows` is what it
    tells of the ticket's rows (`helpdesk.domain.standing`), left out when it tells nothing.

    Raises Invalid when `data` is not plain JSON or `at` has no zone.
    """
    return hashlib.sha256(canonical(previous, at, actor, actor_id, kind, data, rows).encode("utf-8")).hexdigest()


def canonical(
    previous: str | None,
    at: datetime,
    actor: str,
    actor_id: int | None,
    kind: str,
    data: Mapping[str, Any],
    rows: Mapping[str, Any] | None = None,
) -> str:
    """The text of an event that is hashed: canonical JSON (sorted keys, no spaces, UTF-8).

    `at` is aware and enters in UTC with microseconds, so that what a database gives back hashes as what was stored.
    Raises Invalid when `data` is not plain JSON or `at` has no zone.
    """
    if at.tzinfo is None:
        raise Invalid("An event's time has no time zone: give an aware instant.")
    content: dict[str, Any] = {
        "previous": previous,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "actor_id": actor_id,
        "kind": kind,
        "data": dict(data),
    }
    if rows:
        content["rows"] = rows
    try:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except (TypeError, ValueError) as error:
        raise Invalid(f"The data of event {kind} is not plain JSON: {error}") from error
    return text


def first_break(events: Sequence[ChainedEvent], previous: str | None = None) -> int | None:
    """Index of the first event whose hash does not follow from its content and the hash before; None when all do.

    `previous` is the hash before the first event given, for a history that is read in pieces.
    """
    for index, event in enumerate(events):
        content = event.at, event.actor, event.actor_id, event.kind, event.data, event.rows
        if event.hash != event_hash(previous, *content):
            return index
        previous = event.hash
    return None
