"""Business calendars (R-182, R-183): when an office is open, in instants that daylight saving cannot shift.

Every instant that leaves this module is in UTC: adding to a local time would skip or repeat an hour twice a year.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from helpdesk.domain.catalogue import CalendarSpec
from helpdesk.domain.errors import Invalid

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_LANGUAGE = "es"  # without it the names follow the locale of the process (F-01)
ADDED_BY_HAND = "Día no laborable"
SEARCH_LIMIT_DAYS = 750
DAY = timedelta(days=1)

Opening = tuple[datetime, datetime]
"""Opening (included) and closing (excluded), both in UTC."""


@dataclass(frozen=True, slots=True)
class DayEdit:
    """A day closed or opened by hand, whatever the holidays say (R-182); `region` None: everywhere. `hours` are those
    of an opened day, in minutes since midnight; () = those of its weekday."""

    day: date
    kind: Literal["closed", "open"]
    name: str
    source: str
    region: str | None = None
    hours: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Closure:
    """Why an office stays closed on a day of the week on which it opens, and where that is written."""

    name: str
    origin: Literal["national", "regional", "catalogue", "edited"]
    source: str = ""

    @property
    def text(self) -> str:
        """«feriado, Fundación de Quito (Ordenanza 123)»."""
        kind = "feriado regional" if self.origin == "regional" else "feriado"
        return f"{kind}, {self.name}" + (f" ({self.source})" if self.source else "")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours and holidays of an office; hashable, so that answers may be cached.

    `hours` has seven entries, Monday first: pairs of minutes since local midnight, close excluded. Of two `edits` of
    one day the first counts.
    """

    timezone: str
    hours: tuple[tuple[tuple[int, int], ...], ...]
    country: str
    subdivision: str | None
    categories: tuple[str, ...]
    added: frozenset[date]
    removed: frozenset[date]
    edits: tuple[DayEdit, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the office's clock."""
        return ZoneInfo(self.timezone)

    def local_date(self, instant: datetime) -> date:
        """The date on the office's wall at `instant` (aware)."""
        return instant.astimezone(self.zone).date()

    def holiday_name(self, day: date) -> str | None:
        """The Spanish name of the holiday on `day`; None when it is none or was taken back by hand (F-02)."""
        closure = self.closure(day)
        return closure.name if closure else None

    def closure(self, day: date) -> Closure | None:
        """Why `day` is no working day whatever its hours; None when nothing closes it. Edits come before holidays."""
        edit = self.edit_of(day)
        if edit is not None:
            return Closure(edit.name, "edited", edit.source) if edit.kind == "closed" else None
        if day in self.removed:
            return None
        name = holiday_names(self.country, self.subdivision, self.categories, day.year).get(day)
        if name is None:
            return Closure(ADDED_BY_HAND, "catalogue") if day in self.added else None
        everywhere = self.subdivision is None or day in holiday_names(self.country, None, self.categories, day.year)
        return Closure(name, "national" if everywhere else "regional")

    def edit_of(self, day: date) -> DayEdit | None:
        """What was decided by hand for `day`, if anything was."""
        return next((edit for edit in self.edits if edit.day == day), None)

    def hours_on(self, day: date) -> tuple[tuple[int, int], ...]:
        """When the office opens on `day` if nothing closes it: as was decided by hand, else as on its weekday."""
        edit = self.edit_of(day)
        return (edit.hours if edit is not None else ()) or self.hours[day.weekday()]

    def is_working_day(self, day: date) -> bool:
        """Whether the office opens at all on `day`."""
        return bool(self.hours_on(day)) and self.closure(day) is None

    def segments(self, day: date) -> tuple[Opening, ...]:
        """The opening intervals of `day` in UTC, in order; empty on a closed day."""
        if not self.is_working_day(day):
            return ()
        return tuple((self.wall(day, opens), self.wall(day, closes)) for opens, closes in self.hours_on(day))

    def wall(self, day: date, minutes: int) -> datetime:
        """The instant (UTC) at which the wall clock is `minutes` past midnight of `day`; 1440 is the next midnight."""
        extra, rest = divmod(minutes, 24 * 60)
        local = datetime.combine(day + extra * DAY, time(rest // 60, rest % 60), self.zone)
        return local.astimezone(UTC)

    def is_open(self, instant: datetime) -> bool:
        """Whether the office is open at `instant` (aware); at the closing minute it is closed."""
        return any(opens <= instant < closes for opens, closes in self.segments(self.local_date(instant)))

    def accepts(self, instant: datetime) -> bool:
        """Whether `instant` keeps the rule `within_calendar`: a working day, opening ≤ time ≤ closing (A-12)."""
        return any(opens <= instant <= closes for opens, closes in self.segments(self.local_date(instant)))

    def openings_from(self, instant: datetime) -> Iterator[Opening]:
        """The opening intervals from `instant` on; the first is cut when the office is open already.

        Raises Invalid when the calendar never opens within two years.
        """
        day = self.local_date(instant)
        last = day + SEARCH_LIMIT_DAYS * DAY
        while day < last:
            for opens, closes in self.segments(day):
                if closes > instant:
                    last = day + SEARCH_LIMIT_DAYS * DAY
                    yield max(opens, instant.astimezone(UTC)), closes
            day += DAY
        raise Invalid("The calendar has no opening hours for two years: review its hours and added holidays.")

    def next_opening(self, instant: datetime) -> datetime:
        """`instant` itself when the office is open, else the next opening (UTC). Raises Invalid if there is none."""
        return next(self.openings_from(instant))[0]

    def next_working_day(self, day: date) -> date:
        """`day` itself when the office opens on it, else the next that does. Raises Invalid if there is none."""
        return self._step(day, DAY)

    def previous_working_day(self, day: date) -> date:
        """`day` itself when the office opens on it, else the last that did. Raises Invalid if there is none."""
        return self._step(day, -DAY)

    def opening_of(self, day: date) -> datetime:
        """The first opening (UTC) of a working day. Raises Invalid on a closed day."""
        return self._open_segments(day)[0][0]

    def closing_of(self, day: date) -> datetime:
        """The last closing (UTC) of a working day. Raises Invalid on a closed day."""
        return self._open_segments(day)[-1][1]

    def open_minutes(self, start: datetime, end: datetime) -> int:
        """Whole opening minutes between two instants; negative when `end` lies before `start`."""
        if end < start:
            return -self.open_minutes(end, start)
        total = timedelta()
        day, last = self.local_date(start), self.local_date(end)
        while day <= last:
            for opens, closes in self.segments(day):
                total += max(timedelta(), min(closes, end) - max(opens, start))
            day += DAY
        return total // timedelta(minutes=1)

    def _open_segments(self, day: date) -> tuple[Opening, ...]:
        segments = self.segments(day)
        if not segments:
            raise Invalid(f"The office is closed on {day}: ask for a working day.")
        return segments

    def _step(self, day: date, stride: timedelta) -> date:
        for _ in range(SEARCH_LIMIT_DAYS):
            if self.is_working_day(day):
                return day
            day += stride
        raise Invalid("The calendar has no working day within two years: review its hours and added holidays.")


def calendar_of(spec: CalendarSpec, subdivision: str | None = None) -> Calendar:
    """The calendar that a catalogue describes; `subdivision` (code of the `holidays` library) overrides its own.

    Raises Invalid naming the field when hours, dates, zone, country or subdivision make no sense.
    """
    hours = tuple(tuple((pair[0], pair[1]) for pair in spec.hours.get(day, ())) for day in WEEKDAYS)  # type: ignore[call-overload]  # the keys are a Literal
    rules = spec.holidays
    return _calendar(
        spec.key,
        spec.timezone,
        hours,
        rules.country,
        subdivision or spec.subdivision,
        tuple(rules.categories),
        tuple(rules.add),
        tuple(rules.remove),
    )


def with_edits(calendar: Calendar, edits: tuple[DayEdit, ...]) -> Calendar:
    """The calendar with days edited by hand; of two for one day the first counts."""
    return replace(calendar, edits=edits) if edits else calendar


@lru_cache(maxsize=256)
def _calendar(
    key: str,
    timezone: str,
    hours: tuple[tuple[tuple[str, str], ...], ...],
    country: str,
    subdivision: str | None,
    categories: tuple[str, ...],
    added: tuple[str, ...],
    removed: tuple[str, ...],
) -> Calendar:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid(f"Calendar {key}: the time zone {timezone} does not exist; use an IANA name.") from error
    if not any(hours):
        raise Invalid(f"Calendar {key}: it never opens; give hours to at least one weekday.")
    try:
        holidays.country_holidays(country, subdiv=subdivision, categories=categories or None)
    except (NotImplementedError, ValueError) as error:
        raise Invalid(f"Calendar {key}: no holidays are known for {country} {subdivision or ''}: {error}") from error
    try:
        added_days, removed_days = (frozenset(map(date.fromisoformat, days)) for days in (added, removed))
    except ValueError as error:
        raise Invalid(f"Calendar {key}: a holiday added or removed is not a date: {error}") from error
    week = tuple(_minutes_of_day(key, day, pairs) for day, pairs in zip(WEEKDAYS, hours, strict=True))
    return Calendar(timezone, week, country, subdivision, categories, added_days, removed_days)


def _minutes_of_day(key: str, day: str, pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[int, int], ...]:
    intervals = tuple(sorted((_minutes(key, opens), _minutes(key, closes)) for opens, closes in pairs))
    edges = [edge for interval in intervals for edge in interval]
    if any(later <= earlier for earlier, later in zip(edges[::2], edges[1::2], strict=True)) or edges != sorted(edges):
        raise Invalid(f"Calendar {key}, {day}: the hours overlap or close before they open; correct them.")
    return intervals


def _minutes(key: str, text: str) -> int:
    hour, _, minute = text.partition(":")
    if hour.isdecimal() and minute.isdecimal() and int(minute) < 60 and int(hour) * 60 + int(minute) <= 24 * 60:
        return int(hour) * 60 + int(minute)
    raise Invalid(f"Calendar {key}: «{text}» is not a time of day; write HH:MM.")


@lru_cache(maxsize=512)
def holiday_names(country: str, subdivision: str | None, categories: tuple[str, ...], year: int) -> dict[date, str]:
    """The Spanish names of a year's holidays.

    A fresh object per year: the library fills its years on first look-up, which two threads must not do at once.
    """
    found = holidays.country_holidays(
        country, subdiv=subdivision, years=year, language=HOLIDAY_LANGUAGE, categories=categories or None
    )
    return {day: name for day, name in found.items() if day.year == year}
