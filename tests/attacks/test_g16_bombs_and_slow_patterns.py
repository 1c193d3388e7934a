"""G16: bombs and slow patterns. A limit names them; nothing they do takes longer than reading does."""

import io
import zipfile
import zlib
from collections.abc import Callable

import pytest

from mailbridge import limits
from mailbridge.fingerprint import peek
from mailbridge.oneline import LONGEST_LINE
from mailbridge.parse import parse
from mailbridge.sandbox import Sandbox
from tests.attacks.bench import ATTACKER, Bench, mail, with_files
from tests.effort import no_explosion
from tests.mailhouse import letter


def nested(levels: int) -> bytes:
    """Multiparts inside each other."""
    opened = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(levels))
    return b"From: mal@evil.test\r\nSubject: hola\r\n" + opened.encode() + b"\r\nhola\r\n"


def enclosed(levels: int) -> bytes:
    """Messages inside each other."""
    return b"From: mal@evil.test\r\nSubject: hola\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * levels + b"hola"


def headed(field: str) -> bytes:
    """A message with one more field."""
    return f"From: mal@evil.test\r\n{field}\r\nSubject: hola\r\n\r\nhola\r\n".encode()


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "1,000 multiparts": (lambda: nested(1_000), "mime_too_deep"),
    "100,000 multiparts": (lambda: nested(100_000), "mime_too_deep"),
    "1,000 messages": (lambda: enclosed(1_000), "mime_too_deep"),
    "a header of 1 MB": (lambda: headed("X-A: " + "a" * 1_000_000), "header_too_large"),
    "50,000 fields": (lambda: headed("\r\n".join(f"X-{n}: a" for n in range(50_000))), "header_too_large"),
    "10 MB of references": (lambda: headed("References:" + "\r\n <a@b.test>" * 700_000), "header_too_large"),
    "a subject of 1 MB": (lambda: headed("Subject: " + "a" * 1_000_000), "header_too_large"),
    "100,000 encoded words": (lambda: headed("Subject:" + "\r\n =?utf-8?q?=C3=B1?=" * 100_000), "header_too_large"),
    "5,000 parts": (
        lambda: nested(1).replace(b"\r\nhola", b"\r\n\r\nx\r\n--b0\r\n" * 5_000),
        "too_many_parts",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a139_a141_a_bomb_meets_its_limit_and_is_kept_whole(bench: Bench, name: str) -> None:
    make, reason = BOMBS[name]
    raw = make()
    with bench.changes(quarantined=1):
        row = bench.arrives(raw)
    assert (row.state, row.reason, row.size) == ("quarantined", reason, len(raw))
    with no_explosion():
        assert parse(raw).sender is not None


def test_a141_blank_lines_before_a_message_are_passed_over(bench: Bench) -> None:
    with bench.changes(processed=1, tickets=1, messages=1, letters=1):
        bench.arrives(b"\r\n" * 60_000 + mail(ATTACKER, "Consulta", "No puedo ingresar."))


def test_a141_a_line_of_fifty_megabytes_ends_in_quarantine_or_a_ticket() -> None:
    raw = mail(ATTACKER, "Consulta", b"a" * (limits.MAX_MESSAGE_BYTES - 2_000))
    with no_explosion():
        assert peek(raw).from_address == ATTACKER.address
        assert parse(raw).sender is not None
    assert parse(mail(ATTACKER, "Consulta", b"a" * limits.MAX_MESSAGE_BYTES)).defects == ("too_large",)


def zip_bomb() -> bytes:
    """A zip whose one member unpacks to a hundred megabytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("cero", "w") as member:
        for _ in range(10):
            member.write(bytes(10_000_000))
    return packed.getvalue()


def png(width: int, height: int) -> bytes:
    """A PNG that claims to be that large."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")


def test_a143_what_is_packed_stays_packed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attachments are stored as they came and opened by nobody; they can be had again whole."""
    bomb = zip_bomb()
    files = {
        "cuarenta.zip": bomb,
        "grande.docx": bomb + b"\0",
        "foto.png": png(60_000, 60_000),
        "foto.gif": b"GIF89a" + b"\xff" * 4 + bytes(100),
        "recursivo.pdf": b"%PDF-1.4\n1 0 obj<</Kids[1 0 R]/Parent 1 0 R>>endobj",
    }
    parts = [
        (f"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename={name}", content)
        for name, content in files.items()
    ]
    body, kind = with_files("Va lo que falta.", *parts)
    raw = mail(ATTACKER, "Consulta", body, kind=kind)
    with no_explosion():
        found = parse(raw)
    assert {file.filename: file.content for file in found.attachments} == files
    with bench.changes(processed=1, tickets=1, messages=1, letters=1):
        bench.arrives(raw)


URLS = {
    "dots": "http://" + "a." * 1_000_000,
    "parentheses": "http://a.test/" + "(" * 100_000 + ")" * 100_000,
    "idn": "http://" + "ñ." * 500_000 + "test",
    "at signs": "http://" + "@" * 100_000,
    "angles": "<" * 200_000,
    "open tags": "<a href=" * 50_000,
    "entities": "&#0;&" * 200_000,
    "quotes": "> " * 200_000,
    "dashes": "-- \n" * 100_000,
    "colons": "De: a\n" * 50_000,
    "dates": "El 4/3/26 a las 9:02, " * 20_000,
}


@pytest.mark.parametrize("kind", ["text/plain; charset=utf-8", "text/html; charset=utf-8"])
@pytest.mark.parametrize("name", URLS)
def test_a145_no_text_makes_its_reader_slow(name: str, kind: str) -> None:
    """Each is read within the two seconds of work that the reading process has."""
    sandbox = Sandbox(1)
    try:
        assert sandbox.parse(letter(text=URLS[name]).replace(b"text/plain; charset=utf-8", kind.encode())).sender
    finally:
        sandbox.close()


FLOODS = {
    "long": "a" * 80_000,
    "encoded words": "\r\n ".join(["=?utf-8?q?=C3=B1?="] * 4_000),
    "right to left": "\u202e" * 500 + "fdp.exe",
    "isolates": "\u2066\u2067\u2068" * 300 + "hola",
    "zero width": "h" + "\u200b\u2060\ufeff" * 5_000 + "ola",
    "combining": "h" + "\u0301" * 20_000 + "ola",
    "surrogates": "=?utf-16be?b?2AA=?= =?utf-7?q?+2AA-?=",
    "NUL": "ho\0la =?utf-8?q?=00?=",
}


@pytest.mark.parametrize("name", FLOODS)
def test_a147_a_flooded_subject_is_kept_raw_and_shown_short(bench: Bench, name: str) -> None:
    raw = mail(ATTACKER, FLOODS[name], "No puedo ingresar.")
    with no_explosion(), bench.changes(processed=1, tickets=1, messages=1, letters=1):
        row = bench.arrives(raw)
    shown = bench.ticket(row.ticket_id or 0).subject
    assert len(shown) <= LONGEST_LINE == 1_000
    assert not set(shown) & set("\0\u202e\u2066\u2067\u2068\u200b\u2060\ufeff")
    assert "\u0301" * 8 not in shown


def test_a147_a_flooded_name_is_shown_short(bench: Bench) -> None:
    name = '"' + "\u202eanA" + "\u0301" * 900 + '"'
    row = bench.arrives(mail(f"{name} <{ATTACKER.address}>", "Consulta", "No puedo ingresar."))
    (message,) = bench.messages(bench.ticket(row.ticket_id or 0))
    assert message.from_name.startswith("anA")
    assert len(message.from_name) < 20
