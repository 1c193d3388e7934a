"""The numbers of the mail path for Prometheus, read from the database when they are asked for.

They are those of the installation, not of the process that answers, so any web process may be asked. Mailboxes are
named by their keys: no address and nothing of a message is told.
"""

from collections.abc import Callable
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from helpdesk.queries.health import MailboxHealth

Reader = Callable[[MailboxHealth, datetime], float | None]


def seconds_since(instant: datetime | None, now: datetime) -> float | None:
    """An age in seconds; None for what never was."""
    return None if instant is None else max((now - instant).total_seconds(), 0.0)


BY_MAILBOX: tuple[tuple[str, str, Reader], ...] = (
    ("backlog", "Messages that wait on the IMAP server.", lambda box, now: box.backlog),
    ("pending", "Messages accepted and not yet processed.", lambda box, now: box.pending),
    (
        "oldest_pending_seconds",
        "Age of the oldest message not yet processed; 0 when none waits.",
        lambda box, now: seconds_since(box.oldest_pending_at, now) or 0.0,
    ),
    (
        "last_contact_seconds",
        "Time since the IMAP server was last read without trouble.",
        lambda box, now: seconds_since(box.last_contact_at, now),
    ),
    ("vanished", "Messages removed from the server before they could be fetched.", lambda box, now: box.vanished),
    (
        "in_trouble",
        "1 while something keeps the mailbox from being read.",
        lambda box, now: float(box.last_error is not None),
    ),
)
"""A gauge's name behind `helpdesk_mailbox_`, what it tells, and how it is read; None where there is nothing to tell."""


def of_mailboxes(mailboxes: tuple[MailboxHealth, ...], now: datetime) -> bytes:
    """The gauges of each mailbox in Prometheus's text format."""
    registry = CollectorRegistry()
    for name, told, read in BY_MAILBOX:
        gauge = Gauge(f"helpdesk_mailbox_{name}", told, ("institution", "mailbox"), registry=registry)
        for box in mailboxes:
            value = read(box, now)
            if value is not None:
                gauge.labels(box.institution, box.key).set(value)
    return generate_latest(registry)
