"""What is read of a message: header, text, files, defects; and that nothing makes the reader raise."""
# ruff: noqa: E501 - each example stands on one line as the program wrote it

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbridge.parse import parse
from mailbridge.values import Mailbox
from tests.effort import no_explosion
from tests.mailbridge.letters import HEADER, base64_part, letter, mixed, part, typed

NESTED = (
    b"From: Eva Paz <eva@example.com>\r\nSubject: =?iso-8859-1?q?Petici=F3n?=\r\nMessage-ID: <in1@example.com>\r\n"
    b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nSolicito la petici\xf3n."
)


def test_header_fields_are_read() -> None:
    mail = parse(letter(extra="In-Reply-To: <t8@x.org> <t9@x.org>\r\nReferences: <t8@x.org>\r\n <t9@x.org>\r\n"))
    assert mail.sender == Mailbox("Lucía Gómez", "lucia@example.org")
    assert mail.to == (Mailbox("", "mesa@example.com"),)
    assert mail.date is not None
    assert mail.date.isoformat() == "2026-03-02T10:00:00-05:00"
    assert (mail.message_id, mail.in_reply_to) == ("a1@example.org", "t9@x.org")
    assert mail.references == ("t8@x.org", "t9@x.org")
    assert mail.defects == ()


@pytest.mark.parametrize("ends", [b"\n", b"\r", b"\r\n"])
def test_every_kind_of_line_end_is_read(ends: bytes) -> None:
    mail = parse(letter("uno\r\ndos\r\n").replace(b"\r\n", ends))
    assert (mail.subject, mail.text) == ("Pedido", "uno\ndos")


def test_line_ends_that_a_gateway_doubled_are_read() -> None:
    mail = parse(letter("uno\r\ndos\r\n").replace(b"\r\n", b"\r\r\n"))
    assert (mail.subject, mail.text) == ("Pedido", "uno\ndos")


def test_old_line_ends_are_read_beside_a_stray_new_one() -> None:
    assert parse(letter("uno\r\ndos\r\n").replace(b"\r\n", b"\r") + b"\n").text == "uno\ndos"


def test_a_file_that_an_editor_saved_as_utf16_is_read() -> None:
    mail = parse(letter("Año\r\n").decode().encode("utf-16"))
    assert (mail.subject, mail.text) == ("Pedido", "Año")


def test_enriched_text_is_read_without_its_commands() -> None:
    mail = parse(typed("text/enriched", b"<bold>Uno</bold> <<dos\r\ny tres\r\n\r\n<param>x</param>Fin"))
    assert mail.text == "Uno <dos y tres\nFin"


def test_a_comment_beside_a_charset_is_passed_over() -> None:
    mail = parse(typed("text/plain; charset=utf-8 (Unicode)", "Año".encode()))
    assert (mail.text, mail.defects) == ("Año", ())


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"From ana@x.org Mon Mar  2 10:00:00 2026\n", b"\r\n\r\n"])
def test_what_stands_before_the_header_is_skipped(before: bytes) -> None:
    assert parse(before + letter()).subject == "Pedido"


ADDRESSES = [
    ('"Ruiz, Ana" <ana@x.org>, b@x.org', (Mailbox("Ruiz, Ana", "ana@x.org"), Mailbox("", "b@x.org"))),
    ("Ruiz, Ana <ana@x.org>", (Mailbox("Ruiz, Ana", "ana@x.org"),)),
    ("ana@x.org (Ana Ruiz)", (Mailbox("Ana Ruiz", "ana@x.org"),)),
    ("undisclosed-recipients:;", ()),
    ("Equipo: a@x.org, B <b@x.org>;, c@x.org", (Mailbox("", "a@x.org"), Mailbox("B", "b@x.org"), Mailbox("", "c@x.org"))),
    ("sin arroba, d@x.org.", (Mailbox("", "d@x.org"),)),
    ("a@x.org; b@x.org", (Mailbox("", "a@x.org"), Mailbox("", "b@x.org"))),
    ("=?utf-8?q?Jos=C3=A9=2C_P?= <j@x.org>", (Mailbox("José, P", "j@x.org"),)),
    ("=?utf-8?B?Sm9zw6kgPGpAeC5vcmc+?=", (Mailbox("José", "j@x.org"),)),
    ("=?utf-8?Q?Jos=C3=A9_<j@x.org>?=", (Mailbox("José", "j@x.org"),)),
    ("'maria@y.org' <maria@y.org>", (Mailbox("'maria@y.org'", "maria@y.org"),)),
    ("<@relay.org,@r2.org:a@x.org>", (Mailbox("", "a@x.org"),)),
    ("Roto <a@x.org", (Mailbox("Roto", "a@x.org"),)),
    ('"Ana \\"la jefa\\" Ruiz" <a@x.org>', (Mailbox('Ana "la jefa" Ruiz', "a@x.org"),)),
    ("Eva <<eva@x.org>>", (Mailbox("Eva", "eva@x.org"),)),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), ADDRESSES)
