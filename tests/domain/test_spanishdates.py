from datetime import date, datetime, time

import pytest

from helpdesk.domain.folding import plain
from helpdesk.domain.spanishdates import clock_in, dates_in, ranges_in

TUESDAY = datetime.fromisoformat("2026-03-17T09:00-05:00")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("el 26 de marzo de 2026", date(2026, 3, 26)),
        ("el 09/03/2026", date(2026, 3, 9)),
        ("28-02-2026", date(2026, 2, 28)),
        ("2026-03-05", date(2026, 3, 5)),
        ("el 1ro de abril", date(2026, 4, 1)),
        ("28.02.26", date(2026, 2, 28)),
        ("el 12 de setiembre", date(2026, 9, 12)),
        ("el 20 de enero", date(2026, 1, 20)),
        ("el 3 de diciembre del 2025", date(2025, 12, 3)),
        ("entrega mañana", date(2026, 3, 18)),
    ],
)
def test_a_date_is_read(text: str, day: date) -> None:
    assert [hit.day for hit in dates_in(plain(text), TUESDAY)] == [day]


@pytest.mark.parametrize("text", ["proyecto 25-000123-00045", "el 31-02-2026", "por la mañana", "página 3/2026"])
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert dates_in(plain(text), TUESDAY) == []


def test_a_month_long_past_is_the_coming_one() -> None:
    assert dates_in("el 15 de octubre", TUESDAY)[0].day == date(2026, 10, 15)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("viernes 27-03-2026 a las 17:00 horas", time(17)),
        ("jueves 15-10-2026 16:00 horas", time(16)),
        ("mañana a las 18:00", time(18)),
        ("hasta las 5 pm del 20 de abril", time(17)),
        ("a las 16.30 horas del jueves 15 de octubre", time(16, 30)),
        ("el 20 de abril", None),
    ],
)
def test_the_time_beside_a_date_is_read(text: str, clock: time | None) -> None:
    assert dates_in(plain(text), TUESDAY)[0].clock == clock


def test_a_time_belongs_to_the_date_of_its_own_line() -> None:
    hits = dates_in(plain("Apertura: 16-03-2026\nCierre: 27-03-2026 15:00"), TUESDAY)
    assert [hit.clock for hit in hits] == [None, time(15)]


def test_a_time_alone_is_read() -> None:
    assert clock_in("09:10") == time(9, 10)


@pytest.mark.parametrize(
    "text",
    [
        "del 9 al 13 de marzo",
        "del lunes 9 al viernes 13 de marzo del 2026",
        "del 09/03/2026 al 13/03/2026",
        "desde el 9 de marzo hasta el 13 de marzo",
        "entre el 9 y el 13 de marzo de 2026",
    ],
)
def test_a_span_of_days_is_read(text: str) -> None:
    spans = [(hit.first, hit.last) for hit in ranges_in(plain(text), TUESDAY)]
    assert spans == [(date(2026, 3, 9), date(2026, 3, 13))]


def test_a_span_may_pass_into_another_year() -> None:
    span = ranges_in("del 30 de diciembre de 2026 hasta el 5 de enero de 2027", TUESDAY)[0]
    assert (span.first, span.last) == (date(2026, 12, 30), date(2027, 1, 5))
