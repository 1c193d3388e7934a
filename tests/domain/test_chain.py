"""The history as a hash chain."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from helpdesk.domain.chain import event_hash, first_break
from helpdesk.domain.errors import Invalid

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    at: datetime
    actor: str
    actor_id: int | None
    kind: str
    data: dict[str, Any]
    hash: str
    rows: dict[str, Any] = field(default_factory=dict)


def history(length: int) -> list[Event]:
    events: list[Event] = []
    for number in range(length):
        previous = events[-1].hash if events else None
        data = {"paso": number, "nota": "ñandú"}
        events.append(Event(AT, "ana", 7, "noted", data, event_hash(previous, AT, "ana", 7, "noted", data)))
    return events


def test_an_untouched_history_has_no_break() -> None:
    assert first_break(history(5)) is None


def test_an_empty_history_has_no_break() -> None:
    assert first_break([]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "eva"},
        {"actor_id": 8},
        {"kind": "closed"},
        {"at": AT + timedelta(microseconds=1)},
        {"data": {"paso": 9}},
        {"hash": "0"},
    ],
)
def test_a_changed_event_is_the_first_break(change: dict[str, Any]) -> None:
    events = history(5)
    events[2] = replace(events[2], **change)
    assert first_break(events) == 2


def test_a_removed_event_breaks_the_chain_where_it_stood() -> None:
    events = history(5)
    del events[1]
    assert first_break(events) == 1


def test_swapped_events_break_the_chain() -> None:
    events = history(4)
    events[1], events[2] = events[2], events[1]
    assert first_break(events) == 1


def test_a_history_can_be_read_in_pieces() -> None:
    events = history(6)
    assert first_break(events[3:], previous=events[2].hash) is None
    assert first_break(events[3:], previous=events[1].hash) == 0


def test_the_order_of_keys_does_not_matter() -> None:
    assert event_hash(None, AT, "a", None, "k", {"x": 1, "y": 2}) == event_hash(
        None, AT, "a", None, "k", {"y": 2, "x": 1}
    )


def test_the_same_instant_in_another_zone_hashes_alike() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=-5)))
    assert event_hash(None, AT, "a", None, "k", {}) == event_hash(None, elsewhere, "a", None, "k", {})


@pytest.mark.parametrize("data", [{"x": AT}, {"x": float("nan")}, {"x": "\ud800"}])
def test_data_that_is_not_plain_json_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        event_hash(None, AT, "a", None, "k", data)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(Invalid):
        event_hash(None, AT.replace(tzinfo=None), "a", None, "k", {})
