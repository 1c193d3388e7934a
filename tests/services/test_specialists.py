"""A consultation goes to the specialist of its system, or stops with a sentence (R-108)."""

from datetime import date, timedelta
from typing import Any

import pytest

from helpdesk import clock
from helpdesk.domain.actors import machine, operator
from helpdesk.domain.errors import Invalid, NotFound
from helpdesk.models.people import RoleHolding
from helpdesk.services import approvals_moved, authority, tickets
from helpdesk.services.authority import Particulars
from tests.cast import Cast
from tests.factories import peru
from tests.factories.peru import KEY, TREASURY, clerk, consultation, holder_of, named

TODAY = date(2026, 4, 7)
WEEK = timedelta(days=7)
PLACE = ("especialista", "piura")


@pytest.fixture(autouse=True)
def published(cast: Cast) -> None:
    """The Peruvian catalogue: Piura has a specialist of the treasury."""
    peru.published(cast)


def test_the_consultation_goes_to_the_specialist_of_its_system_who_is_told(cast: Cast) -> None:
    siaf = named(cast, "siaf", "siaf")
    ticket = consultation(cast, "siaf")
    assert (holder_of(cast, ticket), ticket.blocked_by) == (siaf, None)
    assert [letter.recipient for letter in cast.letters(ticket, "derivado")] == [siaf]


def test_who_names_the_system_comes_before_who_attends_any(cast: Cast) -> None:
    named(cast, "general")
    assert holder_of(cast, consultation(cast, "tesoreria")) == TREASURY


def test_what_no_specialist_names_goes_to_who_attends_any(cast: Cast) -> None:
    anybody = named(cast, "general")
    assert holder_of(cast, consultation(cast, "endeudamiento")) == anybody


def test_what_nobody_attends_stops_and_names_system_and_centre(cast: Cast) -> None:
    ticket = consultation(cast, "siaf")
    assert "«Aplicativo SIAF»" in (ticket.blocked_by or "")
    assert "CONECTAMEF Piura" in (ticket.blocked_by or "")
    assert (ticket.assignee_id, ticket.team, ticket.team_scope) == (None, "centro", "piura")
    assert cast.letters(ticket, "derivado") == []


def test_an_unknown_system_goes_to_who_attends_any_and_else_asks_for_the_datum(cast: Cast) -> None:
    lacking = consultation(cast)
    assert "Falta «Sistema administrativo o aplicativo»" in (lacking.blocked_by or "")
    anybody = named(cast, "general")
    assert holder_of(cast, consultation(cast)) == anybody


def test_a_centre_without_specialists_says_so(cast: Cast) -> None:
    ticket = consultation(cast, "siaf", "cusco")
    assert "Nadie que pueda actuar ejerce «Especialista»" in (ticket.blocked_by or "")


def test_the_system_completed_later_finds_its_specialist(cast: Cast) -> None:
    ticket = consultation(cast)
    cast.do(tickets.set_fields, clerk(cast), ticket.id, None, {"sistema_administrativo": "tesoreria"})
    assert (holder_of(cast, ticket), ticket.blocked_by) == (TREASURY, None)
    assert [letter.recipient for letter in cast.letters(ticket, "derivado")] == [TREASURY]


def test_a_corrected_system_moves_the_consultation(cast: Cast) -> None:
    siaf = named(cast, "siaf", "siaf")
    ticket = consultation(cast, "tesoreria")
    cast.do(tickets.set_fields, clerk(cast), ticket.id, None, {"sistema_administrativo": "siaf"})
    assert holder_of(cast, ticket) == siaf


def test_a_system_corrected_to_one_that_nobody_attends_takes_the_consultation_back(cast: Cast) -> None:
    ticket = consultation(cast, "tesoreria")
    cast.do(tickets.set_fields, clerk(cast), ticket.id, None, {"sistema_administrativo": "siaf"})
    assert (ticket.assignee_id, "Aplicativo SIAF" in (ticket.blocked_by or "")) == (None, True)


def test_another_datum_leaves_the_consultation_where_a_colleague_put_it(cast: Cast) -> None:
    ticket = consultation(cast, "tesoreria")
    agent = clerk(cast)
    cast.do(tickets.take, agent, ticket.id, None)
    cast.do(tickets.set_fields, agent, ticket.id, None, {"entidad": "Municipalidad de Ejemplo"})
    assert ticket.assignee_id == agent.person_id


def test_a_colleague_of_the_same_system_keeps_what_was_given(cast: Cast) -> None:
    second = named(cast, "segunda", "tesoreria", "siaf")
    ticket = consultation(cast, "siaf")
    assert holder_of(cast, ticket) == second
    cast.do(tickets.set_fields, clerk(cast), ticket.id, None, {"sistema_administrativo": "tesoreria"})
    assert holder_of(cast, ticket) == second


