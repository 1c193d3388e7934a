"""What each letter states. Frozen facts, read by the services before they write; a letter looks nothing up.

Whatever a stranger wrote (subjects, names, reasons, file names, values) stands here as plain text and reaches the
templates as a value only. `minimal` letters go to senders without an authentication verdict: they are written in
fixed wording and print none of the sender's text, whatever the facts hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from helpdesk.domain.catalogue import Catalogue, InstitutionSpec, IntakeField
from helpdesk.domain.heldfiles import HeldFile
from helpdesk.domain.options import NOT_TOLD, options_of
from helpdesk.letters.dates import zone_label

EMPTY: tuple[object, ...] = (None, "", [])

Shown = str | bool | int | Decimal | date | datetime | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Institution:
    """Who writes, and how that institution writes dates and numbers."""

    name: str
    timezone: str
    date_format: str
    zone_label: str
    thousands: str = "."
    decimal: str = ","
    language: str = "es"


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """`number` is `MEF-123`, `tag` the mark of subjects `[MEF 123]`, `subject` what the sender wrote there.

    `request_type` is the type's name, None while unclassified; `tracking_url` the page that shows the state (R-181).
    """

    tag: str
    number: str
    subject: str
    request_type: str | None
    tracking_url: str | None = None


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value of the request. Text is printed as it is, a Decimal with the institution's marks, an int plainly (it
    may be a year or a project's number)."""

    label: str
    value: Shown


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file that came or goes with the request; `document` is the catalogue's name of what it is, size in bytes."""

    filename: str
    document: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """A decision taken (R-177). `on_behalf_of` names the holder whom a substitute stood for (R-176)."""

    decision: Literal["approve", "reject"]
    step: str
    by: str
    at: datetime
    role: str = ""
    on_behalf_of: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`filed_at` is the legal filing time (R-119), printed when it differs from `received_at`. `channel` is the key of
    the one by which the request came, `passed_to` names the organ that has the request already (R-117). `completed_at`
    is when a request that had been returned went on: it keeps its filing time (F-12). `only_channel` is the one
    authorised channel with its address, "" where the request came by it (R-014). `held` are files that were set apart
    (R-170)."""

    institution: Institution
    ticket: TicketFacts
    received_at: datetime
    recipient: str = ""
    team: str | None = None
    filed_at: datetime | None = None
    due_at: datetime | None = None
    next_step: str | None = None
    files: tuple[FileFacts, ...] = ()
    minimal: bool = False
    channel: str = "email"
    passed_to: str | None = None
    completed_at: datetime | None = None
    only_channel: str = ""
    held: tuple[HeldFile, ...] = ()

    @property
    def came(self) -> str:
        """What was received, and that it was registered: only what was written is a message."""
        return CAME.get(self.channel, "Recibimos su solicitud y la registramos")

    @property
    def thing(self) -> str:
        """What it is called in a sentence."""
        return "mensaje" if self.channel == "email" else "solicitud"


CAME = {
    "email": "Recibimos su mensaje y lo registramos",
    "in_person": "Registramos la solicitud que hizo en nuestra oficina",
    "phone": "Registramos la solicitud que hizo por teléfono",
    "physical_document": "Recibimos el documento que presentó en papel y lo registramos",
    "suggestion_box": "Recibimos lo que dejó en el buzón de sugerencias y lo registramos",
}


@dataclass(frozen=True, slots=True)
class MissingDocument:
    """A document of the catalogue that did not come, or not as it should be.

    `signed_by` are names of roles. `objection` says what is wrong with what came; "" when nothing did. `form_url` is
    the blank form itself; without it `form_name` names the form, and `form_page` is the service's page, which says how
    to get it.
    """

    name: str
    form_code: str | None = None
    signed_by: tuple[str, ...] = ()
    sealed: bool = False
    notarised: bool = False
    certified_copy: bool = False
    original_required: bool = False
    form_url: str | None = None
    objection: str = ""
    form_name: str = ""
    form_page: str = ""


@dataclass(frozen=True, slots=True)
class InvalidValue:
    """A value that breaks a rule; `sentence` says what is wrong and what is valid, without repeating the value."""

    label: str
    sentence: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnedIncomplete:
    """Everything that stands in the way, at once: documents, data, invalid values, and who may ask (R-090).

    `who_may_ask` (names of roles) is set only when the requester is not entitled. `clock` says whether the term had
    begun. `text` is what the agent adds; it is printed in minimal letters too, for a person of ours wrote it.
    `answer_by` ends the time for completing (R-172); `round` counts the returns of this ticket from 1 (R-171).
    `only_channel` is the one authorised channel with its address, "" where the request came by it (R-014). `held` are
    files that were set apart (R-170).
    """

    institution: Institution
    ticket: TicketFacts
    recipient: str = ""
    documents: tuple[MissingDocument, ...] = ()
    data: tuple[str, ...] = ()
    invalid: tuple[InvalidValue, ...] = ()
    who_may_ask: tuple[str, ...] = ()
    text: str = ""
    clock: Literal["not_started", "paused", "none"] = "not_started"
    answer_by: datetime | None = None
    round: int = 1
    team: str | None = None
    minimal: bool = False
    only_channel: str = ""
    held: tuple[HeldFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What an approver needs to decide. `scope` names the region or programme, `on_behalf_of` the absent holder.

    `answer_by_mail` is false where the institution takes no decisions by mail: then only the page is offered.
    `requester_verified` is false when the request's sender had no authentication verdict. `changed`: it was asked
    before, about another request, of which `overtaken` are the decisions. `question` is what the approver wanted to
    know, `answer` what the requester wrote since. `amended` is what was written to correct, add or withdraw.
    `own_before` are the functions in which the reader approved it already, `function` the one asked now.
    `stands_still`: the term does not run while the reader thinks, so that `due_at` moves (Q-04).
    """

    institution: Institution
    ticket: TicketFacts
    step: str
    requester: str
    page_url: str
    recipient: str = ""
    entity: str = ""
    scope: str = ""
    reason: str = ""
    fields: tuple[FieldValue, ...] = ()
    files: tuple[FileFacts, ...] = ()
    earlier: tuple[DecisionFacts, ...] = ()
    due_at: datetime | None = None
    on_behalf_of: str | None = None
    if_approved: str | None = None
    answer_by_mail: bool = True
    requester_verified: bool = True
    changed: bool = False
    overtaken: tuple[DecisionFacts, ...] = ()
    question: str = ""
    answer: str = ""
    amended: tuple[str, ...] = ()
    function: str = ""
    own_before: tuple[str, ...] = ()
    stands_still: bool = False


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """The approver's answer decided nothing (R-174): `cause` says why, `answer` is the new text of that answer.

    `confirmation_required`: the institution confirms every decision taken by mail on the page.
    `not_verified`: nothing proves that the answer came from the approver. `request_changed`: it was asked before.
    `other_ticket`: the answer names another ticket. `stands_still` as in `ApprovalRequest`.
    """

    institution: Institution
    ticket: TicketFacts
    step: str
    page_url: str
    cause: Literal[
        "conditional", "delayed", "contradictory", "unclear", "no_reason", "confirmation_required", "not_verified",
        "request_changed", "other_ticket",
    ]  # fmt: skip
    recipient: str = ""
    answer: str = ""
    due_at: datetime | None = None
    stands_still: bool = False


