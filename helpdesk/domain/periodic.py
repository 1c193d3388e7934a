"""The tasks that an institution's catalogue brings each month, and of whom they are asked (R-130)."""

from dataclasses import dataclass

from helpdesk.domain.catalogue import Catalogue, Kept, PeriodicTaskSpec, RequestType, RoleSpec

MONTHLY = "monthly"
ENTRIES = {"region": "regions", "programme": "programmes", "centre": "centres", "organ": "organs"}
"""Where the places of a role with that scope stand in the catalogue."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A task of the catalogue and one function in one place of which it is asked; `scope` None: the institution."""

    task: PeriodicTaskSpec
    role: str
    scope: str | None


def monthly(catalogue: Catalogue) -> tuple[PeriodicTaskSpec, ...]:
    """The tasks of every month."""
    return tuple(task for task in catalogue.periodic_tasks if task.frequency == MONTHLY)


def asked_each_month(catalogue: Catalogue) -> tuple[Asked, ...]:
    """Everything that is asked each month: of each place of the functions that give something, else of the owner's."""
    roles = {role.key: role for role in catalogue.roles}
    return tuple(
        Asked(task, key, scope)
        for task in monthly(catalogue)
        for key in task.inputs_from or (task.owner_role,)
        if key in roles
        for scope in places_of(catalogue, roles[key])
    )


def places_of(catalogue: Catalogue, role: RoleSpec) -> tuple[str | None, ...]:
    """Where a function is held, once for each place; none for a function that belongs to no place of the catalogue."""
    if role.scope == "institution":
        return (None,)
    return tuple(place.key for place in getattr(catalogue, ENTRIES[role.scope])) if role.scope in ENTRIES else ()


def task_of(catalogue: Catalogue, key: str | None) -> PeriodicTaskSpec | None:
    """The periodic task with that key, if the catalogue still has it."""
    return next((task for task in catalogue.periodic_tasks if task.key == key), None)


def scope_of(catalogue: Catalogue, key: str) -> str | None:
    """To what kind of place a function is bound; None for the whole institution, and for one that was dropped."""
    role = next((each for each in catalogue.roles if each.key == key), None)
    return role.scope if role is not None and role.scope in ENTRIES else None


def answering(catalogue: Catalogue, task: PeriodicTaskSpec) -> RequestType | None:
    """The request type that answers a task; None when none does."""
    return next((each for each in catalogue.request_types if each.key == task.answer_type), None)


def keepers(catalogue: Catalogue, kept: Kept) -> tuple[str, ...]:
    """The functions whose holders look after that."""
    return tuple(role.key for role in catalogue.roles if kept in role.keeps)
