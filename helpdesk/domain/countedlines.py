"""«Cómo se contó»: the lines that explain a due date to the people who must keep it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from helpdesk.domain.calendars import DAY, Calendar
from helpdesk.domain.catalogue import Unit

LineKind = Literal["counted", "holiday", "opened", "suspended", "moved", "extended"]
ORDER: tuple[LineKind, ...] = ("counted", "holiday", "opened", "suspended", "moved", "extended")
WEEKDAY_NAMES = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTH_NAMES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CountedLine:
    """One line of the explanation. `amount` is minutes for hour units, days for day units, 0 for what did not count."""

    kind: LineKind
    day: date
    amount: int
    text: str

    @property
    def sort_key(self) -> tuple[date, int]:
        """Lines of one count stand by date; a shift to the next opening closes its day."""
        return self.day, ORDER.index(self.kind)


UNITS: dict[Unit, tuple[str, str]] = {
    "minutes": ("minuto", "minutos"),
    "hours": ("hora", "horas"),
    "business_hours": ("hora hábil", "horas hábiles"),
    "business_days": ("día hábil", "días hábiles"),
    "weeks": ("semana", "semanas"),
    "calendar_days": ("día calendario", "días calendario"),
}


def amount_of(amount: int, unit: Unit) -> str:
    """«2 días hábiles» (R-053)."""
    return f"{amount} {UNITS[unit][amount != 1]}"


def long_date(day: date) -> str:
    """«lunes 2 de marzo de 2026»."""
    return f"{WEEKDAY_NAMES[day.weekday()]} {day.day} de {MONTH_NAMES[day.month - 1]} de {day.year}"


def duration(minutes: int) -> str:
    """«7 h», «15 min», «1 h 30 min»."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours)
    return " ".join(parts)


def hours_line(calendar: Calendar, start: datetime, end: datetime) -> CountedLine:
    """An interval that counted, in local time."""
    local_start, local_end = start.astimezone(calendar.zone), end.astimezone(calendar.zone)
    minutes = (end - start) // timedelta(minutes=1)
    same_day = local_start.date() == local_end.date()
    until = f"{local_end:%H:%M}" if same_day else f"{local_end:%H:%M} del {long_date(local_end.date())}"
    text = f"{long_date(local_start.date())}: {duration(minutes)} ({local_start:%H:%M}–{until})"
    return CountedLine("counted", local_start.date(), minutes, text)


def days_line(days: tuple[date, ...], working_only: bool) -> list[CountedLine]:
    """A line for each working day; calendar days in a row share one."""
    if working_only:
        return [
            CountedLine("counted", day, 1, f"{long_date(day)}: día hábil {number}")
            for number, day in enumerate(days, start=1)
        ]
    runs: list[list[date]] = []
    for day in days:
        if runs and runs[-1][-1] + DAY == day:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [CountedLine("counted", run[0], len(run), _run_text(run)) for run in runs]


def _run_text(run: list[date]) -> str:
    if len(run) == 1:
        return f"{long_date(run[0])}: 1 día calendario"
    return f"del {long_date(run[0])} al {long_date(run[-1])}: {len(run)} días calendario"


def holiday_lines(calendar: Calendar, first: date, last: date) -> list[CountedLine]:
    """The holidays between two dates (both included) on which the office would otherwise open, and the days that were
    opened by hand, with where each is written."""
    lines = []
    for offset in range((last - first).days + 1):
        day = first + offset * DAY
        if not calendar.hours_on(day):
            continue
        closure, edit = calendar.closure(day), calendar.edit_of(day)
        if closure is not None:
            lines.append(CountedLine("holiday", day, 0, f"{long_date(day)}: {closure.text}; no se cuenta"))
        elif edit is not None:
            text = f"{long_date(day)}: laborable por decisión, {edit.name} ({edit.source}); se cuenta"
            lines.append(CountedLine("opened", day, 0, text))
    return lines


def suspended_line(calendar: Calendar, start: datetime, end: datetime | None, reason: str = "") -> CountedLine:
    """A suspension with its reason; `end` None = it goes on."""
    since = start.astimezone(calendar.zone)
    because = f" ({reason})" if reason else ""
    text = f"plazo suspendido desde el {long_date(since.date())}, {since:%H:%M}"
    if end is None:
        text += f"{because}; el vencimiento se correrá lo que dure"
    else:
        until = end.astimezone(calendar.zone)
        text += f", hasta el {long_date(until.date())}, {until:%H:%M}{because}; no se cuenta"
    return CountedLine("suspended", since.date(), 0, text)


def extended_line(calendar: Calendar, due: datetime, added: str, reason: str = "") -> CountedLine:
    """A prolongation of `added` («15 días calendario») from the date that was due."""
    local = due.astimezone(calendar.zone)
    because = f": {reason}" if reason else ""
    text = f"prórroga de {added} desde el {long_date(local.date())}, {local:%H:%M}{because}"
    return CountedLine("extended", local.date(), 0, text)


def moved_line(calendar: Calendar, at: datetime) -> CountedLine:
    """The due time fell when the office was closed and moved to `at`."""
    local = at.astimezone(calendar.zone)
    text = f"vence con la oficina cerrada: pasa al {long_date(local.date())}, {local:%H:%M}"
    return CountedLine("moved", local.date(), 0, text)
