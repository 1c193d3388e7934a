"""G20: transport, as far as our LMTP listener is concerned. It has neither TLS nor a log-in, and says so."""

import socket

import pytest
from sqlalchemy import select

from helpdesk.db import transaction
from helpdesk.models.ledger import Arrival
from mailbridge.lmtp import MOST_RECIPIENTS
from tests.attacks.bench import ATTACKER, MAILBOX, Bench, mail, speaks

TO = MAILBOX.encode()
BEGIN = b"LHLO border\r\nMAIL FROM:<mal@evil.test>\r\n"
LETTER = b"DATA\r\n" + mail(ATTACKER, "Consulta", "Hola.") + b".\r\n"


def arrivals() -> list[Arrival]:
    """The ledger."""
    with transaction() as session:
        return list(session.scalars(select(Arrival).order_by(Arrival.id)))


@pytest.mark.parametrize(
    "command",
    [
        b"AUTH PLAIN AG1hbABtYWw=",
        b"AUTH LOGIN",
        b"MAIL FROM:<" + b"a" * 10_000 + b"@evil.test>",
        b"X" * 10_000,
        b"MA\0IL FROM:<mal@evil.test>",
        b"\0",
        b"\xff\xfe",
        b"HELO border",
        b"EHLO border",
        b"BDAT 10",
        b"TURN",
        b"DATA",
    ],
)
def test_a167_a_command_that_has_no_place_here_is_refused(bench: Bench, door: int, command: bytes) -> None:
    said = speaks(door, b"LHLO border\r\n" + command + b"\r\nQUIT\r\n")
    assert said[-1].startswith("221")
    assert said[-2][:1] == "5", said
    assert arrivals() == []


def test_a167_what_was_said_before_tls_goes_into_no_session(bench: Bench, door: int) -> None:
    """The injected command is answered as what it is, one more command of the same plain conversation."""
    said = speaks(door, b"LHLO border\r\nSTARTTLS\r\nMAIL FROM:<mal@evil.test>\r\nQUIT\r\n")
    assert "STARTTLS" not in " ".join(said[:-3])
    assert [line[:3] for line in said[-3:]] == ["454", "250", "221"]
    assert arrivals() == []


@pytest.mark.parametrize(
    "address", [b"a\0b@sigec-cl.example.org", b"\xff@sigec-cl.example.org", TO[:4] + b"\0" + TO[4:]]
)
def test_a167_an_address_that_no_mailbox_can_have_is_refused_for_good(bench: Bench, door: int, address: bytes) -> None:
    said = speaks(door, BEGIN + b"RCPT TO:<" + address + b">\r\nQUIT\r\n")
    assert said[-2][:1] == "5", said
    assert "\0" not in "".join(said)
    bench.check()


def test_a167_a_sender_with_a_nul_keeps_no_message_out(bench: Bench, door: int) -> None:
    said = speaks(door, b"LHLO x\r\nMAIL FROM:<m\0al@evil.test>\r\nRCPT TO:<" + TO + b">\r\n" + LETTER + b"QUIT\r\n")
    if said[-2].startswith("250"):
        assert [row.envelope_from for row in arrivals()] == ["mal@evil.test"]
    else:
        assert (said[-2][:1], arrivals()) == ("5", [])


def test_a167_two_hundred_recipients_are_a_hundred(bench: Bench, door: int) -> None:
    recipients = b"".join(b"RCPT TO:<" + TO.replace(b"@", b"+%d@" % n) + b">\r\n" for n in range(200))
    said = speaks(door, BEGIN + recipients + LETTER + b"QUIT\r\n")
    assert len([line for line in said if line.startswith("452")]) == 100
    assert len([line for line in said if line.startswith("250 2.0.0")]) == MOST_RECIPIENTS == len(arrivals())
    bench.house.work()
    assert [row.state for row in arrivals()] == ["processed"] + ["duplicate"] * (MOST_RECIPIENTS - 1)
    bench.check()


def test_a167_who_leaves_without_quit_or_dot_left_nothing(bench: Bench, door: int) -> None:
    with socket.create_connection(("127.0.0.1", door), 20) as connection:
        connection.sendall(BEGIN + b"RCPT TO:<" + TO + b">\r\n" + LETTER.removesuffix(b".\r\n"))
        connection.recv(1000)
    assert speaks(door, b"LHLO border\r\nQUIT\r\n")[-1].startswith("221")
    assert arrivals() == []
