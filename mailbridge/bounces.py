"""Mail that came back: delivery status notifications (RFC 3464) and bounces in free text (qmail, Exim, Exchange …)."""

import re
from dataclasses import dataclass

from mailbridge import headers, parts
from mailbridge.tables import entries
from mailbridge.values import Bounce

_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = (
    "text/rfc822-headers",
    "message/rfc822",
    "message/global",
    "message/global-headers",
    "message/rfc822-headers",
)
_NESTED_TYPES = ("message/rfc822", "message/global")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
# In free text versions of programs look alike; the subjects of RFC 3463 §3 go from 0 to 7.
_TOLD_STATUS = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?![\d.])")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}[A-Za-z0-9]")
_OWN_LINE = re.compile(
    r"^[ \t]*(?:(?:<|to: ?<?|recipient: ?<?|recipient address: ?)?)"
    r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}[A-Za-z0-9])>?:?[ \t]*$",
    re.I | re.M,
)
_RECIPIENT_LINE = re.compile(r"^[ \t]*<[^<>\s@]{1,64}@[^<>\s@]{1,255}>:", re.M)
_REPLY_CODE = re.compile(r"(?<![\d.])[45]\d\d[ -](?=\D)")
_RETURNED_ID = re.compile(r"^[ \t>]*message-id:[ \t]*<([^<>\s]{1,500})>", re.I | re.M)
_DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]daemon|postmaster|mdaemon|maildaemon|mail[-_.]?delivery(?:[-_.]sub)?[-_.]?system"
    r"|microsoftexchange[0-9a-f]{32}|symantec_antivirus|maildelivery|mail-system|mailsystem|bounces?)(?:\+.*)?\Z",
    re.I,
)
_DAEMON_NAMES = (
    "mail delivery",
    "mailer-daemon",
    "mailer daemon",
    "mail administrator",
    "system administrator",
    "administrador del sistema",  # Exchange 2003
    "administrador do sistema",
    "systemadministrator",
    "postmaster",
    "microsoft outlook",
    "internet mail delivery",
    "entrega de correo",
)
_LOOKED_AT = 20_000
_OPENING = 1_500


# What servers say in a subject or in the first lines of a failure that is no RFC 3464 report: Postfix, Exchange,
# Microsoft 365, Exim, qmail, sendmail, Gmail, Yahoo, Domino, GroupWise, MDaemon, Kerio and the providers' own.
_FAILURE_WORDS = entries("""
    undeliver|delivery status notification|delivery notification|mail delivery failed|mail delivery failure
    mail delivery problem|mail delivery error|mail delivery status|failure notice|failed mail|delivery failure
    delivery failed|delivery has failed|delivery error|delivery problem|delivery incomplete|delivery report
    delivery unsuccessful|unsuccessful delivery|delivery delayed|delayed mail|delayed:|message delayed
    returned mail|returned to sender|returning message to sender|mail returned|returned message
    returned unread|could not be delivered|couldn't be delivered|can not be delivered|cannot be delivered
    can't be delivered|was not delivered|wasn't delivered|not been delivered|unable to deliver|wasn't able to deliver
    cannot deliver|could not deliver|couldn't deliver|message not delivered|mail not delivered|nondeliverable
    non-delivery|nondelivery|did not reach|didn't reach|failed to deliver|failed to send|permanent error
    permanent failure|permanent fatal errors|transient non-fatal errors|address not found|message blocked
    rejected by|recipient's mailbox is full|mail system error|mail failure|message status|warning: message
    warning: could not send|considered unsolicited
    no se puede entregar|no se pudo entregar|no se ha podido entregar|no ha podido entregarse|no pudo ser entregado
    no ha podido ser entregado|no ha sido entregado|no fue entregado|no se entregó|no se ha entregado|no entregado
    no entregable|no se pueden entregar|imposible entregar|entrega fallida|fallo en la entrega|fallo de entrega
    falló la entrega|error en la entrega|error de entrega|entrega retrasada|se retrasó la entrega|aviso de no entrega
    notificación de estado de entrega|notificación del estado de la entrega|informe de no entrega|entrega incompleta
    mensaje devuelto|correo devuelto|devuelto al remitente|no se ha encontrado la dirección|no se encontró la dirección
    mensaje bloqueado|no llegó a algunos|no llegó a todos|no se pudo enviar|correo no entregado|mensaje rechazado
    não é possível entregar|não foi possível entregar|não foi entregue|não entregue|não entregável|não pôde ser entregue
    não pode ser entregue|falha na entrega|falha de entrega|erro na entrega|entrega falhou|problema na entrega
    devolvido ao remetente|mensagem devolvida|e-mail devolvido|notificação de status de entrega
    notificação do estado da entrega|notificação de estado de entrega|endereço não encontrado|mensagem bloqueada
    entrega incompleta|atraso na entrega|entrega atrasada|não alcançou|mensagem não entregue|relatório de não entrega
    unzustellbar|konnte nicht zugestellt|nicht zugestellt|zustellung fehlgeschlagen|zustellungsfehler|unzustellbare
    adresse nicht gefunden|wurde nicht zugestellt|zustellung verzögert|fehler bei der zustellung
    non remis|non distribuable|n'a pas pu être remis|n'a pas été remis|n'a pas pu être distribué|échec de la remise
    échec de remise|échec de distribution|échec de la distribution|adresse introuvable|non délivré|non livré
    mancata consegna|mancato recapito|non recapitabile|non recapitato|impossibile recapitare|non consegnato
    impossibile consegnare|recapito non riuscito|indirizzo non trovato|consegna fallita|notifica di mancato""")
