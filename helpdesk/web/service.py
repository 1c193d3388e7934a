"""The columns that describe a service to the public (R-002), from the same data the desk works with (R-008)."""

from dataclasses import dataclass
from itertools import groupby

from helpdesk.domain.catalogue import CalendarSpec, Catalogue, ChannelSpec, DeadlineSpec, OfficeSpec, RequestType
from helpdesk.web.present import CHANNEL_LABELS

UNITS = {
    "minutes": ("minuto", "minutos"),
    "hours": ("hora", "horas"),
    "business_hours": ("hora hábil", "horas hábiles"),
    "business_days": ("día hábil", "días hábiles"),
    "weeks": ("semana", "semanas"),
    "calendar_days": ("día calendario", "días calendario"),
}
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
NOT_APPLICABLE = "NO APLICABLE"


@dataclass(frozen=True, slots=True)
class Described:
    """A service in the words of the published matrix."""

    hours: tuple[str, ...]
    cost: str
    term: str
    term_quote: str
    beneficiaries: tuple[str, ...]
    offices: tuple[OfficeSpec, ...]
    channels: tuple[tuple[str, str], ...]
    automated: str
    form: str
    online: str


def described(catalogue: Catalogue, spec: RequestType) -> Described:
    """The service's columns."""
    names = {item.key: item.name for item in catalogue.beneficiaries}
    calendars = {item.key: item for item in catalogue.calendars}
    calendar = calendars.get(spec.service_hours)
    return Described(
        hours=opening_hours(calendar) if calendar else (spec.service_hours,),
        cost=spec.cost.label if spec.cost else "Gratuito",
        term=term(spec.deadline),
        term_quote=spec.deadline.quote if spec.deadline else "",
        beneficiaries=tuple(names.get(key, key) for key in spec.beneficiaries),
        offices=tuple(office for office in catalogue.offices if office.key in spec.offices),
        channels=tuple(
            (CHANNEL_LABELS.get(each.key, each.key), channel_detail(catalogue, each)) for each in spec.channels
        ),
        automated="SI" if spec.automated else "No",
        form=spec.links.form or NOT_APPLICABLE,
        online=spec.links.online or NOT_APPLICABLE,
    )


def term(deadline: DeadlineSpec | None) -> str:
    """«2 días hábiles», or that none is set."""
    if deadline is None:
        return "Sin plazo fijado"
    one, many = UNITS[deadline.unit]
    return f"{deadline.amount} {one if deadline.amount == 1 else many}"


def opening_hours(calendar: CalendarSpec) -> tuple[str, ...]:
    """«lunes a jueves, 8:00–16:00», equal days in a row together."""
    hours = [calendar.hours.get(day, ()) for day in WEEK]  # type: ignore[call-overload]  # the keys are a Literal
    lines = []
    for opening, run in groupby(range(7), key=lambda day: hours[day]):
        days = list(run)
        if opening:
            first, last = DAYS[days[0]], DAYS[days[-1]]
            named = first if len(days) == 1 else f"{first} a {last}"
            lines.append(f"{named}, {' y '.join(f'{opens}–{closes}' for opens, closes in opening)}")
    return tuple(lines)


def channel_detail(catalogue: Catalogue, channel: ChannelSpec) -> str:
    """Where the channel leads: the mailbox's address, or the office."""
    addresses = {box.key: box.address for box in catalogue.mailboxes}
    offices = {office.key: office.name for office in catalogue.offices}
    mailbox, office = channel.mailbox, channel.office
    return addresses.get(mailbox or "", "") or offices.get(office or "", "")
