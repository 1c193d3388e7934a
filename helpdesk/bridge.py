"""Takes mail: the LMTP door, and a thread for each mailbox that is fetched by IMAP."""

import logging
import os
import signal
import socket
import threading
from uuid import uuid4

from flask import Flask
from sqlalchemy.exc import DBAPIError

import config
from helpdesk.assembly import application
from helpdesk.db import transaction
from helpdesk.queries import mailboxes
from mailbridge.imap import Reader
from mailbridge.lmtp import Listener

# How soon a mailbox connected meanwhile is noticed.
LOOK_AROUND_SECONDS = 5
STOP_SECONDS = 10

log = logging.getLogger(__name__)


def run(settings: config.Settings, url: str, *, stop: threading.Event | None = None) -> None:
    """Serves until SIGTERM or SIGINT (or `stop`); what is under way is accepted or left with its sender."""
    ended = stop or threading.Event()
    if stop is None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
    app = application(settings, url)
    listener = None
    if settings.lmtp_listen is not None:
        listener = Listener(app, settings.lmtp_listen.host, settings.lmtp_listen.port)
        listener.start()
        log.info("LMTP at %s:%s", *settings.lmtp_listen)
    try:
        Readers(app, ended).watch()
    finally:
        if listener is not None:
            listener.close()


class Readers:
    """One reader a mailbox, started when it is connected."""

    def __init__(self, app: Flask, stop: threading.Event) -> None:
        self._app, self._stop = app, stop
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._threads: dict[int, threading.Thread] = {}

    def watch(self) -> None:
        """Starts readers for what is connected until told to stop, then waits for them."""
        while not self._stop.is_set():
            for mailbox_id in self._connected():
                thread = self._threads.get(mailbox_id)
                if thread is None or not thread.is_alive():
                    self._start(mailbox_id)
            self._stop.wait(LOOK_AROUND_SECONDS)
        for thread in self._threads.values():
            thread.join(STOP_SECONDS)

    def _connected(self) -> tuple[int, ...]:
        try:
            with self._app.app_context(), transaction() as session:
                return mailboxes.connected(session)
        except DBAPIError:
            log.warning("no answer from the database", exc_info=True)
            return ()

    def _start(self, mailbox_id: int) -> None:
        reader = Reader(self._app, mailbox_id, self._holder, self._stop)
        thread = threading.Thread(target=reader.run, name=f"mailbox-{mailbox_id}", daemon=True)
        self._threads[mailbox_id] = thread
        thread.start()
