"""In which team a function works, and to which organ its holder belongs (R-101)."""

from collections.abc import Iterable

from helpdesk.domain.catalogue import ANY_ORGAN, Catalogue

Pair = tuple[str, str | None]


def teams_of(catalogue: Catalogue, functions: Iterable[Pair]) -> tuple[Pair, ...]:
    """The teams whose queue the holder of these functions works, each with its place."""
    works_in = {role.key: role.works_in for role in catalogue.roles}
    found = ((works_in.get(role), scope) for role, scope in functions)
    return tuple(dict.fromkeys((team, scope) for team, scope in found if team is not None))


def working_in(catalogue: Catalogue, team: str) -> tuple[str, ...]:
    """The functions whose holders work the queue of a team."""
    return tuple(role.key for role in catalogue.roles if role.works_in == team)


def with_organ(catalogue: Catalogue) -> tuple[str, ...]:
    """The functions that are held by members of organs."""
    organs = {organ.key for organ in catalogue.organs} | {ANY_ORGAN}
    return tuple(role.key for role in catalogue.roles if role.technical_dependency in organs)


def organ_of(catalogue: Catalogue, role: str, chosen: str | None) -> str | None:
    """The organ to which the holder of a function belongs: the one said when it was named where the function leaves it
    open, else the function's own; None without one."""
    depends_on = catalogue.role(role).technical_dependency
    key = chosen if depends_on == ANY_ORGAN else depends_on
    return next((organ.name for organ in catalogue.organs if organ.key == key), None)
