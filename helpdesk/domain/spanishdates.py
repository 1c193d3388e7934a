"""Dates and times as Spanish letters write them («del 9 al 13 de marzo», «viernes 27-03-2026 a las 17:00 horas»)."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

MONTHS = {
    "enero": 1,
    "febrero": 2,
    "marzo": 3,
    "abril": 4,
    "mayo": 5,
    "junio": 6,
    "julio": 7,
    "agosto": 8,
    "septiembre": 9,
    "setiembre": 9,
    "octubre": 10,
    "noviembre": 11,
    "diciembre": 12,
}
SHORT_MONTHS = {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
MONTH = "|".join([*MONTHS, *(f"{name}(?=[ ./-])" for name in SHORT_MONTHS)])
WEEKDAYS = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")
WEEKDAY = f"(?:{'|'.join(WEEKDAYS)})"
YEAR = r"(?:19|20)\d\d"
DAY = r"(?:[12]?\d|3[01]|0[1-9])(?:ro|er|°)?|primero"
ISO = re.compile(rf"(?<![\d-])({YEAR})-(\d{{1,2}})-(\d{{1,2}})(?![\d-])")
NUMERIC = re.compile(rf"(?<![\d./-])(\d{{1,2}})([./-])(\d{{1,2}})\2({YEAR}|\d\d)(?![\d-]|[./]\d)")
NUMERIC_NO_YEAR = re.compile(r"(?<![\d./-])(\d{1,2})/(\d{1,2})(?![\d./-])")
NAMED = re.compile(
    rf"\b(?<![./-])({DAY})\s*(?:de\s+|[ -])({MONTH})[.]?(?:\s*,?\s*(?:del?\s+(?:ano\s+)?)?({YEAR})|-({YEAR}))?\b"
)
DAY_RANGE = re.compile(
    rf"\b({DAY})\s*(?:al?|y|hasta(?:\s+el)?|-|"
    rf"y\s+el)\s*(?:el\s+)?(?:{WEEKDAY}\s+)?({DAY})\s+de\s+({MONTH})(?:\s*,?\s*(?:del?\s+)?({YEAR}))?\b"
)
RELATIVE = re.compile(r"\b(pasado manana|manana|hoy)\b")
COMING = re.compile(rf"\b(?:proximo|este|hasta el|antes del|para el)\s+({WEEKDAY})\b(?!,?\s*\d)")
MORNING = re.compile(r"(?:por|en|de|a) la\s*$|esta\s*$")
HALF = r"[ap]\.?\s?m\b\.?|de la (?:tarde|noche|manana)"
CLOCK = re.compile(
    r"(?:(?:a|hasta|desde|de)\s+las?\s+|antes de las?\s+|[,\s(-])\s*"
    rf"(?:(?P<h>[01]?\d|2[0-3])\s*(?:[:.h]\s*(?P<m>[0-5]\d))\s*(?P<p>{HALF})?|"
    rf"(?P<h2>[01]?\d|2[0-3])\s*(?:(?P<p2>{HALF})|(?:hrs?\b|horas?\b|h\b)))"
    r"|\b(?:a|hasta|antes de)\s+las\s+(?P<h3>[01]?\d|2[0-3])(?![\d:.,/-]*\d)"
)
NOON = re.compile(r"\b(?:al? )?medio\s?dia\b")
BETWEEN_DATE_AND_TIME = 30
PAST_MEANT = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class DateHit:
    """A date in a folded text, with the time of day that stands beside it, if any."""

    start: int
    end: int
    day: date
    clock: time | None = None


@dataclass(frozen=True, slots=True)
class RangeHit:
    """A span of days in a folded text, both ends included."""

    start: int
    end: int
    first: date
    last: date


def dates_in(text: str, received_at: datetime) -> list[DateHit]:
    """All dates of a text folded with `plain`, in order. A missing year is chosen by `nearest_year`.

    Days that do not exist (31-02-2026) are left out.
    """
    hits: list[DateHit] = []
    for expression, read in READERS:
        for found in expression.finditer(text):
            if any(hit.start < found.end() and found.start() < hit.end for hit in hits):
                continue
            day = read(found, received_at, text)
            if day is not None:
                hits.append(DateHit(found.start(), found.end(), day))
    hits.sort(key=lambda hit: hit.start)
    return [replace(hit, clock=_clock_beside(text, hit, hits)) for hit in hits]


def ranges_in(text: str, received_at: datetime) -> list[RangeHit]:
    """Spans of days: «del 9 al 13 de marzo», «del 06/04/2026 al 08/04/2026», «desde el … hasta el …»."""
    found = [hit for hit in (_short_range(match, received_at) for match in DAY_RANGE.finditer(text)) if hit]
    hits = dates_in(text, received_at)
    for first, last in pairwise(hits):
        between = text[first.end : last.start]
        joined = re.fullmatch(
            r"[\s,]*(?:inclusive\s*)?(?:al?|hasta(?: el)?|y(?: el)?|-)\s*(?:dia\s+)?(?:\w+\s+)?", between
        )
        if joined and first.day <= last.day:
            found.append(RangeHit(first.start, last.end, first.day, last.day))
    return sorted(found, key=lambda hit: hit.start)


def clock_in(text: str) -> time | None:
    """The first time of day of a folded text; None when it has none."""
    found = CLOCK.search(" " + text)
    if found:
        return _time(found)
    return time(12) if NOON.search(text) else None


def nearest_year(month: int, day: int, received_at: datetime) -> date | None:
    """The date with that month and day that a letter of `received_at` means: up to three months past, else to come."""
    earliest = received_at.date() - PAST_MEANT
    candidates = (_date(received_at.year + shift, month, day) for shift in (-1, 0, 1))
    return next((candidate for candidate in candidates if candidate and candidate >= earliest), None)


def _short_range(match: re.Match[str], received_at: datetime) -> RangeHit | None:
    month = _month(match[3])
    last = _whole(match[4], month, _day(match[2]), received_at)
    first = last and _date(last.year, last.month, _day(match[1]))
    return RangeHit(match.start(), match.end(), first, last) if first and last and first <= last else None


def _iso(match: re.Match[str], received_at: datetime, text: str) -> date | None:
    return _date(int(match[1]), int(match[2]), int(match[3]))


def _numeric(match: re.Match[str], received_at: datetime, text: str) -> date | None:
    year = int(match[4])
    return _date(year if year > 99 else 2000 + year, int(match[3]), int(match[1]))


def _numeric_no_year(match: re.Match[str], received_at: datetime, text: str) -> date | None:
    return nearest_year(int(match[2]), int(match[1]), received_at) if 1 <= int(match[2]) <= 12 else None


def _named(match: re.Match[str], received_at: datetime, text: str) -> date | None:
    return _whole(match[3] or match[4], _month(match[2]), _day(match[1]), received_at)


def _relative(match: re.Match[str], received_at: datetime, text: str) -> date | None:
    # «por la mañana» is a time of day, «mañana» the next day.
    if MORNING.search(text[: match.start()]):
        return None
    ahead = {"hoy": 0, "manana": 1, "pasado manana": 2}[match[1]]
    return received_at.date() + timedelta(days=ahead)


def _coming(match: re.Match[str], received_at: datetime, text: str) -> date | None:
    ahead = (WEEKDAYS.index(match[1]) - received_at.weekday() - 1) % 7 + 1
    return received_at.date() + timedelta(days=ahead)


READERS = (
    (ISO, _iso),
    (NUMERIC, _numeric),
    (NAMED, _named),
    (NUMERIC_NO_YEAR, _numeric_no_year),
    (RELATIVE, _relative),
    (COMING, _coming),
)


def _clock_beside(text: str, hit: DateHit, hits: list[DateHit]) -> time | None:
    following = min((other.start for other in hits if other.start > hit.start), default=len(text))
    after = text[hit.end : min(following, hit.end + BETWEEN_DATE_AND_TIME)].split("\n")[0]
    found = CLOCK.match(after) or CLOCK.search(after)
    if found and "." not in after[: found.start()]:
        return _time(found)
    previous = max((other.end for other in hits if other.end <= hit.start), default=0)
    before = text[max(previous, hit.start - BETWEEN_DATE_AND_TIME) : hit.start].split("\n")[-1]
    earlier = list(CLOCK.finditer(" " + before))
    if earlier and re.fullmatch(
        r"[\s,]*(?:horas?|hrs?|h)?\.?[\s,]*(?:del?|el|,)?[\s,]*(?:dia\s+)?(?:\w+\s+)?",
        (" " + before)[earlier[-1].end() :],
    ):
        return _time(earlier[-1])
    return time(12) if NOON.search(after) else None


def _time(match: re.Match[str]) -> time:
    hour = int(match["h"] or match["h2"] or match["h3"])
    half = (match["p"] or match["p2"] or "").replace(" ", "")
    if half.startswith(("p", "delatarde", "delanoche")) and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    return time(hour, int(match["m"] or 0))


def _whole(year: str | None, month: int, day: int, received_at: datetime) -> date | None:
    return _date(int(year), month, day) if year else nearest_year(month, day, received_at)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day(text: str) -> int:
    return 1 if text == "primero" else int(re.sub(r"\D", "", text))


def _month(text: str) -> int:
    return MONTHS.get(text) or SHORT_MONTHS[text]
