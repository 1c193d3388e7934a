"""What was sent for each month: the requests of the types whose catalogue entry says so (R-129, R-130)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from helpdesk.domain import months
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.viewers import Viewer, reach

NEVER_SENT = ("rejected", "not_filed")
AROUND = timedelta(days=184)
"""How far from its month something may be sent: late, or long before."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """A request that brings something for a month. `checked`: no approval of it is open or was refused."""

    ticket_id: int
    number: int
    request_type: str
    status: str
    sent_on: date
    month: date
    region: str | None
    programme: str | None
    centre: str | None
    organ: str | None
    text: str
    purpose: str | None
    topic: str | None
    requester_id: int
    requester: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows the view; None does not."""

    month: date
    purpose: str | None = None
    centre: str | None = None
    topic: str | None = None


def monthly_types(catalogue: Catalogue) -> tuple[RequestType, ...]:
    """The request types that bring something month by month, with a text to compile."""
    return tuple(each for each in catalogue.request_types if each.monthly is not None and each.monthly.text is not None)


def seen(session: Session, who: Viewer, wanted: Wanted) -> tuple[Contribution, ...]:
    """What the viewer may see of a month's texts, by centre and date."""
    keys = [each.key for each in monthly_types(catalogues.current(session, who.institution_id))]
    found = of_month(session, who.institution_id, keys, wanted.month, reach(who))
    narrowed = [
        each
        for each in found
        if wanted.purpose in (None, each.purpose)
        and wanted.centre in (None, each.centre)
        and wanted.topic in (None, each.topic)
    ]
    return tuple(sorted(narrowed, key=lambda each: (each.centre or "", each.sent_on, each.ticket_id)))


def of_month(
    session: Session,
    institution_id: int,
    types: Iterable[str],
    month: date,
    condition: ColumnElement[bool] | None = None,
) -> tuple[Contribution, ...]:
    """What was sent to an institution for a month by requests of these types, the first sent first. What was refused,
    was not filed or goes on in another ticket is not counted."""
    zone = ZoneInfo(session.get_one(Institution, institution_id).timezone)
    around = datetime(month.year, month.month, 1, tzinfo=zone)
    open_approval = exists().where(
        Step.ticket_id == Ticket.id, Step.kind == "approve", Step.state.not_in(("done", "skipped", "superseded"))
    )
    query = (
        select(Ticket, Person.name, Person.address, open_approval)
        .join(Person, Person.id == Ticket.requester_id)
        .where(
            Ticket.institution_id == institution_id,
            Ticket.request_type.in_(types),
            Ticket.kind == "request",
            Ticket.status.not_in(NEVER_SENT),
            Ticket.merged_into_id.is_(None),
            Ticket.received_at.between(around - AROUND, around + AROUND),
        )
        .order_by(Ticket.received_at, Ticket.id)
    )
    if condition is not None:
        query = query.where(condition)
    found = (
        _read(session, ticket, name or address, not waits, zone)
        for ticket, name, address, waits in session.execute(query)
    )
    return tuple(each for each in found if each is not None and each.month == month)


def _read(session: Session, ticket: Ticket, requester: str, checked: bool, zone: ZoneInfo) -> Contribution | None:
    request_type = catalogues.request_type_of(session, ticket)
    spec = request_type.monthly if request_type is not None else None
    if spec is None or request_type is None:
        # It was opened under an earlier catalogue, whose data said nothing of a month.
        return None
    sent_on = ticket.received_at.astimezone(zone).date()
    return Contribution(
        ticket_id=ticket.id,
        number=ticket.number,
        request_type=request_type.key,
        status=ticket.status,
        sent_on=sent_on,
        # What names no month that can be read is for the month in which it was sent.
        month=months.named(ticket.fields.get(spec.month), sent_on) or months.first_of(sent_on),
        region=ticket.region,
        programme=ticket.programme,
        centre=ticket.centre,
        organ=ticket.organ,
        text=str(ticket.fields.get(spec.text or "") or ""),
        purpose=_written(ticket, spec.purpose),
        topic=_written(ticket, spec.topic),
        requester_id=ticket.requester_id,
        requester=requester,
        checked=checked,
    )


def _written(ticket: Ticket, key: str | None) -> str | None:
    value = ticket.fields.get(key) if key is not None else None
    return value if isinstance(value, str) and value else None
