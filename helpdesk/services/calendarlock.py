"""Keeps the editing of an institution's calendars and the opening of its tickets apart (R-182).

An edit counts the open tickets anew and cannot see one that is not committed yet: it waits for those that are being
opened, and what is opened after it waits for the edit. Openings do not wait for each other. Taken before any ticket is
locked, because an edit locks them all.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

# The first half of the lock's number; the institution is the other.
KIND = 7414


def counted_in(session: Session, institution_id: int) -> None:
    """A ticket is about to be opened: its terms are counted by calendars that nobody edits until it is committed."""
    session.execute(select(func.pg_advisory_xact_lock_shared(KIND, institution_id)))


def edited(session: Session, institution_id: int) -> None:
    """The calendars are about to be edited; one edit at a time."""
    session.execute(select(func.pg_advisory_xact_lock(KIND, institution_id)))
