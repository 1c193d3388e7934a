"""Real requests on a populated desk: mail that came in and was read, for tests of what people do with it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.models.institutions import Institution
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from tests.cast import Cast, file
from tests.factories import desk

PAPER = b"%PDF-1.4 memorandum"


def cast(session: Session) -> Cast:
    """The people of the populated desk as the cast that mail is written for."""
    sigec, mef = (
        session.scalars(select(Institution).where(Institution.key == key)).one() for key in ("sigec-cl", "mef-ec")
    )
    people = {
        key: session.scalars(select(Person).where(Person.address == desk.address("agente", key))).one()
        for key in ("sigec-cl", "mef-ec")
    }
    actors = {key: Actor("person", each.id, each.institution_id, each.name) for key, each in people.items()}
    made = Cast(session, sigec, mef, actors["sigec-cl"], actors["sigec-cl"], actors["mef-ec"], now=clock.now())
    made.counted = session.query(Ticket).count() * 1000
    return made


def complete(session: Session) -> Ticket:
    """A request that has everything and waits for its first approval."""
    return cast(session).open(files=(file(content=PAPER),))


def incomplete(session: Session) -> Ticket:
    """A request without its memorandum."""
    return cast(session).open(files=())


def letter_of(session: Session, ticket: Ticket, kind: str) -> Letter:
    """The newest letter of a kind that left because of a ticket."""
    return cast(session).letter(ticket, kind)


def acting(session: Session, person_id: int) -> Actor:
    """Somebody, signed in."""
    person = session.get_one(Person, person_id)
    return Actor("person", person.id, person.institution_id, person.name)
