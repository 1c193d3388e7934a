"""Letters of other offices: what they say instead of the catalogue's words (R-159, R-173)."""

import pytest

from helpdesk.domain.answers import read_answer
from helpdesk.domain.classification import classify
from helpdesk.domain.folding import stems
from tests.domain.shipped import shipped


@pytest.mark.parametrize(
    ("institution", "box", "subject", "text", "wanted"),
    [
        ("mef-ec", "centro_servicios", "No puedo ingresar", "Mi usuario está inactivo", "activacion_revision_usuario"),
        ("mef-ec", "biometria", "Titular de pagos", "Tiene licencia médica por 30 días", "ausencia_temporal"),
        ("mef-ec", "biometria", "Desvinculación", "La funcionaria fue desvinculada", "ausencia_permanente"),
        ("mef-ec", "biometria", "Baja", "El titular presentó su renuncia", "ausencia_permanente"),
        ("sigec-cl", "mesa_ayuda", "2027", "Crear la convocatoria de carácter nacional", "crear_convocatoria_nacional"),
        ("sigec-cl", "mesa_ayuda", "Fechas", "Fecha de modificaciones presupuestarias", "cambio_fecha_modificacion"),
        ("conectamef-pe", "conectamef_piura", "Pregunta", "¿Cómo registro una nota en el SIAF?", "consulta"),
        ("seps-ec", "claves", "Ayuda", "No recuerdo mi clave", "restablecer_contrasena"),
        ("seps-ec", "claves", "Ayuda", "El enlace de activación venció", "restablecer_contrasena"),
    ],
)
def test_other_words_for_the_same_thing_find_the_type(
    institution: str, box: str, subject: str, text: str, wanted: str
) -> None:
    catalogue = shipped(institution)
    mailbox = next(each for each in catalogue.mailboxes if each.key == box)
    assert classify(catalogue, mailbox, subject, text, (), frozenset()).request_type == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Autorizo desaprobar la rendición.",
        "Confirmo que soy el autor de la solicitud.",
        "Cuenten con mi visto bueno.",
        "Otorgo la conformidad del servicio.",
        "Procédase con el cambio de fecha.",
        "Revisado y conforme.",
    ],
)
def test_further_plain_approvals_decide(text: str) -> None:
    assert read_answer(text).decision == "approve"


@pytest.mark.parametrize("text", ["No soy el autor.", "No estoy de acuerdo, así que se rechaza."])
def test_further_plain_refusals_decide(text: str) -> None:
    assert read_answer(text).decision == "reject"


@pytest.mark.parametrize(
    "text",
    [
        "No puedo aprobar sin el memorándum.",
        "Procédase con el cambio, pero solo el primero.",
        "Desaprobar la rendición.",
    ],
)
def test_what_only_sounds_like_a_decision_decides_nothing(text: str) -> None:
    assert read_answer(text).decision not in ("approve", "reject")


def test_what_a_form_is_called_is_not_what_is_asked() -> None:
    catalogue = shipped("sigec-cl")
    text = "Necesita claves de acceso a SIGEC. Va la planilla de creación de Claves/Organizaciones."
    found = classify(
        catalogue,
        catalogue.mailbox("mesa_ayuda"),
        "Acceso para FOSIS",
        text,
        ("Claves_Organizaciones.xlsx",),
        frozenset(),
    )
    assert found.request_type == "crear_usuario_institucional"


@pytest.mark.parametrize(
    ("institution", "mailbox", "subject", "text", "request_type"),
    [
        ("seps-ec", "claves", "ayuda clave", "no me acuerdo de la clave", "restablecer_contrasena"),
        (
            "mef-ec",
            "centro_servicios",
            "Habilitar de nuevo mi usuario",
            "Regresé de vacaciones y pido que vuelvan a habilitar mi usuario.",
            "activacion_revision_usuario",
        ),
        (
            "mef-ec",
            "centro_servicios",
            "Pedido de acceso a la información pública: transferencias a GAD",
            "Se presenta esta solicitud de información.",
            "solicitud_informacion",
        ),
    ],
)
def test_needs_said_without_the_official_name_find_the_type(
    institution: str, mailbox: str, subject: str, text: str, request_type: str
) -> None:
    catalogue = shipped(institution)
    found = classify(catalogue, catalogue.mailbox(mailbox), subject, text, (), frozenset())
    assert found.request_type == request_type


