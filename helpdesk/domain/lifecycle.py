"""The life of a ticket: its statuses, what each step of a route makes of them, and the moves that are allowed."""

from enum import StrEnum

from helpdesk.domain.catalogue import StepKind
from helpdesk.domain.errors import IllegalMove


class Status(StrEnum):
    """Where a ticket stands. «Reabierto» and «Vencido» are marks, not statuses (glossary)."""

    NEW = "new"
    OPEN = "open"
    WAITING_REQUESTER = "waiting_requester"
    WAITING_APPROVAL = "waiting_approval"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REJECTED = "rejected"
    NOT_FILED = "not_filed"

    @property
    def label(self) -> str:
        """The Spanish name shown to people."""
        return LABELS[self]


class Event(StrEnum):
    """What happens to a ticket and may change its status."""

    WORK = "work"
    ASK_APPROVAL = "ask_approval"
    RETURN = "return"
    RESOLVE = "resolve"
    CLOSE = "close"
    REJECT = "reject"
    EXPIRE = "expire"
    REOPEN = "reopen"
    MERGE = "merge"
    UNMERGE = "unmerge"


LABELS = {
    Status.NEW: "Nuevo",
    Status.OPEN: "En gestión",
    Status.WAITING_REQUESTER: "Devuelto por incompleto",
    Status.WAITING_APPROVAL: "En aprobación",
    Status.RESOLVED: "Resuelto",
    Status.CLOSED: "Cerrado",
    Status.REJECTED: "Rechazado",
    Status.NOT_FILED: "No presentado",
}

STATUS_OF_STEP: dict[StepKind, Status] = {
    "receive": Status.OPEN,
    "validate_documents": Status.OPEN,
    "verify_originals": Status.OPEN,
    "validate_condition": Status.OPEN,
    "classify": Status.OPEN,
    "diagnose": Status.OPEN,
    "capture": Status.OPEN,
    "generate": Status.OPEN,
    "derive": Status.OPEN,
    "approve": Status.WAITING_APPROVAL,
    "execute": Status.OPEN,
    "notify": Status.OPEN,
    "survey": Status.OPEN,
    "close": Status.OPEN,
    # A scheduled step waits for its date behind a ticket that is done for the requester.
    "scheduled": Status.CLOSED,
}
"""The status of a ticket while a step of that kind is active; a step that was returned waits for the requester."""

STATUS_AFTER = {
    Event.WORK: Status.OPEN,
    Event.ASK_APPROVAL: Status.WAITING_APPROVAL,
    Event.RETURN: Status.WAITING_REQUESTER,
    Event.RESOLVE: Status.RESOLVED,
    Event.CLOSE: Status.CLOSED,
    Event.REJECT: Status.REJECTED,
    Event.EXPIRE: Status.NOT_FILED,
    Event.REOPEN: Status.OPEN,
    Event.MERGE: Status.CLOSED,
    # The ticket is what its steps make of it, as on its first day.
    Event.UNMERGE: Status.NEW,
}
_BESIDE_THE_ROUTE = (Event.REOPEN, Event.MERGE, Event.UNMERGE)
EVENT_REACHING = {status: event for event, status in STATUS_AFTER.items() if event not in _BESIDE_THE_ROUTE}

_RUNNING = frozenset(
    {Event.WORK, Event.ASK_APPROVAL, Event.RETURN, Event.RESOLVE, Event.CLOSE, Event.REJECT, Event.MERGE}
)
ALLOWED: dict[Status, frozenset[Event]] = {
    Status.NEW: _RUNNING,
    Status.OPEN: _RUNNING,
    Status.WAITING_APPROVAL: _RUNNING,
    Status.WAITING_REQUESTER: _RUNNING | {Event.EXPIRE},
    Status.RESOLVED: frozenset({Event.CLOSE, Event.REOPEN}),
    Status.CLOSED: frozenset({Event.REOPEN, Event.UNMERGE}),
    Status.REJECTED: frozenset({Event.REOPEN}),
    Status.NOT_FILED: frozenset({Event.REOPEN}),
}


def move(status: Status, event: Event) -> Status:
    """The status after `event`. Raises IllegalMove when the table does not allow it."""
    if event not in ALLOWED[status]:
        raise IllegalMove(f"Un ticket «{status.label}» no admite este paso ({event.value}): actualice la página.")
    return STATUS_AFTER[event]


def status_of(kind: StepKind, *, returned: bool, blocked: bool) -> Status:
    """The ticket's status while a step of that kind waits: for the requester when `returned`, for the desk when it is
    `blocked` (nobody can be asked), else as the table says."""
    if returned:
        return Status.WAITING_REQUESTER
    return Status.OPEN if blocked else STATUS_OF_STEP[kind]
