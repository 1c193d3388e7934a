"""The Peruvian institution in the database of the pages: coordinators of two centres, and who keeps the contents."""

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person, RoleHolding
from tests.factories import desk
from tests.web.conftest import work

KEY = "conectamef-pe"
PEOPLE = {
    "coordinador": ("Carmen Coordinadora", (("coordinador_centro", "piura"),)),
    "cusco": ("Carlos Cusqueño", (("coordinador_centro", "cusco"),)),
    "comunicaciones": ("Olga Difusión", (("oficina_comunicaciones", None),)),
    "tecnico": ("Teo Técnico", (("responsable_tecnico", "tesoro"),)),
    "contable": ("Coro Contable", (("responsable_tecnico", "contabilidad"),)),
}


def settled(app: Flask) -> None:
    """Makes the institution and its people, once for all tests of a run."""
    with work(app) as session:
        if session.scalar(select(Institution).where(Institution.key == KEY)) is None:
            desk.institution(session, KEY)
        for role, (name, roles) in PEOPLE.items():
            if session.scalar(select(Person).where(Person.address == desk.address(role, KEY))) is None:
                desk.add(session, KEY, role, name, roles=roles)
        # Their functions are theirs for long, whatever day a test has on its clock.
        mine = RoleHolding.institution_id == institution(session).id
        session.execute(update(RoleHolding).where(mine).values(since=None))


def institution(session: Session) -> Institution:
    """The institution."""
    return session.scalars(select(Institution).where(Institution.key == KEY)).one()


def person(session: Session, role: str) -> Person:
    """Somebody of its people."""
    return session.scalars(select(Person).where(Person.address == desk.address(role, KEY))).one()
