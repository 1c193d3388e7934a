"""A small helpdesk for tests of the mail path: its own database, one institution, the real desk, jobs run by hand."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from helpdesk import clock, queue
from helpdesk.db import db, transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.desk import DeskSettings
from helpdesk.files import Files
from helpdesk.models.institutions import Mailbox
from helpdesk.models.ledger import Arrival
from helpdesk.models.outbox import Letter
from helpdesk.queries import mailboxes
from helpdesk.services import catalogue
from mailbridge import intake, jobs, runtime
from mailbridge.filewords import FileWords
from mailbridge.runtime import Runtime
from mailbridge.sandbox import Sandbox
from mailbridge.signing import Signer
from tests.domain.shipped import shipped

DESK = DeskSettings(b"k" * 32, "http://127.0.0.1:8025", None)
# Importing the handlers registers them.
HANDLERS = (jobs,)
LMTP_MAILBOX = "biometria@mef-ec.example.org"
IMAP_MAILBOX = "gestion.documental@mef-ec.example.org"
UNKNOWN_MAILBOX = "desconocido@mef-ec.example.org"
BORDER = "mx.mef.example"
ANA = "ana.pena@gmail.example"


@dataclass
class House:
    """One installation. `say` takes a message in through the door; `work` runs what is due."""

    app: Flask
    mailbox: str
    other_mailbox: str
    engine: Engine

    def say(self, raw: bytes, to: str | None = None, key: str | None = None) -> int:
        """A message accepted as by LMTP; gives its ledger number."""
        recipient = to or self.mailbox
        with transaction() as session:
            door = mailboxes.find(session, recipient)
        assert door is not None
        number = key or f"{clock.now().timestamp()}"
        return intake.accept(intake.Envelope("lmtp", door.institution_id, door.mailbox_id, number, ANA, recipient), raw)

    def work(self, later: timedelta = timedelta()) -> queue.Drained:
        """Runs every job that is due (`later` from now), here and now."""
        return queue.drain(self.engine, until=datetime.now().astimezone() + later, around=self.app.app_context)

    def arrival(self, ledger_id: int) -> Arrival:
        """A row of the ledger as it is now."""
        with transaction() as session:
            return session.get_one(Arrival, ledger_id)

    def letters(self) -> list[Letter]:
        """Everything in the outbox, oldest first."""
        with transaction() as session:
            return list(session.scalars(select(Letter).order_by(Letter.id)))


def flask_app(url: str) -> Flask:
    """An application with the database at `url` and nothing of the web."""
    app = Flask("mailhouse")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_pre_ping": True}
    db.init_app(app)
    app.extensions["desk"] = DESK
    return app


@cache
def readers() -> tuple[Sandbox, FileWords]:
    """The reading processes, shared by all houses of this process: as in production one serves message after message,
    and one that dies is replaced. They end with us."""
    mails, papers = Sandbox(1), FileWords()
    atexit.register(mails.close)
    atexit.register(papers.close)
    return mails, papers


@contextmanager
def house(
    url: str,
    folder: Path,
    *,
    smtp_url: str | None = None,
    keep: bool = False,
    sandbox: Sandbox | None = None,
    signer: Signer | None = None,
) -> Iterator[House]:
    """The installation, its application context open; one that is there already is opened as it is."""
    app = flask_app(url)
    fence, words = readers()
    runtime.install(app, Runtime(DESK, Files(folder), sandbox or fence, BORDER, smtp_url, keep, signer, words))
    with app.app_context():
        with transaction() as session:
            if session.scalar(select(func.count(Mailbox.id))) == 0:
                load_institution(session, "mef-ec")
            boxes = session.scalars(select(Mailbox.address).order_by(Mailbox.id)).all()
        try:
            yield House(app, boxes[0], boxes[1], db.engine)
        finally:
            db.session.remove()
            db.engine.dispose()
            if sandbox is not None:
                sandbox.close()


def load_institution(session: Session, key: str) -> None:
    """Loads a shipped catalogue."""
    catalogue.load(session, operator(), shipped(key))


def letter(
    subject: str = "No puedo ingresar al sistema",
    text: str = "Buenos días: no puedo ingresar al sistema, me sale un error. Gracias.",
    *,
    sender: str = ANA,
    to: str = "soporte@mef.example",
    message_id: str | None = "<a1@gmail.example>",
    date: str | None = "Mon, 03 Mar 2025 10:15:00 -0500",
    stamp: str | None = "pass",
    more: str = "",
) -> bytes:
    """A plain message with CRLF line ends; `stamp` is the border's DMARC result, None for no stamp."""
    domain = sender.rpartition("@")[2]
    lines = [f"Authentication-Results: {BORDER}; dmarc={stamp} header.from={domain}"] if stamp else []
    lines += [f"From: Ana Peña <{sender}>", f"To: {to}", f"Subject: {subject}"]
    lines += [f"Date: {date}"] if date else []
    lines += [f"Message-ID: {message_id}"] if message_id else []
    lines += [*more.splitlines(), "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", text, ""]
    return "\r\n".join(lines).encode()
