"""Compares what is stored with what the history says: its own chains, and what their events vouch for.

Each function yields the findings of one thing after another, none for most, so that the caller can show how far it is;
rows are streamed, and never more is held than one ticket's history.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain, groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, union
from sqlalchemy.orm import Session

from helpdesk.domain import evidence
from helpdesk.domain.errors import Invalid, NotFound
from helpdesk.domain.evidence import Finding
from helpdesk.domain.references import format_number
from helpdesk.domain.seals import KIND, REPLAYED, arrival_findings, settled_digest, ticket_findings, told
from helpdesk.domain.standing import Rows, replayed, row_findings
from helpdesk.files import Files
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Institution
from helpdesk.models.ledger import Arrival, RawMessage
from helpdesk.models.materials import Material
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.notices import Notice
from helpdesk.models.outbox import Letter
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import standing

Findings = tuple[Finding, ...]
AT_ONCE = 200
PIECE = 1 << 20
EVENT = (
    Event.id,
    Event.at,
    Event.actor,
    Event.actor_id,
    Event.kind,
    Event.data,
    Event.rows,
    Event.hash,
    Event.previous_hash,
)
MESSAGE = (
    Message.id, Message.direction, Message.kind, Message.from_name, Message.from_address, Message.reply_to,
    Message.to, Message.cc, Message.message_id, Message.in_reply_to, Message.trust, Message.at, Message.subject,
    Message.text, Message.new_text, Message.html,
)  # fmt: skip
LETTER = (
    Letter.message_id.label("message_of"), Letter.letter, Letter.rfc_message_id, Letter.recipient_name,
    Letter.recipient, Letter.sender_name, Letter.sender, Letter.envelope_from, Letter.reply_to, Letter.in_reply_to,
    Letter.references, Letter.automatic, Letter.subject, Letter.text, Letter.html, Letter.files,
)  # fmt: skip
ARRIVAL = (
    Message.id.label("message_of"), Arrival.mailbox_id, Arrival.source, Arrival.arrival_key, Arrival.envelope_from,
    Arrival.envelope_to, Arrival.fingerprint, Arrival.message_id, Arrival.size, Arrival.sha256, Arrival.accepted_at,
    Arrival.received_at, Arrival.from_address, Arrival.subject,
)  # fmt: skip
SETTLED = (
    Arrival.id, *ARRIVAL[1:], Arrival.institution_id, Arrival.state, Arrival.reason, Arrival.sentence, Arrival.trust,
    Arrival.action, Arrival.attempts, Arrival.accepted_by_hand, Arrival.settled_at, Arrival.ticket_id,
    Arrival.duplicate_of_id,
)  # fmt: skip
STEP = (
    Step.key, Step.round, Step.state, Step.role, Step.scope, Step.request_hash, Step.decided_at, Step.decided_by_id,
    Step.on_behalf_of_id, Step.via, Step.reason, Step.message_id,
)  # fmt: skip


def amount(session: Session) -> int:
    """How many things `altered` looks at."""
    tickets = session.scalar(select(func.count()).select_from(_tickets().subquery())) or 0
    counted = sum(session.scalar(select(func.count(key))) or 0 for key in (Institution.id, Institution.id, Arrival.id))
    return tickets + counted + (session.scalar(select(func.count(Attachment.sha256.distinct()))) or 0)


def altered(session: Session, store: Files) -> Iterator[Findings]:
    """The findings of every institution, ticket, seal, mail that arrived and stored file, in this order."""
    return chain(
        of_institutions(session),
        of_tickets(session),
        of_seals(session),
        _of_arrivals(session),
        _of_files(session, store),
        _of_published(session, store),
    )


def of_institutions(session: Session) -> Iterator[Findings]:
    """The findings of each institution's own history."""
    query = select(Institution.id, Institution.key, Institution.last_hash)
    for each in session.execute(query.order_by(Institution.id)):
        own = (Event.institution_id == each.id, Event.ticket_id.is_(None))
        events = session.execute(select(*EVENT).where(*own).order_by(Event.id).execution_options(yield_per=AT_ONCE))
        yield tuple(evidence.chain_findings(each.key, events, each.last_hash))


