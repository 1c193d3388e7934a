"""Which services are given in the centres, and to whom they are told (R-103)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.domain.catalogue import Catalogue, RequestType


def services_of_centres(catalogue: Catalogue) -> tuple[RequestType, ...]:
    """The request types that a team of each centre attends, in their order; suggestions and what the administration
    decides are none."""
    local = {team.key for team in catalogue.teams if team.per_centre}
    found = (each for each in catalogue.request_types if each.responsible_team in local)
    return tuple(sorted(found, key=lambda each: each.order))


def subject_fields(catalogue: Catalogue) -> tuple[str, ...]:
    """The data in which those services say what system they are about."""
    steps = (step for each in services_of_centres(catalogue) for step in each.route)
    return tuple(dict.fromkeys(step.actor.subject for step in steps if step.actor.subject is not None))


def month_of(written: str, timezone: str) -> tuple[datetime, datetime] | None:
    """The first instant of a month written as 2026-04 and the first after it; None for what is none."""
    try:
        first = date.fromisoformat(f"{written}-01") if len(written) == len("2026-04") else None
        after = (first + timedelta(days=31)).replace(day=1) if first is not None else None
    except (ValueError, OverflowError):
        return None
    if first is None or after is None:
        return None
    zone = ZoneInfo(timezone)
    return datetime.combine(first, time(), zone), datetime.combine(after, time(), zone)


def days_taken(received_at: datetime, closed_at: datetime | None, now: datetime, timezone: str) -> int:
    """Calendar days from the day of arrival to the day of its end, or to today."""
    zone = ZoneInfo(timezone)
    return ((closed_at or now).astimezone(zone).date() - received_at.astimezone(zone).date()).days
