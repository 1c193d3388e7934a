"""Imports every table, so that `Base.metadata` is whole for migrations and tests."""

from helpdesk.db import Base
from helpdesk.models import (
    alarms,
    attempts,
    audit,
    calendars,
    documents,
    events,
    institutions,
    ledger,
    messages,
    outbox,
    people,
    plans,
    steps,
    tickets,
)

MODULES = (
    alarms, attempts, audit, calendars, documents, events, institutions, ledger, messages, outbox, people, plans,
    steps, tickets,
)  # fmt: skip
metadata = Base.metadata
