"""The values among which a datum of a request is chosen: the choices of its type, or places of the institution."""

from typing import NamedTuple

from helpdesk.domain.catalogue import Catalogue, IntakeField

# How a datum that nobody told is written for whoever decides.
NOT_TOLD = "no indicado"


class Option(NamedTuple):
    """A value that may be chosen, and how people read it."""

    key: str
    name: str


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
