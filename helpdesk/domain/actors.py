"""Who does something: a signed-in person, the machine on its own account, or an operator at the command line."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a change. `label` is how the history shows it; `institution_id` bounds what it may touch."""

    kind: Literal["person", "machine", "operator"]
    person_id: int | None
    institution_id: int | None
    label: str


def machine(institution_id: int | None) -> Actor:
    """The helpdesk acting by itself (intake, clocks)."""
    return Actor("machine", None, institution_id, "Sistema")


def operator(institution_id: int | None = None) -> Actor:
    """Somebody with access to the command line of the server."""
    return Actor("operator", None, institution_id, "Operador")
