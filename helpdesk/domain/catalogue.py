"""The shape of an institution's catalogue (one YAML file under `helpdesk/institutions/`).

These frozen dataclasses are the schema: `helpdesk.cataloguefile` validates a file into them with pydantic
(`__pydantic_config__` is plain data, the domain imports nothing). Keys are those of the file; the two YAML keys that
Python reserves or cannot spell are renamed while reading: `in` -> `any_of`, `not_in` -> `none_of`.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol, TypeVar

Unit = Literal["minutes", "business_hours", "business_days", "hours", "weeks", "calendar_days"]
StepKind = Literal[
    "receive", "validate_documents", "verify_originals", "validate_condition", "classify", "diagnose", "capture",
    "generate", "derive", "approve", "execute", "notify", "survey", "scheduled", "close",
]  # fmt: skip
OutcomeAction = Literal[
    "return_incomplete", "close_rejected", "return_to_requester", "back_to", "redirect_channel", "warn"
]
Side = Literal["requester", "approver", "staff"]
Scope = Literal["institution", "region", "programme", "entity", "centre", "organ", "none", "self"]
FieldType = Literal[
    "text", "long_text", "integer", "bool", "date", "datetime", "email", "phone", "choice", "list", "cedula", "ruc",
    "rut", "dni", "captcha", "choice_region", "choice_centre", "choice_organ",
]  # fmt: skip
Required = Literal["always", "conditional", "optional"]
RequestedEvent = Literal["training", "technical_assistance"]
Kept = Literal["content_tasks", "materials"]
ChannelKey = str
Origin = str

ANY_ORGAN = "organ"
"""The technical dependency of a role whose holders belong to one organ or another (R-101)."""

FORBID_EXTRA: dict[str, Any] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class NumberFormat:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    thousands: str
    decimal: str


@dataclass(frozen=True, slots=True)
class InstitutionSpec:
    """Who owns the mailboxes, teams and catalogue (the tenant)."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    short_name: str
    country: str
    language: str
    timezone: str
    ticket_prefix: str
    number_format: NumberFormat
    date_format: str
    identity_documents: tuple[str, ...]
    fallback_team: str
    sources: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HolidaySpec:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    provider: str
    country: str
    categories: tuple[str, ...]
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """Opening hours per weekday (`mon`…`sun`: list of `[open, close]`, close exclusive) and holidays (R-182)."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    country: str
    timezone: str
    hours: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], tuple[tuple[str, str], ...]]
    holidays: HolidaySpec
    subdivision: str | None = None
    source: Origin = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RegionSpec:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    iso: str | None = None


@dataclass(frozen=True, slots=True)
class OfficeSpec:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    region: str
    address: str
    phone: str | None = None
    verified: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class CentreSpec:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    region: str
    mailbox: str
    mesa_partes_mailbox: str
    suggestion_mailbox: str
    positions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganSpec:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    kind: Literal["linea", "apoyo"]


@dataclass(frozen=True, slots=True)
class ProgrammeSpec:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class AccessRoleSpec:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    uses: str
    seats_per_entity: int
    sector: str
    requires_qualification: bool = False


@dataclass(frozen=True, slots=True)
class BeneficiarySpec:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A function a person holds; `scope` says what the authority is bound to, `alias_of` whose holder it shares,
    `works_in` the team whose queue its holders work (R-101), `reads` what they may read beyond their own place: the
    services given in all centres (R-103).

    `keeps`: what its holders look after, content tasks (R-131) or the library of authorised material (R-126).
    """

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    side: Side
    scope: Scope
    alias_of: str | None = None
    administrative_dependency: str | None = None
    technical_dependency: str | None = None
    keeps: tuple[Kept, ...] = ()
    works_in: str | None = None
    reads: Literal["centres"] | None = None


@dataclass(frozen=True, slots=True)
class TeamSpec:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    kind: Literal["front_office", "back_office", "regional", "unit", "external_unit", "supervision"]
    calendar: str
    parent: str | None = None
    per_region: bool = False
    per_centre: bool = False
    supervised_by: str | None = None


@dataclass(frozen=True, slots=True)
class MailboxSpec:
    """A shared mailbox; `accepts` is `"*"` or the request types expected there."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    address: str
    name: str
    team: str
    accepts: Literal["*"] | tuple[str, ...]
    region: str | None = None
    centre: str | None = None
    trusted_senders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HolderSpec:
    """Who holds a role when the catalogue is first loaded, with the subjects attended (R-108) and the organ (R-101)."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    role: str
    scope: str | None
    address: str
    subjects: tuple[str, ...] = ()
    organ: str | None = None


