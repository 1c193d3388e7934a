"""The four shipped catalogues and the people that their tests know."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from helpdesk import cataloguefile
from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.fieldreading import FieldValue, ReadingFacts, read_fields
from helpdesk.domain.incoming import Person

STRANGER = Person("Oficina de Trámites", "tramites@entidad.example.net")


@cache
def shipped(key: str) -> Catalogue:
    """The catalogue of an institution as it is shipped; read once, it never changes."""
    return cataloguefile.read(cataloguefile.SHIPPED / f"{key}.yaml")


def read(
    institution: str,
    request_type: str,
    text: str,
    *,
    subject: str = "",
    mailbox: str = "",
    files: tuple[str, ...] = (),
    who: Person = STRANGER,
    holdings: tuple[tuple[str, str | None], ...] = (),
    received: str = "2026-03-17T09:00",
) -> dict[str, FieldValue]:
    """The data that a message gives, received at that local time (a Tuesday unless told)."""
    catalogue = shipped(institution)
    at = datetime.fromisoformat(received).replace(tzinfo=ZoneInfo(catalogue.institution.timezone))
    box = catalogue.mailbox(mailbox) if mailbox else catalogue.mailboxes[0]
    facts = ReadingFacts(subject, text, files, box, who, who, holdings, at, "email")
    return read_fields(catalogue, catalogue.request_type(request_type), facts)
