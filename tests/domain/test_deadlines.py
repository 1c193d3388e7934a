"""How deadlines count."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from helpdesk.cataloguefile import LOADER
from helpdesk.domain.calendars import Calendar, calendar_of
from helpdesk.domain.catalogue import DeadlineSpec, EarlyWarning, StepTarget, Unit
from helpdesk.domain.deadlines import (
    Due,
    Suspension,
    count,
    due_at,
    extended,
    filed_at,
    from_start,
    is_overdue,
    remaining,
    target_due,
    warning_at,
)
from helpdesk.domain.errors import Invalid
from tests.domain.offices import CHILE, ECUADOR, PERU, SPECS

ROWS = yaml.load((Path(__file__).parents[1] / "acceptance/cases/deadlines.yaml").read_text("utf-8"), LOADER)[
    "deadlines"
]
CALENDARS = {"mef-ec": ECUADOR, "sigec-cl": CHILE, "seps-ec": ECUADOR, "conectamef-pe": PERU}
QUITO = ZoneInfo("America/Guayaquil")
SANTIAGO = ZoneInfo("America/Santiago")


def quito(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=QUITO)


def term(amount: int, unit: Unit, warning: EarlyWarning | None = None) -> DeadlineSpec:
    return DeadlineSpec(
        amount=amount,
        unit=unit,
        calendar="ec-oficina",
        starts_at="received",
        pauses_on=(),
        extendable=True,
        quote="",
        source="assumption",
        warning=warning,
    )


def due(amount: int, unit: Unit, start: datetime, *pauses: Suspension, calendar: Calendar = ECUADOR) -> datetime:
    return count(amount, unit, start, calendar, pauses).at


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['request_type']} {row['start']}")
def test_every_worked_example_is_exact(row: dict[str, Any]) -> None:
    start, expected = (datetime.fromisoformat(row[key]) for key in ("start", "due"))
    assert due_at(term(row["amount"], row["unit"]), start, CALENDARS[row["institution"]]).at == expected


def test_all_twenty_worked_examples_are_read() -> None:
    assert len(ROWS) == 20


def test_business_hours_that_fill_the_day_end_at_its_closing() -> None:
    assert due(8, "business_hours", quito(3, 2, 9)) == quito(3, 2, 17)


def test_a_week_is_seven_calendar_days() -> None:
    assert due(1, "weeks", quito(3, 2, 9)) == quito(3, 9, 17)


def test_suspended_time_does_not_count_for_business_hours() -> None:
    pause = Suspension(quito(3, 2, 11), quito(3, 3, 9))
    assert due(8, "business_hours", quito(3, 2, 10), pause) == quito(3, 3, 16)


def test_suspended_time_does_not_count_for_clock_hours() -> None:
    pause = Suspension(quito(3, 3, 12), quito(3, 3, 14))
    assert due(24, "hours", quito(3, 3, 9), pause) == quito(3, 4, 11)


def test_the_day_of_suspension_does_not_count_and_that_of_resumption_does() -> None:
    pause = Suspension(quito(3, 3, 15), quito(3, 5, 9))
    assert due(2, "business_days", quito(3, 2, 10), pause) == quito(3, 6, 17)


def test_a_suspension_within_one_day_costs_no_day() -> None:
    pause = Suspension(quito(3, 3, 9), quito(3, 3, 15))
    assert due(2, "business_days", quito(3, 2, 10), pause) == quito(3, 4, 17)


def test_suspended_calendar_days_do_not_count() -> None:
    pause = Suspension(quito(3, 12, 9), quito(3, 17, 9))
    assert due(30, "calendar_days", quito(3, 10, 12), pause) == quito(4, 14, 17)


def test_overlapping_suspensions_count_once() -> None:
    pauses = Suspension(quito(3, 2, 11), quito(3, 2, 13)), Suspension(quito(3, 2, 12), quito(3, 2, 14))
    assert due(4, "business_hours", quito(3, 2, 10), *pauses) == quito(3, 2, 17)


def test_a_suspension_before_the_start_changes_nothing() -> None:
    pause = Suspension(quito(2, 27, 9), quito(3, 2, 9))
    assert due(2, "business_hours", quito(3, 2, 10), pause) == quito(3, 2, 12)


def test_a_running_suspension_is_told_apart() -> None:
    counted = count(8, "business_hours", quito(3, 2, 10), ECUADOR, (Suspension(quito(3, 2, 11), None),))
    assert counted.paused_since == quito(3, 2, 11)


def test_a_suspension_that_began_after_the_due_time_is_not() -> None:
    counted = count(1, "business_hours", quito(3, 2, 10), ECUADOR, (Suspension(quito(3, 2, 12), None),))
    assert counted.paused_since is None


def test_a_whole_day_mode_counts_24_hours_for_a_working_day() -> None:
    friday = datetime(2026, 3, 6, 10, tzinfo=SANTIAGO)
    counted = count(24, "business_hours", friday, CHILE, mode="whole_days")
    assert counted.at == datetime(2026, 3, 9, 10, tzinfo=SANTIAGO)


def test_a_whole_day_term_never_ends_with_the_office_closed() -> None:
    thursday = datetime(2026, 3, 5, 15, 30, tzinfo=SANTIAGO)
    counted = count(24, "business_hours", thursday, CHILE, mode="whole_days")
    assert counted.at == datetime(2026, 3, 9, 8, tzinfo=SANTIAGO)


def test_the_whole_day_mode_leaves_minutes_alone() -> None:
    assert count(30, "minutes", quito(3, 5, 16, 45), ECUADOR, mode="whole_days").at == quito(3, 6, 8, 15)


def test_a_regional_holiday_counts_for_its_region_only() -> None:
    start = datetime(2027, 6, 4, 9, tzinfo=SANTIAGO)
    arica = calendar_of(SPECS["cl-sigec"], "AP")
    assert due(1, "business_days", start, calendar=CHILE) == datetime(2027, 6, 7, 16, tzinfo=SANTIAGO)
    assert due(1, "business_days", start, calendar=arica) == datetime(2027, 6, 8, 16, tzinfo=SANTIAGO)


def test_the_lines_name_each_working_day_and_each_holiday() -> None:
    counted = count(2, "business_days", quito(2, 13, 11), ECUADOR)
    assert [(line.kind, line.day.day, line.amount) for line in counted.lines] == [
        ("holiday", 16, 0),
        ("holiday", 17, 0),
        ("counted", 18, 1),
        ("counted", 19, 1),
    ]
    assert "feriado, Carnaval" in counted.lines[0].text
    assert counted.lines[-1].text == "jueves 19 de febrero de 2026: día hábil 2"


def test_the_lines_of_hours_give_their_stretch() -> None:
    counted = count(8, "business_hours", quito(3, 2, 10), ECUADOR)
    assert [line.text for line in counted.lines] == [
        "lunes 2 de marzo de 2026: 7 h (10:00–17:00)",
        "martes 3 de marzo de 2026: 1 h (08:00–09:00)",
    ]


def test_the_lines_name_each_suspension() -> None:
    pause = Suspension(quito(3, 2, 11), quito(3, 2, 13))
    kinds = [line.kind for line in count(4, "business_hours", quito(3, 2, 10), ECUADOR, (pause,)).lines]
    assert kinds == ["counted", "counted", "suspended"]


def test_a_suspension_is_told_with_its_reason() -> None:
    pause = Suspension(quito(3, 2, 11), quito(3, 2, 13), "Devuelto por incompleto")
    (line,) = (x for x in count(4, "business_hours", quito(3, 2, 10), ECUADOR, (pause,)).lines if x.kind == "suspended")
    assert line.text == (
        "plazo suspendido desde el lunes 2 de marzo de 2026, 11:00, hasta el lunes 2 de marzo de 2026, 13:00 "
        "(Devuelto por incompleto); no se cuenta"
    )


def test_a_suspension_that_goes_on_is_told_too() -> None:
    lines = count(
        4, "business_hours", quito(3, 2, 10), ECUADOR, (Suspension(quito(3, 2, 11), None, "En aprobación"),)
    ).lines
    (text,) = [line.text for line in lines if line.kind == "suspended"]
    assert text.startswith("plazo suspendido desde el lunes 2 de marzo de 2026, 11:00 (En aprobación); ")
    assert text.endswith("el vencimiento se correrá lo que dure")


def test_a_term_that_begins_on_a_closed_day_warns_when_the_office_opens() -> None:
    assert warned(term(24, "hours"), quito(3, 7, 10)) == quito(3, 9, 8)


def test_the_lines_say_that_the_due_time_moved() -> None:
    counted = count(24, "hours", quito(3, 6, 16, 40), ECUADOR)
    assert counted.lines[-1].text == "vence con la oficina cerrada: pasa al lunes 9 de marzo de 2026, 08:00"


def test_calendar_days_in_a_row_share_a_line() -> None:
    assert [line.text for line in count(30, "calendar_days", quito(3, 10, 12), ECUADOR).lines] == [
        "del miércoles 11 de marzo de 2026 al jueves 9 de abril de 2026: 30 días calendario"
    ]


def test_an_extension_counts_from_the_due_date() -> None:
    first = count(2, "business_days", quito(3, 2, 10), ECUADOR)
    longer = extended(first, 2, "business_days", ECUADOR)
    assert (first.at, longer.at) == (quito(3, 4, 17), quito(3, 6, 17))
    assert longer.lines[:2] == first.lines


def test_an_extension_in_hours_goes_on_at_the_next_opening() -> None:
    first = count(8, "business_hours", quito(3, 2, 9), ECUADOR)
    assert extended(first, 4, "business_hours", ECUADOR).at == quito(3, 3, 12)


def test_an_extension_in_calendar_days_starts_at_the_moved_due_date() -> None:
    first = count(30, "calendar_days", quito(4, 25, 12), ECUADOR)
    assert extended(first, 5, "calendar_days", ECUADOR).at == quito(6, 1, 17)


def test_a_suspension_after_the_extension_moves_only_the_extension() -> None:
    pause = (Suspension(quito(3, 5, 9), quito(3, 6, 9)),)
    first = count(2, "business_days", quito(3, 2, 10), ECUADOR, pause)
    assert first.at == quito(3, 4, 17)
    assert extended(first, 2, "business_days", ECUADOR, pause).at == quito(3, 9, 17)


FIFTEEN_DAYS = term(30, "calendar_days", EarlyWarning(15, "calendar_days"))


def warned(spec: DeadlineSpec, start: datetime) -> datetime:
    return warning_at(spec, start, due_at(spec, start, ECUADOR), ECUADOR)


def test_the_warning_fires_on_day_fifteen() -> None:
    assert warned(FIFTEEN_DAYS, quito(3, 10, 12)) == quito(3, 25, 8)


def test_a_warning_on_a_closed_day_moves_back_to_the_working_day_before() -> None:
    assert warned(FIFTEEN_DAYS, quito(5, 9, 12)) == quito(5, 22, 8)  # the 24th is a Sunday


def test_a_warning_never_comes_after_the_due_time() -> None:
    spec = term(5, "calendar_days", EarlyWarning(15, "calendar_days"))
    assert warned(spec, quito(3, 10, 12)) == due_at(spec, quito(3, 10, 12), ECUADOR).at


def test_without_a_rule_days_warn_on_the_working_day_before() -> None:
    assert warned(term(2, "business_days"), quito(3, 6, 10)) == quito(3, 9, 8)


def test_without_a_rule_hours_warn_at_three_quarters() -> None:
    assert warned(term(8, "business_hours"), quito(3, 2, 8)) == quito(3, 2, 14)


def test_a_clock_hour_warning_does_not_fall_on_a_weekend() -> None:
    assert warned(term(24, "hours"), quito(3, 6, 16)) == quito(3, 6, 17)


def test_what_arrives_on_saturday_is_filed_on_monday() -> None:
    lima = ZoneInfo("America/Lima")
    saturday = datetime(2026, 3, 14, 10, tzinfo=lima)
    assert filed_at(saturday, PERU) == datetime(2026, 3, 16, 8, 30, tzinfo=lima)


def test_a_cut_off_hour_accepts_the_evening_of_a_working_day() -> None:
    assert filed_at(quito(3, 2, 20), ECUADOR, time(23, 59)) == quito(3, 2, 20)
    assert filed_at(quito(3, 2, 19), ECUADOR, time(18, 0)) == quito(3, 3, 8)
    assert filed_at(quito(3, 7, 10), ECUADOR, time(23, 59)) == quito(3, 9, 8)


def test_a_step_target_counts_from_the_last_approval() -> None:
    target = StepTarget(24, "business_hours", "last_approval")
    approved = datetime(2026, 3, 2, 9, tzinfo=SANTIAGO)
    assert target_due(target, approved, CHILE).at == datetime(2026, 3, 5, 9, tzinfo=SANTIAGO)


def test_what_remains_is_in_opening_minutes() -> None:
    assert remaining(quito(3, 3, 9), quito(3, 2, 15), ECUADOR) == 180


def test_a_ticket_is_overdue_only_after_the_due_instant() -> None:
    assert not is_overdue(quito(3, 3, 9), quito(3, 3, 9))
    assert is_overdue(quito(3, 3, 9), quito(3, 3, 9, 1))
    assert not is_overdue(None, quito(3, 3, 9))


def test_seconds_of_the_start_are_kept() -> None:
    start = quito(3, 5, 9, 10).replace(second=40)
    assert due(20, "minutes", start) == quito(3, 5, 9, 30).replace(second=40)


@pytest.mark.parametrize("start", [datetime(2026, 3, 2, 9), quito(3, 2, 9)])  # noqa: DTZ001  # one without a zone
def test_a_negative_amount_or_a_start_without_zone_is_refused(start: datetime) -> None:
    with pytest.raises(Invalid):
        count(-1 if start.tzinfo else 1, "hours", start, ECUADOR)


def test_a_due_time_is_in_utc() -> None:
    counted: Due = count(1, "hours", quito(3, 2, 9), ECUADOR)
    assert counted.at.tzinfo is UTC


def test_a_stretch_that_stood_still_from_the_start_on_follows_an_earlier_start() -> None:
    before, earlier, later = quito(3, 3, 9), quito(3, 2, 11), quito(3, 4, 9)
    stretches = (Suspension(before, quito(3, 5, 9)), Suspension(quito(3, 6, 9), None))
    assert from_start(stretches, before, earlier) == (Suspension(earlier, quito(3, 5, 9)), stretches[1])
    assert from_start(stretches, before, later) == stretches
