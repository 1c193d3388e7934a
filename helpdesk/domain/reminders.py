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


def next_reminder(
    asked: datetime,
    own_limit: datetime | None,
    term: datetime | None,
    percent: int,
    calendar: Calendar,
    now: datetime,
) -> datetime | None:
    """When an approver is reminded next after `now`: within the time to decide, which is the approver's own or else the
    ticket's, and once more when the own one is over before the ticket's `term`. None: no more."""
    hours = [remind_at(asked, own_limit or term, percent, calendar)]
    if own_limit is not None and (term is None or own_limit < term):
        hours.append(own_limit)
    return min((hour for hour in hours if hour is not None and hour > now), default=None)
