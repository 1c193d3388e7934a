"""When a scheduled step begins (R-040)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from helpdesk.domain.calendars import calendar_of
from helpdesk.domain.scheduled import day_of, hour_of
from tests.domain.shipped import shipped

ECUADOR = calendar_of(shipped("mef-ec").calendar(shipped("mef-ec").request_type("ausencia_temporal").service_hours))


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-03-13", date(2026, 3, 13)),
        ("2026-03-13T08:00:00", date(2026, 3, 13)),
        # Still the evening before in Quito.
        ("2026-03-13T03:00:00+00:00", date(2026, 3, 12)),
        ("el viernes", None),
        ("", None),
        (None, None),
        (20260313, None),
    ],
)
def test_the_day_that_a_datum_names(value: object, day: date | None) -> None:
    assert day_of(value, ECUADOR) == day


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2026, 3, 13), date(2026, 3, 13)),
        # A Saturday, and Good Friday of 2026.
        (date(2026, 3, 14), date(2026, 3, 16)),
        (date(2026, 4, 3), date(2026, 4, 6)),
    ],
)
def test_it_begins_at_the_opening_of_that_day_or_of_the_next_working_one(day: date, begins: date) -> None:
    hour = hour_of(day, ECUADOR).astimezone(ZoneInfo("America/Guayaquil"))
    assert hour.date() == begins
    assert hour == ECUADOR.opening_of(begins)
    assert isinstance(hour, datetime)
