"""A fixed cast for tests of the desk: two institutions from the shipped catalogues, their people, and their mail.

The story is the Chilean one: a municipality asks to disapprove a financial report; the head of its region and the
national officer of the programme decide one after the other; the desk executes and answers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor, machine, operator
from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.desk import DeskSettings
from helpdesk.domain.incoming import Incoming, IncomingFile
from helpdesk.domain.incoming import Person as Named
from helpdesk.domain.papers import Review
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.ledger import Arrival
from helpdesk.models.messages import Message
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Suspension, Ticket
from helpdesk.services import catalogue, conversation, routes, tickets
from helpdesk.services.conversation import Outcome
from helpdesk.services.people import meet
from tests.domain.shipped import shipped

Result = TypeVar("Result")
DESK = DeskSettings(b"c" * 32, "http://desk.test", None)
CHILE = ZoneInfo("America/Santiago")
# A Tuesday, within opening hours.
TUESDAY = datetime(2026, 4, 7, 10, 0, tzinfo=CHILE)

REQUESTER = Named("Encargada de Proyecto", "proyecto@muni-ejemplo.example.com")
STRANGER = Named("Alguien", "alguien@otra-parte.example.net")
REGIONAL_HEAD = Named("Jefe Administrativo Biobío", "jefe.administrativo.biobio@sigec-cl.example.org")
NATIONAL_OFFICER = Named("Encargado Nacional Familias", "encargado.nacional.familias@sigec-cl.example.org")
SUPERVISOR = Named("Supervisora Biobío", "supervisor.biobio@sigec-cl.example.org")
ATTACHED_MEMO = "Memorandum 12.pdf"
REPORT = "Desaprobación de rendición marzo 2026, convenio estándar"
REPORT_TEXT = (
    "Buen día: solicito desaprobar la rendición de marzo del proyecto 25-000200-00010, convocatoria Familias "
    "Ejemplo 2025, ejecutor Municipalidad de Ejemplo, Región del Biobío, convenio estándar, Programa Familias. "
    "Motivo: se cargó un documento que no corresponde."
)


def file(name: str = ATTACHED_MEMO, *, content: bytes | None = None, inline: bool = False) -> IncomingFile:
    """A file that comes with a message; another content is another file."""
    digest = sha256(content if content is not None else name.encode()).hexdigest()
    kind = "image/png" if name.endswith(".png") else "application/pdf"
    return IncomingFile(name, kind, 48_000, digest, inline, None)


@dataclass
class Cast:
    """The installation of a test. `now` is the hour on its clock; it only moves when a test says so."""

    session: Session
    sigec: Institution
    mef: Institution
    agent: Actor
    colleague: Actor
    foreigner: Actor
    now: datetime = TUESDAY
    counted: int = field(default=0)

    def mailbox(self, key: str = "mesa_ayuda", institution: Institution | None = None) -> Mailbox:
        """A shared mailbox."""
        owner = institution or self.sigec
        return self.session.scalars(select(Mailbox).where(Mailbox.institution_id == owner.id, Mailbox.key == key)).one()

    def incoming(
        self,
        subject: str = REPORT,
        text: str = REPORT_TEXT,
        sender: Named = REQUESTER,
        *,
        files: tuple[IncomingFile, ...] = (),
        mailbox: Mailbox | None = None,
        **more: Any,
    ) -> Incoming:
        """A verified letter that arrives now, with its ledger row; `more` are further values of `Incoming`."""
        self.counted += 1
        box = mailbox or self.mailbox()
        row = Arrival(
            institution_id=box.institution_id,
            mailbox_id=box.id,
            source="lmtp",
            arrival_key=f"cast:{self.counted}",
            envelope_to=box.address,
            fingerprint=f"f{self.counted}",
            size=1000,
            sha256=f"{self.counted:064d}",
            accepted_at=self.now,
            received_at=self.now,
        )
        self.session.add(row)
        self.session.flush()
        letter = Incoming(
            ledger_id=row.id,
            institution_id=box.institution_id,
            mailbox_id=box.id,
            kind="letter",
            auto_reason="",
            sender=sender,
            reply_to=None,
            recipients=(box.address,),
            cc=(),
            tokens=(),
            subject=subject,
            message_id=f"m{self.counted}@{sender.address.rpartition('@')[2]}",
            in_reply_to=None,
            references=(),
            sent_at=self.now,
            received_at=self.now,
            text=text,
            new_text=text,
            html=None,
            files=files,
            passed_on=None,
            failure=None,
            trust="T1",
            authentication_failed=False,
            trusted_machine=False,
        )
        return replace(letter, **more)

    def answer_to(self, letter: Letter, text: str, sender: Named, **more: Any) -> Incoming:
        """A reply to one of our letters, sent with any mail program to its reply address."""
        box = self.session.scalars(select(Mailbox).where(Mailbox.address == letter.sender)).one()
        values: dict[str, Any] = {
            "tokens": (token_of(letter),),
            "in_reply_to": letter.rfc_message_id,
            "references": (letter.rfc_message_id,),
            "mailbox": box,
        }
        return self.incoming(f"RE: {letter.subject}", text, sender, **{**values, **more})

    def receive(self, incoming: Incoming) -> Outcome:
        """The message reaches the desk now."""
        return self.do(conversation.receive, machine(incoming.institution_id), incoming)

    def do(self, verb: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
        """One verb of the desk, done now."""
        with clock.fixed(self.now):
            return verb(self.session, *arguments, **named)

    def approve(self, ticket: Ticket, by: Named) -> str:
        """The approver answers «Apruebo» to the letter that asked."""
        return self.answers(ticket, by, "Apruebo.").action

    def answers(self, ticket: Ticket, by: Named, text: str, **more: Any) -> Outcome:
        """An approver answers the newest letter that asked for a decision."""
        return self.receive(self.answer_to(self.letter(ticket, "aprobacion", by), text, by, **more))

    def decided(self) -> Ticket:
        """A ticket that both approvers approved: it waits for its execution."""
        ticket = self.open()
        self.approve(ticket, REGIONAL_HEAD)
        self.approve(ticket, NATIONAL_OFFICER)
        return ticket

    def closed(self) -> Ticket:
        """A ticket that was executed and answered."""
        ticket = self.decided()
        self.execute(ticket)
        self.do(conversation.reply, self.agent, ticket.id, None, "Rendición desaprobada.", close=True)
        return ticket

    def execute(self, ticket: Ticket, by: Actor | None = None, note: str = "") -> Ticket:
        """An agent who looked at the documents marks the work as done."""
        return self.do(tickets.complete_step, by or self.agent, ticket.id, None, note, Review(looked_at=True))

    def later(self, **span: float) -> datetime:
        """Time passes."""
        self.now += timedelta(**span)
        return self.now

    def open(self, *, files: tuple[IncomingFile, ...] | None = None, **more: Any) -> Ticket:
        """The municipality's request, complete unless `files` says otherwise."""
        attached = (file(),) if files is None else files
        outcome = self.receive(self.incoming(files=attached, **more))
        assert outcome.ticket_id is not None
        return self.ticket(outcome.ticket_id)

    def ticket(self, ticket_id: int) -> Ticket:
        """A ticket as it is now."""
        return self.session.get_one(Ticket, ticket_id)

    def step(self, ticket: Ticket) -> Step:
        """The step that waits."""
        row = routes.active(self.session, ticket)
        assert row is not None
        return row

    def steps(self, ticket: Ticket) -> dict[str, str]:
        """The states of the route, by key."""
        return {key: row.state for key, row in routes.present(self.session, ticket).items()}

    def letters(self, ticket: Ticket, kind: str | None = None, to: Named | None = None) -> list[Letter]:
        """What left because of a ticket, oldest first."""
        found = self.session.scalars(select(Letter).where(Letter.ticket_id == ticket.id).order_by(Letter.id))
        return [each for each in found if kind in (None, each.letter) and (to is None or to.address == each.recipient)]

    def letter(self, ticket: Ticket, kind: str, to: Named | None = None) -> Letter:
        """The newest letter of a kind."""
        return self.letters(ticket, kind, to)[-1]

    def messages(self, ticket: Ticket) -> list[Message]:
        """The conversation, oldest first."""
        return list(self.session.scalars(select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)))

    def events(self, ticket: Ticket, kind: str | None = None) -> list[Event]:
        """The history, oldest first."""
        found = self.session.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id))
        return [each for each in found if kind in (None, each.kind)]

    def suspensions(self, ticket: Ticket) -> list[Suspension]:
        """When the clock stood still, oldest first; not of the term of an earlier type."""
        standing = (Suspension.ticket_id == ticket.id, Suspension.superseded_at.is_(None))
        return list(self.session.scalars(select(Suspension).where(*standing).order_by(Suspension.id)))

    def person(self, named: Named, institution: Institution | None = None) -> Person:
        """Somebody as the database knows them."""
        owner = institution or self.sigec
        return meet(self.session, owner.id, named.name, named.address)

    def acting(self, named: Named) -> Actor:
        """Somebody of the cast, signed in."""
        person = self.person(named)
        return Actor("person", person.id, person.institution_id, named.name)


def token_of(letter: Letter) -> str:
    """The plus-part of a letter's reply address."""
    assert letter.reply_to is not None
    return letter.reply_to.partition("+")[2].partition("@")[0]


def assemble(session: Session) -> Cast:
    """Loads both institutions and lets their staff in."""
    session.info["desk"] = DESK
    with clock.fixed(TUESDAY):
        sigec, mef = (load(session, shipped(key)) for key in ("sigec-cl", "mef-ec"))
        agent = _staff(session, sigec, "Ana Agente", "ana@sigec-cl.example.org")
        colleague = _staff(session, sigec, "Luis Colega", "luis@sigec-cl.example.org")
        foreigner = _staff(session, mef, "Eva Ajena", "eva@mef-ec.example.org")
    return Cast(session, sigec, mef, agent, colleague, foreigner)


def load(session: Session, content: Catalogue) -> Institution:
    """Publishes a catalogue; gives its institution."""
    version = catalogue.load(session, operator(), content)
    return session.get_one(Institution, version.institution_id)


def _staff(session: Session, institution: Institution, name: str, address: str) -> Actor:
    person = meet(session, institution.id, name, address)
    person.is_staff = True
    session.flush()
    return Actor("person", person.id, institution.id, name)
