"""What agents do with a ticket besides writing: take, assign, classify, derive, complete steps and data (R-186)."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import additions, channels, closing
from helpdesk.domain import routes as rules
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.closing import Delivery
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.options import REGION, lacks_region, options_of, with_region
from helpdesk.domain.papers import NOTHING_SAID, Review
from helpdesk.domain.requesters import identify
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holdings_of, members, today
from helpdesk.services import (
    approvals_renewed,
    assessment,
    authorisations,
    consultations,
    deadlines,
    documents,
    history,
    notifications,
    opening,
    originals,
    papers,
    post,
    reading,
    routes,
    windows,
    withdrawals,
    work_moved,
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
    IllegalMove once decisions were taken in the present route, for a type that may not be taken by the channel by
    which the staff took the request (R-014), or when an authorisation before any answer would be lost (R-125)."""
    ticket = _open(locked(session, actor, ticket_id, touched))
    consultations.check_request(ticket)
    catalogue = catalogues.of_ticket(session, ticket)
    if request_type not in {each.key for each in catalogue.request_types}:
        raise NotFound(f"El catálogo no tiene el tipo «{request_type}».")
    additions.check_offered(catalogue, catalogue.request_type(request_type), ticket.centre)
    if routes.is_decided(session, ticket):
        raise IllegalMove("El ticket ya tiene decisiones: divídalo o ciérrelo en vez de cambiar su tipo.")
    spec = catalogue.request_type(request_type)
    if ticket.mailbox_id is None and not channels.admits(spec, ticket.channel):
        raise IllegalMove(channels.refusal(spec, ticket.channel))
    authorisations.check_kept(session, actor, ticket, rules.unauthorised(spec, {}))
    before, ticket.request_type = ticket.request_type, request_type
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
    opening.settle_place(session, ticket)
    history.record(session, actor, ticket, "classified", {"from": before, "to": request_type})
    documents.propose(session, actor, ticket)
    due_before = ticket.due_at
    dropped = deadlines.supersede(session, ticket)
    routes.begin(session, actor, ticket, documents.newest_at(session, ticket), _tone(session, ticket))
    if due_before is not None:
        deadlines.tell_move(session, actor, ticket, due_before, "es otro tipo de solicitud")
    deadlines.tell_dropped(session, actor, ticket, dropped)
    if before != request_type and ticket.status != "waiting_requester":
        notifications.only_channel(session, ticket, minimal=_tone(session, ticket) == "minimal")
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


