"""Imports every table, so that `Base.metadata` is whole for migrations and tests."""

from helpdesk.db import Base
from helpdesk.models import attempts, audit, documents, institutions, ledger, messages, outbox, people, steps, tickets

MODULES = (attempts, audit, documents, institutions, ledger, messages, outbox, people, steps, tickets)
metadata = Base.metadata
