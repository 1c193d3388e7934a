"""The shipped catalogues say what the requirements say of them: services, documents, data, routes, terms, places."""

import pytest

from helpdesk.domain.catalogue import Catalogue, RequestType
from tests.domain.shipped import shipped

MEF, SIGEC, PERU = shipped("mef-ec"), shipped("sigec-cl"), shipped("conectamef-pe")


def needed(request_type: RequestType) -> set[str]:
    """The documents that every request of the type brings."""
    return {each.key for each in request_type.required_documents if each.mandatory == "always"}


def asked(request_type: RequestType) -> set[str]:
    """The data that every request of the type states."""
    return {each.key for each in request_type.intake_fields if each.required == "always"}


def kinds(request_type: RequestType) -> list[str]:
    """The acts of the route, those switched off left out."""
    return [step.kind for step in request_type.route if step.enabled]


def test_the_ministry_of_ecuador_has_its_ten_services_in_order() -> None:
    names = [each.name for each in sorted(MEF.request_types, key=lambda each: each.order)]
    heads = [
        "Creación Usuarios Administradores", "Creación Usuarios Gobiernos", "Creación Usuarios Especiales",
        "Activación/Revisión", "Enrolamiento", "Soporte técnico, operativo y conceptual Presencial",
        "Soporte técnico, operativo y conceptual Telefónico",
        "Activación/Desactivación de Usuarios por Ausencia Temporal",
        "Desactivación de Usuarios por Ausencia Permanente",
        "Solicitud oficial sobre entrega de Información",
    ]  # fmt: skip
    assert [name.startswith(head) for name, head in zip(names, heads, strict=True)] == [True] * 10


@pytest.mark.parametrize("request_type", MEF.request_types, ids=lambda each: each.key)
def test_a_service_of_ecuador_is_free_and_not_automated(request_type: RequestType) -> None:
    assert request_type.cost is not None
    assert (request_type.cost.amount, request_type.automated) == (0, False)
    assert request_type.beneficiaries


@pytest.mark.parametrize(
    ("key", "documents"),
    [
        ("crear_usuario_administrador", "formulario_administrador declaracion_juramentada accion_personal_solicitante "
         "accion_personal_autoridad acta_entrega_recepcion"),
        ("crear_usuario_gad_ep", "formulario_gad_ep acuerdo_responsabilidad_gad accion_personal_responsable "
         "nombramiento_representante copia_ruc"),
        ("crear_usuario_consulta", "oficio_solicitud formulario_consulta acuerdo_responsabilidad_consulta "
         "accion_personal_autoridad"),
        ("activacion_revision_usuario", "formulario_activacion accion_personal_solicitante accion_personal_autoridad"),
        ("enrolamiento_biometrico", "formulario_informacion_biometrica oficio_delegacion accion_personal_autoridad "
         "accion_personal_funcionario"),
    ],
)  # fmt: skip
def test_a_service_requires_its_documents(key: str, documents: str) -> None:
    assert needed(MEF.request_type(key)) == set(documents.split())


def test_an_enrolment_brings_the_contract_or_the_act_of_the_kit() -> None:
    conditions = {each.key: each.when for each in MEF.request_type("enrolamiento_biometrico").required_documents}
    for key, delivered in (("contrato_comodato", False), ("acta_entrega_kit", True)):
        condition = conditions[key]
        assert condition is not None
        assert (condition.field, condition.any_of) == ("kit_entregado", (delivered,))


@pytest.mark.parametrize("key", ["ausencia_temporal", "ausencia_permanente"])
def test_an_absence_brings_the_form_and_the_proof_of_the_authority(key: str) -> None:
    documents = MEF.request_type(key).required_documents
    assert len(needed(MEF.request_type(key))) == 2
    assert any(each.form_code == "ANEXO 2" for each in documents)
    assert any(each.certified_copy for each in documents)


def test_consultation_users_say_why_and_for_which_entities() -> None:
    spec = MEF.request_type("crear_usuario_consulta")
    assert len(spec.field("tipo_consulta").choices) == 4
    assert {"tipo_consulta", "entidades_a_visualizar"} <= asked(spec)


def test_an_enrolment_states_titular_or_alternate_and_the_computer_of_payments() -> None:
    spec = MEF.request_type("enrolamiento_biometrico")
    assert [choice.key for choice in spec.field("calidad").choices] == ["titular", "alterno"]
    assert {"calidad", "equipo_pago", "huellas_registradas"} <= asked(spec)


