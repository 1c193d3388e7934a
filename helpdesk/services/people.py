"""People become known to an institution by writing to it or by being named in its directory."""

from secrets import token_hex

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.addresses import made_address, names_another
from helpdesk.models.people import Person
from helpdesk.queries import people


def meet(session: Session, institution_id: int, name: str, address: str) -> Person:
    """The person with that address, made known when new; a name is learned once, never overwritten by a mail.

    A name that shows somebody else's address is not learned: lists show the name, and it would stand there for a fact.
    """
    name = "" if names_another(name, address) else name
    person = batch.remembered(
        session, ("person", address.lower()), lambda: people.by_address(session, institution_id, address)
    )
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


def meet_without_address(session: Session, institution_id: int, name: str) -> Person:
    """Somebody who came or called and has no mail: a new person each time, since nothing proves who it is.

    People are known by their address, which letters need. One that nobody can have stands in its place, and it counts
    as undeliverable from the beginning, so that no letter is ever written to it: the desk answers where it was asked.
    The mark is random, or a mail could claim to come from that person.
    """
    now = clock.now()
    person = Person(
        institution_id=institution_id,
        address=made_address(token_hex(8)),
        name=name,
        created_at=now,
        undeliverable_since=now,
    )
    session.add(person)
    session.flush()
    return person
