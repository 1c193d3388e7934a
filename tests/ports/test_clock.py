"""Time is read in one place and can be set for a rehearsal."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from helpdesk import clock

MORNING = datetime(2025, 3, 3, 9, 0, tzinfo=timezone(timedelta(hours=-3)))


def test_now_is_aware_and_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_a_fixed_instant_holds_inside_the_block_only() -> None:
    with clock.fixed(MORNING):
        assert clock.now() == MORNING
    assert clock.now() > MORNING + timedelta(days=1)


def test_an_inner_instant_gives_way_to_the_outer_one() -> None:
    with clock.fixed(MORNING):
        with clock.fixed(MORNING + timedelta(hours=1)):
            assert clock.now() == MORNING + timedelta(hours=1)
        assert clock.now() == MORNING


def test_other_threads_keep_the_real_time() -> None:
    seen: list[datetime] = []
    with clock.fixed(MORNING):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen[0] > MORNING


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.fixed(datetime(2025, 3, 3)):  # noqa: DTZ001 - the point
        pass
