"""How a deadline counts (table «Deadline» of the catalogue's README, R-047 to R-053, R-184).

A suspension with no end yet cannot be measured: it is left out, and `Due.paused_since` says that the date will move.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

from helpdesk.domain.calendars import DAY, Calendar, Opening
from helpdesk.domain.catalogue import DeadlineSpec, StepTarget, Unit
from helpdesk.domain.countedlines import (
    CountedLine,
    amount_of,
    days_line,
    extended_line,
    holiday_lines,
    hours_line,
    moved_line,
    suspended_line,
)
from helpdesk.domain.errors import Invalid

Mode = Literal["opening_hours", "whole_days"]
"""How business hours count (Q-03): inside the opening hours, or 24 for every working day (F-07)."""

MINUTES_OF = {"minutes": 1, "business_hours": 60, "hours": 60}
WARNS_AT_PERCENT = 75


@dataclass(frozen=True, slots=True)
class Suspension:
    """A stretch in which the clock stood still, and why; `end` None = it still does. Aware instants."""

    start: datetime
    end: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prolongation:
    """An extension of a term (R-051), from the date that was due."""

    amount: int
    unit: Unit
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """When a term ends (UTC) and how it was counted; `paused_since` is set while the clock stands still."""

    at: datetime
    lines: tuple[CountedLine, ...]
    paused_since: datetime | None = None


def due_at(
    spec: DeadlineSpec,
    start: datetime,
    calendar: Calendar,
    suspensions: tuple[Suspension, ...] = (),
    mode: Mode = "opening_hours",
    first_day: date | None = None,
) -> Due:
    """When a term of the catalogue that starts at `start` (aware) ends; `first_day` is the day of filing, from which
    working days count. Raises Invalid for a negative amount."""
    first = first_day if spec.unit == "business_days" else None
    return count(spec.amount, spec.unit, start, calendar, suspensions, mode, start_day=first)


def target_due(
    target: StepTarget,
    last_approval: datetime,
    calendar: Calendar,
    suspensions: tuple[Suspension, ...] = (),
    mode: Mode = "opening_hours",
) -> Due:
    """When a step's own time limit ends, counted from the last approval (A-28)."""
    return count(target.amount, target.unit, last_approval, calendar, suspensions, mode)


def extended(
    due: Due,
    amount: int,
    unit: Unit,
    calendar: Calendar,
    suspensions: tuple[Suspension, ...] = (),
    mode: Mode = "opening_hours",
    reason: str = "",
) -> Due:
    """The term prolonged by `amount` from its due date (R-051). The lines of both stretches stay, with one that tells
    the prolongation and its reason between them.

    The date that was due is not counted, although it was due at closing time: it had its full day already.
    """
    first_day = calendar.local_date(due.at) if unit == "business_days" else None
    longer = count(amount, unit, due.at, calendar, suspensions, mode, start_day=first_day)
    between = extended_line(calendar, due.at, amount_of(amount, unit), reason)
    return replace(
        longer, lines=(*due.lines, between, *longer.lines), paused_since=due.paused_since or longer.paused_since
    )


def prolonged(
    due: Due,
    prolongations: tuple[Prolongation, ...],
    calendar: Calendar,
    suspensions: tuple[Suspension, ...] = (),
    mode: Mode = "opening_hours",
) -> Due:
    """The term with all its extensions, one after another."""
    for each in prolongations:
        due = extended(due, each.amount, each.unit, calendar, suspensions, mode, each.reason)
    return due


def count(
    amount: int,
    unit: Unit,
    start: datetime,
    calendar: Calendar,
    suspensions: tuple[Suspension, ...] = (),
    mode: Mode = "opening_hours",
    start_day: date | None = None,
) -> Due:
    """When `amount` of `unit` from `start` (aware) ends. `start_day` replaces the day from which working days count.

    Raises Invalid when the amount is negative or the instant has no zone.
    """
    if amount < 0 or start.tzinfo is None:
        raise Invalid("A term needs an amount of 0 or more and a start with a time zone: correct the deadline.")
    stopped = _merged(suspensions)
    still = [each.start for each in suspensions if each.end is None]
    if unit in MINUTES_OF:
        since = start
        at, lines = _count_time(timedelta(minutes=amount * MINUTES_OF[unit]), unit, start, calendar, stopped, mode)
    elif unit == "business_days":
        first = start_day or calendar.local_date(calendar.next_opening(start))
        since = calendar.wall(first, 0)
        at, lines = _count_days(amount, first, calendar, stopped, working_only=True)
    else:
        days = amount * 7 if unit == "weeks" else amount
        since = calendar.wall(calendar.local_date(start), 0)
        at, lines = _count_days(days, calendar.local_date(start), calendar, stopped, working_only=False)
    lines += [
        suspended_line(calendar, each.start, each.end, each.reason)
        for each in suspensions
        if each.start < at and (each.start >= since if each.end is None else each.start < each.end and each.end > since)
    ]
    paused = min((moment.astimezone(UTC) for moment in still if moment < at), default=None)
    return Due(at, tuple(sorted(lines, key=lambda line: line.sort_key)), paused)


