"""Mail that came back: delivery status notifications (RFC 3464) and bounces in free text (qmail, Exim, Exchange …)."""

import re
from dataclasses import dataclass

from mailbridge import headers, parts
from mailbridge.values import Bounce

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = (
    "text/rfc822-headers",
    "message/rfc822",
    "message/global",
    "message/global-headers",
    "message/rfc822-headers",
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}[A-Za-z0-9]")
_RETURNED_ID = re.compile(r"^[ \t>]*message-id:[ \t]*<([^<>\s]{1,500})>", re.I | re.M)
_DAEMONS = (
    "mailer-daemon",
    "mail-daemon",
    "mailerdaemon",
    "postmaster",
    "mail.daemon",
    "mdaemon",
    "symantec_antivirus",
)
_LOOKED_AT = 20_000

# What servers say in a subject or in the first lines of a failure that is no RFC 3464 report.
_FAILURE_WORDS = (
    "undeliver",  # Postfix, Exchange
    "delivery status notification",
    "mail delivery failed",  # Exim
    "failure notice",  # qmail
    "delivery failure",
    "delivery has failed",
    "returned mail",  # sendmail
    "returned to sender",
    "could not be delivered",
    "couldn't be delivered",
    "unable to deliver",
    "wasn't able to deliver",
    "message not delivered",
    "address not found",
    "no se puede entregar",
    "no se pudo entregar",
    "no se ha podido entregar",
    "no se entregó",
    "no entregado",
    "error en la entrega",
    "mensaje devuelto",
    "correo devuelto",
    "não foi possível entregar",
    "não entregue",
    "não pôde ser entregue",
    "falha na entrega",
    "devolvido ao remetente",
    "unzustellbar",
    "konnte nicht zugestellt",
    "non remis",
    "échec de la remise",
    "mancata consegna",
)
_DELAY_WORDS = (
    "delayed",
    "delay",
    "warning: message",
    "retrasad",
    "demora",
    "retraso",
    "atrasad",
    "verzögert",
    "retardé",
)


@dataclass(frozen=True, slots=True)
class Returned:
    """A bounce and the word that says how it was known."""

    bounce: Bounce
    reason: str


def find(root: parts.Part, fields: headers.Fields, text: str) -> Returned | None:
    """The bounce that a message is, None when it is none. `text` is its readable text."""
    status_leaf = next((leaf for leaf in parts.leaves(root) if leaf.content_type in _STATUS_TYPES), None)
    declared = root.content_type == "multipart/report" and root.parameters.get("report-type", "").lower() in (
        "delivery-status",
        "global-delivery-status",
    )
    if status_leaf is not None:
        return Returned(_reported(status_leaf, root, fields, text), "DSN (RFC 3464)")
    if declared:
        return Returned(_told(root, fields, text), "DSN (RFC 3464)")
    reason = _free_text_reason(fields, text)
    return Returned(_told(root, fields, text), reason) if reason else None


def _reported(leaf: parts.Part, root: parts.Part, fields: headers.Fields, text: str) -> Bounce:
    """Facts of the first recipient (RFC 3464 §2.3); what the report leaves out stays None."""
    content, _ = parts.transfer_decoded(leaf.fields, leaf.encoded)
    groups = _groups(content.decode("utf-8", "replace"))
    recipients = [group for group in groups if "final-recipient" in group or "original-recipient" in group]
    first = (recipients or groups or [{}])[0]
    status = _STATUS.search(first.get("status", ""))
    action = first.get("action", "").split("(")[0].strip().lower()
    address = _typed_address(first.get("final-recipient") or first.get("original-recipient", ""))
    return Bounce(action or None, status.group(1) if status else None, address, _original_id(root, fields, text))


def _groups(text: str) -> list[dict[str, str]]:
    """The blank-line separated field groups of a status report, continuation lines joined."""
    groups: list[dict[str, str]] = []
    open_group = False
    name = ""
    for line in text.splitlines():
        if not line.strip():
            open_group = False
            continue
        if not open_group:
            groups.append({})
            open_group, name = True, ""
        if line[0] in " \t" and name:
            groups[-1][name] += f" {line.strip()}"
            continue
        key, colon, value = line.partition(":")
        if colon:
            name = key.strip().lower()
            if name == "final-recipient" and name in groups[-1]:
                groups.append({})  # several recipients without the blank line between them (old Exchange)
            groups[-1].setdefault(name, value.strip())
    return groups


def _typed_address(value: str) -> str | None:
    """The address of `rfc822; a@b` (RFC 3464 §2.1.2)."""
    address = value.rpartition(";")[2].strip().strip("<>").strip()
    return address or None


def _original_id(root: parts.Part, fields: headers.Fields, text: str) -> str | None:
    for leaf in parts.leaves(root):
        if leaf.content_type in _RETURNED_TYPES:
            content, _ = parts.transfer_decoded(leaf.fields, leaf.encoded)
            returned = parts.tree(content.lstrip(b"\r\n"))
            found = headers.message_id(returned.fields.first("message-id"))
            if found:
                return found
    pasted = _RETURNED_ID.search(text)
    if pasted:
        return pasted.group(1)
    # Exchange names the failed message as the one it answers.
    answered = headers.message_ids(fields.first("in-reply-to"))
    return answered[-1] if answered else None


def _free_text_reason(fields: headers.Fields, text: str) -> str:
    if fields.first("x-failed-recipients"):
        return "X-Failed-Recipients"
    senders = fields.mailboxes("from")
    local = senders[0].address.partition("@")[0].lower() if senders else ""
    daemon = local in _DAEMONS or (not senders and "mailer-daemon" in (fields.first("from") or "").lower())
    null_path = (fields.first("return-path") or "").strip() in ("<>", "< >")
    subject = (fields.text("subject") or "").casefold()
    if (daemon or null_path) and any(words in subject for words in _FAILURE_WORDS):
        return "failure subject"
    opening = text[:1500].casefold()
    return "failure text" if daemon and any(words in opening for words in _FAILURE_WORDS) else ""


def _told(root: parts.Part, fields: headers.Fields, text: str) -> Bounce:
    looked_at = text[:_LOOKED_AT]
    subject = (fields.text("subject") or "").casefold()
    delayed = any(words in subject for words in _DELAY_WORDS)
    status = _STATUS.search(looked_at)
    return Bounce(
        "delayed" if delayed else "failed",
        status.group(1) if status else None,
        _told_recipient(fields, looked_at),
        _original_id(root, fields, text),
    )


def _told_recipient(fields: headers.Fields, text: str) -> str | None:
    named = fields.mailboxes("x-failed-recipients")
    if named:
        return named[0].address
    ours = {box.address.lower() for name in ("from", "to", "reply-to") for box in fields.mailboxes(name)}
    return next((hit.group() for hit in _ADDRESS.finditer(text) if hit.group().lower() not in ours), None)
