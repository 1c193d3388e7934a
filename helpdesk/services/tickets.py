"""What agents do with a ticket besides writing: take, assign, classify, derive, complete steps and data (R-186)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import routes as rules
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.options import options_of
from helpdesk.domain.requesters import identify
from helpdesk.models.messages import Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holdings_of, members, today
from helpdesk.services import (
    assessment,
    consultations,
    deadlines,
    documents,
    history,
    notifications,
    opening,
    reading,
    routes,
)
from helpdesk.services.locks import locked
from helpdesk.services.routes import Tone

# Steps that an agent marks as done; an approval is decided by its approver, a closing by the answer or `close`.
BY_HAND = frozenset(
    ("receive", "validate_documents", "validate_condition", "verify_originals", "classify", "diagnose", "capture",
     "generate", "derive", "execute", "notify", "survey")
)  # fmt: skip

PLACES = (("region", "region"), ("programme", "programa"), ("centre", "centro"), ("organ", "organo"))


def take(session: Session, actor: Actor, ticket_id: int, touched: int | None) -> Ticket:
    """The agent makes the ticket the own work."""
    if actor.person_id is None:
        raise Invalid("Solo una persona puede tomar un ticket.")
    return assign(session, actor, ticket_id, touched, actor.person_id)


def assign(session: Session, actor: Actor, ticket_id: int, touched: int | None, person_id: int | None) -> Ticket:
    """Give the ticket to a member of the staff, or to nobody (None). Raises NotFound, IllegalMove when ended."""
    ticket = _open(locked(session, actor, ticket_id, touched))
    person = session.get(Person, person_id) if person_id is not None else None
    if person_id is not None and (
        person is None or person.institution_id != ticket.institution_id or not person.is_staff or person.disabled
    ):
        raise NotFound("No hay tal agente en su institución.")
    before, ticket.assignee_id = ticket.assignee_id, person_id
    session.flush()
    history.record(
        session,
        actor,
        ticket,
        "assigned",
        {"from": before, "to": person_id, "address": person.address if person else None},
    )
    if person is not None and person.id != actor.person_id:
        notifications.handed_over(session, actor, ticket, person)
    return ticket


def classify(session: Session, actor: Actor, ticket_id: int, touched: int | None, request_type: str) -> Ticket:
    """Say what the ticket asks for: its route begins anew with that type. Raises NotFound for an unknown type,
    IllegalMove once decisions were taken in the present route."""
    ticket = _open(locked(session, actor, ticket_id, touched))
    consultations.check_request(ticket)
    catalogue = catalogues.of_ticket(session, ticket)
    if request_type not in {each.key for each in catalogue.request_types}:
        raise NotFound(f"El catálogo no tiene el tipo «{request_type}».")
    if routes.is_decided(session, ticket):
        raise IllegalMove("El ticket ya tiene decisiones: divídalo o ciérrelo en vez de cambiar su tipo.")
    before, ticket.request_type = ticket.request_type, request_type
    spec = catalogue.request_type(request_type)
    routes.drop(session, ticket)
    documents.forget(session, ticket, spec)
    ticket.candidates = []
    ticket.team = spec.responsible_team
    requester = session.get_one(Person, ticket.requester_id)
    held = holdings_of(session, ticket.institution_id, requester.address, today(session, ticket.institution_id))
    named = Named(requester.name, requester.address)
    ticket.requester_role = identify(catalogue, named, None, lambda _: held, frozenset(), spec).role
    session.flush()
    reading.read_anew(session, ticket)
    opening.settle_place(ticket, catalogue, spec)
    history.record(session, actor, ticket, "classified", {"from": before, "to": request_type})
    documents.propose(session, actor, ticket)
    deadlines.forget(session, ticket)
    routes.begin(session, actor, ticket, documents.newest_at(session, ticket), _tone(session, ticket))
    return ticket


def derive(
    session: Session, actor: Actor, ticket_id: int, touched: int | None, team: str, scope: str | None, reason: str
) -> Ticket:
    """Hand the ticket to another team and tell its members (R-186). Raises NotFound for an unknown team or place."""
    ticket = _open(locked(session, actor, ticket_id, touched))
    catalogue = catalogues.of_ticket(session, ticket)
    spec = next((each for each in catalogue.teams if each.key == team), None)
    if spec is None:
        raise NotFound(f"El catálogo no tiene el equipo «{team}».")
    places = catalogue.regions if spec.per_region else catalogue.centres if spec.per_centre else ()
    if places and scope not in {place.key for place in places}:
        raise Invalid("Ese equipo trabaja por región o centro: elija cuál.", {"scope": "Elija la región o el centro."})
    before = [ticket.team, ticket.team_scope]
    ticket.team, ticket.team_scope = team, scope if places else None
    ticket.assignee_id = None
    session.flush()
    history.record(
        session, actor, ticket, "derived", {"from": before, "to": [team, ticket.team_scope], "reason": reason}
    )
    for person in members(session, ticket.institution_id, team, ticket.team_scope):
        if person.id != actor.person_id:
            notifications.handed_over(session, actor, ticket, person, reason)
    return ticket


def complete_step(session: Session, actor: Actor, ticket_id: int, touched: int | None, note: str = "") -> Ticket:
    """Mark the step that waits as done and go on. An agent may pass an incomplete request on, with the reason.

    Raises IllegalMove for an approval, the closing, when nothing waits, or when it would end the ticket while a
    consultation is open; Invalid when passing on an incomplete request without a reason.
    """
    ticket = _open(locked(session, actor, ticket_id, touched))
    consultations.check_request(ticket)
    row = routes.active(session, ticket)
    if row is None or row.kind not in BY_HAND:
        raise IllegalMove("El paso que espera no se marca a mano: lo decide quien aprueba, o termina con la respuesta.")
    if row.state == "returned" and not note.strip():
        raise Invalid(
            "Está incompleto: para seguir sin lo que falta escriba el motivo.", {"note": "Escriba el motivo."}
        )
    now = clock.now()
    request_type = catalogues.request_type_of(session, ticket)
    if row.state == "returned":
        deadlines.resume(session, ticket, now)
    routes.settle(session, actor, ticket, row, via="web", reason=note.strip() or None)
    if request_type is not None and row.key == rules.gate(request_type):
        deadlines.begin(session, ticket, now, complete=True)
    routes.walk(session, actor, ticket, now)
    if ticket.closed_at is not None:
        consultations.check_none_open(session, ticket)
    return ticket


def close(session: Session, actor: Actor, ticket_id: int, touched: int | None, note: str) -> Ticket:
    """End a ticket answered otherwise than by mail (counter, telephone); the note says how. Raises IllegalMove while
    a step before the closing waits, Invalid without a note."""
    ticket = _open(locked(session, actor, ticket_id, touched))
    row = routes.active(session, ticket)
    if row is None or row.kind not in ("close", "notify"):
        raise IllegalMove(f"Antes de cerrar falta un paso: «{row.name if row else 'clasificar'}».")
    consultations.check_none_open(session, ticket)
    if not note.strip():
        raise Invalid("Diga cómo se respondió.", {"note": "Escriba cómo se respondió."})
    for step in routes.present(session, ticket).values():
        if step.state in ("active", "to_come"):
            routes.settle(session, actor, ticket, step, via="web", reason=note.strip())
    routes.finish(session, actor, ticket, clock.now())
    return ticket


def set_fields(session: Session, actor: Actor, ticket_id: int, touched: int | None, fields: dict[str, Any]) -> Ticket:
    """Complete or correct the data of the request («datos por completar»). A stopped approval is asked again, and a
    request that was returned for these data goes on.

    A value None empties a datum. An approval that was asked of somebody for another region, programme, centre or organ
    is asked anew of who decides for this one (R-072). Raises Invalid for a field that the type does not have, or a
    value that is not one of those to choose from.
    """
    ticket = _open(locked(session, actor, ticket_id, touched))
    request_type = catalogues.request_type_of(session, ticket)
    known = {field.key for field in request_type.intake_fields} if request_type else set()
    unknown = set(fields) - known
    if unknown:
        raise Invalid(f"El tipo de solicitud no tiene el dato «{min(unknown)}».")
    if request_type is not None:
        _listed(catalogues.of_ticket(session, ticket), request_type, fields)
    changed = {key: value for key, value in fields.items() if ticket.fields.get(key) != value}
    lacking = bool(ticket.missing_fields or ticket.invalid_fields)
    ticket.fields = {key: value for key, value in {**ticket.fields, **changed}.items() if value not in (None, "", [])}
    for column, key in PLACES:
        if key in changed:
            setattr(ticket, column, changed[key] or None)
    session.flush()
    if changed:
        history.record(session, actor, ticket, "fields_changed", {"fields": sorted(changed)})
    if request_type is None:
        return ticket
    if changed.keys() & {"region", "centro"}:
        opening.settle_place(ticket, catalogues.of_ticket(session, ticket), request_type)
    assessment.facts_of(session, ticket)
    routes.forget_approver_elsewhere(session, ticket)
    if not routes.ask_stopped(session, actor, ticket) and lacking:
        routes.resume_if_complete(session, actor, ticket, clock.now())
    return ticket


def _tone(session: Session, ticket: Ticket) -> Tone:
    """Fixed words only for a requester whose message nobody vouches for."""
    trust = session.scalar(
        select(Message.trust)
        .where(Message.ticket_id == ticket.id, Message.direction == "inbound")
        .order_by(Message.id)
        .limit(1)
    )
    return "minimal" if trust == "T0" else "full"


def _open(ticket: Ticket) -> Ticket:
    if ticket.closed_at is not None:
        raise IllegalMove("El ticket ya está cerrado.")
    return ticket


def _listed(catalogue: Catalogue, request_type: RequestType, fields: dict[str, Any]) -> None:
    """Raises Invalid for a value that is not one of those among which its field is chosen."""
    wrong = {}
    for field in request_type.intake_fields:
        keys = [option.key for option in options_of(catalogue, field)]
        if keys and fields.get(field.key) and fields[field.key] not in keys:
            wrong[field.key] = "Elija un valor de la lista."
    if wrong:
        raise Invalid("Hay datos que no son de la lista: elíjalos de ella.", wrong)
