"""Which of several holders of a function attends a matter (R-108)."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from helpdesk.domain.catalogue import Catalogue, Choice, RequestType, StepSpec


class Attending(Protocol):
    """Somebody who acts for a function; `subjects` are the matters attended, empty for any."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Keys of the choices of the step's field."""
        ...


Holder = TypeVar("Holder", bound=Attending)


def attending(holders: Iterable[Holder], subject: str | None) -> tuple[Holder, ...]:
    """Those who attend a matter, in their order: first who names it, then who attends any; of a matter that is not
    known, only the latter."""
    listed = tuple(holders)
    own = tuple(each for each in listed if subject is not None and subject in each.subjects)
    return own + tuple(each for each in listed if not each.subjects)


def subjects_of(catalogue: Catalogue, role: str) -> tuple[Choice, ...]:
    """The matters by which the holders of a role are told apart; none for a role whose holders attend any."""
    found: dict[str, Choice] = {}
    for request_type in catalogue.request_types:
        for step in request_type.route:
            if step.actor.role == role and step.actor.subject is not None:
                asked = (field for field in request_type.intake_fields if field.key == step.actor.subject)
                found |= {choice.key: choice for field in asked for choice in field.choices}
    return tuple(found.values())


def label_of(request_type: RequestType, step: StepSpec, subject: str | None) -> str:
    """What a matter of a step is called."""
    if step.actor.subject is None or subject is None:
        return subject or ""
    choices = request_type.field(step.actor.subject).choices
    return next((choice.label for choice in choices if choice.key == subject), subject)
