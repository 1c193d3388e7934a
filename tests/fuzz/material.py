"""Bytes that look like mail and are wrong in one way or another: seeds, mutations of them, things built of pieces."""
# ruff: noqa: E501 - the tables of pieces

from pathlib import Path

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

SEEDS = Path(__file__).parent / "seeds"

_ENDS = st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\n"])
_NAMES = st.sampled_from(
    b"From To Cc Reply-To Sender Return-Path Subject Date Message-ID In-Reply-To References Content-Type Received "
    b"Content-Transfer-Encoding Content-Disposition Content-ID MIME-Version Auto-Submitted Precedence List-Id X-Loop "
    b"X-Failed-Recipients Authentication-Results DKIM-Signature".split()
)
_VALUES = st.sampled_from(
    [
        b"Ana <ana@example.org>", b'"Ruiz, Ana" <ana@example.org>, b@x.test', b"grupo: a@x.test, b@x.test;", b"<>",
        b"=?utf-8?q?Jos=C3=A9?=", b"=?utf-8?b?Sm9z?= =?utf-8?b?w6k=?=", b"=?x?q?=FF?=", b"Petici\xf3n", b"(((", b'"',
        b"Mon, 02 Mar 2026 10:00:00 -0500", b"32 Foo 99999", b"<a1@example.org>", b"<a><b>", b"text/plain",
        b"text/plain; charset=iso-8859-1", b"text/html; charset=utf-8", b"text/plain; charset=utf-16",
        b'multipart/mixed; boundary="b"', b"multipart/alternative; boundary=b", b"multipart/report; boundary=b",
        b"multipart/signed; boundary=b; protocol=\"application/pgp-signature\"", b"message/rfc822",
        b"message/delivery-status", b"application/ms-tnef; name=winmail.dat", b"application/pkcs7-mime; smime-type=signed-data",
        b"application/pdf; name*0*=utf-8''a%C3; name*1*=%B1o.pdf", b"attachment; filename=a.pdf", b"inline", b"base64",
        b"quoted-printable", b"x-uuencode", b"8bit", b"auto-replied", b"no", b"bulk", b"mx.help.test; dmarc=pass",
        b"text/plain; format=flowed; delsp=yes", b"text/calendar; method=REQUEST", b"text/enriched", b"\0",
    ]
)  # fmt: skip
_BODIES = st.sampled_from(
    [
        b"Hola.", b"--b", b"--b--", b"--b\r\nContent-Type: text/html\r\n\r\n<p>x", b"> cita", b">>> Ana 2/3/2026 >>>",
        b"El lun, 2 mar 2026 a las 10:15, Ana <ana@example.org> escribi\xc3\xb3:", b"De: Ana <ana@example.org>",
        b"Enviado: lunes, 2 de marzo de 2026 10:15", b"Para: Mesa", b"Asunto: x", b"-----Mensaje original-----",
        b"---------- Forwarded message ---------", b"-- ", b"Enviado desde mi iPhone", b"<ana@x.test>: 550 5.1.1 no",
        b"Final-Recipient: rfc822; ana@x.test", b"Action: failed", b"Status: 5.1.1", b"begin 644 a.txt", b"#86)C", b"end",
        b"-----BEGIN PGP SIGNED MESSAGE-----", b"=C3=B1=", b"SG9sYQ==", b"<blockquote type=cite>x</blockquote>",
        b"<div id=appendonsend></div>", b"dmarc=pass header.from=inst.test;", b"\xff\xfe", b"\0", b"",
    ]
)  # fmt: skip


def seeds(target: str) -> list[bytes]:
    """Our own small files for a target, in the order of their names."""
    return [file.read_bytes() for file in sorted((SEEDS / target).iterdir())]


@st.composite
def _built(draw: st.DrawFn) -> bytes:
    end = draw(_ENDS)
    fields = draw(st.lists(st.tuples(_NAMES, _VALUES), max_size=8))
    lines = draw(st.lists(st.one_of(_BODIES, st.binary(max_size=40)), max_size=12))
    return end.join([*(name + b": " + value for name, value in fields), b"", *lines])


@st.composite
def _mutated(draw: st.DrawFn, target: str) -> bytes:
    """A seed with a few runs cut, doubled, exchanged or overwritten."""
    seed = draw(st.sampled_from(seeds(target)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(seed)))
        run = draw(st.integers(0, 30))
        piece = draw(st.one_of(st.just(b""), st.binary(max_size=6), _VALUES, _BODIES, st.just(seed[at : at + run] * 3)))
        seed = seed[:at] + piece + seed[at + run :]
    return seed


def material(target: str) -> SearchStrategy[bytes]:
    """Bytes for a target."""
    return st.one_of(_mutated(target), _built(), st.binary(max_size=300))
