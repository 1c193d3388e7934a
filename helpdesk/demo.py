"""The demo: four institutions, a few people who may sign in, and sample mail through the real LMTP door.

Letters are kept and readable at /demo/correo, where one answers them as requester or approver, and writes new ones.
Such mail is like any other, stamped as the institution's border would stamp it, and goes in by the same door.
"""

import re
import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses, make_msgid
from functools import partial
from mimetypes import guess_type
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.cataloguefile import SHIPPED, read
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Invalid, NotFound, Unavailable
from helpdesk.models.ledger import Arrival
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.services import accounts, catalogue

SAMPLES = Path(__file__).parent / "samples"
BORDER = "demo.localhost"
PASSWORD = "demostracion-helpdesk"  # noqa: S105  # shown to everybody who starts the demo
PLACEHOLDER = re.compile(rb"@@TICKET:|<out\.")
DOOR_SECONDS = 30
SENDER = "borde@demo.localhost"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in to the demo. `teams` are (team, region or centre)."""

    institution: str
    address: str
    name: str
    what: str
    teams: tuple[tuple[str, str | None], ...] = ()
    is_admin: bool = False


ACCOUNTS = (
    Account(
        "mef-ec",
        "agente@mef-ec.example.org",
        "Ana Agente",
        "agente del Centro de Servicios",
        tuple(
            (team, None)
            for team in (
                "centro_servicios",
                "biometria",
                "soporte_presencial",
                "soporte_telefonico",
                "gestion_documental",
            )
        ),
    ),
    Account("mef-ec", "admin@mef-ec.example.org", "Alicia Admin", "administradora (MEF Ecuador)", is_admin=True),
    Account(
        "sigec-cl",
        "agente@sigec-cl.example.org",
        "Bruno Mesa",
        "agente de la Mesa de Ayuda SIGEC",
        tuple((team, None) for team in ("mesa_ayuda", "equipo_sigec", "ugpip", "ti_ses")),
    ),
    Account(
        "sigec-cl",
        "supervisor.valparaiso@sigec-cl.example.org",
        "Sofía Supervisora",
        "supervisora regional de Valparaíso (aprueba)",
        (("equipo_regional", "CL-VS"),),
    ),
    Account(
        "sigec-cl",
        "encargado.nacional.familias@sigec-cl.example.org",
        "Nicolás Nacional",
        "encargado nacional de programa (aprueba)",
    ),
    Account(
        "conectamef-pe",
        "agente.piura@conectamef-pe.example.org",
        "Pilar Piura",
        "agente del centro de Piura: ve solo su centro",
        (("centro", "piura"), ("mesa_partes", "piura")),
    ),
    Account("seps-ec", "agente@seps-ec.example.org", "Clara Claves", "agente de claves (SEPS)", (("claves", None),)),
)


def set_up(session: Session) -> None:
    """Load the shipped institutions and make the accounts; doing it again changes nothing."""
    for path in sorted(SHIPPED.glob("*.yaml")):
        catalogue.load(session, operator(), read(path))
    for account in ACCOUNTS:
        known = session.scalar(select(Person).where(Person.address == account.address, Person.is_staff))
        if known is None:
            accounts.add_user(
                session,
                operator(),
                account.institution,
                account.address,
                account.name,
                PASSWORD,
                is_admin=account.is_admin,
                teams=account.teams,
            )


def lives_here(session: Session) -> bool:
    """Whether the database is a demo's: its people sign in with a published password."""
    theirs = [account.address for account in ACCOUNTS]
    return session.scalar(select(Person.id).where(Person.address.in_(theirs), Person.is_staff).limit(1)) is not None


def delivered(session: Session) -> int:
    """How many of the sample mails have come in; fewer than there are when an earlier start was interrupted."""
    return session.scalar(select(func.count()).select_from(Arrival).where(Arrival.envelope_from == SENDER)) or 0


