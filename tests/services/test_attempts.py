"""How often signing in may be tried."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from helpdesk.domain.errors import TooManyAttempts
from helpdesk.models.attempts import SignInAttempt
from helpdesk.services import attempts

NOW = datetime(2026, 4, 7, 14, tzinfo=UTC)
ANA = "ana@example.org"
PEER = "192.0.2.7"


def fail(session: Session, times: int, address: str = ANA, peer: str | None = None, now: datetime = NOW) -> None:
    """That many attempts without the right password."""
    for _ in range(times):
        attempts.begin(session, address, peer, now)


def fail_for_many(session: Session, times: int) -> None:
    """That many attempts from one peer, each for another address."""
    for number in range(times):
        attempts.begin(session, f"{number}@example.org", PEER, NOW)


def noted(session: Session) -> int:
    """How many failures are kept."""
    return session.scalar(select(func.count()).select_from(SignInAttempt)) or 0


def test_ten_attempts_are_let_through_and_the_eleventh_is_not(session: Session) -> None:
    fail(session, 10)
    with pytest.raises(TooManyAttempts, match=r"^Demasiados intentos: espere unos minutos y vuelva a probar\.$"):
        fail(session, 1)


def test_another_address_is_not_concerned(session: Session) -> None:
    fail(session, 10)
    fail(session, 1, "eva@example.org")


@pytest.mark.parametrize("written", [ANA.upper(), f" {ANA} "])
def test_an_address_is_one_however_it_is_written(session: Session, written: str) -> None:
    fail(session, 10)
    with pytest.raises(TooManyAttempts):
        fail(session, 1, written)


def test_an_endless_address_is_counted_by_its_beginning(session: Session) -> None:
    fail(session, 10, "a" * 5000)
    with pytest.raises(TooManyAttempts):
        fail(session, 1, "a" * 320)


def test_a_peer_is_refused_after_sixty_failures_for_any_addresses(session: Session) -> None:
    fail_for_many(session, 60)
    with pytest.raises(TooManyAttempts):
        fail(session, 1, ANA, PEER)
    fail(session, 1, ANA, "192.0.2.8")


def test_peers_that_are_not_known_are_not_taken_for_one(session: Session) -> None:
    for number in range(61):
        fail(session, 1, f"{number}@example.org")
    assert noted(session) == 61


def test_success_clears_the_address(session: Session) -> None:
    fail(session, 10)
    attempts.succeeded(session, ANA.upper())
    fail(session, 10)


def test_success_clears_no_other_failure_of_the_peer(session: Session) -> None:
    fail_for_many(session, 60)
    attempts.succeeded(session, "0@example.org")
    fail(session, 1, ANA, PEER)
    with pytest.raises(TooManyAttempts):
        fail(session, 1, ANA, PEER)


def test_a_refusal_says_when_it_ends_and_ends_then(session: Session) -> None:
    fail(session, 1)
    fail(session, 9, now=NOW + timedelta(minutes=5))
    with pytest.raises(TooManyAttempts) as refusal:
        fail(session, 1, now=NOW + timedelta(minutes=6))
    assert refusal.value.wait == timedelta(minutes=9)
    fail(session, 1, now=NOW + timedelta(minutes=15))
    with pytest.raises(TooManyAttempts):
        fail(session, 1, now=NOW + timedelta(minutes=15))


def test_what_is_refused_prolongs_nothing(session: Session) -> None:
    fail(session, 10)
    for minute in range(1, 15):
        with pytest.raises(TooManyAttempts):
            fail(session, 1, now=NOW + timedelta(minutes=minute))
    fail(session, 10, now=NOW + timedelta(minutes=15))


def test_failures_older_than_a_day_are_deleted_in_passing(session: Session) -> None:
    fail(session, 3)
    fail(session, 1, "eva@example.org", now=NOW + timedelta(days=1))
    assert noted(session) == 4
    fail(session, 1, "eva@example.org", now=NOW + timedelta(days=1, seconds=1))
    assert noted(session) == 2


@pytest.mark.parametrize(
    ("most", "guess"),
    [(10, lambda number: (ANA, None)), (60, lambda number: (f"{number}@example.org", PEER))],
    ids=["address", "peer"],
)
def test_guesses_at_the_same_time_are_counted_one_by_one(
    database: Engine, most: int, guess: Callable[[int], tuple[str, str | None]]
) -> None:
    def attempt(number: int) -> bool:
        with Session(database) as session:
            try:
                attempts.begin(session, *guess(number), NOW)
            except TooManyAttempts:
                return False
            session.commit()
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(most + 10))) == most
