"""Puts a ticket into a team's queue or into somebody's hands, as the step that comes wants it (R-071, R-186).

Where several hold the step's function, who attends the matter of the request gets it (R-108). With nobody to hand it
to, the ticket stops with a sentence and stays in its queue.
"""

from sqlalchemy.orm import Session

from helpdesk.domain import specialists
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import StepSpec
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import Standing
from helpdesk.services import approvals_asked, history, notifications


def hand_over(session: Session, actor: Actor, ticket: Ticket, spec: StepSpec, tell: bool) -> None:
    """Put the ticket into the queue of the step's team, or into the hands of its role's holder (R-071, R-186)."""
    if spec.actor.team is not None:
        _to_team(session, actor, ticket, spec.actor.team)
        return
    if spec.actor.role is None or spec.actor.scope == "self":
        return
    found = fitting(session, ticket, spec)
    if isinstance(found, str):
        ticket.blocked_by = found
        data = {"role": spec.actor.role, "scope": approvals_asked.scope_of(ticket, spec)}
        subject = {"subject": subject_of(ticket, spec)} if spec.actor.subject is not None else {}
        history.record(session, actor, ticket, "nobody_holds", {**data, **subject})
        return
    if ticket.assignee_id not in {each.id for each in found}:
        person = session.get_one(Person, found[0].id)
        ticket.assignee_id = person.id
        history.record(session, actor, ticket, "handed_over", {"role": spec.actor.role, "to": person.address})
        if tell:
            notifications.handed_over(session, actor, ticket, person)


def fitting(session: Session, ticket: Ticket, spec: StepSpec) -> tuple[Person, ...] | str:
    """Who may be given the ticket for a step of a role, the first of them first; or the sentence that says why nobody
    may."""
    scope = approvals_asked.scope_of(ticket, spec)
    if scope is None and spec.actor.scope in approvals_asked.SCOPE_NAMES:
        place = approvals_asked.SCOPE_NAMES[spec.actor.scope]
        return f"Falta {place} para saber a quién pasa «{spec.name}»: complete el dato y siga."
    found = approvals_asked.standing_of(session, ticket, spec.actor.role, scope)
    if spec.actor.subject is None:
        if found.acting:
            return tuple(each.person for each in found.acting)
        return approvals_asked.obstacle(session, ticket, spec, found).sentence
    subject = subject_of(ticket, spec)
    acting = specialists.attending(found.acting, subject)
    if not acting:
        return _nobody_attends(session, ticket, spec, found)
    own = tuple(each for each in acting if subject in each.subjects)
    return tuple(each.person for each in own or acting)


def subject_of(ticket: Ticket, spec: StepSpec) -> str | None:
    """The matter of the request by which the holders of the step's role are told apart, if it is known."""
    value = ticket.fields.get(spec.actor.subject or "")
    return str(value) if value else None


def _nobody_attends(session: Session, ticket: Ticket, spec: StepSpec, found: Standing) -> str:
    catalogue = catalogues.of_ticket(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    scope, subject = approvals_asked.scope_of(ticket, spec), subject_of(ticket, spec)
    absent = specialists.attending(found.absent, subject)
    if (not found.acting and not found.absent) or request_type is None:
        return approvals_asked.obstacle(session, ticket, spec, found).sentence
    if absent:
        return approvals_asked.obstacle(session, ticket, spec, Standing((), absent)).sentence
    role = catalogue.role(spec.actor.role or "").name
    if subject is None:
        asked = request_type.field(spec.actor.subject or "").label
        return f"Falta «{asked}» para saber qué {role} atiende «{spec.name}»: complete el dato y siga."
    label = specialists.label_of(request_type, spec, subject)
    place = f" en {catalogue.place_name(scope)}" if scope else ""
    return f"Nadie que ejerza «{role}»{place} atiende «{label}»: asigne quién la atiende."


def _to_team(session: Session, actor: Actor, ticket: Ticket, team: str) -> None:
    spec = catalogues.of_ticket(session, ticket).team(team)
    scope = ticket.region if spec.per_region else ticket.centre if spec.per_centre else None
    if (ticket.team, ticket.team_scope) != (team, scope):
        history.record(session, actor, ticket, "derived", {"from": ticket.team, "to": team, "scope": scope})
        ticket.team, ticket.team_scope = team, scope
        ticket.assignee_id = None
