"""What a ticket's page shows of the tickets and people around it, and the forms for it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.messages import Attachment
from helpdesk.models.steps import Step
from helpdesk.models.tickets import ENDED, Ticket
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import following, links, merges, timeline
from helpdesk.queries.consultations import Addressee, askable
from helpdesk.queries.timeline import Talk, TicketPage
from helpdesk.queries.viewers import Viewer, reach
from helpdesk.services import consultations
from helpdesk.web import forms
from helpdesk.web.present import LINK_WORDS

LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A linked ticket: in what it is linked, and what can be taken back: `unlink` a link, `undo` a merge."""

    id: int
    words: str
    other: Ticket
    takes_back: str | None


@dataclass(frozen=True, slots=True)
class Splittable:
    """A message that another ticket can be opened from."""

    id: int
    label: str
    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class MergedTicket:
    """A ticket that was merged into the one shown, with its conversation."""

    ticket: Ticket
    talks: tuple[Talk, ...]


@dataclass(frozen=True, slots=True)
class Organ:
    """Somebody who can be consulted, as an entry of a select."""

    value: str
    label: str
    group: str


def shown(session: Session, who: Viewer, page: TicketPage) -> dict[str, Any]:
    """What the templates need besides the ticket itself."""
    ticket = page.ticket
    works = who.is_agent and ticket.status not in ENDED and ticket.kind == "request"
    merged = merged_tickets(session, who, ticket)
    return {
        "around": tuple(
            LinkLine(
                tie.link.id,
                LINK_WORDS[tie.link.kind, tie.direction],
                tie.other,
                {"related": "unlink", "merged": "undo"}.get(tie.link.kind),
            )
            for tie in links.ties(session, ticket, reach(who))
        ),
        "merged": merged,
        "came_for": {each.ticket.id: f"{who.ticket_prefix}-{each.ticket.number}" for each in merged},
        "merged_into": merged_into(session, who, ticket),
        "splittable": splittable(page) if works else (),
        "organs": organs(session, who) if works else (),
        "follows": following.follows(session, ticket.id, who.person_id) if works else False,
        "may_answer": ticket.kind == "consultation"
        and ticket.status not in ENDED
        and consultations.may_answer(session, ticket, who.person_id),
        "tasks": tuple(line.step for line in page.route if is_task(line.step)),
    }


def empty_forms(ticket: Ticket) -> dict[str, forms.DeskForm]:
    """The forms, each with the number of changes seen."""
    seen = str(ticket.touched)
    return {
        "link": forms.LinkForm(formdata=None, touched=seen),
        "merge": forms.MergeForm(formdata=None, touched=seen),
        "split": forms.SplitForm(formdata=None, touched=seen),
        "consult": forms.ConsultForm(formdata=None, touched=seen),
        "absolve": forms.ReplyForm(formdata=None, touched=seen),
        "withdraw": forms.ReasonForm(formdata=None, touched=seen),
        "move": forms.DayForm(formdata=None, touched=seen),
    }


def addressee(value: str) -> Addressee:
    """Whom an entry of the select stands for; an unknown value is refused by the service."""
    kind, _, rest = value.partition(":")
    key, _, scope = rest.partition("/")
    return Addressee(key, None, scope or None) if kind == "role" else Addressee(None, key, scope or None)


def organs(session: Session, who: Viewer) -> tuple[Organ, ...]:
    """Everybody who can be consulted: functions with a holder, and teams with members."""
    catalogue = catalogues.current(session, who.institution_id)
    found = []
    for each in askable(session, catalogue, who.institution_id):
        kind, key = ("role", each.role) if each.role else ("team", each.team)
        value = f"{kind}:{key}/{each.scope}" if each.scope else f"{kind}:{key}"
        found.append(Organ(value, each.name(catalogue), "Funciones" if each.role else "Equipos"))
    return tuple(found)


def splittable(page: TicketPage) -> tuple[Splittable, ...]:
    """The letters that came to the ticket, each with its files."""
    talks = [item.talk for item in page.items if item.talk is not None]
    return tuple(
        Splittable(
            talk.message.id,
            f"{talk.message.from_name or talk.message.from_address}: {' '.join(talk.shown.split())[:LONGEST_SHOWN]}",
            tuple(file for file in talk.files if not file.inline),
        )
        for talk in talks
        if talk.message.direction == "inbound" and talk.message.kind == "letter"
    )


def merged_tickets(session: Session, who: Viewer, ticket: Ticket) -> tuple[MergedTicket, ...]:
    """The tickets that were merged into this one and that the viewer may see."""
    family = merges.family(session, ticket.id) - {ticket.id}
    if not family:
        return ()
    found = session.scalars(select(Ticket).where(Ticket.id.in_(family), reach(who)).order_by(Ticket.id)).all()
    return tuple(MergedTicket(each, timeline.conversation(session, each)) for each in found)


def merged_into(session: Session, who: Viewer, ticket: Ticket) -> str | None:
    """The number of the ticket in which the matter goes on; None for a ticket of its own."""
    if ticket.merged_into_id is None:
        return None
    return f"{who.ticket_prefix}-{session.get_one(Ticket, merges.end_of(session, ticket.id)).number}"


def is_task(step: Step) -> bool:
    """Whether the step is a task for a day of its own that nobody has dealt with."""
    return step.kind == "scheduled" and step.state in ("to_come", "active")
