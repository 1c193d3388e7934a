from datetime import UTC, datetime
from decimal import Decimal

import pytest

from helpdesk.letters import dates

NIGHT = datetime(2026, 3, 14, 2, 5, tzinfo=UTC)


def test_an_instant_is_written_with_weekday_in_the_institutions_zone() -> None:
    words = dates.in_words(NIGHT, "America/Guayaquil", "DD/MM/YYYY", "hora de Ecuador")
    assert words == "viernes 13/03/2026, 21:05 (hora de Ecuador)"


def test_summer_time_and_the_catalogues_separators_count() -> None:
    assert dates.in_words(NIGHT, "America/Santiago", "DD-MM-YYYY", "") == "viernes 13-03-2026, 23:05"


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        dates.in_words(NIGHT.replace(tzinfo=None), "America/Lima", "DD/MM/YYYY", "")


def test_a_country_without_label_is_named_by_its_zone() -> None:
    assert dates.zone_label("PE", "America/Lima") == "hora del Perú"
    assert dates.zone_label("BO", "America/La_Paz") == "hora de La Paz"


@pytest.mark.parametrize(
    ("value", "words"), [(1454, "1.454"), (999, "999"), (Decimal("1234567.5"), "1.234.567,5"), (-1454, "-1.454")]
)
def test_numbers_carry_the_institutions_marks(value: int | Decimal, words: str) -> None:
    assert dates.number(value, ".", ",") == words


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 kB"), (1, "1 kB"), (14_200, "14 kB"), (1_234_567, "1,2 MB"), (25_000_000, "25,0 MB")]
)
def test_file_sizes_are_short(size: int, words: str) -> None:
    assert dates.file_size(size, ".", ",") == words
