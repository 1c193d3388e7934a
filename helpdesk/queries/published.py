"""What the public sees of the institutions, and the letters a demo keeps."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.errors import NotFound
from helpdesk.models.institutions import CatalogueVersion, Institution, Mailbox
from helpdesk.models.outbox import Letter
from helpdesk.queries import catalogue as catalogues

KEPT_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Published:
    """An institution with a catalogue in force."""

    key: str
    name: str
    short_name: str
    country: str
    services: int


def institutions(session: Session) -> tuple[Published, ...]:
    """The institutions with a catalogue in force, by name."""
    rows = session.scalars(
        select(Institution).where(Institution.catalogue_version_id.is_not(None)).order_by(Institution.name)
    )
    found = []
    for row in rows:
        catalogue = catalogues.current(session, row.id)
        spec = catalogue.institution
        found.append(Published(row.key, row.name, spec.short_name, spec.country, len(catalogue.request_types)))
    return tuple(found)


def loaded_at(session: Session, institution: Institution) -> datetime | None:
    """When the catalogue in force was published: the «fecha de actualización» of R-011."""
    return session.scalar(
        select(CatalogueVersion.loaded_at).where(CatalogueVersion.id == institution.catalogue_version_id)
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter that a demo keeps, with the zone of the institution that wrote it."""

    letter: Letter
    timezone: str


@dataclass(frozen=True, slots=True)
class PublicMailbox:
    """A shared mailbox to which one may write."""

    address: str
    institution: str


def mailboxes(session: Session) -> tuple[PublicMailbox, ...]:
    """The shared mailboxes of all institutions, by institution in the order of their catalogues."""
    rows = session.execute(
        select(Mailbox.address, Institution.name)
        .join(Institution, Institution.id == Mailbox.institution_id)
        .order_by(Institution.name, Mailbox.id)
    )
    return tuple(PublicMailbox(*row) for row in rows)


def kept_letters(session: Session) -> tuple[Kept, ...]:
    """The letters a demo keeps instead of sending, the newest first."""
    rows = session.execute(
        select(Letter, Institution.timezone)
        .join(Institution, Institution.id == Letter.institution_id)
        .where(Letter.state == "kept")
        .order_by(Letter.id.desc())
        .limit(KEPT_LETTERS)
    )
    return tuple(Kept(*row) for row in rows)


def kept_letter(session: Session, letter_id: int) -> Letter:
    """One of them. Raises NotFound."""
    found = session.scalar(select(Letter).where(Letter.id == letter_id, Letter.state == "kept"))
    if found is None:
        raise NotFound("Esa carta no está entre las guardadas.")
    return found
