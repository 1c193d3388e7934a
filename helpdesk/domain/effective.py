"""The calendar that counts for an office: what the catalogue describes, the holidays of its region, and the days that
were edited by hand (R-182)."""

from dataclasses import replace
from functools import lru_cache

from holidays import country_holidays

from helpdesk.domain.calendars import Calendar, DayEdit, calendar_of, with_edits
from helpdesk.domain.catalogue import CalendarSpec, Catalogue


def effective(
    spec: CalendarSpec, edits: tuple[DayEdit, ...] = (), region: str | None = None, subdivision: str | None = None
) -> Calendar:
    """The calendar of an office in `region` (key of the catalogue; None: of the whole country).

    `edits` are those of this calendar, of every region: those of other regions are left out, and one for the region
    comes before one for everywhere. Raises Invalid as `calendar_of`.
    """
    here = [edit for edit in edits if edit.region is not None and edit.region == region]
    everywhere = [edit for edit in edits if edit.region is None]
    return with_edits(calendar_of(spec, subdivision), (*here, *everywhere))


def effective_spec(
    spec: CalendarSpec, edits: tuple[DayEdit, ...] = (), region: str | None = None, subdivision: str | None = None
) -> CalendarSpec:
    """The same as a description, for rules that name the hours too (`within_calendar`); the names of days are lost."""
    calendar = effective(spec, edits, region, subdivision)
    days = {edit.day for edit in calendar.edits}
    closed = {day for day in days if calendar.closure(day) is not None}
    rules = spec.holidays
    added = {*rules.add, *(day.isoformat() for day in closed)} - {day.isoformat() for day in days - closed}
    removed = {*rules.remove, *(day.isoformat() for day in days - closed)} - {day.isoformat() for day in closed}
    holidays = replace(rules, add=tuple(sorted(added)), remove=tuple(sorted(removed)))
    return replace(spec, holidays=holidays, subdivision=subdivision or spec.subdivision)


def office_region(catalogue: Catalogue, team: str, region: str | None, centre: str | None) -> str | None:
    """The region of the office that answers: of a team with an instance in each region the request's own, of one with
    an instance in each centre the centre's; None for a team of the whole country, or while the place is not known.

    Where no team has instances, the offices of all regions answer under one name: the request's own region tells which.
    """
    spec = next((each for each in catalogue.teams if each.key == team), None)
    if spec is None:
        return None
    if spec.per_centre:
        return next((each.region for each in catalogue.centres if each.key == centre), None)
    return region if spec.per_region or not _has_instances(catalogue) else None


def regions_with_offices(catalogue: Catalogue) -> frozenset[str]:
    """The regions whose calendar may count for a ticket: those of the offices that answer for some request type."""
    if not _has_instances(catalogue):
        return frozenset(each.key for each in catalogue.regions)
    answering = {each.responsible_team for each in catalogue.request_types} | {catalogue.institution.fallback_team}
    teams = [team for team in catalogue.teams if team.key in answering]
    regions = [each.key for each in catalogue.regions if any(team.per_region for team in teams)]
    return frozenset((*regions, *(each.region for each in catalogue.centres if any(team.per_centre for team in teams))))


def _has_instances(catalogue: Catalogue) -> bool:
    return any(team.per_region or team.per_centre for team in catalogue.teams)


def subdivision_of(catalogue: Catalogue, spec: CalendarSpec, region: str | None) -> str | None:
    """The code under which the `holidays` library knows a region («CL-AP» → «AP»); None when it does not."""
    iso = next((each.iso for each in catalogue.regions if each.key == region), None)
    country = spec.holidays.country
    code = (iso or "").removeprefix(f"{country}-")
    return code if code in subdivisions(country) else None


@lru_cache(maxsize=32)
def subdivisions(country: str) -> frozenset[str]:
    """The subdivisions whose holidays the library knows."""
    return frozenset(country_holidays(country).subdivisions)
