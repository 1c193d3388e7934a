"""Reads of the published catalogues."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.cataloguefile import from_json
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.choices import Choices, choices_of
from helpdesk.domain.errors import NotFound
from helpdesk.models.institutions import CatalogueVersion, Institution, Mailbox
from helpdesk.models.tickets import Ticket

# The content of a hash never changes, so its parsed form is kept for the life of the process; which hash a version
# has is asked once in a session.
_parsed: dict[str, Catalogue] = {}


def version(session: Session, version_id: int) -> Catalogue:
    """The catalogue of a version. Raises NotFound."""
    seen: dict[int, Catalogue] = session.info.setdefault("catalogues", {})
    if version_id in seen:
        return seen[version_id]
    sha256 = session.scalar(select(CatalogueVersion.sha256).where(CatalogueVersion.id == version_id))
    if sha256 is None:
        raise NotFound(f"No hay versión {version_id} del catálogo.")
    if sha256 not in _parsed:
        _parsed[sha256] = from_json(session.get_one(CatalogueVersion, version_id).content)
    seen[version_id] = _parsed[sha256]
    return seen[version_id]


def current(session: Session, institution_id: int) -> Catalogue:
    """The catalogue in force of an institution. Raises NotFound when none was ever loaded."""
    institution = session.get(Institution, institution_id)
    if institution is None or institution.catalogue_version_id is None:
        raise NotFound("La institución no tiene un catálogo publicado: cárguelo con «helpdesk catalogue load».")
    return version(session, institution.catalogue_version_id)


def of_ticket(session: Session, ticket: Ticket) -> Catalogue:
    """The catalogue the ticket was opened with (R-193)."""
    return version(session, ticket.catalogue_version_id)


def choices_of_ticket(session: Session, ticket: Ticket) -> Choices:
    """What the institution had chosen when the ticket was opened: a choice changed later is for later tickets."""
    return choices_of(of_ticket(session, ticket).institution)


def request_type_of(session: Session, ticket: Ticket) -> RequestType | None:
    """The request type of the ticket, in the version it was opened with; None while «sin clasificar»."""
    if ticket.request_type is None:
        return None
    return of_ticket(session, ticket).request_type(ticket.request_type)


def institution_by_key(session: Session, key: str) -> Institution:
    """The institution with that key. Raises NotFound."""
    found = session.scalar(select(Institution).where(Institution.key == key))
    if found is None:
        raise NotFound(f"No hay institución «{key}»: cárguela con «helpdesk catalogue load».")
    return found


def mailbox_key(session: Session, ticket: Ticket) -> str | None:
    """The catalogue key of the mailbox through which the ticket came, if any."""
    mailbox = session.get(Mailbox, ticket.mailbox_id) if ticket.mailbox_id else None
    return mailbox.key if mailbox is not None else None