def of_seals(session: Session) -> Iterator[Findings]:
    """The findings of what each institution's own history names."""
    for each in session.execute(select(Institution.id, Institution.ticket_prefix).order_by(Institution.id)):
        yield tuple(_of_seals(session, each.id, each.ticket_prefix))


def _of_seals(session: Session, institution_id: int, prefix: str) -> Iterator[Finding]:
    """What the institution's history names of its tickets and of the ledger. The last seal of an entry counts, and none
    once it was tried again: it is settled, and sealed, anew."""
    differing: dict[int, Finding] = {}
    query = select(Event.kind, Event.data).where(
        Event.institution_id == institution_id, Event.ticket_id.is_(None), Event.kind.in_((KIND, REPLAYED))
    )
    for kind, data in session.execute(query.order_by(Event.id).execution_options(yield_per=AT_ONCE)):
        if not isinstance(data, dict):
            continue
        if kind == REPLAYED:
            differing.pop(int(data["ledger_id"]) if str(data.get("ledger_id")).isdigit() else 0, None)
            continue
        sealed = told(data, "tickets")
        yield from ticket_findings(prefix, sealed, _ends(session, institution_id, sealed))
        sealed = told(data, "arrivals")
        rows = session.execute(select(*SETTLED).where(Arrival.id.in_(sealed)))
        found = {row.id: settled_digest(row) for row in rows}
        for number in sealed:
            differing.pop(number, None)
        differing.update((int(each.which), each) for each in arrival_findings(sealed, found))
    yield from differing.values()


def _ends(session: Session, institution_id: int, sealed: dict[int, str]) -> dict[int, frozenset[str]]:
    """Of the tickets that a seal names, those that are there, each with the hashes of the seal that its history has."""
    query = (
        select(Ticket.number, func.array_agg(Event.hash))
        .outerjoin(Event, (Event.ticket_id == Ticket.id) & Event.hash.in_(sealed.values()))
        .where(Ticket.institution_id == institution_id, Ticket.number.in_(sealed))
        .group_by(Ticket.number)
    )
    return {number: frozenset(found) for number, found in session.execute(query)}


def missing(session: Session, kept: Mapping[str, str]) -> Iterator[Finding]:
    """Of the hashes that somebody kept elsewhere, by the institution's key, those that its history has not any more."""
    for key, last in kept.items():
        here = select(Event.id).join(Institution, Institution.id == Event.institution_id)
        if session.scalar(here.where(Institution.key == key, Event.ticket_id.is_(None), Event.hash == last)) is None:
            yield Finding(key, "kept_elsewhere", last)


def of_tickets(session: Session) -> Iterator[Findings]:
    """The findings of every ticket."""
    for some in session.execute(_tickets().execution_options(yield_per=AT_ONCE)).partitions():
        rows = standing.of_tickets(session, [each.id for each in some])
        for each in some:
            if each.number is None:
                yield (Finding("", "ticket_missing", str(each.id)),)
            else:
                place = format_number(each.ticket_prefix, each.number)
                yield tuple(_of_ticket(session, each.id, place, each.last_hash, rows[each.id]))


def _tickets() -> Select[tuple[int, int, str, str | None]]:
    """Every ticket that there is or that events speak of."""
    ids = union(select(Ticket.id), select(Event.ticket_id).where(Event.ticket_id.is_not(None))).subquery()
    return (
        select(ids.c.id, Ticket.number, Institution.ticket_prefix, Ticket.last_hash)
        .outerjoin(Ticket, Ticket.id == ids.c.id)
        .outerjoin(Institution, Institution.id == Ticket.institution_id)
        .order_by(ids.c.id)
    )