def test_addresses_are_read(value: str, expected: tuple[Mailbox, ...]) -> None:
    assert parse(letter(extra=f"Cc: {value}\r\n")).cc == expected


def test_the_sender_is_taken_from_the_next_field_when_from_names_none() -> None:
    mail = parse(b"From: Sin direccion\r\nReply-To: r@x.org\r\nSender: s@x.org\r\n\r\nhola")
    assert mail.sender == Mailbox("", "r@x.org")
    assert mail.senders == ()


def test_raw_eight_bit_headers_are_read_by_the_charset_of_the_body() -> None:
    raw = (
        b"From: Jos\xe9 <j@x.org>\r\nSubject: Petici\xf3n\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nA\xf1o"
    )
    mail = parse(raw)
    assert (mail.sender, mail.subject, mail.text) == (Mailbox("José", "j@x.org"), "Petición", "Año")


def test_a_character_split_between_two_encoded_words_is_whole() -> None:
    raw = letter(header=HEADER.replace("Pedido", "=?utf-8?q?A=C3?= =?utf-8?q?=B1o?= nuevo"))
    assert parse(raw).subject == "Año nuevo"


def test_a_line_end_inside_an_encoded_word_is_no_header() -> None:
    raw = letter(header=HEADER.replace("Pedido", "=?utf-8?q?a=0D=0ABcc:_x=40evil.test?="))
    assert parse(raw).subject == "a Bcc: x@evil.test"


CHARSETS = [
    ("text/plain; charset=windows-1252", "“año” — 5 €".encode("cp1252"), "“año” — 5 €", ()),
    ("text/plain; charset=iso-8859-1", "“año”".encode("cp1252"), "“año”", ()),
    ("text/plain; charset=iso-8859-15", "año 5 €".encode("iso-8859-15"), "año 5 €", ()),
    ("text/plain; charset=utf-8", "año".encode(), "año", ()),
    ("text/plain; charset=us-ascii", "año".encode(), "año", ()),
    ("text/plain", "año".encode("cp1252"), "año", ()),
    ("text/plain; charset=utf-8", "año y más".encode("cp1252"), "año y más", ("undecodable-charset",)),
    ("text/plain; charset=x-invento", "año".encode(), "año", ("undecodable-charset",)),
    ("text/plain; charset=utf-8", b"a\0b", "ab", ()),
    ("text/plain; charset=utf-16", b"casa", "casa", ()),
    ("text/plain; charset=utf-16", "año".encode("utf-16"), "año", ()),
]


@pytest.mark.parametrize(("content_type", "body", "text", "defects"), CHARSETS)
def test_letters_of_every_charset_survive(content_type: str, body: bytes, text: str, defects: tuple[str, ...]) -> None:
    mail = parse(typed(content_type, body))
    assert (mail.text, mail.defects) == (text, defects)


def test_quoted_printable_and_base64_are_undone() -> None:
    quoted = typed("text/plain; charset=utf-8", b"a=C3=B1=\r\no", "Content-Transfer-Encoding: quoted-printable\r\n")
    packed = typed("text/plain; charset=utf-8", b"YcOxbw==", "Content-Transfer-Encoding: base64\r\n")
    assert (parse(quoted).text, parse(packed).text) == ("año", "año")


def test_broken_base64_gives_what_is_there_and_a_defect() -> None:
    mail = parse(mixed(part("application/pdf; name=a.pdf", b"aG9s!YQ", "Content-Transfer-Encoding: base64\r\n")))
    assert (mail.attachments[0].content, mail.defects) == (b"hola", ("bad-base64",))


