"""A message made ready for the readers of its data."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from helpdesk.domain.catalogue import Catalogue, MailboxSpec, RequestType
from helpdesk.domain.folding import fold
from helpdesk.domain.incoming import Person
from helpdesk.domain.sayings import Letter
from helpdesk.domain.textscan import Labelled, Prose

FieldValue = str | int | bool | list[str]


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    """What is known when a message is read; `text` is the sender's new text and what they forwarded.

    `holdings` are the requester's roles with the key of their scope; `received_at` is aware.
    """

    subject: str
    text: str
    attachment_names: tuple[str, ...]
    mailbox: MailboxSpec
    sender: Person
    requester: Person
    holdings: tuple[tuple[str, str | None], ...]
    received_at: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The message made ready: what every reader of a field gets."""

    catalogue: Catalogue
    request_type: RequestType
    facts: ReadingFacts
    source: Prose
    labels: dict[str, Labelled]
    received_at: datetime

    @property
    def letter(self) -> Letter:
        """What the readers of free text need."""
        catalogue = self.catalogue
        ours = (catalogue.institution.name, catalogue.institution.short_name, *(team.name for team in catalogue.teams))
        named = frozenset(fold(name) for name in ours)
        return Letter(self.source, self.facts.subject, self.facts.requester.name, named, self.received_at)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the institution's clock."""
        return ZoneInfo(self.catalogue.institution.timezone)
