import pytest

from helpdesk.domain.fieldreading import centre_of, organ_of, programme_of, region_of
from tests.domain.shipped import shipped

SIGEC = shipped("sigec-cl")
CONECTAMEF = shipped("conectamef-pe")


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Región de Valparaíso", "CL-VS"),
        ("REGION DEL BIOBIO", "CL-BI"),
        ("la Región Metropolitana", "CL-RM"),
        ("Región de O’Higgins", "CL-LI"),
        ("región del Libertador General Bernardo O'Higgins", "CL-LI"),
        ("Región de La Araucanía", "CL-AR"),
        ("Región de Magallanes", "CL-MA"),
        ("Región: Los Ríos", "CL-LR"),
        ("Región de Arica y Parinacota", "CL-AP"),
        ("Región de Aysén", "CL-AI"),
        ("Municipalidad de Coquimbo", "CL-CO"),
        ("Región: Bío-Bío", "CL-BI"),
        ("región del Bío Bío", "CL-BI"),
        ("Ilustre Municipalidad de Hijuelas, V Región", "CL-VS"),
        ("XII Región", "CL-MA"),
        ("saludos de Bernardo Campos", None),
        ("sin lugar", None),
        ("novena región", "CL-AR"),
        ("oficina de FOSIS Aysén", "CL-AI"),
        ("II Región, es decir Región de Antofagasta", "CL-AN"),
        ("X Región. El proyecto era antes de la Región del Maule", None),
        ("Región de Ñuble y Región de Los Ríos", None),
    ],
)
def test_a_region_is_known_by_its_name(text: str, region: str | None) -> None:
    assert region_of(SIGEC, text, ()) == region


@pytest.mark.parametrize(
    "text",
    [
        "Va el memo.\n\nFundación Puente\nAvenida Antofagasta 120, Chillán",
        "Va el memo, nuestra oficina está en pasaje Coquimbo 7 de Chillán",
        "Va el memo a Atacama 455, piso 2",
        "Nos escribió Rosa Atacama Leiva",
        "Nos escribió la sra. tarapacá",
        "Lo firma Ricardo de los Lagos",
        "Transmitió Radio Maule",
        "Va el memo.\n\nSaluda atentamente,\nRosa Díaz\nFundación Puente, Ñuble",
        "Liceo Libertador de la comuna",
        "los informes de ríos y lagos",
    ],
)
def test_a_street_a_person_or_a_signature_is_no_region(text: str) -> None:
    assert region_of(SIGEC, text, ()) is None


def test_a_region_called_so_counts_also_under_a_letter() -> None:
    assert region_of(SIGEC, "Va el memo.\n\nAtentamente,\nRosa Díaz\nGobernación, Región de Ñuble", ()) == "CL-NB"


def test_a_mailbox_and_a_requester_of_different_regions_are_no_region_unless_the_text_says_which() -> None:
    mailbox, holder = SIGEC.mailbox("regional_biobio"), (("supervisor_regional", "CL-VS"),)
    assert region_of(SIGEC, "Favor desaprobar", holder, mailbox) is None
    assert region_of(SIGEC, "Favor desaprobar, Región de Valparaíso", holder, mailbox) == "CL-VS"
    assert region_of(SIGEC, "Favor desaprobar lo de la comuna de Valparaíso", holder, mailbox) == "CL-VS"
    assert region_of(SIGEC, "Favor desaprobar lo de la comuna de Coquimbo", holder, mailbox) is None
    assert region_of(SIGEC, "Favor desaprobar", (("supervisor_regional", "CL-BI"),), mailbox) == "CL-BI"


def test_the_region_named_wins_over_the_requesters_own() -> None:
    assert region_of(SIGEC, "Región del Maule", (("supervisor_regional", "CL-BI"),)) == "CL-ML"


def test_the_requesters_region_wins_over_a_place_that_happens_to_be_called_so() -> None:
    text = "Municipalidad de Valparaíso"
    assert region_of(SIGEC, text, (("supervisor_regional", "CL-BI"),)) == "CL-BI"


def test_a_regional_mailbox_gives_its_region() -> None:
    assert region_of(SIGEC, "Hola", (), SIGEC.mailbox("regional_biobio")) == "CL-BI"


@pytest.mark.parametrize(
    ("text", "programme"),
    [
        ("Programa Familias", "programa-familias"),
        ("programa de Personas Mayores", "programa-mayores"),
        ("convocatoria Personas Mayores Ejemplo", "programa-mayores"),
        ("Familias y Personas Mayores", None),
        ("las familias de la comuna, Programa Personas Mayores", "programa-mayores"),
        ("otro programa", None),
        ("Programa: Familias", "programa-familias"),
        ("Familias", None),
        ("se avisó a LAS FAMILIAS", None),
        ("convocatoria de las personas mayores", None),
        ("taller con Las Personas Mayores", None),
    ],
)
def test_a_programme_is_known_by_its_name_and_never_guessed(text: str, programme: str | None) -> None:
    assert programme_of(SIGEC, text, ()) == programme


def test_a_programme_officer_asks_for_their_own_programme() -> None:
    assert programme_of(SIGEC, "Sin nombre", (("encargado_nacional", "programa-mayores"),)) == "programa-mayores"


def test_a_centre_is_that_of_the_mailbox_the_text_or_the_requester() -> None:
    holder = (("coordinador_centro", "piura"),)
    assert centre_of(CONECTAMEF, "para el CONECTAMEF Piura", (), CONECTAMEF.mailbox("buzon_cusco")) == "cusco"
    assert centre_of(CONECTAMEF, "para el CONECTAMEF Cusco", holder, CONECTAMEF.mailbox("ogauc")) == "cusco"
    assert centre_of(CONECTAMEF, "comisión a Cusco", holder, CONECTAMEF.mailbox("ogauc")) == "piura"


@pytest.mark.parametrize(
    ("text", "organ"),
    [
        ("órgano de Tesorería", "tesoro"),
        ("Órgano: Contabilidad", "contabilidad"),
        ("a la Dirección General de Políticas de Inversión", "dgpi"),
        ("Oficina General de Tecnologías de la Información", "ogti"),
        ("órgano de línea de Presupuesto Público", "presupuesto"),
        ("dirigido al órgano de Tesorería sobre cuentas de contabilidad", "tesoro"),
        ("nada", None),
    ],
)
def test_an_organ_is_known_by_its_name(text: str, organ: str | None) -> None:
    assert organ_of(CONECTAMEF, text, ()) == organ


def test_a_director_asks_for_their_own_organ() -> None:
    assert organ_of(CONECTAMEF, "saneamiento contable", (("director_organo", "tesoro"),)) == "tesoro"
