"""`helpdesk mail parse FILE... --json`: what the bridge reads in each file, one JSON object a line.

Needs no database, configuration or network and imports nothing of them, so that it starts at once.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from mailbridge.parse import parse, unreadable
from mailbridge.values import Attachment, Mailbox, ParsedMail

UNREADABLE_FILE = "unreadable-file"


def main(argv: list[str]) -> int:
    """Print an object for every file, in order; always 0. What cannot be read is told in the object's `defects`."""
    reader = argparse.ArgumentParser(prog="helpdesk mail parse", description="Print what is read in each message.")
    reader.add_argument("files", nargs="*", metavar="FILE", help="one RFC 5322 message, raw")
    reader.add_argument("--json", action="store_true", help="one JSON object a line (the only form)")
    for name in reader.parse_intermixed_args(argv).files:
        sys.stdout.write(json.dumps(described(name, _parsed(name))) + "\n")
    sys.stdout.flush()
    return 0


def _parsed(name: str) -> ParsedMail:
    try:
        raw = Path(name).read_bytes()
    except (OSError, ValueError):
        return unreadable(UNREADABLE_FILE)
    return parse(raw)


def described(name: str, mail: ParsedMail) -> dict[str, Any]:
    """The contract's object for one message read from the file of that name."""
    return {
        "file": name,
        "from": _mailbox(mail.sender) if mail.sender else None,
        "to": [_mailbox(box) for box in mail.to],
        "cc": [_mailbox(box) for box in mail.cc],
        "reply_to": [_mailbox(box) for box in mail.reply_to],
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "text": mail.text,
        "reply": mail.reply,
        "html_sanitized": mail.html_sanitized,
        "attachments": [_attachment(file) for file in mail.attachments],
        "auto": {"is_auto": mail.auto.is_auto, "kind": mail.auto.kind, "reason": mail.auto.reason},
        "bounce": _bounce(mail),
        "crypto": mail.crypto,
        "defects": list(mail.defects),
    }


def _mailbox(box: Mailbox) -> dict[str, str]:
    return {"name": box.name, "address": box.address}


def _attachment(file: Attachment) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "content_type": file.content_type,
        "size": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "inline": file.inline,
        "content_id": file.content_id,
    }


def _bounce(mail: ParsedMail) -> dict[str, str | None] | None:
    if mail.bounce is None:
        return None
    return {
        "action": mail.bounce.action,
        "status": mail.bounce.status,
        "final_recipient": mail.bounce.final_recipient,
        "original_message_id": mail.bounce.original_message_id,
    }
