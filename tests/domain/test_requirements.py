import pytest

from helpdesk.domain.catalogue import Condition
from helpdesk.domain.documentmatching import is_announced
from helpdesk.domain.requirements import (
    CandidateFile,
    applies,
    fields_to_complete,
    missing_documents,
    missing_fields,
    propose_documents,
)
from tests.domain.shipped import shipped

BY_MAIL = {"channel": "email", "step": "validar_documentos"}


def proposed(
    institution: str, request_type: str, *names: str, fields: dict[str, object] | None = None
) -> dict[str, str]:
    files = tuple(CandidateFile(index, name, "application/pdf", False, 9000) for index, name in enumerate(names))
    found = propose_documents(shipped(institution).request_type(request_type), fields or {}, BY_MAIL, files)
    return {names[each.file_id]: each.document_key for each in found}


@pytest.mark.parametrize(
    ("condition", "facts", "holds"),
    [
        (Condition("kit_entregado", any_of=(True,)), {"kit_entregado": True}, True),
        (Condition("kit_entregado", any_of=(True,)), {}, False),
        (Condition("requester_role", none_of=("supervisor",)), {"requester_role": "organizacion"}, True),
        (Condition("requester_role", none_of=("supervisor",)), {"requester_role": "supervisor"}, False),
        (None, {}, True),
    ],
)
def test_a_condition_holds_by_the_facts(condition: Condition | None, facts: dict[str, object], holds: bool) -> None:
    assert applies(condition, facts) is holds


def test_personnel_actions_go_to_the_person_in_their_name() -> None:
    found = proposed(
        "mef-ec",
        "crear_usuario_administrador",
        "AP alcaldesa accion de personal.pdf",
        "Nombramiento del solicitante.pdf",
        "formulario.pdf",
        "declaracion juramentada.pdf",
        "acta de entrega.pdf",
    )
    assert found == {
        "AP alcaldesa accion de personal.pdf": "accion_personal_autoridad",
        "Nombramiento del solicitante.pdf": "accion_personal_solicitante",
        "formulario.pdf": "formulario_administrador",
        "declaracion juramentada.pdf": "declaracion_juramentada",
        "acta de entrega.pdf": "acta_entrega_recepcion",
    }


def test_a_lone_appointment_serves_the_mandatory_document_before_the_optional_one() -> None:
    found = proposed("mef-ec", "ausencia_temporal", "Nombramiento.pdf", "Anexo 2.pdf")
    assert found == {"Nombramiento.pdf": "accion_personal_autoridad", "Anexo 2.pdf": "formulario_ausencia_temporal"}


def test_the_longer_form_code_wins() -> None:
    assert proposed("mef-ec", "crear_usuario_gad_ep", "F.SI.AS.01-GAD.pdf") == {
        "F.SI.AS.01-GAD.pdf": "formulario_gad_ep"
    }


def test_the_ruc_of_a_gad_is_no_form() -> None:
    assert proposed("mef-ec", "crear_usuario_gad_ep", "RUC GAD Sucre.pdf") == {"RUC GAD Sucre.pdf": "copia_ruc"}


def test_principal_and_alternate_are_told_from_the_authority() -> None:
    found = proposed(
        "mef-ec",
        "enrolamiento_biometrico",
        "contrato de comodato.pdf",
        "Anexo_4.pdf",
        "Anexo_5.pdf",
        "accion personal titular.pdf",
        "accion personal rector.pdf",
        fields={"kit_entregado": False},
    )
    assert found["accion personal titular.pdf"] == "accion_personal_funcionario"
    assert found["accion personal rector.pdf"] == "accion_personal_autoridad"
    assert found["contrato de comodato.pdf"] == "contrato_comodato"


def test_an_archive_serves_the_annexes() -> None:
    found = proposed("conectamef-pe", "recepcion_documental", "Carta 12.pdf", "sustento.zip")
    assert found == {"Carta 12.pdf": "documento_principal", "sustento.zip": "anexos"}


def test_one_file_may_hold_two_documents() -> None:
    catalogue = shipped("seps-ec").request_type("solicitud_usuario_clave")
    file = CandidateFile(7, "Solicitud y acuerdo de confidencialidad.pdf", "application/pdf", False, 9000)
    keys = {each.document_key for each in propose_documents(catalogue, {}, BY_MAIL, (file,))}
    assert keys == {"solicitud_firmada", "acuerdo_confidencialidad"}


