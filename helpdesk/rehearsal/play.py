"""Plays one case: what comes before it, the state it needs, then the message itself through the real intake."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import default as default_policy
from email.utils import getaddresses

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock, queue
from helpdesk.db import db, transaction
from helpdesk.domain.actors import Actor, operator
from helpdesk.domain.catalogue import Catalogue, IntakeField
from helpdesk.domain.errors import Invalid
from helpdesk.domain.options import options_of
from helpdesk.domain.papers import Review
from helpdesk.domain.references import format_number
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.ledger import Arrival
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person, RoleHolding
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import by_address
from helpdesk.rehearsal.cases import Case
from helpdesk.rehearsal.stage import AGENT, BORDER, Stage
from helpdesk.services import (
    approvals,
    assessment,
    authority,
    conversation,
    notifications,
    originals,
    post,
    routes,
    tickets,
)
from helpdesk.services.people import meet
from mailbridge import intake
from mailbridge.intake import Envelope

TICKET_MARK = re.compile(rb"@@TICKET:(\w+)@@")
LETTER_MARK = re.compile(rb"<out\.(\w+)\.([\w-]+)@[^>]*>")
LETTER_OF_WORD = {"acuse": "acuse", "incompleto": "incompleto"}
PATIENCE = 25
GOES_ON = "Ensayo: se sigue con lo que hay."
LOOKED_AT = Review(looked_at=True, reason=GOES_ON)
STAND_INS: dict[str, object] = {
    "bool": True, "integer": 1, "date": "2026-12-31", "datetime": "2026-12-31T10:00:00-05:00",
    "phone": "+593 2 300 0000",
    "email": "persona@entidad.example.com", "list": ["Según el formulario"], "cedula": "1710034065",
    "ruc": "1760003410001", "rut": "12.345.678-5", "dni": "12345678",
}  # fmt: skip


@dataclass
class Course:
    """What happened so far in a case: the ticket of each sample by its number, and the rows of the last delivery."""

    tickets: dict[str, int] = field(default_factory=dict)
    arrivals: list[int] = field(default_factory=list)
    answered: int | None = None


def set_up(case: Case) -> None:
    """Name the substitutes that the case wants, before anybody is asked for anything."""
    for person in (case.expected.get("precondition") or {}).get("substitutes", ()):
        _substitute(case, person)


def prepare(stage: Stage, course: Course, case: Case) -> None:
    """Bring the ticket that a reply belongs to into the state its case asks for."""
    wanted = case.expected.get("precondition")
    root = _root(case)
    if not wanted or root is None or root not in course.tickets:
        return
    with clock.fixed(case.received_at - timedelta(minutes=2)):
        _reach(stage, course.tickets[root], wanted)


def deliver(stage: Stage, course: Course, case: Case) -> None:
    """Put the message through the intake at its hour, run the jobs, and note the ticket that it opened."""
    with clock.fixed(case.received_at):
        raw, answered = completed(course, case)
        course.answered = answered
        course.arrivals = []
        addresses = recipients(course, case, raw)
        if not addresses:
            raise Invalid(f"{case.name}: ni «mailbox» ni To nombran un buzón nuestro.")
        for recipient in addresses:
            with transaction() as session:
                mailbox = session.scalar(select(Mailbox).where(Mailbox.address == _bare(recipient)))
                if mailbox is None:
                    raise Invalid(f"{case.name}: no hay buzón {recipient}.")
                envelope = Envelope(
                    source="import",
                    institution_id=mailbox.institution_id,
                    mailbox_id=mailbox.id,
                    key=f"rehearsal:{case.name}:{recipient}",
                    sender=None,
                    recipient=recipient,
                )
            course.arrivals.append(intake.accept(envelope, stamped(raw, case)))
            _run(stage)
        with transaction() as session:
            row = session.get_one(Arrival, course.arrivals[0])
            if row.ticket_id is not None:
                course.tickets.setdefault(case.number, row.ticket_id)


def completed(course: Course, case: Case) -> tuple[bytes, int | None]:
    """The message with its placeholders filled from our own letters, and the letter (outbox id) that it answers."""
    raw = case.raw
    answered: int | None = None
    with transaction() as session:
        for mark in {found.group(0): found for found in LETTER_MARK.finditer(raw)}.values():
            number, word = mark.group(1).decode(), mark.group(2).decode()
            letter = _letter(session, course, case, number, word)
            answered = letter.id
            raw = raw.replace(mark.group(0), f"<{letter.rfc_message_id}>".encode())

        def named(found: re.Match[bytes]) -> bytes:
            return str(_ticket(session, course, case, found.group(1).decode()).number).encode()

        return TICKET_MARK.sub(named, raw), answered


def recipients(course: Course, case: Case, raw: bytes) -> list[str]:
    """Where the message is delivered: the Reply-To of the letter it answers, else its mailbox, else those of To."""
    strangers = case.expected.get("sender_is_requester") is False or (
        (case.expected.get("approval") or {}).get("authorised") is False
    )
    with transaction() as session:
        if course.answered is not None and not strangers:
            letter = session.get_one(Letter, course.answered)
            return [letter.reply_to or letter.sender]
        institution = session.scalar(select(Institution).where(Institution.key == case.expected["institution"]))
        keys = [case.expected.get("mailbox"), *case.expected.get("also_delivered_to", ())]
        if keys[0] is not None and institution is not None:
            boxes = {
                box.key: box.address
                for box in session.scalars(select(Mailbox).filter_by(institution_id=institution.id))
            }
            if unknown := [str(key) for key in keys if key not in boxes]:
                raise Invalid(f"{case.name}: «{institution.key}» no tiene el buzón {', '.join(unknown)}.")
            return [boxes[key] for key in keys]
        message = message_from_bytes(raw, policy=default_policy)
        named = [address.lower() for _, address in getaddresses([str(value) for value in message.get_all("To", [])])]
        ours = set(session.scalars(select(Mailbox.address)))
        return [address for address in named if _bare(address) in ours]


def stamped(raw: bytes, case: Case) -> bytes:
    """The message as the institution's border hands it over: its verdict on top (RFC 8601)."""
    domain = str(case.expected["sender"]).rpartition("@")[2]
    verdict = f"Authentication-Results: {BORDER}; dmarc=pass header.from={domain}\r\n"
    return verdict.encode() + raw


