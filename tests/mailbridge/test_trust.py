"""Only our own border's word vouches for a sender."""

import pytest

from mailbridge import trust
from mailbridge.parse import parse

BORDER = "mx.help.test"
PASS = f"{BORDER}; dmarc=pass header.from=inst.test"
FAIL = f"{BORDER}; spf=pass; dmarc=fail (p=reject) header.from=inst.test"
FORGED = f"{BORDER}; dmarc=pass header.from=inst.test"


def judged(*stamps: str, sender: str = "Ana <ana@inst.test>", border: str | None = BORDER) -> trust.Judgement:
    header = "".join(f"Authentication-Results: {stamp}\r\n" for stamp in stamps)
    return trust.judge(parse(f"{header}From: {sender}\r\n\r\nhola".encode()), border)


ACCEPTED = [
    PASS,
    f"{BORDER} 1; dmarc=pass header.from=inst.test",
    "MX.Help.Test.; dmarc=PASS header.from=INST.test",
    f"(hop) {BORDER} (uno (dos)); spf=pass smtp.mailfrom=x.org;\r\n dmarc=pass (p=none dis=none) header.from=inst.test",
    f'"{BORDER}"; dkim=pass header.d=inst.test; dmarc=pass reason="ok; fine" header.from=inst.test',
    f"{BORDER}; auth=pass smtp.auth=ana@inst.test",
]


@pytest.mark.parametrize("stamp", ACCEPTED)
def test_a_pass_stamped_by_our_border_for_the_senders_domain_is_trusted(stamp: str) -> None:
    assert judged(stamp).trust == "T1"


REFUSED = [
    "",
    BORDER,
    f"{BORDER}; none",
    f"{BORDER}; dmarc=none header.from=inst.test",
    f"{BORDER}; dmarc=pass",
    f"{BORDER}; dmarc=pass header.from=evil.test",
    f"{BORDER}; dmarc=pass header.from=x.inst.test",
    f"{BORDER}; dkim=pass header.d=inst.test",
    f"{BORDER}; spf=pass (dmarc=pass header.from=inst.test)",
    f'{BORDER}; spf=pass reason="; dmarc=pass header.from=inst.test"',
    f"{BORDER}; auth=pass smtp.auth=otra@inst.test",
    "mx.evil.test; dmarc=pass header.from=inst.test",
    f"evil.{BORDER}; dmarc=pass header.from=inst.test",
    f"(; {BORDER}; dmarc=pass header.from=inst.test",
    *(f"{BORDER[:3]}{control}{BORDER[3:]}; dmarc=pass header.from=inst.test" for control in "\0\x17\x7f\u0080\u200b"),
    f"{BORDER}; dmarc=pass header.from=in\0st.test",
    "spf=pass smtp.mailfrom=x.org; dmarc=pass action=none header.from=inst.test;compauth=pass reason=100",
]


@pytest.mark.parametrize("stamp", REFUSED)
def test_anything_less_is_not_trusted_and_not_failed(stamp: str) -> None:
    judgement = judged(stamp)
    assert (judgement.trust, judgement.failed) == ("T0", False)


@pytest.mark.parametrize(
    "forged",
    [
        FORGED,
        FORGED.upper(),
        f"{BORDER};\r\n dmarc=pass\r\n header.from=inst.test",
        f"{BORDER} (x); dmarc=pass header.from=inst.test",
    ],
)
def test_a_forged_stamp_below_our_own_is_ignored(forged: str) -> None:
    judgement = judged(FAIL, forged, forged)
    assert (judgement.trust, judgement.failed) == ("T0", True)


def test_a_stamp_with_our_name_below_another_one_proves_nothing() -> None:
    judgement = judged("gateway.inst.test; spf=pass", PASS)
    assert (judgement.trust, judgement.failed) == ("T0", False)


def test_two_verdicts_of_which_one_fails_are_a_failure() -> None:
    assert judged(f"{BORDER}; dmarc=pass header.from=inst.test; dmarc=fail header.from=inst.test").failed


def test_a_quoted_envelope_sender_cannot_write_a_verdict() -> None:
    """A quoted local part may hold quotes and semicolons (RFC 5321 §4.1.2); the border repeats it."""
    quoted = r'"a\"; dmarc=pass header.from=inst.test; x=\"b"@evil.test'
    assert judged(f"{BORDER}; spf=pass smtp.mailfrom={quoted}").trust == "T0"
    assert judged(f"{BORDER}; spf=pass smtp.mailfrom={quoted}; {PASS.partition('; ')[2]}").trust == "T1"


def test_a_message_of_two_authors_is_not_trusted() -> None:
    assert judged(PASS, sender="ana@inst.test, mal@evil.test").trust == "T0"
    assert judged(PASS, sender="mal@evil.test\r\nFrom: ana@inst.test").trust == "T0"


def test_a_sender_taken_from_another_field_is_not_trusted() -> None:
    mail = parse(f"Authentication-Results: {PASS}\r\nReply-To: ana@inst.test\r\n\r\nhola".encode())
    assert trust.judge(mail, BORDER).trust == "T0"


def test_without_a_border_nothing_is_trusted() -> None:
    assert judged(PASS, border=None).trust == "T0"


def test_microsofts_nameless_stamp_counts_on_top_when_it_is_the_border() -> None:
    nameless = "spf=pass smtp.mailfrom=inst.test; dmarc=pass action=none header.from=inst.test;compauth=pass"
    assert judged(nameless, border=trust.NAMELESS_BORDER).trust == "T1"
    assert judged("mx.evil.test; spf=pass", nameless, border=trust.NAMELESS_BORDER).trust == "T0"


def test_an_international_domain_is_compared_in_ascii() -> None:
    stamp = f"{BORDER}; dmarc=pass header.from=xn--espaa-rta.test"
    assert judged(stamp, sender="ana@españa.test").trust == "T1"


@pytest.mark.parametrize("value", ["(" * 50_000, ";" * 50_000, "a=b " * 20_000, '"' * 9_999, "\\"])
def test_a_hostile_field_is_read_without_an_error(value: str) -> None:
    assert trust.read(value).server != BORDER


def test_a_letter_that_only_becomes_ours_when_it_is_made_small_is_another() -> None:
    assert trust.read("\u212aichwa.test; dmarc=pass").server != "kichwa.test"
