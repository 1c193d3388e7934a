"""Instants and numbers as the institution writes them (R-060, R-192)."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
ZONE_LABELS = {"CL": "hora de Chile", "EC": "hora de Ecuador", "PE": "hora del Perú"}
ZONE_WORDS = {
    "America/Santiago": "hora de Chile",
    "America/Guayaquil": "hora de Ecuador",
    "America/Lima": "hora del Perú",
    "Pacific/Easter": "hora de Isla de Pascua",
    "Pacific/Galapagos": "hora de Galápagos",
    "UTC": "hora universal",
}


def in_words(instant: datetime, timezone: str, date_format: str, zone_label: str) -> str:
    """«viernes 13/03/2026, 17:00 (hora de Ecuador)».

    `instant` is aware, `timezone` an IANA name, `date_format` the catalogue's (`DD/MM/YYYY`). Raises ValueError when
    `instant` has no offset: its wall time would then depend on the machine.
    """
    if instant.tzinfo is None:
        raise ValueError("in_words needs an instant with an offset; give it datetime.now(UTC) or a column with zone")
    local = instant.astimezone(ZoneInfo(timezone))
    zone = f" ({zone_label})" if zone_label else ""
    return f"{WEEKDAYS[local.weekday()]} {day_in_figures(local.date(), date_format)}, {local:%H:%M}{zone}"


def day_in_figures(day: date, date_format: str) -> str:
    """The day in the catalogue's format: `DD`, `MM`, `YYYY` and any separators."""
    return (
        date_format.replace("YYYY", f"{day.year:04d}").replace("MM", f"{day.month:02d}").replace("DD", f"{day.day:02d}")
    )


def zone_label(country: str, timezone: str) -> str:
    """How the institution's time is named for people; by the zone's city for a country without a label of ours."""
    return ZONE_LABELS.get(country) or zone_words(timezone)


def zone_words(timezone: str) -> str:
    """The same where the zone alone is known: «hora de Chile», «hora de La Paz»."""
    return ZONE_WORDS.get(timezone) or f"hora de {timezone.rpartition('/')[2].replace('_', ' ')}"


def number(value: int | Decimal, thousands: str, decimal: str) -> str:
    """`1454` as «1.454», `Decimal("0.5")` as «0,5» with the marks given (R-060)."""
    plain = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,d}"
    return plain.translate({ord(","): thousands, ord("."): decimal})


def file_size(size: int, thousands: str, decimal: str) -> str:
    """A size in bytes as people say it: «14 kB», «1,2 MB». Never «0 kB» for a file that has something in it."""
    if size < 1_000_000:
        return f"{number(max(round(size / 1000), min(size, 1)), thousands, decimal)} kB"
    return f"{number(Decimal(size).scaleb(-6).quantize(Decimal('0.1')), thousands, decimal)} MB"
