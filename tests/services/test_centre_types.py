"""Tickets of a type that only one centre offers (R-106)."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Conflict, Invalid, NotFound
from helpdesk.models.institutions import CatalogueVersion, Institution
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import catalogue, tickets
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from tests.cast import REQUESTER, Cast, load
from tests.domain.shipped import shipped
from tests.factories import peru
from tests.factories.peru import KEY, adds, clerk, consultation, own_type


@pytest.fixture(autouse=True)
def institution(cast: Cast) -> Institution:
    """The Peruvian institution, its national catalogue published."""
    return peru.published(cast)


def by_hand(**more: str) -> ByHand:
    """Somebody calls for what only Piura offers."""
    return ByHand("phone", "pasantia", "Rosa Quispe", "Pasantía", "Pide una pasantía.", fields=more)


def test_a_centre_adds_a_type_as_a_new_version(cast: Cast, institution: Institution) -> None:
    found = adds(cast)
    assert found.request_type("pasantia").centre == "piura"
    count = select(func.count()).where(CatalogueVersion.institution_id == institution.id)
    assert cast.session.scalar(count) == 2
    adds(cast)
    assert cast.session.scalar(count) == 2


def test_loading_the_national_catalogue_anew_keeps_it(cast: Cast, institution: Institution) -> None:
    found = adds(cast)
    load(cast.session, shipped(KEY))
    assert catalogues.current(cast.session, institution.id) == found
    renamed = replace(shipped(KEY), institution=replace(shipped(KEY).institution, name="Otro nombre"))
    load(cast.session, renamed)
    assert catalogues.current(cast.session, institution.id).request_type("pasantia").centre == "piura"


def test_a_national_type_with_its_key_is_refused_and_nothing_changes(cast: Cast, institution: Institution) -> None:
    found = adds(cast)
    taking = replace(shipped(KEY), request_types=(*shipped(KEY).request_types, own_type()))
    with pytest.raises(Conflict):
        catalogue.load(cast.session, operator(), taking)
    assert catalogues.current(cast.session, institution.id) == found


@pytest.mark.parametrize(("centre", "key"), [("lima", "pasantia"), ("piura", "consulta"), ("x" * 10_000, "pasantia")])
def test_an_unknown_centre_or_a_national_key_is_refused(cast: Cast, centre: str, key: str) -> None:
    with pytest.raises(Invalid):
        adds(cast, own_type(key), centre=centre)


def test_an_institution_without_centres_adds_nothing(cast: Cast) -> None:
    with pytest.raises(Invalid, match="no tiene el centro «piura»; tiene: ninguno"):
        cast.do(catalogue.add_types, operator(), "sigec-cl", "piura", (own_type(),))
    with pytest.raises(NotFound):
        cast.do(catalogue.add_types, operator(), "nadie", "piura", (own_type(),))


def test_a_message_to_the_centre_opens_it_there(cast: Cast, institution: Institution) -> None:
    adds(cast)
    boxes = {key: cast.mailbox(key, institution) for key in ("conectamef_piura", "conectamef_cusco")}
    words = ("Solicito pasantía", "Pido una pasantía en el CONECTAMEF de Cusco.")
    opened = [
        cast.ticket(cast.receive(cast.incoming(*words, REQUESTER, mailbox=box)).ticket_id or 0)
        for box in boxes.values()
    ]
    assert [(ticket.request_type, ticket.centre) for ticket in opened] == [("pasantia", "piura"), (None, "cusco")]
    assert opened[0].team_scope == "piura"


def test_it_is_opened_by_hand_for_its_centre_alone(cast: Cast) -> None:
    adds(cast)
    ticket = cast.do(open_by_hand, clerk(cast), by_hand())
    assert (ticket.centre, ticket.team_scope, ticket.fields["centro"]) == ("piura", "piura", "piura")
    with pytest.raises(Invalid, match="se ofrece solo en CONECTAMEF Piura"):
        cast.do(open_by_hand, clerk(cast), by_hand(centro="cusco"))


def test_a_ticket_of_another_centre_does_not_become_one(cast: Cast) -> None:
    adds(cast)
    here, there = consultation(cast, "tesoreria"), consultation(cast, "tesoreria", "cusco")
    assert cast.do(tickets.classify, clerk(cast), here.id, None, "pasantia").request_type == "pasantia"
    with pytest.raises(Invalid, match="se ofrece solo en CONECTAMEF Piura"):
        cast.do(tickets.classify, clerk(cast), there.id, None, "pasantia")
    assert there.request_type == "consulta"


def test_it_does_not_move_to_another_centre(cast: Cast) -> None:
    adds(cast)
    ticket = cast.do(open_by_hand, clerk(cast), by_hand())
    with pytest.raises(Invalid, match="se ofrece solo en CONECTAMEF Piura"):
        cast.do(tickets.set_fields, clerk(cast), ticket.id, None, {"centro": "cusco"})
    assert ticket.centre == "piura"


def test_a_centre_stops_offering_what_it_added_and_open_tickets_keep_it(cast: Cast, institution: Institution) -> None:
    adds(cast)
    ticket = cast.do(open_by_hand, clerk(cast), by_hand())
    cast.do(catalogue.drop_type, operator(), KEY, "pasantia")
    assert catalogues.current(cast.session, institution.id) == shipped(KEY)
    assert catalogues.request_type_of(cast.session, ticket) is not None


@pytest.mark.parametrize(("key", "problem"), [("consulta", Invalid), ("pasantia", NotFound)])
def test_a_national_type_is_not_dropped(cast: Cast, key: str, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        cast.do(catalogue.drop_type, operator(), KEY, key)
