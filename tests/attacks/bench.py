"""A desk under attack by mail: what arrives, what it changed, and the oracles that hold after every attack.

The people are those of attacks.md on the Chilean desk of the cast: a municipality asks, the head of its region and a
national officer decide, `mal` attacks. `changes` states everything that an attack may change and checks that nothing
else did, that the ledger equation holds and that the log stayed clean.
"""

import json
import logging
import socket
from base64 import encodebytes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain.actors import Actor
from helpdesk.domain.incoming import Person as Named
from helpdesk.logs import JsonLines
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Mailbox
from helpdesk.models.ledger import Arrival
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import health
from helpdesk.services import conversation
from tests.cast import ATTACHED_MEMO, REPORT, REPORT_TEXT, REQUESTER
from tests.mailhouse import BORDER, House

ATTACKER = Named("Mal", "mal@evil.test")
AGENT = Named("Ana Agente", "ana@sigec-cl.example.org")
MAILBOX = "mesaayuda@sigec-cl.example.org"
DATE = "Tue, 07 Apr 2026 10:00:00 -0400"
_numbers = count(1)

Field = tuple[str, str]
Site = FlaskClient


def stamp(domain: str, result: str = "pass") -> Field:
    """The verdict of our own border on a message."""
    return ("Authentication-Results", f"{BORDER}; dmarc={result} header.from={domain}")


def mail(
    sender: Named | str,
    subject: str,
    text: str | bytes,
    *more: Field,
    verdict: str | None = "pass",
    kind: str = "text/plain; charset=utf-8",
    message_id: str | None = None,
    to: str = MAILBOX,
) -> bytes:
    """A message as it comes from the border; `sender` as a text is the value of From as it stands.

    `verdict` is the border's on the domain of From, None for a border that says nothing.
    """
    written = sender if isinstance(sender, str) else f"{sender.name} <{sender.address}>"
    domain = written.rpartition("@")[2].strip("> ")
    fields: list[Field] = [stamp(domain, verdict)] if verdict else []
    fields += [
        ("From", written),
        ("To", to),
        ("Subject", subject),
        ("Date", DATE),
        ("Message-ID", message_id or f"<{next(_numbers)}@{domain}>"),
        *more,
        ("MIME-Version", "1.0"),
        ("Content-Type", kind),
    ]
    body = text if isinstance(text, bytes) else text.encode()
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + body + b"\r\n"


def with_files(text: str, *files: tuple[str, bytes]) -> tuple[bytes, str]:
    """A body with files and the content type that goes with it; a file is its part's header fields and its bytes."""
    parts = [b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()]
    parts += [
        f"{fields}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + encodebytes(content)
        for fields, content in files
    ]
    body = b"".join(b"--=_b\r\n" + part + b"\r\n" for part in parts) + b"--=_b--\r\n"
    return body, 'multipart/mixed; boundary="=_b"'


def pdf(name: str = ATTACHED_MEMO) -> tuple[str, bytes]:
    """A PDF by the name of a document that the request needs."""
    return f'Content-Type: application/pdf; name="{name}"\r\nContent-Disposition: attachment', b"%PDF-1.4"


