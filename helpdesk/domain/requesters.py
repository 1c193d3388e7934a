"""Who asks: sender, original sender or forwarder, in which role, and whether they may (R-081, R-084, R-090, R-164)."""

from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.domain.catalogue import Catalogue, RequestType, RoleSpec
from helpdesk.domain.incoming import PassedOn, Person

Holding = tuple[str, str | None]
RolesOf = Callable[[str], frozenset[Holding]]
CONFIRMING = frozenset({"approve", "validate_condition"})


@dataclass(frozen=True, slots=True)
class Requester:
    """The person a ticket is for.

    `role` is the catalogue's role in which they ask, None when they hold none that may; `entitled` is false when they
    must be told who may ask (R-084, R-089, R-090).
    """

    person: Person
    role: str | None
    holdings: tuple[Holding, ...]
    forwarded_by: Person | None
    originator: Person | None
    entitled: bool


def identify(
    catalogue: Catalogue,
    sender: Person,
    passed_on: PassedOn | None,
    roles_of: RolesOf,
    own_domains: frozenset[str],
    request_type: RequestType | None,
) -> Requester:
    """Who the requester of a message is; `roles_of` gives the roles (with scope) that an address holds with us.

    Of a forwarded message: own staff with no right to ask only hand it on, anyone else asks themselves (R-164).
    """
    original = passed_on.sender if passed_on and passed_on.sender.address != sender.address else None
    if original is None:
        return _requester(catalogue, sender, roles_of, request_type)
    held = roles_of(sender.address)
    own_staff = bool(held) or _domain(sender.address) in own_domains
    if own_staff and _asking_role(catalogue, held, request_type) is None:
        return _requester(catalogue, original, roles_of, request_type, forwarded_by=sender)
    return _requester(catalogue, sender, roles_of, request_type, originator=original)


def _requester(
    catalogue: Catalogue,
    person: Person,
    roles_of: RolesOf,
    request_type: RequestType | None,
    forwarded_by: Person | None = None,
    originator: Person | None = None,
) -> Requester:
    held = roles_of(person.address)
    role = _asking_role(catalogue, held, request_type)
    if role is None and request_type is not None:
        role = _role_of_outsiders(catalogue, request_type)
    entitled = role is not None or request_type is None or confirms_issuer(catalogue, request_type)
    holdings = tuple(sorted(held, key=lambda holding: (holding[0], holding[1] or "")))
    return Requester(person, role, holdings, forwarded_by, originator, entitled)


def _asking_role(catalogue: Catalogue, held: frozenset[Holding], request_type: RequestType | None) -> str | None:
    types = (request_type,) if request_type else catalogue.request_types
    names = {role for role, _ in held}
    for key in (role for each in types for role in each.who_may_request):
        if key in names or _role(catalogue, key).alias_of in names:
            return key
    return None


def _role_of_outsiders(catalogue: Catalogue, request_type: RequestType) -> str | None:
    open_roles = [
        role
        for role in (_role(catalogue, key) for key in request_type.who_may_request)
        if not is_held_by_directory(catalogue, role)
    ]
    open_roles.sort(key=lambda role: role.scope not in ("entity", "none"))
    return open_roles[0].key if open_roles else None


def is_held_by_directory(catalogue: Catalogue, role: RoleSpec) -> bool:
    """Whether we know every holder of the role: staff and approvers, and requesters whom the directory names."""
    return role.side != "requester" or any(holder.role == role.key for holder in catalogue.directory)


def confirms_issuer(catalogue: Catalogue, request_type: RequestType) -> bool:
    """Whether the route asks one who may request to confirm a request that others sent (R-081, R-084)."""
    known = {key for key in request_type.who_may_request if is_held_by_directory(catalogue, _role(catalogue, key))}
    return any(
        step.enabled
        and step.kind in CONFIRMING
        and step.when is not None
        and step.when.field == "requester_role"
        and step.when.none_of is not None
        and known <= set(step.when.none_of)
        for step in request_type.route
    )


def _role(catalogue: Catalogue, key: str) -> RoleSpec:
    return catalogue.role(key)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
