"""Which of several holders of a function attends a matter (R-108)."""

from dataclasses import dataclass, replace

import pytest

from helpdesk.domain.catalogue import Catalogue, HolderSpec, StepActor
from helpdesk.domain.consistency import inconsistencies
from helpdesk.domain.specialists import attending, label_of, subjects_of
from tests.domain.shipped import shipped

PERU = shipped("conectamef-pe")


@dataclass(frozen=True)
class Somebody:
    name: str
    subjects: tuple[str, ...] = ()


ANA, BETO, CORA = Somebody("Ana", ("tesoreria",)), Somebody("Beto"), Somebody("Cora", ("siaf", "tesoreria"))


@pytest.mark.parametrize(
    ("holders", "subject", "expected"),
    [
        ((ANA, BETO, CORA), "tesoreria", (ANA, CORA, BETO)),
        ((BETO, ANA), "tesoreria", (ANA, BETO)),
        ((ANA, BETO, CORA), "siaf", (CORA, BETO)),
        ((ANA, BETO, CORA), "presupuesto", (BETO,)),
        ((ANA, CORA), "presupuesto", ()),
        ((ANA, BETO, CORA), None, (BETO,)),
        ((ANA,), None, ()),
        ((), "siaf", ()),
    ],
)
def test_who_names_the_matter_comes_before_who_attends_any(
    holders: tuple[Somebody, ...], subject: str | None, expected: tuple[Somebody, ...]
) -> None:
    assert attending(holders, subject) == expected


def test_specialists_are_told_apart_by_the_systems_of_the_catalogue() -> None:
    keys = [choice.key for choice in subjects_of(PERU, "especialista")]
    assert {"tesoreria", "siaf", "otro"} <= set(keys)
    assert len(keys) == len(set(keys))
    assert subjects_of(PERU, "coordinador_centro") == ()


@pytest.mark.parametrize("key", ["consulta", "asistencia_tecnica", "capacitacion"])
def test_every_service_of_a_specialist_goes_by_its_system(key: str) -> None:
    steps = [step for step in PERU.request_type(key).route if step.actor.role == "especialista"]
    assert {step.actor.subject for step in steps} == {"sistema_administrativo"}


def test_a_matter_is_called_by_its_label() -> None:
    consultation = PERU.request_type("consulta")
    assert label_of(consultation, consultation.step("absolver"), "tesoreria") == "Tesorería"


def with_actor(actor: StepActor, step: str = "absolver") -> Catalogue:
    """The catalogue with another actor in a step of the consultation."""
    spec = PERU.request_types[0]
    route = tuple(replace(each, actor=actor) if each.key == step else each for each in spec.route)
    return replace(PERU, request_types=(replace(spec, route=route), *PERU.request_types[1:]))


def with_holder(**more: object) -> Catalogue:
    """The catalogue with one entry of its directory."""
    values = {"role": "especialista", "scope": "piura", "address": "a@x.example", **more}
    return replace(PERU, directory=(HolderSpec(**values),))  # type: ignore[arg-type]  # keys are the test's


@pytest.mark.parametrize(
    ("catalogue", "place", "reason"),
    [
        (with_actor(StepActor(role="especialista", scope="centre", subject="nada")), "actor.subject", "no hay dato"),
        (
            with_actor(StepActor(role="especialista", scope="centre", subject="consulta")),
            "actor.subject",
            "no hay dato",
        ),
        (with_actor(StepActor(team="centro", subject="sistema_administrativo")), "actor.subject", "solo un paso"),
        (with_holder(subjects=("quipus",)), "directory.0.subjects", "no hay materia «quipus»"),
        (with_holder(role="coordinador_centro", subjects=("siaf",)), "directory.0.subjects", "no hay materia"),
        (with_holder(organ="nadie"), "directory.0.organ", "no hay órgano «nadie»"),
        (with_holder(role="implantador_siaf_siga", organ="tesoro"), "directory.0.organ", "no se elige"),
    ],
)
def test_a_catalogue_that_tells_them_apart_by_what_is_not_there_is_refused(
    catalogue: Catalogue, place: str, reason: str
) -> None:
    found = [(".".join(map(str, each.place)), each.reason) for each in inconsistencies(catalogue)]
    assert any(at.endswith(place) and reason in why for at, why in found)
