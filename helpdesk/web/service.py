"""The columns that describe a service to the public (R-002), from the same data the desk works with (R-008)."""

import re
from dataclasses import dataclass
from itertools import groupby

from helpdesk.domain.catalogue import CalendarSpec, Catalogue, ChannelSpec, DeadlineSpec, OfficeSpec, RequestType
from helpdesk.domain.countedlines import amount_of
from helpdesk.web.present import CHANNEL_LABELS

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
NOT_APPLICABLE = "NO APLICABLE"
NOT_STATED = "No se indica"
BY_CHANNEL = re.compile(r"(Canal \w+):\s*(.+)", re.DOTALL)
ANSWERS = {
    "reply_by_email": "Respuesta por correo electrónico",
    "notify_email": "Aviso por correo electrónico",
    "same_channel": "Respuesta por el canal de la solicitud",
    "in_person": "Respuesta en persona",
    "phone": "Respuesta por teléfono",
    "internal": "Respuesta interna",
    "self_service": "Enlace para hacerlo en línea",
}
FREQUENCIES = {"monthly": "MENSUAL", "quarterly": "TRIMESTRAL", "yearly": "ANUAL"}


@dataclass(frozen=True, slots=True)
class Described:
    """A service in the words of the published matrix. `access` is one list, or one for each channel (R-003);
    `documents` are those that may be demanded, `answer` how the answer leaves (R-068)."""

    access: tuple[tuple[str, tuple[str, ...]], ...]
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
    responsible: str
    documents: tuple[str, ...]
    answer: str


def described(catalogue: Catalogue, spec: RequestType) -> Described:
    """The service's columns."""
    names = {item.key: item.name for item in catalogue.beneficiaries}
    calendars = {item.key: item for item in catalogue.calendars}
    calendar = calendars.get(spec.service_hours)
    return Described(
        hours=opening_hours(calendar) if calendar else (spec.service_hours,),
        access=access_lists(spec.access),
        cost=spec.cost.label if spec.cost else NOT_STATED,
        term=term(spec.deadline),
        term_quote=spec.deadline.quote if spec.deadline else "",
        beneficiaries=tuple(names.get(key, key) for key in spec.beneficiaries),
        offices=tuple(office for office in catalogue.offices if office.key in spec.offices),
        channels=tuple(
            (CHANNEL_LABELS.get(each.key, each.key), channel_detail(catalogue, each)) for each in spec.channels
        ),
        automated="SI" if spec.automated else "No",
        form=stated(spec.links.form),
        online=stated(spec.links.online),
        responsible=catalogue.team(spec.responsible_team).name,
        documents=tuple(each.name for each in spec.required_documents if each.mandatory != "optional"),
        answer=answer_of(spec),
    )


def answer_of(spec: RequestType) -> str:
    """How the answer leaves, and what it holds where the type says it (R-068)."""
    way = ANSWERS[spec.closure.method]
    return f"{way}, con {spec.closure.content}" if spec.closure.content else way


@dataclass(frozen=True, slots=True)
class Publication:
    """Who publishes the table of services and how often (R-011)."""

    frequency: str
    unit: str
    address: str | None


def publication(catalogue: Catalogue) -> Publication | None:
    """The task of the catalogue that publishes its table; None where the institution has none."""
    task = next((each for each in catalogue.periodic_tasks if each.columns), None)
    if task is None:
        return None
    unit = next((role.name for role in catalogue.roles if role.key == task.owner_role), task.owner_role)
    address = next((each.address for each in catalogue.directory if each.role == task.owner_role), None)
    return Publication(FREQUENCIES.get(task.frequency, task.frequency.upper()), unit, address)


def access_lists(steps: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The steps to access a service, those that begin with the name of a channel under that channel (R-003)."""
    lists: dict[str, list[str]] = {}
    for step in steps:
        found = BY_CHANNEL.fullmatch(step)
        title, text = (found[1], found[2]) if found else ("", step)
        lists.setdefault(title, []).append(text[0].upper() + text[1:])
    return tuple((title, tuple(texts)) for title, texts in lists.items())


def stated(link: str | None) -> str:
    """A link's text, or that there is none: never an empty cell (R-005)."""
    return (link or "").strip() or NOT_APPLICABLE


def term(deadline: DeadlineSpec | None) -> str:
    """«2 días hábiles», or that none is set."""
    if deadline is None:
        return "Sin plazo fijado"
    return amount_of(deadline.amount, deadline.unit)


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