def sample_mail(ours: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    """Every sample that opens something by itself, with the mailbox it goes to; replies need our letters first."""
    for path in sorted(SAMPLES.glob("*.eml")):
        raw = path.read_bytes()
        if PLACEHOLDER.search(raw):
            continue
        headers = BytesHeaderParser().parsebytes(raw)
        for _, address in getaddresses([str(value) for value in headers.get_all("To", [])]):
            if address.lower() in ours:
                yield address, stamped(raw, str(headers["From"]))


def deliver_samples(host: str, port: int, ours: frozenset[str], already: int) -> int:
    """Hand the sample mail but the first `already` in at the LMTP door; gives how many.

    Raises NotFound when this installation lacks the samples, Unavailable when nobody opens.
    """
    if not SAMPLES.is_dir():
        raise NotFound(f"Faltan los correos de muestra en {SAMPLES}: ejecute la demo desde una copia completa.")
    waiting = tuple(sample_mail(ours))[already:]
    if waiting:
        # Closed without QUIT when interrupted: the answer to it would be the one to the message under way.
        with closing(door(host, port)) as lmtp:
            for recipient, raw in waiting:
                lmtp.sendmail(SENDER, [recipient], raw)
            lmtp.quit()
    return len(waiting)


def answering(host: str, port: int) -> Callable[[Flask], None]:
    """What completes the demo's web application: letters are answered and mails written through that LMTP door."""

    def complete(app: Flask) -> None:
        app.config["DEMO_ANSWER"] = partial(answer, host, port)
        app.config["DEMO_WRITE"] = partial(write, host, port)

    return complete


def answer(host: str, port: int, recipient: str, letter_id: int, text: str) -> None:
    """Answer a kept letter by mail as the person it was written to. Raises NotFound, Unavailable."""
    with transaction() as session:
        letter = session.get(Letter, letter_id)
        if letter is None or letter.recipient != recipient:
            raise NotFound("No hay tal carta.")
        message = reply_to(letter, text)
    hand_in(host, port, message, recipient, letter.reply_to or letter.sender)


def write(
    host: str, port: int, sender: str, mailbox: str, subject: str, text: str, files: tuple[tuple[str, bytes], ...]
) -> None:
    """Send a mail of that text with those files (name, content) to a shared mailbox. Raises Invalid, Unavailable."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mailbox, " ".join(subject.split())
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=BORDER)
    message.set_content(text)
    for name, content in files:
        maintype, _, subtype = (guess_type(name)[0] or "application/octet-stream").partition("/")
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    hand_in(host, port, message, sender, mailbox)


def hand_in(host: str, port: int, message: EmailMessage, sender: str, recipient: str) -> None:
    """Give a message to the bridge. Raises Invalid when it refuses it, Unavailable when it does not answer."""
    try:
        with closing(door(host, port)) as lmtp:
            lmtp.sendmail(sender, [recipient], stamped(message.as_bytes(), sender))
            lmtp.quit()
    except smtplib.SMTPException as refused:
        raise Invalid(f"El puente de correo no aceptó el mensaje: {refused}.") from refused


def reply_to(letter: Letter, text: str) -> EmailMessage:
    """What a mail program sends when its user answers the letter: reply address, thread, quote below."""
    message = EmailMessage()
    message["From"] = f"{letter.recipient_name} <{letter.recipient}>" if letter.recipient_name else letter.recipient
    message["To"] = letter.reply_to or letter.sender
    message["Subject"] = f"Re: {letter.subject}"
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=letter.recipient.rpartition("@")[2])
    message["In-Reply-To"] = f"<{letter.rfc_message_id}>"
    message["References"] = " ".join(f"<{each}>" for each in (*letter.references, letter.rfc_message_id))
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
    written = f"El {letter.created_at:%d/%m/%Y} a las {letter.created_at:%H:%M}, {letter.sender_name} <{letter.sender}>"
    message.set_content(f"{text}\n\n{written} escribió:\n\n{quoted}\n")
    return message


def stamped(raw: bytes, sender: str) -> bytes:
    """The message as the border hands it over: its DMARC verdict on top (RFC 8601)."""
    domain = getaddresses([sender])[0][1].rpartition("@")[2]
    return f"Authentication-Results: {BORDER}; dmarc=pass header.from={domain}\r\n".encode() + raw


def door(host: str, port: int) -> smtplib.LMTP:
    """A connection to the bridge's LMTP listener, which may still be starting. Raises Unavailable."""
    deadline = time.monotonic() + DOOR_SECONDS
    while True:
        try:
            return smtplib.LMTP(host, port)
        except OSError as error:
            if time.monotonic() > deadline:
                raise Unavailable(f"El puente de correo no responde en {host}:{port}: {error}.") from error
            time.sleep(0.2)
