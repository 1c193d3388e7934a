"""Consultations: an agent asks an organ, whose answer comes back to the ticket (R-109, R-110).

A consultation is a ticket of its own with one step. The user's ticket stays open meanwhile; neither side's mail ever
lands in the other's conversation.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.closing_words import is_thanks
from helpdesk.domain.errors import IllegalMove, Invalid, NotAllowed, NotFound
from helpdesk.domain.incoming import IncomingFile
from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket, TicketParticipant
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import merges
from helpdesk.queries.consultations import Addressee
from helpdesk.queries.people import Holder, holders, members, today
from helpdesk.services import approvals_asked, history, links, notifications, opening, routes, withdrawals
from helpdesk.services.locks import fresh, locked
from helpdesk.services.messages import attached, copy_files

STEP = "responder_consulta"
STEP_NAME = "Responder la consulta"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked, by name and in person; `place` is the addressee's own."""

    addressee: Addressee
    name: str
    people: tuple[Holder, ...]


def ask(
    session: Session,
    actor: Actor,
    ticket_id: int,
    touched: int | None,
    addressee: Addressee,
    question: str,
    file_ids: tuple[int, ...] = (),
) -> Ticket:
    """Ask an organ a question about the case, with files of the ticket; whoever is asked gets it by mail.

    Raises Invalid without a question or when nobody can be asked, NotFound for a function or team that the catalogue
    does not have or a file that the ticket does not have, IllegalMove for a ticket that has ended.
    """
    ticket = locked(session, actor, ticket_id, touched)
    if ticket.closed_at is not None or ticket.kind == "consultation":
        raise IllegalMove("Solo se consulta desde una solicitud abierta.")
    if actor.person_id is None:
        raise Invalid("Solo una persona puede consultar.")
    if not question.strip():
        raise Invalid("Escriba la consulta.", {"text": "Escriba la consulta."})
    files = _files(session, ticket, file_ids)
    catalogue = catalogues.current(session, ticket.institution_id)
    asked = _asked(session, actor, ticket, catalogue, addressee)
    made = _new(session, actor, ticket, catalogue, asked)
    history.record(
        session,
        actor,
        made,
        "opened",
        {"consultation_of": links.number_of(session, ticket), "of": [each.person.address for each in asked.people]},
    )
    links.join(session, actor, ticket, made, "consultation")
    for holder in asked.people:
        notifications.consulted(session, actor, made, ticket, holder, asked.name, question.strip(), files)
    routes.set_status(session, actor, made)
    return made


def answer(
    session: Session,
    actor: Actor,
    ticket_id: int,
    touched: int | None,
    text: str,
    files: tuple[IncomingFile, ...] = (),
) -> Message:
    """Answer a consultation on the web, which ends it. Raises Invalid without words, NotAllowed for somebody who was
    not asked, IllegalMove when it has ended."""
    ticket = locked(session, actor, ticket_id, touched)
    _check_open(ticket)
    if actor.person_id is None or not may_answer(session, ticket, actor.person_id):
        raise NotAllowed("Solo responde la consulta la persona o el equipo a quien se pidió.")
    if not text.strip():
        raise Invalid("Escriba la respuesta.", {"text": "Escriba la respuesta."})
    person = session.get_one(Person, actor.person_id)
    message = Message(
        ticket_id=ticket.id,
        direction="inbound",
        kind="letter",
        author_id=person.id,
        from_name=person.name,
        from_address=person.address,
        subject=ticket.subject,
        text=text.strip(),
        new_text=text.strip(),
        trust="T3",
        at=clock.now(),
    )
    session.add(message)
    session.flush()
    session.add_all(attached(message, file) for file in files)
    session.flush()
    seen = history.of_message(session, message, files)
    history.record(session, actor, ticket, "message_received", {"by": "web", **seen})
    _end(session, actor, ticket, message, "web")
    return message


def take(session: Session, actor: Actor, ticket: Ticket, message: Message) -> bool:
    """A message joined the consultation: words of somebody who was asked answer it, or add to the answer. Gives
    whether they did."""
    if message.author_id is None or not may_answer(session, ticket, message.author_id):
        return False
    if not message.new_text.strip() or is_thanks(message.new_text):
        return False
    sender = session.get_one(Person, message.author_id)
    by = Actor("person", sender.id, ticket.institution_id, sender.called)
    if ticket.closed_at is None:
        _end(session, by, ticket, message, "mail")
    else:
        _bring_back(session, by, ticket, message)
    return True


def withdraw(session: Session, actor: Actor, ticket_id: int, touched: int | None, reason: str) -> Ticket:
    """Take a question back; whoever was asked is told. Raises Invalid without a reason, IllegalMove when it ended."""
    ticket = locked(session, actor, ticket_id, touched)
    _check_open(ticket)
    if not reason.strip():
        raise Invalid("Diga por qué retira la consulta.", {"reason": "Escriba el motivo."})
    routes.finish(session, actor, ticket, clock.now())
    withdrawals.tell(session, actor, ticket, _parent(session, ticket), reason.strip())
    return ticket