def test_a_scan_without_a_telling_name_is_the_only_document_asked_for() -> None:
    assert proposed("sigec-cl", "desaprobacion_rendicion_estandar", "Scan_0012.pdf") == {"Scan_0012.pdf": "memorandum"}


@pytest.mark.parametrize("name", ["DOC-20260423-WA0001.pdf", "IMG_0412.jpg", "0311-2026-GRA.pdf"])
def test_names_that_telephones_and_registers_give_say_nothing(name: str) -> None:
    assert proposed("sigec-cl", "desaprobacion_rendicion_estandar", name) == {name: "memorandum"}


@pytest.mark.parametrize("name", ["boleta 88.pdf", "factura 2026.pdf"])
def test_a_number_behind_another_paper_is_not_what_is_asked_for(name: str) -> None:
    assert proposed("sigec-cl", "desaprobacion_rendicion_estandar", name) == {}


def test_scans_are_what_is_still_missing_where_they_are_as_many() -> None:
    request_type = shipped("mef-ec").request_type("ausencia_permanente")
    files = (CandidateFile(1, "IMG_0412.pdf", "application/pdf", False, 9000),)
    there = frozenset({"accion_personal_autoridad"})
    found = propose_documents(request_type, {}, BY_MAIL, files, there)
    assert [each.document_key for each in found] == ["formulario_ausencia_permanente"]
    assert propose_documents(request_type, {}, BY_MAIL, files) == ()


def test_only_what_a_name_or_a_text_says_is_certain() -> None:
    request_type = shipped("sigec-cl").request_type("desaprobacion_rendicion_estandar")

    def certain(name: str, words: str = "") -> list[bool]:
        file = CandidateFile(1, name, "application/pdf", False, 9000, words)
        return [each.certain for each in propose_documents(request_type, {}, BY_MAIL, (file,))]

    assert certain("IMG_0412.pdf") == [False]
    assert certain("IMG_0412.pdf", "MEMORÁNDUM N° 12") == [True]
    assert certain("memo 12.pdf") == [True]


@pytest.mark.parametrize(
    ("institution", "request_type", "name"),
    [
        ("sigec-cl", "desaprobacion_rendicion_estandar", "Memo sin firmar.pdf"),
        ("sigec-cl", "desaprobacion_rendicion_estandar", "MEMORANDUM borrador v2.docx"),
        ("sigec-cl", "crear_usuario_ejecutor", "formulario_claves_en_blanco.docx"),
        ("sigec-cl", "crear_usuario_ejecutor", "Instructivo formulario.pdf"),
        ("sigec-cl", "crear_usuario_ejecutor", "guía para el formulario.pdf"),
        ("sigec-cl", "crear_usuario_ejecutor", "plantilla formulario.xlsx"),
        ("mef-ec", "crear_usuario_gad_ep", "RUC proveedor.pdf"),
        ("mef-ec", "crear_usuario_gad_ep", "oficio explicando que falta el acuerdo de responsabilidad.pdf"),
        ("seps-ec", "solicitud_usuario_clave", "modelo de consentimiento.pdf"),
        ("seps-ec", "solicitud_usuario_clave", "ejemplo solicitud.pdf"),
    ],
)
def test_a_paper_about_a_document_or_one_not_yet_signed_is_not_it(
    institution: str, request_type: str, name: str
) -> None:
    assert proposed(institution, request_type, name) == {}


def test_a_document_that_the_catalogue_calls_a_request_is_one() -> None:
    name = "solicitud de informacion.pdf"
    assert proposed("mef-ec", "solicitud_informacion", name) == {name: "oficio_requerimiento"}


def test_the_document_that_lacked_is_the_one_that_lacked() -> None:
    name = "acuerdo de responsabilidad faltante.pdf"
    assert proposed("mef-ec", "crear_usuario_gad_ep", name) == {name: "acuerdo_responsabilidad_gad"}


@pytest.mark.parametrize(
    ("letter", "brings"),
    [
        ("Se adjunta el memorándum firmado.", True),
        ("Va memo.", True),
        ("Adjunto lo pedido.", False),
        ("El memo lo envío mañana. Adjunto fotos.", False),
        ("No adjunto el memorándum todavía", False),
    ],
)
def test_a_letter_may_say_which_document_it_brings(letter: str, brings: bool) -> None:
    (memorandum,) = shipped("sigec-cl").request_type("desaprobacion_rendicion_estandar").required_documents
    assert is_announced(memorandum, letter) is brings


