"""Hypothesis strategies for bytes that look like mail: built from pieces that matter, or bent from our seeds."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.fuzz import corpus

WORDS = st.sampled_from(
    [
        "Sí",
        "no",
        "De:",
        "Para:",
        "Asunto: x",
        "El lun, 2 mar 2026, Ana <a@x.example> escribió:",
        "> cita",
        ">>",
        "-- ",
        "-----Mensaje original-----",
        "Enviado desde mi iPhone",
        "________",
        "On Mon, x@y.example wrote:",
        "",
        "\t",
        "\u2028",
        "\x00",
        "<div class=gmail_quote>",
        "</",
        "ñ" * 80,
        "From a",
        "=?utf-8?q?=C3?=",
        "Em seg., a@b.example escreveu:",
    ]
)
NAMES = st.sampled_from(
    [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "In-Reply-To",
        "Content-Type",
        "Reply-To",
        "Content-Transfer-Encoding",
        "Content-Disposition",
        "Auto-Submitted",
        "List-Id",
        "Received",
        "Return-Path",
        "Authentication-Results",
        "X-Loop",
        "MIME-Version",
        "Sender",
        "Precedence",
        "X-Failed-Recipients",
    ]
)
VALUES = st.one_of(
    st.sampled_from(
        [
            "ana@x.example",
            "Ana <ana@x.example>",
            "<>",
            "=?iso-8859-1?q?Pe=F1a?= <p@x.example>",
            "a, b <c@d>; e:f@g;",
            "@",
            "text/plain; charset=utf-7",
            "text/html; charset=gb2312",
            "multipart/mixed; boundary=b",
            "message/rfc822",
            "multipart/report; report-type=delivery-status; boundary=b",
            "message/delivery-status",
            "application/ms-tnef",
            "base64",
            "quoted-printable",
            "x-uuencode",
            "attachment; filename*0*=utf-8''%C3; filename*1=b",
            "auto-replied",
            "Mon, 02 Mar 2026 09:00:00 -0500",
            "Mon, 99 Foo 0000 99:99:99 +9999",
            "<a@b>",
            "<a@b> <c@d",
            "bulk",
            "mx.mef.example; dmarc=pass header.from=x.example",
        ]
    ),
    st.text(max_size=40),
)
NOISE = st.sampled_from([b"\x00", b"\r\n", b"\n\n", b"=?utf-8?b?", b"--b", b'"', b"(", b"\\", b"\xff\xfe", b";"])
LINE_ENDS = st.sampled_from(["\r\n", "\n", "\r", "\r\n "])


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Lines of a body as people and programs write them."""
    lines = draw(st.lists(st.one_of(WORDS, st.text(max_size=60)), max_size=30))
    return draw(LINE_ENDS).join(lines).encode("utf-8", "surrogatepass")


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """A header and a body of parts, nested or not."""
    end = draw(LINE_ENDS)
    fields = draw(st.lists(st.tuples(NAMES, VALUES), max_size=12))
    head = "".join(f"{name}: {value}{end}" for name, value in fields).encode("utf-8", "surrogatepass")
    parts = draw(st.lists(st.one_of(texts(), st.binary(max_size=60)), max_size=4))
    boundary = draw(st.sampled_from([b"\r\n--b\r\n", b"\n--b\n", b"\r\n--b--\r\n"]))
    return head + end.encode() + boundary.join([b"", *parts])


@st.composite
def bent(draw: st.DrawFn, target: str) -> bytes:
    """A seed with pieces cut out, doubled, swapped for others or for noise."""
    raw = bytearray(draw(st.sampled_from(corpus.of(target))))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(raw)))
        stop = min(len(raw), start + draw(st.integers(0, 30)))
        other = draw(st.sampled_from(corpus.of(target)))
        at = draw(st.integers(0, len(other)))
        raw[start:stop] = draw(
            st.one_of(
                st.binary(max_size=8),
                st.just(bytes(raw[start:stop]) * 3),
                st.just(other[at : at + 40]),
                st.sampled_from(
                    [b"\x00", b"\r\n", b"\n\n", b"=?utf-8?b?", b"--b", b'"', b"(", b"\\", b"\xff\xfe", b";"]
                ),
            )
        )
    return bytes(raw)


def inputs(target: str) -> SearchStrategy[bytes]:
    """Everything a target is tried with."""
    built = {"parser": messages(), "replies": texts()}.get(target, st.binary(max_size=200))
    return st.one_of(bent(target), built)
