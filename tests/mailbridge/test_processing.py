"""From accepted bytes to their effect."""

import random
import string
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Unavailable
from helpdesk.models.tickets import Ticket
from helpdesk.queries import health
from helpdesk.services import conversation, ledger
from mailbridge import processing
from mailbridge.sandbox import Sandbox
from tests import mailhouse
from tests.mailhouse import House, letter

LIST_TEXT = "Buenos días: no puedo ingresar al sistema, me sale un error. Gracias."


def tickets() -> int:
    """How many tickets there are."""
    with transaction() as session:
        return session.scalar(select(func.count(Ticket.id))) or 0


def test_a_letter_becomes_a_ticket_and_its_arrival_is_settled_with_it(house: House) -> None:
    number = house.say(letter())
    house.work()
    row = house.arrival(number)
    assert (row.state, row.trust, tickets()) == ("processed", "T1", 1)
    assert row.ticket_id is not None


def test_the_same_letter_to_two_mailboxes_is_one_ticket_and_one_acknowledgement(house: House) -> None:
    first = house.say(letter())
    second = house.say(letter(), to=house.other_mailbox)
    house.work()
    assert tickets() == 1
    assert house.arrival(second).state == "duplicate"
    assert house.arrival(second).duplicate_of_id == first
    assert house.arrival(second).ticket_id == house.arrival(first).ticket_id
    assert len(house.letters()) == 1


LONG = "".join(random.Random(9).choices(string.ascii_letters + string.digits + "!#$%&*+-/=?^_{|}~", k=6000)).encode()


@pytest.mark.parametrize(
    "field",
    [
        b"From: " + LONG + b"@gmail.example",
        b"Message-ID: <" + LONG + b"@gmail.example>",
        b"Subject: =?utf-7?q?+2AA-?=",
        b"From: =?utf-7?q?+2AA-?=@gmail.example",
        b"Message-ID: <" + bytes(random.Random(1).choices(range(0x80, 0x100), k=1990)) + b"@gmail.example>",
    ],
)
def test_no_header_can_keep_a_letter_out_of_the_ledger(house: House, field: bytes) -> None:
    number = house.say(field + b"\r\n" + letter())
    house.work()
    assert house.arrival(number).state != "pending"


def test_another_letter_under_a_known_message_id_is_processed_and_linked(house: House) -> None:
    first = house.say(letter())
    second = house.say(letter(text="Otra cosa muy distinta: la impresora no funciona."))
    house.work()
    row = house.arrival(second)
    assert (row.state, row.reason, row.duplicate_of_id) == ("processed", ledger.SAME_ID, first)


def test_two_events_of_a_machine_without_id_and_date_are_two(house: House) -> None:
    for hop in ("1", "2"):
        house.say(letter(message_id=None, date=None, more=f"Received: by hop {hop}"))
    house.work()
    with transaction() as session:
        assert health.equation(session, clock.now()).duplicate == 0