FILE_NAMES = [
    ('attachment; filename="Oficio 12.pdf"', "Oficio 12.pdf"),
    ("attachment; filename*=utf-8''Acci%C3%B3n.pdf", "Acción.pdf"),
    ("attachment; filename*0*=utf-8''Acci%C3; filename*1*=%B3n; filename*2=.pdf", "Acción.pdf"),
    ("attachment; filename*=iso-8859-1'es'A%F1o.pdf", "Año.pdf"),
    ('attachment; filename="=?utf-8?q?A=C3=B1o.pdf?="', "Año.pdf"),
    ('attachment; filename="a;b \\"c\\".pdf"', 'a;b "c".pdf'),
    ("attachment; filename=Año.pdf", "Año.pdf"),
    ("attachment", None),
]


@pytest.mark.parametrize(("disposition", "name"), FILE_NAMES)
def test_names_of_files_are_decoded(disposition: str, name: str | None) -> None:
    raw = mixed(
        part("text/plain", b"Va."), base64_part("application/pdf", b"%PDF", f"Content-Disposition: {disposition}\r\n")
    )
    mail = parse(raw)
    assert [(file.filename, file.content, file.inline) for file in mail.attachments] == [(name, b"%PDF", False)]
    assert mail.text == "Va."


def test_a_picture_of_the_text_is_inline_with_its_id() -> None:
    raw = mixed(
        part("text/html; charset=utf-8", b'<p>Va.</p><img src="cid:logo@x">'),
        base64_part("image/png; name=logo.png", b"png", "Content-ID: <logo@x>\r\n"),
        kind="related",
    )
    file = parse(raw).attachments[0]
    assert (file.inline, file.content_id) == (True, "logo@x")


def test_an_attached_text_is_a_file_and_not_read_as_the_message() -> None:
    raw = mixed(part("text/plain", b"Va."), part("text/plain; name=notas.txt", b"Apruebo"))
    mail = parse(raw)
    assert (mail.text, [file.filename for file in mail.attachments]) == ("Va.", ["notas.txt"])


def test_of_two_forms_of_one_text_the_plain_one_is_read_and_the_html_one_shown() -> None:
    raw = mixed(part("text/plain", b"Hola"), part("text/html", b"<p>Hola <b>html</b></p>"), kind="alternative")
    mail = parse(raw)
    assert (mail.text, mail.html_sanitized) == ("Hola", "<p>Hola <b>html</b></p>")


def test_html_alone_is_rendered_to_text() -> None:
    mail = parse(typed("text/html; charset=utf-8", "<p>Señores:</p><p>uno<br>dos</p><ul><li>tres</li></ul>".encode()))
    assert mail.text == "Señores:\n\nuno\ndos\n\n* tres"


DANGEROUS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java&#10;script:alert(1)">x</a>',
    '<iframe src="https://x"></iframe>',
    "<form action=https://x><input></form>",
    "<style>@import url(https://x)</style>",
    '<img src="https://x/pixel.png">',
    '<p style="background:url(https://x)">x</p>',
    '<svg onload="alert(1)"></svg>',
]


@pytest.mark.parametrize("source", DANGEROUS)
def test_html_is_safe_to_show(source: str) -> None:
    shown = parse(typed("text/html", source.encode())).html_sanitized
    assert shown is not None
    for word in ("script", "onerror", "onload", "iframe", "form", "import", "https://x", "style"):
        assert word not in shown


HTML_REPLIES = [
    '<div>Apruebo.</div><div class="gmail_quote"><div class="gmail_attr">El 4/3/26 a las 9, Mesa &lt;m@x.org&gt; escribió:<br></div><blockquote class="gmail_quote">RECHAZO</blockquote></div>',
    '<div>Apruebo.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>De:</b> Mesa</div><div>RECHAZO</div>',
    "<p>Apruebo.</p><div><p><b>De:</b> Mesa &lt;m@x.org&gt;<br><b>Enviado:</b> lunes, 2 de marzo de 2026 9:00<br><b>Para:</b> Ana<br><b>Asunto:</b> x</p></div><p>RECHAZO</p>",
    '<div>Apruebo.</div><blockquote type="cite"><div>El 4 mar 2026, Mesa escribió:</div>RECHAZO</blockquote>',
    '<p>Apruebo.</p><div class="moz-cite-prefix">El 4/3/26 a las 9:00, Mesa escribió:</div><blockquote type="cite">RECHAZO</blockquote>',
    '<div class="moz-cite-prefix">El 4/3/26 a las 9:00, Mesa escribió:</div><blockquote type="cite">RECHAZO</blockquote><p>Apruebo.</p>',
    '<div>Apruebo.</div><div class="yahoo_quoted">El miércoles, Mesa escribió: RECHAZO</div>',
    '<div>Apruebo.</div><div class="protonmail_quote">El miércoles, Mesa escribió:<blockquote>RECHAZO</blockquote></div>',
    "<div>Apruebo.</div><div>El 4/3/26 a las 9:00, Mesa escribió:</div><blockquote>RECHAZO</blockquote>",
    '<div>Apruebo.</div><div class="gmail_signature">Ana Ruiz</div>',
]


