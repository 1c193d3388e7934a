"""The LMTP door, spoken to over a real socket."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from helpdesk.db import transaction
from helpdesk.models.ledger import Arrival
from mailbridge import intake, lmtp
from mailbridge.lmtp import Listener
from tests.mailhouse import House, letter


@pytest.fixture
def port(house: House) -> Iterator[int]:
    """The door of the helpdesk, open."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = int(free.getsockname()[1])
    listener = Listener(house.app, "127.0.0.1", number)
    listener.start()
    yield number
    listener.close()


def talk(port: int, *lines: bytes) -> list[str]:
    """Says the lines one by one; gives every reply line that came until the end."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection, connection.makefile("rwb") as stream:
        stream.write(b"".join(line + b"\r\n" for line in (b"LHLO test", *lines, b"QUIT")))
        stream.flush()
        return [line.decode().strip() for line in stream]


def arrivals() -> list[Arrival]:
    """The ledger."""
    with transaction() as session:
        return list(session.scalars(select(Arrival).order_by(Arrival.id)))


def test_a_delivered_message_is_in_the_ledger_before_the_250(house: House, port: int) -> None:
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail("ana@x.example", [house.mailbox], letter())
        rows = arrivals()
    assert [(row.source, row.state, row.envelope_from) for row in rows] == [("lmtp", "pending", "ana@x.example")]


def test_a_reply_address_leads_to_its_mailbox_and_keeps_its_token(house: House, port: int) -> None:
    address = house.mailbox.replace("@", "+AbC123@")
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail("", [address], letter())
    assert arrivals()[0].envelope_to == address
    assert arrivals()[0].envelope_from is None


def test_every_recipient_gets_a_reply_of_its_own(house: House, port: int) -> None:
    said = talk(
        port,
        b"MAIL FROM:<ana@x.example>",
        f"RCPT TO:<{house.mailbox}>".encode(),
        b"RCPT TO:<nobody@elsewhere.example>",
        f"RCPT TO:<{house.other_mailbox}>".encode(),
        b"DATA",
        letter(),
        b".",
    )
    after_data = said[next(n for n, line in enumerate(said) if line.startswith("354")) + 1 :]
    assert [line[:9] for line in after_data] == ["250 2.0.0", "250 2.0.0", "221 Bye"]
    assert [line[:9] for line in said if line.startswith("550")] == ["550 5.1.1"]


def test_an_oversized_message_is_refused_for_each_recipient(
    house: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lmtp, "MAX_MESSAGE_BYTES", 10_000)
    said = talk(
        port,
        b"MAIL FROM:<ana@x.example>",
        f"RCPT TO:<{house.mailbox}>".encode(),
        f"RCPT TO:<{house.other_mailbox}>".encode(),
        b"DATA",
        letter(text="x" * 20_000),
        b".",
    )
    assert len([line for line in said if line.startswith("552")]) == 2
    assert arrivals() == []


def test_an_announced_size_over_the_limit_is_refused_before_the_body(house: House, port: int) -> None:
    said = talk(port, b"MAIL FROM:<ana@x.example> SIZE=60000000")
    assert any(line.startswith("552") for line in said)


def test_a_line_of_a_megabyte_and_eight_bit_text_are_taken(house: House, port: int) -> None:
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail("ana@x.example", [house.mailbox], letter(text="ñ" * 1_000_000), ["BODY=8BITMIME"])
    assert arrivals()[0].size > 2_000_000


def test_without_a_database_the_border_is_told_to_keep_the_message(
    house: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("server closed the connection"))

    monkeypatch.setattr(intake, "accept", away)
    with smtplib.LMTP("127.0.0.1", port) as client, pytest.raises(smtplib.SMTPDataError) as refusal:
        client.sendmail("ana@x.example", [house.mailbox], letter())
    assert refusal.value.smtp_code == 451


def test_a_repeated_delivery_whose_250_got_lost_is_a_duplicate(house: House, port: int) -> None:
    for _ in range(2):
        with smtplib.LMTP("127.0.0.1", port) as client:
            client.sendmail("ana@x.example", [house.mailbox], letter())
    assert [row.state for row in arrivals()] == ["pending", "duplicate"]


def test_f13_peers_that_hold_five_hundred_conversations_open_keep_nobody_else_out(house: House, port: int) -> None:
    with ExitStack() as stack:
        slow = list[socket.socket]()
        for _ in range(500):
            peer = socket.create_connection(("127.0.0.1", port), 10, source_address=("127.0.0.2", 0))
            slow.append(stack.enter_context(peer))
        greetings = [peer.recv(100)[:3] for peer in slow]
        assert greetings.count(b"220") == lmtp.MOST_CONVERSATIONS
        assert greetings.count(b"421") == 500 - lmtp.MOST_CONVERSATIONS
        for peer in slow[: lmtp.MOST_CONVERSATIONS]:
            peer.send(b"L")
        with smtplib.LMTP("127.0.0.1", port) as client:
            client.sendmail("ana@x.example", [house.mailbox], letter())
    assert [row.state for row in arrivals()] == ["pending"]


def test_a_peer_that_was_turned_away_is_served_when_it_has_let_go(
    house: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lmtp, "MOST_CONVERSATIONS", 1)
    with socket.create_connection(("127.0.0.1", port), 10) as first:
        assert first.recv(100).startswith(b"220")
        with socket.create_connection(("127.0.0.1", port), 10) as second:
            assert second.recv(100).startswith(b"421")
    for _ in range(100):
        with socket.create_connection(("127.0.0.1", port), 10) as again:
            if again.recv(100).startswith(b"220"):
                return
    pytest.fail("the place was not given back")
