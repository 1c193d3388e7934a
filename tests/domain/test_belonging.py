"""In which team a function works, and to which organ its holder belongs (R-101)."""

from dataclasses import replace

import pytest

from helpdesk.domain.belonging import organ_of, teams_of, with_organ, working_in
from helpdesk.domain.consistency import inconsistencies
from tests.domain.shipped import shipped

PERU = shipped("conectamef-pe")


def test_implementers_and_specialists_of_other_organs_work_in_the_centres_team() -> None:
    functions = [(role, "piura") for role in ("implantador_siaf_siga", "especialista_eat", "especialista")]
    assert teams_of(PERU, functions) == (("centro", "piura"),)


def test_the_document_desk_stays_apart() -> None:
    assert teams_of(PERU, [("operador_mesa_partes", "cusco")]) == (("mesa_partes", "cusco"),)
    assert working_in(PERU, "mesa_partes") == ("operador_mesa_partes",)


def test_functions_of_an_organ_work_in_no_centre() -> None:
    assert teams_of(PERU, [("responsable_tecnico", "tesoro"), ("director_ogauc", None), ("unknown", None)]) == ()


@pytest.mark.parametrize(
    ("role", "chosen", "organ"),
    [
        ("especialista", "tesoro", "Órgano de línea de Tesorería (ejemplo)"),
        ("especialista", None, None),
        ("especialista", "gone", None),
        ("implantador_siaf_siga", None, "Oficina General de Tecnologías de la Información"),
        ("implantador_siaf_siga", "tesoro", "Oficina General de Tecnologías de la Información"),
        ("coordinador_centro", "tesoro", None),
    ],
)
def test_the_organ_is_the_functions_own_or_the_one_said_when_it_was_named(
    role: str, chosen: str | None, organ: str | None
) -> None:
    assert organ_of(PERU, role, chosen) == organ


def test_only_functions_with_a_technical_superior_belong_to_organs() -> None:
    assert set(with_organ(PERU)) == {"especialista", "implantador_siaf_siga", "especialista_eat"}
    assert with_organ(shipped("sigec-cl")) == ()


@pytest.mark.parametrize(
    ("role", "team", "reason"),
    [
        ("especialista", "nadie", "no hay equipo «nadie»"),
        ("especialista", "ogauc", "debe tener el mismo ámbito"),
        ("coordinador_organo", "organos", "debe tener el mismo ámbito"),
        ("director_ogauc", "centro", "debe tener el mismo ámbito"),
    ],
)
def test_a_function_works_only_where_it_counts(role: str, team: str, reason: str) -> None:
    roles = tuple(replace(each, works_in=team) if each.key == role else each for each in PERU.roles)
    found = inconsistencies(replace(PERU, roles=roles))
    assert [reason in each.reason for each in found if each.place[-1] == "works_in"] == [True]
