"""What a ticket's rows hold, as its history tells it: an event keeps the columns that changed, and all of them together
give the present rows (R-177, R-190). Whoever checks compares that with the rows that are stored."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from helpdesk.domain.evidence import Finding, written
from helpdesk.domain.references import masked

Columns = dict[str, Any]
Rows = dict[str, dict[str, Columns | None]]
"""By table and the row's id: the columns that an event changed, or None for a row that it took away."""

# In characters, of a structure those of its JSON: what is longer, or would let its reader act, is kept as its hash.
LONGEST_VALUE = 200
LONGEST_SHOWN = 60


class Telling(Protocol):
    """An event that may tell of rows; a table row fits."""

    @property
    def rows(self) -> Mapping[str, Any]: ...


def kept(value: object) -> Any:
    """A column's value as events keep it: plain JSON, instants in UTC; of a long one, and of the data that were told
    (R-191: the history names them and keeps no values), only the SHA-256, and that of the value as it is shown, where
    that is `masked`."""
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, int):
        return value
    text = value if isinstance(value, str) else canonical(value)
    shown = masked(text)
    is_data = isinstance(value, Mapping) and bool(value)
    if not is_data and len(text) <= LONGEST_VALUE and shown == text:
        return value
    digests = {"sha256": _digest(canonical(value))}
    return digests if shown == text else {**digests, "masked": _digest(masked(canonical(value)))}


def canonical(value: object) -> str:
    """The one way in which a value is written before it is compared or hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def add(rows: Rows, more: Mapping[str, Any]) -> None:
    """Let what happened later count: columns replace what they were, None takes a row away."""
    for table, changes in more.items():
        standing = rows.setdefault(table, {})
        for key, columns in changes.items():
            known = standing.get(key)
            standing[key] = {**(known or {}), **columns} if columns is not None else None


def replayed(events: Iterable[Telling]) -> Rows:
    """The rows as the whole history tells them. What an altered event holds that is none of that is left out."""
    rows: Rows = {}
    for event in events:
        add(rows, _readable(event.rows))
    return {
        table: {key: columns for key, columns in standing.items() if columns is not None}
        for table, standing in rows.items()
    }


def row_findings(place: str, told: Rows, found: Rows, *, looked_at_elsewhere: str) -> Iterator[Finding]:
    """Rows that are not as the history tells them, that are gone, or that it does not know. Whether those of the table
    `looked_at_elsewhere` are there is somebody else's question."""
    for table in sorted(told.keys() | found.keys()):
        known, stored = told.get(table, {}), found.get(table, {})
        for key in sorted(known.keys() & stored.keys(), key=_numeric):
            parts = tuple(_differences(known[key] or {}, stored[key] or {}))
            if parts:
                yield Finding(place, "row", f"{table}:{key}", parts)
        if table != looked_at_elsewhere:
            yield from (Finding(place, "row_missing", f"{table}:{key}") for key in sorted(known.keys() - stored.keys()))
            yield from (
                Finding(place, "row_unvouched", f"{table}:{key}") for key in sorted(stored.keys() - known.keys())
            )


def _differences(told: Columns, stored: Columns) -> Iterator[str]:
    """Each column that differs, with what it should be where that is short."""
    for column in sorted(told.keys() | stored.keys()):
        should = told.get(column)
        if canonical(should) != canonical(stored.get(column)):
            spelled = canonical(should)
            is_hash = isinstance(should, Mapping) and "sha256" in should
            yield column if is_hash or len(spelled) > LONGEST_SHOWN else f"{column} (debe ser {spelled})"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _readable(rows: object) -> Rows:
    if not isinstance(rows, Mapping):
        return {}
    return {
        str(table): {
            str(key): columns for key, columns in changes.items() if columns is None or isinstance(columns, dict)
        }
        for table, changes in rows.items()
        if isinstance(changes, Mapping)
    }


def _numeric(key: str) -> tuple[int, str]:
    return len(key), key
