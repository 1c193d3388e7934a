"""People become known to an institution by writing to it or by being named in its directory."""

from collections.abc import Iterable, Mapping
from secrets import token_hex

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.addresses import made_address, names_another
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.people import Person
from helpdesk.queries import people


def meet(session: Session, institution_id: int, name: str, address: str) -> Person:
    """The person with that address, made known when new; a name is learned once, never overwritten by a mail.

    A name that shows somebody else's address is not learned: lists show the name, and it would stand there for a fact.
    """
    return meet_all(session, institution_id, [Named(name, address)])[address.lower()]


def meet_all(session: Session, institution_id: int, everybody: Iterable[Named]) -> dict[str, Person]:
    """As `meet`, by address in lower case, in as many statements for many people as for one."""
    names: dict[str, str] = {}
    for each in everybody:
        name = "" if names_another(each.name, each.address) else each.name
        names[each.address.lower()] = names.get(each.address.lower()) or name
    known = ((address, _remembered(session, address)) for address in names)
    met = {address: person for address, person in known if person is not None}
    for person in people.by_addresses(session, institution_id, names.keys() - met.keys()):
        met[person.address] = person
    unknown = {address: name for address, name in names.items() if address not in met}
    for person in _made_known(session, institution_id, unknown):
        met[person.address] = person
    for address, person in met.items():
        _remembered(session, address, person)
        if names[address] and not person.name:
            person.name = names[address]
            session.flush()
    return met


def _remembered(session: Session, address: str, person: Person | None = None) -> Person | None:
    return batch.remembered(session, ("person", address), lambda: person)


def _made_known(session: Session, institution_id: int, names: Mapping[str, str]) -> list[Person]:
    """New people, in the order of their addresses: two messages with the same people wait for each other, not both."""
    if not names:
        return []
    now = clock.now()
    rows = [
        {"institution_id": institution_id, "address": address, "name": name, "created_at": now}
        for address, name in sorted(names.items())
    ]
    new = insert(Person).values(rows).on_conflict_do_nothing(index_elements=["institution_id", "address"])
    made = list(session.scalars(new.returning(Person)))
    meanwhile = names.keys() - {person.address for person in made}
    return [*made, *people.by_addresses(session, institution_id, meanwhile)]


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
