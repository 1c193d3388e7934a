"""What an institution may choose where the requirements leave it open (section H), and the default taken.

The keys stand under `institution.settings` of its catalogue; a field here is a key there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import time
from typing import Any, Literal, get_args, get_type_hints

from helpdesk.domain.catalogue import InstitutionSpec

HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
RANGES = {
    "reopen_within_days": (0, 3650),
    "approval_business_hours": (0, 1000),
    "remind_at_percent": (1, 99),
    "escalate_at_percent": (1, 99),
}
"""The least and the greatest whole number of a choice."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of an institution.

    `approvals_by_mail`: an answer by mail decides, must be confirmed on the page, or does not count (Q-06).
    `business_hours_mode`: hours inside the opening hours, or 24 for each working day (Q-03, R-075).
    `reopen_within_days`: how long after its end «sigue fallando» brings a ticket back (R-180).
    `clock_during_approval`: whether the term runs while an approver thinks (Q-04).
    `approval_business_hours`: an approver's own time in opening hours; 0 = the ticket's term alone.
    `remind_at_percent`: how much of the time to decide passes before the approver is reminded (R-178).
    `escalate_at_percent`: how much of the term passes before the team's supervisor is told (R-052).
    `filing_cut_off`: until when, «HH:MM» on a working day, what arrives is filed the same day; empty = closing (F-13).
    `regional_holidays`: whether the holidays of a region count for the offices in it (R-182).
    `extension_by`: who may prolong a term (Q-02).
    `only_authorised_material`: answers to users and media carry files of the library alone (R-126).
    """

    approvals_by_mail: Literal["verified", "confirm", "off"] = "verified"
    business_hours_mode: Literal["opening_hours", "whole_days"] = "opening_hours"
    reopen_within_days: int = 30
    clock_during_approval: Literal["runs", "stops"] = "runs"
    approval_business_hours: int = 0
    remind_at_percent: int = 50
    escalate_at_percent: int = 90
    filing_cut_off: str = ""
    regional_holidays: bool = True
    extension_by: Literal["agent", "supervisor"] = "agent"
    only_authorised_material: bool = False

    @property
    def cut_off(self) -> time | None:
        """The cut-off of filing as a local time; None for the closing hour."""
        return time.fromisoformat(self.filing_cut_off) if self.filing_cut_off else None


def choices_of(institution: InstitutionSpec) -> Choices:
    """The choices of an institution whose catalogue was checked."""
    return Choices(**institution.settings)


def problems(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with an institution's settings: key, and in Spanish what it may be."""
    hints = get_type_hints(Choices)
    known = [each.name for each in fields(Choices)]
    for key, value in settings.items():
        if key not in hints:
            yield key, f"no es una opción; hay: {', '.join(known)}"
        elif key in RANGES:
            least, most = RANGES[key]
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                yield key, f"escriba un número entero de {least} a {most}"
        elif key == "filing_cut_off":
            if value != "" and not (isinstance(value, str) and HOUR.fullmatch(value)):
                yield key, "escriba una hora como '16:30', o nada"
        elif hints[key] is bool:
            if not isinstance(value, bool):
                yield key, "escriba true o false"
        elif value not in get_args(hints[key]):
            yield key, f"se permite {', '.join(get_args(hints[key]))}, no {value!r}"
