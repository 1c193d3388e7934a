"""G8: header and command injection by mail. Our letters go to whom they go, whatever a name or subject holds."""

from email import message_from_bytes
from email.policy import SMTP

import pytest

from helpdesk.models.outbox import Letter
from mailbridge import runtime
from mailbridge.outgoing import composed
from tests.attacks.bench import ATTACKER, Bench, mail
from tests.attacks.test_g01_cross_site_scripting import opened

BREAKS = (
    "=?utf-8?q?=0D=0ABcc:_mal=40evil.test?=",
    "=?utf-8?b?DQpCY2M6IG1hbEBldmlsLnRlc3Q=?=",
    "=?utf-8?q?=0ABcc:_mal=40evil.test?=",
    "=?utf-8?q?=E2=80=A8Bcc:_mal=40evil.test?=",
    "=?utf-8?q?=C2=85Bcc:_mal=40evil.test?=",
    "=?utf-8?q?=C2=9B31mBcc:_mal=40evil.test?=",
    "=?utf-16be?b?AA0ACgBCAGMAYwA6?= mal",
    "%0d%0aBcc: mal@evil.test",
    "x\r\n Bcc: mal@evil.test",
    "\u2028Bcc: mal\u0085@evil.test\u2029",
)


def recipients(raw: bytes) -> list[str]:
    """Everybody whom a message names as its reader, by any field."""
    read = message_from_bytes(raw, policy=SMTP)
    return [str(value) for name in ("To", "Cc", "Bcc", "Resent-To") for value in read.get_all(name, [])]


def goes_to_one(letter: Letter) -> bool:
    """Whether a letter as it leaves has the one reader of its row and no field of its own making."""
    raw = composed(letter, runtime.current().files)
    head = raw.partition(b"\r\n\r\n")[0]
    return (
        len(recipients(raw)) == 1
        and letter.recipient in recipients(raw)[0]
        and b"\nBcc" not in head
        and b"\r" not in head.replace(b"\r\n", b"")
    )


@pytest.mark.parametrize("value", BREAKS)
def test_a091_no_name_or_subject_adds_a_reader(bench: Bench, value: str) -> None:
    """The letter leaves, with one reader: a subject that no header may hold must not keep it back either."""
    name = value if value.startswith("=?") else f'"{value}"'
    ticket = opened(bench, mail(f"{name} <req@ext.test>", f"Consulta {value}", "No puedo ingresar."))
    bench.agent_answers(ticket, "La revisamos.")
    letters = bench.letters(ticket)
    assert [letter.recipient for letter in letters] == ["req@ext.test"] * 2
    assert all(goes_to_one(letter) for letter in letters)
    bench.check()


def test_a093_a_name_made_of_addresses_adds_no_reader(bench: Bench) -> None:
    names = (
        "Ana <x@evil.test>,",
        "a@x.test, b@x.test",
        'Ana\\" <x@evil.test>',
        "Ana;",
        "=?utf-8?q?Ana_=3Cx=40evil.test=3E,?=",
    )
    for name in names:
        row = bench.arrives(mail(f'"{name}" <req@ext.test>', f"Consulta {name}", f"No puedo ingresar {name}."))
        if row.state == "processed":
            assert all(goes_to_one(letter) for letter in bench.letters(bench.ticket(row.ticket_id or 0)))
    assert {letter.recipient for letter in bench.letters()} == {"req@ext.test"}
    bench.check()


def test_a095_the_file_name_of_an_answer_is_one_parameter(bench: Bench) -> None:
    ticket = opened(bench, mail(ATTACKER, "Consulta", "No puedo ingresar."))
    name = 'guía"; x="y.pdf'
    stored = runtime.current().files.put(b"%PDF")
    bench.agent_answers(ticket, "Va la guía.", ((name, "application/pdf", stored),))
    raw = composed(bench.letters(ticket, "respuesta")[0], runtime.current().files)
    (part,) = message_from_bytes(raw, policy=SMTP).iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == (name, "application/pdf")
