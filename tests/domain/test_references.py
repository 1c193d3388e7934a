"""Ticket numbers, reply tokens and our Message-IDs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.domain.errors import Invalid
from helpdesk.domain.references import (
    derive,
    format_number,
    message_id,
    parse_number,
    reply_address,
    seal,
    ticket_numbers_in,
    unseal,
)

SECRET = b"a secret of this test, 32 bytes!"
OTHER = b"another secret of this test, 32!"


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("RE: [MEF 123] Clave", (("MEF", 123),)),
        ("[mef-0123] Clave", (("MEF", 123),)),
        ("[SIGEC\r\n 15] Informe", (("SIGEC", 15),)),
        ("consulta por MEF-45, gracias", (("MEF", 45),)),
        ("[MEF 2] y [SIGEC 1] y [MEF 2]", (("MEF", 2), ("SIGEC", 1))),
        ("Presupuesto MEF 2026", ()),
        ("MEF-2026-001", ()),
        ("[OTRO 12] Clave", ()),
        ("XMEF-12", ()),
        ("", ()),
    ],
)
def test_a_subject_names_tickets(subject: str, numbers: tuple[tuple[str, int], ...]) -> None:
    assert ticket_numbers_in(subject, ("MEF", "SIGEC")) == numbers


@pytest.mark.parametrize("text", ["MEF-123", "[MEF 123]", " mef 123 ", "MEF#123", "MEF123"])
def test_people_write_numbers_in_several_ways(text: str) -> None:
    assert parse_number(text) == ("MEF", 123)


@pytest.mark.parametrize("text", ["", "123", "MEF", "MEF-", "MEF-12x", "MEF-1234567890123"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_number(text)


def test_a_written_number_reads_back() -> None:
    assert parse_number(format_number("SIGEC", 7)) == ("SIGEC", 7)


@settings(deadline=None)
@given(st.integers(0, 2**48 - 1))
def test_a_token_opens_to_its_row(row_id: int) -> None:
    token = seal(row_id, SECRET)
    assert len(token) <= 28 and token == token.lower()
    assert unseal(token, SECRET) == unseal(token.upper(), SECRET) == row_id


def test_a_token_of_another_secret_does_not_open() -> None:
    assert unseal(seal(5, SECRET), OTHER) is None


@settings(deadline=None)
@given(st.data())
def test_a_token_with_one_character_changed_does_not_open(data: st.DataObject) -> None:
    token = seal(123456, SECRET)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz234567").filter(lambda each: each != token[place]))
    assert unseal(token[:place] + letter + token[place + 1 :], SECRET) is None


@settings(deadline=None)
@given(st.text(max_size=40))
def test_noise_is_no_token(noise: str) -> None:
    assert unseal(noise, SECRET) is None


@pytest.mark.parametrize("row_id", [-1, 2**48])
def test_a_row_id_out_of_range_is_refused(row_id: int) -> None:
    with pytest.raises(Invalid):
        seal(row_id, SECRET)


def test_keys_differ_by_purpose() -> None:
    assert derive(SECRET, "reply-token") != derive(SECRET, "message-id")
    with pytest.raises(Invalid):
        derive(b"short", "reply-token")


def test_our_message_id_names_its_kind_its_row_and_its_domain() -> None:
    ours = message_id("letter", "42", "mesa.example.org", SECRET)
    assert ours.startswith("letter.42.") and ours.endswith("@mesa.example.org")


def test_a_message_id_is_stable() -> None:
    assert message_id("ack", "7.a", "Mesa.example.org", SECRET) == message_id("ack", "7.a", "mesa.example.org", SECRET)


def test_a_message_id_of_another_secret_is_another() -> None:
    ours, others = (message_id("letter", "42", "mesa.example.org", secret) for secret in (SECRET, OTHER))
    assert ours != others


@pytest.mark.parametrize("ref", ["", "a b", "a@b", "..", "a\r\nb", "ñ"])
def test_a_reference_that_cannot_stand_in_a_message_id_is_refused(ref: str) -> None:
    with pytest.raises(Invalid):
        message_id("letter", ref, "mesa.example.org", SECRET)


def test_a_reply_address_carries_the_token() -> None:
    token = seal(9, SECRET)
    address = reply_address("mesa@example.org", token)
    assert address == f"mesa+{token}@example.org"


def test_a_reply_address_needs_a_mailbox() -> None:
    with pytest.raises(Invalid):
        reply_address("mesa", "a")
