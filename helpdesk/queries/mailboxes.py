"""Reads of the shared mailboxes: whose an address is, and how a mailbox is connected."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.addresses import base_address
from helpdesk.domain.errors import NotFound
from helpdesk.models.institutions import Institution, Mailbox


@dataclass(frozen=True, slots=True)
class Door:
    """The mailbox that an address leads to."""

    mailbox_id: int
    institution_id: int
    address: str


def find(session: Session, address: str) -> Door | None:
    """The active mailbox with this address, its plus-part aside; None when there is none.

    What cannot be printed is no address, and PostgreSQL refuses to be asked for it.
    """
    if not address.isprintable():
        return None
    row = session.scalar(select(Mailbox).where(Mailbox.address == base_address(address), Mailbox.active))
    return None if row is None else Door(row.id, row.institution_id, row.address)


def addresses(session: Session) -> frozenset[str]:
    """Addresses of all mailboxes of this installation, inactive ones too: none is a person."""
    return frozenset(session.scalars(select(Mailbox.address)))


def by_key(session: Session, key: str) -> Mailbox:
    """The mailbox that KEY names: its address, `institution/key`, or its key where that is unique.

    Raises NotFound with what is missing or ambiguous.
    """
    query = select(Mailbox).join(Institution, Institution.id == Mailbox.institution_id)
    if "@" in key:
        query = query.where(Mailbox.address == key.lower())
    elif "/" in key:
        institution, _, name = key.partition("/")
        query = query.where(Institution.key == institution, Mailbox.key == name)
    else:
        query = query.where(Mailbox.key == key)
    found = session.scalars(query.order_by(Mailbox.id)).all()
    if not found:
        raise NotFound(f"There is no mailbox {key}: load a catalogue that has it (helpdesk catalogue load).")
    if len(found) > 1:
        raise NotFound(f"The mailbox {key} exists in several institutions: write INSTITUTION/{key} or its address.")
    return found[0]


def all_mailboxes(session: Session) -> list[tuple[Mailbox, Institution]]:
    """Every mailbox with its institution, in the order of their keys."""
    query = select(Mailbox, Institution).join(Institution, Institution.id == Mailbox.institution_id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(Institution.key, Mailbox.key))]


def connected(session: Session) -> tuple[int, ...]:
    """Ids of the active mailboxes that have an IMAP connection."""
    return tuple(
        session.scalars(select(Mailbox.id).where(Mailbox.active, Mailbox.imap_url.is_not(None)).order_by(Mailbox.id))
    )
