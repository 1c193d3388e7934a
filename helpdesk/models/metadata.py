"""Imports every table, so that `Base.metadata` is whole for migrations and tests."""

from helpdesk.db import Base
from helpdesk.models import audit, documents, institutions, ledger, messages, outbox, people, steps, tickets

MODULES = (audit, documents, institutions, ledger, messages, outbox, people, steps, tickets)
metadata = Base.metadata
