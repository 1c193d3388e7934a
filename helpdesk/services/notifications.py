"""Who is written to when something happens to a ticket, and with which letter."""

from datetime import datetime
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import batch, clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.addresses import is_made
from helpdesk.domain.catalogue import StepSpec, Unit
from helpdesk.domain.countedlines import amount_of
from helpdesk.domain.events import KIND_NAMES
from helpdesk.domain.routes import passing_told
from helpdesk.letters import facts as f
from helpdesk.letters import write
from helpdesk.letters.render import LetterText
from helpdesk.models.events import TrainingEvent
from helpdesk.models.messages import Attachment
from helpdesk.models.outbox import Letter
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Extension, Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import Holder
from helpdesk.services import letterfacts, newrequests, post
from helpdesk.services.desk import settings_of
from helpdesk.services.post import Envelope

EventChange = Literal["planned", "moved", "cancelled"]
PLACES = ("region", "programme", "centre", "organ")


def acknowledge(session: Session, ticket: Ticket, minimal: bool, completed_at: datetime | None = None) -> None:
    """«Hemos recibido su solicitud», to the requester; with `completed_at`, that a request which had been returned goes
    on, with its filing time and its term (R-116)."""
    requester = session.get_one(Person, ticket.requester_id)
    if is_made(requester.address):
        return
    catalogue = catalogues.of_ticket(session, ticket)
    step = _active(session, ticket)
    text = write.acuse(
        f.Acknowledgement(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            received_at=ticket.received_at,
            recipient=requester.name,
            team=catalogue.team(ticket.team).name,
            filed_at=ticket.filed_at if ticket.filed_at != ticket.received_at else None,
            due_at=ticket.due_at,
            next_step=step.name if step is not None else None,
            files=letterfacts.files(session, ticket),
            minimal=minimal,
            channel=ticket.channel,
            passed_to=passed_to(session, ticket, step.key) if step is not None else None,
            completed_at=completed_at,
            only_channel=letterfacts.only_channel(session, ticket) if completed_at is None else "",
            held=letterfacts.held_files(session, ticket),
        )
    )
    post.announce(session, ticket, requester, "acuse", text, nameless=minimal)


def passed_on(session: Session, ticket: Ticket, step_key: str, minimal: bool) -> None:
    """Tells the requester to which organ the request passed, where its type wants that told (R-117)."""
    organ, requester = passed_to(session, ticket, step_key), session.get_one(Person, ticket.requester_id)
    request_type = catalogues.request_type_of(session, ticket)
    if organ is None or request_type is None or is_made(requester.address):
        return
    catalogue = catalogues.of_ticket(session, ticket)
    text = write.derivacion(
        f.PassedOn(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            passed_to=organ,
            at=clock.now(),
            holder=catalogue.role(request_type.step(step_key).actor.role or "").name,
            recipient=requester.name,
            minimal=minimal,
        )
    )
    post.announce(session, ticket, requester, "derivacion", text, nameless=minimal)


def passed_to(session: Session, ticket: Ticket, step_key: str) -> str | None:
    """The organ, region or centre to whose function a step handed the request; None while it stands still, and where
    the requester is not told."""
    request_type = catalogues.request_type_of(session, ticket)
    spec = next((each for each in request_type.route if each.key == step_key), None) if request_type else None
    if request_type is None or spec is None or ticket.blocked_by is not None:
        return None
    if passing_told(request_type, spec) is None or spec.actor.scope not in PLACES:
        return None
    return catalogues.of_ticket(session, ticket).place_name(getattr(ticket, spec.actor.scope)) or None