def _of_ticket(session: Session, ticket_id: int, place: str, last_hash: str | None, rows: Rows) -> Iterator[Finding]:
    events = _events(session, Event.ticket_id == ticket_id)
    yield from evidence.chain_findings(place, events, last_hash)
    events = [event for event in events if isinstance(event.data, dict)]
    files, sent = _files_of(session, ticket_id), dict[int, Row[Any]]()
    for letter in session.execute(
        select(*LETTER).where(Letter.ticket_id == ticket_id, Letter.message_id.is_not(None)).order_by(Letter.id)
    ):
        sent[letter.message_of] = letter
        files[letter.message_of] += evidence.named_files(letter.files)
    found = {}
    messages = select(*MESSAGE).where(Message.ticket_id == ticket_id).execution_options(yield_per=AT_ONCE)
    arrivals = {
        row.message_of: row
        for row in session.execute(
            select(*ARRIVAL).join(Message, Message.ledger_id == Arrival.id).where(Message.ticket_id == ticket_id)
        )
    }
    for row in session.execute(messages):
        found[row.id] = evidence.vouched(row, files[row.id], arrivals.get(row.id), sent.get(row.id))
    yield from evidence.message_findings(place, events, found)
    steps = session.execute(select(*STEP).where(Step.ticket_id == ticket_id).order_by(Step.id)).all()
    yield from evidence.decision_findings(place, events, steps)
    yield from row_findings(place, replayed(events), rows, looked_at_elsewhere=standing.MESSAGES)


def _files_of(session: Session, ticket_id: int) -> defaultdict[int, list[tuple[str, str]]]:
    """Name and hash of the files that came with each message of a ticket."""
    files = defaultdict[int, list[tuple[str, str]]](list)
    for message_id, filename, sha256 in session.execute(
        select(Attachment.message_id, Attachment.filename, Attachment.sha256)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.ticket_id == ticket_id)
        .order_by(Attachment.id)
    ):
        files[message_id].append((filename, sha256))
    return files


def _events(session: Session, *conditions: ColumnElement[bool]) -> list[Row[tuple[object, ...]]]:
    return list(session.execute(select(*EVENT).where(*conditions).order_by(Event.id)))


def _of_arrivals(session: Session) -> Iterator[Findings]:
    """The database hashes the mails itself: none of them travels."""
    rows = (
        select(
            Arrival.id,
            Arrival.sha256,
            Arrival.state,
            func.encode(func.sha256(RawMessage.content), "hex").label("found"),
        )
        .outerjoin(RawMessage, RawMessage.ledger_id == Arrival.id)
        .order_by(Arrival.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.execute(rows):
        yield tuple(evidence.raw_findings(row.id, row.sha256, row.found, copy=row.state == "duplicate"))


def _of_files(session: Session, store: Files) -> Iterator[Findings]:
    """Files that came, each once, named by the first ticket that has it; then those of our letters."""
    came = (
        select(Attachment.sha256, Attachment.filename, Institution.ticket_prefix, Ticket.number)
        .outerjoin(Message, Message.id == Attachment.message_id)
        .outerjoin(Ticket, Ticket.id == Message.ticket_id)
        .outerjoin(Institution, Institution.id == Ticket.institution_id)
        .order_by(Attachment.sha256, Attachment.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for sha256, rows in groupby(session.execute(came), key=lambda row: row.sha256):
        first = next(rows)
        place = format_number(first.ticket_prefix, first.number) if first.number is not None else ""
        yield tuple(evidence.file_findings(place, first.filename, sha256, _stored(store, sha256)))
    sent = (
        select(Letter.files, Institution.ticket_prefix, Ticket.number)
        .join(Ticket, Ticket.id == Letter.ticket_id)
        .join(Institution, Institution.id == Ticket.institution_id)
        .where(Letter.files != [])
        .order_by(Letter.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.execute(sent):
        place = format_number(row.ticket_prefix, row.number)
        for filename, sha256 in evidence.named_files(row.files):
            yield tuple(evidence.file_findings(place, filename, sha256, _stored(store, sha256)))


def _of_published(session: Session, store: Files) -> Iterator[Findings]:
    """Files of the library and of notices."""
    for row in (Material, Notice):
        published = (
            select(row.sha256, row.filename, Institution.key)
            .join(Institution, Institution.id == row.institution_id)
            .where(row.sha256.is_not(None))
            .order_by(row.id)
            .execution_options(yield_per=AT_ONCE)
        )
        for sha256, filename, place in session.execute(published):
            yield tuple(evidence.file_findings(place, str(filename), str(sha256), _stored(store, str(sha256))))


def _stored(store: Files, sha256: str) -> str | None:
    """The hash of what is stored under that name; None when nothing is. Raises Unavailable when the disk fails."""
    try:
        with store.open(sha256) as file:
            digest = hashlib.sha256()
            while piece := file.read(PIECE):
                digest.update(piece)
            return digest.hexdigest()
    except (NotFound, Invalid):
        return None
