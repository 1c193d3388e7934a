"""Our letters as bytes: what a mail program reads back, and what no value can smuggle in."""
# ruff: noqa: E501 - each example stands on one line as the program wrote it

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from helpdesk.domain.errors import Invalid
from mailbridge.compose import OutgoingLetter, compose
from mailbridge.parse import parse
from mailbridge.values import Attachment, Mailbox

LETTER = OutgoingLetter(
    message_id="out.12.acuse@example.com",
    sender=Mailbox("Mesa de Ayuda, Región", "mesa@example.com"),
    recipient=Mailbox("Lucía Gómez", "lucia@example.org"),
    reply_to=Mailbox("", "mesa+token@example.com"),
    subject="[MEF 12] Hemos recibido su solicitud de creación de usuario de consulta",
    text="Estimada Lucía:\n\nRecibimos su solicitud.\n",
    html="<p>Estimada Lucía:</p><p>Recibimos su solicitud.</p>",
    in_reply_to="a1@example.org",
    references=("a0@example.org", "a1@example.org"),
    date=datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=-5))),
    automatic=False,
    loop_mark="mef-ec",
    attachments=(Attachment("Acción de personal.pdf", "application/pdf", b"%PDF", False, None),),
)


def test_a_letter_is_read_back_as_it_was_written() -> None:
    mail = parse(compose(LETTER))
    assert (mail.sender, mail.to, mail.reply_to) == (LETTER.sender, (LETTER.recipient,), (LETTER.reply_to,))
    assert (mail.subject, mail.text, mail.date) == (LETTER.subject, LETTER.text.strip(), LETTER.date)
    assert (mail.message_id, mail.in_reply_to, mail.references) == (
        LETTER.message_id,
        LETTER.in_reply_to,
        LETTER.references,
    )
    assert mail.html_sanitized is not None
    assert mail.html_sanitized.strip() == LETTER.html
    assert mail.attachments == LETTER.attachments
    assert mail.defects == ()


