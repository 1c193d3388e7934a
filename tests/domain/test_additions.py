"""A centre adds types of its own beside the national ones, and changes or drops none of these (R-106)."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from helpdesk.domain.additions import added_to, additions_of, check_offered, kept, national, problems
from helpdesk.domain.catalogue import Catalogue, StepActor
from helpdesk.domain.classification import classify
from helpdesk.domain.errors import Conflict, Invalid
from tests.domain.shipped import shipped
from tests.factories.peru import own_type

PERU = shipped("conectamef-pe")
OWN = own_type()
WITH_OWN = added_to(PERU, "piura", (OWN,))


def keys(catalogue: Catalogue) -> list[str]:
    """The types, in order."""
    return [each.key for each in catalogue.request_types]


def test_what_a_centre_adds_stands_behind_the_national_types() -> None:
    assert keys(WITH_OWN) == [*keys(PERU), "pasantia"]
    assert [(each.key, each.centre) for each in additions_of(WITH_OWN)] == [("pasantia", "piura")]
    assert asdict(national(WITH_OWN)) == asdict(PERU)


def test_only_that_centre_offers_it() -> None:
    assert "pasantia" in {each.key for each in WITH_OWN.offered_in("piura")}
    for centre in ("cusco", None):
        assert WITH_OWN.offered_in(centre) == PERU.request_types


def test_the_mailbox_of_the_centres_team_expects_it() -> None:
    accepting = [box.key for box in WITH_OWN.mailboxes if "pasantia" in box.accepts]
    assert accepting == ["conectamef_piura"]


def test_what_was_added_before_is_replaced_and_the_rest_stays() -> None:
    more = added_to(WITH_OWN, "cusco", (own_type("visita"),))
    renamed = added_to(more, "piura", (replace(OWN, name="Otro nombre"),))
    assert [(each.key, each.name) for each in additions_of(renamed)] == [
        ("pasantia", "Otro nombre"),
        ("visita", "Pasantía en el centro"),
    ]


def test_publishing_the_national_catalogue_anew_keeps_what_centres_added() -> None:
    assert asdict(kept(WITH_OWN, PERU)) == asdict(WITH_OWN)
    assert asdict(kept(WITH_OWN, WITH_OWN)) == asdict(WITH_OWN)
    assert asdict(kept(None, PERU)) == asdict(PERU)


def test_a_national_type_does_not_take_the_key_of_a_centres() -> None:
    taking = replace(PERU, request_types=(*PERU.request_types, own_type()))
    with pytest.raises(Conflict, match="«pasantia» ya es de un tipo propio de CONECTAMEF Piura"):
        kept(WITH_OWN, taking)


def test_a_national_catalogue_that_leaves_no_room_for_an_addition_is_refused() -> None:
    roles = tuple(each for each in PERU.roles if each.key != "especialista")
    without = replace(PERU, roles=roles, directory=())
    with pytest.raises(Conflict, match="ya no cabe en el catálogo"):
        kept(WITH_OWN, without)


@pytest.mark.parametrize(
    ("change", "place", "reason"),
    [
        ({"key": "consulta"}, "request_types.0.key", "es un tipo nacional"),
        ({"centre": "cusco"}, "request_types.0.centre", "el archivo es de «piura»"),
        ({"responsible_team": "ogauc"}, "request_types.0.responsible_team", "lo atiende un equipo suyo"),
        ({"responsible_team": "nadie"}, "request_types.0.responsible_team", "no hay equipo «nadie»"),
        ({"route": ()}, "request_types.0.route", "al menos un paso"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place_in_the_centres_file(
    change: dict[str, Any], place: str, reason: str
) -> None:
    found = [
        (".".join(map(str, each.place)), each.reason) for each in problems(PERU, "piura", (replace(OWN, **change),))
    ]
    assert any(at == place and reason in why for at, why in found), found


def test_a_key_of_another_centre_is_taken() -> None:
    (found,) = problems(WITH_OWN, "cusco", (OWN,))
    assert "ya es de CONECTAMEF Piura" in found.reason
    assert problems(WITH_OWN, "piura", (OWN,)) == ()


def test_a_step_of_an_addition_names_what_the_catalogue_has() -> None:
    route = (replace(OWN.route[0], actor=StepActor(role="nadie")), *OWN.route[1:])
    (found,) = problems(PERU, "piura", (replace(OWN, route=route),))
    assert found.place == ("request_types", 0, "route", 0, "actor", "role")


@pytest.mark.parametrize(("box", "found"), [("conectamef_piura", "pasantia"), ("conectamef_cusco", None)])
def test_a_message_is_of_that_type_only_at_that_centre(box: str, found: str | None) -> None:
    mailbox = WITH_OWN.mailbox(box)
    proposed = classify(WITH_OWN, mailbox, "Solicito pasantía", "Pido una pasantía.", (), frozenset())
    assert proposed.request_type == found
    assert "pasantia" not in proposed.candidates


def test_another_centre_is_refused_with_the_name_of_the_one() -> None:
    (own,) = additions_of(WITH_OWN)
    check_offered(WITH_OWN, own, "piura")
    check_offered(WITH_OWN, PERU.request_types[0], None)
    with pytest.raises(Invalid, match="se ofrece solo en CONECTAMEF Piura"):
        check_offered(WITH_OWN, own, "cusco")
