"""How values read on a page."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from helpdesk.domain.calendars import calendar_of
from helpdesk.domain.references import masked
from helpdesk.queries.deadlines import Move
from helpdesk.services import threads
from helpdesk.web import present
from tests.domain.shipped import shipped

TUESDAY = datetime(2026, 4, 7, 14, 0, tzinfo=UTC)  # ten in Santiago, whose office closes at four
SIGEC = calendar_of(shipped("sigec-cl").calendars[0])


@pytest.mark.parametrize(
    ("later", "words", "tone"),
    [
        (timedelta(minutes=45), "vence en 45 min hábiles", "soon"),
        (timedelta(hours=3), "vence en 3 h hábiles", "soon"),
        (timedelta(hours=6), "vence en 6 h hábiles", "calm"),
        (timedelta(days=1), "vence en 8 h hábiles", "calm"),
        (timedelta(days=3), "vence en 3 días hábiles", "calm"),
        (timedelta(days=6), "vence en 4 días hábiles", "calm"),
        (-timedelta(minutes=5), "venció hace 5 min", "late"),
        (-timedelta(days=4), "venció hace 4 días", "late"),
    ],
)
def test_a_due_date_reads_in_working_time(later: timedelta, words: str, tone: str) -> None:
    due = present.due(TUESDAY + later, "open", SIGEC, TUESDAY)
    assert (due.text, due.tone) == (words, tone)


def test_a_term_of_calendar_time_reads_on_the_clock() -> None:
    assert present.due(TUESDAY + timedelta(days=3), "open", None, TUESDAY).text == "vence en 3 días"


@pytest.mark.parametrize(
    ("status", "words"), [("waiting_requester", "plazo suspendido"), ("closed", "terminado"), ("resolved", "terminado")]
)
def test_a_clock_that_stands_still_says_so(status: str, words: str) -> None:
    assert present.due(TUESDAY - timedelta(days=1), status, SIGEC, TUESDAY).text == words


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(hours=1), "hoy 09:00"),
        (timedelta(days=1), "ayer 10:00"),
        (timedelta(days=20), "18 mar 11:00"),
        (timedelta(days=400), "3 mar 2025"),
    ],
)
def test_a_moment_is_told_in_the_zone_of_the_institution(back: timedelta, words: str) -> None:
    assert present.short(TUESDAY - back, "America/Santiago", TUESDAY) == words


def test_the_exact_moment_stands_in_the_title() -> None:
    shown = present.moment(TUESDAY, "America/Santiago", TUESDAY)
    assert 'title="martes 7 de abril de 2026, 10:00 (America/Santiago)"' in shown


def test_text_is_never_markup() -> None:
    assert present.paragraphs("<b>a</b>\nb\n\nc") == "<p>&lt;b&gt;a&lt;/b&gt;<br>b</p><p>c</p>"


@pytest.mark.parametrize(("size", "words"), [(820, "820 B"), (14_300, "14 kB"), (3_240_000, "3,2 MB")])
def test_sizes_read_in_spanish(size: int, words: str) -> None:
    assert present.size(size) == words


def test_what_lets_a_reader_act_is_masked() -> None:
    text = "Decida en http://desk.test/aprobar/abc-123_x. Responda a mesa+abcdefghij234567klmn@desk.test o a a+b@c.test"
    expected = "Decida en http://desk.test/aprobar/… Responda a mesa+…@desk.test o a a+b@c.test"
    assert masked(text) == expected


def test_every_reason_to_wait_in_the_tray_has_its_words() -> None:
    assert set(get_args(threads.Waits)) < set(present.STANDING_REASONS)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (0, 1, "pasa del martes 3 de marzo de 2026, 09:00 al miércoles 4 de marzo de 2026, 09:00"),
        (None, 1, "pasa a vencer el miércoles 4 de marzo de 2026, 09:00"),
        (0, None, "deja de vencer el martes 3 de marzo de 2026, 09:00"),
    ],
)
def test_a_move_of_a_due_date_in_words(before: int | None, after: int | None, words: str) -> None:
    at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    moments = (at + timedelta(days=days) if days is not None else None for days in (before, after))
    assert present.moved(Move(1, 1, *moments), "America/Santiago") == words
