"""Gathers what the screening rules need to know of this installation, from the database."""

from sqlalchemy.orm import Session

from helpdesk.domain.desk import DeskSettings
from helpdesk.domain.incoming import Started
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import mailboxes
from helpdesk.services.post import loop_mark
from mailbridge.screen import ScreenFacts


def facts_for(session: Session, arrival: Started, border: str | None, desk: DeskSettings) -> ScreenFacts:
    """The facts for one arrival; machines are trusted by the mailbox that lists them (R-167)."""
    institution = session.get_one(Institution, arrival.institution_id)
    mailbox = session.get_one(Mailbox, arrival.mailbox_id)
    catalogue = catalogues.current(session, institution.id)
    spec = next((spec for spec in catalogue.mailboxes if spec.key == mailbox.key), None)
    return ScreenFacts(
        own_addresses=mailboxes.addresses(session),
        trusted_machines=frozenset(address.lower() for address in (spec.trusted_senders if spec else ())),
        border=border,
        loop_marks=frozenset({loop_mark(desk.secret, institution.key)}),
    )
