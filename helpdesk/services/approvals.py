"""Decisions: taken on the page, on the desk, or by replying to the letter that asked (R-173 to R-177).

Doubt asks back, never decides. A decision is written once; who, when, how, in which words, on whose behalf.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.answerobjects import Asked
from helpdesk.domain.answers import Answer, read_answer
from helpdesk.domain.errors import Conflict, IllegalMove, Invalid, NotAllowed, NotFound
from helpdesk.domain.evidence import written
from helpdesk.domain.incoming import Incoming
from helpdesk.domain.lifecycle import Event
from helpdesk.domain.references import PAGE, format_number, masked, ticket_numbers_in
from helpdesk.models.institutions import Institution
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.outbox import ReplyToken
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import merges
from helpdesk.queries.people import holders, today
from helpdesk.services import (
    approvalletters,
    approvals_asked,
    approvals_returned,
    deadlines,
    following,
    history,
    notifications,
    post,
    reminders,
    routes,
    tokens,
)
from helpdesk.services.locks import fresh
from helpdesk.services.threads import Thread

Decision = Literal["approve", "reject"]
Via = Literal["web", "link", "mail"]
WAITS_FOR = {
    "to_come": "la solicitud cambió y antes de su decisión hay otro paso",
    "returned": "la solicitud está devuelta a quien la pidió",
}
VERDICTS = {"approve": "aprobado", "reject": "rechazado"}


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """What the page of one approval shows. `open` is false once decided or when the request has moved on."""

    token: ReplyToken
    ticket: Ticket
    step: Step
    approver: Person
    open: bool


def decide(
    session: Session,
    actor: Actor,
    step_id: int,
    decision: Decision,
    reason: str | None,
    via: Via,
    message: Message | None = None,
    seen: str | None = None,
) -> Step:
    """Decide an approval step; `seen` is the request that the approver read (`request_now`; None: not asked).

    Raises NotFound, NotAllowed (not the approver), IllegalMove (not pending), Invalid (a rejection needs its reason,
    R-073), Conflict when the request is another one now.
    """
    ticket, step = _pending(session, actor, step_id)
    if decision == "reject" and not (reason or "").strip():
        raise Invalid("Para rechazar escriba el motivo.", {"reason": "Escriba el motivo del rechazo."})
    _as_seen(session, ticket, step, seen)
    reminders.forget(session, ticket, step)
    _write_down(session, actor, ticket, step, decision, masked((reason or "").strip()) or None, via, message)
    deadlines.resume(session, ticket, step.decided_at or clock.now())
    if decision == "approve":
        routes.walk(session, actor, ticket, step.decided_at or clock.now())
    else:
        _rejected(session, actor, ticket, step)
    ticket.touched += 1
    ticket.updated_at = clock.now()
    session.flush()
    return step


def clarify(session: Session, actor: Actor, step_id: int, question: str, seen: str | None = None) -> Step:
    """Instead of deciding, ask the requester: the ticket waits for the answer, which asks the approver again.

    Raises as `decide`; Invalid without a question.
    """
    ticket, step = _pending(session, actor, step_id)
    if not question.strip():
        raise Invalid("Escriba qué necesita saber.", {"question": "Escriba la pregunta."})
    _as_seen(session, ticket, step, seen)
    approvals_returned.with_question(session, actor, ticket, step, question.strip())
    ticket.touched += 1
    ticket.updated_at = clock.now()
    session.flush()
    return step


def _pending(session: Session, actor: Actor, step_id: int) -> tuple[Ticket, Step]:
    """The approval that the actor may settle now, its ticket locked. Raises NotFound, NotAllowed, IllegalMove."""
    step = session.get(Step, step_id)
    if step is None or step.kind != "approve":
        raise NotFound("No hay tal aprobación.")
    ticket = fresh(session, step.ticket_id)
    session.refresh(step)
    if ticket is None or actor.institution_id != ticket.institution_id:
        raise NotFound("No hay tal aprobación.")
    if step.state != "active":
        raise IllegalMove("Esta aprobación ya no está pendiente: actualice la página para ver su estado.")
    if ticket.merged_into_id is not None:
        raise IllegalMove("La solicitud se unió a otro ticket: su aprobación no se decide mientras tanto.")
    if actor.person_id is None or not may_decide(session, ticket, step, actor.person_id):
        raise NotAllowed("Solo decide quien ejerce la función o su subrogante, y nunca quien pidió el trámite.")
    return ticket, step


def _as_seen(session: Session, ticket: Ticket, step: Step, seen: str | None) -> None:
    if seen is not None and seen != approvals_asked.request_hash(session, ticket, step):
        raise Conflict("La solicitud cambió después de que usted la leyó: revise lo nuevo y decida otra vez.")


def speaks_of_it(session: Session, ticket: Ticket, incoming: Incoming, message: Message) -> bool:
    """Whether a message in the thread of an approval letter is about the decision. The requester, put in copy there,
    may write about anything else."""
    return message.author_id != ticket.requester_id or _read(session, ticket, incoming).decision != "none"


def _read(session: Session, ticket: Ticket, incoming: Incoming) -> Answer:
    """What a message decides. Two forms of one text that decide differently show one reader this, another that."""
    asked = _asked(session, ticket)
    read = read_answer(incoming.new_text, asked)
    if not incoming.other_text.strip() or read_answer(incoming.other_text, asked).decision == read.decision:
        return read
    return Answer("ambiguous")


def _asked(session: Session, ticket: Ticket) -> Asked:
    """What the ticket asks for, in the words of its type and its subject: an approval of another thing is none."""
    request_type = catalogues.request_type_of(session, ticket)
    prefix = session.get_one(Institution, ticket.institution_id).ticket_prefix
    name = f"{request_type.name if request_type else ''} {ticket.subject}".strip()
    return Asked(name, format_number(prefix, ticket.number))


def note_from_elsewhere(session: Session, actor: Actor, thread: Thread, incoming: Incoming, message: Message) -> None:
    """Somebody who has no part in the ticket answered an approval letter: what it says is kept as unauthorised and
    changes nothing (R-175)."""
    read = _read(session, thread.ticket, incoming)
    if thread.step_id is not None and read.decision != "none":
        step = session.get_one(Step, thread.step_id)
        _note_answer(session, actor, thread, step, read, incoming, message, authorised=False)


def _note_answer(
    session: Session,
    actor: Actor,
    thread: Thread,
    step: Step,
    read: Answer,
    incoming: Incoming,
    message: Message,
    *,
    authorised: bool,
) -> None:
    history.record(
        session,
        actor,
        thread.ticket,
        "approval_answered",
        {
            "step": step.key,
            "round": step.round,
            "by": message.from_address,
            "decision": read.decision,
            "reason": masked(read.reason) if read.reason else None,
            "authorised": authorised,
            "token": thread.token.id if thread.token else None,
            **history.of_message(session, message, incoming.files),
        },
    )


def answer(session: Session, actor: Actor, thread: Thread, incoming: Incoming, message: Message) -> str:
    """An answer to an approval letter arrived: decide, ask back, or note that it does not count. Who answers a letter
    whose question was taken back meanwhile is told so. Gives the action (`approve`, `reject`, `needs_human`,
    `append`)."""
    ticket = thread.ticket
    step = _present(session, ticket, session.get_one(Step, thread.step_id))
    read = _read(session, ticket, incoming)
    sender = session.get_one(Person, message.author_id)
    authorised = step.state == "active" and may_decide(session, ticket, step, sender.id)
    _note_answer(session, actor, thread, step, read, incoming, message, authorised=authorised)
    if not authorised:
        if step.state in WAITS_FOR and read.decision != "none" and may_decide(session, ticket, step, sender.id):
            _tell_too_early(session, actor, ticket, step, sender, incoming)
        return "append"
    cause = "other_ticket" if _names_another(session, ticket, incoming) else None
    cause = cause or _doubt(session, ticket, step, thread, message, read)
    if cause is not None:
        _ask_again(session, actor, ticket, step, sender, cause, incoming)
        return "needs_human"
    decision: Decision = "approve" if read.decision == "approve" else "reject"
    person = Actor("person", sender.id, ticket.institution_id, sender.called)
    decide(session, person, step.id, decision, read.reason, "mail", message)
    if thread.token is not None:
        thread.token.used_at = clock.now()
    return decision


def _present(session: Session, ticket: Ticket, step: Step) -> Step:
    """The step that was asked; of one that began a new round since, the present row: its letter asked too early."""
    return routes.present(session, ticket).get(step.key, step) if step.state == "superseded" else step


def page_of(session: Session, token: str) -> ApprovalPage:
    """The approval a link stands for. Raises NotFound for a token that is not ours or has expired."""
    row = tokens.opened(session, token, PAGE)
    if row is None or row.purpose != "approval_page" or row.expires_at <= clock.now():
        raise NotFound("Este enlace no es válido o ha caducado: responda el correo que lo trajo o entre al sistema.")
    ticket, step = session.get_one(Ticket, row.ticket_id), session.get_one(Step, row.step_id)
    return ApprovalPage(row, ticket, step, session.get_one(Person, row.person_id), step.state == "active")


def request_now(session: Session, step_id: int) -> str:
    """What a decision would be about at this moment, for the page that shows it and sends it back as seen."""
    step = session.get_one(Step, step_id)
    return approvals_asked.request_hash(session, session.get_one(Ticket, step.ticket_id), step)


def decide_by_token(
    session: Session, token: str, decision: Decision, reason: str | None, seen: str | None = None
) -> Step:
    """Decide with the link of a letter, by POST. Raises as `decide`; without `seen` the request must be the one that
    the letter asked about."""
    page, person = _linked(session, token)
    asked = seen or page.token.request_hash
    step = decide(session, person, page.step.id, decision, reason, "link", seen=asked)
    page.token.used_at = clock.now()
    session.flush()
    return step


def clarify_by_token(session: Session, token: str, question: str, seen: str | None = None) -> Step:
    """Ask the requester with the link of a letter, by POST. Raises as `clarify`."""
    page, person = _linked(session, token)
    return clarify(session, person, page.step.id, question, seen or page.token.request_hash)


def _linked(session: Session, token: str) -> tuple[ApprovalPage, Actor]:
    """What an unused link stands for, and who acts with it. Raises NotFound, IllegalMove."""
    page = page_of(session, token)
    if page.token.used_at is not None:
        raise IllegalMove("Este enlace ya se usó: entre al sistema para ver la decisión.")
    name = page.approver.name or page.approver.address
    return page, Actor("person", page.approver.id, page.ticket.institution_id, name)


def may_decide(session: Session, ticket: Ticket, step: Step, person_id: int) -> bool:
    """Whether a person holds the step's function for its scope today and is there, or substitutes it; never who asks,
    wrote first or passed the request on, nor a substitute whom one of these named (R-175)."""
    if person_id in approvals_asked.parties(ticket) or step.role is None:
        return False
    found = approvals_asked.standing_of(session, ticket, step.role, step.scope)
    return any(holder.person.id == person_id and approvals_asked.may_act(ticket, holder) for holder in found.acting)


def _ask_again(
    session: Session, actor: Actor, ticket: Ticket, step: Step, approver: Person, cause: str, incoming: Incoming
) -> None:
    """Ask the approver back, within the limits of automatic letters; words that nobody vouches for are not repeated."""
    why = post.why_silent(session, ticket, approver, incoming)
    if why is not None:
        history.record(session, actor, ticket, "kept_silent", {"sentence": why})
        return
    # What the letter asks about is the request as it stands now; the older question is void.
    step.request_hash = approvals_asked.request_hash(session, ticket, step)
    said = incoming.new_text[:2000] if incoming.trust != "T0" else ""
    approvalletters.ask_again(session, ticket, step, approver, cause, said)


def _tell_too_early(
    session: Session, actor: Actor, ticket: Ticket, step: Step, approver: Person, incoming: Incoming
) -> None:
    """Tell the approver that the request does not wait for the decision now, within the limits of automatic letters."""
    why = post.why_silent(session, ticket, approver, incoming)
    if why is not None:
        history.record(session, actor, ticket, "kept_silent", {"sentence": why})
        return
    words = (
        f"Su respuesta sobre «{step.name}» no decidió nada: {WAITS_FOR[step.state]}. "
        "Cuando vuelva a esperar su decisión se la pediremos con otro correo."
    )
    post.announce(session, ticket, approver, "respuesta", notifications.plain(session, ticket, approver, words))


def _names_another(session: Session, ticket: Ticket, incoming: Incoming) -> bool:
    """Whether an answer speaks, in its words, its subject or the reply addresses it was sent to, of another ticket than
    the one that was asked about, or those joined to it."""
    prefix = session.get_one(Institution, ticket.institution_id).ticket_prefix
    told = f"{incoming.subject}\n{incoming.new_text}\n{incoming.other_text}"
    said = {number for _, number in ticket_numbers_in(told, (prefix,))}
    sent_to = [tokens.opened(session, text) for text in incoming.tokens] if len(incoming.tokens) > 1 else []
    addressed = {token.ticket_id for token in sent_to if token is not None}
    if said <= {ticket.number} and addressed <= {ticket.id}:
        return False
    family = select(Ticket.id, Ticket.number).where(Ticket.id.in_(merges.family(session, ticket.id)))
    known = session.execute(family).all()
    return not (addressed <= {row.id for row in known} and said <= {row.number for row in known})


def _doubt(session: Session, ticket: Ticket, step: Step, thread: Thread, message: Message, read: Answer) -> str | None:
    """Why an answer of the right person does not decide; None when it does."""
    policy = approvalletters.policy(catalogues.of_ticket(session, ticket))
    if read.decision == "ambiguous":
        return "conditional" if read.reason else "unclear"
    if read.decision == "none":
        return "unclear"
    if policy != "verified":
        return "confirmation_required"
    if message.trust != "T2" or thread.token is None or thread.token.purpose != "approval":
        return "not_verified"
    if thread.token.request_hash != approvals_asked.request_hash(session, ticket, step):
        return "request_changed"
    if read.decision == "reject" and not read.reason:
        return "no_reason"
    return None


def _write_down(
    session: Session,
    actor: Actor,
    ticket: Ticket,
    step: Step,
    decision: Decision,
    reason: str | None,
    via: Via,
    message: Message | None,
) -> None:
    """Write the decision into the step, and with all its evidence into the history (R-177)."""
    found = holders(session, ticket.institution_id, step.role or "", step.scope, today(session, ticket.institution_id))
    acting = next(holder for holder in found if holder.person.id == actor.person_id)
    step.on_behalf_of_id = acting.on_behalf_of.id if acting.on_behalf_of else None
    step.state = "done" if decision == "approve" else "rejected"
    step.decided_at = message.at if message is not None else clock.now()
    step.decided_by_id = actor.person_id
    step.via = via
    step.reason = reason
    step.message_id = message.id if message is not None else None
    ticket.blocked_by = None
    session.flush()
    history.record(
        session,
        actor,
        ticket,
        "decided",
        {
            "step": step.key,
            "round": step.round,
            "decision": decision,
            "reason": reason,
            "via": via,
            "decided_at": written(step.decided_at),
            "by": _named(acting.person),
            "on_behalf_of": _named(acting.on_behalf_of) if acting.on_behalf_of else None,
            "function": _function(session, ticket, step),
            "request_hash": step.request_hash,
            "message": None,
            **(_words(session, message) if message is not None else {}),
        },
    )
    following.tell(session, actor, ticket, "followed_decision", actor.label, f"{step.name}: {VERDICTS[decision]}")


def _named(person: Person) -> dict[str, int | str]:
    return {"id": person.id, "name": person.name, "address": person.address}


def _function(session: Session, ticket: Ticket, step: Step) -> dict[str, str | None]:
    """The function in which a step is decided, by key and by name: catalogues change, evidence does not."""
    catalogue = catalogues.of_ticket(session, ticket)
    return {
        "role": step.role,
        "role_name": catalogue.role(step.role or "").name,
        "scope": step.scope,
        "scope_name": catalogue.place_name(step.scope),
    }


def _words(session: Session, message: Message) -> dict[str, object]:
    """The answer that decided, without what would let its reader act."""
    files = session.scalars(select(Attachment).where(Attachment.message_id == message.id).order_by(Attachment.id))
    return {"text": masked(message.new_text), **history.of_message(session, message, files)}


def _rejected(session: Session, actor: Actor, ticket: Ticket, step: Step) -> None:
    """A rejection stops the route as the catalogue says (R-073)."""
    request_type = catalogues.request_type_of(session, ticket)
    assert request_type is not None
    outcome = request_type.step(step.key).on_reject
    at = step.decided_at or clock.now()
    match outcome.action if outcome else "close_rejected":
        case "back_to" if outcome and outcome.step:
            routes.again(session, ticket, outcome.step, returned=False)
            routes.walk(session, actor, ticket, at)
        case "return_to_requester" | "return_incomplete":
            approvals_returned.with_objections(session, actor, ticket, step, at)
        case _:
            routes.finish(session, actor, ticket, at, Event.REJECT)
            approvalletters.rejected(session, ticket, step, outcome.notify if outcome else ("requester",))