def _run(stage: Stage) -> None:
    """Run every job that is due now, with the clock at the case's hour."""
    done = queue.drain(db.engine, until=clock.now() + timedelta(minutes=1), around=stage.app.app_context)
    if done.failed:
        raise Invalid(f"un trabajo falló: {done.failed[0].task_name}: {done.failed[0].error!r}")


def _letter(session: Session, course: Course, case: Case, number: str, word: str) -> Letter:
    """The letter that a placeholder means; written now, to the failed recipient or the sender, if none went out."""
    ticket = _ticket(session, course, case, number)
    letters = session.scalars(select(Letter).where(Letter.ticket_id == ticket.id).order_by(Letter.id.desc())).all()
    steps = routes.present(session, ticket)
    for letter in letters:
        if word in LETTER_OF_WORD and letter.letter == LETTER_OF_WORD[word]:
            return letter
        if word in steps and letter.letter == "aprobacion" and letter.step_id == steps[word].id:
            return letter
        if word not in LETTER_OF_WORD and word not in steps and letter.letter == "cierre":
            return letter
    address = case.expected.get("failed_recipient") or case.expected["sender"]
    person = meet(session, ticket.institution_id, "", address)
    text = notifications.plain(session, ticket, person, "Le escribimos por su solicitud.")
    return post.send(session, ticket, person, "respuesta", text, post.Envelope(automatic=False))


def _ticket(session: Session, course: Course, case: Case, number: str) -> Ticket:
    if number not in course.tickets:
        raise Invalid(f"{case.name}: el caso {number} no abrió ningún ticket.")
    return session.get_one(Ticket, course.tickets[number])


