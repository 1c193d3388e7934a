"""When whoever has to decide is reminded (R-178)."""

from datetime import datetime

from helpdesk.domain.calendars import Calendar
from helpdesk.domain.deadlines import count

WITHOUT_TERM_DAYS = 2
"""Working days after which an approval without any term is reminded of."""


def remind_at(asked: datetime, due: datetime | None, percent: int, calendar: Calendar) -> datetime | None:
    """The instant (UTC) at which `percent` of the opening time between the question and its term has passed; never on
    a closed day nor after the term. None when no opening time is left. Without a term after two working days."""
    if due is None:
        return count(WITHOUT_TERM_DAYS, "business_days", asked, calendar).at
    left = calendar.open_minutes(asked, due)
    if left <= 0:
        return None
    at = count(left * percent // 100, "minutes", asked, calendar).at
    return at if at < due else None
