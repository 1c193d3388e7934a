"""When offices are open."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk.domain.calendars import Calendar, calendar_of
from helpdesk.domain.catalogue import HolidaySpec
from helpdesk.domain.errors import Invalid
from tests.domain.offices import CHILE, ECUADOR, PERU, SPECS

SANTIAGO = ZoneInfo("America/Santiago")


def chile(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SANTIAGO)


def test_the_moved_holiday_is_closed_and_the_original_day_is_worked() -> None:
    assert not ECUADOR.is_working_day(date(2027, 8, 9))
    assert ECUADOR.is_working_day(date(2027, 8, 10))
    assert ECUADOR.holiday_name(date(2027, 8, 10)) is None


def test_holidays_have_spanish_names() -> None:
    assert ECUADOR.holiday_name(date(2026, 12, 25)) == "Navidad"
    assert CHILE.holiday_name(date(2026, 4, 3)) == "Viernes Santo"


def test_a_day_added_by_hand_is_closed_and_says_so() -> None:
    assert not PERU.is_working_day(date(2026, 1, 2))
    assert PERU.holiday_name(date(2026, 1, 2)) == "Día no laborable"


def test_a_regional_holiday_closes_that_region_only() -> None:
    arica = calendar_of(SPECS["cl-sigec"], "AP")
    assert CHILE.is_working_day(date(2027, 6, 7))
    assert not arica.is_working_day(date(2027, 6, 7))


def test_opening_hours_do_not_shift_when_chile_changes_its_clock() -> None:
    (before,), (after,) = CHILE.segments(date(2026, 4, 2)), CHILE.segments(date(2026, 4, 6))
    assert before == (datetime(2026, 4, 2, 11, tzinfo=UTC), datetime(2026, 4, 2, 19, tzinfo=UTC))
    assert after == (datetime(2026, 4, 6, 12, tzinfo=UTC), datetime(2026, 4, 6, 20, tzinfo=UTC))


def test_an_office_open_all_day_loses_an_hour_when_the_clock_goes_forward() -> None:
    spec = replace(SPECS["cl-sigec"], hours={"sun": (("00:00", "24:00"),), "mon": (("08:00", "16:00"),)})
    ((opens, closes),) = calendar_of(spec).segments(date(2026, 9, 6))
    assert closes - opens == timedelta(hours=23)


def test_the_closing_minute_is_closed() -> None:
    assert CHILE.is_open(chile(2026, 3, 2, 15, 59))
    assert not CHILE.is_open(chile(2026, 3, 2, 16, 0))
    assert CHILE.accepts(chile(2026, 3, 2, 16, 0))
    assert not CHILE.accepts(chile(2026, 3, 2, 16, 1))


def test_the_next_opening_of_an_open_instant_is_itself() -> None:
    assert CHILE.next_opening(chile(2026, 3, 2, 9, 30)) == chile(2026, 3, 2, 9, 30)


def test_the_next_opening_after_friday_is_monday() -> None:
    assert CHILE.next_opening(chile(2026, 3, 6, 15, 30)) == chile(2026, 3, 9, 8)


def test_a_lunch_break_is_closed() -> None:
    spec = replace(SPECS["ec-oficina"], hours={"mon": (("08:00", "12:00"), ("13:00", "17:00"))})
    calendar = calendar_of(spec)
    noon = datetime(2026, 3, 2, 12, 30, tzinfo=ZoneInfo("America/Guayaquil"))
    assert not calendar.is_open(noon)
    assert calendar.next_opening(noon) == noon + timedelta(minutes=30)
    assert calendar.closing_of(date(2026, 3, 2)) == datetime(2026, 3, 2, 22, tzinfo=UTC)


def test_open_minutes_count_both_ways() -> None:
    friday, monday = chile(2026, 3, 6, 14), chile(2026, 3, 9, 9)
    assert CHILE.open_minutes(friday, monday) == 120
    assert CHILE.open_minutes(monday, friday) == -120


def test_a_closed_day_has_no_closing() -> None:
    with pytest.raises(Invalid):
        CHILE.closing_of(date(2026, 3, 7))


def test_calendars_of_one_description_are_one_object() -> None:
    assert calendar_of(SPECS["cl-sigec"]) is calendar_of(replace(SPECS["cl-sigec"], note="otra nota"))


@pytest.mark.parametrize(
    "change",
    [
        {"timezone": "America/Nowhere"},
        {"hours": {}},
        {"hours": {"mon": (("17:00", "08:00"),)}},
        {"hours": {"mon": (("08:00", "12:00"), ("11:00", "17:00"))}},
        {"hours": {"mon": (("8", "17:00"),)}},
        {"hours": {"mon": (("08:00", "25:00"),)}},
        {"subdivision": "ZZ"},
        {"holidays": HolidaySpec("holidays", "ZZ", ("public",))},
        {"holidays": HolidaySpec("holidays", "CL", ("public",), add=("mañana",))},
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        calendar_of(replace(SPECS["cl-sigec"], **change))  # type: ignore[arg-type]  # the cases vary the field


def test_a_calendar_with_every_day_removed_by_holidays_does_not_search_forever() -> None:
    every_day = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(1500))
    calendar = Calendar("UTC", (((480, 960),),) * 7, "CL", None, ("public",), every_day, frozenset())
    with pytest.raises(Invalid):
        calendar.next_opening(datetime.combine(date(2026, 2, 1), time(9), UTC))