def filed_at(received: datetime, calendar: Calendar, cut_off: time | None = None) -> datetime:
    """The legal time of filing (R-119): arrival when open, else the next opening (UTC).

    With `cut_off` (local, F-13) whatever arrives on a working day up to that time is filed at once.
    """
    received = received.astimezone(UTC)
    if cut_off is None:
        return calendar.next_opening(received)
    local = received.astimezone(calendar.zone)
    if calendar.is_working_day(local.date()) and local.time() <= cut_off:
        return received
    tomorrow = calendar.wall(local.date() + DAY, 0)
    return calendar.next_opening(tomorrow if calendar.is_working_day(local.date()) else received)


def warning_at(
    spec: DeadlineSpec,
    start: datetime,
    due: Due,
    calendar: Calendar,
    suspensions: tuple[Suspension, ...] = (),
    mode: Mode = "opening_hours",
    prolonged: bool = False,
) -> datetime:
    """When to warn that the term runs out (UTC): never after the due time, never on a closed day.

    Counts `spec.warning` from the start by the rules of its unit; day units warn at the opening of the day found, so
    that there is a day left to act. Without one (R-052), and once the term was `prolonged`: the working day before for
    day units, else at three quarters.
    """
    warning = spec.warning
    if warning is not None and not prolonged:
        raw = _unmoved(warning.amount, warning.unit, start, calendar, suspensions, mode)
    elif spec.unit in MINUTES_OF:
        raw = share_at(spec.unit, start, due, calendar, suspensions, WARNS_AT_PERCENT)
    else:
        raw = calendar.opening_of(calendar.previous_working_day(calendar.local_date(due.at) - DAY))
    return _alarm(raw, start, due, calendar)


def escalation_at(
    spec: DeadlineSpec,
    start: datetime,
    due: Due,
    calendar: Calendar,
    percent: int,
    suspensions: tuple[Suspension, ...] = (),
) -> datetime:
    """When the supervisor is told (UTC, R-052): after `percent` of the counted time, never after the due time and never
    on a closed day."""
    return _alarm(share_at(spec.unit, start, due, calendar, suspensions, percent), start, due, calendar)


