"""Dates and moments that a message gives for the fields of its request type."""

import re
from datetime import datetime, timedelta

from helpdesk.domain.catalogue import IntakeField
from helpdesk.domain.folding import fold, plain, stems
from helpdesk.domain.reading import FieldValue, Reading
from helpdesk.domain.spanishdates import clock_in, dates_in, ranges_in


def paired_dates(reading: Reading) -> dict[str, FieldValue]:
    """Dates that the catalogue ties together: an absence's first and last day, a date and the one that replaces it."""
    values: dict[str, FieldValue] = {}
    for field in reading.request_type.intake_fields:
        for rule in field.validate:
            name, _, other = rule.partition(":")
            if name == "after":
                values |= _span(reading, other, field.key)
            elif name == "not_equal" and field.type == "date":
                values |= _replacement(reading, other, field.key)
    return values


def _span(reading: Reading, first_key: str, last_key: str) -> dict[str, FieldValue]:
    if first_key in reading.labels and last_key in reading.labels:
        return {}
    for text in (reading.source.plain, plain(reading.facts.subject)):
        spans = ranges_in(text, reading.received_at)
        if spans:
            return {first_key: spans[0].first.isoformat(), last_key: spans[0].last.isoformat()}
    for text in (reading.source.plain, plain(reading.facts.subject)):
        days = dates_in(text, reading.received_at)
        if len(days) >= 2:
            return {first_key: days[0].day.isoformat(), last_key: days[1].day.isoformat()}
        if days:
            before = text[max(0, days[0].start - 30) : days[0].start]
            only_first = re.search(r"(?:desde|a partir del?|a contar del?)\s+(?:el\s+)?(?:dia\s+)?$", before)
            day = days[0].day.isoformat()
            lasting = LASTING.search(text)
            if lasting:
                last = days[0].day + timedelta(days=int(lasting["days"]) - 1)
                return {first_key: day, last_key: last.isoformat()}
            return {first_key: day} if only_first else {first_key: day, last_key: day}
    return {}


# «Por 15 días» from the first day on; how many calendar days working days are, the letter does not say.
LASTING = re.compile(
    r"\bpor\s+(?:(?:el|un) (?:lapso|periodo|plazo|espacio|tiempo) de\s+)?(?:[a-z]+ \()?(?P<days>[1-9]\d{0,2})\)?"
    r"\s+dias\b(?! (?:habiles|laborables))"
)
IS_NEW = re.compile(
    r"(?:debe(?:ria)?(?: decir| ser| quedar)?|reemplaz\w*(?: sera| es)?|sustitu\w*|nueva(?: fecha)?|"
    r"correct[ao]s?(?: es)?|"
    r"quedar?|pasar a|cambi\w+ a|modific\w+ (?:a|por)|por (?:el|la)(?: fecha)?|por)\W*(?:\w+\W+){0,3}$"
)
IS_OLD = re.compile(
    r"(?:dice|actual(?:mente)?|registrad[ao]|donde dice|a modificar|requiere modificar|errone\w+|original|"
    r"vigente|ingresad[ao])\W*(?:\w+\W+){0,3}$"
)


def _replacement(reading: Reading, old_key: str, new_key: str) -> dict[str, FieldValue]:
    """The date that stands and the one to replace it, by label, by «dice … debe decir …» or in that order."""
    values: dict[str, FieldValue] = {}
    for key in (old_key, new_key):
        labelled = reading.labels.get(key)
        days = dates_in(plain(labelled.value), reading.received_at) if labelled else []
        if days:
            values[key] = days[0].day.isoformat()
    if len(values) == 2:
        return values
    text = reading.source.plain
    hits = [hit for hit in dates_in(text, reading.received_at) if hit.day.isoformat() not in values.values()]
    if values:
        other = new_key if old_key in values else old_key
        return values | ({other: hits[0].day.isoformat()} if len(hits) == 1 else {})
    ends = [0, *(hit.end for hit in hits)]
    spoken = [text[max(ends[index], hit.start - 70) : hit.start] for index, hit in enumerate(hits)]
    new = next((hit for hit, before in zip(hits, spoken, strict=True) if IS_NEW.search(before)), None)
    old = next(
        (hit for hit, before in zip(hits, spoken, strict=True) if hit is not new and IS_OLD.search(before)), None
    )
    rest = [hit for hit in hits if hit not in (new, old)]
    if new is not None and old is None:
        old = next((hit for hit in rest if hit.start < new.start), None)
    if new is None and old is not None:
        new = next((hit for hit in rest if hit.start > old.start), None)
    if new is None and old is None and len(hits) == 2:
        old, new = hits
    return {key: hit.day.isoformat() for key, hit in ((old_key, old), (new_key, new)) if hit}


HOUR_CALLED = re.compile(r"\b(?:hora(?: de inicio)?|inicio)\b\s*[:=]?(?=\s*\d)")


def read_date(reading: Reading, field: IntakeField) -> str | None:
    labelled = reading.labels.get(field.key)
    texts = [plain(labelled.value)] if labelled else []
    if sum(each.type in ("date", "datetime") for each in reading.request_type.intake_fields) == 1:
        texts += [reading.source.plain, plain(reading.facts.subject)]
    for text in texts:
        days = dates_in(text, reading.received_at)
        if days:
            return days[0].day.isoformat()
    return None


def read_moment(reading: Reading, field: IntakeField) -> str | None:
    labelled = reading.labels.get(field.key)
    if labelled:
        value = plain(labelled.value)
        hit = next(iter(dates_in(value, reading.received_at)), None)
        clock = (hit and hit.clock) or clock_in(value)
        day = hit.day if hit else reading.received_at.date()
        return _moment(reading, datetime.combine(day, clock)) if clock and (hit or field.source == "derived") else None
    text = reading.source.plain
    own = set(stems(field.label)) - {"fech", "hor"}
    others = set().union(
        *(
            set(stems(each.label))
            for each in reading.request_type.intake_fields
            if each.type == "datetime" and each is not field
        )
    )
    only = not others
    previous = 0
    for hit in dates_in(text, reading.received_at):
        spoken = stems(text[max(previous, hit.start - 90) : hit.start])
        previous = hit.end
        nearest = next((word for word in reversed(spoken) if word in own | others), None)
        if hit.clock and (only or (nearest in own - others)):
            return _moment(reading, datetime.combine(hit.day, hit.clock))
    return _day_and_hour_apart(reading) if only and "limite" not in fold(field.label) else None


def _day_and_hour_apart(reading: Reading) -> str | None:
    """The only day that a message names and, elsewhere, the only hour that it calls so («Hora de inicio: 14h20»)."""
    text = f"{plain(reading.facts.subject)}\n{reading.source.plain}"
    days = {hit.day for hit in dates_in(text, reading.received_at)}
    clocks = {clock_in(text[called.end() : called.end() + 9]) for called in HOUR_CALLED.finditer(text)} - {None}
    if len(days) != 1 or len(clocks) != 1:
        return None
    clock = clocks.pop()
    return _moment(reading, datetime.combine(days.pop(), clock)) if clock else None


def _moment(reading: Reading, local: datetime) -> str:
    return local.replace(tzinfo=reading.zone).isoformat()
