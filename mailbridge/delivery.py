"""One letter on its way: claim, compose, send, settle, each commit short and none around the network."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import text

from helpdesk.db import db, transaction
from helpdesk.domain.errors import HelpdeskError, Invalid, NotFound, Unavailable
from helpdesk.models.outbox import Letter
from helpdesk.services import outbox
from helpdesk.services.outbox import Delivery
from mailbridge import failpoints, runtime, smtp
from mailbridge.collisions import repeated
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
    letter = claim(outbox_id)
    if letter is None:
        return
    attempt = letter.attempts
    result = hand_over(letter, url, lambda: note_dot(outbox_id, attempt))
    settle(outbox_id, attempt, result)


@repeated
def claim(outbox_id: int) -> Letter | None:
    """Commits that the letter is being sent by us."""
    with transaction() as session:
        letter = outbox.claim(session, outbox_id)
        failpoints.reach("send.before_claim_commit")
    failpoints.reach("send.after_claim_commit")
    return letter


def hand_over(letter: Letter, url: str, before_dot: Callable[[], None]) -> Delivery:
    """Composes the letter and speaks with the outgoing server, no transaction open."""
    try:
        here = runtime.current()
        message = composed(letter, here.files)
        if here.signer is not None:
            message = here.signer.signed(message, letter.sender)
    except Unavailable as error:
        log.warning("letter %s waits: %s", letter.id, error)
        return Delivery("deferred", "El almacén de archivos no responde.")
    except NotFound:
        log.exception("letter %s has lost a file", letter.id)
        return Delivery("refused", "Falta en el almacén un archivo de la carta: adjúntelo otra vez.")
    except Invalid as error:
        log.warning("letter %s cannot leave: %s", letter.id, error)
        return Delivery("refused", str(error))
    except (HelpdeskError, ValueError) as error:
        log.exception("letter %s cannot be composed", letter.id)
        return Delivery("refused", f"La carta no se pudo componer: {error}")
    except Exception:  # a defect of ours: it is tried later, at growing intervals, and told after five days
        log.exception("letter %s meets a defect", letter.id)
        return Delivery("deferred", "La carta no se pudo componer por un error interno.")
    return smtp.send(url, letter.envelope_from, letter.recipient, message, before_dot)


@repeated
def note_dot(outbox_id: int, attempt: int) -> None:
    """Commits that the final dot is about to leave."""
    with transaction() as session:
        outbox.dot_sent(session, outbox_id, attempt)
        failpoints.reach("send.before_dot_commit")


@repeated
def settle(outbox_id: int, attempt: int, result: Delivery) -> None:
    """Commits what became of the try, and with it the job of the next one where there is to be one."""
    with transaction() as session:
        outbox.settle(session, outbox_id, attempt, result)
        if result.result == "deferred":
            failpoints.reach("defer.before_commit")
        failpoints.reach("send.before_settle_commit")
    if result.result == "deferred":
        failpoints.reach("defer.after_commit")
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
