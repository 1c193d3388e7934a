"""Months as the periods of work that comes again: their first day stands for them (R-130)."""

import re
from calendar import monthrange
from datetime import date, timedelta

from helpdesk.domain.calendars import DAY, Calendar
from helpdesk.domain.countedlines import MONTH_NAMES
from helpdesk.domain.folding import fold
from helpdesk.domain.spanishdates import MONTHS

REMIND_WORKING_DAYS = 3
"""How many working days before it is due a task is called to mind."""
FIRST_YEAR, LAST_YEAR = 2000, 2100

_ISO = re.compile(r"(?<!\d)(\d{4})[-/](\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{4})(?!\d)")
_NAMED = re.compile(rf"\b({'|'.join(MONTHS)})\b(?:\W+(?:del?\W+)?(?:ano\W+)?(\d{{4}})\b)?")


def first_of(day: date) -> date:
    """The month of a day."""
    return day.replace(day=1)


def shifted(period: date, months: int) -> date:
    """The month that lies that many months later, or earlier."""
    year, index = divmod(period.year * 12 + period.month - 1 + months, 12)
    return date(year, index + 1, 1)


def due_on(period: date, due_day: int | None, calendar: Calendar) -> date:
    """When the work of a month is due: on the day of the month given or the last working day before it; without one on
    the last working day. Raises Invalid when the office never opens."""
    length = monthrange(period.year, period.month)[1]
    return calendar.previous_working_day(period.replace(day=min(due_day or length, length)))


def remind_on(due: date, calendar: Calendar) -> date:
    """The working day on which work that is due then is called to mind."""
    day = due
    for _ in range(REMIND_WORKING_DAYS):
        day = calendar.previous_working_day(day - DAY)
    return day


def in_words(period: date) -> str:
    """«noviembre de 2026»."""
    return f"{MONTH_NAMES[period.month - 1]} de {period.year}"


def key_of(period: date) -> str:
    """«2026-11»."""
    return f"{period.year:04d}-{period.month:02d}"


def of_key(text: str) -> date | None:
    """The month that «2026-11» means; None for anything else."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    return _month(int(found[1]), int(found[2])) if found else None


def named(text: object, near: date) -> date | None:
    """The month that somebody wrote («noviembre», «Noviembre de 2026», «11/2026», «2026-11»); without a year the one
    nearest to `near`. None when no month can be read, or more than one."""
    folded = fold(text) if isinstance(text, str) else ""
    found = {_month(int(year), int(month)) for year, month in _ISO.findall(folded)}
    found |= {_month(int(year), int(month)) for month, year in _NUMERIC.findall(folded)}
    found |= {
        _month(int(year), MONTHS[name]) if year else _nearest(MONTHS[name], near)
        for name, year in _NAMED.findall(folded)
    }
    return next(iter(found)) if len(found) == 1 else None


def _month(year: int, month: int) -> date | None:
    return date(year, month, 1) if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 else None


def _nearest(month: int, near: date) -> date:
    around = [date(near.year + step, month, 1) for step in (-1, 0, 1)]
    return min(around, key=lambda each: abs(each + timedelta(days=14) - near))
