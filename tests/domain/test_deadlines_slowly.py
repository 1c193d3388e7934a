"""Deadlines against a second implementation that walks minute by minute and day by day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.domain.calendars import Calendar
from helpdesk.domain.deadlines import Suspension, count
from tests.domain.offices import CHILE, ECUADOR

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
OFFICES = {"CL": CHILE, "EC": ECUADOR}
# Around Chile's change of clock (5 April) and Easter, and around its September holidays and change (6 September).
STARTS = st.one_of(
    st.integers(0, 14 * 24 * 60).map(lambda minute: datetime(2026, 3, 30, tzinfo=UTC) + minute * MINUTE),
    st.integers(0, 19 * 24 * 60).map(lambda minute: datetime(2026, 9, 2, tzinfo=UTC) + minute * MINUTE),
)
PAUSES = st.lists(st.tuples(st.integers(-600, 4000), st.integers(0, 2500)), max_size=2)


def pauses_from(start: datetime, raw: list[tuple[int, int]]) -> tuple[Suspension, ...]:
    return tuple(Suspension(start + offset * MINUTE, start + (offset + length) * MINUTE) for offset, length in raw)


def works(calendar: Calendar, day: date) -> bool:
    return bool(calendar.hours[day.weekday()]) and calendar.holiday_name(day) is None


def open_at(calendar: Calendar, moment: datetime) -> bool:
    local = moment.astimezone(calendar.zone)
    now = local.hour * 60 + local.minute
    return works(calendar, local.date()) and any(
        opens <= now < closes for opens, closes in calendar.hours[local.weekday()]
    )


def stopped(moment: datetime, pauses: tuple[Suspension, ...]) -> bool:
    return any(pause.end is not None and pause.start <= moment < pause.end for pause in pauses)


def walk(start: datetime, minutes: int, counts: Callable[[datetime], bool]) -> datetime:
    moment, left = start, minutes
    while left:
        left -= counts(moment)
        moment += MINUTE
    return moment


def first_open(calendar: Calendar, moment: datetime) -> datetime:
    while not open_at(calendar, moment):
        moment += MINUTE
    return moment


def closing(calendar: Calendar, day: date) -> datetime:
    while not works(calendar, day):
        day += DAY
    minute = max(closes for _, closes in calendar.hours[day.weekday()])
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=calendar.zone)
    return local.astimezone(UTC)


def nth_day(calendar: Calendar, day: date, amount: int, pauses: tuple[Suspension, ...], working: bool) -> date:
    def local(moment: datetime) -> date:
        return moment.astimezone(calendar.zone).date()

    while amount:
        day += DAY
        paused = any(p.end is not None and p.start < p.end and local(p.start) <= day < local(p.end) for p in pauses)
        amount -= not paused and (works(calendar, day) or not working)
    return day


@pytest.mark.parametrize("country", OFFICES)
@settings(max_examples=40, deadline=None)
@given(start=STARTS, hours=st.integers(1, 30), raw=PAUSES)
def test_business_hours(country: str, start: datetime, hours: int, raw: list[tuple[int, int]]) -> None:
    calendar, pauses = OFFICES[country], pauses_from(start, raw)
    begin = first_open(calendar, start)
    slow = walk(begin, hours * 60, lambda moment: open_at(calendar, moment) and not stopped(moment, pauses))
    assert count(hours, "business_hours", start, calendar, pauses).at == slow


@pytest.mark.parametrize("country", OFFICES)
@settings(max_examples=40, deadline=None)
@given(start=STARTS, hours=st.integers(1, 72), raw=PAUSES)
def test_clock_hours(country: str, start: datetime, hours: int, raw: list[tuple[int, int]]) -> None:
    calendar, pauses = OFFICES[country], pauses_from(start, raw)
    slow = first_open(calendar, walk(start, hours * 60, lambda moment: not stopped(moment, pauses)))
    assert count(hours, "hours", start, calendar, pauses).at == slow


@pytest.mark.parametrize("country", OFFICES)
@settings(max_examples=60, deadline=None)
@given(start=STARTS, days=st.integers(1, 12), raw=PAUSES)
def test_business_days(country: str, start: datetime, days: int, raw: list[tuple[int, int]]) -> None:
    calendar, pauses = OFFICES[country], pauses_from(start, raw)
    first = first_open(calendar, start).astimezone(calendar.zone).date()
    slow = closing(calendar, nth_day(calendar, first, days, pauses, working=True))
    assert count(days, "business_days", start, calendar, pauses).at == slow


@pytest.mark.parametrize("country", OFFICES)
@settings(max_examples=60, deadline=None)
@given(start=STARTS, days=st.integers(1, 40), raw=PAUSES)
def test_calendar_days(country: str, start: datetime, days: int, raw: list[tuple[int, int]]) -> None:
    calendar, pauses = OFFICES[country], pauses_from(start, raw)
    first = start.astimezone(calendar.zone).date()
    slow = closing(calendar, nth_day(calendar, first, days, pauses, working=False))
    assert count(days, "calendar_days", start, calendar, pauses).at == slow