def test_a_request_for_information_states_five_data() -> None:
    spec = MEF.request_type("solicitud_informacion")
    assert {"nombre_completo", "identificacion", "telefono", "correo", "direccion"} <= asked(spec)
    assert spec.field("identificacion").validate == ("ec_cedula|ec_ruc",)
    assert "approve" in kinds(spec)


@pytest.mark.parametrize(
    ("box", "orders"), [("centro_servicios", {1, 2, 3, 4}), ("biometria", {5, 8, 9}), ("gestion_documental", {10})]
)
def test_a_mailbox_expects_its_services(box: str, orders: set[int]) -> None:
    accepted = MEF.mailbox(box).accepts
    assert {each.order for each in MEF.request_types if each.key in accepted} == orders


@pytest.mark.parametrize("key", ["soporte_presencial", "soporte_telefonico"])
def test_support_is_registered_classified_diagnosed_and_resolved_in_this_order(key: str) -> None:
    acts = kinds(MEF.request_type(key))
    stages = [acts.index(kind) for kind in ("receive", "classify", "diagnose", "close")]
    assert stages == sorted(stages)


@pytest.mark.parametrize(
    ("key", "amount", "unit", "starts_at"),
    [
        ("crear_usuario_administrador", 2, "business_days", "complete"),
        ("crear_usuario_gad_ep", 2, "business_days", "complete"),
        ("crear_usuario_consulta", 2, "business_days", "complete"),
        ("activacion_revision_usuario", 8, "business_hours", "complete"),
        ("enrolamiento_biometrico", 24, "hours", "complete"),
        ("ausencia_temporal", 24, "hours", "complete"),
        ("ausencia_permanente", 24, "hours", "complete"),
        ("soporte_presencial", 30, "minutes", "received"),
        ("soporte_telefonico", 20, "minutes", "received"),
        ("solicitud_informacion", 30, "calendar_days", "complete"),
    ],
)
def test_a_service_has_its_term(key: str, amount: int, unit: str, starts_at: str) -> None:
    term = MEF.request_type(key).deadline
    assert term is not None
    assert (term.amount, term.unit, term.starts_at) == (amount, unit, starts_at)


def test_information_may_take_longer_for_a_reason_and_warns_on_day_fifteen() -> None:
    term = MEF.request_type("solicitud_informacion").deadline
    assert term is not None and term.extension is not None and term.warning is not None
    assert (term.extendable, term.extension.reason_required, term.extension.notify_requester) == (True, True, True)
    assert (term.warning.amount, term.warning.unit) == (15, "calendar_days")


@pytest.mark.parametrize("request_type", SIGEC.request_types, ids=lambda each: each.key)
def test_every_request_of_sigec_is_due_after_24_business_hours_and_a_national_call_after_16(
    request_type: RequestType,
) -> None:
    term = request_type.deadline
    assert term is not None
    amount = 16 if request_type.key == "crear_convocatoria_nacional" else 24
    assert (term.amount, term.unit, term.starts_at) == (amount, "business_hours", "received")


@pytest.mark.parametrize(
    "key",
    ["cambio_fecha_modificacion", "desaprobacion_rendicion_estandar", "desaprobacion_rendicion_nacional",
     "otra_solicitud_formal"],
)  # fmt: skip
def test_a_formal_request_needs_a_memorandum(key: str) -> None:
    assert "memorandum" in needed(SIGEC.request_type(key))


def test_sigec_works_until_four_and_on_fridays_until_three() -> None:
    hours = SIGEC.calendar("cl-sigec").hours
    assert [hours[day][0] for day in ("mon", "tue", "wed", "thu")] == [("08:00", "16:00")] * 4
    assert (hours["fri"], hours["sat"]) == ((("08:00", "15:00"),), ())


def test_a_change_of_a_modification_states_its_six_data() -> None:
    spec = SIGEC.request_type("cambio_fecha_modificacion")
    assert asked(spec) >= {
        "convocatoria_nombre", "convocatoria_anio", "ejecutor", "numero_proyecto", "numero_modificacion",
        "fecha_actual", "fecha_reemplazo", "motivo",
    }  # fmt: skip
    assert spec.field("fecha_reemplazo").validate == ("not_equal:fecha_actual",)


