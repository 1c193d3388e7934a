"""Imports every table, so that `Base.metadata` is whole for migrations and tests."""

from helpdesk.db import Base
from helpdesk.models import (
    alarms,
    attempts,
    audit,
    calendars,
    documents,
    institutions,
    ledger,
    messages,
    outbox,
    people,
    steps,
    tickets,
)

MODULES = (
    alarms, attempts, audit, calendars, documents, institutions, ledger, messages, outbox, people, steps, tickets,
)  # fmt: skip
metadata = Base.metadata
