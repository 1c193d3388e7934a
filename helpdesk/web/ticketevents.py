"""What a ticket's page shows of its events (R-111) and of the goal that it is reported by (R-105)."""

from typing import Any

from sqlalchemy.orm import Session

from helpdesk.domain import events as rules
from helpdesk.models.plans import PlanGoal
from helpdesk.models.tickets import ENDED, Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import events, plans
from helpdesk.queries.viewers import Viewer
from helpdesk.web.present import EVENT_STATES


def shown(session: Session, who: Viewer, ticket: Ticket) -> dict[str, Any]:
    """The ticket's events and goal, and what can be planned or chosen; nothing where the institution has none.

    An ended ticket can still be given its goal: plans are reported when the year is over.
    """
    agents = who.is_agent and ticket.kind == "request"
    works = agents and ticket.status not in ENDED
    plans_events, has_goals = events.offered(session, who.institution_id), plans.offered(session, who.institution_id)
    spec = rules.spec_of(catalogues.current(session, who.institution_id), ticket.request_type)
    return {
        "event_lines": events.of_ticket(session, ticket) if plans_events else (),
        "asks_event": rules.KIND_NAMES[spec.kind] if spec is not None and works else "",
        "goal": session.get(PlanGoal, ticket.plan_goal_id) if ticket.plan_goal_id is not None else None,
        "goals": plans.choices(session, who.institution_id, ticket.plan_goal_id) if has_goals and agents else (),
        "event_states": EVENT_STATES,
    }
