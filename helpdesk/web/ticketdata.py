"""Completing and correcting the data of a request («datos por completar»)."""

from collections.abc import Mapping

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from helpdesk.db import transaction
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.errors import Conflict, HelpdeskError, IllegalMove, Invalid
from helpdesk.domain.options import with_region
from helpdesk.models.tickets import ENDED, Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import tickets as queue
from helpdesk.queries.viewers import Viewer
from helpdesk.services import assessment, tickets
from helpdesk.web import datafields, errors, forms, ticketpage
from helpdesk.web.datafields import Known
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page, see_other, ticket_url

blueprint = Blueprint("ticketdata", __name__, url_prefix="/tickets/<number>/datos")
Answer = Response | tuple[str, int]


@blueprint.get("")
@policy(Policy.AGENT)
def show(number: str) -> Answer:
    """The form with what is known."""
    who = viewer()
    return page(who, ticketpage.number_of(who, number))


@blueprint.post("")
@policy(Policy.AGENT)
def save(number: str) -> Answer:
    """Saves what was changed; refused, shows the form with the reason and what was typed."""
    who = viewer()
    wanted = ticketpage.number_of(who, number)
    form = forms.TicketForm()
    try:
        if not form.validate_on_submit():
            raise Invalid(form.first_error())
        with transaction() as session:
            ticket = queue.find(session, who, wanted)
            catalogue, spec = described(session, ticket)
            changed = datafields.changes(catalogue, spec, known(session, ticket).values, request.form)
            stopped = ticket.blocked_by is not None
            tickets.set_fields(session, who.actor, ticket.id, form.seen, changed)
            done = saved(session, ticket, spec, stopped)
    except (Conflict, Invalid) as problem:
        return page(who, wanted, problem, request.form)
    return see_other(ticket_url(who, wanted), done)


def page(
    who: Viewer, wanted: int, problem: HelpdeskError | None = None, form: Mapping[str, str] | None = None
) -> tuple[str, int]:
    """The form and its status. Raises NotFound, IllegalMove when there is nothing to complete."""
    with transaction() as session:
        ticket = queue.find(session, who, wanted)
        catalogue, spec = described(session, ticket)
        wrong = problem.fields if isinstance(problem, Invalid) else {}
        told = known(session, ticket)
        typed = {
            field.key: text
            for field in datafields.asked(spec)
            if form is not None
            and (text := datafields.typed_in(form, catalogue, field, told.values.get(field.key))) is not None
        }
        fields = datafields.fields_of(catalogue, spec, told, typed, wrong)
        html = desk_page(
            session,
            who,
            "tickets/data.html",
            ticket=ticket,
            number=f"{who.ticket_prefix}-{ticket.number}",
            names=Names(catalogue),
            first=[field for field in fields if field.missing or field.problem],
            rest=[field for field in fields if not field.missing and not field.problem],
            problem=str(problem) if problem else None,
        )
    return html, errors.status_of(problem) if problem else 200


def described(session: Session, ticket: Ticket) -> tuple[Catalogue, RequestType]:
    """What the ticket's type asks for. Raises IllegalMove for a ticket without type, or ended."""
    if ticket.status in ENDED:
        raise IllegalMove("El ticket ya está cerrado: sus datos no cambian más.")
    spec = catalogues.request_type_of(session, ticket)
    if spec is None:
        raise IllegalMove("Clasifique primero el ticket: qué datos lleva depende de su tipo.")
    catalogue = catalogues.of_ticket(session, ticket)
    return catalogue, with_region(catalogue, spec)


def known(session: Session, ticket: Ticket) -> Known:
    """What the ticket knows and lacks."""
    places = {key: getattr(ticket, column) for column, key in tickets.PLACES}
    lacking = frozenset(field.key for field in assessment.to_complete(session, ticket))
    spec = catalogues.request_type_of(session, ticket)
    assert spec is not None
    values = tickets.values_of(catalogues.of_ticket(session, ticket), spec, ticket)
    return Known(values, places, lacking, ticket.invalid_fields)


def saved(session: Session, ticket: Ticket, spec: RequestType, stopped: bool) -> str:
    """What to tell who saved: that it is saved, whether the request went on, and what it still lacks."""
    sentences = ["Datos guardados."]
    if stopped and ticket.blocked_by is None:
        sentences.append("La solicitud siguió su ruta.")
    labels = {field.key: field.label for field in spec.intake_fields}
    lacking = [field.label for field in assessment.to_complete(session, ticket)]
    if lacking:
        sentences.append(f"Aún falta: {', '.join(lacking)}.")
    if ticket.invalid_fields:
        sentences.append(f"Por corregir: {', '.join(labels.get(key, key) for key in ticket.invalid_fields)}.")
    return " ".join(sentences)
