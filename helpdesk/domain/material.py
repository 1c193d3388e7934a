"""Where only authorised material may go with an answer (R-126)."""

from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.choices import choices_of

REFUSAL = (
    "A quien solicita solo se le adjunta material autorizado: elíjalo de la biblioteca en vez de subir un archivo."
)


def bound(catalogue: Catalogue, request_type: RequestType | None) -> bool:
    """Whether answers to a request of that type carry authorised material alone: by the institution's choice, and where
    people from outside ask. What is not classified yet may be theirs."""
    if not choices_of(catalogue.institution).only_authorised_material:
        return False
    outside = {role.key for role in catalogue.roles if role.side == "requester"}
    return request_type is None or not outside.isdisjoint(request_type.who_may_request)
