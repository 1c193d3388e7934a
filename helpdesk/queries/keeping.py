"""Which tickets an institution has kept for as long as it chose (Q-09). Nothing is deleted: what leaves the archive is
decided by people, with the evidence folder of each ticket."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.choices import choices_of
from helpdesk.models.institutions import Institution
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues


def past(session: Session, institution_id: int, now: datetime) -> tuple[Ticket, ...]:
    """The tickets that ended at least `keep_years` years ago by the institution's calendar, the longest ended first;
    none where everything is kept."""
    institution = session.get_one(Institution, institution_id)
    years = choices_of(catalogues.current(session, institution_id).institution).keep_years
    if years == 0:
        return ()
    zone = ZoneInfo(institution.timezone)
    first_kept = datetime.combine(_years_before(now.astimezone(zone).date(), years), datetime.min.time(), zone)
    query = select(Ticket).where(Ticket.institution_id == institution_id, Ticket.closed_at < first_kept)
    return tuple(session.scalars(query.order_by(Ticket.closed_at, Ticket.id)))


def _years_before(day: date, years: int) -> date:
    """The day after which nothing is old enough: of what ended on the same date that many years ago, all is."""
    try:
        same = day.replace(year=day.year - years)
    except ValueError:
        same = date(day.year - years, 2, 28)
    return date.fromordinal(same.toordinal() + 1)
