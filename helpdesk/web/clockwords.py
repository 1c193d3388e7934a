"""The term of a ticket in words: its five instants, how long each step took, and whether it may be prolonged."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain.calendars import Calendar
from helpdesk.domain.catalogue import DeadlineSpec
from helpdesk.domain.choices import choices_of
from helpdesk.domain.countedlines import UNITS, amount_of, duration
from helpdesk.models.tickets import ENDED, Extension, Ticket
from helpdesk.queries import calendars, deadlines
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.timeline import StepLine, TicketPage
from helpdesk.queries.viewers import Viewer
from helpdesk.web.present import span, spoken

OF_ANOTHER_TYPE = " Ya no cuenta: fue antes de cambiar el tipo de solicitud."


@dataclass(frozen=True, slots=True)
class Offer:
    """A prolongation that the viewer may grant: in which unit, and how much where the catalogue fixes it."""

    unit: str
    amount: int | None
    told: bool


@dataclass(frozen=True, slots=True)
class Instant:
    """One of the five legal instants, in a sentence; suspensions and extensions have several."""

    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spent:
    """How long something took: in opening hours, and on the clock."""

    name: str
    who: str
    business: str
    elapsed: str
    running: bool = False


def extension_offered(session: Session, who: Viewer, page: TicketPage) -> Offer | None:
    """What the viewer may prolong; None where there is nothing to (R-051, Q-02)."""
    ticket = page.ticket
    spec = catalogues.request_type_of(session, ticket)
    rule = spec.deadline.extension if spec and spec.deadline and spec.deadline.extendable else None
    if rule is None or ticket.status in ENDED or ticket.started_at is None or not who.is_agent:
        return None
    chosen = choices_of(catalogues.current(session, ticket.institution_id).institution)
    if chosen.extension_by == "supervisor" and not who.is_supervisor:
        return None
    if len(deadlines.extensions_of(session, ticket)) >= rule.max_times:
        return None
    return Offer(UNITS[rule.unit][1], rule.amount, rule.notify_requester)


def instants(session: Session, page: TicketPage, timezone: str) -> tuple[Instant, ...]:
    """Received, filed, begun, suspended, due: each a fact of its own (R-119, R-184)."""
    ticket = page.ticket
    spec = catalogues.request_type_of(session, ticket)
    filed = "en el mismo momento"
    if ticket.filed_at != ticket.received_at:
        filed = f"el {spoken(ticket.filed_at, timezone)}: llegó fuera del horario de atención"
    return (
        Instant("Recibido", (f"Llegó el {spoken(ticket.received_at, timezone)}.",)),
        Instant("Presentado", (f"Cuenta como presentado {filed}.",)),
        Instant("Inicio del plazo", (_start(spec.deadline if spec else None, ticket, timezone),)),
        Instant("Suspensiones", _suspensions(page, timezone)),
        Instant("Vencimiento", _due(page, deadlines.granted_of(session, ticket), timezone)),
    )


def times(session: Session, page: TicketPage) -> tuple[Spent, ...]:
    """First answer and resolution apart (R-070), then each step and each approver (R-185)."""
    ticket, now = page.ticket, clock.now()
    calendar = calendars.service_calendar(session, ticket)
    spent = []
    if ticket.first_answer_at is not None:
        spent.append(_spent("Primera respuesta", "", ticket.received_at, ticket.first_answer_at, now, calendar))
    end = ticket.closed_at
    spent.append(_spent("Resolución" if end else "Abierto hasta ahora", "", ticket.received_at, end, now, calendar))
    for line in page.steps:
        step = line.step
        if step.asked_at is not None and (step.decided_at is not None or step.state in ("active", "returned")):
            spent.append(_spent(step.name, _who(line), step.asked_at, step.decided_at, now, calendar))
    return tuple(spent)


def _spent(name: str, who: str, start: datetime, end: datetime | None, now: datetime, calendar: Calendar) -> Spent:
    until = max(end or now, start)
    business = duration(calendar.open_minutes(start, until))
    return Spent(name, who, business, span(until - start), running=end is None)


def _who(line: StepLine) -> str:
    return line.decided_by or line.approver or ""


def _start(spec: DeadlineSpec | None, ticket: Ticket, timezone: str) -> str:
    at = ticket.started_at
    if spec is None:
        return "Este tipo de solicitud no tiene plazo."
    if at is None:
        return "El plazo empieza cuando la solicitud esté completa."
    from_filing = at == ticket.filed_at != ticket.received_at
    since = "desde la recepción" if spec.starts_at == "received" else "desde que la solicitud estuvo completa"
    if from_filing:
        since = "desde la presentación"
    return f"El plazo de {amount_of(spec.amount, spec.unit)} corre {since}, el {spoken(at, timezone)}."


def _suspensions(page: TicketPage, timezone: str) -> tuple[str, ...]:
    if not page.suspensions:
        return ("El plazo no se ha suspendido.",)
    return tuple(
        f"{each.reason}: desde el {spoken(each.since, timezone)}"
        + (f" hasta el {spoken(each.until, timezone)}." if each.until else "; sigue suspendido.")
        + (OF_ANOTHER_TYPE if each.superseded_at else "")
        for each in page.suspensions
    )


def _due(page: TicketPage, extensions: tuple[Extension, ...], timezone: str) -> tuple[str, ...]:
    at = page.ticket.due_at
    if at is None:
        return ("Todavía no hay fecha de vencimiento.",)
    earlier = tuple(
        f"Vencía el {spoken(each.due_before, timezone)}; se prorrogó hasta el {spoken(each.due_after, timezone)}: "
        f"{(each.reason or 'sin motivo escrito').rstrip('.')}." + (OF_ANOTHER_TYPE if each.superseded_at else "")
        for each in extensions
        if each.due_before and each.due_after
    )
    if any(each.until is None for each in page.suspensions):
        moves = "Mientras siga suspendido, el vencimiento se corre"
        return (*earlier, f"{moves}: si corriera ya, vencería el {spoken(at, timezone)}.")
    return (*earlier, f"Vence el {spoken(at, timezone)}.")
