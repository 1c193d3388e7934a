"""When an approver is reminded (R-178)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk.domain.calendars import calendar_of
from helpdesk.domain.reminders import next_reminder, remind_at
from tests.domain.shipped import shipped

CHILE = ZoneInfo("America/Santiago")
CALENDAR = calendar_of(shipped("sigec-cl").calendars[0])


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of April 2026; the 7th is a Tuesday."""
    return datetime(2026, 4, day, hour, minute, tzinfo=CHILE)


@pytest.mark.parametrize(
    ("asked", "due", "percent", "expected"),
    [
        (at(7, 10), at(8, 10), 50, at(7, 14)),
        (at(7, 10), at(10, 10), 50, at(8, 14)),
        (at(10, 14), at(13, 10), 50, at(13, 8, 30)),
        (at(11, 12), at(13, 16), 25, at(13, 10)),
        (at(7, 10), None, 50, at(9, 16)),
        (at(7, 10), at(7, 9), 50, None),
        (at(7, 17), at(7, 20), 50, None),
    ],
)
def test_a_reminder_comes_within_the_opening_time_that_is_left(
    asked: datetime, due: datetime | None, percent: int, expected: datetime | None
) -> None:
    assert remind_at(asked, due, percent, CALENDAR) == expected


@pytest.mark.parametrize("percent", [1, 25, 50, 99])
@pytest.mark.parametrize("hours", range(1, 200, 7))
def test_a_reminder_is_never_on_a_closed_day_nor_after_the_term(percent: int, hours: int) -> None:
    asked = at(7, 10)
    due = asked + timedelta(hours=hours)
    found = remind_at(asked, due, percent, CALENDAR)
    assert found is None or (found < due and CALENDAR.is_working_day(CALENDAR.local_date(found)))


@pytest.mark.parametrize(
    ("now", "own", "term", "expected"),
    [
        (at(7, 10), at(8, 10), at(10, 10), at(7, 14)),
        (at(7, 14), at(8, 10), at(10, 10), at(8, 10)),
        (at(8, 10), at(8, 10), at(10, 10), None),
        (at(7, 14), at(8, 10), at(8, 10), None),
        (at(7, 10), None, at(10, 10), at(8, 14)),
        (at(8, 14), None, at(10, 10), None),
        (at(7, 14), at(8, 10), None, at(8, 10)),
    ],
)
def test_who_lets_the_own_time_pass_is_reminded_once_more(
    now: datetime, own: datetime | None, term: datetime | None, expected: datetime | None
) -> None:
    assert next_reminder(at(7, 10), own, term, 50, CALENDAR, now) == expected
