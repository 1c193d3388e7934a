"""What must be true of every reader of foreign text, whatever it is given; shared by the suite and `make fuzz`.

Each target takes bytes and raises when a promise is broken.
"""

import json
import pickle
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from io import BytesIO

from mailbridge import quoting, trust
from mailbridge.parse import UNREADABLE, parse
from mailbridge.parse_command import described
from mailbridge.sandbox import Values
from mailbridge.values import ParsedMail

BORDER = "mx.mef.example"
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
REPORT_HEAD = (
    b"From: MAILER-DAEMON@mx.example\r\nTo: mesa@mef.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nNo se pudo entregar.\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
)


def parser(raw: bytes) -> None:
    """A message is read without an error, and what is read fits into JSON, PostgreSQL and the sandbox's pipe."""
    check(parse(raw))


def replies(raw: bytes) -> None:
    """Cutting only hides: what is kept are lines of the text in their order; what is passed on has a sender."""
    text = raw.decode("utf-8", "replace")
    for answers in (False, True):
        rest = iter(lines(text))
        assert all(line in rest for line in lines(quoting.new_text(text, answers))), "a line was made up or moved"
    passed_on = quoting.forwarded(text, "RV: asunto")
    assert passed_on is None or passed_on.sender.address


def bounces(raw: bytes) -> None:
    """A delivery report is read without an error, its fields whatever they are."""
    mail = parse(REPORT_HEAD + raw)
    check(mail)
    assert mail.auto.is_auto, "a delivery report is mail of a machine"
    if mail.bounce is not None:
        assert mail.bounce.status is None or STATUS.fullmatch(mail.bounce.status)
        assert "" not in (mail.bounce.action, mail.bounce.final_recipient, mail.bounce.original_message_id)


def stamps(raw: bytes) -> None:
    """An Authentication-Results field is read, and never makes another border's word ours."""
    value = raw.decode("utf-8", "replace")
    found = trust.read(value)
    assert all(method.name and method.result is not None for method in found.methods)
    head = f"Authentication-Results: {' '.join(value.split())}\r\nFrom: ana@x.example\r\n\r\n"
    judgement = trust.judge(parse(head.encode()), BORDER)
    if judgement.trust == "T1":
        assert found.server == BORDER, "trusted without our border's name"
        assert any(one.name in ("dmarc", "auth") and one.result == "pass" for one in found.methods)
        assert not judgement.failed
        assert all(one.result == "pass" for one in found.methods if one.name == "dmarc")


TARGETS: dict[str, Callable[[bytes], None]] = {
    "parser": parser,
    "replies": replies,
    "bounces": bounces,
    "stamps": stamps,
}


def lines(text: str) -> list[str]:
    """The written lines of a text, without the white space around them."""
    flat = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    return [line.strip() for line in flat.split("\n") if line.strip()]


def check(mail: ParsedMail) -> None:
    """What is read must be storable as it is; an exception of ours that `parse` hid is a finding, too."""
    assert UNREADABLE not in mail.defects, "the reader gave up"
    for text in texts(mail):
        assert "\0" not in text, "PostgreSQL takes no NUL"
        text.encode()
    json.loads(json.dumps(described("x", mail)))
    assert Values(BytesIO(pickle.dumps(mail, protocol=5))).load() == mail


def texts(value: object) -> Iterator[str]:
    """Every text in a value of the bridge."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
