"""What must hold whatever the bytes are: one function a reader, for hypothesis in the suite and atheris in `make fuzz`.

Each takes bytes and raises AssertionError when a promise is broken; anything else that it raises is a fault too.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace

from mailbridge import bounces, headers, parts, quoting, trust
from mailbridge.parse import parse, unreadable
from mailbridge.parse_command import described
from mailbridge.values import Mailbox

BORDER = "mx.help.test"
AUTHOR = Mailbox("", "ana@inst.test")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


def parser(raw: bytes) -> None:
    """The reader is total; what it gives can be written as JSON and kept by a database that knows no NUL."""
    mail = parse(raw)
    written = json.dumps(described("x", mail))
    assert "\\u0000" not in written
    written.encode("utf-8")
    assert mail.auto.is_auto == (mail.auto.kind != "none")
    assert (mail.bounce is not None) == (mail.auto.kind == "bounce")
    assert all(box.address for box in (*mail.senders, *mail.to, *mail.cc))


def replies(raw: bytes) -> None:
    """Cutting only hides: every line that is kept stood in the text, in that order."""
    text = raw.decode("utf-8", "replace")
    for answers in (False, True):
        rest = iter(_lines(text))
        kept = _lines(quoting.new_text(text, answers))
        assert all(line in rest for line in kept), "a line was made up or moved"
    found = quoting.forwarded(text, "RV: x")
    assert found is None or found.sender.address


def _lines(text: str) -> list[str]:
    flat = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    return [line.strip() for line in flat.split("\n") if line.strip()]


def dsn(raw: bytes) -> None:
    """A delivery report is known by its form, whatever stands in it; its facts are facts or None."""
    head = b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    root = parts.tree(head + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + raw + b"\r\n--b--\r\n")
    returned = bounces.find(root, headers.Fields(()), raw.decode("latin-1"))
    assert returned is not None
    assert returned.reason
    bounce = returned.bounce
    assert bounce.status is None or _STATUS.fullmatch(bounce.status)
    assert bounce.action != "" and bounce.final_recipient != "" and bounce.original_message_id != ""
    told = bounces.find(parts.tree(b"Subject: x\r\n\r\n" + raw), headers.Fields(()), raw.decode("latin-1"))
    assert told is None or told.bounce.action in ("failed", "delayed") or told.reason.startswith("DSN")


def authentication(raw: bytes) -> None:
    """Only a field of our own border vouches, and only with a verdict that passes."""
    value = raw.decode("utf-8", "surrogateescape")
    mail = replace(unreadable(""), sender=AUTHOR, senders=(AUTHOR,), authentication_results=(value,))
    judgement = trust.judge(mail, BORDER)
    stamp = trust.read(value)
    if judgement.trust == "T1":
        assert stamp.server == BORDER
        assert any(method.result == "pass" and method.name in ("dmarc", "auth") for method in stamp.methods)
        assert not any(method.name == "dmarc" and method.result != "pass" for method in stamp.methods)
    assert not (judgement.trust == "T1" and judgement.failed)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "parser": parser,
    "replies": replies,
    "dsn": dsn,
    "authentication": authentication,
}
