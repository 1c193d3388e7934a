"""Deadlines against a second implementation that walks minute by minute and day by day.

It shares with the first nothing but the hours of the offices: which days are closed it asks the `holidays` library and
its own lists.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import get_args

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.domain.calendars import Calendar, DayEdit, calendar_of, with_edits
from helpdesk.domain.catalogue import DeadlineSpec, EarlyWarning, Unit
from helpdesk.domain.deadlines import (
    Mode,
    Prolongation,
    Suspension,
    count,
    due_at,
    escalation_at,
    filed_at,
    filing_day,
    prolonged,
    term_start,
    warning_at,
)
from helpdesk.domain.effective import effective
from tests.domain.offices import SPECS

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
CLOSED = (date(2026, 4, 7), date(2026, 6, 9), date(2026, 9, 9))
OPENED = (date(2026, 4, 3), date(2026, 6, 29), date(2026, 9, 18))


@lru_cache
def free_days(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


@dataclass(frozen=True)
class Office:
    """An office, and by another way the days on which it is closed."""

    calendar: Calendar
    country: str
    subdivision: str | None = None
    closed: tuple[date, ...] = ()
    opened: tuple[date, ...] = ()

    def works(self, day: date) -> bool:
        if not self.calendar.hours[day.weekday()] or day in self.closed:
            return False
        return day in self.opened or day not in free_days(self.country, self.subdivision, day.year)

    def local(self, moment: datetime) -> date:
        return moment.astimezone(self.calendar.zone).date()

    def open_at(self, moment: datetime) -> bool:
        local = moment.astimezone(self.calendar.zone)
        now = local.hour * 60 + local.minute
        hours = self.calendar.hours[local.weekday()]
        return any(opens <= now < closes for opens, closes in hours) and self.works(local.date())

    def works_at(self, moment: datetime) -> bool:
        return self.works(self.local(moment))

    def first_open(self, moment: datetime) -> datetime:
        while not self.open_at(moment):
            moment += MINUTE
        return moment

    def closing(self, day: date) -> datetime:
        while not self.works(day):
            day += DAY
        minute = max(closes for _, closes in self.calendar.hours[day.weekday()])
        local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=self.calendar.zone)
        return local.astimezone(UTC)


LONG = (("08:30", "12:30"), ("13:30", "17:00"))
SPLIT = replace(
    SPECS["cl-sigec"],
    hours={"mon": LONG, "tue": LONG, "wed": (("08:30", "12:30"),), "thu": LONG, "fri": (("08:00", "14:00"),)},
)
EDITS = (
    *(DayEdit(day, "closed", "Cierre", "Resolución 1") for day in CLOSED),
    *(DayEdit(day, "open", "Turno", "Resolución 2", "CL-BI") for day in OPENED),
    DayEdit(CLOSED[0], "open", "De otra región", "Resolución 3", "CL-AP"),
)
OFFICES = {
    "CL": Office(calendar_of(SPECS["cl-sigec"]), "CL"),
    "EC": Office(calendar_of(SPECS["ec-oficina"]), "EC"),
    "split shift": Office(calendar_of(SPLIT), "CL"),
    "region": Office(effective(SPECS["cl-sigec"], (), "CL-AP", "AP"), "CL", "AP"),
    "edited": Office(effective(SPECS["cl-sigec"], EDITS, "CL-BI", "BI"), "CL", "BI", CLOSED, OPENED),
}
UNITS: tuple[Unit, ...] = get_args(Unit)
MODES: tuple[Mode, ...] = get_args(Mode)


def minutes_from(start: datetime, days: int) -> st.SearchStrategy[datetime]:
    return st.integers(0, days * 24 * 60).map(lambda minute: start + minute * MINUTE)


# Around Chile's change of clock (5 April) and Easter, Arica's holiday in June, and the September holidays and change.
STARTS = st.one_of(
    minutes_from(datetime(2026, 3, 30, tzinfo=UTC), 14),
    minutes_from(datetime(2026, 6, 1, tzinfo=UTC), 10),
    minutes_from(datetime(2026, 9, 2, tzinfo=UTC), 19),
)
PAUSES = st.lists(st.tuples(st.integers(-600, 4000), st.integers(0, 2500)), max_size=3)
AMOUNTS = {"minutes": 900, "hours": 72, "business_hours": 30, "business_days": 12, "calendar_days": 40, "weeks": 4}
TERMS = st.sampled_from(UNITS).flatmap(lambda unit: st.tuples(st.just(unit), st.integers(1, AMOUNTS[unit])))
SHORT = st.sampled_from(UNITS).flatmap(
    lambda unit: st.tuples(st.just(unit), st.integers(1, max(AMOUNTS[unit] // 4, 1)))
)
Term = tuple[Unit, int]


def pauses_from(start: datetime, raw: list[tuple[int, int]]) -> tuple[Suspension, ...]:
    return tuple(Suspension(start + offset * MINUTE, start + (offset + length) * MINUTE) for offset, length in raw)


def stopped(moment: datetime, pauses: tuple[Suspension, ...]) -> bool:
    return any(pause.end is not None and pause.start <= moment < pause.end for pause in pauses)


def walk(start: datetime, minutes: int, counts: Callable[[datetime], bool]) -> datetime:
    moment, left = start, minutes
    while left:
        left -= counts(moment)
        moment += MINUTE
    return moment


def nth_day(office: Office, day: date, amount: int, pauses: tuple[Suspension, ...], working: bool) -> date:
    while amount:
        day += DAY
        paused = any(
            p.end is not None and p.start < p.end and office.local(p.start) <= day < office.local(p.end) for p in pauses
        )
        amount -= not paused and (office.works(day) or not working)
    return day


def slow(
    office: Office,
    term: Term,
    start: datetime,
    pauses: tuple[Suspension, ...],
    mode: Mode = "opening_hours",
    first: date | None = None,
) -> datetime:
    """When the term ends; `first` is the day from which working days count, unlike the start's."""
    unit, amount = term
    match unit:
        case "hours":
            return office.first_open(walk(start, amount * 60, lambda moment: not stopped(moment, pauses)))
        case "business_hours" if mode == "whole_days":
            begin = office.first_open(start)
            end = walk(begin, amount * 60, lambda moment: office.works_at(moment) and not stopped(moment, pauses))
            return office.first_open(end)
        case "minutes" | "business_hours":
            minutes = amount * (60 if unit == "business_hours" else 1)
            begin = office.first_open(start)
            return walk(begin, minutes, lambda moment: office.open_at(moment) and not stopped(moment, pauses))
        case "business_days":
            day = first or office.local(office.first_open(start))
            return office.closing(nth_day(office, day, amount, pauses, working=True))
        case _:
            days = amount * 7 if unit == "weeks" else amount
            return office.closing(nth_day(office, office.local(start), days, pauses, working=False))


