"""One case through real servers: Postfix, Dovecot, IMAP IDLE, our processes, and back to everybody's mailbox."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from sqlalchemy import select

from helpdesk.db import transaction
from helpdesk.domain.actors import Actor
from helpdesk.domain.papers import Review
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.services import conversation, routes, tickets
from helpdesk.services.people import meet
from mailbridge.visit import PACE
from tests.mailhouse import IMAP_MAILBOX, LMTP_MAILBOX, UNKNOWN_MAILBOX
from tests.wire.conftest import Installation
from tests.wire.servers import BORDER, FORGED_DOMAIN

AUTHORITY = "autoridad.competente@mef-ec.example.org"
REQUEST = """Estimados señores:

Solicito la información de la ejecución presupuestaria de los años 2020 a 2023.

Nombre completo: Ana Peña Ruiz
Cédula: 1710034065
Teléfono: 0991234567
Dirección: Av. Amazonas 123, Quito
Tipo de requirente: ciudadanía
"""


def mail(sender: str, to: str, subject: str, text: str, answered: EmailMessage | None = None) -> EmailMessage:
    """A message as a mail program writes it; `answered` is the one it replies to."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    domain = sender.rpartition("@")[2]
    message["Message-ID"] = f"<{abs(hash((sender, subject, text)))}@{domain}>"
    message["Date"] = "Mon, 02 Mar 2026 09:00:00 -0500"
    if answered is not None:
        message["In-Reply-To"] = answered["Message-ID"]
        message["References"] = answered["Message-ID"]
    message.set_content(text)
    return message


def read(raw: bytes) -> EmailMessage:
    """A delivered message."""
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def agent(institution_id: int) -> Actor:
    """A member of the staff."""
    with transaction() as session:
        person = meet(session, institution_id, "Carla Agente", "carla.agente@mef-ec.example.org")
        person.is_staff = True
        session.flush()
        return Actor("person", person.id, institution_id, person.name)


def brought_to_approval(ticket_id: int, institution_id: int) -> None:
    """What the agents do until somebody must approve."""
    actor = agent(institution_id)
    with transaction() as session:
        ticket = session.get_one(Ticket, ticket_id)
        if ticket.request_type != "solicitud_informacion":
            tickets.classify(session, actor, ticket_id, None, "solicitud_informacion")
    for _ in range(5):
        with transaction() as session:
            row = routes.active(session, session.get_one(Ticket, ticket_id))
            if row is None or row.kind == "approve":
                return
            tickets.complete_step(
                session,
                actor,
                ticket_id,
                None,
                "Revisado en persona.",
                Review(looked_at=True, reason="Vino en persona."),
            )


def test_a_request_travels_to_the_approver_and_back_to_its_requester(installation: Installation, citizen: str) -> None:
    it = installation
    it.connect(IMAP_MAILBOX)
    it.start("bridge")
    it.start("worker")
    contact = "SELECT 1 FROM mailboxes WHERE address = :address AND last_contact_at IS NOT NULL"
    it.wait_until(lambda: bool(it.ask(contact, address=IMAP_MAILBOX)), what="the first look into the mailbox")

    it.postfix.send(mail(citizen, IMAP_MAILBOX, "Solicitud de información", REQUEST))
    it.dovecot.wait_for(IMAP_MAILBOX, 1)
    fetched = it.wait_until(lambda: bool(it.states()), what="IDLE")
    assert fetched < PACE.poll / 3
    it.wait_until(lambda: it.states() == {"processed": 1}, what="the ticket")
    ticket_id, institution_id, trust = it.ask(
        "SELECT t.id, t.institution_id, l.trust FROM ledger l JOIN tickets t ON t.id = l.ticket_id"
    )[0]
    assert trust == "T1"
    assert isinstance(ticket_id, int)
    assert isinstance(institution_id, int)

    first = read(it.dovecot.wait_for(citizen, 1)[0])
    assert first["Return-Path"] in ("<>", "<MAILER-DAEMON>")
    assert "[MEF" in first["Subject"]
    assert "+" in first["Reply-To"]

    brought_to_approval(ticket_id, institution_id)
    asked = read(it.dovecot.wait_for(AUTHORITY, 1)[0])
    it.postfix.send(mail(AUTHORITY, asked["Reply-To"], f"Re: {asked['Subject']}", "Apruebo.\n", asked))
    decided = "SELECT via FROM steps WHERE ticket_id = :ticket AND kind = 'approve' AND state = 'done'"
    it.wait_until(lambda: bool(it.ask(decided, ticket=ticket_id)), what="the decision by mail")

    before = len(it.dovecot.messages(citizen))
    with transaction() as session:
        conversation.reply(session, agent(institution_id), ticket_id, None, "Adjuntamos lo pedido.", close=True)
    last = read(it.dovecot.wait_for(citizen, before + 1)[-1])
    assert last["In-Reply-To"] or last["References"]
    assert "Adjuntamos lo pedido." in last.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # it has one
    with transaction() as session:
        assert session.get_one(Ticket, ticket_id).closed_at is not None
        assert session.scalar(select(Step.state).where(Step.ticket_id == ticket_id, Step.kind == "approve")) == "done"
        assert session.scalar(select(Person.address).where(Person.address == citizen)) == citizen


def test_idle_brings_a_message_within_two_seconds(installation: Installation, citizen: str) -> None:
    """The quickest of three counts: what a busy machine delays is not ours."""
    it = installation
    it.connect(IMAP_MAILBOX)
    it.start("bridge")
    contact = "SELECT 1 FROM mailboxes WHERE address = :address AND last_contact_at IS NOT NULL"
    it.wait_until(lambda: bool(it.ask(contact, address=IMAP_MAILBOX)), what="the first look into the mailbox")
    took = []
    for number in (1, 2, 3):
        it.postfix.send(mail(citizen, IMAP_MAILBOX, f"Solicitud {number}", REQUEST))
        it.dovecot.wait_for(IMAP_MAILBOX, number)
        took.append(it.wait_until(lambda number=number: sum(it.states().values()) == number, what="IDLE"))  # type: ignore[misc]  # bound in the loop
    assert min(took) < 2


def test_the_border_strips_a_forged_stamp_and_ours_says_the_truth(installation: Installation) -> None:
    it = installation
    it.start("bridge")
    it.start("worker")
    message = mail(f"jefe@{FORGED_DOMAIN}", LMTP_MAILBOX, "Urgente", "Apruebe esto.")
    message["Authentication-Results"] = f"{BORDER}; dmarc=pass header.from={FORGED_DOMAIN}"
    it.postfix.send(message)
    it.wait_until(lambda: sum(it.states().values()) == 1 and "pending" not in it.states(), what="processing")
    assert it.ask("SELECT trust, source FROM ledger") == [("T0", "lmtp")]
    # The desk writes about monthly tasks of its own accord.
    assert it.ask("SELECT count(*) FROM outbox WHERE ticket_id IS NOT NULL") == [(0,)]


def test_mail_for_a_mailbox_we_do_not_have_comes_back_to_its_sender(installation: Installation, citizen: str) -> None:
    it = installation
    it.start("bridge")
    it.postfix.send(mail(citizen, UNKNOWN_MAILBOX, "Consulta", "Hola"))
    bounce = it.dovecot.wait_for(citizen, 1)[0]
    assert b"550 5.1.1" in bounce
    assert it.states() == {}