def share_at(
    unit: Unit, start: datetime, due: Due, calendar: Calendar, suspensions: tuple[Suspension, ...], percent: int
) -> datetime:
    """When `percent` of the time that counts between the start and the due time has passed, in whole minutes: of the
    clock for `hours`, of the opening hours for all other units."""
    stretches = list(_counting(unit, start.astimezone(UTC), due.at, calendar, _merged(suspensions)))
    whole = sum((to - from_ for from_, to in stretches), timedelta())
    left = timedelta(minutes=whole * percent / 100 // timedelta(minutes=1))
    for from_, to in stretches:
        if left < to - from_:
            return from_ + left
        left -= to - from_
    return due.at


def _counting(
    unit: Unit, start: datetime, end: datetime, calendar: Calendar, stopped: tuple[Opening, ...]
) -> Iterator[Opening]:
    if start >= end:
        return
    openings = iter([(start, end)]) if unit == "hours" else calendar.openings_from(start)
    for from_, to in _without(openings, stopped):
        if from_ >= end:
            return
        yield from_, min(to, end)


def _alarm(raw: datetime, start: datetime, due: Due, calendar: Calendar) -> datetime:
    """`raw` off closed days, between the start (on a closed day: the opening after it) and the due time."""
    begin = start.astimezone(UTC)
    first = begin if calendar.is_working_day(calendar.local_date(begin)) else calendar.next_opening(begin)
    return max(min(not_on_closed_day(raw, calendar), due.at), min(first, due.at))


def not_on_closed_day(instant: datetime, calendar: Calendar) -> datetime:
    """`instant`, or the closing of the working day before when it falls on a closed day."""
    day = calendar.local_date(instant)
    if calendar.is_working_day(day):
        return instant.astimezone(UTC)
    return calendar.closing_of(calendar.previous_working_day(day))


def term_start(unit: Unit, arrived: datetime, filed: datetime, all_units: bool) -> datetime:
    """When the term of a request starts (UTC) that arrived or was completed at one instant and is filed at another.

    Business hours and working days count from the filing (R-119, R-184); the clock's hours and calendar days from the
    arrival (R-049), but where the institution counts `all_units` from the filing.
    """
    from_filing = all_units or unit in ("business_hours", "business_days")
    return (max(arrived, filed) if from_filing else arrived).astimezone(UTC)


def from_start(
    suspensions: tuple[Suspension, ...], before: datetime | None, start: datetime | None
) -> tuple[Suspension, ...]:
    """The suspensions of a term that starts at `start` instead of `before`: what stood still from the start on, since
    it cannot before, does so from an earlier one too."""
    if before is None or start is None or start >= before:
        return suspensions
    return tuple(replace(each, start=start) if each.start == before else each for each in suspensions)


def filing_day(started: datetime, calendar: Calendar) -> date:
    """The day from which the working days of a term count that started with a filing: its own, although the office may
    have been closed at that hour (F-13), unless the whole day is closed."""
    day = calendar.local_date(started)
    return day if calendar.is_working_day(day) else calendar.local_date(calendar.next_opening(started))


def remaining(due: datetime, now: datetime, calendar: Calendar) -> int:
    """Opening minutes left until `due`, for «vence en 3 h hábiles»; negative once overdue."""
    return calendar.open_minutes(now, due)


def is_overdue(due: datetime | None, now: datetime) -> bool:
    """Whether the term has run out (R-052); at the due instant itself it has not."""
    return due is not None and now > due


def _unmoved(
    amount: int, unit: Unit, start: datetime, calendar: Calendar, suspensions: tuple[Suspension, ...], mode: Mode
) -> datetime:
    stopped = _merged(suspensions)
    if unit in MINUTES_OF:
        span = timedelta(minutes=amount * MINUTES_OF[unit])
        return _count_time(span, unit, start, calendar, stopped, mode, moved=False)[0]
    if unit == "business_days":
        day = _nth_day(amount, calendar.local_date(calendar.next_opening(start)), calendar, stopped, True)[0]
    else:
        days = amount * 7 if unit == "weeks" else amount
        day = _nth_day(days, calendar.local_date(start), calendar, stopped, False)[0]
    return calendar.opening_of(calendar.previous_working_day(day))


def _merged(suspensions: tuple[Suspension, ...]) -> tuple[Opening, ...]:
    """The finished suspensions in order, overlapping ones joined, in UTC."""
    merged: list[Opening] = []
    finished = [(each.start.astimezone(UTC), each.end.astimezone(UTC)) for each in suspensions if each.end is not None]
    for start, end in sorted(pair for pair in finished if pair[0] < pair[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _count_time(
    span: timedelta,
    unit: Unit,
    start: datetime,
    calendar: Calendar,
    stopped: tuple[Opening, ...],
    mode: Mode,
    moved: bool = True,
) -> tuple[datetime, list[CountedLine]]:
    whole_days = unit == "business_hours" and mode == "whole_days"
    begin = start.astimezone(UTC) if unit == "hours" else calendar.next_opening(start)
    if unit == "hours":
        intervals: Iterator[Opening] = iter([(begin, datetime.max.replace(tzinfo=UTC))])
    elif whole_days:
        intervals = _working_days_whole(begin, calendar)
    else:
        intervals = calendar.openings_from(begin)
    lines: list[CountedLine] = []
    at = begin
    for from_, to in _without(intervals, stopped):
        used = min(span, to - from_)
        at, span = from_ + used, span - used
        lines.append(hours_line(calendar, from_, at))
        if not span:
            break
    if unit != "hours":
        lines += holiday_lines(calendar, calendar.local_date(begin), calendar.local_date(at))
    if (unit == "hours" or whole_days) and moved and not calendar.is_open(at):
        at = calendar.next_opening(at)
        lines.append(moved_line(calendar, at))
    return at, lines


def _working_days_whole(begin: datetime, calendar: Calendar) -> Iterator[Opening]:
    day = calendar.local_date(begin)
    while True:
        day = calendar.next_working_day(day)
        yield max(begin, calendar.wall(day, 0)), calendar.wall(day + DAY, 0)
        day += DAY


def _without(intervals: Iterator[Opening], stopped: tuple[Opening, ...]) -> Iterator[Opening]:
    """The intervals with the suspended stretches cut out; empty pieces are left out."""
    for opens, closes in intervals:
        edges = [opens]
        for start, end in stopped:
            if start < closes and end > opens:
                edges += [max(start, opens), min(end, closes)]
        edges.append(closes)
        for from_, to in list(pairwise(edges))[::2]:
            if from_ < to:
                yield from_, to


def _nth_day(
    amount: int, first: date, calendar: Calendar, stopped: tuple[Opening, ...], working_only: bool
) -> tuple[date, tuple[date, ...]]:
    """The `amount`-th day after `first` that counts, and all that counted."""
    skipped = [(calendar.local_date(start), calendar.local_date(end)) for start, end in stopped]
    counted: list[date] = []
    day = first
    while len(counted) < amount:
        day = calendar.next_working_day(day + DAY) if working_only else day + DAY
        if not any(start <= day < end for start, end in skipped):
            counted.append(day)
    return day, tuple(counted)


def _count_days(
    amount: int, first: date, calendar: Calendar, stopped: tuple[Opening, ...], working_only: bool
) -> tuple[datetime, list[CountedLine]]:
    day, counted = _nth_day(amount, first, calendar, stopped, working_only)
    last = calendar.next_working_day(day)
    at = calendar.closing_of(last)
    lines = days_line(counted, working_only)
    lines += holiday_lines(calendar, first + DAY, last) if working_only else holiday_lines(calendar, day, last)
    if last != day:
        lines.append(moved_line(calendar, at))
    return at, lines