def test_what_a_paper_is_counts_before_what_it_is_about() -> None:
    name = "acta e-r usuarios administradores.pdf"
    assert proposed("mef-ec", "crear_usuario_administrador", name) == {name: "acta_entrega_recepcion"}


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("FSIAS01_firmado.pdf", "formulario_administrador"),
        ("Declaración notarial.pdf", "declaracion_juramentada"),
    ],
)
def test_codes_without_dots_and_short_names_are_known(name: str, document: str) -> None:
    assert proposed("mef-ec", "crear_usuario_administrador", name) == {name: document}


@pytest.mark.parametrize("name", ["INFORME 12.pdf", "recurso de reconsideración.docx"])
def test_any_paper_is_a_document_that_the_catalogue_calls_nothing_else(name: str) -> None:
    found = proposed("conectamef-pe", "recepcion_documental", name, "anexos.zip")
    assert found == {name: "documento_principal", "anexos.zip": "anexos"}


def test_abbreviated_names_are_read() -> None:
    names = ("Inf. actividades set.pdf", "RHE E001-58.pdf")
    assert proposed("conectamef-pe", "conformidad_servicio", *names) == {
        names[0]: "informe_actividades",
        names[1]: "recibo_honorarios",
    }
    name = "acuerdo_resp_seguridad_info.pdf"
    assert proposed("mef-ec", "crear_usuario_gad_ep", name) == {name: "acuerdo_responsabilidad_gad"}


def test_joined_names_are_read_part_by_part() -> None:
    file = CandidateFile(1, "nombramientos secretaria y presidente.pdf", "application/pdf", False, 9000)
    found = propose_documents(shipped("mef-ec").request_type("crear_usuario_gad_ep"), {}, BY_MAIL, (file,))
    assert {each.document_key for each in found} == {"accion_personal_responsable", "nombramiento_representante"}


def test_a_file_that_is_something_else_is_no_document() -> None:
    assert proposed("sigec-cl", "desaprobacion_rendicion_estandar", "cartola banco.xlsx") == {}


@pytest.mark.parametrize(
    "file",
    [
        CandidateFile(1, "memorandum.png", "image/png", True, 9000),
        CandidateFile(1, "logo memorandum.png", "image/png", False, 9000),
        CandidateFile(1, "memorandum.eml", "message/rfc822", False, 9000),
    ],
)
def test_inline_pictures_logos_and_messages_are_never_documents(file: CandidateFile) -> None:
    request_type = shipped("sigec-cl").request_type("cambio_fecha_modificacion")
    assert propose_documents(request_type, {}, BY_MAIL, (file,)) == ()


@pytest.mark.parametrize("content_type", ["application/octet-stream", "image/jpeg"])
def test_scans_of_any_type_count(content_type: str) -> None:
    request_type = shipped("sigec-cl").request_type("cambio_fecha_modificacion")
    file = CandidateFile(1, "Memo 7.jpg", content_type, False, 9000)
    assert [each.document_key for each in propose_documents(request_type, {}, BY_MAIL, (file,))] == ["memorandum"]


@pytest.mark.parametrize(
    "name",
    [
        "escudo municipal.png", "pie de firma.jpg", "membrete.png", "sello.png", "Outlook-abc.png", "image.png",
        "image001.png", "unnamed.png", "facebook_icon.png", "GAD_LOGO2024.png", "firma digital.png", "Firma_Juan.png",
        "banner navidad.jpg", "whatsapp.png", "cid_image.png",
    ],
)  # fmt: skip
def test_a_small_picture_that_adorns_a_letter_is_no_document(name: str) -> None:
    assert documents_of_picture(name, 9_000) == []


@pytest.mark.parametrize("name", ["GAD_LOGO2024.png", "firma digital.png", "banner.jpg"])
def test_a_logo_is_no_document_however_large(name: str) -> None:
    assert documents_of_picture(name, 900_000) == []


@pytest.mark.parametrize("name", ["image0023.jpg", "image.png", "logo carta de reclamo.jpg"])
def test_a_picture_as_large_as_a_scan_is_one_whatever_the_program_calls_it(name: str) -> None:
    assert documents_of_picture(name, 60_000) == ["documento_principal"]


