"""The centres of Peru for tests of who works in them: a clerk of Piura, specialists, requests by telephone."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from helpdesk.domain.actors import Actor, operator
from helpdesk.domain.catalogue import Catalogue, Match, RequestType
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import authority, catalogue
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


def own_type(key: str = "pasantia", **changes: Any) -> RequestType:
    """A type that only one centre offers: a consultation by another name, before its centre is said."""
    spec = shipped(KEY).request_type("consulta")
    own = {"key": key, "name": "Pasantía en el centro", "order": 40, "match": Match((key, "practica en el centro"))}
    return replace(spec, **{**own, **changes})


def adds(cast: Cast, *types: RequestType, centre: str = "piura") -> Catalogue:
    """A centre adds types of its own; gives the catalogue in force then."""
    version = cast.do(catalogue.add_types, operator(), KEY, centre, types or (own_type(),))
    return catalogues.current(cast.session, version.institution_id)
