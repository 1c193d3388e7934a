"""What is to be done with a message, rule by rule."""

from dataclasses import replace

import pytest

from helpdesk.domain.quarantine import DOUBTS, REASONS
from mailbridge import limits
from mailbridge.parse import parse
from mailbridge.screen import ScreenFacts, screen
from tests.mailbridge.letters import HEADER, letter, mixed, part

FACTS = ScreenFacts(
    own_addresses=frozenset({"mesa@example.com", "oficial@example.com"}),
    trusted_machines=frozenset({"central@example.com"}),
    border="mx.example.com",
    loop_marks=frozenset({"mesa-1"}),
)


def verdict(raw: bytes) -> tuple[str, str]:
    found = screen(parse(raw), FACTS)
    return found.kind, found.reason


def sent_by(address: str, extra: str = "") -> bytes:
    return letter(header=HEADER.replace("lucia@example.org", address), extra=extra)


def test_a_persons_letter_is_a_letter() -> None:
    assert verdict(letter()) == ("letter", "")


def test_the_trust_of_the_border_is_kept() -> None:
    stamp = "Authentication-Results: mx.example.com; dmarc=pass header.from=example.org\r\n"
    assert screen(parse(letter(extra=stamp)), FACTS).trust == "T1"
    assert screen(parse(letter()), FACTS).trust == "T0"


def test_our_own_automatic_letter_that_comes_back_is_own_mail() -> None:
    extra = "Auto-Submitted: auto-replied\r\nX-Loop: mesa-1\r\n"
    assert verdict(sent_by("lista@otra.example", extra)) == ("own", "loop-mark")


def test_our_mark_is_seen_beside_the_one_of_a_list() -> None:
    extra = "X-Loop: lista\r\nAuto-Submitted: auto-replied\r\nX-Loop: mesa-1\r\n"
    assert verdict(sent_by("lista@otra.example", extra)) == ("own", "loop-mark")


def test_our_mark_without_a_machine_is_a_letter() -> None:
    assert verdict(letter(extra="X-Loop: mesa-1\r\n"))[0] == "letter"


def test_a_strangers_loop_mark_is_not_ours() -> None:
    assert verdict(letter(extra="X-Loop: otra\r\nAuto-Submitted: auto-replied\r\n"))[0] == "automatic"


@pytest.mark.parametrize("address", ["mesa@example.com", "MESA@Example.com", "mesa+token@example.com"])
def test_machine_mail_from_a_mailbox_of_ours_is_own_mail(address: str) -> None:
    assert verdict(sent_by(address, "Auto-Submitted: auto-replied\r\n")) == ("own", "own-address")


def test_a_person_who_writes_from_a_mailbox_of_ours_sends_a_letter() -> None:
    assert verdict(sent_by("oficial@example.com")) == ("letter", "")


def test_a_sender_forged_as_one_of_our_mailboxes_is_set_aside() -> None:
    stamp = "Authentication-Results: mx.example.com; dmarc=fail header.from=example.com\r\n"
    assert verdict(sent_by("oficial@example.com", stamp)) == ("quarantine", "spoof_suspect_agent")


def test_a_message_without_a_sender_is_set_aside() -> None:
    assert verdict(b"Subject: hola\r\n\r\nhola") == ("quarantine", "no_sender")


def test_a_message_of_several_authors_is_set_aside() -> None:
    assert verdict(b"From: a@x.org, b@x.org\r\n\r\nhola") == ("quarantine", "ambiguous_sender")
    assert verdict(b"From: a@x.org\r\nFrom: b@x.org\r\n\r\nhola") == ("quarantine", "ambiguous_sender")


def test_the_same_author_twice_is_one_author() -> None:
    assert verdict(b"From: a@x.org\r\nFrom: A@X.org\r\n\r\nhola")[0] == "letter"


def test_a_message_that_runs_in_a_circle_is_set_aside() -> None:
    assert verdict(letter(extra="Received: by x\r\n" * 101)) == ("quarantine", "hop_limit")
    assert verdict(letter(extra="Received: by x\r\n" * 100))[0] == "letter"


def test_a_message_past_a_limit_is_set_aside_by_its_name() -> None:
    assert verdict(letter(extra="X: " + "a" * 100_000 + "\r\n")) == ("quarantine", "header_too_large")


def test_every_limit_is_a_reason_of_the_closed_list() -> None:
    assert set(limits.LIMIT_DEFECTS) < REASONS.keys()


def test_a_bounce_is_a_bounce_even_without_an_author() -> None:
    raw = mixed(
        part("message/delivery-status", b"Final-Recipient: rfc822; a@x.org\r\nAction: failed\r\n"),
        kind="report",
        parameters="; report-type=delivery-status",
    )
    assert verdict(raw.replace("From: Lucía Gómez <lucia@example.org>".encode(), b"From: <>"))[0] == "bounce"


@pytest.mark.parametrize("extra", ["X-Autoreply: yes\r\n", "Auto-Submitted: auto-generated\r\n"])
def test_machine_mail_is_automatic_and_says_why(extra: str) -> None:
    kind, reason = verdict(letter(extra=extra))
    assert kind == "automatic"
    assert ": " in reason


def test_mail_of_a_list_is_bulk() -> None:
    assert verdict(letter(extra="List-Id: <l.x.org>\r\nPrecedence: bulk\r\n"))[0] == "bulk"


def test_a_receipt_is_automatic() -> None:
    raw = mixed(
        part("message/disposition-notification", b"Disposition: x\r\n"),
        kind="report",
        parameters="; report-type=disposition-notification",
    )
    assert verdict(raw) == ("automatic", "report: MDN (RFC 8098)")


def test_a_listed_machine_writes_letters() -> None:
    assert verdict(sent_by("central@example.com", "Auto-Submitted: auto-generated\r\n")) == (
        "letter",
        "trusted-machine",
    )


def test_a_listed_machines_automatic_answer_is_no_letter() -> None:
    assert verdict(sent_by("central@example.com", "Auto-Submitted: auto-replied\r\n"))[0] == "automatic"


def test_a_forged_listed_machine_is_no_letter() -> None:
    extra = "Auto-Submitted: auto-generated\r\nAuthentication-Results: mx.example.com; dmarc=fail\r\n"
    assert verdict(sent_by("central@example.com", extra))[0] == "automatic"


def crowd(size: int) -> bytes:
    people = ",\r\n ".join(f"persona{n}@example.org" for n in range(size - 1))
    return letter(extra=f"Cc: {people}\r\n")


def test_a_letter_to_as_many_as_the_limit_is_a_letter() -> None:
    assert verdict(crowd(limits.MAX_RECIPIENTS)) == ("letter", "")


def test_a_letter_to_one_more_is_for_a_person_to_look_at() -> None:
    assert verdict(crowd(limits.MAX_RECIPIENTS + 1)) == ("quarantine", "too_many_recipients")


def test_a_letter_to_a_crowd_that_somebody_accepted_is_a_letter() -> None:
    assert screen(parse(crowd(limits.MAX_RECIPIENTS + 1)), FACTS, DOUBTS).kind == "letter"


def test_what_only_looked_automatic_is_a_letter_once_somebody_says_that_a_person_wrote_it() -> None:
    absent = letter(extra="Auto-Submitted: auto-replied\r\nX-Loop: other\r\n")
    assert screen(parse(absent), FACTS).kind == "automatic"
    assert screen(parse(absent), FACTS, DOUBTS).kind == "letter"


def test_accepting_by_hand_makes_no_unreadable_message_readable() -> None:
    assert screen(replace(parse(letter()), defects=("parse_error",)), FACTS, DOUBTS).kind == "quarantine"