@pytest.mark.parametrize(
    "name", ["carta.jpg", "WhatsApp Image 2026-09-14 at 10.11.12.jpeg", "IMG_0412.jpg", "oficio firma.png"]
)
def test_a_small_scan_with_a_name_of_its_own_is_not_dropped(name: str) -> None:
    assert documents_of_picture(name, 1_200) == ["documento_principal"]


def documents_of_picture(name: str, size: int) -> list[str]:
    """What a picture sent to the reception of documents is taken for."""
    file = CandidateFile(1, name, "image/jpeg", False, size)
    request_type = shipped("conectamef-pe").request_type("recepcion_documental")
    return [each.document_key for each in propose_documents(request_type, {}, BY_MAIL, (file,))]


def test_which_conditional_document_is_missing_depends_on_the_data() -> None:
    request_type = shipped("mef-ec").request_type("enrolamiento_biometrico")
    rest = frozenset(each.key for each in request_type.required_documents if each.mandatory == "always")
    assert missing_documents(request_type, {"kit_entregado": False}, BY_MAIL, rest) == ("contrato_comodato",)
    assert missing_documents(request_type, {"kit_entregado": True}, BY_MAIL, rest) == ("acta_entrega_kit",)


def test_a_document_of_a_later_step_is_not_missing_yet() -> None:
    request_type = shipped("conectamef-pe").request_type("nuevo_servicio")
    provided = frozenset({"informe_organo"})
    assert missing_documents(request_type, {}, {"step": "validar_documentos"}, provided) == ()
    assert missing_documents(request_type, {}, {"step": "integrar"}, provided) == ("informe_ogauc",)


def test_data_that_only_the_message_can_state_are_missing() -> None:
    request_type = shipped("sigec-cl").request_type("cambio_fecha_modificacion")
    fields: dict[str, object] = {
        "convocatoria_nombre": "Familias",
        "convocatoria_anio": 2026,
        "ejecutor": "Municipalidad",
        "numero_proyecto": "26-000001-00001",
        "fecha_actual": "2026-01-01",
        "motivo": "error",
    }
    assert missing_fields(request_type, fields, BY_MAIL) == ("numero_modificacion", "fecha_reemplazo")


def test_data_that_a_form_carries_are_not_missing_but_to_complete() -> None:
    request_type = shipped("mef-ec").request_type("ausencia_temporal")
    assert missing_fields(request_type, {}, BY_MAIL) == ()
    assert "titular_cedula" in [each.key for each in fields_to_complete(request_type, {}, BY_MAIL)]


def test_a_false_answer_is_an_answer() -> None:
    request_type = shipped("conectamef-pe").request_type("nuevo_servicio")
    fields: dict[str, object] = {"organo": "tesoro", "requiere_especialista": False}
    assert missing_fields(request_type, fields, BY_MAIL) == ()


def test_nobody_has_to_state_a_captcha() -> None:
    request_type = shipped("seps-ec").request_type("solicitud_usuario_clave")
    assert "captcha" not in [each.key for each in fields_to_complete(request_type, {}, BY_MAIL)]


def read_from(request_type: str, *texts: str, name: str = "scan001{}.pdf", institution: str = "mef-ec") -> list[str]:
    """The documents that scans with these texts are taken for, in the order of the files."""
    files = tuple(
        CandidateFile(number, name.format(number), "application/pdf", False, 9000, words)
        for number, words in enumerate(texts)
    )
    found = propose_documents(shipped(institution).request_type(request_type), {}, BY_MAIL, files)
    return [each.document_key for each in found]


LETTER = """GAD MUNICIPAL DEL CANTÓN SUCRE
OFICIO Nro. GADMS-2026-0012-OF
Bahía de Caráquez, 3 de marzo de 2026
Asunto: Formulario F.SI.AS.01-GAD y acuerdo de responsabilidad
Señor Subsecretario:
Adjunto a la presente:
1. Acuerdo de Responsabilidad de Seguridad de la Información GAD-EP
- Copia del RUC"""


