"""The calendars of an institution as they count now: its catalogue with the days edited by hand (R-182)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import batch
from helpdesk.domain import deadlines
from helpdesk.domain.calendars import Calendar, Closure, DayEdit
from helpdesk.domain.catalogue import CalendarSpec, Catalogue
from helpdesk.domain.choices import Choices, choices_of
from helpdesk.domain.effective import effective, effective_spec, office_region, subdivision_of
from helpdesk.models.calendars import CalendarDay
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues

Edits = dict[str, tuple[DayEdit, ...]]
"""The edited days of each calendar, by its key."""


@dataclass(frozen=True, slots=True)
class Rules:
    """By what an institution counts: its catalogue in force, its choices, the days it edited."""

    catalogue: Catalogue
    choices: Choices
    edits: Edits

    def calendar(self, spec: CalendarSpec, region: str | None) -> Calendar:
        """A calendar as it counts for an office in `region`; None: for the whole country."""
        return effective(spec, self.edits.get(spec.key, ()), region, self._subdivision(spec, region))

    def spec(self, spec: CalendarSpec, region: str | None) -> CalendarSpec:
        """The same as a description."""
        return effective_spec(spec, self.edits.get(spec.key, ()), region, self._subdivision(spec, region))

    def _subdivision(self, spec: CalendarSpec, region: str | None) -> str | None:
        return subdivision_of(self.catalogue, spec, region if self.choices.regional_holidays else None)

    def term_calendar(self, request_type: str | None, region: str | None, centre: str | None) -> Calendar | None:
        """In whose opening hours the term of a type in force counts; None for one that runs on the clock."""
        spec = next((each for each in self.catalogue.request_types if each.key == request_type), None)
        if spec is None or spec.deadline is None or not spec.deadline.unit.startswith("business"):
            return None
        office = office_region(self.catalogue, spec.responsible_team, region, centre)
        return self.calendar(self.catalogue.calendar(spec.deadline.calendar), office)


def rules_of(session: Session, institution_id: int) -> Rules:
    """By what the institution counts now."""
    catalogue = catalogues.current(session, institution_id)
    return Rules(catalogue, choices_of(catalogue.institution), edits_of(session, institution_id))


def edits_of(session: Session, institution_id: int) -> Edits:
    """The standing edits of an institution, read once in a session; `forget` after changing them."""
    seen: dict[int, Edits] = session.info.setdefault("calendar_days", {})
    if institution_id not in seen:
        found: dict[str, list[DayEdit]] = {}
        with batch.apart(session):
            for row in standing(session, institution_id):
                found.setdefault(row.calendar, []).append(edit_of(row))
        seen[institution_id] = {key: tuple(edits) for key, edits in found.items()}
    return seen[institution_id]


def forget(session: Session, institution_id: int) -> None:
    """The institution's edits changed in this session: read them anew."""
    session.info.get("calendar_days", {}).pop(institution_id, None)


def standing(session: Session, institution_id: int) -> tuple[CalendarDay, ...]:
    """The days that an institution edited and did not take back, by date."""
    rows = select(CalendarDay).where(CalendarDay.institution_id == institution_id, CalendarDay.withdrawn_at.is_(None))
    return tuple(session.scalars(rows.order_by(CalendarDay.day, CalendarDay.id)))


def edit_of(row: CalendarDay) -> DayEdit:
    """A row as the domain takes it."""
    hours = tuple((opens, closes) for opens, closes in row.hours)
    return DayEdit(row.day, "closed" if row.kind == "closed" else "open", row.name, row.source, row.region, hours)


def for_ticket(session: Session, ticket: Ticket, key: str, rules: Rules | None = None) -> Calendar:
    """The calendar by which a ticket is counted; one that is no longer published goes on for the tickets opened with
    it. `rules` None: those in force."""
    rules = rules or rules_of(session, ticket.institution_id)
    opened_with = catalogues.of_ticket(session, ticket)
    region = region_of(opened_with, ticket)
    for published in (rules.catalogue, opened_with):
        for spec in published.calendars:
            if spec.key == key:
                return rules.calendar(spec, region)
    raise KeyError(key)


