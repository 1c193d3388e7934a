"""Hands one letter to the outgoing server, so that it is known on which side of the final dot a failure fell."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from helpdesk.domain.addresses import ascii_domain
from helpdesk.services.outbox import Delivery
from mailbridge import failpoints

SECONDS = 60.0
SECONDS_AFTER_DOT = 600.0
SECONDS_TO_LEAVE = 5.0
PIECE = 64 * 1024
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed over. `smtps` speaks TLS from the first byte, else STARTTLS is used when offered and
    required unless the server is this machine."""

    tls: bool
    host: str
    port: int
    user: str | None
    password: str | None


def server_at(url: str) -> Server:
    """The server that `smtp[s]://user:password@host:port` names; the ports default to 465 and 587 (25 here)."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    tls = parts.scheme == "smtps"
    port = parts.port or (465 if tls else 25 if host in LOOPBACK else 587)
    user = unquote(parts.username) if parts.username else None
    return Server(tls, host, port, user, unquote(parts.password) if parts.password else None)


def send(url: str, sender: str, recipient: str, message: bytes, before_dot: Callable[[], None]) -> Delivery:
    """Sends `message` to one recipient and says what became of it; network and protocol failures never raise.

    `before_dot` is called when the body is out and the final dot is not: what it raises ends the connection with
    nothing delivered, and is raised on. A failure after that is `in_doubt`, before it `deferred` or `refused`.
    """
    try:
        connection = connect(server_at(url))
    except smtplib.SMTPAuthenticationError as error:
        return Delivery("deferred", f"El servidor de salida no acepta la contraseña: {words(error)}")
    except UnicodeError:
        return Delivery(
            "deferred", "El usuario o la contraseña del servidor de salida tiene letras que SMTP no admite."
        )
    except smtplib.SMTPResponseException as error:
        return Delivery("deferred", f"El servidor de salida no atiende ahora: {words(error)}")
    except (OSError, smtplib.SMTPException) as error:
        return Delivery("deferred", f"El servidor de salida no responde: {words(error)}")
    failpoints.reach("send.after_ehlo")
    try:
        result = converse(connection, sender, with_ascii_domain(recipient), message, before_dot)
        leave(connection)
    finally:
        connection.close()
    failpoints.reach("send.after_quit")
    return result


def connect(server: Server) -> smtplib.SMTP:
    """A greeted, encrypted (certificate checked) and logged-in connection. Raises OSError or SMTPException."""
    context = ssl.create_default_context()
    connection = (
        smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
        if server.tls
        else smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    )
    failpoints.reach("send.after_greeting")
    try:
        connection.ehlo_or_helo_if_needed()
        if not server.tls and server.host not in LOOPBACK:
            connection.starttls(context=context)
            connection.ehlo()
        if server.user is not None:
            connection.login(server.user, server.password or "")
    except BaseException:
        connection.close()
        raise
    return connection


def converse(
    connection: smtplib.SMTP, sender: str, recipient: str, message: bytes, before_dot: Callable[[], None]
) -> Delivery:
    """MAIL, RCPT, DATA, body, dot."""
    try:
        refused = open_data(connection, sender, recipient, message)
        if refused is not None:
            return refused
        failpoints.reach("send.before_body")
        send_body(connection, stuffed(message))
    except ValueError as error:  # what smtplib says of characters that no command may hold
        return Delivery("refused", f"La dirección no se puede escribir en SMTP: {error}")
    except (OSError, smtplib.SMTPException) as error:
        return Delivery("deferred", f"La conexión se cortó antes de entregar: {words(error)}")
    before_dot()
    failpoints.reach("send.before_dot")
    try:
        if connection.sock is not None:
            connection.sock.settimeout(SECONDS_AFTER_DOT)
        connection.send(b".\r\n")
        code, reply = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Delivery("in_doubt", f"La conexión se cortó antes de la confirmación: {words(error)}")
    failpoints.reach("send.after_dot")
    if not 200 <= code < 600:
        return Delivery("in_doubt", f"El servidor confirmó con palabras que no se entienden: {told(code, reply)}")
    return verdict(code, reply)


def send_body(connection: smtplib.SMTP, body: bytes) -> None:
    """The body in pieces: the time allowed is for each, so that a large letter may take as long as it moves."""
    for start in range(0, len(body), PIECE):
        connection.send(body[start : start + PIECE])


def leave(connection: smtplib.SMTP) -> None:
    """QUIT (RFC 5321, 4.1.1.10). What became of the letter is known already: the answer is not waited for long."""
    if connection.sock is None:
        return
    with suppress(OSError, smtplib.SMTPException):
        connection.sock.settimeout(SECONDS_TO_LEAVE)
        connection.quit()


def open_data(connection: smtplib.SMTP, sender: str, recipient: str, message: bytes) -> Delivery | None:
    """Opens the transaction up to the 354; gives the delivery that failed, or None when the body may follow."""
    options = ["BODY=8BITMIME"] if connection.has_extn("8bitmime") else []
    if not (sender + recipient).isascii():
        if not connection.has_extn("smtputf8"):
            return Delivery("refused", "El servidor de salida no admite direcciones con tildes (SMTPUTF8).")
        options.append("SMTPUTF8")
        connection.command_encoding = "utf-8"
    if connection.has_extn("size"):
        limit = connection.esmtp_features["size"].strip()
        if limit.isdecimal() and 0 < int(limit) < len(message):
            return Delivery("refused", too_large(len(message), int(limit)))
        options.append(f"SIZE={len(message)}")
    dsn = connection.has_extn("dsn")
    if dsn and sender:
        options.append("RET=HDRS")
    code, reply = connection.mail(sender, options)
    if code != 250:
        return refusal(code, reply)
    failpoints.reach("send.after_mail")
    code, reply = connection.rcpt(recipient, report_options(sender, recipient) if dsn else [])
    if code not in (250, 251):
        return refusal(code, reply)
    failpoints.reach("send.after_rcpt")
    code, reply = connection.docmd("DATA")
    return None if code == 354 else refusal(code, reply)


def with_ascii_domain(address: str) -> str:
    """The address as every server takes it: an international domain in its ASCII form (RFC 5890), the rest as it is."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{ascii_domain(domain)}"


