"""The page of one ticket: what it shows, and the forms it carries.

A change that is refused renders this page again with its sentence and everything that was typed.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain import heldfiles, objections, routes
from helpdesk.domain.catalogue import Catalogue, RequiredDocument
from helpdesk.domain.choices import choices_of
from helpdesk.domain.closing import needs_reason
from helpdesk.domain.errors import HelpdeskError, NotFound
from helpdesk.domain.folding import fold
from helpdesk.domain.material import bound
from helpdesk.models.people import Person
from helpdesk.models.tickets import ENDED, Ticket
from helpdesk.queries import calendars, deadlines, materials, tickets, timeline
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.people import colleagues, organs_of
from helpdesk.queries.timeline import DocumentLine, OriginalLine, TicketPage
from helpdesk.queries.viewers import Viewer, at_ticket
from helpdesk.services import assessment, papers, windows
from helpdesk.web import aroundpage, clockwords, errors, forms, present, ticketevents
from helpdesk.web.happenings import told
from helpdesk.web.names import Names
from helpdesk.web.render import desk_page

PAPER_CHANNELS = ("in_person", "physical_document")
REPLACES = "not_equal:"
PLACES = ("region", "programme", "centre", "organ")
RETURN_TEXT = "Puede responder a este mismo correo adjuntando lo que falta."


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """A document the request type asks for, what it must look like, the files that stand for it, and its original.

    `asks_original`: whether the page offers to mark it as seen.
    """

    key: str
    name: str
    form_code: str | None
    looks: str
    missing: bool
    files: tuple[DocumentLine, ...]
    original: OriginalLine | None
    asks_original: bool

    @property
    def state(self) -> str:
        """confirmed, proposed, seen (on paper only), rejected, missing, or optional when nothing came and nothing is
        needed."""
        states = {line.document.state for line in self.files}
        for state in ("confirmed", "proposed"):
            if state in states:
                return state
        if self.original is not None and self.original.original.kind == "paper":
            return "seen"
        if "rejected" in states:
            return "rejected"
        return "missing" if self.missing else "optional"


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a select, under its group."""

    value: str
    label: str
    group: str = ""


def number_of(who: Viewer, written: str) -> int:
    """The number in «MEF-123». Raises NotFound, for another institution's prefix too."""
    prefix, _, number = written.rpartition("-")
    if prefix.casefold() != who.ticket_prefix.casefold() or not number.isdecimal() or len(number) > 9:
        raise NotFound("No hay un ticket con ese número en su bandeja.")
    return int(number)


def render(
    who: Viewer,
    written: str,
    *,
    template: str = "tickets/page.html",
    problem: HelpdeskError | None = None,
    filled: dict[str, forms.DeskForm] | None = None,
) -> tuple[str, int]:
    """The page and its status: 200, or the problem's own."""
    with transaction() as session:
        ticket = tickets.find(session, who, number_of(who, written))
        who = at_ticket(session, who, ticket.number)
        page = timeline.ticket_page(session, who, ticket)
        html = desk_page(session, who, template, **values(session, who, page, problem, filled or {}))
    return html, errors.status_of(problem) if problem else 200


