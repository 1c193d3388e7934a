"""The services given in the centres (R-103)."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request, url_for

from helpdesk import clock
from helpdesk.db import transaction
from helpdesk.domain.attentions import days_taken, month_of, services_of_centres, subject_fields
from helpdesk.domain.catalogue import Catalogue, Choice
from helpdesk.domain.errors import NotAllowed
from helpdesk.queries import attentions
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries.attentions import Chosen, Total
from helpdesk.queries.people import organs_of
from helpdesk.queries.viewers import Viewer
from helpdesk.web import forms
from helpdesk.web.identity import viewer
from helpdesk.web.names import Names
from helpdesk.web.policy import Policy, policy
from helpdesk.web.render import desk_page

blueprint = Blueprint("attentions", __name__)
FILTERS = ("centro", "tipo", "sistema", "organo", "mes")
LONGEST = 100


@dataclass(frozen=True, slots=True)
class CentreTotals:
    """What a centre gave, type by type, and in all."""

    centre: str
    types: tuple[Total, ...]

    @property
    def given(self) -> int:
        """How many services in all."""
        return sum(each.given for each in self.types)

    @property
    def ended(self) -> int:
        """How many of them have ended."""
        return sum(each.ended for each in self.types)


@blueprint.get("/atenciones")
@policy(Policy.SIGNED_IN)
def show() -> tuple[str, int]:
    """A page of the services, narrowed by the filters of the address, with the totals of all that the filters leave."""
    who = viewer()
    if not who.reads_centres:
        raise NotAllowed("Las atenciones de los centros las ven quienes supervisan y las funciones de los órganos.")
    typed = {key: forms.clean(request.args.get(key, "")[:LONGEST]) for key in FILTERS}
    wrong_month = bool(typed["mes"]) and month_of(typed["mes"], who.timezone) is None
    now = clock.now()
    with transaction() as session:
        catalogue = catalogues.current(session, who.institution_id)
        chosen = chosen_in(typed, who)
        rows, after = attentions.page(session, who, catalogue, chosen, forms.whole(request.args.get("antes")))
        html = desk_page(
            session,
            who,
            "attentions/page.html",
            rows=[(row, days_taken(row.received_at, row.closed_at, now, who.timezone)) for row in rows],
            totals=by_centre(attentions.totals(session, who, catalogue, chosen)),
            names=Names(catalogue),
            services=services_of_centres(catalogue),
            systems=systems_of(catalogue),
            system_names={choice.key: choice.label for choice in systems_of(catalogue)},
            belongs_to=organs_of(session, who.institution_id),
            typed=typed,
            wrong_month=wrong_month,
            next_url=url_for("attentions.show", **said(typed), antes=after) if after else None,
            first_url=url_for("attentions.show", **said(typed)) if request.args.get("antes") else None,
        )
    return html, 422 if wrong_month else 200


def chosen_in(typed: dict[str, str], who: Viewer) -> Chosen:
    """The filters of the address; a month that is none narrows nothing."""
    months = month_of(typed["mes"], who.timezone)
    return Chosen(typed["centro"], typed["tipo"], typed["sistema"], typed["organo"], months)


def systems_of(catalogue: Catalogue) -> tuple[Choice, ...]:
    """The systems that the services of the centres are about."""
    asked = set(subject_fields(catalogue))
    fields = (field for each in services_of_centres(catalogue) for field in each.intake_fields if field.key in asked)
    return tuple({choice.key: choice for field in fields for choice in field.choices}.values())


def by_centre(found: tuple[Total, ...]) -> tuple[CentreTotals, ...]:
    """The totals with those of each centre together."""
    centres = dict.fromkeys(each.centre for each in found)
    return tuple(CentreTotals(key, tuple(each for each in found if each.centre == key)) for key in centres)


def said(typed: dict[str, str]) -> dict[str, Any]:
    """The filters that are set."""
    return {key: value for key, value in typed.items() if value}
