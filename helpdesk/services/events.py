"""Trainings and technical assistance: planned, agreed with an organ, held or cancelled, and who came (R-111, R-128).

The history says how many came and never who: it keeps what it is told for ever, a list of people it need not keep.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import events as rules
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from helpdesk.domain.events import Kind, Listed, Plan, State
from helpdesk.models.events import Attendance, TrainingEvent
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import events as queries
from helpdesk.queries import viewers
from helpdesk.queries.people import staff, today
from helpdesk.queries.viewers import Viewer
from helpdesk.services import history, notifications
from helpdesk.services.locks import fresh, locked

NOT_THERE = "No hay tal capacitación o asistencia en su institución."
OUT_OF_REACH = "Elija un centro o un órgano de los que usted atiende: de otro modo no vería lo que programa."


@dataclass(frozen=True, slots=True)
class Enlisted:
    """How many were put on a list, and how many stood there already."""

    added: int
    already: int


def plan(session: Session, actor: Actor, kind: Kind, planned: Plan) -> TrainingEvent:
    """Plan an event that came of no ticket. Raises Invalid, NotAllowed; NotFound where no events are planned."""
    return _planned(session, actor, None, kind, planned)


def plan_for_ticket(
    session: Session, actor: Actor, ticket_id: int, touched: int | None, planned: Plan
) -> TrainingEvent:
    """Plan an event that a ticket asks for; its requester is told when it came by mail. Raises as `plan`, IllegalMove
    for a ticket that has ended or asks for no event."""
    ticket = locked(session, actor, ticket_id, touched)
    spec = rules.spec_of(catalogues.current(session, ticket.institution_id), ticket.request_type)
    if ticket.closed_at is not None or spec is None:
        raise IllegalMove("Solo se programa desde una solicitud abierta de capacitación o asistencia.")
    return _planned(session, actor, ticket, spec.kind, planned)


def change(session: Session, actor: Actor, event_id: int, touched: int | None, planned: Plan) -> TrainingEvent:
    """Give an event another date, place, matter or person; what the organ agreed to, it must agree to again.

    Raises Invalid, NotAllowed, IllegalMove when it was held or cancelled, Conflict when it changed since `touched`.
    """
    event, ticket = _taken(session, actor, event_id, touched)
    _check_may_change(session, actor, event)
    who = _checked(session, actor, cast(Kind, event.kind), planned)
    before = plan_of(event)
    act = rules.act_of(before, planned)
    if act is None:
        return event
    _move(event, act)
    if act == "replan":
        event.agreed_by = event.agreed_by_id = event.agreed_on = None
    _write(event, planned)
    session.flush()
    _check_reach(session, who, event)
    said = {**_told(event), "agree_again": act == "replan", "starts_before": before.starts_at.isoformat()}
    history.record(session, actor, ticket, "event_changed", said, event.institution_id)
    if rules.moves_the_requester(before, planned):
        _tell_requester(session, actor, event, ticket, "moved")
    return event


def agree(
    session: Session, actor: Actor, event_id: int, touched: int | None, by: str = "", on: date | None = None
) -> TrainingEvent:
    """The organ agrees to the event (R-111): whoever speaks for it does it in person, an agent writes down who of the
    organ did and on which day. Raises Invalid, NotAllowed, IllegalMove, Conflict."""
    event, ticket = _taken(session, actor, event_id, touched)
    who, day = _viewer(session, actor), today(session, event.institution_id)
    in_person = queries.speaks_for_organ(session, who, event.organ)
    if not in_person and not who.is_agent:
        raise NotAllowed("La acuerda quien ejerce una función del órgano, o lo anota quien atiende el ticket.")
    name = (who.name or who.address) if in_person else " ".join(by.split())
    agreed_on = day if in_person or on is None else on
    rules.check_agreeable(cast(Kind, event.kind), plan_of(event), name, agreed_on, day)
    _move(event, "agree")
    event.agreed_by, event.agreed_on = name, agreed_on
    event.agreed_by_id = who.person_id if in_person else None
    session.flush()
    said = {**_told(event), "by": name, "on": agreed_on.isoformat(), "in_person": in_person}
    history.record(session, actor, ticket, "event_agreed", said, event.institution_id)
    return event


def hold(session: Session, actor: Actor, event_id: int, touched: int | None) -> TrainingEvent:
    """The event took place. Raises IllegalMove before it begins or before the organ agreed, Conflict, NotAllowed."""
    event, ticket = _taken(session, actor, event_id, touched)
    _check_may_keep(session, actor, event)
    rules.check_begun(event.starts_at, clock.now())
    _move(event, "hold")
    event.held_at = clock.now()
    session.flush()
    history.record(session, actor, ticket, "event_held", _counted(session, event), event.institution_id)
    return event


def cancel(session: Session, actor: Actor, event_id: int, touched: int | None, reason: str) -> TrainingEvent:
    """The event will not take place; the requester is told why. Raises Invalid, IllegalMove, Conflict, NotAllowed."""
    event, ticket = _taken(session, actor, event_id, touched)
    _check_may_change(session, actor, event)
    if not reason.strip():
        raise Invalid("Escriba por qué se cancela.", {"reason": "Escriba el motivo."})
    _move(event, "cancel")
    event.cancelled_reason = reason.strip()
    session.flush()
    said = {**_told(event), "reason": event.cancelled_reason}
    history.record(session, actor, ticket, "event_cancelled", said, event.institution_id)
    _tell_requester(session, actor, event, ticket, "cancelled")
    return event


def enlist(session: Session, actor: Actor, event_id: int, people: tuple[Listed, ...], came: bool) -> Enlisted:
    """Put people on the list; `came` also notes that they are there. Raises IllegalMove, NotAllowed."""
    event, ticket = _list_taken(session, actor, event_id, begun=came)
    if event.kind == rules.STAFF_TRAINING:
        raise IllegalMove("En una capacitación de especialistas elija a las personas del personal.")
    done = _enlist(session, actor, event, tuple((each, None) for each in people), came)
    history.record(session, actor, ticket, "attendance_noted", _counted(session, event), event.institution_id)
    return done


def enlist_staff(session: Session, actor: Actor, event_id: int, person_ids: Collection[int], came: bool) -> Enlisted:
    """Put specialists of the institution on the list of a training of theirs (R-128). Raises IllegalMove, NotAllowed,
    NotFound for somebody who is none of them."""
    event, ticket = _list_taken(session, actor, event_id, begun=came)
    if event.kind != rules.STAFF_TRAINING:
        raise IllegalMove("Solo una capacitación de especialistas tiene a personal propio en su lista.")
    if not person_ids:
        raise Invalid("Elija al menos un especialista.", {"persons": "Elija al menos uno."})
    known = {person.id: person for person in staff(session, event.institution_id)}
    if set(person_ids) - known.keys():
        raise NotFound("Esa persona no está entre el personal de su institución.")
    people = tuple((Listed(known[key].name or known[key].address), key) for key in sorted(set(person_ids)))
    done = _enlist(session, actor, event, people, came)
    history.record(session, actor, ticket, "attendance_noted", _counted(session, event), event.institution_id)
    return done


def mark(session: Session, actor: Actor, event_id: int, shown: Collection[int], came: Collection[int]) -> TrainingEvent:
    """Note who came of those `shown`; people put on the list meanwhile keep what is known of them. Raises IllegalMove
    before the event begins, NotAllowed."""
    event, ticket = _list_taken(session, actor, event_id, begun=True)
    for row in queries.attendances(session, event):
        if row.id in shown and row.attended is not (row.id in came):
            row.attended, row.noted_by_id, row.noted_at = row.id in came, actor.person_id, clock.now()
    session.flush()
    history.record(session, actor, ticket, "attendance_noted", _counted(session, event), event.institution_id)
    return event


def strike(session: Session, actor: Actor, event_id: int, attendance_id: int) -> TrainingEvent:
    """Take somebody off the list who was put there by mistake. Raises NotFound, IllegalMove, NotAllowed."""
    event, ticket = _list_taken(session, actor, event_id, begun=False)
    row = next((each for each in queries.attendances(session, event) if each.id == attendance_id), None)
    if row is None:
        raise NotFound("Esa persona no está en la lista.")
    session.delete(row)
    session.flush()
    history.record(session, actor, ticket, "attendance_noted", _counted(session, event), event.institution_id)
    return event


def plan_of(event: TrainingEvent) -> Plan:
    """What is planned now."""
    return Plan(**{each.name: getattr(event, each.name) for each in fields(Plan)})


def _planned(session: Session, actor: Actor, ticket: Ticket | None, kind: Kind, planned: Plan) -> TrainingEvent:
    who = _checked(session, actor, kind, planned)
    event = TrainingEvent(
        institution_id=who.institution_id,
        ticket_id=ticket.id if ticket is not None else None,
        kind=kind,
        plan_goal_id=ticket.plan_goal_id if ticket is not None else None,
        planned_by_id=actor.person_id,
        planned_at=clock.now(),
    )
    _write(event, planned)
    session.add(event)
    session.flush()
    _check_reach(session, who, event)
    history.record(session, actor, ticket, "event_planned", _told(event), event.institution_id)
    _tell_requester(session, actor, event, ticket, "planned")
    return event


def _checked(session: Session, actor: Actor, kind: Kind, planned: Plan) -> Viewer:
    """Who plans, once that person may and everything that the plan names exists."""
    who = _viewer(session, actor)
    catalogue = catalogues.current(session, who.institution_id)
    kinds = rules.kinds_of(catalogue)
    if not kinds:
        raise NotFound("Su institución no programa capacitaciones ni asistencias.")
    if kind not in kinds:
        raise Invalid("Elija qué se programa.", {"kind": "Elija una de la lista."})
    known: dict[str, tuple[object, Collection[object], str]] = {
        "organ": (planned.organ, {each.key for each in catalogue.organs}, "Elija el órgano."),
        "centre": (planned.centre, {each.key for each in catalogue.centres} | {None}, "Elija el centro."),
        "system": (planned.system, {each.key for each in rules.matters_of(catalogue)} | {None}, "Elija el sistema."),
        "specialist": (
            planned.specialist_id,
            {person.id for person in staff(session, who.institution_id)} | {None},
            "Elija quién la dará.",
        ),
    }
    wrong = {name: sentence for name, (value, allowed, sentence) in known.items() if value not in allowed}
    if wrong:
        raise Invalid("Revise los datos marcados: nada se guardó todavía.", wrong)
    if not queries.may_plan(session, who, kind, planned.organ):
        raise NotAllowed("Su cuenta no programa esto: pídalo a quien atiende el centro.")
    rules.check(kind, planned, clock.now())
    return who


def _check_reach(session: Session, who: Viewer, event: TrainingEvent) -> None:
    if not queries.is_visible(session, who, event.id):
        raise Invalid(OUT_OF_REACH, {"centre": "Elija un centro o un órgano suyo."})


def _check_may_change(session: Session, actor: Actor, event: TrainingEvent) -> None:
    if not queries.may_plan(session, _viewer(session, actor), event.kind, event.organ):
        raise NotAllowed("Su cuenta no cambia esto: pídalo a quien atiende el centro.")


def _check_may_keep(session: Session, actor: Actor, event: TrainingEvent) -> None:
    if not queries.may_keep(session, _viewer(session, actor), event):
        raise NotAllowed("Su cuenta no anota la asistencia: lo hace quien atiende el centro o quien la da.")


def _viewer(session: Session, actor: Actor) -> Viewer:
    who = viewers.acting(session, actor)
    if who is None:
        raise NotAllowed("Solo una persona del equipo puede hacer esto.")
    return who


def _taken(session: Session, actor: Actor, event_id: int, touched: int | None) -> tuple[TrainingEvent, Ticket | None]:
    """The event and its ticket, both locked, the ticket first as everywhere. Raises NotFound, Conflict."""
    ticket_id = session.execute(
        select(TrainingEvent.ticket_id).where(
            TrainingEvent.id == event_id, TrainingEvent.institution_id == actor.institution_id
        )
    ).one_or_none()
    if ticket_id is None:
        raise NotFound(NOT_THERE)
    ticket = fresh(session, ticket_id[0]) if ticket_id[0] is not None else None
    query = select(TrainingEvent).where(TrainingEvent.id == event_id).with_for_update()
    event = session.execute(query.execution_options(populate_existing=True)).scalar_one()
    if touched is not None and touched != event.touched:
        raise Conflict("Cambió mientras escribía: revise lo nuevo y vuelva a enviar.")
    return event, ticket


def _list_taken(session: Session, actor: Actor, event_id: int, begun: bool) -> tuple[TrainingEvent, Ticket | None]:
    """The event for a change of its list; `begun`: only once it has begun."""
    event, ticket = _taken(session, actor, event_id, None)
    _check_may_keep(session, actor, event)
    rules.check_list_open(cast(State, event.state))
    if begun:
        rules.check_begun(event.starts_at, clock.now())
    return event, ticket


def _move(event: TrainingEvent, act: rules.Act) -> None:
    event.state = rules.after(cast(State, event.state), act)
    event.touched += 1


def _write(event: TrainingEvent, planned: Plan) -> None:
    for each in fields(Plan):
        setattr(event, each.name, getattr(planned, each.name))


def _enlist(
    session: Session, actor: Actor, event: TrainingEvent, people: tuple[tuple[Listed, int | None], ...], came: bool
) -> Enlisted:
    there = {row.sameness: row for row in queries.attendances(session, event)}
    added, now = 0, clock.now()
    for listed, person_id in people:
        sameness = listed.sameness if person_id is None else f"person:{person_id}"
        if sameness not in there:
            added += 1
            there[sameness] = Attendance(
                institution_id=event.institution_id,
                event_id=event.id,
                name=listed.name,
                identity=listed.identity,
                entity=listed.entity,
                person_id=person_id,
                sameness=sameness,
                noted_by_id=actor.person_id,
                noted_at=now,
            )
            session.add(there[sameness])
        if came:
            row = there[sameness]
            row.attended, row.noted_by_id, row.noted_at = True, actor.person_id, now
    session.flush()
    return Enlisted(added, len(people) - added)


def _told(event: TrainingEvent) -> dict[str, Any]:
    return {
        "event": event.id,
        "event_kind": event.kind,
        "subject": event.subject,
        "organ": event.organ,
        "centre": event.centre,
        "specialist_id": event.specialist_id,
        "place": event.place,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
    }


def _counted(session: Session, event: TrainingEvent) -> dict[str, Any]:
    rows = queries.attendances(session, event)
    counts = {"listed": len(rows), "came": sum(row.attended is True for row in rows)}
    return {"event": event.id, "event_kind": event.kind, "subject": event.subject, **counts}


def _tell_requester(
    session: Session, actor: Actor, event: TrainingEvent, ticket: Ticket | None, change: notifications.EventChange
) -> None:
    """Who asked by mail is told of an event that is still to come."""
    if ticket is None or ticket.channel != "email" or not rules.is_ahead(event.starts_at, clock.now()):
        return
    given_by = session.get(Person, event.specialist_id) if event.specialist_id is not None else None
    notifications.event(session, actor, ticket, event, given_by.name if given_by is not None else "", change)