def values(
    session: Session, who: Viewer, page: TicketPage, problem: HelpdeskError | None, filled: dict[str, forms.DeskForm]
) -> dict[str, Any]:
    """What the template shows."""
    ticket = page.ticket
    catalogue, in_force = catalogues.of_ticket(session, ticket), catalogues.current(session, ticket.institution_id)
    names = Names(catalogue)
    own = ticket_forms(ticket) | aroundpage.empty_forms(ticket)
    active = page.active
    limited = active.step if active else page.not_corrected
    return {
        **aroundpage.shown(session, who, page),
        **ticketevents.shown(session, who, ticket),
        "page": page,
        "ticket": ticket,
        "number": f"{who.ticket_prefix}-{ticket.number}",
        "names": names,
        "spec": names.type_of(ticket.request_type),
        "type_name": names.matter(ticket.kind, ticket.request_type),
        "due": present.due(
            ticket.due_at,
            ticket.status,
            calendars.term_calendar(session, ticket),
            clock.now(),
            stands_still=any(each.until is None for each in page.suspensions),
        ),
        "counted": deadlines.explained(session, ticket),
        "step_due": deadlines.step_explained(session, ticket, limited) if limited else None,
        "instants": clockwords.instants(session, page, who.timezone),
        "times": clockwords.times(session, page),
        "checklist": checklist(names, page),
        "objections": objections.OBJECTIONS,
        "told_objection": objections.told,
        "held_because": heldfiles.WHAT,
        "served": Counter(line.document.attachment_id for line in page.documents),
        "objected": objected(page),
        "observed_already": observed_already(session, ticket, names),
        "loose": loose_files(page),
        "tell": told(names, ticket.request_type),
        "waits": names.waits_for(
            active.step.kind if active else None,
            active.step.role if active else None,
            active.step.scope if active else None,
            active.step.team if active else None,
            ticket.status,
        ),
        "ended": ticket.status in ENDED,
        "mail_needs_reason": needs_reason(names.type_of(ticket.request_type), ticket.channel, "mail"),
        "to_complete": assessment.to_complete(session, ticket) if ticket.status not in ENDED else (),
        "extension": clockwords.extension_offered(session, who, page),
        "lacks_place": lacks_place(catalogue, page),
        "by_hand": bool(active and active.step.kind not in ("approve", "close", "notify")),
        "record_wanted": record_wanted(catalogue, page),
        "replaced": replaced(names, page),
        **closing_words(catalogue, page),
        "papers": papers.pending(session, ticket, active.step if active else None),
        "teams": team_choices(catalogue, ticket),
        "types": type_choices(catalogue, ticket),
        "colleagues": by_name(colleagues(session, who.institution_id)) if who.is_agent else (),
        "belongs_to": organs_of(session, ticket.institution_id),
        "may_decide": bool(
            active and active.step.kind == "approve" and active.step.state == "active" and is_asked(who, page)
        ),
        "materials": materials.authorised(session, who.institution_id) if materials.may_see(in_force, who) else (),
        "electronic_signatures": choices_of(catalogue.institution).electronic_signatures,
        "only_material": bound(in_force, names.type_of(ticket.request_type)),
        "problem": str(problem) if problem else None,
        "forms": own | filled,
        "wrong": next(iter(filled), None),
    }


def ticket_forms(ticket: Ticket) -> dict[str, forms.DeskForm]:
    """The empty forms of the page; each carries the number of changes seen."""
    seen = str(ticket.touched)
    return {
        "reply": forms.ReplyForm(formdata=None, touched=seen),
        "note": forms.NoteForm(formdata=None, touched=seen),
        "return": forms.ReturnForm(
            formdata=None, touched=seen, documents=list(ticket.missing_documents), text=RETURN_TEXT
        ),
        "derive": forms.DeriveForm(formdata=None, touched=seen),
        "assign": forms.AssignForm(formdata=None, touched=seen, person=str(ticket.assignee_id or "")),
        "step": forms.StepForm(formdata=None, touched=seen),
        "close": forms.CloseForm(formdata=None, touched=seen),
        "classify": forms.ClassifyForm(formdata=None, touched=seen, request_type=ticket.request_type),
        "reason": forms.ReasonForm(formdata=None, touched=seen),
        "objection": forms.ObjectionForm(formdata=None, touched=seen),
        "release": forms.ReleaseForm(formdata=None, touched=seen),
        "original": forms.OriginalForm(formdata=None, touched=seen),
        "extend": forms.ExtendForm(formdata=None, touched=seen),
        "goal": forms.GoalTagForm(formdata=None, touched=seen, goal=str(ticket.plan_goal_id or "")),
    }


def by_name(people: tuple[Person, ...]) -> tuple[Person, ...]:
    """People in the order in which one looks for them."""
    return tuple(sorted(people, key=lambda each: (fold(each.name), each.id)))


def lacks_place(catalogue: Catalogue, page: TicketPage) -> bool:
    """Whether the ticket stands still because the place or matter that tells who acts is not known."""
    row = page.active.step if page.active else None
    spec = next((each for each in catalogue.request_types if each.key == page.ticket.request_type), None)
    if row is None or spec is None or page.ticket.blocked_by is None:
        return False
    step = next((each for each in spec.route if each.key == row.key), None)
    if step is None:
        return False
    no_place = step.actor.scope in PLACES and row.scope is None
    return no_place or (step.actor.subject is not None and not page.ticket.fields.get(step.actor.subject))


def replaced(names: Names, page: TicketPage) -> tuple[tuple[str, str], ...]:
    """While the change waits to be made, the datum to change and the one that replaces it, together (R-083)."""
    spec = names.type_of(page.ticket.request_type)
    if spec is None or page.active is None or page.active.step.kind != "execute":
        return ()
    rules = ((field, rule) for field in spec.intake_fields for rule in field.validate)
    keys = [key for field, rule in rules if rule.startswith(REPLACES) for key in (rule[len(REPLACES) :], field.key)]
    values = page.ticket.fields
    return tuple((names.field(spec.key, key), names.value(spec.key, key, values[key])) for key in keys if key in values)


