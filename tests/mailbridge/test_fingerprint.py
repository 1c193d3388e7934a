"""What two copies of one message have in common."""

from hypothesis import given
from hypothesis import strategies as st

from mailbridge.fingerprint import peek
from tests.effort import no_explosion
from tests.mailhouse import letter


def test_trace_fields_and_line_ends_do_not_matter() -> None:
    copy = b"Received: from elsewhere\r\nX-Spam: no\r\n" + letter().replace(b"\r\n", b"\n") + b"\n\n"
    assert peek(copy).fingerprint == peek(letter()).fingerprint


def test_another_body_subject_id_author_or_date_is_another_message() -> None:
    others = [
        letter(text="otro"),
        letter(subject="otro"),
        letter(message_id="<otro@x.example>"),
        letter(sender="otro@x.example"),
        letter(date="Tue, 04 Mar 2025 10:15:00 -0500"),
    ]
    assert len({peek(raw).fingerprint for raw in [letter(), *others]}) == 6


def test_a_folded_field_is_the_same_field() -> None:
    folded = letter().replace(b"Subject: No puedo ingresar", b"Subject: No puedo\r\n\tingresar")
    assert peek(folded).fingerprint == peek(letter()).fingerprint


def test_only_the_first_of_repeated_fields_counts() -> None:
    assert peek(letter(more="From: otro@x.example")).from_address == "ana.pena@gmail.example"


def test_encoded_words_are_shown_decoded() -> None:
    assert peek(letter(subject="=?utf-8?q?Contrase=C3=B1a?=")).subject == "Contraseña"


def test_a_message_without_id_and_date_is_not_anchored() -> None:
    assert peek(letter()).anchored
    assert not peek(letter(message_id=None, date=None)).anchored


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    assert len(peek(raw).fingerprint) == 64


def test_long_hostile_headers_are_no_explosion() -> None:
    with no_explosion():
        peek(b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\r\n" + b" " * 2_000_000 + b"\r\n\r\n" + b" " * 2_000_000)