_DELAY_WORDS = entries("""
    delayed|delay)|delay:|warning: message|warning: could not send|will be retried|warning message only
    do not need to resend|still being retried|will continue to try|will keep trying|will retry|try again for
    delivery incomplete|temporary problem|transient non-fatal
    retrasad|demorad|retraso en|seguirá intentando|seguiremos intentando|continuará intentando
    no es necesario que reenvíe
    problema temporal
    atrasad|atraso na|continuará tentando|continuaremos tentando|problema temporário|não precisa reenviar
    verzögert|retardé|retard de|ritardat|ritardo""")


@dataclass(frozen=True, slots=True)
class Returned:
    """A bounce and the word that says how it was known."""

    bounce: Bounce
    reason: str


def find(root: parts.Part, fields: headers.Fields, text: str) -> Returned | None:
    """The bounce that a message is, None when it is none. `text` is its readable text."""
    status_leaf = _status_leaf(root)
    declared = root.content_type == "multipart/report" and root.parameters.get("report-type", "").lower() in (
        "delivery-status",
        "global-delivery-status",
    )
    if status_leaf is not None:
        return Returned(_reported(status_leaf, root, fields, text), "DSN (RFC 3464)")
    if declared:
        return Returned(_told(root, fields, text), "DSN (RFC 3464)")
    reason = _free_text_reason(fields, text)
    return Returned(_carried(root) or _told(root, fields, text), reason) if reason else None


def _status_leaf(root: parts.Part) -> parts.Part | None:
    return next((leaf for leaf in parts.leaves(root) if leaf.content_type in _STATUS_TYPES), None)


def _carried(root: parts.Part) -> Bounce | None:
    """The facts of a report that came as a file: a forwarding server sends on what came back to it."""
    for leaf in parts.leaves(root):
        if leaf.content_type in _NESTED_TYPES:
            report = parts.tree(parts.transfer_decoded(leaf.fields, leaf.encoded)[0].lstrip(b"\r\n"))
            status_leaf = _status_leaf(report)
            if status_leaf is not None:
                return _reported(status_leaf, report, report.fields, "")
    return None


def _reported(leaf: parts.Part, root: parts.Part, fields: headers.Fields, text: str) -> Bounce:
    """Facts of the first recipient (RFC 3464 §2.3); what the report leaves out stays None."""
    content, _ = parts.transfer_decoded(leaf.fields, leaf.encoded)
    groups = _groups(content.decode("utf-8", "replace"))
    recipients = [group for group in groups if "final-recipient" in group or "original-recipient" in group]
    if not recipients:
        return _told(root, fields, text)
    first = recipients[0]
    status = _STATUS.search(first.get("status", "")) or _STATUS.search(first.get("diagnostic-code", ""))
    action = first.get("action", "").split("(")[0].strip().lower()
    addresses = [_typed_address(first.get(name, "")) for name in ("final-recipient", "original-recipient")]
    address = next((one for one in addresses if one and "@" in one), addresses[0] or addresses[1])
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
    if (fields.first("content-class") or "").lower() == "urn:content-classes:dsn":
        return "Content-Class"  # Exchange 2000 and 2003 to their own clients
    senders = fields.mailboxes("from")
    local = senders[0].address.partition("@")[0].lower() if senders else ""
    daemon = bool(_DAEMON.match(local)) or _names_daemon(fields)
    null_path = (fields.first("return-path") or "").strip() in ("<>", "< >")
    subject = (fields.text("subject") or "").casefold()
    if (daemon or null_path) and any(words in subject for words in _FAILURE_WORDS):
        return "failure subject"
    opening = text[:_OPENING].casefold()
    if daemon and any(words in opening for words in _FAILURE_WORDS):
        return "failure text"
    # In whatever language: a recipient on a line of its own and the code of an SMTP reply (qmail's QSBMF and its like).
    coded = _TOLD_STATUS.search(opening) or _REPLY_CODE.search(opening)
    return (
        "recipient and reply code"
        if (daemon or null_path) and coded and _RECIPIENT_LINE.search(text[:_OPENING])
        else ""
    )


def _names_daemon(fields: headers.Fields) -> bool:
    shown = (fields.text("from") or "").casefold().lstrip("\"' ")
    return shown.startswith(_DAEMON_NAMES)


def _told(root: parts.Part, fields: headers.Fields, text: str) -> Bounce:
    looked_at = text[:_LOOKED_AT]
    subject = (fields.text("subject") or "").casefold()
    said = f"{subject}\n{text[:_OPENING].casefold()}"
    delayed = any(words in said for words in _DELAY_WORDS)
    status = _TOLD_STATUS.search(looked_at)
    return Bounce(
        "delayed" if delayed else "failed",
        status.group(1) if status else None,
        _told_recipient(fields, looked_at),
        _original_id(root, fields, text),
    )


def _told_recipient(fields: headers.Fields, text: str) -> str | None:
    """The address that failed: of a field, else of a line of its own, else the first that is not the report's."""
    named = fields.mailboxes("x-failed-recipients")
    if named:
        return named[0].address
    ours = {box.address.lower() for name in ("from", "to", "reply-to") for box in fields.mailboxes(name)}
    found = (*(hit.group(1) for hit in _OWN_LINE.finditer(text)), *(hit.group() for hit in _ADDRESS.finditer(text)))
    return next((address for address in found if address.lower() not in ours), None)