def too_large(size: int, limit: int) -> str:
    """The sentence for a letter over the server's limit (RFC 1870)."""
    return (
        f"La carta con sus archivos pesa {size / 2**20:.1f} MB y el servidor de salida acepta {limit / 2**20:.1f} MB: "
        "envíe menos archivos o por otra vía."
    )


def report_options(sender: str, recipient: str) -> list[str]:
    """What we ask of a server that reports on deliveries (RFC 3461, 4): failures and delays, by the address we used.

    Nobody would read a report to the null sender, so none is asked for.
    """
    if not sender:
        return ["NOTIFY=NEVER"]
    # A non-ASCII address would need the address type of RFC 6533, which few servers take.
    original = [f"ORCPT=rfc822;{xtext(recipient)}"] if recipient.isascii() else []
    return ["NOTIFY=FAILURE,DELAY", *original]


def xtext(value: str) -> str:
    """An ASCII value as a parameter of SMTP (RFC 3461, 4): all but printable characters without + and = in hex."""
    return "".join(each if "!" <= each <= "~" and each not in "+=" else f"+{ord(each):02X}" for each in value)


def verdict(code: int, reply: bytes) -> Delivery:
    """What the reply to the final dot means."""
    return Delivery("accepted", told(code, reply)) if 200 <= code < 300 else refusal(code, reply)


def refusal(code: int, reply: bytes) -> Delivery:
    """What a reply means that keeps the letter from going on: 5xx refuses for good, anything else (a 2xx that was not
    the one to be given there, too) is tried later."""
    return Delivery("refused" if 500 <= code < 600 else "deferred", told(code, reply))


def told(code: int, reply: bytes) -> str:
    """A reply as the server spelled it, in one line."""
    return " ".join(f"{code} {reply.decode('utf-8', 'replace')}".split())


def stuffed(message: bytes) -> bytes:
    """The body with CRLF line ends, dots doubled at line beginnings (RFC 5321, 4.5.2), ending a line."""
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)


def words(error: BaseException) -> str:
    """The reason of a failure in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        return told(error.smtp_code, reply if isinstance(reply, bytes) else reply.encode())
    # smtplib tells of a time-out as of a connection that was closed.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "tiempo de espera agotado"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "el servidor la cerró"
    return str(error) or type(error).__name__
