"""Letters of the desk on their way through an outgoing server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Unavailable
from helpdesk.models.outbox import Letter
from helpdesk.services import outbox
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


def at(house: House, moment: timedelta) -> None:
    """Does what is due that long after now."""
    with clock.fixed(clock.now() + moment):
        house.work(later=moment)


def events(house: House) -> list[str]:
    """What the history tells of letters."""
    with house.engine.connect() as connection:
        return list(connection.scalars(text("SELECT kind FROM events WHERE data ? 'outbox_id' ORDER BY id")))


def test_f09_a_greylisting_server_gets_the_letter_at_the_first_try_after_its_quarter_of_an_hour(
    opening: Opening,
) -> None:
    house, server = opening(RCPT="450 4.7.1 greylisted")
    house.say(letter())
    for minute in (0, 1, 3, 7, 14):
        at(house, timedelta(minutes=minute, seconds=minute))
    assert [(row.state, row.attempts, row.last_error) for row in house.letters()] == [
        ("deferred", 4, "450 4.7.1 greylisted")
    ]
    server.script.replies.clear()
    at(house, timedelta(minutes=16))
    assert [(row.state, row.attempts) for row in house.letters()] == [("accepted", 5)]
    assert len(server.messages) == 1
    assert events(house) == []


def test_a_letter_under_way_is_sending_and_with_its_dot_gone_dot_sent(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, server = opening()
    house.say(letter())
    seen = dict[str, str]()
    honest = server.script.reply

    def watched(word: str, about: str = "") -> str | None:
        with house.engine.connect() as connection:
            seen[word] = str(connection.scalar(text("SELECT state FROM outbox")))
        return honest(word, about)

    monkeypatch.setattr(server.script, "reply", watched)
    house.work()
    assert (seen["GREETING"], seen["DATA"], seen["DOT"]) == ("sending", "sending", "dot_sent")
    assert [row.state for row in house.letters()] == ["accepted"]


@pytest.mark.parametrize(
    ("code", "state", "events_told"), [("451 later", "deferred", []), ("554 never", "failed", ["delivery_failed"])]
)
@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "DOT"])
def test_a_refusal_defers_or_fails_the_letter_with_the_servers_words(
    opening: Opening, word: str, code: str, state: str, events_told: list[str]
) -> None:
    house, server = opening(**{word: code})
    house.say(letter())
    house.work()
    assert [(row.state, row.last_error, row.resends) for row in house.letters()] == [(state, code, 0)]
    assert events(house) == events_told
    assert server.messages == []


def test_f05_a_sender_that_dies_before_the_dot_has_sent_nothing_and_the_next_one_sends(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, server = opening()
    house.say(letter())

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(delivery, "note_dot", dies)
    with pytest.raises(KeyboardInterrupt):
        house.work()
    assert ([row.state for row in house.letters()], server.messages) == (["sending"], [])
    monkeypatch.undo()
    delivery.deliver(house.letters()[0].id)
    assert [(row.state, row.resends) for row in house.letters()] == [("accepted", 0)]
    assert len(server.messages) == 1


def test_f11_of_four_recipients_each_has_an_answer_of_its_own_and_none_has_two_copies(opening: Opening) -> None:
    answers = {"a": "250 ok", "b": "250 ok", "c": "450 4.2.1 busy", "d": "550 5.1.1 no such user"}
    house, server = opening(**{f"RCPT {who}@gmail.example": reply for who, reply in answers.items()})
    for who in answers:
        house.say(letter(sender=f"{who}@gmail.example", message_id=f"<{who}@gmail.example>"))
    house.work()
    assert {row.recipient[0]: row.state for row in house.letters()} == {
        "a": "accepted", "b": "accepted", "c": "deferred", "d": "failed"
    }  # fmt: skip
    server.script.replies.clear()
    at(house, LATER)
    assert sorted(server.recipients) == ["a@gmail.example", "b@gmail.example", "c@gmail.example"]


def test_f37_a_recipient_beyond_ascii_fails_in_clear_words_where_the_server_takes_none(opening: Opening) -> None:
    house, server = opening()
    house.say(letter(sender="peña@gmail.example"))
    house.work()
    assert [(row.state, row.last_error) for row in house.letters()] == [
        ("failed", "El servidor de salida no admite direcciones con tildes (SMTPUTF8).")
    ]
    assert server.messages == []


def test_f37_a_recipient_beyond_ascii_is_written_to_where_the_server_takes_it(opening: Opening) -> None:
    house, server = opening()
    server.script.extensions = ("8BITMIME", "SMTPUTF8")
    house.say(letter(sender="peña@gmail.example"))
    house.work()
    assert [row.state for row in house.letters()] == ["accepted"]
    assert "To: Ana Peña <peña@gmail.example>".encode() in server.messages[0]


def test_f37_a_letter_over_the_servers_size_fails_in_clear_words_before_it_leaves(opening: Opening) -> None:
    house, server = opening()
    server.script.extensions = ("SIZE 1000",)
    house.say(letter())
    house.work()
    row = house.letters()[0]
    assert row.state == "failed"
    assert "el servidor de salida acepta" in (row.last_error or "")
    assert not any(command.startswith("mail ") for command in server.commands)


def test_f37_a_line_of_any_length_reaches_a_server_of_seven_bits_in_short_ones(opening: Opening) -> None:
    house, server = opening()
    server.script.extensions = ()
    server.script.replies["RCPT"] = "550 no"
    house.say(letter())
    house.work()
    server.script.replies.clear()
    with transaction() as session:
        row = session.scalars(select(Letter)).one()
        row.text, row.html = "ñ" * 5000, f"<p>{'x' * 5000}</p>"
        outbox.retry(session, operator(), row.id)
    house.work()
    assert server.messages[0].isascii()
    assert max(map(len, server.messages[0].split(b"\r\n"))) <= 998


def test_f29_a_letter_whose_files_cannot_be_read_waits_and_leaves_when_they_can(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, server = opening()
    house.say(letter())

    def broken(*_: object) -> bytes:
        raise Unavailable

    monkeypatch.setattr(delivery, "composed", broken)
    house.work()
    assert [(row.state, row.last_error) for row in house.letters()] == [
        ("deferred", "El almacén de archivos no responde.")
    ]
    monkeypatch.undo()
    at(house, LATER)
    assert [row.state for row in house.letters()] == ["accepted"]
    assert len(server.messages) == 1


def test_a_refused_letter_has_failed_with_the_servers_words(opening: Opening) -> None:
    house, _ = opening(RCPT="550 5.1.1 no such user")
    house.say(letter())
    house.work()
    assert [(row.state, row.last_error) for row in house.letters()] == [("failed", "550 5.1.1 no such user")]


@pytest.mark.parametrize(("keeps", "copies"), [(True, 2), (False, 1)])
def test_f07_a_letter_whose_confirmation_got_lost_is_sent_once_more_as_the_same_message_and_said_so(
    opening: Opening, keeps: bool, copies: int
) -> None:
    house, server = opening(keeps=keeps, DOT=None)
    house.say(letter())
    house.work()
    assert [row.state for row in house.letters()] == ["in_doubt"]
    server.script.replies.clear()
    with clock.fixed(clock.now() + LATER):
        house.work(later=LATER)
    assert [(row.state, row.resends) for row in house.letters()] == [("accepted", 1)]
    assert len(server.messages) == copies
    assert len(set(server.messages)) == 1
    assert events(house) == ["possibly_sent_twice"]


def test_f07_a_letter_never_confirmed_is_sent_twice_at_most_and_stays_in_doubt_for_a_person(opening: Opening) -> None:
    house, server = opening(DOT=None)
    house.say(letter())
    for minute in (0, 3, 60, 600):
        at(house, timedelta(minutes=minute))
    assert [(row.state, row.settled_at is not None) for row in house.letters()] == [("in_doubt", True)]
    assert len(server.messages) == 2
    assert events(house) == ["possibly_sent_twice", "delivery_in_doubt"]


def test_a_defect_of_ours_puts_a_letter_off_instead_of_trying_it_without_end(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _ = opening()
    house.say(letter())

    def broken(*_: object) -> bytes:
        raise KeyError("filename")

    monkeypatch.setattr(delivery, "composed", broken)
    house.work()
    assert [(row.state, row.last_error) for row in house.letters()] == [
        ("deferred", "La carta no se pudo componer por un error interno.")
    ]


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