def may_answer(session: Session, ticket: Ticket, person_id: int) -> bool:
    """Whether a person was asked, or holds the function or works in the team that was; never the one who asks, nor who
    is a party to the request (R-175)."""
    parent = session.get_one(Ticket, ticket.parent_id)
    if person_id == ticket.requester_id or person_id in approvals_asked.parties(parent):
        return False
    step = session.scalar(select(Step).where(Step.ticket_id == ticket.id, Step.key == STEP))
    if step is None:
        return False
    now = _people(session, ticket.institution_id, Addressee(step.role, step.team, step.scope))
    asked = {holder.person.id for holder in now} | {person.id for person in withdrawals.written_to(session, ticket)}
    return person_id in asked


def lies_right(session: Session, ticket: Ticket) -> bool:
    """Whether somebody who holds the function that is asked today got the question, or nobody holds it."""
    step = session.scalar(select(Step).where(Step.ticket_id == ticket.id, Step.key == STEP))
    if step is None or step.role is None or step.state != "active":
        return True
    now = _who_may_be_asked(session, ticket, step)
    written = {person.id for person in withdrawals.written_to(session, ticket)}
    return not now or any(holder.person.id in written for holder in now)


def ask_who_holds_now(session: Session, ticket: Ticket) -> None:
    """The function that is asked has another holder: the same question, with its files, goes to that one; whoever was
    asked before may still answer (R-071). The caller holds the ticket's lock and knows that it does not lie right."""
    step = session.scalars(select(Step).where(Step.ticket_id == ticket.id, Step.key == STEP)).one()
    holder = _who_may_be_asked(session, ticket, step)[0]
    asker, parent = session.get_one(Person, ticket.requester_id), session.get_one(Ticket, ticket.parent_id)
    first = session.scalars(
        select(Letter).where(Letter.ticket_id == ticket.id, Letter.letter == "consulta").order_by(Letter.id).limit(1)
    ).one()
    question = session.get_one(Message, first.message_id).new_text
    hashes = [file["sha256"] for file in first.files]
    sent = select(Attachment).join(Message, Message.id == Attachment.message_id)
    files = session.scalars(sent.where(Message.ticket_id == parent.id, Attachment.sha256.in_(hashes))).all()
    by = Actor("person", asker.id, ticket.institution_id, asker.called)
    ticket.assignee_id = step.approver_id = holder.person.id
    step.on_behalf_of_id = holder.on_behalf_of.id if holder.on_behalf_of else None
    session.flush()
    history.record(session, by, ticket, "handed_over", {"role": step.role, "to": holder.person.address})
    name = Addressee(step.role, step.team, step.scope).name(catalogues.current(session, ticket.institution_id))
    notifications.consulted(session, by, ticket, parent, holder, name, question, tuple(files))


def _who_may_be_asked(session: Session, ticket: Ticket, step: Step) -> tuple[Holder, ...]:
    parent = session.get_one(Ticket, ticket.parent_id)
    apart = {ticket.requester_id, *approvals_asked.parties(parent)}
    found = _people(session, ticket.institution_id, Addressee(step.role, step.team, step.scope))
    return tuple(holder for holder in found if holder.person.id not in apart)


def check_none_open(session: Session, ticket: Ticket) -> None:
    """Raises IllegalMove, naming them, while consultations of the ticket wait for their answer (R-109)."""
    refuse_open(session, withdrawals.open_of(session, ticket))


def refuse_open(session: Session, waiting: tuple[Ticket, ...]) -> None:
    """Raises IllegalMove, naming the consultations, if there are any."""
    if waiting:
        names = ", ".join(links.number_of(session, each) for each in waiting)
        raise IllegalMove(f"Espera la respuesta de la consulta {names}: para cerrar antes, retírela con un motivo.")


def check_request(ticket: Ticket) -> None:
    """Raises IllegalMove for a consultation, where only the answer or a withdrawal is possible."""
    if ticket.kind == "consultation":
        raise IllegalMove("Esto es una consulta a un órgano: solo se responde o se retira.")


def _check_open(ticket: Ticket) -> None:
    if ticket.kind != "consultation":
        raise NotFound("Ese ticket no es una consulta a un órgano.")
    if ticket.closed_at is not None:
        raise IllegalMove("La consulta ya terminó.")


def _files(session: Session, ticket: Ticket, file_ids: tuple[int, ...]) -> tuple[Attachment, ...]:
    rows = session.scalars(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.id.in_(file_ids), Message.ticket_id == ticket.id)
        .order_by(Attachment.id)
    ).all()
    if {row.id for row in rows} != set(file_ids):
        raise NotFound("El ticket no tiene alguno de esos archivos.")
    held = next((row.filename for row in rows if row.held), None)
    if held is not None:
        raise Invalid(f"El archivo «{held}» está retenido y no se puede enviar.")
    return tuple(rows)