def slow_filing(office: Office, arrived: datetime, cut_off: time | None) -> datetime:
    """When counts as filed what arrived at that minute."""
    local = arrived.astimezone(office.calendar.zone)
    if cut_off is None or not office.works(local.date()):
        return office.first_open(arrived)
    if local.time() <= cut_off:
        return arrived
    moment = arrived
    while office.local(moment) == local.date():
        moment += MINUTE
    return office.first_open(moment)


def described(term: Term, warning: EarlyWarning | None = None) -> DeadlineSpec:
    """The term as a catalogue has it."""
    return DeadlineSpec(
        amount=term[1],
        unit=term[0],
        calendar="any",
        starts_at="received",
        pauses_on=(),
        extendable=False,
        quote="",
        source="seed",
        warning=warning,
    )


@pytest.mark.parametrize("name", OFFICES)
@settings(max_examples=60, deadline=None)
@given(start=STARTS, term=TERMS, raw=PAUSES, mode=st.sampled_from(MODES))
def test_a_term_ends_where_a_walk_ends(
    name: str, start: datetime, term: Term, raw: list[tuple[int, int]], mode: Mode
) -> None:
    office, pauses = OFFICES[name], pauses_from(start, raw)
    unit, amount = term
    assert count(amount, unit, start, office.calendar, pauses, mode).at == slow(office, term, start, pauses, mode)


@pytest.mark.parametrize("name", OFFICES)
@settings(max_examples=60, deadline=None)
@given(arrived=STARTS, term=TERMS, raw=PAUSES, cut_off=st.none() | st.times().map(lambda t: t.replace(microsecond=0)))
def test_a_term_starts_when_its_request_is_filed(
    name: str, arrived: datetime, term: Term, raw: list[tuple[int, int]], cut_off: time | None
) -> None:
    office, unit = OFFICES[name], term[0]
    filed = filed_at(arrived, office.calendar, cut_off)
    assert filed == slow_filing(office, arrived, cut_off)
    start = term_start(unit, arrived, filed, all_units=False)
    assert start == (filed if unit in ("business_hours", "business_days") else arrived)
    pauses = pauses_from(start, raw)
    got = due_at(described(term), start, office.calendar, pauses, first_day=filing_day(start, office.calendar))
    assert got.at == slow(office, term, start, pauses, first=office.local(start))


@pytest.mark.parametrize("name", OFFICES)
@settings(max_examples=40, deadline=None)
@given(start=STARTS, hours=st.integers(2, 24), worked=st.integers(1, 4000), ended=st.integers(0, 6000), raw=PAUSES)
def test_the_time_between_an_end_and_its_reopening_is_given_back_whole(
    name: str, start: datetime, hours: int, worked: int, ended: int, raw: list[tuple[int, int]]
) -> None:
    office = OFFICES[name]
    closed_at = start + worked * MINUTE
    pauses = (*pauses_from(start, raw), Suspension(closed_at, closed_at + ended * MINUTE, "Terminado"))
    at = count(hours, "business_hours", start, office.calendar, pauses).at
    minutes = (at - start) // MINUTE
    counted = sum(
        office.open_at(start + minute * MINUTE) and not stopped(start + minute * MINUTE, pauses)
        for minute in range(minutes)
    )
    assert counted == hours * 60


