"""Two tickets on the same matter become one conversation, and can be told apart again (R-187).

Nothing moves: the merged ticket keeps its messages, files, steps and legal instants and names the one in which the
matter goes on. What answers it from then on joins that one, marked with the ticket it came for; undoing brings it back.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.incoming import Incoming
from helpdesk.domain.lifecycle import Event
from helpdesk.models.documents import Document
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket, TicketLink
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import links, merges
from helpdesk.services import (
    approvals,
    approvals_renewed,
    assessment,
    authorisations,
    deadlines,
    documents,
    expiry,
    following,
    history,
    notifications,
    post,
    reading,
    routes,
    threads,
    windows,
)
from helpdesk.services.links import join, number_of, undo_link
from helpdesk.services.locks import fresh, locked, locked_pair
from helpdesk.services.threads import Thread


def merge(session: Session, actor: Actor, ticket_id: int, touched: int | None, into_number: int) -> TicketLink:
    """Let the matter of a ticket go on in another one of the same requester; the requester is told.

    Raises NotFound for a number that the actor may not see, Invalid for the ticket itself, IllegalMove for tickets
    that are not both open requests, or of people who have nothing to do with each other, when a decision was taken, or
    when an authorisation before any answer would be lost (R-125).
    """
    into_id = links.named(session, actor, into_number)
    if into_id == ticket_id:
        raise Invalid("Es el mismo ticket: escriba el número de otro.", {"other": "Escriba el número de otro ticket."})
    ticket, into = locked_pair(session, actor, ticket_id, into_id, touched)
    _check(session, ticket, into)
    authorisations.check_kept(session, actor, ticket, authorisations.missing(session, into))
    before = ticket.status
    deadlines.keep(session, ticket)
    ticket.merged_into_id = into.id
    ticket.closed_at = clock.now()
    routes.change_status(ticket, Event.MERGE)
    session.flush()
    made = join(session, actor, ticket, into, "merged", {"status": before})
    notifications.merged(session, ticket, into)
    following.tell(session, actor, ticket, "followed_end", detail=f"Se unió a {number_of(session, into)}")
    return made


def undo(session: Session, actor: Actor, link_id: int) -> Ticket:
    """Take a merge back: the ticket is as it was, its clock ran on, and it gets what came for it meanwhile.

    Raises NotFound, IllegalMove when it was undone already or the ticket in which the matter went on has ended.
    """
    link = session.get(TicketLink, link_id)
    if link is None or link.kind != "merged":
        raise NotFound("No hay tal unión de tickets.")
    ticket, into = locked_pair(session, actor, link.ticket_id, link.other_id)
    session.refresh(link)
    if link.undone_at is not None:
        raise IllegalMove("Esta unión ya se deshizo.")
    end_id = merges.end_of(session, into.id)
    end = into if end_id == into.id else locked(session, actor, end_id)
    if end.closed_at is not None:
        raise IllegalMove(
            f"El ticket {number_of(session, end)} ya terminó con lo que se respondió a ambos: esta unión no se deshace."
        )
    ticket.merged_into_id = None
    ticket.closed_at = ticket.counted = None
    routes.change_status(ticket, Event.UNMERGE)
    undo_link(session, actor, link)
    came = _bring_back(session, ticket)
    moved = [message.id for message in came]
    history.record(session, actor, ticket, "unmerged", {"number": number_of(session, into)})
    for message in came:
        files = session.scalars(select(Attachment).where(Attachment.message_id == message.id).order_by(Attachment.id))
        seen = history.of_message(session, message, files)
        history.record(session, actor, ticket, "message_received", {"by": "unmerged", **seen})
    for other in {into.id: into, end.id: end}.values():
        history.record(session, actor, other, "unmerged", {"number": number_of(session, ticket), "moved": moved})
    _go_on(session, actor, ticket, came)
    if came and end.request_type is not None:
        assessment.facts_of(session, end)
        approvals_renewed.request_changed(session, actor, end)
    return ticket


def answered(session: Session, actor: Actor, thread: Thread, incoming: Incoming, message: Message) -> None:
    """Somebody answered the approval that was asked for before the merge: it decides nothing, and the sender is told
    so, within the limits of automatic letters."""
    assert thread.came_for is not None
    merged = fresh(session, thread.came_for)
    assert merged is not None
    step = session.get_one(Step, thread.moved_step_id)
    history.record(
        session, actor, thread.ticket, "moved_approval_answered", {"step": step.name, "by": message.from_address}
    )
    sender = session.get_one(Person, message.author_id)
    why = post.why_silent(session, merged, sender, incoming)
    if step.state != "active" or not approvals.may_decide(session, merged, step, sender.id):
        return
    if why is not None:
        history.record(session, actor, thread.ticket, "kept_silent", {"sentence": why})
        return
    notifications.merged(session, merged, thread.ticket, sender)


def check_apart(session: Session, ticket: Ticket) -> None:
    """Raises IllegalMove for a ticket whose matter goes on in another one."""
    if ticket.merged_into_id is not None:
        end = session.get_one(Ticket, merges.end_of(session, ticket.id))
        raise IllegalMove(f"Este ticket se unió al {number_of(session, end)}: siga en ese, o deshaga la unión.")


def _check(session: Session, ticket: Ticket, into: Ticket) -> None:
    if "consultation" in (ticket.kind, into.kind):
        raise IllegalMove("Una consulta a un órgano no se une a otro ticket.")
    for each in (ticket, into):
        if each.closed_at is not None:
            raise IllegalMove(f"El ticket {number_of(session, each)} ya terminó: solo se unen tickets abiertos.")
    requester = session.get_one(Person, ticket.requester_id)
    if not threads.takes_part(session, into, requester.address):
        raise IllegalMove(
            f"{requester.address} no toma parte en el ticket {number_of(session, into)}: solo se unen tickets de la "
            "misma persona."
        )
    if _decides(session, into, requester.id):
        raise IllegalMove(
            f"{requester.address} decide en el ticket {number_of(session, into)}, y nadie decide lo que pide: "
            "enlácelos en vez de unirlos."
        )
    if routes.is_decided(session, ticket):
        raise IllegalMove(
            f"En el ticket {number_of(session, ticket)} ya se tomó una decisión: una el otro a este, o enlácelos."
        )


def _decides(session: Session, ticket: Ticket, person_id: int) -> bool:
    """Whether a person may decide a step of the ticket's route that is not decided yet (R-175)."""
    rows = routes.present(session, ticket).values()
    waiting = [row for row in rows if row.kind == "approve" and row.state in ("to_come", "active", "returned")]
    return any(approvals.may_decide(session, ticket, row, person_id) for row in waiting)


