"""Letters on their way out: states, fences, pauses."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Conflict
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Institution
from helpdesk.models.outbox import Letter
from helpdesk.services import outbox
from helpdesk.services.outbox import Delivery
from tests.factories import letters

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def letter(session: Session) -> Letter:
    """A letter that is due."""
    institution = Institution(key="mef-ec", name="MEF", ticket_prefix="MEF", timezone="America/Guayaquil")
    session.add(institution)
    session.flush()
    with clock.fixed(NOON):
        return outbox.queue(session, letters.letter(institution.id, NOON))


def claimed(session: Session, letter: Letter, at: datetime = NOON) -> int:
    """Claims the letter and gives the fence."""
    with clock.fixed(at):
        found = outbox.claim(session, letter.id)
    assert found is not None
    return found.attempts


def said(session: Session, letter: Letter, result: Delivery, at: datetime = NOON) -> str:
    """Claims, sends the dot, settles with what the server said; gives the state."""
    fence = claimed(session, letter, at)
    with clock.fixed(at):
        outbox.dot_sent(session, letter.id, fence)
        return outbox.settle(session, letter.id, fence, result).state


def is_settled(letter: Letter) -> bool:
    """Whether nothing more will be tried."""
    return letter.settled_at is not None


def kinds(session: Session) -> list[str]:
    """Kinds of the events written so far."""
    return list(session.scalars(select(Event.kind).order_by(Event.id)))


def test_a_queued_letter_has_a_job(session: Session, letter: Letter) -> None:
    found = session.scalar(text("SELECT args ->> 'outbox_id' FROM procrastinate_jobs"))
    assert found == str(letter.id)


def test_an_accepted_letter_is_never_claimed_again(session: Session, letter: Letter) -> None:
    assert said(session, letter, Delivery("accepted", "250 ok")) == "accepted"
    assert outbox.claim(session, letter.id) is None


def test_a_temporary_refusal_is_tried_again_after_1_2_4_to_60_minutes(session: Session, letter: Letter) -> None:
    at, pauses = NOON, []
    for _ in range(8):
        assert said(session, letter, Delivery("deferred", "450 greylisted"), at) == "deferred"
        assert letter.next_try_at is not None
        pauses.append(int((letter.next_try_at - at).total_seconds() // 60))
        at = letter.next_try_at
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_deferred_letter_is_not_claimed_before_its_time(session: Session, letter: Letter) -> None:
    said(session, letter, Delivery("deferred", "450"))
    with clock.fixed(NOON + timedelta(seconds=59)):
        assert outbox.claim(session, letter.id) is None


def test_after_five_days_of_deferring_a_letter_has_failed(session: Session, letter: Letter) -> None:
    at = NOON
    while said(session, letter, Delivery("deferred", "450 busy"), at) == "deferred":
        assert letter.next_try_at is not None
        at = letter.next_try_at
    assert letter.state == "failed"
    assert at - NOON >= timedelta(days=5) > at - NOON - timedelta(hours=1)
    assert letter.last_error == "Sin éxito durante 5 días. Última respuesta: 450 busy"
    assert kinds(session) == ["delivery_failed"]


def test_the_five_days_begin_with_the_first_try_not_with_the_writing(session: Session, letter: Letter) -> None:
    assert said(session, letter, Delivery("deferred", "450"), NOON + timedelta(days=6)) == "deferred"


def test_a_letter_that_somebody_sends_again_has_five_days_more(session: Session, letter: Letter) -> None:
    said(session, letter, Delivery("refused", "550"))
    outbox.retry(session, operator(), letter.id)
    assert said(session, letter, Delivery("deferred", "450 greylisted"), NOON + timedelta(days=6)) == "deferred"


def test_a_final_refusal_fails_at_once_and_stands_in_the_history(session: Session, letter: Letter) -> None:
    assert said(session, letter, Delivery("refused", "550 no such user")) == "failed"
    assert kinds(session) == ["delivery_failed"]


def test_a_sender_that_died_before_the_dot_is_followed_without_doubt(session: Session, letter: Letter) -> None:
    claimed(session, letter)
    assert claimed(session, letter) == 2
    assert (letter.state, letter.resends) == ("sending", 0)


def test_a_letter_lost_after_the_dot_is_sent_once_more_and_said_so(session: Session, letter: Letter) -> None:
    outbox.dot_sent(session, letter.id, claimed(session, letter))
    claimed(session, letter)
    assert letter.resends == 1
    assert kinds(session) == ["possibly_sent_twice"]


def test_a_letter_in_doubt_is_sent_at_most_twice(session: Session, letter: Letter) -> None:
    assert said(session, letter, Delivery("in_doubt", "lost")) == "in_doubt"
    assert not is_settled(letter)
    later = NOON + timedelta(minutes=2)
    assert said(session, letter, Delivery("in_doubt", "lost again"), later) == "in_doubt"
    assert is_settled(letter)
    assert outbox.claim(session, letter.id) is None


def test_a_holder_whose_letter_was_taken_over_can_do_nothing(session: Session, letter: Letter) -> None:
    old = claimed(session, letter)
    claimed(session, letter)
    with pytest.raises(Conflict):
        outbox.dot_sent(session, letter.id, old)
    with pytest.raises(Conflict):
        outbox.settle(session, letter.id, old, Delivery("accepted"))


def test_a_failed_letter_can_be_retried_an_accepted_one_not(session: Session, letter: Letter) -> None:
    said(session, letter, Delivery("refused", "550"))
    assert outbox.retry(session, operator(), letter.id).state == "queued"
    assert letter.last_error is None
    assert kinds(session) == ["delivery_failed", "letter_resent"]
    said(session, letter, Delivery("accepted"))
    with pytest.raises(Conflict):
        outbox.retry(session, operator(), letter.id)


def test_letters_that_are_due_get_a_job_back(session: Session, letter: Letter) -> None:
    session.execute(text("DELETE FROM procrastinate_jobs"))
    assert outbox.requeue(session) == 1
    assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 1


def test_letters_whose_job_waits_get_no_second_one(session: Session, letter: Letter) -> None:
    assert outbox.requeue(session) == 0


def test_a_kept_letter_is_never_sent(session: Session, letter: Letter) -> None:
    outbox.keep(session, letter.id)
    assert letter.state == "kept"
    assert outbox.claim(session, letter.id) is None
