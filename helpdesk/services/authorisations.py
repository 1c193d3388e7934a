"""The authorisation that must come before any answer holds whatever a request is called or joined to (R-125)."""

from sqlalchemy.orm import Session

from helpdesk.domain import routes as rules
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import StepSpec
from helpdesk.domain.errors import IllegalMove
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holdings_of, today
from helpdesk.services import routes


def missing(session: Session, ticket: Ticket) -> StepSpec | None:
    """The authorisation without which the requester may not be answered yet, if there is one."""
    spec = catalogues.request_type_of(session, ticket)
    if spec is None:
        return None
    return rules.unauthorised(spec, {key: row.state for key, row in routes.present(session, ticket).items()})


def check_kept(session: Session, actor: Actor, ticket: Ticket, still: StepSpec | None) -> None:
    """Raises IllegalMove when a request that waits for its authorisation would go on without it; `still` is what it
    would wait for there. Only who gives the authorisation may say that the request is another matter."""
    wanted = missing(session, ticket)
    if wanted is None or (still is not None and still.actor == wanted.actor) or _gives(session, actor, ticket, wanted):
        return
    catalogue = catalogues.of_ticket(session, ticket)
    function = catalogue.role(wanted.actor.role).name if wanted.actor.role else wanted.name
    raise IllegalMove(
        f"Falta «{wanted.name}», sin la cual esta solicitud no se responde: si es otro asunto, asigne el ticket a "
        f"quien ejerce la función «{function}» para que lo cambie."
    )


def _gives(session: Session, actor: Actor, ticket: Ticket, wanted: StepSpec) -> bool:
    if actor.person_id is None:
        return False
    address = session.get_one(Person, actor.person_id).address
    held = holdings_of(session, ticket.institution_id, address, today(session, ticket.institution_id))
    return any(role == wanted.actor.role for role, _ in held)
