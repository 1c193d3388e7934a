"""The centres of Peru for tests of who works in them: a clerk of Piura, specialists, requests by telephone."""

from typing import Any

from sqlalchemy import select

from helpdesk.domain.actors import Actor, operator
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.services import authority
from helpdesk.services.authority import Particulars
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from helpdesk.services.people import meet
from tests.cast import Cast, load
from tests.domain.shipped import shipped

KEY = "conectamef-pe"
TREASURY = f"especialista.tesoreria.piura@{KEY}.example.org"
COORDINATOR = f"coordinador.piura@{KEY}.example.org"


def published(cast: Cast) -> Institution:
    """The institution, its catalogue published."""
    return load(cast.session, shipped(KEY))


def clerk(cast: Cast, name: str = "carla") -> Actor:
    """Somebody of the staff who may open for any centre."""
    institution = cast.session.scalars(select(Institution).where(Institution.key == KEY)).one()
    person = meet(cast.session, institution.id, name.title(), f"{name}@{KEY}.example.org")
    person.is_staff = True
    cast.session.flush()
    return Actor("person", person.id, institution.id, person.name)


def named(cast: Cast, name: str, *subjects: str, role: str = "especialista", place: str = "piura", **more: Any) -> str:
    """Somebody new holds a function, the specialist's of Piura unless told; gives the address."""
    address = f"{name}@{KEY}.example.org"
    cast.do(authority.grant, operator(), KEY, address, role, place, None, Particulars(subjects, **more))
    return address


def consultation(cast: Cast, subject: str | None = None, centre: str = "piura", **more: Any) -> Ticket:
    """A consultation by telephone about a system."""
    fields = {"centro": centre, **({"sistema_administrativo": subject} if subject else {})}
    values = ByHand("phone", "consulta", "Rosa Quispe", "Consulta", "No sabe cómo seguir.", fields=fields, **more)
    return cast.do(open_by_hand, clerk(cast), values)


def holder_of(cast: Cast, ticket: Ticket) -> str | None:
    """The address of who has the ticket."""
    if ticket.assignee_id is None:
        return None
    return cast.session.get_one(Person, ticket.assignee_id).address