def test_every_line_ends_with_crlf_and_is_short_enough_for_smtp() -> None:
    raw = compose(replace(LETTER, text="palabra " * 500 + "\nlínea\n", subject="Solicitud " * 60))
    lines = raw.split(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r") == len(lines) - 1
    assert max(map(len, lines)) <= 998


@pytest.mark.parametrize("length", [20, 70, 140, 400])
def test_twenty_references_survive_whatever_their_length(length: int) -> None:
    ids = tuple(f"{'r' * length}.{at}@example.org" for at in range(20))
    raw = compose(replace(LETTER, references=ids, in_reply_to=ids[-1], message_id=f"{'m' * length}@example.com"))
    mail = parse(raw)
    assert (mail.references, mail.in_reply_to) == (ids, ids[-1])
    assert b"=?" not in raw.partition(b"References:")[2].partition(b"MIME-Version")[0]


def test_an_automatic_letter_says_so_and_asks_for_silence() -> None:
    raw = compose(replace(LETTER, automatic=True))
    for line in (b"Auto-Submitted: auto-replied", b"X-Auto-Response-Suppress: All", b"X-Loop: mef-ec"):
        assert raw.count(b"\r\n" + line + b"\r\n") == 1
    assert parse(raw).auto.kind == "auto-reply"


def test_a_persons_letter_carries_no_mark_of_a_machine() -> None:
    raw = compose(LETTER)
    assert not any(name in raw for name in (b"Auto-Submitted", b"X-Auto-Response-Suppress", b"X-Loop"))


def test_a_letter_without_html_or_thread_is_plain() -> None:
    mail = parse(compose(replace(LETTER, html=None, in_reply_to=None, references=(), reply_to=None, attachments=())))
    assert (mail.html_sanitized, mail.in_reply_to, mail.references, mail.reply_to) == (None, None, (), ())


def test_a_name_made_to_look_like_an_address_stays_a_name() -> None:
    mail = parse(compose(replace(LETTER, recipient=Mailbox("Ana <x@evil.test>,", "ana@example.org"))))
    assert [box.address for box in mail.to] == ["ana@example.org"]


SMUGGLED = ["a\r\nBcc: mal@evil.test", "a\nBcc: mal@evil.test", "a\r", "a\u2028b", "a\u0085b", "a\0"]


@pytest.mark.parametrize("value", SMUGGLED)
@pytest.mark.parametrize(
    "key", ["message_id", "sender", "recipient", "reply_to", "address", "subject", "in_reply_to", "references", "loop_mark", "filename", "content_type", "content_id"],
)  # fmt: skip
def test_no_value_starts_a_header_of_its_own(key: str, value: str) -> None:
    changes: dict[str, OutgoingLetter] = {
        "message_id": replace(LETTER, message_id=f"{value}@example.com"),
        "sender": replace(LETTER, sender=Mailbox(value, "mesa@example.com")),
        "recipient": replace(LETTER, recipient=Mailbox(value, "ana@example.org")),
        "reply_to": replace(LETTER, reply_to=Mailbox(value, "ana@example.org")),
        "address": replace(LETTER, recipient=Mailbox("Ana", f"{value}@example.org")),
        "subject": replace(LETTER, subject=value),
        "in_reply_to": replace(LETTER, in_reply_to=f"{value}@example.org"),
        "references": replace(LETTER, references=(f"{value}@example.org",)),
        "loop_mark": replace(LETTER, loop_mark=value),
        "filename": replace(LETTER, attachments=(Attachment(value, "application/pdf", b"", False, None),)),
        "content_type": replace(LETTER, attachments=(Attachment("a", f"text/html{value}", b"", False, None),)),
        "content_id": replace(LETTER, attachments=(Attachment("a", "image/png", b"", True, value),)),
    }
    with pytest.raises(Invalid):
        compose(changes[key])


@pytest.mark.parametrize(
    "address", ["", "sin-arroba", "@x.org", "a@", "a b@x.org", "a@x.org, b@x.org", "ñ andú@x.org", "ñ@", "a@b@c"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compose(replace(LETTER, recipient=Mailbox("Ana", address)))


def test_an_international_domain_is_written_in_ascii() -> None:
    assert b"ana@xn--espaa-rta.test" in compose(replace(LETTER, recipient=Mailbox("", "ana@españa.test")))


def test_an_address_beyond_ascii_is_written_as_it_is_in_a_letter_for_servers_that_take_it() -> None:
    raw = compose(replace(LETTER, recipient=Mailbox("Peña", "peña@españa.test")))
    assert "peña@xn--espaa-rta.test".encode() in raw
    assert parse(raw).to == (Mailbox("Peña", "peña@xn--espaa-rta.test"),)


def test_any_other_letter_is_plain_ascii_with_short_lines_for_the_oldest_server() -> None:
    for text in ("corto", "ñ" * 3000, "x" * 3000, "." * 3000, "a\tb" * 900):
        files = (Attachment("n" * 300 + "ñ.bin", "application/x-foo", bytes(range(256)) * 40, False, None),)
        raw = compose(replace(LETTER, subject=text[:900], text=text, html=f"<p>{text}</p>", attachments=files))
        assert raw.isascii()
        assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_a_date_without_a_zone_is_refused() -> None:
    with pytest.raises(Invalid):
        compose(replace(LETTER, date=datetime(2026, 3, 2, tzinfo=UTC).replace(tzinfo=None)))


def test_an_attached_message_travels_as_plain_bytes() -> None:
    inner = b"From: a@x.org\r\n\r\nhola\xf1"
    mail = parse(compose(replace(LETTER, attachments=(Attachment("a.eml", "message/rfc822", inner, False, None),))))
    assert [(file.filename, file.content) for file in mail.attachments] == [("a.eml", inner)]


def test_a_name_of_one_endless_word_makes_no_line_that_a_server_refuses() -> None:
    letter = compose(replace(LETTER, sender=Mailbox("x" * 1500, "mesa@example.com")))
    assert max(len(line) for line in letter.split(b"\r\n")) <= 998
