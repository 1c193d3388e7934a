"""Two requests in one message become two tickets (R-159)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import additions, channels
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.errors import IllegalMove, Invalid, NotFound
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.requesters import identify
from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket, TicketParticipant
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import holdings_of, today
from helpdesk.services import calendarlock, documents, history, links, merging, notifications, opening, reading, routes
from helpdesk.services.locks import locked
from helpdesk.services.messages import copy_files
from helpdesk.services.routes import Tone


def split(
    session: Session,
    actor: Actor,
    ticket_id: int,
    touched: int | None,
    message_id: int,
    file_ids: tuple[int, ...],
    request_type: str,
) -> Ticket:
    """Open a second ticket for the same requester from a message of this one, with the chosen files of it.

    It is received when the message was; message and files are copies of the same mail, so that the first ticket loses
    nothing. Raises NotFound for a message or type that is not there, Invalid for a file of another message,
    IllegalMove for a consultation or a merged ticket.
    """
    assert actor.institution_id is not None
    calendarlock.counted_in(session, actor.institution_id)
    ticket = locked(session, actor, ticket_id, touched)
    merging.check_apart(session, ticket)
    if ticket.kind == "consultation":
        raise IllegalMove("Una consulta a un órgano no se divide.")
    message = _message(session, ticket, message_id)
    files = _files(session, message, file_ids)
    catalogue = catalogues.current(session, ticket.institution_id)
    spec = next((each for each in catalogue.request_types if each.key == request_type), None)
    if spec is None:
        raise NotFound(f"El catálogo no tiene el tipo «{request_type}».")
    additions.check_offered(catalogue, spec, ticket.centre)
    if ticket.mailbox_id is None and not channels.admits(spec, ticket.channel):
        raise IllegalMove(channels.refusal(spec, ticket.channel))
    made = _new(session, ticket, message, spec)
    copied = _copy(session, ticket, made, message, files)
    _read(session, catalogue, spec, made)
    data = {"request_type": spec.key, "split_from": links.number_of(session, ticket), "ledger": message.ledger_id}
    history.record(session, actor, made, "opened", {**data, **history.of_message(session, copied, files)})
    links.join(session, actor, ticket, made, "split", {"message": message.id})
    _begin(session, actor, made, "minimal" if message.trust == "T0" else "full")
    return made


def _message(session: Session, ticket: Ticket, message_id: int) -> Message:
    message = session.get(Message, message_id)
    if message is None or message.ticket_id != ticket.id or message.direction != "inbound" or message.kind != "letter":
        raise NotFound("Elija un mensaje que haya llegado a este ticket.")
    if message.standing != "joined":
        raise IllegalMove("Ese mensaje no cuenta en este ticket: confírmelo antes de dividir.")
    return message


def _files(session: Session, message: Message, file_ids: tuple[int, ...]) -> list[Attachment]:
    """The chosen files, and those that the text shows inside it."""
    rows = session.scalars(select(Attachment).where(Attachment.message_id == message.id).order_by(Attachment.id)).all()
    if not set(file_ids) <= {row.id for row in rows}:
        raise Invalid("Hay un archivo que no es del mensaje elegido.", {"files": "Elija archivos del mismo mensaje."})
    return [row for row in rows if row.id in file_ids or row.inline]


def _new(session: Session, ticket: Ticket, message: Message, spec: RequestType) -> Ticket:
    institution = session.get_one(Institution, ticket.institution_id)
    made = Ticket(
        institution_id=ticket.institution_id,
        number=opening.next_number(session, institution),
        catalogue_version_id=institution.catalogue_version_id,
        request_type=spec.key,
        classification_reason=f"Separado del ticket {links.number_of(session, ticket)}",
        status="new",
        channel=ticket.channel,
        subject=message.subject or ticket.subject,
        mailbox_id=ticket.mailbox_id,
        requester_id=ticket.requester_id,
        # Whoever wrote what is split off is a party to it, and decides nothing of it.
        originator_id=ticket.originator_id if message.author_id == ticket.requester_id else message.author_id,
        forwarded_by_id=ticket.forwarded_by_id,
        team=spec.responsible_team,
        received_at=message.at,
        filed_at=message.at,
        updated_at=clock.now(),
        fields={},
    )
    session.add(made)
    session.flush()
    return made


def _copy(session: Session, ticket: Ticket, made: Ticket, message: Message, files: list[Attachment]) -> Message:
    copied = Message(
        ticket_id=made.id,
        **{
            name: getattr(message, name)
            for name in (
                "direction", "kind", "message_id", "in_reply_to", "author_id", "from_name", "from_address", "reply_to",
                "to", "cc", "subject", "text", "new_text", "html", "trust", "at", "ledger_id",
            )
        },
    )  # fmt: skip
    session.add(copied)
    session.flush()
    copy_files(session, copied, files)
    in_copy = select(TicketParticipant.person_id).where(
        TicketParticipant.ticket_id == ticket.id, TicketParticipant.kind == "cc"
    )
    session.add_all(
        TicketParticipant(ticket_id=made.id, person_id=person, kind="cc") for person in session.scalars(in_copy).all()
    )
    session.flush()
    return copied


def _read(session: Session, catalogue: Catalogue, spec: RequestType, made: Ticket) -> None:
    """The requester's role, the data and the place, as the type of the new ticket asks for them."""
    requester = session.get_one(Person, made.requester_id)
    held = holdings_of(session, made.institution_id, requester.address, today(session, made.institution_id))
    named = Named(requester.name, requester.address)
    made.requester_role = identify(catalogue, named, None, lambda _: held, frozenset(), spec).role
    reading.read_anew(session, made)
    opening.settle_place(session, made)
    session.flush()


def _begin(session: Session, actor: Actor, made: Ticket, tone: Tone) -> None:
    documents.propose(session, actor, made)
    routes.begin(session, actor, made, made.received_at, tone)
    if made.status != "waiting_requester":
        notifications.acknowledge(session, made, minimal=tone == "minimal")
