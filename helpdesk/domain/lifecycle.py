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


class StepState(StrEnum):
    """How a step of the route stands when it decides the ticket's status."""

    ACTIVE = "active"
    RETURNED = "returned"


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

STATUS_OF_STEP: dict[tuple[StepKind, StepState], Status] = {
    ("receive", StepState.ACTIVE): Status.OPEN,
    ("validate_documents", StepState.ACTIVE): Status.OPEN,
    ("validate_documents", StepState.RETURNED): Status.WAITING_REQUESTER,
    ("verify_originals", StepState.ACTIVE): Status.OPEN,
    ("verify_originals", StepState.RETURNED): Status.WAITING_REQUESTER,
    ("validate_condition", StepState.ACTIVE): Status.OPEN,
    ("validate_condition", StepState.RETURNED): Status.WAITING_REQUESTER,
    ("classify", StepState.ACTIVE): Status.OPEN,
    ("diagnose", StepState.ACTIVE): Status.OPEN,
    ("capture", StepState.ACTIVE): Status.OPEN,
    ("generate", StepState.ACTIVE): Status.OPEN,
    ("derive", StepState.ACTIVE): Status.OPEN,
    ("approve", StepState.ACTIVE): Status.WAITING_APPROVAL,
    ("approve", StepState.RETURNED): Status.WAITING_REQUESTER,
    ("execute", StepState.ACTIVE): Status.OPEN,
    ("notify", StepState.ACTIVE): Status.OPEN,
    ("survey", StepState.ACTIVE): Status.OPEN,
    ("close", StepState.ACTIVE): Status.OPEN,
    # A scheduled step waits for its date behind a ticket that is done for the requester.
    ("scheduled", StepState.ACTIVE): Status.CLOSED,
}

STATUS_AFTER = {
    Event.WORK: Status.OPEN,
    Event.ASK_APPROVAL: Status.WAITING_APPROVAL,
    Event.RETURN: Status.WAITING_REQUESTER,
    Event.RESOLVE: Status.RESOLVED,
    Event.CLOSE: Status.CLOSED,
    Event.REJECT: Status.REJECTED,
    Event.EXPIRE: Status.NOT_FILED,
    Event.REOPEN: Status.OPEN,
}
EVENT_REACHING = {status: event for event, status in STATUS_AFTER.items() if event is not Event.REOPEN}

_RUNNING = frozenset({Event.WORK, Event.ASK_APPROVAL, Event.RETURN, Event.RESOLVE, Event.CLOSE, Event.REJECT})
ALLOWED: dict[Status, frozenset[Event]] = {
    Status.NEW: _RUNNING,
    Status.OPEN: _RUNNING,
    Status.WAITING_APPROVAL: _RUNNING,
    Status.WAITING_REQUESTER: _RUNNING | {Event.EXPIRE},
    Status.RESOLVED: frozenset({Event.CLOSE, Event.REOPEN}),
    Status.CLOSED: frozenset({Event.REOPEN}),
    Status.REJECTED: frozenset({Event.REOPEN}),
    Status.NOT_FILED: frozenset({Event.REOPEN}),
}


def move(status: Status, event: Event) -> Status:
    """The status after `event`. Raises IllegalMove when the table does not allow it."""
    if event not in ALLOWED[status]:
        raise IllegalMove(f"Un ticket «{status.label}» no admite este paso ({event.value}): actualice la página.")
    return STATUS_AFTER[event]


def status_of_step(kind: StepKind, state: StepState = StepState.ACTIVE) -> Status:
    """The ticket's status while that step decides it. Raises IllegalMove for a step that cannot stand so."""
    status = STATUS_OF_STEP.get((kind, state))
    if status is None:
        raise IllegalMove(f"Un paso «{kind}» no se puede devolver: elija un paso de validación o aprobación.")
    return status


def is_open(status: Status) -> bool:
    """Whether somebody still owes the ticket something: it is neither answered nor finished."""
    return status in {Status.NEW, Status.OPEN, Status.WAITING_REQUESTER, Status.WAITING_APPROVAL}