def _asked(session: Session, actor: Actor, ticket: Ticket, catalogue: Catalogue, addressee: Addressee) -> Asked:
    roles = {role.key for role in catalogue.roles if role.side != "requester"}
    if addressee.role not in roles and addressee.team not in {team.key for team in catalogue.teams}:
        raise NotFound("El catálogo no tiene esa función ni ese equipo.")
    name = addressee.name(catalogue)
    found = [
        holder
        for holder in _people(session, ticket.institution_id, addressee)
        if holder.person.id != actor.person_id and holder.person.id not in approvals_asked.parties(ticket)
    ]
    if not found:
        raise Invalid(f"Nadie responde por «{name}»: asigne un titular o elija otro.", {"to": "Elija otro."})
    return Asked(addressee, name, tuple(found[:1] if addressee.role else found))


def _people(session: Session, institution_id: int, addressee: Addressee) -> tuple[Holder, ...]:
    if addressee.role is not None:
        return holders(session, institution_id, addressee.role, addressee.scope, today(session, institution_id))
    found = members(session, institution_id, addressee.team or "", addressee.scope)
    return tuple(Holder(person, None) for person in found)


def _new(session: Session, actor: Actor, ticket: Ticket, catalogue: Catalogue, asked: Asked) -> Ticket:
    """The consultation with its step. It lies where the ticket lies, and with the organ that is asked."""
    institution = session.get_one(Institution, ticket.institution_id)
    now, to = clock.now(), asked.addressee
    first = asked.people[0]
    organ = to.scope if to.role is not None and catalogue.role(to.role).scope == "organ" else ticket.organ
    assert actor.person_id is not None
    made = Ticket(
        institution_id=ticket.institution_id,
        number=opening.next_number(session, institution),
        catalogue_version_id=institution.catalogue_version_id,
        kind="consultation",
        parent_id=ticket.id,
        request_type=None,
        status="new",
        channel="internal",
        subject=f"Consulta: {ticket.subject}",
        mailbox_id=ticket.mailbox_id,
        requester_id=actor.person_id,
        region=ticket.region,
        programme=ticket.programme,
        centre=ticket.centre,
        organ=organ,
        team=to.team or ticket.team,
        team_scope=to.scope if to.team else ticket.team_scope,
        assignee_id=first.person.id if to.role else None,
        received_at=now,
        filed_at=now,
        updated_at=now,
        fields={},
    )
    session.add(made)
    session.flush()
    session.add(
        Step(
            ticket_id=made.id,
            position=0,
            key=STEP,
            kind="execute",
            name=STEP_NAME,
            state="active",
            team=to.team,
            role=to.role,
            scope=to.scope,
            approver_id=first.person.id if to.role else None,
            on_behalf_of_id=first.on_behalf_of.id if first.on_behalf_of else None,
            asked_at=now,
        )
    )
    session.add_all(
        TicketParticipant(ticket_id=made.id, person_id=holder.person.id, kind="cc") for holder in asked.people
    )
    session.flush()
    return made


def _end(session: Session, actor: Actor, ticket: Ticket, message: Message, via: str) -> None:
    row = routes.active(session, ticket)
    if row is not None:
        routes.settle(session, actor, ticket, row, via=via)
        row.message_id = message.id
    routes.finish(session, actor, ticket, clock.now())
    _bring_back(session, actor, ticket, message)


def _bring_back(session: Session, actor: Actor, ticket: Ticket, message: Message) -> None:
    """The answer with its files as a note of the user's ticket; who works there is told."""
    parent = _parent(session, ticket)
    number, words = links.number_of(session, ticket), message.new_text.strip() or message.text.strip()
    note = Message(
        ticket_id=parent.id,
        direction="internal_note",
        kind="note",
        author_id=message.author_id,
        from_name=actor.label,
        text=f"Respuesta a la consulta {number}:\n\n{words}",
        new_text=f"Respuesta a la consulta {number}:\n\n{words}",
        trust=message.trust,
        at=clock.now(),
        came_for_id=ticket.parent_id if parent.id != ticket.parent_id else None,
    )
    session.add(note)
    session.flush()
    query = select(Attachment).where(Attachment.message_id == message.id).order_by(Attachment.id)
    files = session.scalars(query).all()
    copy_files(session, note, list(files))
    data = {"number": number, "by": actor.label, **history.of_message(session, note, files)}
    history.record(session, actor, parent, "consultation_answered", data)
    reader = session.get_one(Person, parent.assignee_id or ticket.requester_id)
    if reader.id != actor.person_id:
        notifications.told(session, parent, reader, "consultation_answered", who=actor.label, detail=words)


def _parent(session: Session, ticket: Ticket) -> Ticket:
    """The user's ticket, or the one in which its matter goes on; locked, and marked as changed."""
    assert ticket.parent_id is not None
    parent = fresh(session, merges.end_of(session, ticket.parent_id))
    assert parent is not None
    parent.touched += 1
    parent.updated_at = clock.now()
    session.flush()
    return parent