@pytest.mark.parametrize(
    ("key", "approvers"),
    [
        ("crear_organizacion", ["supervisor_regional"]),
        ("cambio_fecha_modificacion", ["encargado_nacional"]),
        ("desaprobacion_rendicion_estandar", ["jefe_administrativo_regional", "encargado_nacional"]),
        ("desaprobacion_rendicion_nacional", ["encargado_nacional", "jefe_daf"]),
        ("cambio_fecha_asignacion", ["encargado_programa"]),
        ("desaprobacion_informe_tecnico", ["encargado_nacional"]),
    ],
)
def test_a_request_of_sigec_is_approved_by_its_functions_in_order(key: str, approvers: list[str]) -> None:
    assert [step.actor.role for step in SIGEC.request_type(key).route if step.kind == "approve"] == approvers


@pytest.mark.parametrize("key", ["cambio_fecha_modificacion", "cambio_fecha_asignacion"])
def test_a_change_of_dates_is_made_by_ti_and_answered_for_by_the_unit(key: str) -> None:
    spec = SIGEC.request_type(key)
    executed = [step.actor.team for step in spec.route if step.kind == "execute"]
    assert (spec.responsible_team, executed) == ("ugpip", ["ti_ses"])


@pytest.mark.parametrize(
    "key", ["desaprobacion_rendicion_estandar", "desaprobacion_rendicion_nacional", "desaprobacion_informe_tecnico"]
)
def test_a_disapproval_is_executed_within_24_hours_of_the_last_validation(key: str) -> None:
    step = SIGEC.request_type(key).step("desaprobar")
    assert step.target is not None
    assert (step.actor.team, step.target.amount, step.target.starts_at) == ("equipo_sigec", 24, "last_approval")


def test_users_of_institutions_are_made_by_the_team_and_executors_by_their_region() -> None:
    ours, theirs = SIGEC.request_type("crear_usuario_institucional"), SIGEC.request_type("crear_usuario_ejecutor")
    assert ours.responsible_team == "equipo_sigec"
    assert (theirs.responsible_team, theirs.step("crear_claves").actor.role) == (
        "equipo_regional",
        "encargado_regional",
    )
    assert SIGEC.team("equipo_regional").per_region
    assert needed(ours) == needed(theirs) == {"formulario_claves"}


def test_an_organisation_is_public_or_private_without_profit() -> None:
    choices = SIGEC.request_type("crear_organizacion").field("naturaleza").choices
    assert [choice.key for choice in choices] == ["publica", "privada_sfl"]


def test_functions_have_the_two_superiors_of_the_directive() -> None:
    roles = {role.key: role for role in PERU.roles}
    specialist = roles["especialista"]
    assert (specialist.administrative_dependency, specialist.technical_dependency) == ("ogauc", "organ")
    for key in ("coordinador_centro", "coordinador_administrativo"):
        assert roles[key].administrative_dependency == "ogauc"
    assert (roles["responsable_tecnico"].scope, roles["coordinador_organo"].scope) == ("organ", "organ")


def test_the_services_of_a_centre_go_to_the_centre() -> None:
    for key in ("consulta", "asistencia_tecnica", "capacitacion"):
        assert PERU.request_type(key).responsible_team == "centro"
    assert PERU.team("centro").per_centre
    assert PERU.team("mesa_partes").supervised_by == "supervisor_mesa_partes"


@pytest.mark.parametrize(
    ("key", "approvers"),
    [
        ("conformidad_servicio", ["director_organo", "director_ogauc"]),
        ("terminos_referencia", ["director_ogauc"]),
        ("nuevo_servicio", ["director_ogauc"]),
        ("pedido_medios", ["oficina_comunicaciones"]),
        ("comision_servicios", ["director_ogauc"]),
        ("insumo_boletin", ["oficina_comunicaciones"]),
    ],
)
def test_a_request_of_a_centre_is_approved_by_its_functions_in_order(key: str, approvers: list[str]) -> None:
    assert [step.actor.role for step in PERU.request_type(key).route if step.kind == "approve"] == approvers


def test_what_is_incomplete_at_the_document_desk_is_observed_once_for_two_days() -> None:
    window = PERU.request_type("recepcion_documental").completion_window
    assert window is not None
    assert (window.amount, window.unit, window.times) == (2, "business_days", 1)


@pytest.mark.parametrize("catalogue", [MEF, SIGEC, PERU, shipped("seps-ec")], ids=lambda each: each.institution.key)
def test_what_users_read_names_people_by_their_function_only(catalogue: Catalogue) -> None:
    """No step is anybody's by name: each has a team or a function (R-071)."""
    actors = [step.actor for each in catalogue.request_types for step in each.route]
    assert [actor for actor in actors if (actor.team is None) == (actor.role is None)] == []
