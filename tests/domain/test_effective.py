"""The calendar of an office: holidays of its region, and days edited by hand."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from helpdesk.domain.calendars import DayEdit, calendar_of
from helpdesk.domain.deadlines import count
from helpdesk.domain.effective import effective, effective_spec, office_region, subdivision_of
from tests.domain.offices import SPECS
from tests.domain.shipped import shipped

FOUNDATION = date(2026, 12, 4)
QUITO = DayEdit(FOUNDATION, "closed", "Fundación de Quito", "Ordenanza 123", "matriz")
CHRISTMAS = DayEdit(date(2026, 12, 25), "open", "Turno de Navidad", "Circular 9")


def test_a_day_closed_for_a_region_is_closed_there_only() -> None:
    office = SPECS["ec-oficina"]
    assert not effective(office, (QUITO,), "matriz").is_working_day(FOUNDATION)
    assert effective(office, (QUITO,), "coordinacion-5").is_working_day(FOUNDATION)
    assert effective(office, (QUITO,)).is_working_day(FOUNDATION)


def test_a_day_opened_by_hand_counts_although_it_is_a_holiday() -> None:
    assert effective(SPECS["ec-oficina"], (CHRISTMAS,)).is_working_day(date(2026, 12, 25))


def test_what_a_region_decided_comes_before_what_everywhere_did() -> None:
    open_here = replace(QUITO, kind="open", name="Atención continua")
    everywhere = replace(QUITO, region=None)
    assert effective(SPECS["ec-oficina"], (everywhere, open_here), "matriz").is_working_day(FOUNDATION)


def test_the_explanation_names_the_edited_day_and_its_source() -> None:
    calendar = effective(SPECS["ec-oficina"], (QUITO, CHRISTMAS), "matriz")
    start = datetime(2026, 12, 3, 9, tzinfo=ZoneInfo("America/Guayaquil"))
    texts = [line.text for line in count(1, "business_days", start, calendar).lines]
    assert "viernes 4 de diciembre de 2026: feriado, Fundación de Quito (Ordenanza 123); no se cuenta" in texts
    start = datetime(2026, 12, 24, 9, tzinfo=ZoneInfo("America/Guayaquil"))
    texts = [line.text for line in count(1, "business_days", start, calendar).lines]
    opened = "viernes 25 de diciembre de 2026: laborable por decisión, Turno de Navidad (Circular 9); se cuenta"
    assert opened in texts


def test_the_explanation_tells_a_holiday_of_the_region() -> None:
    calendar = effective(SPECS["cl-sigec"], (), "CL-AP", "AP")
    closure = calendar.closure(date(2027, 6, 7))
    assert closure is not None
    assert closure.origin == "regional"
    assert closure.text.startswith("feriado regional, ")
    assert calendar.closure(date(2027, 5, 21)) == effective(SPECS["cl-sigec"]).closure(date(2027, 5, 21))


@pytest.mark.parametrize(("region", "code"), [("CL-AP", "AP"), ("CL-VS", "VS"), (None, None), ("CL-XX", None)])
def test_a_region_of_the_catalogue_is_a_subdivision_of_the_library(region: str | None, code: str | None) -> None:
    catalogue = shipped("sigec-cl")
    assert subdivision_of(catalogue, catalogue.calendars[0], region) == code


def test_a_region_that_the_library_does_not_know_has_the_holidays_of_the_country() -> None:
    catalogue = shipped("conectamef-pe")
    assert subdivision_of(catalogue, catalogue.calendars[0], "PE-CUS") is None


def test_the_office_that_answers_is_where_its_team_works() -> None:
    sigec, conectamef = shipped("sigec-cl"), shipped("conectamef-pe")
    assert office_region(sigec, "equipo_regional", "CL-AP", None) == "CL-AP"
    assert office_region(sigec, "mesa_ayuda", "CL-AP", None) is None
    team = next(each for each in conectamef.teams if each.per_centre)
    centre = conectamef.centres[0]
    assert office_region(conectamef, team.key, "PE-TUM", centre.key) == centre.region


def test_the_description_of_the_calendar_closes_and_opens_the_same_days() -> None:
    moved = date(2027, 8, 10)  # taken back in the catalogue: it is a working day
    closed = DayEdit(moved, "closed", "Cierre", "Resolución 1")
    office, edits = SPECS["ec-oficina"], (QUITO, CHRISTMAS, closed)
    described, counted = calendar_of(effective_spec(office, edits, "matriz")), effective(office, edits, "matriz")
    days = (FOUNDATION, CHRISTMAS.day, moved, date(2026, 12, 31), date(2027, 8, 9))
    assert [described.is_working_day(day) for day in days] == [counted.is_working_day(day) for day in days]
    assert [counted.is_working_day(day) for day in days] == [False, True, False, True, False]
