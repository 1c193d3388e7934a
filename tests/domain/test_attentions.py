"""Which services are given in the centres, and in what time (R-103)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from helpdesk.domain.attentions import days_taken, month_of, services_of_centres, subject_fields
from tests.domain.shipped import shipped

PERU = shipped("conectamef-pe")
LIMA = ZoneInfo("America/Lima")


def test_the_services_of_the_centres_are_those_that_a_team_of_each_centre_attends() -> None:
    keys = [each.key for each in services_of_centres(PERU)]
    assert keys == ["consulta", "asistencia_tecnica", "capacitacion", "recepcion_documental", "pedido_medios"]
    assert services_of_centres(shipped("mef-ec")) == ()


def test_the_system_stands_where_it_tells_specialists_apart() -> None:
    assert subject_fields(PERU) == ("sistema_administrativo",)


def test_a_month_runs_from_its_first_midnight_to_the_next_months() -> None:
    assert month_of("2026-12", "America/Lima") == (
        datetime(2026, 12, 1, tzinfo=LIMA),
        datetime(2027, 1, 1, tzinfo=LIMA),
    )


@pytest.mark.parametrize("written", ["", "2026", "2026-13", "9999-12", "2026-00", "2026-W1", "abril", "x" * 10_000])
def test_what_is_no_month_is_none(written: str) -> None:
    assert month_of(written, "America/Lima") is None


@pytest.mark.parametrize(("closed", "days"), [(None, 4), (datetime(2026, 4, 8, 3, 0, tzinfo=ZoneInfo("UTC")), 0)])
def test_days_are_those_of_the_institutions_calendar(closed: datetime | None, days: int) -> None:
    received, now = datetime(2026, 4, 7, 23, 0, tzinfo=LIMA), datetime(2026, 4, 11, 1, 0, tzinfo=LIMA)
    assert days_taken(received, closed, now, "America/Lima") == days