def specs_for(session: Session, ticket: Ticket) -> dict[str, CalendarSpec]:
    """The calendars by which the ticket's data are checked, by key, as they count for its office."""
    rules, opened_with = rules_of(session, ticket.institution_id), catalogues.of_ticket(session, ticket)
    region = region_of(opened_with, ticket)
    return {
        spec.key: rules.spec(spec, region)
        for published in (opened_with, rules.catalogue)
        for spec in published.calendars
    }


def term_calendar(session: Session, ticket: Ticket) -> Calendar | None:
    """In whose opening hours the ticket's term counts, None for one that runs on the clock: for «vence en 3 h hábiles»
    only, so that a calendar that is no longer published counts as it was."""
    spec = catalogues.request_type_of(session, ticket)
    if spec is None or spec.deadline is None or not spec.deadline.unit.startswith("business"):
        return None
    return for_ticket(session, ticket, spec.deadline.calendar)


def region_of(catalogue: Catalogue, ticket: Ticket) -> str | None:
    """The region of the office that answers for the ticket: the one of its responsible team."""
    spec = next((each for each in catalogue.request_types if each.key == ticket.request_type), None)
    return office_region(catalogue, spec.responsible_team if spec else ticket.team, ticket.region, ticket.centre)


def service_calendar(session: Session, ticket: Ticket, rules: Rules | None = None) -> Calendar:
    """The opening hours in which the ticket's office receives: of its type, without one of its team. `rules` None:
    those in force."""
    catalogue = catalogues.of_ticket(session, ticket)
    spec = next((each for each in catalogue.request_types if each.key == ticket.request_type), None)
    return for_ticket(session, ticket, spec.service_hours if spec else catalogue.team(ticket.team).calendar, rules)


def filed_at(session: Session, ticket: Ticket, arrived: datetime, rules: Rules | None = None) -> datetime:
    """When counts as filed what arrived for a ticket (R-119): by its office's hours, and by the cut-off with which it
    was opened. `rules` None: those in force."""
    cut_off = catalogues.choices_of_ticket(session, ticket).cut_off
    return deadlines.filed_at(arrived, service_calendar(session, ticket, rules), cut_off)


def request_filed_at(session: Session, ticket: Ticket, rules: Rules | None = None) -> datetime:
    """When the request itself counts as filed: by the hours with which it was opened, since other ones published later
    file nothing anew, and by the days edited by hand. `rules` None: those in force."""
    rules = rules or rules_of(session, ticket.institution_id)
    then = replace(rules, catalogue=catalogues.of_ticket(session, ticket))
    return filed_at(session, ticket, ticket.received_at, then)


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day of a year on which an office that would open stays closed, or that was opened by hand.

    `regions` are the names of those where it is so; () = everywhere.
    """

    day: date
    closure: Closure | None
    opened: DayEdit | None
    regions: tuple[str, ...] = ()


def year_of(rules: Rules, spec: CalendarSpec, year: int) -> tuple[YearDay, ...]:
    """The closed and the opened days of a year, by date, those of single regions after those of all."""
    country = _days(rules.calendar(spec, None), year)
    regional: dict[YearDay, list[str]] = {}
    for region in rules.catalogue.regions:
        for each in _days(rules.calendar(spec, region.key), year):
            if each not in country:
                regional.setdefault(each, []).append(region.name)
    days = [*country, *(replace(each, regions=tuple(names)) for each, names in regional.items())]
    return tuple(sorted(days, key=lambda each: (each.day, len(each.regions))))


def _days(calendar: Calendar, year: int) -> tuple[YearDay, ...]:
    first = date(year, 1, 1)
    found = []
    for offset in range((date(year + 1, 1, 1) - first).days):
        day = first + timedelta(days=offset)
        if not calendar.hours_on(day):
            continue
        closure = calendar.closure(day)
        edit = calendar.edit_of(day) if closure is None else None
        if closure is not None or edit is not None:
            found.append(YearDay(day, closure, edit))
    return tuple(found)