def test_a_new_specialist_gets_what_had_stopped_and_nothing_else(cast: Cast) -> None:
    stopped, other = consultation(cast, "siaf"), consultation(cast, "endeudamiento")
    siaf = named(cast, "siaf", "siaf")
    assert (holder_of(cast, stopped), stopped.blocked_by) == (siaf, None)
    assert other.assignee_id is None


def test_a_specialist_may_be_given_another_system(cast: Cast) -> None:
    stopped = consultation(cast, "siaf")
    holding = cast.session.query(RoleHolding).filter_by(role="especialista", scope="piura").one()
    cast.do(authority.amend, operator(), KEY, holding.id, ("tesoreria", "siaf"), "tesoro")
    assert holder_of(cast, stopped) == TREASURY


def test_a_substitute_attends_the_systems_of_the_one_who_is_away(cast: Cast) -> None:
    siaf = named(cast, "siaf", "siaf")
    deputy = f"suplente@{KEY}.example.org"
    cast.do(authority.absent, operator(), KEY, siaf, TODAY, TODAY + WEEK, "Licencia", deputy)
    assert holder_of(cast, consultation(cast, "siaf")) == deputy
    assert holder_of(cast, consultation(cast, "tesoreria")) == TREASURY


def test_each_substitute_stands_for_the_own_holder(cast: Cast) -> None:
    siaf = named(cast, "siaf", "siaf")
    for address, deputy in ((siaf, "suplente.siaf"), (TREASURY, "suplente.tesoreria")):
        by = f"{deputy}@{KEY}.example.org"
        cast.do(authority.absent, operator(), KEY, address, TODAY, TODAY + WEEK, "", by)
    assert holder_of(cast, consultation(cast, "tesoreria")) == f"suplente.tesoreria@{KEY}.example.org"
    assert holder_of(cast, consultation(cast, "siaf")) == f"suplente.siaf@{KEY}.example.org"


def test_the_only_specialist_of_a_system_who_is_away_stops_it_until_the_return(cast: Cast) -> None:
    named(cast, "siaf", "siaf")
    cast.do(authority.absent, operator(), KEY, TREASURY, TODAY, TODAY)
    ticket = consultation(cast, "tesoreria")
    assert "está ausente hasta el 07/04/2026" in (ticket.blocked_by or "")
    cast.later(days=1)
    with clock.fixed(cast.now):
        for function in approvals_moved.turned(cast.session, cast.now):
            for ticket_id in approvals_moved.astray(cast.session, function):
                approvals_moved.move(cast.session, machine(function.institution_id), ticket_id)
    assert (holder_of(cast, ticket), ticket.blocked_by) == (TREASURY, None)


def test_a_substitute_named_for_one_of_several_attends_what_that_one_does(cast: Cast) -> None:
    siaf, deputy = named(cast, "siaf", "siaf"), f"suplente@{KEY}.example.org"
    cast.do(authority.substitute, operator(), KEY, deputy, *PLACE, TODAY, TODAY, siaf)
    assert holder_of(cast, consultation(cast, "siaf")) == deputy
    assert holder_of(cast, consultation(cast, "tesoreria")) == TREASURY


@pytest.mark.parametrize("whom", ["nadie@fuera.example.org", f"coordinador.piura@{KEY}.example.org", "x" * 10_000])
def test_only_a_holder_is_substituted_by_name(cast: Cast, whom: str) -> None:
    with pytest.raises(Invalid, match="no ejerce esa función"):
        cast.do(authority.substitute, operator(), KEY, TREASURY, *PLACE, TODAY, TODAY, whom)


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("especialista", {"subjects": ("quipus",)}),
        ("coordinador_centro", {"subjects": ("siaf",)}),
        ("especialista", {"organ": "x" * 10_000}),
        ("implantador_siaf_siga", {"organ": "tesoro"}),
    ],
)
def test_matter_and_organ_must_fit_the_function(cast: Cast, role: str, more: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        cast.do(authority.grant, operator(), KEY, TREASURY, role, "cusco", None, Particulars(**more))


def test_nobody_amends_a_holding_of_another_institution(cast: Cast) -> None:
    holding = cast.session.query(RoleHolding).filter_by(role="especialista", scope="piura").one()
    with pytest.raises(NotFound):
        cast.do(authority.amend, cast.agent, "sigec-cl", holding.id, (), None)
    with pytest.raises(NotFound):
        cast.do(authority.amend, cast.agent, KEY, holding.id, (), None)