def _reach(stage: Stage, ticket_id: int, wanted: dict[str, object]) -> None:
    """Walk the ticket with the people entitled to each step until it stands as wanted."""
    for _ in range(PATIENCE):
        with transaction() as session:
            ticket = session.get_one(Ticket, ticket_id)
            if _stands(session, ticket, wanted):
                return
            _one_step(session, ticket)
        _run(stage)
    raise Invalid(f"el ticket no llega a {wanted}.")


def _stands(session: Session, ticket: Ticket, wanted: dict[str, object]) -> bool:
    row = routes.active(session, ticket)
    if wanted.get("pending_step"):
        return row is not None and row.key == wanted["pending_step"] and row.state == "active"
    if wanted.get("decided_step"):
        decided = routes.present(session, ticket).get(str(wanted["decided_step"]))
        return decided is not None and decided.state in ("done", "rejected")
    return ticket.status == wanted.get("status", ticket.status)


def _one_step(session: Session, ticket: Ticket) -> None:
    """One act of whoever is entitled to it: the approver approves, the agent does the rest."""
    agent = _person(by_address(session, ticket.institution_id, AGENT))
    row = routes.active(session, ticket)
    if row is None:
        raise Invalid(f"el ticket {format_number('', ticket.number)} no espera a nadie.")
    if row.state == "active" and _complete_data(session, agent, ticket):
        return
    if row.kind == "verify_originals" and row.state == "active":
        for document in assessment.needed(session, ticket):
            originals.see(session, agent, ticket.id, None, document.key)
    if row.kind == "approve" and row.state == "active" and row.approver_id is not None:
        approver = _person(session.get(Person, row.approver_id))
        approvals.decide(session, approver, row.id, "approve", None, "web")
    elif row.kind in ("close", "notify") and row.state == "active":
        conversation.reply(session, agent, ticket.id, None, "Se confirma la atención.", close=True, review=LOOKED_AT)
    else:
        tickets.complete_step(session, agent, ticket.id, None, GOES_ON, LOOKED_AT)


def _complete_data(session: Session, agent: Actor, ticket: Ticket) -> bool:
    """What a form carries, the agent reads from the form: values of the right kind stand for what the mail left out.
    Gives whether anything was."""
    catalogue = catalogues.of_ticket(session, ticket)
    lacking = assessment.to_complete(session, ticket)
    if lacking:
        values = {field.key: _stand_in(catalogue, field) for field in lacking}
        tickets.set_fields(session, agent, ticket.id, None, values)
    return bool(lacking)


def _stand_in(catalogue: Catalogue, field: IntakeField) -> object:
    options = options_of(catalogue, field)
    return options[0].key if options else STAND_INS.get(field.type, "Según el formulario")


def _substitute(case: Case, named: dict[str, str]) -> None:
    with clock.fixed(case.received_at), transaction() as session:
        institution = session.scalar(select(Institution).where(Institution.key == case.expected["institution"]))
        assert institution is not None
        for scope in _scopes(session, institution, case, named):
            authority.substitute(
                session,
                operator(),
                institution.key,
                named["address"],
                named["role"],
                scope,
                _day(named["from"]),
                _day(named["to"]),
            )


def _scopes(session: Session, institution: Institution, case: Case, named: dict[str, str]) -> Sequence[str | None]:
    """Where the substitute acts: as named, else wherever the person stood in for holds the role, else anybody does."""
    if "scope" in named:
        return [named["scope"]]
    held = (
        select(RoleHolding.scope)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(RoleHolding.institution_id == institution.id, RoleHolding.role == named["role"])
        .distinct()
    )
    absent = case.expected.get("on_behalf_of")
    theirs = session.scalars(held.where(Person.address == str(absent).lower())).all() if absent else ()
    return theirs or session.scalars(held).all() or [None]


def _day(value: object) -> date:
    return value if isinstance(value, date) else datetime.fromisoformat(str(value)).date()


def _person(person: Person | None) -> Actor:
    assert person is not None
    return Actor("person", person.id, person.institution_id, person.called)


def _root(case: Case) -> str | None:
    earlier = case.expected.get("reply_to")
    return str(earlier).partition("-")[0] if earlier else None


def _bare(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
