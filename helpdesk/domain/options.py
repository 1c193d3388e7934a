"""The values among which a datum of a request is chosen: the choices of its type, or places of the institution."""

from dataclasses import replace
from typing import NamedTuple

from helpdesk.domain.catalogue import Catalogue, IntakeField, RequestType

# How a datum that nobody told is written for whoever decides.
NOT_TOLD = "no indicado"


class Option(NamedTuple):
    """A value that may be chosen, and how people read it."""

    key: str
    name: str


# The calendar and the holidays of a ticket follow from its region, also where its type does not ask for it.
REGION = IntakeField("region", "Región", "choice_region", "optional", "derived")


def lacks_region(catalogue: Catalogue, request_type: RequestType) -> bool:
    """Whether people say the region of a ticket although its type does not ask for it: the institution has several, and
    no centre tells it (R-072, R-182)."""
    asked = any(field.type == "choice_region" or field.key == REGION.key for field in request_type.intake_fields)
    return not asked and len(catalogue.regions) > 1 and not any(team.per_centre for team in catalogue.teams)


def with_region(catalogue: Catalogue, request_type: RequestType) -> RequestType:
    """The type with the region among its data, where people say it although the type does not ask for it."""
    if not lacks_region(catalogue, request_type):
        return request_type
    return replace(request_type, intake_fields=(*request_type.intake_fields, REGION))


def options_of(catalogue: Catalogue, field: IntakeField) -> tuple[Option, ...]:
    """What the datum may be; empty for one that is written freely.

    `region`, `programa`, `centro` and `organo` name a place whatever their type says: the approver depends on it
    (R-072). They are written freely where the institution lists none.
    """
    if field.choices:
        return tuple(Option(choice.key, choice.label) for choice in field.choices)
    if field.type == "choice_region" or field.key == "region":
        return tuple(Option(place.key, place.name) for place in catalogue.regions)
    if field.type == "choice_centre" or field.key == "centro":
        return tuple(Option(place.key, place.name) for place in catalogue.centres)
    if field.type == "choice_organ" or field.key == "organo":
        return tuple(Option(place.key, place.name) for place in catalogue.organs)
    if field.key == "programa":
        return tuple(Option(place.key, place.name) for place in catalogue.programmes)
    return ()
