"""Whether a day of a calendar may be edited by hand, and in which words it may not (R-182)."""

from dataclasses import replace
from datetime import date

from helpdesk.domain.calendars import Calendar, DayEdit
from helpdesk.domain.countedlines import long_date
from helpdesk.domain.errors import Invalid

FIRST_YEAR, LAST_YEAR = 1990, 2100


def completed(edit: DayEdit, calendar: Calendar) -> DayEdit:
    """A day opened without hours on a weekday that has none is open as the first weekday that has: on Mondays, as a
    rule. A closed day has no hours."""
    if edit.kind == "closed":
        return replace(edit, hours=())
    if edit.hours or calendar.hours[edit.day.weekday()]:
        return edit
    return replace(edit, hours=next(hours for hours in calendar.hours if hours))


def spans(hours: tuple[tuple[int, int], ...]) -> str:
    """«de 08:00 a 13:00 y de 15:00 a 17:00»."""
    return " y ".join(f"de {_wall(opens)} a {_wall(closes)}" for opens, closes in hours)


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def check(edit: DayEdit, calendar: Calendar) -> None:
    """`calendar` is the one before the edit. Raises Invalid with a sentence for each thing that is wrong."""
    wrong = {}
    if not edit.name.strip():
        wrong["name"] = "Escriba el nombre del día."
    if not edit.source.strip():
        wrong["source"] = "Escriba de dónde sale: la ley, el decreto o la resolución."
    if not FIRST_YEAR <= edit.day.year <= LAST_YEAR:
        wrong["day"] = f"Escriba una fecha entre {FIRST_YEAR} y {LAST_YEAR}."
    elif (nothing := _nothing_to_do(edit.day, edit.kind, calendar)) is not None:
        wrong["day"] = nothing
    if any(closes <= opens for opens, closes in edit.hours):
        wrong["closes"] = "Escriba una hora de cierre posterior a la de apertura."
    if wrong:
        raise Invalid(" ".join(wrong.values()), wrong)


def _nothing_to_do(day: date, kind: str, calendar: Calendar) -> str | None:
    named = long_date(day).capitalize()
    if kind == "closed" and not calendar.hours_on(day):
        return f"{named}: ese día de la semana el calendario no tiene horario de atención."
    closure = calendar.closure(day)
    if kind == "closed" and closure is not None:
        return f"{named} ya es no laborable: {closure.name}."
    if kind == "open" and closure is None and calendar.hours_on(day):
        return f"{named} ya es laborable."
    return None
