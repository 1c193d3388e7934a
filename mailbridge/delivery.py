"""One letter on its way: claim, compose, send, settle, each commit short and none around the network."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from helpdesk.db import db, transaction
from helpdesk.domain.errors import HelpdeskError
from helpdesk.services import outbox
from helpdesk.services.outbox import Delivery
from mailbridge import failpoints, runtime, smtp
from mailbridge.outgoing import composed

log = logging.getLogger(__name__)

LOCK_CLASS = 7413


def deliver(outbox_id: int) -> None:
    """Sends a letter that is due. Without an outgoing server it stays queued, or is kept in a demo."""
    here = runtime.current()
    if here.smtp_url is None:
        if here.keep_letters:
            with transaction() as session:
                outbox.keep(session, outbox_id)
        return
    with alone(outbox_id) as free:
        if free:
            send(outbox_id, here.smtp_url)


def send(outbox_id: int, url: str) -> None:
    """The three short transactions of a delivery with the network between them."""
    with transaction() as session:
        letter = outbox.claim(session, outbox_id)
        failpoints.reach("send.before_claim_commit")
    failpoints.reach("send.after_claim_commit")
    if letter is None:
        return
    attempt = letter.attempts

    def before_dot() -> None:
        with transaction() as session:
            outbox.dot_sent(session, outbox_id, attempt)
            failpoints.reach("send.before_dot_commit")

    try:
        here = runtime.current()
        message = composed(letter, here.files)
        if here.signer is not None:
            message = here.signer.signed(message, letter.sender)
    except (HelpdeskError, ValueError, UnicodeError) as error:
        log.exception("letter %s cannot be composed", outbox_id)
        result = Delivery("refused", f"La carta no se pudo componer: {error}")
    else:
        result = smtp.send(url, letter.envelope_from, letter.recipient, message, before_dot)
    with transaction() as session:
        outbox.settle(session, outbox_id, attempt, result)
        failpoints.reach("send.before_settle_commit")
    failpoints.reach("send.after_settle_commit")


@contextmanager
def alone(outbox_id: int) -> Iterator[bool]:
    """Whether nobody else is sending this letter.

    The lock lives as long as its connection: a sender that was killed holds it no more, one that is merely slow does.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = {"kind": LOCK_CLASS, "id": outbox_id % 2**31}
        free = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:kind, :id)"), key))
        try:
            yield free
        finally:
            if free:
                connection.execute(text("SELECT pg_advisory_unlock(:kind, :id)"), key)
