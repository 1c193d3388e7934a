"""From the words of mail to those of the desk: the last place that knows a header from a body."""

import re

from helpdesk.domain.addresses import base_address, plus_part
from helpdesk.domain.incoming import (
    DeliveryFailure,
    Incoming,
    IncomingFile,
    IncomingKind,
    PassedOn,
    Person,
    Started,
)
from mailbridge.oneline import one_line
from mailbridge.screen import TRUSTED_MACHINE
from mailbridge.trust import Judgement
from mailbridge.values import Mailbox, ParsedMail, Verdict

UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]+")
LONGEST_NAME = 200


def to_incoming(
    mail: ParsedMail,
    verdict: Verdict,
    judgement: Judgement,
    arrival: Started,
    ours: frozenset[str],
    files: tuple[IncomingFile, ...],
) -> Incoming:
    """The message as the desk sees it. `ours` are the addresses of all mailboxes; `files` are stored already.

    Text loses its NULs here, which PostgreSQL refuses. A verdict that is no letter must have been settled before.
    Whoever forged the sender's address chose the name as well: it is not taken over.
    """
    sender = person(mail.sender) if mail.sender else Person("", (arrival.envelope_from or "").lower())
    recipients = distinct(arrival.envelope_to, *(box.address for box in (*mail.to, *mail.cc)))
    return Incoming(
        ledger_id=arrival.ledger_id,
        institution_id=arrival.institution_id,
        mailbox_id=arrival.mailbox_id,
        kind=kind_of(mail, verdict),
        auto_reason=mail.auto.reason,
        sender=Person("", sender.address) if judgement.failed else sender,
        reply_to=person(mail.reply_to[0]) if mail.reply_to else None,
        recipients=tuple(address.lower() for address in recipients),
        cc=tuple(person(box) for box in mail.cc if base_address(box.address) not in ours),
        tokens=tokens(recipients, ours),
        subject=one_line(mail.subject or ""),
        message_id=mail.message_id and clean(mail.message_id),
        in_reply_to=mail.in_reply_to and clean(mail.in_reply_to),
        references=tuple(clean(reference) for reference in mail.references),
        sent_at=mail.date,
        received_at=arrival.received_at,
        text=clean(mail.text),
        new_text=clean(mail.reply),
        html=mail.html_sanitized and clean(mail.html_sanitized),
        files=files,
        passed_on=passed_on(mail),
        failure=failure(mail),
        trust=verdict.trust,
        authentication_failed=judgement.failed,
        trusted_machine=verdict.reason == TRUSTED_MACHINE,
        other_text=clean(mail.other_reply),
    )


def kind_of(mail: ParsedMail, verdict: Verdict) -> IncomingKind:
    """Letter, bounce, receipt or automatic reply."""
    if verdict.kind == "bounce":
        return "bounce"
    if verdict.kind == "automatic":
        return "receipt" if mail.auto.kind == "report" else "auto_reply"
    return "letter"


def person(box: Mailbox) -> Person:
    """A mailbox as the desk names people."""
    address = clean(box.address).lower()
    name = one_line(box.name, LONGEST_NAME)
    return Person("" if name.strip("'\" ").lower() == address else name, address)


def distinct(*addresses: str) -> tuple[str, ...]:
    """The addresses in their order, each once whatever its case; a token keeps the case it came in."""
    found: dict[str, str] = {}
    for address in addresses:
        found.setdefault(address.strip().lower(), address.strip())
    return tuple(found.values())


def tokens(recipients: tuple[str, ...], ours: frozenset[str]) -> tuple[str, ...]:
    """The plus-parts of those recipients that are mailboxes of ours."""
    parts = (plus_part(address) for address in recipients if base_address(address) in ours)
    return tuple(part for part in parts if part)


def passed_on(mail: ParsedMail) -> PassedOn | None:
    """The message that the sender forwarded."""
    if mail.forwarded is None:
        return None
    found = mail.forwarded
    return PassedOn(person(found.sender), one_line(found.subject or ""), clean(found.text))


def failure(mail: ParsedMail) -> DeliveryFailure | None:
    """What a bounce says."""
    if mail.bounce is None:
        return None
    found = mail.bounce
    return DeliveryFailure(found.final_recipient, found.status, found.action, found.original_message_id)


def clean(text: str) -> str:
    """The text without what PostgreSQL cannot keep: NULs and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def file_name(name: str | None, content_type: str, number: int) -> str:
    """A name fit to be shown and saved: no path, no control characters, never empty."""
    safe = UNSAFE.sub("_", one_line(clean(name or ""))).strip(" .")
    if safe:
        return safe if len(safe) <= LONGEST_NAME else safe[: LONGEST_NAME - 12] + safe[-12:]
    return f"adjunto-{number}.{'eml' if content_type == 'message/rfc822' else 'bin'}"