@pytest.mark.parametrize("name", OFFICES)
@settings(max_examples=25, deadline=None)
@given(start=STARTS, term=SHORT, longer=st.lists(SHORT, min_size=1, max_size=2), raw=PAUSES)
def test_an_extension_goes_on_from_the_date_that_was_due(
    name: str, start: datetime, term: Term, longer: list[Term], raw: list[tuple[int, int]]
) -> None:
    office, pauses = OFFICES[name], pauses_from(start, raw)
    due = count(term[1], term[0], start, office.calendar, pauses)
    added = tuple(Prolongation(amount, unit) for unit, amount in longer)
    expected = slow(office, term, start, pauses)
    for each in longer:
        expected = slow(office, each, expected, pauses, first=office.local(expected))
    assert prolonged(due, added, office.calendar, pauses).at == expected


@pytest.mark.parametrize("name", OFFICES)
@settings(max_examples=60, deadline=None)
@given(
    start=STARTS,
    term=TERMS,
    raw=PAUSES,
    mode=st.sampled_from(MODES),
    warning=st.none() | SHORT,
    percent=st.integers(1, 99),
)
def test_nobody_is_warned_after_the_due_time_or_on_a_closed_day(
    name: str,
    start: datetime,
    term: Term,
    raw: list[tuple[int, int]],
    mode: Mode,
    warning: Term | None,
    percent: int,
) -> None:
    office, pauses = OFFICES[name], pauses_from(start, raw)
    spec = described(term, EarlyWarning(warning[1], warning[0]) if warning else None)
    due = due_at(spec, start, office.calendar, pauses, mode)
    for alarm in (
        warning_at(spec, start, due, office.calendar, pauses, mode),
        warning_at(spec, start, due, office.calendar, pauses, mode, prolonged=True),
        escalation_at(spec, start, due, office.calendar, percent, pauses),
    ):
        assert start <= alarm <= due.at
        assert office.works_at(alarm)


@pytest.mark.parametrize("name", OFFICES)
@settings(max_examples=25, deadline=None)
@given(start=STARTS, hours=st.integers(1, 20), raw=PAUSES, percent=st.integers(1, 99))
def test_the_supervisor_is_told_when_that_share_of_the_counted_minutes_has_passed(
    name: str, start: datetime, hours: int, raw: list[tuple[int, int]], percent: int
) -> None:
    office, pauses = OFFICES[name], pauses_from(start, raw)
    spec = described(("business_hours", hours))
    due = due_at(spec, start, office.calendar, pauses)
    got = escalation_at(spec, start, due, office.calendar, percent, pauses)

    def counts(moment: datetime) -> bool:
        return office.open_at(moment) and not stopped(moment, pauses)

    passed = walk(start, hours * 60 * percent // 100, counts)
    while not counts(passed):
        passed += MINUTE
    assert got == passed


@pytest.mark.parametrize("name", OFFICES)
@settings(max_examples=60, deadline=None)
@given(start=STARTS, later=st.integers(1, 6000), term=TERMS, raw=PAUSES, mode=st.sampled_from(MODES))
def test_who_starts_later_is_never_due_earlier(
    name: str, start: datetime, later: int, term: Term, raw: list[tuple[int, int]], mode: Mode
) -> None:
    calendar, pauses = OFFICES[name].calendar, pauses_from(start, raw)
    unit, amount = term
    first = count(amount, unit, start, calendar, pauses, mode).at
    assert count(amount, unit, start + later * MINUTE, calendar, pauses, mode).at >= first


@pytest.mark.parametrize("name", OFFICES)
@settings(max_examples=60, deadline=None)
@given(start=STARTS, offset=st.integers(-1, 40), term=TERMS, raw=PAUSES, mode=st.sampled_from(MODES))
def test_another_closed_day_never_makes_a_term_end_earlier(
    name: str, start: datetime, offset: int, term: Term, raw: list[tuple[int, int]], mode: Mode
) -> None:
    calendar, pauses = OFFICES[name].calendar, pauses_from(start, raw)
    unit, amount = term
    closed = DayEdit(calendar.local_date(start) + offset * DAY, "closed", "Cierre", "Resolución 9")
    shorter = with_edits(calendar, (closed, *calendar.edits))
    before = count(amount, unit, start, calendar, pauses, mode).at
    assert count(amount, unit, start, shorter, pauses, mode).at >= before
