"""People become known to an institution by writing to it or by being named in its directory."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.people import Person
from helpdesk.queries import people


def meet(session: Session, institution_id: int, name: str, address: str) -> Person:
    """The person with that address, made known when new; a name is learned once, never overwritten by a mail."""
    person = people.by_address(session, institution_id, address)
    if person is None:
        session.execute(
            insert(Person)
            .values(institution_id=institution_id, address=address.lower(), name=name, created_at=clock.now())
            .on_conflict_do_nothing(index_elements=["institution_id", "address"])
        )
        person = people.by_address(session, institution_id, address)
        assert person is not None
    if name and not person.name:
        person.name = name
        session.flush()
    return person
