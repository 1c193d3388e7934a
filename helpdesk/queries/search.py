"""Finding tickets by what a person types into the search box.

A ticket number or a personal number (RUT, cédula, RUC, DNI) is looked up as such first: the text-search parser would
cut both into pieces. Everything else is Spanish full text, blind to accents.
"""

import re

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from helpdesk.models.messages import Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries.viewers import Viewer, reach

NUMBER = re.compile(r"^\[?\s*(?:([^\W\d_][\w.-]*?)[\s-]+)?#?(\d{1,9})\s*\]?$")
IDENTITY = re.compile(r"^[\d.\s-]{6,}[\dkK]?$")
SHORTEST_FRAGMENT = 3


def condition(session: Session, who: Viewer, typed: str) -> ColumnElement[bool]:
    """The condition that a ticket answers to the typed text.

    The exact ticket wins: when the text is the number of a ticket the viewer may see, nothing else is looked for.
    """
    text = " ".join(typed.split())
    number = ticket_number(text, who.ticket_prefix)
    if number is not None and is_visible(session, who, number):
        return Ticket.number == number
    if IDENTITY.fullmatch(text):
        return has_identity(re.sub(r"[^0-9K]", "", text.upper())) | mentions(text)
    return mentions(text)


def ticket_number(text: str, ticket_prefix: str) -> int | None:
    """The number in «MEF-123», «[MEF 123]» or «123»; None for anything else or another institution's prefix."""
    found = NUMBER.match(text)
    if found is None or (found[1] and found[1].casefold() != ticket_prefix.casefold()):
        return None
    return int(found[2])


def is_visible(session: Session, who: Viewer, number: int) -> bool:
    """Whether the viewer may see a ticket of that number."""
    return session.scalar(select(Ticket.id).where(Ticket.number == number, reach(who))) is not None


def has_identity(digits: str) -> ColumnElement[bool]:
    """Some intake field is the personal number `digits` (digits and K only), however it was punctuated."""
    pairs = func.jsonb_each_text(Ticket.fields).table_valued("key", "value")
    bare = func.regexp_replace(func.upper(pairs.c.value), "[^0-9K]", "", "g")
    return select(pairs.c.key).where(bare == digits).exists()


def mentions(text: str) -> ColumnElement[bool]:
    """A message of the ticket holds the words (Spanish stems, without accents), or its subject, entity or requester
    holds the text itself."""
    words = func.websearch_to_tsquery("spanish", func.helpdesk_fold(text))
    in_messages = select(Message.ticket_id).where(Message.search.bool_op("@@")(words))
    found: list[ColumnElement[bool]] = [Ticket.id.in_(in_messages)]
    if len(text) >= SHORTEST_FRAGMENT:
        requesters = select(Person.id).where(holds(Person.name + " " + Person.address, text))
        found += [Ticket.requester_id.in_(requesters), holds(Ticket.subject + " " + Ticket.entity, text)]
    return or_(*found)


def holds(place: ColumnElement[str], fragment: str) -> ColumnElement[bool]:
    """`place` holds the fragment, whatever the case and the accents of either."""
    return func.strpos(func.lower(func.helpdesk_fold(place)), func.lower(func.helpdesk_fold(fragment))) > 0
