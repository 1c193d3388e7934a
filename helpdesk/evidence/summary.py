"""What a person reads of an evidence folder: the summary, a page without script or outside reference, and LEEME.txt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.domain.countedlines import amount_of
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.web import present
from helpdesk.web.happenings import told
from helpdesk.web.names import Names

DOCUMENT_STATES = {
    "confirmed": "confirmado",
    "proposed": "propuesto",
    "rejected": "rechazado",
    "missing": "falta",
    "not_required": "no se requiere",
}
DIRECTIONS = {"inbound": "recibido", "outbound": "enviado", "internal_note": "nota interna"}


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the route: `decision` is the data of its event, `decided_by` a name, or else an address."""

    step: Step
    decided_by: str
    decision: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Summary:
    """A ticket as its evidence folder shows it. `found` is its dossier."""

    institution: str
    timezone: str
    now: datetime
    found: dict[str, Any]
    names: Names
    route: tuple[StepLine, ...]
    events: Sequence[Event]
    tell: Callable[[Event], str]
    last_hash: str

    def exact(self, instant: datetime | str) -> str:
        """The instant on the institution's clocks, with the zone."""
        moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        return present.exact(moment, self.timezone)


def summary_of(
    session: Session, ticket: Ticket, found: dict[str, Any], events: Sequence[Event], now: datetime
) -> Summary:
    """The summary of a ticket, of its dossier and its history."""
    institution = session.get_one(Institution, ticket.institution_id)
    names = Names(catalogues.of_ticket(session, ticket))
    decided = {(event.data["step"], event.data["round"]): event.data for event in events if event.kind == "decided"}
    rows = session.execute(
        select(Step, Person)
        .outerjoin(Person, Person.id == Step.decided_by_id)
        .where(Step.ticket_id == ticket.id, Step.state != "superseded")
        .order_by(Step.round, Step.position)
    )
    return Summary(
        institution=institution.name,
        timezone=institution.timezone,
        now=now,
        found=found,
        names=names,
        route=tuple(
            StepLine(step, person.called if person else "", decided.get((step.key, step.round)))
            for step, person in rows
        ),
        events=events,
        tell=told(names, ticket.request_type),
        last_hash=ticket.last_hash or "",
    )


def html(page: Summary) -> str:
    """`resumen.html`."""
    return environment().get_template("resumen.html").render(page=page)


def readme(page: Summary) -> str:
    """`LEEME.txt`."""
    return environment().get_template("LEEME.txt").render(page=page)


@cache
def environment() -> Environment:
    """Templates beside this module: HTML escapes every value, a misspelt name raises."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals.update(
        status_labels=present.STATUS_LABELS,
        channel_labels=present.CHANNEL_LABELS,
        trust_labels=present.TRUST_LABELS,
        step_states=present.STEP_STATES,
        via_labels=present.VIA_LABELS,
        letter_names=present.LETTER_NAMES,
        document_states=DOCUMENT_STATES,
        directions=DIRECTIONS,
        amount_of=amount_of,
    )
    return made
