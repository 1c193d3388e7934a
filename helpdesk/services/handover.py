"""Puts a ticket into a team's queue or into somebody's hands, as the step that comes wants it (R-071, R-186)."""

from sqlalchemy.orm import Session

from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import StepSpec
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import approvals_asked, history, notifications


def hand_over(session: Session, actor: Actor, ticket: Ticket, spec: StepSpec, tell: bool) -> None:
    """Put the ticket into the queue of the step's team, or into the hands of its role's holder (R-071, R-186)."""
    if spec.actor.team is not None:
        _to_team(session, actor, ticket, spec.actor.team)
        return
    if spec.actor.role is None or spec.actor.scope == "self":
        return
    scope = approvals_asked.scope_of(ticket, spec)
    found = approvals_asked.standing_of(session, ticket, spec.actor.role, scope)
    if not found.acting:
        ticket.blocked_by = approvals_asked.obstacle(session, ticket, spec, found).sentence
        history.record(session, actor, ticket, "nobody_holds", {"role": spec.actor.role, "scope": scope})
        return
    person = session.get_one(Person, found.acting[0].person.id)
    if ticket.assignee_id != person.id:
        ticket.assignee_id = person.id
        history.record(session, actor, ticket, "handed_over", {"role": spec.actor.role, "to": person.address})
        if tell:
            notifications.handed_over(session, actor, ticket, person)


def _to_team(session: Session, actor: Actor, ticket: Ticket, team: str) -> None:
    spec = catalogues.of_ticket(session, ticket).team(team)
    scope = ticket.region if spec.per_region else ticket.centre if spec.per_centre else None
    if (ticket.team, ticket.team_scope) != (team, scope):
        history.record(session, actor, ticket, "derived", {"from": ticket.team, "to": team, "scope": scope})
        ticket.team, ticket.team_scope = team, scope
        ticket.assignee_id = None
