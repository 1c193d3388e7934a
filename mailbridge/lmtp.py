"""The LMTP door (RFC 2033): one answer per recipient, and 250 only for what is committed.

Every doubt is a 451: the border keeps the message and tries again.
"""

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy.exc import DBAPIError

from helpdesk.db import transaction
from helpdesk.queries import mailboxes
from helpdesk.queries.mailboxes import Door
from mailbridge import failpoints, intake
from mailbridge.limits import MAX_MESSAGE_BYTES

log = logging.getLogger(__name__)

UNKNOWN = "550 5.1.1 <{}> is not a mailbox of this helpdesk"
LATER = "451 4.3.0 The helpdesk cannot store mail now, try again later"
TOO_LARGE = f"552 5.3.4 Message larger than {MAX_MESSAGE_BYTES} bytes"
BUSY = b"421 4.7.0 Too many connections from your address, try again later\r\n"
MOST_RECIPIENTS = 100
MOST_CONVERSATIONS = 50
"""At a time from one address; a border server opens 20."""
IDLE_SECONDS = 60


def unknown(address: str) -> str:
    """The refusal of a recipient, in which nothing of it can be taken for a reply of its own."""
    return UNKNOWN.format("".join(char if char.isprintable() else "?" for char in address))


class Server(LMTP):
    """aiosmtpd's LMTP with one reply per recipient for whatever follows DATA."""

    line_length_limit = MAX_MESSAGE_BYTES
    _replies = 0

    def __init__(self, handler: "Handler", peers: Counter[str], **options: Any) -> None:
        super().__init__(handler, **options)
        self._peers, self._peer, self._turned_away = peers, "", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins the conversation, or turns away a peer that holds too many: nobody can occupy the door alone."""
        self._peer = str(transport.get_extra_info("peername", ("",))[0])
        self._peers[self._peer] += 1
        self._turned_away = self._peers[self._peer] > MOST_CONVERSATIONS
        if not self._turned_away:
            super().connection_made(transport)
        elif isinstance(transport, asyncio.WriteTransport):
            transport.write(BUSY)
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Ends the conversation; its place is free."""
        self._peers[self._peer] -= 1
        # Only positive counts are kept, or the table would grow with every address ever seen.
        self._peers += Counter()
        if not self._turned_away:
            super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # the name aiosmtpd calls
        """DATA; the final reply is repeated for every recipient that was accepted (RFC 2033, 4.2)."""
        self._replies = len(self.envelope.rcpt_tos) if self.envelope is not None else 0
        try:
            await super().smtp_DATA(arg)
        finally:
            self._replies = 0

    async def push(self, status: Any) -> None:
        """Sends a reply; a lone one after DATA stands for all recipients."""
        text = status.decode() if isinstance(status, bytes) else str(status)
        if self._replies > 1 and not text.startswith(("354", "503", "501")) and "\r\n" not in text:
            text = "\r\n".join([TOO_LARGE if text.startswith("552") else text] * self._replies)
        await super().push(text)


class Handler:
    """What happens at RCPT and after DATA; the database is asked in threads, so that slow peers wait alone."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    async def handle_RCPT(  # noqa: N802  # the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """250 for a mailbox of ours (a reply token in its plus-part is welcome), 550 for others."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            door = await asyncio.to_thread(self._find, address)
        except DBAPIError:
            log.warning("no answer from the database at RCPT", exc_info=True)
            return LATER
        if door is None:
            return unknown(address)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Accepts the message once per recipient; the replies stand in their order."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        transaction_id = uuid4().hex
        replies = [
            await asyncio.to_thread(self._accept, transaction_id, envelope.mail_from, recipient, raw)
            for recipient in envelope.rcpt_tos
        ]
        failpoints.reach("lmtp.before_reply")
        return "\r\n".join(replies)

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours is never the end of a message."""
        log.error("fault in an LMTP conversation", exc_info=error)
        return LATER

    def _find(self, address: str) -> Door | None:
        with self._app.app_context(), transaction() as session:
            return mailboxes.find(session, address)

    def _accept(self, transaction_id: str, sender: str | None, recipient: str, raw: bytes) -> str:
        try:
            door = self._find(recipient)
            if door is None:
                return unknown(recipient)
            key = f"{transaction_id}:{recipient.lower()}"
            envelope = intake.Envelope(
                "lmtp", door.institution_id, door.mailbox_id, key, (sender or "").strip("<>") or None, recipient
            )
            failpoints.reach("lmtp.before_accept")
            with self._app.app_context():
                ledger_id = intake.accept(envelope, raw)
        except Exception:  # whatever it was, the message is not ours yet
            log.exception("a message could not be stored")
            return LATER
        return f"250 2.0.0 OK {ledger_id}"


class Listener(Controller):
    """Listens in a thread of its own; `start` and `stop` it."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        super().__init__(Handler(app), hostname=host, port=port, ready_timeout=30)
        self._peers = Counter[str]()

    def factory(self) -> SMTP:
        """One conversation."""
        return Server(
            self.handler,
            self._peers,
            data_size_limit=MAX_MESSAGE_BYTES,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname="helpdesk",
            ident="LMTP helpdesk",
            timeout=IDLE_SECONDS,
            loop=self.loop,
        )

    def close(self) -> None:
        """Stops listening; conversations under way end with their connection."""
        with suppress(AssertionError):
            self.stop()