@pytest.mark.parametrize(
    ("request_type", "text", "documents"),
    [
        ("crear_usuario_gad_ep", "MINISTERIO DE FINANZAS\nF.SI.AS.01-GAD\nDatos del usuario", ["formulario_gad_ep"]),
        ("crear_usuario_gad_ep", "MINISTERIO DE FINANZAS\nF-SI-AS-01 - GAD\nDatos", ["formulario_gad_ep"]),
        ("crear_usuario_gad_ep", "REGISTRO ÚNICO DE CONTRIBUYENTES\nSociedades", ["copia_ruc"]),
        ("crear_usuario_gad_ep", "ACUERDO DE RESPONSABILIDAD DE SEGURIDAD\nDE LA INFORMACIÓN\nGAD-EP\nYo, Ana Peña",
         ["acuerdo_responsabilidad_gad"]),
        ("crear_usuario_administrador", "FORMULARIO\nF.SI.AS.01\nUsuarios", ["formulario_administrador"]),
        ("activacion_revision_usuario", "Código: RG-SI-CG-01-01\nVersión 3", ["formulario_activacion"]),
        ("activacion_revision_usuario", "Solicitud\nuno\ndos\ntres\n4\n5\n6\n7\n8\n9\n10\n11\nRG-SI-CG-01-01 página 1",
         ["formulario_activacion"]),
        ("enrolamiento_biometrico", "ANEXO 4\nInformación biométrica", ["formulario_informacion_biometrica"]),
        ("enrolamiento_biometrico", "CONTRATO DE COMODATO\nComparecen", ["contrato_comodato"]),
    ],
)  # fmt: skip
def test_a_scan_is_known_by_the_code_or_title_at_its_top(request_type: str, text: str, documents: list[str]) -> None:
    assert read_from(request_type, text, LETTER if request_type == "crear_usuario_gad_ep" else "") == documents


def test_a_letter_that_lists_what_comes_with_it_is_none_of_it() -> None:
    assert read_from("crear_usuario_gad_ep", LETTER) == []
    assert read_from("crear_usuario_consulta", LETTER) == ["oficio_solicitud"]


def test_a_form_with_a_longer_code_is_another_form() -> None:
    assert "formulario_administrador" not in read_from("crear_usuario_administrador", "Ministerio\nF.SI.AS.01-GAD", "x")


def test_the_text_tells_whose_personnel_action_a_scan_is() -> None:
    action = "ACCIÓN DE PERSONAL No. 12\nNombre: {}\nPuesto: {}"
    assert read_from(
        "crear_usuario_administrador",
        action.format("Luis Vera", "Alcalde, máxima autoridad"),
        action.format("Ana Peña", "Analista, servidora solicitante"),
    ) == ["accion_personal_autoridad", "accion_personal_solicitante"]


def test_a_name_that_says_what_a_file_is_weighs_more_than_its_text() -> None:
    assert read_from("crear_usuario_gad_ep", "F.SI.AS.01-GAD", name="Copia del RUC {}.pdf") == ["copia_ruc"]


def test_the_text_tells_apart_what_the_name_leaves_open() -> None:
    found = read_from("crear_usuario_administrador", "ACCIÓN DE PERSONAL\nMáxima autoridad: alcalde",
                      name="accion de personal.pdf")  # fmt: skip
    assert found == ["accion_personal_autoridad"]


def test_one_file_with_several_documents_serves_all_of_them() -> None:
    pages = (
        "Ministerio de Finanzas\nF.SI.AS.01-GAD\nDatos del usuario",
        "continúa el formulario",
        "ACUERDO DE RESPONSABILIDAD DE SEGURIDAD DE LA INFORMACIÓN GAD-EP\nYo",
        "REGISTRO ÚNICO DE CONTRIBUYENTES\nRazón social",
    )
    assert sorted(read_from("crear_usuario_gad_ep", "\f".join(pages), name="Expediente completo.pdf")) == [
        "acuerdo_responsabilidad_gad",
        "copia_ruc",
        "formulario_gad_ep",
    ]


def test_two_pages_of_one_document_are_one_document() -> None:
    page = "ACCIÓN DE PERSONAL No. 12\nNombre: Ana Peña"
    assert len(read_from("crear_usuario_administrador", f"{page}\f{page}")) == 1


def test_a_picture_counts_for_nothing_whatever_its_text() -> None:
    picture = CandidateFile(1, "logo.png", "image/png", True, 900, "F.SI.AS.01-GAD")
    assert propose_documents(shipped("mef-ec").request_type("crear_usuario_gad_ep"), {}, BY_MAIL, (picture,)) == ()
