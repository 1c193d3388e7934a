"""Opening a ticket for somebody who came, called or handed in a paper: type and channel first, then the type's form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain import additions, channels
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.errors import HelpdeskError, Invalid
from helpdesk.domain.options import Option, lacks_region
from helpdesk.models.documents import Original
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.people import Person
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import search
from helpdesk.queries import tickets as queue
from helpdesk.queries.viewers import Viewer
from helpdesk.services import opening_by_hand
from helpdesk.services.opening_by_hand import BEGINNING, ByHand
from helpdesk.web import datafields, errors, forms, ticketpage
from helpdesk.web.datafields import DataField, Known
from helpdesk.web.downloads import received
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page, see_other

blueprint = Blueprint("counter", __name__, url_prefix="/tickets")
Answer = Response | tuple[str, int]
PAPER = "papel-"
SEEN, KEPT = "visto", "queda"


@blueprint.get("/nuevo")
@policy(Policy.AGENT)
def new() -> Answer:
    """The choice of type and channel; with both in the address the form, or why the type is not taken there."""
    who = viewer()
    channel, key = request.args.get("canal"), forms.clean(request.args.get("tipo")) or None
    if channel is None:
        return choice(who, key)
    return form(who, forms.CounterForm(formdata=None), channel, key)


@blueprint.post("/nuevo")
@policy(Policy.AGENT)
def create() -> Answer:
    """Opens the ticket; refused, shows the form with the reason and what was typed."""
    who = viewer()
    filled = forms.CounterForm()
    channel, key = filled.canal.data or "", filled.tipo.data or None
    try:
        if not filled.validate_on_submit():
            raise Invalid("Revise los datos marcados: nada se guardó todavía.", filled.first_errors())
        with transaction() as session:
            catalogue = catalogues.current(session, who.institution_id)
            ticket = opening_by_hand.open_by_hand(session, who.actor, asked(catalogue, filled, channel, key))
            number = f"{who.ticket_prefix}-{ticket.number}"
            shown = search.is_visible(session, who, ticket.number)
    except Invalid as problem:
        return form(who, filled, channel, key, problem)
    if not shown:
        # What may be about the people of a place leaves their sight when it is registered.
        return see_other(url_for("counter.new"), f"Quedó registrado con el número {number}; lo atiende otra oficina.")
    return see_other(url_for("counter.receipt", number=number))


@blueprint.get("/<number>/comprobante")
@policy(Policy.AGENT)
def receipt(number: str) -> Answer:
    """The number to hand out, with date and time, large and to be printed (R-016, R-116)."""
    who = viewer()
    with transaction() as session:
        ticket = queue.find(session, who, ticketpage.number_of(who, number))
        catalogue = catalogues.of_ticket(session, ticket)
        files = select(Attachment.filename).join(Message, Message.id == Attachment.message_id)
        html = desk_page(
            session,
            who,
            "counter/receipt.html",
            ticket=ticket,
            number=f"{who.ticket_prefix}-{ticket.number}",
            names=Names(catalogue),
            spec=catalogues.request_type_of(session, ticket),
            requester=session.get_one(Person, ticket.requester_id),
            papers=session.scalars(select(Original).where(Original.ticket_id == ticket.id).order_by(Original.id)).all(),
            files=session.scalars(
                files.where(
                    Message.ticket_id == ticket.id, Message.direction == "inbound", Attachment.held == ""
                ).order_by(Attachment.id)
            ).all(),
        )
    return html, 200


def choice(who: Viewer, key: str | None = None, problem: HelpdeskError | None = None) -> Answer:
    """The first step and its status."""
    with transaction() as session:
        catalogue = catalogues.current(session, who.institution_id)
        places = opening_by_hand.own_places(session, who.actor, catalogue)
        html = desk_page(
            session,
            who,
            "counter/choice.html",
            types=sorted(offered(catalogue, places), key=lambda each: each.order),
            place_name=catalogue.place_name,
            channels=channels.by_hand(catalogue),
            key=key,
            problem=str(problem) if problem else None,
        )
    return html, errors.status_of(problem) if problem else 200


def form(
    who: Viewer, filled: forms.CounterForm, channel: str, key: str | None, problem: Invalid | None = None
) -> Answer:
    """The second step and its status: the form of the type, or the refusal of a channel it does not have."""
    with transaction() as session:
        catalogue = catalogues.current(session, who.institution_id)
        places = opening_by_hand.own_places(session, who.actor, catalogue)
        try:
            request_type = opening_by_hand.admitted(catalogue, key, channel)
            if request_type is not None and request_type not in offered(catalogue, places):
                additions.check_offered(catalogue, request_type, None)
        except Invalid as refused:
            known = channel in channels.by_hand(catalogue)
            return refusal(session, who, catalogue, key, refused) if known and key else choice(who, key, refused)
        wrong = problem.fields if problem else {}
        html = desk_page(
            session,
            who,
            "counter/form.html",
            form=filled,
            channel=channel,
            spec=request_type,
            fields=fields(catalogue, request_type, places, wrong),
            places=place_options(catalogue, request_type, places),
            papers=papers() if problem else {},
            address_needed=channel not in channels.WITHOUT_ADDRESS,
            problem=str(problem) if problem else None,
            wrong=wrong,
        )
    return html, errors.status_of(problem) if problem else 200


def offered(catalogue: Catalogue, own: tuple[str, ...]) -> tuple[RequestType, ...]:
    """The types that somebody may open: those of other centres only for who works for the whole (R-106)."""
    return tuple(each for each in catalogue.request_types if each.centre is None or not own or each.centre in own)


def refusal(session: Session, who: Viewer, catalogue: Catalogue, key: str, problem: Invalid) -> Answer:
    """The page that tells, and prints, by which channel the type is taken (R-014)."""
    request_type = catalogue.request_type(key)
    ways = channels.ways(catalogue, request_type)
    html = desk_page(session, who, "counter/refused.html", spec=request_type, ways=ways, problem=str(problem))
    return html, errors.status_of(problem)


def fields(
    catalogue: Catalogue, request_type: RequestType | None, own: tuple[str, ...], wrong: Mapping[str, str]
) -> tuple[DataField, ...]:
    """The controls for the data of the type, with what was typed; its only place stands for staff bound to one."""
    if request_type is None:
        return ()
    typed = {
        field.key: text
        for field in datafields.asked(request_type)
        if (text := datafields.typed_in(request.form, catalogue, field, None)) is not None
    }
    places = {
        "region": [each.key for each in catalogue.regions],
        "centro": [each.key for each in catalogue.centres],
    }
    bound = {key: [place for place in listed if place in own] for key, listed in places.items()}
    known = Known({}, {key: found[0] if len(found) == 1 else None for key, found in bound.items()}, frozenset(), {})
    found = datafields.fields_of(catalogue, request_type, known, typed, wrong)
    return tuple(field for field in found if field.key != BEGINNING)


def place_options(catalogue: Catalogue, request_type: RequestType | None, own: tuple[str, ...]) -> tuple[Option, ...]:
    """The regions or centres to choose from, where the data of the type do not say which and it matters."""
    said = {field.key for field in request_type.intake_fields} if request_type else set()
    options: list[Option] = []
    several = request_type is not None and lacks_region(catalogue, request_type)
    if (several or any(team.per_region for team in catalogue.teams)) and "region" not in said:
        options += [Option(each.key, each.name) for each in catalogue.regions]
    if any(team.per_centre for team in catalogue.teams) and "centro" not in said:
        options += [Option(each.key, each.name) for each in catalogue.centres]
    return tuple(option for option in options if not own or option.key in own)


def asked(catalogue: Catalogue, filled: forms.CounterForm, channel: str, key: str | None) -> ByHand:
    """What the form says. Raises Invalid with the fields that cannot be read, NotFound for an unknown type."""
    request_type = opening_by_hand.admitted(catalogue, key, channel)
    data: dict[str, Any] = datafields.changes(catalogue, request_type, {}, request.form) if request_type else {}
    written = ByHand(
        channel=channel,
        request_type=key,
        name=filled.name.data or "",
        subject=filled.subject.data or "",
        text=filled.text.data or "",
        address=filled.address.data or "",
        national_id=filled.national_id.data or "",
        entity=filled.entity.data or "",
        fields={name: value for name, value in data.items() if value is not None},
        originals={name: kind == KEPT for name, kind in papers().items()},
        received_at=began(filled.started.data or "", ZoneInfo(catalogue.institution.timezone)),
        place=filled.place.data or None,
    )
    return replace(written, files=received(filled.files.data or ()))


def papers() -> dict[str, str]:
    """What the form says of each document that was handed over: seen, or kept; others are not named."""
    return {
        name.removeprefix(PAPER): value
        for name, value in request.form.items()
        if name.startswith(PAPER) and value in (SEEN, KEPT)
    }


def began(hour: str, zone: ZoneInfo) -> datetime | None:
    """The hour of today's beginning; None where none is written. Raises Invalid."""
    if not hour:
        return None
    try:
        written = datetime.strptime(hour, "%H:%M").time()  # noqa: DTZ007  # an hour of the day; its zone follows
    except ValueError:
        sentence = "Escriba la hora de inicio así: 09:30."
        raise Invalid("Revise los datos marcados: nada se guardó todavía.", {"received_at": sentence}) from None
    return datetime.combine(clock.now().astimezone(zone).date(), written, zone)