def complete_step(
    session: Session,
    actor: Actor,
    ticket_id: int,
    touched: int | None,
    note: str = "",
    review: Review = NOTHING_SAID,
) -> Ticket:
    """Mark the step that waits as done and go on. An agent may pass an incomplete request on, with the reason.

    A condition that does not hold by what is known now does not pass: the requester is told instead (R-027).
    Raises IllegalMove for an approval, the closing, when nothing waits, while data that the step needs are missing
    («datos por completar»), or when it would end the ticket while a consultation is open; Invalid when passing
    on an incomplete request without a reason, without the record that the step wants, or for work while nobody
    vouches for a mandatory document and `review` gives no reason (R-066).
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
    if row.kind == "verify_originals":
        originals.check_seen(session, ticket)
    now = clock.now()
    # Ending the ticket takes them back: whether there are any is known before.
    asked = withdrawals.open_of(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is not None:
        _check_work(session, ticket, request_type, row, note)
    if row.state == "active" and routes.refused_condition(session, actor, ticket, row, _tone(session, ticket)):
        routes.set_status(session, actor, ticket)
        return ticket
    if request_type is not None:
        papers.check(session, actor, ticket, row, review)
    admitted = row.state == "returned"
    if admitted:
        deadlines.resume(session, ticket, now)
        windows.end(session, ticket, row)
    routes.settle(session, actor, ticket, row, via="web", reason=note.strip() or None)
    if request_type is not None and row.key == rules.gate(request_type):
        deadlines.begin(session, ticket, now, complete=True)
    routes.walk(session, actor, ticket, now, admitted=admitted)
    if ticket.closed_at is not None:
        consultations.refuse_open(session, asked)
    return ticket


def close(
    session: Session,
    actor: Actor,
    ticket_id: int,
    touched: int | None,
    note: str,
    delivery: Delivery,
    review: Review = NOTHING_SAID,
) -> Ticket:
    """End a ticket answered otherwise than by mail (counter, telephone, paper); the note says how.

    Raises IllegalMove while a step before the closing waits; Invalid without a note, for a paper of which nothing says
    who collected it (R-046), for an answer by another channel than the type wants, without the reason (R-015), and
    while nobody vouches for a mandatory document and `review` gives no reason (R-067).
    """
    ticket = _open(locked(session, actor, ticket_id, touched))
    row = routes.active(session, ticket)
    if row is None or row.kind not in ("close", "notify"):
        raise IllegalMove(f"Antes de cerrar falta un paso: «{row.name if row else 'clasificar'}».")
    consultations.check_none_open(session, ticket)
    if not note.strip():
        raise Invalid("Diga cómo se respondió.", {"note": "Escriba cómo se respondió."})
    _check_delivery(session, ticket, delivery)
    papers.check(session, actor, ticket, row, review)
    for step in routes.present(session, ticket).values():
        if step.state in ("active", "to_come"):
            routes.settle(session, actor, ticket, step, via="web", reason=closing.told(note, delivery))
    collected_on = delivery.collected_on.isoformat() if delivery.collected_on else None
    data = {"way": delivery.way, "collected_by": delivery.collected_by.strip() or None, "collected_on": collected_on}
    reason = delivery.reason.strip() or None
    history.record(session, actor, ticket, "delivered", {"note": note.strip(), **data, "reason": reason})
    routes.finish(session, actor, ticket, clock.now())
    return ticket


def set_fields(session: Session, actor: Actor, ticket_id: int, touched: int | None, fields: dict[str, Any]) -> Ticket:
    """Complete or correct the data of the request («datos por completar»). A stopped approval is asked again, and a
    request that was returned for these data goes on.

    A value None empties a datum. An approval that was asked of somebody for another region, programme, centre or organ
    is asked anew of who decides for this one (R-072); a step goes to who attends the matter that they name (R-108).
    Raises Invalid for a field that the type does not have, or a value that is not one of those to choose from.
    """
    ticket = _open(locked(session, actor, ticket_id, touched))
    request_type = catalogues.request_type_of(session, ticket)
    catalogue = catalogues.of_ticket(session, ticket)
    check_fields(catalogue, with_region(catalogue, request_type) if request_type else None, fields)
    if request_type is not None and "centro" in fields:
        additions.check_offered(catalogue, request_type, fields["centro"])
    known = values_of(catalogue, request_type, ticket) if request_type else ticket.fields
    changed = {key: value for key, value in fields.items() if known.get(key) != value}
    lacking = bool(ticket.missing_documents or ticket.missing_fields or ticket.invalid_fields)
    put_fields(ticket, changed)
    if request_type is not None and lacks_region(catalogue, request_type):
        ticket.fields = {key: value for key, value in ticket.fields.items() if key != REGION.key}
    session.flush()
    if changed:
        history.record(session, actor, ticket, "fields_changed", {"fields": sorted(changed)})
    if request_type is None:
        return ticket
    if changed.keys() & {"region", "centro"}:
        opening.settle_place(session, ticket)
        deadlines.recount_told(session, actor, ticket)
        work_moved.follow_place(session, actor, ticket)
    assessment.facts_of(session, ticket)
    # Before an approver elsewhere is forgotten: only one that was stopped already was for the desk to look at.
    looked_at = routes.is_stopped(session, ticket)
    routes.forget_approver_elsewhere(session, ticket)
    if routes.depends_on(session, ticket, changed):
        routes.hand_over_again(session, actor, ticket)
    # First what was approved of the earlier request: asking only the approval that waits would let it stand.
    renewed = approvals_renewed.request_changed(session, actor, ticket, looked_at=looked_at)
    if renewed or routes.ask_stopped(session, actor, ticket):
        return ticket
    # Nobody but the desk takes up what it returned in words of its own, where nothing lacked by the list.
    if lacking or not routes.is_returned(session, ticket):
        routes.resume_if_complete(session, actor, ticket, clock.now())
    return ticket


def _tone(session: Session, ticket: Ticket) -> Tone:
    """Fixed words only for a requester whose message nobody vouches for."""
    return "minimal" if post.is_unverified(session, ticket) else "full"


def _open(ticket: Ticket) -> Ticket:
    if ticket.closed_at is not None:
        raise IllegalMove("El ticket ya está cerrado.")
    return ticket


def _check_work(session: Session, ticket: Ticket, request_type: RequestType, row: Step, note: str) -> None:
    """Raises IllegalMove naming the data or documents that the step lacks, Invalid without the record it wants (R-035,
    R-038, R-114)."""
    spec = request_type.step(row.key)
    lacking = rules.needed_data(request_type, spec, assessment.to_complete(session, ticket))
    if lacking:
        labels = ", ".join(f"«{field.label}»" for field in lacking)
        raise IllegalMove(f"Antes de «{row.name}» complete los datos: {labels}.")
    absent = assessment.lacking_at(session, ticket, row.key)
    if absent:
        names = ", ".join(f"«{document.name}»" for document in absent)
        raise IllegalMove(f"Antes de «{row.name}» adjunte los documentos: {names}.")
    wanted = rules.record_wanted(request_type, spec)
    if wanted is not None and not note.strip():
        sentence = f"Escriba {wanted}."
        raise Invalid(f"Para marcar «{row.name}» escriba {wanted}.", {"note": sentence})


def _check_delivery(session: Session, ticket: Ticket, delivery: Delivery) -> None:
    zone = ZoneInfo(catalogues.of_ticket(session, ticket).institution.timezone)
    wrong = closing.objections(
        delivery, ticket.received_at.astimezone(zone).date(), today(session, ticket.institution_id)
    )
    request_type = catalogues.request_type_of(session, ticket)
    if not delivery.reason.strip() and closing.needs_reason(request_type, ticket.channel, delivery.way):
        wrong["reason"] = closing.asks_reason(request_type, ticket.channel)
    if wrong:
        raise Invalid(next(iter(wrong.values())), wrong)


def check_fields(catalogue: Catalogue, request_type: RequestType | None, fields: Mapping[str, Any]) -> None:
    """Raises Invalid for data that the type does not have, or that are not one of those among which they are chosen."""
    asked = request_type.intake_fields if request_type else ()
    unknown = set(fields) - {field.key for field in asked}
    if unknown:
        raise Invalid(f"El tipo de solicitud no tiene el dato «{min(unknown)}».")
    wrong = {}
    for field in asked:
        keys = [option.key for option in options_of(catalogue, field)]
        if keys and fields.get(field.key) and fields[field.key] not in keys:
            wrong[field.key] = "Elija un valor de la lista."
    if wrong:
        raise Invalid("Hay datos que no son de la lista: elíjalos de ella.", wrong)


def values_of(catalogue: Catalogue, request_type: RequestType, ticket: Ticket) -> Mapping[str, Any]:
    """The data of the request by key, the region among them where people say it though the type does not ask for it."""
    region = {REGION.key: ticket.region} if ticket.region and lacks_region(catalogue, request_type) else {}
    return {**ticket.fields, **region}


def put_fields(ticket: Ticket, fields: Mapping[str, Any]) -> None:
    """Write checked data into the ticket, and the places they name into its own columns; None empties a datum."""
    ticket.fields = {key: value for key, value in {**ticket.fields, **fields}.items() if value not in (None, "", [])}
    for column, key in PLACES:
        if key in fields:
            setattr(ticket, column, fields[key] or None)
