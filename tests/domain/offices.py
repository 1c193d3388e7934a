"""The calendars of three offices, as the shipped catalogue has them."""

from helpdesk.domain.calendars import calendar_of
from helpdesk.domain.catalogue import CalendarSpec, HolidaySpec


def _spec(
    key: str, country: str, zone: str, week: tuple[str, str], friday: tuple[str, str], holidays: HolidaySpec
) -> CalendarSpec:
    return CalendarSpec(
        key=key,
        name=key,
        country=country,
        timezone=zone,
        hours={"mon": (week,), "tue": (week,), "wed": (week,), "thu": (week,), "fri": (friday,), "sat": (), "sun": ()},
        holidays=holidays,
    )


SPECS = {
    "ec-oficina": _spec(
        "ec-oficina",
        "EC",
        "America/Guayaquil",
        ("08:00", "17:00"),
        ("08:00", "17:00"),
        HolidaySpec("holidays", "EC", ("public",), remove=("2027-08-10", "2027-11-03", "2027-12-24", "2027-12-31")),
    ),
    "cl-sigec": _spec(
        "cl-sigec",
        "CL",
        "America/Santiago",
        ("08:00", "16:00"),
        ("08:00", "15:00"),
        HolidaySpec("holidays", "CL", ("public",)),
    ),
    "pe-conectamef": _spec(
        "pe-conectamef",
        "PE",
        "America/Lima",
        ("08:30", "17:00"),
        ("08:30", "17:00"),
        HolidaySpec("holidays", "PE", ("public",), add=("2026-01-02",)),
    ),
}
ECUADOR = calendar_of(SPECS["ec-oficina"])
CHILE = calendar_of(SPECS["cl-sigec"])
PERU = calendar_of(SPECS["pe-conectamef"])