@pytest.mark.parametrize("source", HTML_REPLIES)
def test_quotes_that_html_marks_are_cut_from_the_reply_and_stay_in_the_text(source: str) -> None:
    mail = parse(typed("text/html; charset=utf-8", source.encode(), "In-Reply-To: <q@x.org>\r\n"))
    assert mail.reply == "Apruebo."
    assert "RECHAZO" in mail.text or "Ana Ruiz" in mail.text


def test_flowed_text_is_joined_and_its_signature_mark_kept() -> None:
    mail = parse(typed("text/plain; format=flowed", b"una l\xc3\xadnea \r\nlarga\r\n> cita \r\n> larga\r\n-- \r\nAna"))
    assert mail.text == "una línea larga\n> cita larga\n-- \nAna"


def test_flowed_text_with_delsp_is_joined_without_blanks() -> None:
    assert parse(typed("text/plain; format=flowed; delsp=yes", b"ca \r\nsa")).text == "casa"


def test_a_uuencoded_block_is_a_file() -> None:
    mail = parse(typed("text/plain", b"Va.\r\nbegin 644 nota.txt\r\n$:&]L80``\r\n`\r\nend\r\nFin."))
    assert (mail.text, mail.attachments[0].filename, mail.attachments[0].content) == ("Va.\nFin.", "nota.txt", b"hola")


def test_a_nested_message_is_one_file_of_its_exact_bytes_and_not_read_into_the_text() -> None:
    mail = parse(mixed(part("text/plain", b"Va."), part("message/rfc822", NESTED)))
    assert mail.text == "Va."
    assert [file.content_type for file in mail.attachments] == ["message/rfc822"]
    assert hashlib.sha256(mail.attachments[0].content).digest() == hashlib.sha256(NESTED).digest()


def test_a_message_forwarded_as_a_file_names_its_original_sender() -> None:
    passed_on = parse(mixed(part("text/plain", b"Va."), part("message/rfc822", NESTED))).forwarded
    assert passed_on is not None
    assert (passed_on.sender, passed_on.subject) == (Mailbox("Eva Paz", "eva@example.com"), "Petición")
    assert (passed_on.text, passed_on.message_id) == ("Solicito la petición.", "in1@example.com")


def test_a_calendar_beside_the_text_is_a_file() -> None:
    raw = mixed(
        part("text/plain", b"Va."), part("text/calendar; method=REQUEST", b"BEGIN:VCALENDAR"), kind="alternative"
    )
    assert [file.content_type for file in parse(raw).attachments] == ["text/calendar"]


SIGNED = {
    '; protocol="application/pkcs7-signature"': "smime-signed",
    '; protocol="application/pgp-signature"': "pgp-signed",
}


@pytest.mark.parametrize(("parameters", "crypto"), SIGNED.items())
def test_a_signed_message_is_read_and_named(parameters: str, crypto: str) -> None:
    raw = mixed(
        part("text/plain", b"Va."), part("application/x-signature", b"firma"), kind="signed", parameters=parameters
    )
    mail = parse(raw)
    assert (mail.text, mail.crypto, len(mail.attachments)) == ("Va.", crypto, 1)


def _ber(tag: int, content: bytes) -> bytes:
    return bytes((tag, 0x82)) + len(content).to_bytes(2, "big") + content


def test_an_opaque_signature_is_read_through() -> None:
    inner = b"Content-Type: text/plain\r\n\r\nApruebo."
    holder = _ber(0x30, bytes.fromhex("06092a864886f70d010701") + _ber(0xA0, _ber(0x04, inner)))
    signed = _ber(0x30, b"\x02\x01\x01" + b"\x31\x00" + holder)
    cms = _ber(0x30, bytes.fromhex("06092a864886f70d010702") + _ber(0xA0, signed))
    mail = parse(typed("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", cms))
    assert (mail.text, mail.crypto, mail.attachments) == ("Apruebo.", "smime-signed", ())


