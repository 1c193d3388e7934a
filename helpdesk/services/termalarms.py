"""What the clock does when the term of a ticket runs out: the team is warned, then its supervisor is told (R-052)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holders, responsible, today
from helpdesk.services import history, notifications


def warn(session: Session, actor: Actor, ticket: Ticket, step: Step | None) -> None:
    """Tell whoever has the ticket, else its team, that the term runs out. Too late once it has."""
    if ticket.closed_at is not None or ticket.due_at is None or clock.now() > ticket.due_at:
        return
    told = responsible(session, ticket)
    for person in told:
        notifications.term_runs_out(session, ticket, person, "due_soon")
    history.record(session, actor, ticket, "due_warned", {"to": [person.address for person in told]})


def escalate(session: Session, actor: Actor, ticket: Ticket, step: Step | None) -> None:
    """Tell the team's supervisor, without one those of the team above it, without any the administrators."""
    if ticket.closed_at is not None or ticket.due_at is None:
        return
    told = _supervisors(session, ticket)
    for person in told:
        notifications.term_runs_out(session, ticket, person, "escalated")
    history.record(session, actor, ticket, "escalated", {"to": [person.address for person in told]})


def _supervisors(session: Session, ticket: Ticket) -> tuple[Person, ...]:
    """A role that is bound to a place is held for the ticket's; nobody for it: the next team above is asked."""
    catalogue = catalogues.of_ticket(session, ticket)
    teams = {team.key: team for team in catalogue.teams}
    day = today(session, ticket.institution_id)
    seen = set()
    team = teams.get(ticket.team)
    while team is not None and team.key not in seen:
        seen.add(team.key)
        if team.supervised_by is not None:
            role = catalogue.role(team.supervised_by)
            scope = getattr(ticket, role.scope) if role.scope in ("region", "programme", "centre", "organ") else None
            found = holders(session, ticket.institution_id, role.key, scope, day)
            if found:
                return tuple(holder.person for holder in found)
        team = teams.get(team.parent) if team.parent is not None else None
    return _administrators(session, ticket.institution_id)


def _administrators(session: Session, institution_id: int) -> tuple[Person, ...]:
    return tuple(
        session.scalars(
            select(Person)
            .where(Person.institution_id == institution_id, Person.is_admin.is_(True), Person.disabled.is_(False))
            .order_by(Person.id)
        )
    )
