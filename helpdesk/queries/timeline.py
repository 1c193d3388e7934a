"""Everything a ticket's page shows, in a number of statements that does not grow with the ticket."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from helpdesk.domain.errors import NotAllowed, NotFound
from helpdesk.models.audit import Event
from helpdesk.models.documents import Document, Original
from helpdesk.models.institutions import Mailbox
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Suspension, Ticket
from helpdesk.queries.viewers import Viewer, reach

OTHER_TICKETS = 6
HISTORY = 300
# The letter itself stands in the conversation; what rows hold stands on the page.
NOT_SHOWN = ("letter_sent", "rows_kept")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that left with a letter of ours."""

    filename: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A mail or note with its files; `letters` are the copies of an outgoing one, by recipient."""

    message: Message
    files: tuple[Attachment, ...]
    letters: tuple[Letter, ...]

    @property
    def folded(self) -> str:
        """What the sender quoted below the new text; empty when nothing was."""
        text, fresh = self.message.text.strip(), self.message.new_text.strip()
        if not fresh or text == fresh:
            return ""
        return text.removeprefix(fresh).strip() if text.startswith(fresh) else text

    @property
    def shown(self) -> str:
        """The text to show: what is new, or everything when nothing could be told apart."""
        return self.message.new_text.strip() or self.message.text.strip()


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the route with the names of who was asked and who decided."""

    step: Step
    approver: str | None
    on_behalf_of: str | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A file that stands for a required document."""

    document: Document
    file: Attachment


@dataclass(frozen=True, slots=True)
class OriginalLine:
    """An original that was seen, and by whom."""

    original: Original
    seen_by: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of the conversation in its order: one message, or the events between two messages."""

    kind: Literal["talk", "events"]
    at: datetime
    talk: Talk | None = None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A ticket with all that surrounds it."""

    ticket: Ticket
    requester: Person
    originator: Person | None
    assignee: Person | None
    mailbox: Mailbox | None
    items: tuple[Item, ...]
    to_confirm: tuple[Talk, ...]
    events: tuple[Event, ...]
    steps: tuple[StepLine, ...]
    documents: tuple[DocumentLine, ...]
    originals: tuple[OriginalLine, ...]
    files: tuple[Attachment, ...]
    suspensions: tuple[Suspension, ...]
    others: tuple[Ticket, ...]

    @property
    def active(self) -> StepLine | None:
        """The step whose turn it is, also while it waits for the requester."""
        return next((line for line in self.steps if line.step.state in ("active", "returned")), None)

    @property
    def not_corrected(self) -> Step | None:
        """The step at which a request ended because nothing came within the time to correct it."""
        if self.ticket.status != "not_filed":
            return None
        ended = [line.step for line in self.steps if line.step.state == "stopped" and line.step.counted is not None]
        return max(ended, key=lambda step: step.id, default=None)

    @property
    def route(self) -> tuple[StepLine, ...]:
        """The present row of each step, in the order of the route."""
        present = {line.step.key: line for line in self.steps if line.step.state != "superseded"}
        return tuple(sorted(present.values(), key=lambda line: line.step.position))

    def before(self, key: str) -> tuple[StepLine, ...]:
        """What was decided or asked back in the earlier rounds of an approval, the oldest first."""
        shown = {line.step.id for line in self.route}
        return tuple(
            line
            for line in sorted(self.steps, key=lambda line: line.step.round)
            if line.step.key == key
            and line.step.kind == "approve"
            and line.step.id not in shown
            and (line.step.state in ("done", "rejected") or line.step.via == "question")
        )


def ticket_page(session: Session, who: Viewer, ticket: Ticket) -> TicketPage:
    """The whole page of a ticket the viewer may see."""
    originator, assignee = aliased(Person), aliased(Person)
    requester, original, held_by, mailbox = session.execute(
        select(Person, originator, assignee, Mailbox)
        .select_from(Ticket)
        .join(Person, Person.id == Ticket.requester_id)
        .outerjoin(originator, originator.id == Ticket.originator_id)
        .outerjoin(assignee, assignee.id == Ticket.assignee_id)
        .outerjoin(Mailbox, Mailbox.id == Ticket.mailbox_id)
        .where(Ticket.id == ticket.id)
    ).one()
    talks = _talks(session, ticket.id)
    events = tuple(
        session.scalars(
            select(Event)
            .where(Event.ticket_id == ticket.id, Event.kind.not_in(NOT_SHOWN))
            .order_by(Event.id.desc())
            .limit(HISTORY)
        )
    )[::-1]
    others = session.scalars(
        select(Ticket)
        .where(Ticket.requester_id == ticket.requester_id, Ticket.id != ticket.id, reach(who))
        .order_by(Ticket.id.desc())
        .limit(OTHER_TICKETS)
    )
    return TicketPage(
        ticket=ticket,
        requester=requester,
        originator=original,
        assignee=held_by,
        mailbox=mailbox,
        items=_in_order([talk for talk in talks if talk.message.standing == "joined"], events),
        to_confirm=tuple(talk for talk in talks if talk.message.standing == "to_confirm"),
        events=events,
        steps=_steps(session, ticket.id),
        documents=_documents(session, ticket.id),
        originals=_originals(session, ticket.id),
        files=tuple(file for talk in talks for file in talk.files if not file.inline and not file.held),
        suspensions=tuple(
            session.scalars(select(Suspension).where(Suspension.ticket_id == ticket.id).order_by(Suspension.since))
        ),
        others=tuple(others),
    )


def conversation(session: Session, ticket: Ticket) -> tuple[Talk, ...]:
    """The messages that count in a ticket, in their order."""
    return tuple(talk for talk in _talks(session, ticket.id) if talk.message.standing == "joined")


def attachment(session: Session, who: Viewer, attachment_id: int) -> Attachment:
    """A file of a ticket the viewer may see. Raises NotFound, NotAllowed for one that is held (R-170)."""
    found = session.scalar(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Attachment.id == attachment_id, reach(who))
    )
    if found is None:
        raise NotFound("Ese archivo no existe o no está a su alcance.")
    if found.held:
        raise NotAllowed("Ese archivo está retenido: puede liberarlo quien administra la institución.")
    return found


def sent_file(session: Session, who: Viewer, letter_id: int, index: int) -> SentFile:
    """One of the files of a letter of a ticket the viewer may see. Raises NotFound."""
    files = session.scalar(
        select(Letter.files).join(Ticket, Ticket.id == Letter.ticket_id).where(Letter.id == letter_id, reach(who))
    )
    if files is None or index >= len(files):
        raise NotFound("Ese archivo no existe o no está a su alcance.")
    return SentFile(str(files[index]["filename"]), str(files[index]["sha256"]))


def message(session: Session, who: Viewer, message_id: int) -> Message:
    """A message of a ticket the viewer may see. Raises NotFound."""
    found = session.scalar(
        select(Message).join(Ticket, Ticket.id == Message.ticket_id).where(Message.id == message_id, reach(who))
    )
    if found is None:
        raise NotFound("Ese mensaje no existe o no está a su alcance.")
    return found


def check_document(session: Session, ticket_id: int, document_id: int) -> None:
    """Raises NotFound unless the document is of the ticket."""
    query = select(Document.id).where(Document.id == document_id, Document.ticket_id == ticket_id)
    if session.scalar(query) is None:
        raise NotFound("Ese documento no es de este ticket.")


def check_message(session: Session, ticket_id: int, message_id: int) -> None:
    """Raises NotFound unless the message is of the ticket."""
    query = select(Message.id).where(Message.id == message_id, Message.ticket_id == ticket_id)
    if session.scalar(query) is None:
        raise NotFound("Ese mensaje no es de este ticket.")


def check_letter(session: Session, ticket_id: int, letter_id: int) -> None:
    """Raises NotFound unless the letter is of the ticket."""
    query = select(Letter.id).where(Letter.id == letter_id, Letter.ticket_id == ticket_id)
    if session.scalar(query) is None:
        raise NotFound("Ese correo no es de este ticket.")


def _talks(session: Session, ticket_id: int) -> tuple[Talk, ...]:
    messages = session.scalars(select(Message).where(Message.ticket_id == ticket_id).order_by(Message.at, Message.id))
    files: dict[int, list[Attachment]] = defaultdict(list)
    for file in session.scalars(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.ticket_id == ticket_id)
        .order_by(Attachment.id)
    ):
        files[file.message_id].append(file)
    letters: dict[int, list[Letter]] = defaultdict(list)
    for letter in session.scalars(
        select(Letter).where(Letter.ticket_id == ticket_id, Letter.message_id.is_not(None)).order_by(Letter.id)
    ):
        letters[letter.message_id or 0].append(letter)
    return tuple(Talk(talk, tuple(files[talk.id]), tuple(letters[talk.id])) for talk in messages)


def _steps(session: Session, ticket_id: int) -> tuple[StepLine, ...]:
    approver, principal, decider = aliased(Person), aliased(Person), aliased(Person)
    rows = session.execute(
        select(Step, approver.name, principal.name, decider.name)
        .outerjoin(approver, approver.id == Step.approver_id)
        .outerjoin(principal, principal.id == Step.on_behalf_of_id)
        .outerjoin(decider, decider.id == Step.decided_by_id)
        .where(Step.ticket_id == ticket_id)
        .order_by(Step.round, Step.position, Step.id)
    )
    return tuple(StepLine(*row) for row in rows)


def _documents(session: Session, ticket_id: int) -> tuple[DocumentLine, ...]:
    rows = session.execute(
        select(Document, Attachment)
        .join(Attachment, Attachment.id == Document.attachment_id)
        .where(Document.ticket_id == ticket_id)
        .order_by(Document.id)
    )
    return tuple(DocumentLine(*row) for row in rows)


def _originals(session: Session, ticket_id: int) -> tuple[OriginalLine, ...]:
    rows = session.execute(
        select(Original, Person.name)
        .outerjoin(Person, Person.id == Original.seen_by_id)
        .where(Original.ticket_id == ticket_id)
        .order_by(Original.id)
    )
    return tuple(OriginalLine(*row) for row in rows)


def _in_order(talks: list[Talk], events: tuple[Event, ...]) -> tuple[Item, ...]:
    """Messages and events by time; events between two messages are one folded piece."""
    items: list[Item] = []
    waiting = list(events)
    for talk in talks:
        before = [event for event in waiting if event.at <= talk.message.at]
        waiting = waiting[len(before) :]
        if before:
            items.append(Item("events", before[0].at, events=tuple(before)))
        items.append(Item("talk", talk.message.at, talk=talk))
    if waiting:
        items.append(Item("events", waiting[0].at, events=tuple(waiting)))
    return tuple(items)
