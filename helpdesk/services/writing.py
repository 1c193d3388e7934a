"""What agents write: answers to the requester, and notes among themselves."""

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import closing
from helpdesk.domain.actors import Actor
from helpdesk.domain.addresses import is_made
from helpdesk.domain.errors import IllegalMove, Invalid
from helpdesk.models.messages import Message
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import consultations, history, materials, merging, notifications, reopening, routes
from helpdesk.services.locks import locked

ENDING = ("notify", "close", "survey")


def reply(
    session: Session,
    actor: Actor,
    ticket_id: int,
    touched: int | None,
    text: str,
    files: tuple[tuple[str, str, str], ...] = (),
    close: bool = False,
    reason: str = "",
    chosen: tuple[int, ...] = (),
) -> Message:
    """An agent answers the requester by mail, and with `close` ends the case (R-042, R-179).

    `files` are (filename, content type, sha256), `chosen` the material of the library that goes with them (R-126).
    Raises Invalid for an empty answer, a requester without address, material that is not authorised or a file where
    only such may be attached, IllegalMove when a step that must come before the closing is open (R-091) or an
    authorisation is missing (R-125).
    """
    if not text.strip():
        raise Invalid("Escriba la respuesta.", {"text": "Escriba la respuesta."})
    ticket = locked(session, actor, ticket_id, touched)
    merging.check_apart(session, ticket)
    consultations.check_request(ticket)
    routes.check_may_answer(session, ticket)
    if close:
        _may_close(session, ticket)
        _same_channel(session, ticket, reason)
    requester = session.get_one(Person, ticket.requester_id)
    if is_made(requester.address):
        raise Invalid("Quien solicita no dejó correo: respóndale en persona, por teléfono o en papel.")
    if files:
        materials.check_uploads(session, ticket)
    attached = materials.attachable(session, ticket.institution_id, chosen)
    now = clock.now()
    until = reopening.last_day(session, ticket, now) if close else None
    letter = notifications.answered(session, actor, ticket, text.strip(), close, (*files, *attached), until)
    ticket.first_answer_at = ticket.first_answer_at or now
    answered = {"to": requester.address, "closing": close, **history.of_letter(session, letter)}
    history.record(session, actor, ticket, "answered", answered)
    if close:
        for step in routes.present(session, ticket).values():
            if step.state in ("active", "to_come") and step.kind in ENDING:
                routes.settle(session, actor, ticket, step, via="reply", reason=reason.strip() or None)
        routes.finish(session, actor, ticket, now)
    return session.get_one(Message, letter.message_id)


def _same_channel(session: Session, ticket: Ticket, reason: str) -> None:
    """A request whose type answers by its own channel is closed by mail only with a reason (R-015)."""
    request_type = catalogues.request_type_of(session, ticket)
    if not reason.strip() and closing.needs_reason(request_type, ticket.channel, "mail"):
        sentence = closing.asks_reason(ticket.channel)
        raise Invalid(sentence, {"reason": sentence})


def note(session: Session, actor: Actor, ticket_id: int, text: str) -> Message:
    """An internal note; it never reaches the requester (R-187). Raises Invalid when empty."""
    if not text.strip():
        raise Invalid("Escriba la nota.", {"text": "Escriba la nota."})
    ticket = locked(session, actor, ticket_id)
    message = Message(
        ticket_id=ticket.id,
        direction="internal_note",
        kind="note",
        author_id=actor.person_id,
        from_name=actor.label,
        text=text.strip(),
        new_text=text.strip(),
        trust="T3",
        at=clock.now(),
    )
    session.add(message)
    session.flush()
    history.record(session, actor, ticket, "noted", history.of_message(session, message, ()))
    return message


def _may_close(session: Session, ticket: Ticket) -> None:
    if ticket.closed_at is not None:
        raise IllegalMove("El ticket ya está cerrado.")
    if ticket.request_type is None:
        raise IllegalMove("Clasifique el ticket antes de cerrarlo.")
    row = routes.active(session, ticket)
    if row is not None and (row.state == "returned" or row.kind not in ENDING):
        raise IllegalMove(f"Antes de cerrar falta un paso: «{row.name}».")
    consultations.check_none_open(session, ticket)