def test_a_letter_the_desk_cannot_take_is_tried_three_times_and_then_set_aside(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(conversation, "receive", broken)
    number = house.say(letter())
    house.work()
    assert (house.arrival(number).state, house.arrival(number).attempts) == ("pending", 1)
    house.work(later=timedelta(minutes=1))
    assert house.arrival(number).state == "quarantined"
    assert (house.arrival(number).reason, house.arrival(number).attempts) == ("internal_error", 3)
    assert tickets() == 0


def test_f29_a_file_store_that_is_away_costs_no_try(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(processing, "store", away)
    number = house.say(letter())
    house.work()
    assert (house.arrival(number).state, house.arrival(number).attempts) == ("pending", 0)
    monkeypatch.undo()
    house.work(later=timedelta(minutes=1))
    assert house.arrival(number).state == "processed"


def test_what_is_too_large_for_the_database_is_set_aside_after_three_tries(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: object) -> None:
        with transaction() as session:
            session.execute(text("DO $$ BEGIN RAISE program_limit_exceeded; END $$"))

    monkeypatch.setattr(processing, "record", too_large)
    number = house.say(letter())
    for _ in range(3):
        house.work(later=timedelta(minutes=1))
    assert (house.arrival(number).state, house.arrival(number).reason) == ("quarantined", "internal_error")


def test_f35_a_message_that_hangs_its_reader_is_set_aside_and_the_next_is_read(
    database_url: str, tmp_path: Path
) -> None:
    fence = Sandbox(1, parser="tests.mailbridge.hostile:parse", seconds=0.3)
    with mailhouse.house(database_url, tmp_path, sandbox=fence) as house:
        hanging = house.say(letter(text="HANG"))
        greedy = house.say(letter(text="EAT MEMORY"))
        raising = house.say(letter(text="RAISE"))
        fine = house.say(letter(text="Ayuda", message_id="<b@x.example>"))
        house.work()
        assert [house.arrival(n).reason for n in (hanging, greedy, raising)] == [
            "time_limit",
            "memory_limit",
            "parse_error",
        ]
        assert house.arrival(fine).state == "processed"


def test_f35_a_message_that_kills_its_reader_is_set_aside_after_three_tries(database_url: str, tmp_path: Path) -> None:
    fence = Sandbox(1, parser="tests.mailbridge.hostile:parse")
    with mailhouse.house(database_url, tmp_path, sandbox=fence) as house:
        number = house.say(letter(text="CRASH"))
        house.work(later=timedelta(minutes=5))
        assert (house.arrival(number).state, house.arrival(number).reason) == ("quarantined", "internal_error")


def test_f33_a_message_of_five_thousand_files_waits_for_a_person_with_its_bytes(house: House) -> None:
    files = "".join(f"--=_b\r\nContent-Type: text/plain; name=a{number}.txt\r\n\r\nx\r\n" for number in range(5000))
    head = letter(text="").replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary==_b")
    number = house.say(head + files.encode() + b"--=_b--\r\n")
    house.work()
    row = house.arrival(number)
    assert (row.state, row.reason, row.subject) == ("quarantined", "too_many_parts", "No puedo ingresar al sistema")
    with transaction() as session:
        assert ledger.content(session, number).count(b"--=_b\r\n") == 5000
    assert tickets() == 0


def test_f21_the_same_mail_by_two_mailboxes_a_blind_copy_and_a_list_is_one_ticket_and_one_acknowledgement(
    house: House,
) -> None:
    first = house.say(letter())
    other, blind = house.say(letter(), to=house.other_mailbox), house.say(letter(more="Received: by mx (Bcc)"))
    footer = "\r\n-- \r\nEnviado por la lista de técnicos."
    listed = house.say(letter(text=LIST_TEXT + footer, more="List-Id: <tecnicos.example>"))
    house.work()
    assert [house.arrival(number).state for number in (first, other, blind, listed)] == [
        "processed", "duplicate", "duplicate", "ignored"
    ]  # fmt: skip
    assert (tickets(), len(house.letters())) == (1, 1)
    with transaction() as session:
        assert footer.encode() in ledger.content(session, listed)


def test_our_own_automatic_letter_that_comes_back_is_ignored_by_name(house: House) -> None:
    house.say(letter())
    house.work()
    mark = house.letters()[0].loop_mark
    back = house.say(letter(message_id="<z@x.example>", more=f"Auto-Submitted: auto-replied\nX-Loop: {mark}"))
    house.work()
    assert (house.arrival(back).state, house.arrival(back).reason) == ("ignored", "loop-mark")


def test_a_letter_to_a_crowd_becomes_a_ticket_once_somebody_accepts_it(house: House) -> None:
    crowd = ", ".join(f"p{number}@crowd.example" for number in range(60))
    number = house.say(letter(more=f"Cc: {crowd}"))
    house.work()
    assert (house.arrival(number).reason, tickets()) == ("too_many_recipients", 0)
    with transaction() as session:
        ledger.accept_by_hand(session, operator(), number)
    house.work()
    assert (house.arrival(number).state, tickets()) == ("processed", 1)


def test_a_persons_letter_that_looked_automatic_becomes_a_ticket_once_somebody_accepts_it(house: House) -> None:
    number = house.say(letter(more="Auto-Submitted: auto-generated"))
    house.work()
    assert (house.arrival(number).reason, tickets()) == ("automatic_unmatched", 0)
    with transaction() as session:
        ledger.accept_by_hand(session, operator(), number)
    house.work()
    assert (house.arrival(number).state, tickets()) == ("processed", 1)


def test_a_bounce_of_nothing_we_sent_is_quarantined_and_can_be_replayed(house: House) -> None:
    more = "Auto-Submitted: auto-replied\nX-Failed-Recipients: x@example.org"
    number = house.say(
        letter(subject="Undelivered Mail Returned to Sender", sender="mailer-daemon@x.example", more=more)
    )
    house.work()
    row = house.arrival(number)
    assert row.state == "quarantined"
    assert row.sentence
    with transaction() as session:
        ledger.replay(session, operator(), number)
    assert house.arrival(number).state == "pending"
    house.work()
    assert house.arrival(number).state == "quarantined"