def returned(
    session: Session,
    ticket: Ticket,
    entitled: bool,
    answer_by: datetime | None,
    minimal: bool,
    added: str = "",
    actor: Actor | None = None,
) -> None:
    """«Documentación incompleta»: names at once all that is missing or wrong (R-032, R-067, R-171). `answer_by` ends
    the time to correct it (R-172). Who has no address is told where the request was made."""
    catalogue = catalogues.of_ticket(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    requester = session.get_one(Person, ticket.requester_id)
    if is_made(requester.address):
        return
    text = write.incompleto(
        f.ReturnedIncomplete(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            recipient=requester.name,
            documents=letterfacts.missing_documents(session, ticket, written=added),
            data=tuple(request_type.field(key).label for key in ticket.missing_fields),
            invalid=tuple(
                f.InvalidValue(request_type.field(key).label, sentence)
                for key, sentence in ticket.invalid_fields.items()
            ),
            who_may_ask=() if entitled else tuple(catalogue.role(key).name for key in request_type.who_may_request),
            text=added,
            clock="none" if request_type.deadline is None else "paused" if ticket.started_at else "not_started",
            answer_by=answer_by,
            round=max(ticket.rounds, 1),
            team=catalogue.team(ticket.team).name,
            minimal=minimal,
            only_channel=letterfacts.only_channel(session, ticket) if ticket.rounds <= 1 else "",
            held=letterfacts.held_files(session, ticket),
        )
    )
    author = actor.person_id if actor is not None else None
    envelope = Envelope(automatic=author is None, author_id=author, nameless=minimal)
    post.send(session, ticket, requester, "incompleto", text, envelope)


def not_filed(session: Session, ticket: Ticket, expired_at: datetime) -> None:
    """«No presentado»: the time to correct the request was over at that instant (R-172)."""
    catalogue = catalogues.of_ticket(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    requester = session.get_one(Person, ticket.requester_id)
    minimal = post.is_unverified(session, ticket)
    text = write.no_presentado(
        f.NotFiled(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            expired_at=expired_at,
            recipient=requester.name,
            missing=(
                *(request_type.document(key).name for key in ticket.missing_documents),
                *(request_type.field(key).label for key in (*ticket.missing_fields, *ticket.invalid_fields)),
            ),
            minimal=minimal,
        )
    )
    post.announce(session, ticket, requester, "no_presentado", text, nameless=minimal)


def handed_over(session: Session, actor: Actor, ticket: Ticket, person: Person, reason: str = "") -> None:
    """Tells a person that the ticket is now theirs (R-186)."""
    catalogue = catalogues.of_ticket(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    step = _active(session, ticket)
    text = write.derivado(
        f.HandedOver(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            team=catalogue.team(ticket.team).name,
            requester=requester.called,
            ticket_url=f"{settings_of(session).public_url}/tickets/{letterfacts.of_ticket(session, ticket).number}",
            recipient=person.name,
            entity=ticket.entity,
            by=actor.label if actor.kind == "person" else None,
            step=step.name if step else None,
            reason=reason,
            due_at=ticket.due_at,
        )
    )
    post.announce(session, ticket, person, "derivado", text)


def merged(session: Session, ticket: Ticket, into: Ticket, approver: Person | None = None) -> None:
    """Tells the requester, or an approver who answered too late, that the matter goes on in another ticket (R-187)."""
    person = approver or session.get_one(Person, ticket.requester_id)
    text = write.unido(
        f.Merged(
            institution=f.institution_of(catalogues.of_ticket(session, ticket).institution),
            ticket=letterfacts.of_ticket(session, ticket),
            into=letterfacts.of_ticket(session, into).number,
            audience="requester" if approver is None else "approver",
            recipient=person.name,
        )
    )
    post.announce(session, ticket, person, "unido", text)


def consulted(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    about: Ticket,
    asked: Holder,
    addressee: str,
    question: str,
    files: tuple[Attachment, ...],
) -> Letter:
    """The question of a consultation to one person asked, whose reply answers it (R-109)."""
    catalogue = catalogues.of_ticket(session, ticket)
    facts = letterfacts.of_ticket(session, ticket)
    text = write.consulta(
        f.Consultation(
            institution=f.institution_of(catalogue.institution),
            ticket=facts,
            about=letterfacts.of_ticket(session, about).number,
            text=question,
            agent=actor.label,
            ticket_url=f"{settings_of(session).public_url}/tickets/{facts.number}",
            recipient=asked.person.name,
            addressee=addressee,
            team=catalogue.team(about.team).name,
            on_behalf_of=asked.on_behalf_of.name if asked.on_behalf_of else None,
            files=tuple(f.FileFacts(file.filename, None, file.size) for file in files),
        )
    )
    sent = tuple((file.filename, file.content_type, file.sha256) for file in files)
    envelope = Envelope(automatic=False, author_id=actor.person_id, files=sent, text_shown=question)
    return post.send(session, ticket, asked.person, "consulta", text, envelope)


def told(
    session: Session, ticket: Ticket, person: Person, kind: str, *, who: str = "", step: str = "", detail: str = ""
) -> None:
    """A note to one member of the staff about a ticket; `kind` is one of the letter's."""
    catalogue = catalogues.of_ticket(session, ticket)
    facts = letterfacts.of_ticket(session, ticket)
    text = write.aviso_interno(
        f.DeskNotice(
            institution=f.institution_of(catalogue.institution),
            ticket=facts,
            kind=kind,  # type: ignore[arg-type]  # callers pass a word of the facts' closed list
            ticket_url=f"{settings_of(session).public_url}/tickets/{facts.number}",
            who=who,
            step=step or None,
            detail=detail,
            recipient=person.name,
            due_at=ticket.due_at,
        )
    )
    post.announce(session, ticket, person, "aviso_interno", text)


def answered(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    written: str,
    closing: bool,
    files: tuple[tuple[str, str, str], ...],
    reopen_until: datetime | None,
    done: str = "",
) -> Letter:
    """An agent's answer to the requester, in the requester's thread; `closing` says that it ends the case (R-179), and
    `done` what was recorded of the work that it tells about (R-037)."""
    catalogue, request_type = catalogues.of_ticket(session, ticket), catalogues.request_type_of(session, ticket)
    closure = request_type.closure if request_type is not None else None
    requester = session.get_one(Person, ticket.requester_id)
    facts = f.ClosingAnswer(
        institution=f.institution_of(catalogue.institution),
        ticket=letterfacts.of_ticket(session, ticket),
        text=written,
        agent=actor.label,
        recipient=requester.name,
        team=catalogue.team(ticket.team).name,
        files=tuple(f.FileFacts(name) for name, _, _ in files),
        reopen_until=reopen_until,
        done_title=_sentence(closure.content) if closure is not None else "",
        done=done,
        notice=closure.tells if closure is not None else "",
    )
    text = write.cierre(facts) if closing else write.respuesta(_as_answer(facts))
    return post.send(
        session,
        ticket,
        requester,
        "cierre" if closing else "respuesta",
        text,
        Envelope(automatic=False, author_id=actor.person_id, files=files, text_shown=written, told=True),
    )


def informed(session: Session, ticket: Ticket, spec: StepSpec, minimal: bool) -> None:
    """A `notify` step that needs nobody: the self-service steps, or the receipt that the acknowledgement carries."""
    request_type = catalogues.request_type_of(session, ticket)
    if request_type is None or "registered_user" not in spec.notify:
        return
    catalogue = catalogues.of_ticket(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    text = write.aviso_autoservicio(
        f.SelfService(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            steps=request_type.access,
            recipient=requester.name,
            link_valid_hours=request_type.activation_link.valid_hours if request_type.activation_link else None,
            minimal=minimal,
        )
    )
    post.announce(session, ticket, requester, "aviso_autoservicio", text, nameless=minimal)


def extended(session: Session, actor: Actor, ticket: Ticket, row: Extension) -> None:
    """The term was prolonged: both dates and the reason, to the requester (R-051)."""
    assert row.due_before is not None and row.due_after is not None
    catalogue = catalogues.of_ticket(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    text = write.prorroga(
        f.Extended(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            due_before=row.due_before,
            due_after=row.due_after,
            recipient=requester.name,
            added=amount_of(row.amount, cast(Unit, row.unit)),
            reason=row.reason,
            team=catalogue.team(ticket.team).name,
        )
    )
    envelope = Envelope(automatic=actor.person_id is None, author_id=actor.person_id)
    post.send(session, ticket, requester, "prorroga", text, envelope)


def extension_dropped(session: Session, actor: Actor, ticket: Ticket, row: Extension, *, runs: bool) -> None:
    """An extension that the requester was told of counts no more; `runs`: the term of the type that counts now runs."""
    assert row.due_after is not None
    catalogue, request_type = catalogues.of_ticket(session, ticket), catalogues.request_type_of(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    text = write.prorroga_sin_efecto(
        f.ExtensionDropped(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            announced=row.due_after,
            due_at=ticket.due_at if runs else None,
            has_term=request_type is not None and request_type.deadline is not None,
            recipient=requester.name,
            team=catalogue.team(ticket.team).name,
        )
    )
    envelope = Envelope(automatic=actor.person_id is None, author_id=actor.person_id)
    post.send(session, ticket, requester, "prorroga_sin_efecto", text, envelope)


def event(
    session: Session, actor: Actor, ticket: Ticket, row: TrainingEvent, given_by: str, change: EventChange
) -> None:
    """The event that was asked for is planned, changes, or will not take place: day, hour and place (R-111)."""
    catalogue = catalogues.of_ticket(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    if is_made(requester.address):
        return
    text = write.evento(
        f.EventNotice(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            change=change,
            kind=KIND_NAMES[row.kind],
            subject=row.subject,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            recipient=requester.name,
            place=row.place,
            centre=catalogue.place_name(row.centre),
            given_by=given_by,
            reason=row.cancelled_reason or "",
            team=catalogue.team(ticket.team).name,
        )
    )
    envelope = Envelope(automatic=actor.person_id is None, author_id=actor.person_id)
    post.send(session, ticket, requester, "evento", text, envelope)


def term_runs_out(session: Session, ticket: Ticket, person: Person, kind: Literal["due_soon", "escalated"]) -> None:
    """Tells a member of the staff that the ticket's term runs out (R-052)."""
    catalogue = catalogues.of_ticket(session, ticket)
    step = _active(session, ticket)
    assignee = session.get(Person, ticket.assignee_id) if ticket.assignee_id is not None else None
    facts = letterfacts.of_ticket(session, ticket)
    text = write.aviso_interno(
        f.DeskNotice(
            institution=f.institution_of(catalogue.institution),
            ticket=facts,
            kind=kind,
            ticket_url=f"{settings_of(session).public_url}/tickets/{facts.number}",
            who=assignee.called if assignee is not None else catalogue.team(ticket.team).name,
            step=step.name if step is not None else None,
            recipient=person.name,
            due_at=ticket.due_at,
        )
    )
    post.announce(session, ticket, person, "aviso_interno", text)


def only_channel(session: Session, ticket: Ticket, minimal: bool) -> None:
    """Names the one authorised channel to whoever wrote elsewhere, once an agent said what the request is (R-014)."""
    where = letterfacts.only_channel(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    if not where or is_made(requester.address):
        return
    catalogue = catalogues.of_ticket(session, ticket)
    channel, _, address = where.partition(": ")
    text = write.canal(
        f.OtherChannel(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            channel=channel,
            where=address,
            recipient=requester.name,
            handed_to=catalogue.team(ticket.team).name,
            minimal=minimal,
        )
    )
    post.announce(session, ticket, requester, "canal", text, nameless=minimal)


def other_channel(session: Session, ticket: Ticket, channel: str, explanation: str, minimal: bool) -> None:
    """Names the channel the request belongs to (R-014, R-027)."""
    catalogue = catalogues.of_ticket(session, ticket)
    request_type = catalogues.request_type_of(session, ticket)
    requester = session.get_one(Person, ticket.requester_id)
    offices = {office.key: office for office in catalogue.offices}
    where = "; ".join(
        f"{offices[entry.office].name}, {offices[entry.office].address}"
        for entry in (request_type.channels if request_type else ())
        if entry.key == channel and entry.office in offices and offices[entry.office].verified
    )
    text = write.canal(
        f.OtherChannel(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            channel=CHANNELS.get(channel, channel),
            where=where,
            recipient=requester.name,
            explanation=explanation,
            minimal=minimal,
        )
    )
    post.announce(session, ticket, requester, "canal", text, nameless=minimal)


CHANNELS = {
    "in_person": "presencial",
    "phone": "teléfono",
    "email": "correo electrónico",
    "web_form": "formulario web",
    "document_portal": "portal de gestión documental",
    "physical_document": "documento físico",
    "suggestion_box": "buzón de sugerencias",
    "internal": "interno",
    "self_service": "autoservicio",
}


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _as_answer(facts: f.ClosingAnswer) -> f.Answer:
    return f.Answer(facts.institution, facts.ticket, facts.text, facts.agent, facts.recipient, facts.team, facts.files)


def _active(session: Session, ticket: Ticket) -> Step | None:
    if batch.is_new(session, ticket.id):
        return newrequests.waiting(session, ticket.id)
    return session.scalar(select(Step).where(Step.ticket_id == ticket.id, Step.state.in_(("active", "returned"))))


def plain(session: Session, ticket: Ticket, person: Person, written: str) -> LetterText:
    """An answer with the text given, from the desk as such."""
    catalogue = catalogues.of_ticket(session, ticket)
    team = catalogue.team(ticket.team).name
    return write.respuesta(
        f.Answer(
            institution=f.institution_of(catalogue.institution),
            ticket=letterfacts.of_ticket(session, ticket),
            text=written,
            agent=team,
            recipient=person.name,
            team=team,
        )
    )