def test_encrypted_messages_are_named() -> None:
    smime = parse(typed("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", b"0"))
    pgp = parse(
        mixed(
            part("application/pgp-encrypted", b"Version: 1"), part("application/octet-stream", b"x"), kind="encrypted"
        )
    )
    inline = parse(letter("-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END PGP MESSAGE-----\r\n"))
    assert [smime.crypto, pgp.crypto, inline.crypto] == ["smime-encrypted", "pgp-encrypted", "pgp-encrypted"]


def test_the_reply_in_an_armoured_text_is_without_its_armour() -> None:
    body = (
        "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nApruebo.\r\n"
        "-----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----\r\n"
    )
    mail = parse(letter(body))
    assert (mail.reply, mail.crypto) == ("Apruebo.", "pgp-signed")


def test_a_multipart_without_its_boundary_is_still_read() -> None:
    raw = f"{HEADER}Content-Type: multipart/mixed\r\n\r\n--xx\r\nContent-Type: text/plain\r\n\r\nHola\r\n--xx--\r\n"
    mail = parse(raw.encode())
    assert (mail.text, mail.defects) == ("Hola", ("missing-boundary",))


@pytest.mark.parametrize("value", ["ayer", "Mon, 99 Foo 2026 10:00:00", "Mon, 2 Mar 2026 10:00:00 +9999999"])
def test_a_date_that_is_none_is_a_defect(value: str) -> None:
    mail = parse(letter(header=HEADER.replace("Mon, 02 Mar 2026 10:00:00 -0500", value)))
    assert (mail.date, mail.defects) == (None, ("bad-date",))


def test_an_empty_file_gives_an_empty_message_with_a_defect() -> None:
    mail = parse(b"")
    assert (mail.sender, mail.subject, mail.text, mail.defects) == (None, None, "", ("empty-message",))


def _nested(levels: int) -> bytes:
    heads = (f'Content-Type: multipart/mixed; boundary="b{at}"\r\n\r\n--b{at}\r\n' for at in range(levels))
    return (HEADER + "".join(heads) + "\r\nHola").encode()


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (letter(extra="X-Long: " + "a" * 100_000 + "\r\n"), "header_too_large"),
        (_nested(101), "mime_too_deep"),
        (_nested(20_000), "mime_too_deep"),
        (HEADER.encode() + b"Content-Type: message/rfc822\r\n\r\n" * 101, "mime_too_deep"),
        (mixed(*[b"\r\nx"] * 1001), "too_many_parts"),
    ],
    ids=["header", "levels", "very many levels", "nested messages", "parts"],
)
def test_a_message_past_a_limit_names_it_and_keeps_its_header(raw: bytes, defect: str) -> None:
    mail = parse(raw)
    assert mail.defects == (defect,)
    assert mail.sender == Mailbox("Lucía Gómez", "lucia@example.org")


def test_a_message_at_the_limits_is_read() -> None:
    assert "Hola" in parse(_nested(100)).text
    assert parse(mixed(*[b"\r\nx"] * 1000)).defects == ()


WHOLE = mixed(
    part("text/plain; charset=utf-8", "El 4/3/26 a las 9:02, Mesa escribió:\r\n> cita\r\n".encode()),
    part("text/html", b"<div>Hola<blockquote type=cite>x</blockquote></div>"),
    base64_part("application/ms-tnef; name=winmail.dat", b"\x78\x9f\x3e\x22\x01\x00"),
    part("message/rfc822", NESTED),
    part("message/delivery-status", b"Final-Recipient: rfc822; a@x.org\r\n"),
)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_raise(raw: bytes) -> None:
    parse(raw).text.encode("utf-8")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(max_size=6)), min_size=1, max_size=12))
def test_no_damage_to_a_message_makes_the_reader_give_up(changes: list[tuple[int, bytes]]) -> None:
    damaged = bytearray(WHOLE)
    for at, piece in changes:
        damaged[at : at + len(piece)] = piece
    assert "parse_error" not in parse(bytes(damaged)).defects


def _tnef(*attributes: tuple[int, int, bytes]) -> bytes:
    """A winmail.dat of (level, attribute, data), each with its checksum (MS-OXTNEF §2.1.3)."""
    packed = b"\x78\x9f\x3e\x22\x01\x00"
    for level, name, data in attributes:
        head = bytes((level,)) + name.to_bytes(4, "little") + len(data).to_bytes(4, "little")
        packed += head + data + (sum(data) & 0xFFFF).to_bytes(2, "little")
    return packed


