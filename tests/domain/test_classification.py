import pytest

from helpdesk.domain.classification import Classification, classify
from tests.domain.shipped import shipped


def classified(
    institution: str,
    mailbox: str,
    subject: str,
    text: str = "",
    files: tuple[str, ...] = (),
    roles: frozenset[str] = frozenset(),
) -> Classification:
    catalogue = shipped(institution)
    return classify(catalogue, catalogue.mailbox(mailbox), subject, text, files, roles)


@pytest.mark.parametrize(
    ("institution", "mailbox", "subject", "text", "expected"),
    [
        (
            "mef-ec",
            "centro_servicios",
            "Usuario administrador informático",
            "Pedimos crearlo.",
            "crear_usuario_administrador",
        ),
        (
            "mef-ec",
            "centro_servicios",
            "Usuario para la Empresa Pública de Aseo",
            "Creación para cargar información financiera.",
            "crear_usuario_gad_ep",
        ),
        (
            "mef-ec",
            "centro_servicios",
            "Usuarios especiales de consulta",
            "Para ver entidades adscritas.",
            "crear_usuario_consulta",
        ),
        (
            "mef-ec",
            "centro_servicios",
            "Contraseña caducada - GAD Parroquial Sucre",
            "No puedo entrar, reactivar por favor.",
            "activacion_revision_usuario",
        ),
        ("mef-ec", "biometria", "Enrolar al nuevo titular", "Las huellas ya constan.", "enrolamiento_biometrico"),
        ("mef-ec", "biometria", "Vacaciones del tesorero", "Registrar su ausencia temporal.", "ausencia_temporal"),
        (
            "mef-ec",
            "biometria",
            "Jubilación de la titular",
            "Se desactive su usuario por ausencia permanente.",
            "ausencia_permanente",
        ),
        (
            "mef-ec",
            "gestion_documental",
            "Requiero información",
            "Solicitud de información de deuda pública.",
            "solicitud_informacion",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Claves para nueva profesional FOSIS",
            "Solicito crear usuario.",
            "crear_usuario_institucional",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Modificación presupuestaria: cambio de fecha",
            "Ejecutor Municipalidad de Quilpué.",
            "cambio_fecha_modificacion",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Solicito desaprobar la última rendición",
            "Convenio estándar.",
            "desaprobacion_rendicion_estandar",
        ),
        ("sigec-cl", "mesa_ayuda", "Rendición de convenio nacional", "Desaprobar.", "desaprobacion_rendicion_nacional"),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Crear convocatoria estándar SEREMI Maule",
            "Año 2026.",
            "crear_convocatoria_estandar",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Nueva organización",
            "Queremos inscribir la organización en el sistema.",
            "crear_organizacion",
        ),
        ("conectamef-pe", "conectamef_cusco", "Duda sobre conciliación", "¿Cómo se registra?", "consulta"),
        ("conectamef-pe", "conectamef_cusco", "Curso de SIAF", "Pedimos un curso.", "capacitacion"),
        ("conectamef-pe", "conectamef_piura", "Entrevista", "Soy periodista de radio.", "pedido_medios"),
        ("conectamef-pe", "ogauc", "Pasajes y viáticos", "Para la visita a Sullana.", "comision_servicios"),
        ("conectamef-pe", "ogauc", "TDR del especialista", "Se adjuntan visados.", "terminos_referencia"),
        ("seps-ec", "claves", "Olvidé la contraseña", "Ayuda por favor.", "restablecer_contrasena"),
        (
            "seps-ec",
            "recepcion_documental",
            "Baja de usuario",
            "Pedimos desactivar al usuario del rol de acopio.",
            "desactivacion_usuario",
        ),
    ],
)
def test_a_request_in_other_words_finds_its_type(
    institution: str, mailbox: str, subject: str, text: str, expected: str
) -> None:
    assert classified(institution, mailbox, subject, text).request_type == expected


def test_a_request_in_the_wrong_mailbox_is_classified_by_its_content() -> None:
    found = classified("mef-ec", "centro_servicios", "Ausencia temporal del titular", "Sale de vacaciones.")
    assert found.request_type == "ausencia_temporal"


def test_two_requests_in_the_subject_are_no_type_but_two_candidates() -> None:
    found = classified("mef-ec", "biometria", "Usuario bloqueado y ausencia temporal del titular")
    assert (found.request_type, found.candidates) == (None, ("activacion_revision_usuario", "ausencia_temporal"))


def test_numbered_requests_in_the_body_are_two_candidates() -> None:
    text = "Pedimos dos cosas:\n1) Un taller de SIGA para el equipo.\n2) Asistencia técnica en inversiones."
    found = classified("conectamef-pe", "conectamef_piura", "Solicitud", text)
    assert (found.request_type, found.candidates) == (None, ("asistencia_tecnica", "capacitacion"))


