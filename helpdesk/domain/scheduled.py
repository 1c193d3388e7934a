"""When a scheduled step begins: at the opening of the day that a datum of the request names (R-040)."""

from datetime import date, datetime

from helpdesk.domain.calendars import Calendar


def day_of(value: object, calendar: Calendar) -> date | None:
    """The day that a date or an instant in ISO 8601 names at the office; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return calendar.local_date(instant) if instant.tzinfo else instant.date()


def hour_of(day: date, calendar: Calendar) -> datetime:
    """The opening (UTC) of that day, or of the next working day. Raises Invalid if there is none within two years."""
    return calendar.opening_of(calendar.next_working_day(day))