@dataclass(frozen=True, slots=True)
class Clarification:
    """Whoever decides (`by`) asks the requester before deciding; `paused`: the term stands still meanwhile."""

    institution: Institution
    ticket: TicketFacts
    step: str
    by: str
    question: str
    recipient: str = ""
    paused: bool = False


@dataclass(frozen=True, slots=True)
class DecisionNotice:
    """Tells the requester, or those who approved before (R-073), what was decided. `next_step`: how it goes on."""

    institution: Institution
    ticket: TicketFacts
    decision: DecisionFacts
    audience: Literal["requester", "approver"]
    recipient: str = ""
    next_step: str | None = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """To the holder or team who now has the ticket; `ticket_url` is its page on the desk."""

    institution: Institution
    ticket: TicketFacts
    team: str
    requester: str
    ticket_url: str
    recipient: str = ""
    entity: str = ""
    by: str | None = None
    step: str | None = None
    reason: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PassedOn:
    """The request passed to another organ (R-117). `holder` is the function that follows it up there."""

    institution: Institution
    ticket: TicketFacts
    passed_to: str
    at: datetime
    holder: str = ""
    recipient: str = ""
    minimal: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """The matter of `ticket` goes on in the ticket `into` (its number), R-187. An approver is told that the answer
    decides nothing."""

    institution: Institution
    ticket: TicketFacts
    into: str
    audience: Literal["requester", "approver"]
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Consultation:
    """A question to an organ about the case `about` (R-109); `agent` asks. The reply is the answer."""

    institution: Institution
    ticket: TicketFacts
    about: str
    text: str
    agent: str
    ticket_url: str
    recipient: str = ""
    addressee: str = ""
    team: str | None = None
    on_behalf_of: str | None = None
    files: tuple[FileFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An agent's answer; `text` is the agent's own."""

    institution: Institution
    ticket: TicketFacts
    text: str
    agent: str
    recipient: str = ""
    team: str | None = None
    files: tuple[FileFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosingAnswer:
    """An agent's answer that closes (R-042, R-179); until `reopen_until` a reply reopens, later it opens a linked
    ticket (R-180). `done` is what was recorded of the work under the title `done_title` (R-037), `notice` what every
    closing of the type tells (R-038)."""

    institution: Institution
    ticket: TicketFacts
    text: str
    agent: str
    recipient: str = ""
    team: str | None = None
    files: tuple[FileFacts, ...] = ()
    reopen_until: datetime | None = None
    survey_url: str | None = None
    done_title: str = ""
    done: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class SelfService:
    """How to help oneself: the access steps of the catalogue. Carries no credential and no personal link."""

    institution: Institution
    ticket: TicketFacts
    steps: tuple[str, ...]
    recipient: str = ""
    service_url: str | None = None
    link_valid_hours: int | None = None
    minimal: bool = False


@dataclass(frozen=True, slots=True)
class NotFiled:
    """The time for completing ran out (R-172). `missing` names what never came, `expired_at` when the time ended."""

    institution: Institution
    ticket: TicketFacts
    expired_at: datetime
    recipient: str = ""
    missing: tuple[str, ...] = ()
    minimal: bool = False


@dataclass(frozen=True, slots=True)
class Extended:
    """The term was prolonged by `added` («15 días calendario»), R-051; the reason is the agent's own."""

    institution: Institution
    ticket: TicketFacts
    due_before: datetime
    due_after: datetime
    recipient: str = ""
    added: str = ""
    reason: str = ""
    team: str | None = None


@dataclass(frozen=True, slots=True)
class ExtensionDropped:
    """An extension that was announced counts no more: the request is of another type now (R-051). `announced` is the
    date it was announced to; `due_at` the one that holds, None while the term does not run; `has_term`: the type has
    one."""

    institution: Institution
    ticket: TicketFacts
    announced: datetime
    due_at: datetime | None = None
    has_term: bool = True
    recipient: str = ""
    team: str | None = None


@dataclass(frozen=True, slots=True)
class EventNotice:
    """A training or assistance that the requester asked for is planned, changes, or will not take place (R-111).

    `kind` in words («capacitación»). `reason` why it was cancelled, the agent's
    own words.
    """

    institution: Institution
    ticket: TicketFacts
    change: Literal["planned", "moved", "cancelled"]
    kind: str
    subject: str
    starts_at: datetime
    ends_at: datetime
    recipient: str = ""
    place: str = ""
    centre: str = ""
    given_by: str = ""
    reason: str = ""
    team: str | None = None


@dataclass(frozen=True, slots=True)
class OtherChannel:
    """The request belongs to another channel (R-014, R-160). `channel` in words, `where` its address, page or office.

    `exclusive`: what came by mail is not attended. `handed_to`: the team that got it nevertheless.
    """

    institution: Institution
    ticket: TicketFacts
    channel: str
    where: str
    recipient: str = ""
    explanation: str = ""
    exclusive: bool = True
    handed_to: str | None = None
    minimal: bool = False


@dataclass(frozen=True, slots=True)
class ApprovalReminder:
    """An approval still waits (R-178); `overdue`: the approver's own time to decide is over. `stands_still` as in
    `ApprovalRequest`."""

    institution: Institution
    ticket: TicketFacts
    step: str
    requester: str
    page_url: str
    asked_at: datetime
    recipient: str = ""
    due_at: datetime | None = None
    on_behalf_of: str | None = None
    answer_by_mail: bool = True
    overdue: bool = False
    stands_still: bool = False


@dataclass(frozen=True, slots=True)
class DeskNotice:
    """A note to the team of the desk. `who` is the person or address it is about, `detail` what is known."""

    institution: Institution
    ticket: TicketFacts
    kind: Literal[
        "undelivered", "approver_absent", "approver_missing", "own_request", "asked_too_often", "request_amended",
        "request_withdrawn", "nobody_holds", "due_soon", "escalated",
        "consultation_answered",
        "followed_message", "followed_decision", "followed_end", "scheduled_due",
    ]  # fmt: skip
    ticket_url: str
    who: str = ""
    step: str | None = None
    detail: str = ""
    recipient: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """Something to do that belongs to no ticket (R-130, R-131). `kind`: asked of a function for a `month` in words,
    reminded, or a content for which the reader was named responsible. `data` are labels and values of the request that
    answers it, which a reply to this letter becomes; empty where none does.
    """

    institution: Institution
    tag: str
    kind: Literal["asked", "reminded", "content"]
    title: str
    due_on: date
    page_url: str
    month: str = ""
    function: str = ""
    channel: str = ""
    recipient: str = ""
    on_behalf_of: str | None = None
    data: tuple[tuple[str, str], ...] = ()


def institution_of(spec: InstitutionSpec) -> Institution:
    """The institution of a catalogue as the letters show it."""
    return Institution(
        name=spec.name,
        timezone=spec.timezone,
        date_format=spec.date_format,
        zone_label=zone_label(spec.country, spec.timezone),
        thousands=spec.number_format.thousands,
        decimal=spec.number_format.decimal,
        language=spec.language,
    )


def shown_fields(
    catalogue: Catalogue, fields: Iterable[IntakeField], values: Mapping[str, object]
) -> tuple[FieldValue, ...]:
    """The ticket's values in the order of the type's `intake_fields`, with labels and the names of choices and places.

    Empty ones are left out, but for those without which no request is complete: who decides sees that they were not
    told. `values` is the ticket's `fields`: JSON values, dates and instants in ISO 8601.
    """
    given = ((field, values.get(field.key)) for field in fields)
    return tuple(
        FieldValue(field.label, NOT_TOLD if value in EMPTY else _shown(catalogue, field, value))
        for field, value in given
        if value not in EMPTY or field.required == "always"
    )


def _shown(catalogue: Catalogue, field: IntakeField, value: object) -> Shown:
    if isinstance(value, list | tuple):
        names = {option.key: option.name for option in options_of(catalogue, field)}
        return tuple(names.get(str(item), str(item)) for item in value)
    if isinstance(value, bool | int | Decimal):
        return value
    text = str(value)
    if field.type in ("date", "datetime"):
        return _moment(text, field.type)
    return next((option.name for option in options_of(catalogue, field) if option.key == text), text)


def _moment(text: str, kind: str) -> Shown:
    """The day or instant that the text writes; the text itself when it is none, or an instant without offset."""
    try:
        if kind == "date":
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return instant if instant.tzinfo else text