@pytest.mark.parametrize(
    ("institution", "mailbox", "subject", "text", "files", "request_type"),
    [
        (
            "mef-ec",
            "centro_servicios",
            "Baja y alta de administrador",
            "El Ing. Paz se fue; que quien lo reemplaza tenga el rol de administrador en el e-SIGEF.",
            (),
            "crear_usuario_administrador",
        ),
        (
            "mef-ec",
            "centro_servicios",
            "Prefectura de Loja",
            "Solicitamos acceso para reportar la información presupuestaria de la prefectura.",
            ("F.SI.AS.01-GAD.pdf",),
            "crear_usuario_gad_ep",
        ),
        (
            "mef-ec",
            "centro_servicios",
            "acceso de lectura",
            "Requerimos un usuario para ver los pagos de nuestros proyectos en el sistema.",
            ("oficio.pdf", "formulario usuarios de consulta.pdf"),
            "crear_usuario_consulta",
        ),
        (
            "mef-ec",
            "centro_servicios",
            "reseteo de clave",
            "Por favor resetear mi clave del esigef, usuario jlopez1",
            (),
            "activacion_revision_usuario",
        ),
        (
            "mef-ec",
            "biometria",
            "toma de huellas",
            "Queremos agendar la toma de huellas de la nueva titular",
            (),
            "enrolamiento_biometrico",
        ),
        (
            "mef-ec",
            "biometria",
            "encargo de funciones por 15 días",
            "La tesorera estará de permiso del 3 al 18; que el suplente autorice los pagos",
            (),
            "ausencia_temporal",
        ),
        (
            "mef-ec",
            "biometria",
            "fallecimiento",
            "Lamentamos comunicar que falleció el titular de pagos; activar al alterno",
            (),
            "ausencia_permanente",
        ),
        (
            "mef-ec",
            "gestion_documental",
            "LOTAIP",
            "Con base en la LOTAIP pido copia de los informes de deuda pública",
            (),
            "solicitud_informacion",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Usuario nuevo Seremi",
            "Crear acceso a supervisora nueva de la SEREMI de Ñuble",
            (),
            "crear_usuario_institucional",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Perfil ejecutor",
            "La municipalidad de Yumbel requiere un perfil para rendir en SIGEC",
            ("formulario claves.pdf",),
            "crear_usuario_ejecutor",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Incorporar fundación",
            "La Fundación Luz no figura en SIGEC; pedimos agregarla para poder postular",
            ("formulario organizaciones.pdf",),
            "crear_organizacion",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Reversa de rendición",
            "Necesitamos reabrir la rendición de mayo que quedó aprobada",
            ("memo 3.pdf",),
            "desaprobacion_rendicion_estandar",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Abrir concurso",
            "Crear la convocatoria Redes 2027, cierre 10-03-2027 15:00",
            (),
            "crear_convocatoria_estandar",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Informe de avance",
            "Desaprobar el informe técnico de avance N° 1",
            (),
            "desaprobacion_informe_tecnico",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Fecha de la asignación",
            "Corregir la fecha de asignación del presupuesto del proyecto 26-1-2",
            (),
            "cambio_fecha_asignacion",
        ),
        (
            "sigec-cl",
            "mesa_ayuda",
            "Fecha de la modificación",
            "Corregir la fecha de la modificación del presupuesto N° 2",
            ("memo.pdf",),
            "cambio_fecha_modificacion",
        ),
        (
            "conectamef-pe",
            "conectamef_piura",
            "SIAF error 1045",
            "El sistema me bota error al girar, ayuda por favor",
            (),
            "consulta",
        ),
        (
            "conectamef-pe",
            "conectamef_piura",
            "Acompañamiento",
            "Pedimos que un especialista nos asista en la municipalidad con el cierre contable",
            (),
            "asistencia_tecnica",
        ),
        (
            "conectamef-pe",
            "conectamef_cusco",
            "Charla",
            "Quisiéramos una charla de inducción sobre SIGA para el personal nuevo",
            (),
            "capacitacion",
        ),
        (
            "conectamef-pe",
            "conectamef_cusco",
            "Diario",
            "Soy redactor del Diario Andino y necesito declaraciones para una nota",
            (),
            "pedido_medios",
        ),
        (
            "conectamef-pe",
            "ogauc",
            "Visado TdR",
            "Adjunto términos para contratar especialista",
            ("TDR.pdf",),
            "terminos_referencia",
        ),
        (
            "conectamef-pe",
            "ogauc",
            "Honorarios",
            "Remito informe y recibo del especialista de agosto",
            ("informe.pdf", "recibo.pdf"),
            "conformidad_servicio",
        ),
        (
            "conectamef-pe",
            "ogauc",
            "Falta papel",
            "Se acabaron los útiles de oficina y la impresora no tiene tinta",
            (),
            "requerimiento_logistico",
        ),
        (
            "conectamef-pe",
            "ogauc",
            "Viaje a Abancay",
            "Pido que se autorice mi viaje del 3 al 5 con pasajes aéreos",
            (),
            "comision_servicios",
        ),
        (
            "seps-ec",
            "claves",
            "nueva contadora",
            "Solicitamos clave para la nueva contadora, rol de acopio",
            ("solicitud.pdf", "consentimiento.pdf"),
            "solicitud_usuario_clave",
        ),
        (
            "seps-ec",
            "claves",
            "retiro de usuario",
            "El contador ya no trabaja en la cooperativa, quiten su usuario",
            ("solicitud.pdf",),
            "desactivacion_usuario",
        ),
        (
            "seps-ec",
            "claves",
            "no abre el enlace",
            "El enlace que me enviaron ya no abre",
            (),
            "restablecer_contrasena",
        ),
    ],
)
def test_every_day_words_for_each_need_find_the_type(
    institution: str, mailbox: str, subject: str, text: str, files: tuple[str, ...], request_type: str
) -> None:
    catalogue = shipped(institution)
    found = classify(catalogue, catalogue.mailbox(mailbox), subject, text, files, frozenset())
    assert found.request_type == request_type


def test_singular_and_plural_share_a_stem() -> None:
    assert stems("presupuestaria usuario") == stems("presupuestarias usuarios")