def closing_words(catalogue: Catalogue, page: TicketPage) -> dict[str, Any]:
    """Once the answer that ends the request is what waits: the text that it begins with, of its type (R-179), and what
    the letter adds to it (R-037, R-038)."""
    spec = next((each for each in catalogue.request_types if each.key == page.ticket.request_type), None)
    if spec is None or page.active is None or page.active.step.kind not in ("notify", "close"):
        return {"closing_text": "", "closing_adds": ()}
    adds = (f"los {spec.closure.content}" if spec.closure.content else "", spec.closure.tells.rstrip("."))
    return {"closing_text": catalogue.closing_text(spec), "closing_adds": tuple(each for each in adds if each)}


def record_wanted(catalogue: Catalogue, page: TicketPage) -> str | None:
    """What must be written down to mark the step that waits as done, if anything (R-035, R-038)."""
    spec = next((each for each in catalogue.request_types if each.key == page.ticket.request_type), None)
    step = (
        next((each for each in spec.route if page.active and each.key == page.active.step.key), None) if spec else None
    )
    return routes.record_wanted(spec, step) if spec and step else None


def checklist(names: Names, page: TicketPage) -> tuple[ChecklistLine, ...]:
    """The documents of the request type with what came for each; optional ones that nobody sent stay out."""
    spec = names.type_of(page.ticket.request_type)
    if spec is None:
        return ()
    seen = {line.original.key: line for line in page.originals}
    on_paper = page.ticket.channel in PAPER_CHANNELS
    lines = []
    for document in spec.required_documents:
        files = tuple(line for line in page.documents if line.document.key == document.key)
        missing = document.key in page.ticket.missing_documents
        original = seen.get(document.key)
        bound = document.original_required or document.notarised or document.certified_copy
        if document.mandatory == "always" or missing or files or original or on_paper:
            lines.append(
                ChecklistLine(
                    key=document.key,
                    name=document.name,
                    form_code=document.form_code,
                    looks=looks_of(names, document),
                    missing=missing,
                    files=files,
                    original=original,
                    asks_original=bound or on_paper,
                )
            )
    return tuple(lines)


def objected(page: TicketPage) -> dict[str, str]:
    """What is wrong with the newest file that was rejected, by document."""
    rejected = [line.document for line in page.documents if line.document.state == "rejected"]
    return {document.key: document.objection or "" for document in rejected}


def observed_already(session: Session, ticket: Ticket, names: Names) -> bool:
    """Whether the request was returned as often as its type allows (F-12)."""
    spec = names.type_of(ticket.request_type)
    return spec is not None and windows.used_up(session, ticket, spec)


def looks_of(names: Names, document: RequiredDocument) -> str:
    """What a document must look like, in words (R-019): «firma: solicitante; con sello; se entrega el original»."""
    signers = ", ".join(names.role(role) for role in document.signed_by)
    marks = (
        (f"firma: {signers}", bool(signers)),
        ("con sello", document.sealed),
        ("con reconocimiento de firma", document.notarised),
        ("fiel copia del original", document.certified_copy),
        ("se entrega el original", document.original_required),
    )
    return "; ".join(words for words, holds in marks if holds)


def loose_files(page: TicketPage) -> tuple[Any, ...]:
    """Files the requester sent that stand for no document yet."""
    used = {line.document.attachment_id for line in page.documents}
    return tuple(file for file in page.files if file.id not in used)


def team_choices(catalogue: Catalogue, ticket: Ticket) -> tuple[Choice, ...]:
    """Where a ticket can be derived to: every team, one entry per region or centre where it has one instance each."""
    choices = []
    for team in catalogue.teams:
        places = catalogue.regions if team.per_region else catalogue.centres if team.per_centre else ()
        if not places:
            choices.append(Choice(team.key, team.name))
        choices += [Choice(f"{team.key}/{place.key}", place.name, team.name) for place in places]
    here = ticket.team if ticket.team_scope is None else f"{ticket.team}/{ticket.team_scope}"
    return tuple(choice for choice in choices if choice.value != here)


def type_choices(catalogue: Catalogue, ticket: Ticket) -> tuple[Choice, ...]:
    """The request types, those the machine found likely first."""
    likely = {str(each.get("key", each) if isinstance(each, dict) else each) for each in ticket.candidates}
    ordered = sorted(catalogue.offered_in(ticket.centre), key=lambda item: item.order)
    first = [Choice(item.key, item.name, "Probables") for item in ordered if item.key in likely]
    rest = [Choice(item.key, item.name, "Todos los tipos") for item in ordered if item.key not in likely]
    return (*first, *rest)


def is_asked(who: Viewer, page: TicketPage) -> bool:
    """Whether the active approval is asked of the viewer, by name or by function."""
    active = page.active
    return active is not None and (
        active.step.approver_id == who.person_id or (active.step.role, active.step.scope) in who.roles
    )
