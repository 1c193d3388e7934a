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


def test_singular_and_plural_share_a_stem() -> None:
    assert stems("presupuestaria usuario") == stems("presupuestarias usuarios")