def _bring_back(session: Session, ticket: Ticket) -> list[Message]:
    """What came for the ticket, or for one that was merged into it, goes where it would have gone; with its files,
    and with what these stand for where the ticket asks for the same document."""
    family = merges.family(session, ticket.id)
    came = list(session.scalars(select(Message).where(Message.came_for_id.in_(family)).order_by(Message.id)))
    for message in came:
        message.ticket_id = ticket.id
        message.came_for_id = None if message.came_for_id == ticket.id else message.came_for_id
    request_type = catalogues.request_type_of(session, ticket)
    asked = {document.key for document in request_type.required_documents} if request_type else set()
    files = select(Attachment.id).where(Attachment.message_id.in_([message.id for message in came]))
    for row in session.scalars(select(Document).where(Document.attachment_id.in_(files))).all():
        if row.key in asked:
            row.ticket_id = ticket.id
        else:
            session.delete(row)
    session.flush()
    return came


def _go_on(session: Session, actor: Actor, ticket: Ticket, came: list[Message]) -> None:
    """The ticket takes up where it stood: what the requester sent meanwhile may complete it since its arrival, and
    whoever was asked to decide may not be the one to ask any more."""
    routes.set_status(session, actor, ticket)
    deadlines.recount(session, ticket)
    letters = [each for each in came if each.kind == "letter" and each.standing == "joined"]
    returned = routes.active(session, ticket)
    late = [each for each in letters if windows.ran_out(returned, each.at)]
    in_time = [each for each in letters if each not in late]
    if in_time:
        documents.propose(session, actor, ticket)
        for message in in_time:
            reading.read_again(session, ticket, reading.words_of_message(session, message))
        for message in in_time:
            approvals_renewed.amended(session, actor, ticket, message)
        came_at = min(max(documents.newest_at(session, ticket), in_time[0].at), in_time[-1].at)
        routes.resume_if_complete(session, actor, ticket, came_at, "silent")
    if late:
        expiry.expire_before(session, actor, ticket, late[0].at)
    if letters and ticket.closed_at is None:
        approvals_renewed.request_changed(session, actor, ticket, letters[-1].at)
    row = routes.active(session, ticket)
    asked = row.approver_id if row is not None and row.kind == "approve" and row.state == "active" else None
    if row is not None and asked is not None and not approvals.may_decide(session, ticket, row, asked):
        row.approver_id = None
        session.flush()
        routes.ask_stopped(session, actor, ticket)