def test_a_second_request_added_to_the_first_is_seen() -> None:
    text = "Solicito enrolar a la titular. Además solicitamos registrar la ausencia temporal del alterno."
    found = classified("mef-ec", "biometria", "Solicitudes", text)
    assert found.request_type is None
    assert "ausencia_temporal" in found.candidates


def test_numbered_documents_are_not_several_requests() -> None:
    text = "Por vacaciones pido la ausencia temporal. Adjunto: 1) formulario 2) acción de personal de la autoridad."
    assert classified("mef-ec", "biometria", "Ausencia temporal", text).request_type == "ausencia_temporal"


def test_an_offer_to_answer_questions_is_no_question() -> None:
    text = "Pedimos un taller de SIGA. Quedamos atentos a cualquier consulta o duda."
    assert classified("conectamef-pe", "conectamef_piura", "Taller", text).request_type == "capacitacion"


def test_a_message_that_says_nothing_stays_unclassified() -> None:
    assert classified("mef-ec", "centro_servicios", "Hola", "Buenas tardes, favor su ayuda.").request_type is None


def test_a_mailbox_of_one_type_leans_to_it() -> None:
    assert (
        classified("conectamef-pe", "mesadepartes_cusco", "Carta 12", "Va adjunta.").request_type
        == "recepcion_documental"
    )
    assert (
        classified("conectamef-pe", "buzon_piura", "Opinión", "Hace mucho calor en la sala.").request_type
        == "sugerencia"
    )


def test_a_form_code_in_a_file_name_speaks() -> None:
    files = ("F.SI.AS.01-GAD firmado.pdf",)
    assert (
        classified("mef-ec", "centro_servicios", "Documentos", "Adjunto.", files).request_type == "crear_usuario_gad_ep"
    )


def test_what_speaks_against_a_type_keeps_it_out() -> None:
    found = classified("seps-ec", "claves", "Solicitud de clave: enlace de 72 horas caducado", "Restablecer.")
    assert found.request_type == "restablecer_contrasena"


def test_the_senders_role_is_weak_evidence() -> None:
    text = "Necesito absolución de consulta sobre devengado."
    found = classified("conectamef-pe", "ogauc", "Consulta", text, roles=frozenset({"especialista"}))
    assert found.request_type == "consulta_especializada"


def test_a_step_of_the_request_is_no_second_request() -> None:
    text = (
        "Por ausencia temporal de la titular pedimos desactivarla. Además solicitamos activar el usuario del alterno."
    )
    assert classified("mef-ec", "biometria", "Ausencia temporal", text).request_type == "ausencia_temporal"


def test_a_second_request_counts_although_the_first_speaks_against_its_type() -> None:
    text = "Solicito desaprobar la rendición de mayo y también pido desaprobar el informe técnico N° 1."
    found = classified("sigec-cl", "mesa_ayuda", "Desaprobaciones", text)
    assert found.candidates == ("desaprobacion_rendicion_estandar", "desaprobacion_informe_tecnico")


def test_users_of_a_listed_institution_are_told_from_executors_in_a_regional_mailbox() -> None:
    found = classified("sigec-cl", "regional_biobio", "Usuario para FOSIS", "Solicito creación de usuario.")
    assert found.request_type == "crear_usuario_institucional"


def test_a_numbered_list_of_data_is_one_request() -> None:
    text = (
        "Cambio de fecha de modificación presupuestaria:\n1. Convocatoria: Familias\n2. Ejecutor: Municipalidad de Lota"
    )
    found = classified("sigec-cl", "mesa_ayuda", "Modificación presupuestaria", text)
    assert found.request_type == "cambio_fecha_modificacion"


def test_what_speaks_against_one_type_and_for_another_decides() -> None:
    found = classified(
        "sigec-cl", "mesa_ayuda", "Creación de usuario", "Favor crear usuario para la Municipalidad de Lota."
    )
    assert found.request_type == "crear_usuario_ejecutor"


def test_a_weak_request_in_a_mailbox_for_something_else_is_left_to_a_person() -> None:
    found = classified("sigec-cl", "regional_biobio", "Clave", "Necesito clave de acceso")
    assert (found.request_type, found.candidates) == (None, ("crear_usuario_institucional", "crear_usuario_ejecutor"))


def test_where_somebodys_mail_is_read_says_nothing_of_what_is_asked() -> None:
    text = "Solicito crear el usuario administrador financiero para Ana Paz, ana@gad-norte.example.com."
    assert classified("mef-ec", "centro_servicios", "Usuario administrador", text).request_type == (
        "crear_usuario_administrador"
    )


def test_what_somebody_works_at_is_no_request() -> None:
    text = "La Municipalidad de Petorca solicita clave para Ana Paz, encargada de rendiciones."
    found = classified("sigec-cl", "regional_valparaiso", "Solicitud de clave", text)
    assert found.request_type == "crear_usuario_ejecutor"