WINMAIL = _tnef(
    (2, 0x00069002, b"\x01\x00" + b"\xff\xff\xff\xff" + b"\0" * 8),
    (2, 0x00018010, b"oficio.pdf\0"),
    (2, 0x0006800F, b"%PDF"),
)


@pytest.mark.parametrize(
    "content_type", ["application/ms-tnef; name=winmail.dat", "application/octet-stream; name=winmail.dat"]
)
def test_members_of_winmail_dat_take_its_place(content_type: str) -> None:
    mail = parse(mixed(part("text/plain", b"Va."), base64_part(content_type, WINMAIL)))
    assert [(file.filename, file.content_type, file.content) for file in mail.attachments] == [
        ("oficio.pdf", "application/pdf", b"%PDF")
    ]
    assert (mail.text, mail.defects) == ("Va.", ())


def test_a_broken_winmail_dat_stays_a_file_with_a_defect() -> None:
    mail = parse(mixed(base64_part("application/ms-tnef; name=winmail.dat", b"nada")))
    assert ([file.filename for file in mail.attachments], mail.defects) == (["winmail.dat"], ("bad-tnef",))


def test_a_named_text_that_is_the_only_one_is_the_text() -> None:
    raw = mixed(
        part("text/plain; name=cuerpo.txt", b"Hola", "Content-Disposition: inline\r\n"),
        base64_part("application/pdf", b"%PDF"),
    )
    mail = parse(raw)
    assert (mail.text, [file.content_type for file in mail.attachments]) == ("Hola", ["application/pdf"])


def test_a_list_footer_below_encoded_text_is_not_decoded() -> None:
    body = b"SG9sYSE=\r\n______________\r\nLista de correo\r\n"
    mail = parse(typed("text/plain", body, "Content-Transfer-Encoding: base64\r\n"))
    assert (mail.text, mail.defects) == ("Hola!", ("bad-base64",))


def test_a_stray_line_in_the_header_does_not_end_it() -> None:
    mail = parse(b"From: a@x.org\r\nlinea perdida\r\nSubject: Pedido\r\nTo: b@x.org\r\n\r\nHola")
    assert (mail.subject, mail.text) == ("Pedido", "Hola")


def test_a_missing_blank_line_makes_the_rest_the_body() -> None:
    mail = parse(b"From: a@x.org\r\nSubject: Pedido\r\nHola a todos\r\nAdios\r\n")
    assert (mail.subject, mail.text, mail.defects) == ("Pedido", "Hola a todos\nAdios", ("bad-header",))


def test_a_thousand_divisions_within_each_other_are_shown_as_plain_text() -> None:
    mail = parse(typed("text/html", b"<div>" * 50_000 + b"Hola"))
    assert (mail.text, mail.html_sanitized, mail.defects) == ("Hola", "<pre>Hola</pre>", ("html-too-deep",))


def test_the_title_of_a_page_is_not_shown_as_its_text() -> None:
    assert (
        parse(typed("text/html", b"<html><head><title>T</title></head><body><p>Va.</p></body></html>")).html_sanitized
        == "<p>Va.</p>"
    )


def test_a_boundary_that_begins_another_one_is_not_taken_for_it() -> None:
    inner = b'Content-Type: multipart/alternative; boundary="=_b1"\r\n\r\n--=_b1\r\n\r\nVa.\r\n--=_b1--'
    mail = parse(mixed(inner, base64_part("application/pdf", b"%PDF")))
    assert (mail.text, [file.content for file in mail.attachments], mail.defects) == ("Va.", [b"%PDF"], ())


def test_a_message_cut_off_in_the_middle_gives_what_arrived() -> None:
    raw = mixed(part("text/plain", b"Va."), base64_part("application/pdf", b"%PDF-1.4"))
    mail = parse(raw.partition(b"--=_b--")[0])
    assert (mail.text, mail.attachments[0].content) == ("Va.", b"%PDF-1.4")
    assert mail.defects == ("missing-close-boundary",)


def test_colours_set_at_every_level_of_a_deep_page_are_no_explosion() -> None:
    page = b'<div style="color:#111111">' * 150 + b'<span style="color:#123456">x</span>' * 11_000 + b"</div>" * 150
    with no_explosion():
        assert parse(typed("text/html; charset=utf-8", page)).text.startswith("x")