@dataclass(frozen=True, slots=True)
class PeriodicTaskSpec:
    """Work that comes again each period (R-130). `inputs_from` are the functions that are asked, each of its places;
    without any the owner is.

    `answered_by` is the request type that answers it (`output: request:TYPE` says the same), with `purpose` only a
    request for that. `several`: one request is not all of it, so whoever is asked says when it is done. `due_day` is a
    day of the month; None: its last working day.
    """

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    frequency: str
    owner_role: str
    output: str
    footer: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    inputs_from: tuple[str, ...] = ()
    answered_by: str | None = None
    purpose: str | None = None
    several: bool = False
    due_day: int | None = None

    @property
    def answer_type(self) -> str | None:
        """The key of the request type that answers the task; None when it is answered otherwise."""
        kind, _, key = self.output.partition(":")
        return self.answered_by or (key if kind == "request" and key else None)


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` is an intake field or one of channel, mailbox, requester_role, step, escala. One list is given."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    field: str
    any_of: tuple[str | bool, ...] | None = None
    none_of: tuple[str | bool, ...] | None = None


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: ChannelKey
    mailbox: str | None = None
    office: str | None = None
    exclusive: bool = False
    condition: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """A paper or file that the type asks for (requisito), R-019."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    form_code: str | None
    signed_by: tuple[str, ...]
    sealed: bool
    notarised: bool
    certified_copy: bool
    original_required: bool
    mandatory: Required
    match: tuple[str, ...]
    source: Origin
    when: Condition | None = None
    template: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class IntakeField:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    label: str
    type: FieldType
    required: Required
    source: Origin
    choices: tuple[Choice, ...] = ()
    validate: tuple[str, ...] = ()
    when: Condition | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepActor:
    """Who acts: a team, or the holder of a role (with a scope: the one of the ticket's region, programme …). `subject`
    is the intake field that says which of several holders attends (R-108)."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    team: str | None = None
    role: str | None = None
    scope: Scope | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class StepOutcome:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    action: OutcomeAction
    notify: tuple[str, ...] = ()
    step: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class StepTarget:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    amount: int
    unit: Unit
    starts_at: Literal["last_approval"]


@dataclass(frozen=True, slots=True)
class StepSpec:
    """An act of a route. `before_any_answer`: until this approval is given nobody of ours answers the requester at
    all (R-125)."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    kind: StepKind
    name: str
    actor: StepActor
    when: Condition | None = None
    enabled: bool = True
    on_incomplete: StepOutcome | None = None
    on_reject: StepOutcome | None = None
    target: StepTarget | None = None
    channel: str | None = None
    notify: tuple[str, ...] = ()
    at: str | None = None
    before_any_answer: bool = False
    inferred: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    amount: int | None
    unit: Unit
    reason_required: bool
    notify_requester: bool
    max_times: int


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    amount: int
    unit: Unit
    source: Origin = ""


@dataclass(frozen=True, slots=True)
class DeadlineSpec:
    """Plazo de respuesta: `starts_at` `received`, or `complete` (nothing mandatory is missing)."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    amount: int
    unit: Unit
    calendar: str
    starts_at: Literal["received", "complete"]
    pauses_on: tuple[str, ...]
    extendable: bool
    quote: str
    source: Origin
    extension: Extension | None = None
    warning: EarlyWarning | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CompletionWindow:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    amount: int
    unit: Unit
    times: int
    on_expiry: str
    source: Origin = ""


@dataclass(frozen=True, slots=True)
class Cost:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    amount: float
    currency: str
    label: str


@dataclass(frozen=True, slots=True)
class Links:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    form: str | None = None
    online: str | None = None


@dataclass(frozen=True, slots=True)
class GeneratedDocument:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    format: str
    signer: str | None
    when: str


@dataclass(frozen=True, slots=True)
class ActivationLink:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    valid_hours: int
    clock: Literal["elapsed"]
    single_use: bool
    sent_to: Literal["new_user", "registered_user"]
    on_expiry: str


@dataclass(frozen=True, slots=True)
class Closure:
    """How a request ends. `template` names the closing text that an agent begins with (R-179), `content` what the
    closing letter tells of the work done, as the step recorded it (R-037), `tells` what it says in any case (R-038)."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    method: Literal["reply_by_email", "notify_email", "same_channel", "in_person", "phone", "internal", "self_service"]
    template: str
    reply_to: str | None = None
    content: str = ""
    tells: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClosingText:
    """The words with which an agent begins the answer that ends a request (R-179)."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Survey:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    enabled: bool
    when: str
    kind: str
    source: Origin


@dataclass(frozen=True, slots=True)
class EventsSpec:
    """A request of the type asks for an event (R-111): of which kind, and which of its data give the event's subject,
    its matter (an administrative system, one of that datum's choices) and the day proposed."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    kind: RequestedEvent
    subject: str | None = None
    matter: str | None = None
    day: str | None = None


@dataclass(frozen=True, slots=True)
class Reporting:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    lotaip: bool
    metric: str


@dataclass(frozen=True, slots=True)
class MonthlySpec:
    """What requests of a type bring month by month; keys of its intake fields (R-129, R-130).

    `month`: the month it is for; `text`: what is compiled; `purpose`: for what it is sent; `topic`: what it is about.
    """

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    month: str
    text: str | None = None
    purpose: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Accent-less lower-case fragments of subject or body that speak for (`any`) or against (`none`) a type."""

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    any: tuple[str, ...]
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    file: str
    quote: str


@dataclass(frozen=True, slots=True, eq=False)
class RequestType:
    """One service of the institution (R-002): what is asked, of whom, by which route and until when. `centre` names the
    one that alone offers it; None is national (R-106).

    Like its catalogue it is the same only as itself, so that what follows from it can be kept (`domain.kept`).
    `events`: what is asked for is an event, which is coordinated with an organ and has a list of who came (R-111).
    `kept_from_place`: it may be about the people of the place that it names, who do not see it (R-113).
    """

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    key: str
    name: str
    order: int
    level: Literal["core", "extended"]
    description: str
    beneficiaries: tuple[str, ...]
    who_may_request: tuple[str, ...]
    channels: tuple[ChannelSpec, ...]
    access: tuple[str, ...]
    required_documents: tuple[RequiredDocument, ...]
    intake_fields: tuple[IntakeField, ...]
    responsible_team: str
    route: tuple[StepSpec, ...]
    internal_procedure: tuple[str, ...]
    deadline: DeadlineSpec | None
    service_hours: str
    cost: Cost | None
    offices: tuple[str, ...]
    automated: bool
    links: Links
    generated_documents: tuple[GeneratedDocument, ...]
    closure: Closure
    survey: Survey
    reporting: Reporting
    match: Match
    completion_window: CompletionWindow | None = None
    activation_link: ActivationLink | None = None
    events: EventsSpec | None = None
    monthly: MonthlySpec | None = None
    centre: str | None = None
    kept_from_place: bool = False
    seed_values: dict[str, dict[str, int]] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()

    def step(self, key: str) -> StepSpec:
        """The step of the route with that key. Raises KeyError."""
        return next_by_key(self.route, key)

    def document(self, key: str) -> RequiredDocument:
        """The required document with that key. Raises KeyError."""
        return next_by_key(self.required_documents, key)

    def field(self, key: str) -> IntakeField:
        """The intake field with that key. Raises KeyError."""
        return next_by_key(self.intake_fields, key)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Everything an institution configures, at one version.

    `content_channels` are where its contents appear (R-131).
    """

    __pydantic_config__: ClassVar[Any] = FORBID_EXTRA
    schema_version: Literal[1]
    institution: InstitutionSpec
    calendars: tuple[CalendarSpec, ...]
    regions: tuple[RegionSpec, ...]
    offices: tuple[OfficeSpec, ...]
    beneficiaries: tuple[BeneficiarySpec, ...]
    roles: tuple[RoleSpec, ...]
    teams: tuple[TeamSpec, ...]
    mailboxes: tuple[MailboxSpec, ...]
    directory: tuple[HolderSpec, ...]
    periodic_tasks: tuple[PeriodicTaskSpec, ...]
    request_types: tuple[RequestType, ...]
    centres: tuple[CentreSpec, ...] = ()
    organs: tuple[OrganSpec, ...] = ()
    programmes: tuple[ProgrammeSpec, ...] = ()
    access_roles: tuple[AccessRoleSpec, ...] = ()
    content_channels: tuple[Choice, ...] = ()
    closing_texts: tuple[ClosingText, ...] = ()

    def closing_text(self, request_type: RequestType) -> str:
        """What an agent begins the closing answer with; empty where the type names no text."""
        return next((each.text for each in self.closing_texts if each.key == request_type.closure.template), "")

    def request_type(self, key: str) -> RequestType:
        """The request type with that key. Raises KeyError."""
        return next_by_key(self.request_types, key)

    def offered_in(self, centre: str | None) -> tuple[RequestType, ...]:
        """The request types that a centre offers: the national ones and its own (R-106)."""
        return tuple(each for each in self.request_types if each.centre in (None, centre))

    def team(self, key: str) -> TeamSpec:
        """The team with that key. Raises KeyError."""
        return next_by_key(self.teams, key)

    def role(self, key: str) -> RoleSpec:
        """The role with that key. Raises KeyError."""
        return next_by_key(self.roles, key)

    def mailbox(self, key: str) -> MailboxSpec:
        """The mailbox with that key. Raises KeyError."""
        return next_by_key(self.mailboxes, key)

    def calendar(self, key: str) -> CalendarSpec:
        """The calendar with that key. Raises KeyError."""
        return next_by_key(self.calendars, key)

    def place_name(self, scope: str | None) -> str:
        """The name of a region, programme, centre or organ; empty for the whole institution (None)."""
        names = {
            **{region.key: region.name for region in self.regions},
            **{programme.key: programme.name for programme in self.programmes},
            **{centre.key: centre.name for centre in self.centres},
            **{organ.key: organ.name for organ in self.organs},
        }
        return names.get(scope, scope) if scope else ""


class Keyed(Protocol):
    """An entry of the catalogue that is found by its key."""

    @property
    def key(self) -> str:
        """Unique among its siblings."""
        ...


Entry = TypeVar("Entry", bound=Keyed)


def next_by_key(items: tuple[Entry, ...], key: str) -> Entry:
    """The item whose `key` is that. Raises KeyError naming the key."""
    for item in items:
        if item.key == key:
            return item
    raise KeyError(key)
