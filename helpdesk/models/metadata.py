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
    materials,
    messages,
    notices,
    outbox,
    people,
    plans,
    steps,
    tasks,
    tickets,
)

MODULES = (
    alarms, attempts, audit, calendars, documents, events, institutions, ledger, materials, messages, notices, outbox,
    people, plans, steps, tasks, tickets,
)  # fmt: skip
metadata = Base.metadata