def speaks(port: int, said: bytes) -> list[str]:
    """Says everything at once to a listener, as a pipelining peer does; gives its reply lines until it hangs up."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection, connection.makefile("rwb") as stream:
        stream.write(said)
        stream.flush()
        return [line.decode("utf-8", "replace").rstrip("\r\n") for line in stream]


@dataclass
class Bench:
    """The desk that is attacked."""

    house: House
    log: pytest.LogCaptureFixture

    def arrives(self, raw: bytes, to: str = MAILBOX) -> Arrival:
        """A message taken in and worked on, with all that follows from it; its row of the ledger."""
        number = self.house.say(raw, to=to, key=f"bench:{next(_numbers)}")
        self.house.work()
        return self.house.arrival(number)

    def request(self, sender: Named = REQUESTER, text: str = REPORT_TEXT) -> Ticket:
        """The municipality's request, complete; the head of the region is asked."""
        body, kind = with_files(text, pdf())
        row = self.arrives(mail(sender, REPORT, body, kind=kind))
        assert row.ticket_id is not None
        return self.ticket(row.ticket_id)

    def answers(self, letter: Letter, sender: Named, text: str | bytes, *more: Field, **how: str | None) -> Arrival:
        """A reply to one of our letters as any mail program sends it."""
        assert letter.reply_to is not None
        threading = (("In-Reply-To", f"<{letter.rfc_message_id}>"), ("References", f"<{letter.rfc_message_id}>"))
        raw = mail(sender, f"Re: {letter.subject}", text, *threading, *more, to=letter.reply_to, **how)  # type: ignore[arg-type]  # options of mail()
        return self.arrives(raw, to=letter.reply_to)

    def agent_answers(self, ticket: Ticket, text: str, files: tuple[tuple[str, str, str], ...] = ()) -> None:
        """The agent's answer to whoever asked."""
        with transaction() as session:
            agent = session.scalars(select(Person).where(Person.address == AGENT.address)).one()
            actor = Actor("person", agent.id, agent.institution_id, agent.name)
            conversation.reply(session, actor, ticket.id, None, text, files)

    def ticket(self, ticket_id: int) -> Ticket:
        """A ticket as it is now."""
        with transaction() as session:
            return session.get_one(Ticket, ticket_id)

    def messages(self, ticket: Ticket) -> list[Message]:
        """What came in to a ticket, oldest first."""
        with transaction() as session:
            query = select(Message).where(Message.ticket_id == ticket.id, Message.direction == "inbound")
            return list(session.scalars(query.order_by(Message.id)))

    def files(self, ticket: Ticket) -> list[Attachment]:
        """The files that came in to a ticket, in their order."""
        with transaction() as session:
            query = select(Attachment).join(Message, Message.id == Attachment.message_id)
            return list(session.scalars(query.where(Message.ticket_id == ticket.id).order_by(Attachment.id)))

    def events(self, ticket: Ticket, kind: str) -> list[Event]:
        """The history of a ticket, one kind of event."""
        with transaction() as session:
            query = select(Event).where(Event.ticket_id == ticket.id, Event.kind == kind)
            return list(session.scalars(query.order_by(Event.id)))

    def letters(self, ticket: Ticket | None = None, kind: str | None = None, to: Named | None = None) -> list[Letter]:
        """What left, oldest first."""
        return [
            each
            for each in self.house.letters()
            if (ticket is None or each.ticket_id == ticket.id)
            and kind in (None, each.letter)
            and (to is None or to.address == each.recipient)
        ]

    def step(self, ticket: Ticket, key: str = "validar_jar") -> Step:
        """A step of a ticket's route: the decision of the head of the region."""
        with transaction() as session:
            query = select(Step).where(Step.ticket_id == ticket.id, Step.key == key, Step.state != "superseded")
            return session.scalars(query).one()

    def person(self, named: Named) -> Person | None:
        """Somebody as the desk knows them."""
        with transaction() as session:
            return session.scalar(select(Person).where(Person.address == named.address))

    def counts(self) -> dict[str, int]:
        """Everything that an attack by mail could add to."""
        with transaction() as session:
            found = {
                "tickets": session.scalar(select(func.count(Ticket.id))),
                "messages": session.scalar(select(func.count(Message.id)).where(Message.direction == "inbound")),
                "to_confirm": session.scalar(select(func.count()).where(Message.standing == "to_confirm")),
                "letters": session.scalar(select(func.count(Letter.id))),
                "decisions": session.scalar(select(func.count()).where(Event.kind == "decided")),
                "closed": session.scalar(select(func.count()).where(Ticket.closed_at.is_not(None))),
                "undeliverable": session.scalar(select(func.count()).where(Person.undeliverable_since.is_not(None))),
                "staff": session.scalar(select(func.count()).where(Person.is_staff)),
                "mailboxes": session.scalar(select(func.count(Mailbox.id))),
            }
            for state, number in session.execute(select(Arrival.state, func.count()).group_by(Arrival.state)):
                found[state] = number
        return {key: value or 0 for key, value in found.items()}

    @contextmanager
    def changes(self, **expected: int) -> Iterator[None]:
        """Everything that the block changes, and no more; the oracles hold after it."""
        before = self.counts()
        yield
        after = self.counts()
        changed = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
        assert changed == expected, changed
        self.check()

    def check(self) -> None:
        """The ledger equation holds with nothing pending, and the log holds no error and only whole lines."""
        with transaction() as session:
            equation = health.equation(session, clock.now())
        assert (equation.holds, equation.pending) == (True, 0)
        assert [record.getMessage() for record in self.log.records if record.levelno >= logging.ERROR] == []
        for record in self.log.records:
            line = JsonLines().format(record)
            assert line.isprintable()
            assert json.loads(line)["message"]
