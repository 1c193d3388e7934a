import pytest

from helpdesk.domain.validation import field_warnings, invalid_fields
from tests.domain.shipped import shipped


def broken(institution: str, request_type: str, **fields: object) -> dict[str, str]:
    catalogue = shipped(institution)
    return invalid_fields(catalogue, catalogue.request_type(request_type), fields, {})


@pytest.mark.parametrize(
    ("institution", "request_type", "key", "right", "wrong"),
    [
        ("mef-ec", "ausencia_temporal", "titular_cedula", "1700000001", "1700000002"),
        ("mef-ec", "ausencia_temporal", "entidad_ruc", "1769999930001", "1769999940001"),
        ("mef-ec", "ausencia_temporal", "titular_correo", "a@b.example", "a@b"),
        ("sigec-cl", "crear_usuario_ejecutor", "usuario_rut", "11111111-1", "11111111-2"),
        ("sigec-cl", "crear_convocatoria_estandar", "convocatoria_anio", 2026, 26),
        ("conectamef-pe", "consulta", "usuario_dni", "00000001", "0000001"),
        ("conectamef-pe", "consulta", "entidad_ruc", "20000000001", "20000000002"),
        ("mef-ec", "solicitud_informacion", "identificacion", "1769999930001", "1769999930"),
    ],
)
def test_a_wrong_value_is_named_and_a_right_one_is_not(
    institution: str, request_type: str, key: str, right: object, wrong: object
) -> None:
    assert broken(institution, request_type, **{key: right}) == {}
    assert str(wrong) in broken(institution, request_type, **{key: wrong})[key]


def test_either_number_will_do_where_both_are_allowed() -> None:
    assert broken("mef-ec", "solicitud_informacion", identificacion="1100000007") == {}


@pytest.mark.parametrize(
    "moment", ["2026-03-26T16:00:00-03:00", "2026-03-27T15:00:00-03:00", "2026-03-26T08:00:00-03:00"]
)
def test_a_closing_hour_may_fall_on_the_limits(moment: str) -> None:
    assert broken("sigec-cl", "crear_convocatoria_estandar", cierre_postulacion=moment) == {}


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-26T16:01:00-03:00",
        "2026-03-27T15:30:00-03:00",
        "2026-03-28T10:00:00-03:00",
        "2026-04-03T10:00:00-03:00",
        "2026-03-26T07:59:00-03:00",
    ],
)
def test_a_closing_hour_outside_is_told_with_the_valid_hours(moment: str) -> None:
    sentence = broken("sigec-cl", "crear_convocatoria_estandar", cierre_postulacion=moment)["cierre_postulacion"]
    assert "lunes a jueves de 08:00 a 16:00; viernes de 08:00 a 15:00" in sentence


def test_a_national_call_is_only_warned_of_its_closing_hour() -> None:
    catalogue = shipped("sigec-cl")
    request_type = catalogue.request_type("crear_convocatoria_nacional")
    fields = {"cierre_postulacion": "2026-03-28T10:00:00-03:00"}
    assert invalid_fields(catalogue, request_type, fields, {}) == {}
    assert list(field_warnings(catalogue, request_type, fields, {})) == ["cierre_postulacion"]


def test_an_absence_cannot_end_before_it_begins() -> None:
    assert list(broken("mef-ec", "ausencia_temporal", desde="2026-03-13", hasta="2026-03-09")) == ["hasta"]
    assert broken("mef-ec", "ausencia_temporal", desde="2026-03-13", hasta="2026-03-13") == {}


def test_a_date_cannot_replace_itself() -> None:
    found = broken("sigec-cl", "cambio_fecha_asignacion", fecha_actual="2026-03-31", fecha_reemplazo="2026-03-31")
    assert "31-03-2026" in found["fecha_reemplazo"]


def test_what_only_the_register_knows_is_left_to_a_person() -> None:
    assert broken("seps-ec", "desactivacion_usuario", rep_legal_cedula="1700000001") == {}
