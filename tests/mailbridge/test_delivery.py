"""Letters of the desk on their way through an outgoing server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk import clock
from mailbridge import delivery
from tests import mailhouse
from tests.mailbridge.smtpscript import Script, ScriptedServer
from tests.mailhouse import House, letter

LATER = timedelta(minutes=3)
Opening = Callable[..., tuple[House, ScriptedServer]]


@pytest.fixture
def opening(database_url: str, tmp_path: Path) -> Iterator[Opening]:
    """Opens a house that hands its letters to a server with scripted replies."""
    with ExitStack() as stack:

        def start(keeps: bool = True, **replies: str | None) -> tuple[House, ScriptedServer]:
            server = ScriptedServer(Script(replies, keeps))
            stack.callback(server.close)
            return stack.enter_context(mailhouse.house(database_url, tmp_path, smtp_url=server.url)), server

        yield start


def test_the_acknowledgement_leaves_once(opening: Opening) -> None:
    house, server = opening()
    house.say(letter())
    house.work()
    house.work(later=LATER)
    assert [row.state for row in house.letters()] == ["accepted"]
    assert len(server.messages) == 1
    assert b"Auto-Submitted: auto-replied" in server.messages[0]


@pytest.mark.parametrize(
    ("theirs", "named"),
    [("<20250303.abc>", b"<20250303.abc>"), ("<a@b@c>", b"<a@b@c>"), ("<ñandú@x.example>", None), ("<a\x85b@x>", None)],
)
def test_an_odd_message_id_keeps_no_letter_back(opening: Opening, theirs: str, named: bytes | None) -> None:
    house, server = opening()
    house.say(letter(message_id=theirs))
    house.work()
    assert [row.state for row in house.letters()] == ["accepted"]
    assert (b"In-Reply-To: " in server.messages[0]) == (named is not None)
    assert (named or b"") in server.messages[0]


def test_a_greylisting_server_gets_the_letter_later(opening: Opening) -> None:
    house, server = opening(RCPT="450 4.7.1 greylisted")
    house.say(letter())
    house.work()
    assert [(row.state, row.attempts) for row in house.letters()] == [("deferred", 1)]
    server.script.replies.clear()
    with clock.fixed(clock.now() + LATER):
        house.work(later=LATER)
    assert [row.state for row in house.letters()] == ["accepted"]


def test_a_refused_letter_has_failed_with_the_servers_words(opening: Opening) -> None:
    house, _ = opening(RCPT="550 5.1.1 no such user")
    house.say(letter())
    house.work()
    assert [(row.state, row.last_error) for row in house.letters()] == [("failed", "550 5.1.1 no such user")]


@pytest.mark.parametrize(("keeps", "copies"), [(True, 2), (False, 1)])
def test_a_letter_whose_confirmation_got_lost_is_sent_once_more_with_the_same_id(
    opening: Opening, keeps: bool, copies: int
) -> None:
    house, server = opening(keeps=keeps, DOT=None)
    house.say(letter())
    house.work()
    server.script.replies.clear()
    with clock.fixed(clock.now() + LATER):
        house.work(later=LATER)
    assert [(row.state, row.resends) for row in house.letters()] == [("accepted", 1)]
    assert len(server.messages) == copies
    assert len({message.splitlines()[0] for message in server.messages}) == 1


def test_without_a_server_letters_stay_queued_and_in_a_demo_are_kept(database_url: str, tmp_path: Path) -> None:
    with mailhouse.house(database_url, tmp_path) as house:
        house.say(letter())
        house.work()
        assert [row.state for row in house.letters()] == ["queued"]
    with mailhouse.house(database_url, tmp_path, keep=True) as demo:
        delivery.deliver(demo.letters()[0].id)
        assert [row.state for row in demo.letters()] == ["kept"]


def test_two_senders_never_hold_one_letter(opening: Opening) -> None:
    house, _ = opening()
    house.say(letter())
    with delivery.alone(1) as first, delivery.alone(1) as second:
        assert (first, second) == (True, False)
    with delivery.alone(1) as third:
        assert third
