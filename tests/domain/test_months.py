"""Months as people write them, and the days on which their work is due (R-130)."""

from datetime import date

import pytest

from helpdesk.domain import months
from helpdesk.domain.calendars import Calendar, calendar_of
from tests.domain.shipped import shipped

DECEMBER = date(2026, 12, 5)


@pytest.fixture
def lima() -> Calendar:
    """The Peruvian centres: Monday to Friday."""
    return calendar_of(shipped("conectamef-pe").calendar("pe-conectamef"))


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("noviembre", date(2026, 11, 1)),
        ("Noviembre de 2026", date(2026, 11, 1)),
        ("del mes de SETIEMBRE del año 2025", date(2025, 9, 1)),
        ("11/2026", date(2026, 11, 1)),
        ("2026-11", date(2026, 11, 1)),
        ("enero", date(2027, 1, 1)),
        ("noviembre y diciembre", None),
        ("13/2026", None),
        ("el mes pasado", None),
        ("noviembre de 9999", None),
        (None, None),
        (11, None),
    ],
)
def test_a_month_is_read_as_it_is_written(written: object, month: date | None) -> None:
    assert months.named(written, DECEMBER) == month


@pytest.mark.parametrize(("text", "month"), [("2026-11", date(2026, 11, 1)), ("2026-13", None), ("x", None)])
def test_the_month_of_an_address_is_strict(text: str, month: date | None) -> None:
    assert months.of_key(text) == month


def test_work_is_due_on_the_last_working_day_of_its_month(lima: Calendar) -> None:
    # 31 May 2026 is a Sunday; 31 July is a Friday.
    assert months.due_on(date(2026, 5, 1), None, lima) == date(2026, 5, 29)
    assert months.due_on(date(2026, 7, 1), None, lima) == date(2026, 7, 31)


def test_a_day_of_the_month_is_kept_or_the_working_day_before_it(lima: Calendar) -> None:
    assert months.due_on(date(2026, 5, 1), 15, lima) == date(2026, 5, 15)
    assert months.due_on(date(2026, 5, 1), 16, lima) == date(2026, 5, 15)
    assert months.due_on(date(2026, 2, 1), 31, lima) == date(2026, 2, 27)


def test_it_is_called_to_mind_three_working_days_before(lima: Calendar) -> None:
    assert months.remind_on(date(2026, 6, 2), lima) == date(2026, 5, 28)


def test_months_go_over_the_year() -> None:
    assert months.shifted(date(2026, 1, 1), -2) == date(2025, 11, 1)
    assert months.shifted(date(2026, 12, 1), 1) == date(2027, 1, 1)
