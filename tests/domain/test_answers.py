"""What an approver's words decide. A wrong decision is the one fault that may never happen: doubt is ambiguous."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.domain.answerobjects import Asked
from helpdesk.domain.answers import Decision, read_answer
from tests.effort import no_explosion

APPROVALS = """
Apruebo
Apruebo.
APRUEBO
apruebo!!
*Apruebo*
«Apruebo»
Aprobado
Aprobada.
Se aprueba.
Se aprueba la solicitud.
Autorizo
Autorizo.
Autorizado, proceder.
Se autoriza lo solicitado.
V°B°
VºBº
V° B°
V.B.
VB
Vo.Bo.
Visto bueno.
V°B°. Autorizado, proceder.
Doy mi visto bueno.
Cuenta con mi aprobación.
Conforme.
Conforme, gracias.
Estoy conforme.
Procede.
Procede la solicitud.
Procédase.
Procédase con lo solicitado.
Aprobado. Favor proceder.
Apruebo la solicitud.
Apruebo la desaprobación de la rendición del convenio.
Autorizo la modificación presupuestaria.
Apruebo el cambio de fecha solicitado.
Estimados, apruebo la solicitud.
Estimada María José: apruebo.
Estimado Sr. Pérez, se autoriza. Saludos cordiales.
Buenos días, aprobado. Muchas gracias.
Hola, ¿cómo están? Apruebo.
Sí, apruebo.
Si, apruebo.
Lo apruebo.
Yo apruebo la solicitud.
Aprobamos la solicitud.
Solicitud aprobada.
La solicitud queda aprobada.
Queda autorizado.
Doy por aprobada la solicitud.
Por la presente autorizo la solicitud.
Informo a usted que se aprueba la solicitud.
Revisados los antecedentes, apruebo.
Revisado y aprobado.
Apruebo y autorizo.
Aprobado sin observaciones.
No tengo observaciones, apruebo.
Por mi parte, aprobado.
Como subrogante de la jefatura, autorizo.
En mi calidad de Jefe Administrativo Regional, apruebo la solicitud.
Aprobado en su totalidad.
Autorizo proceder.
Aprovo.
Aprovado, obrigado.
Autorizado. Atenciosamente, João Silva
Deferido.
Validado.
Se valida.
Visado.
Aceptado.
Autorízase.
Le doy mi visto bueno.
Apruebo lo solicitado por la Municipalidad de Ejemplo.
Apruebo la asignación presupuestaria del programa Mayores de la región.
Apruebo la solicitud. Quedo atento a sus comentarios.
✅ Apruebo
Sí autorizo
Por lo tanto, se aprueba.
Aprobado. Proceder con la desaprobación de la rendición.
Apruebo
"""

REJECTIONS = """
Rechazo | -
Rechazado. | -
RECHAZADA | -
Se rechaza. | -
No apruebo. | -
No autorizo | -
No procede. | -
No se aprueba. | -
No se autoriza. | -
No lo apruebo. | -
No aprobado. | -
No autorizada. | -
No conforme. | -
Denegado. | -
Se deniega la solicitud. | -
Deniego lo solicitado. | -
Desestimado. | -
No ha lugar. | -
No doy mi visto bueno. | -
No, no apruebo. | -
Rechazamos la solicitud. | -
Não aprovo. | -
Rejeitado. | -
Indeferido. | -
Rechazado, falta el memorándum. | falta el memorándum
Rechazo: no se adjunta el memorándum | no se adjunta el memorándum
Rechazo la solicitud porque falta la firma. | falta la firma
No apruebo la solicitud: el saldo no coincide con la cartola. | el saldo no coincide con la cartola
Estimados, no apruebo la solicitud: el saldo no coincide con la cartola. | el saldo no coincide con la cartola
Rechazado por falta de memorándum | falta de memorándum
Se rechaza la solicitud, ya que el monto está errado. | el monto está errado
No autorizo la modificación, el proyecto ya está cerrado. | el proyecto ya está cerrado
No procede, el convenio venció en marzo. Saludos. | el convenio venció en marzo
Rechazado (monto incorrecto) | monto incorrecto
Rechazado - monto incorrecto | monto incorrecto
Falta el memorándum, por lo tanto rechazo. | Falta el memorándum
El saldo no coincide. Rechazado. | El saldo no coincide
Como falta el memorándum, se rechaza. | Como falta el memorándum
No se autoriza debido a que no existe presupuesto. | no existe presupuesto
Rechazado. Favor corregir el monto y volver a enviar. | Favor corregir el monto y volver a enviar
Rechazado, no se puede autorizar sin memorándum. | no se puede autorizar sin memorándum
Denegada: el programa no corresponde a su región. | el programa no corresponde a su región
Rejeitado, falta o memorando. | falta o memorando
En consecuencia, no se aprueba la modificación. | -
Por lo expuesto, se rechaza. | -
Rechazado. Motivo: falta el memorándum. | falta el memorándum
Rechazado, el monto no coincide con lo aprobado en el convenio. | el monto no coincide con lo aprobado en el convenio
No apruebo, falta visto bueno del supervisor | falta visto bueno del supervisor
Não autorizo: o saldo não confere. | o saldo não confere
"""

AMBIGUOUS = """
Aprobado siempre y cuando corrijan el número de proyecto del memorándum, que no coincide. | *
Aprobado, siempre que se corrija el monto. | se corrija el monto
Apruebo si corrigen el monto. | corrigen el monto
Si corrigen el monto, apruebo. | *
SI CORRIGEN EL MONTO APRUEBO | CORRIGEN EL MONTO APRUEBO
Apruebo sujeto a la firma del memorándum. | la firma del memorándum
Autorizado previa revisión de finanzas. | revisión de finanzas
Aprobado una vez que llegue el oficio. | llegue el oficio
Apruebo salvo el punto dos. | el punto dos
Apruebo la solicitud, excepto la fecha. | la fecha
Aprobado con la condición de que firmen el acta. | firmen el acta
Aprobado, pero falta el memorándum. | falta el memorándum
Autorizo cuando llegue el saldo. | llegue el saldo
Apruebo con observaciones. | -
Apruebo. Falta el memorándum. | -
Apruebo parcialmente. | -
Apruebo la mitad del monto. | -
Apruebo solo la primera. | -
Apruebo hasta $500.000. | -
Apruebo el 50% | -
Apruebo la solicitud 45 y rechazo la 46. | -
Aprobado. Rechazado. | -
Rechazado no, aprobado. | -
No rechazo. | -
No apruebo ni rechazo. | -
No apruebo el rechazo de la rendición. | -
Recibido. Lo reviso con finanzas y mañana les confirmo si se aprueba. | -
Lo reviso. | -
Llámeme por favor. | -
Aprobado con comentarios. | -
Apruebo con sus observaciones. | -
Apruebo ninguna | -
Conforme recibido | -
Mañana confirmo. | -
Mañana apruebo. | -
Aún no apruebo. | -
Todavía no autorizo. | -
No apruebo por ahora. | -
¿Aprobado? | -
Aprobado? | -
¿Qué tengo que aprobar? | -
¿Se aprueba o se rechaza? | -
Aprobado... | -
Sí, claro, aprobado... cuando las vacas vuelen. | *
Aprobado jajaja | -
Apruebo 🙄 | -
👍 | -
Ok | -
Sí. | -
No. | -
De acuerdo. | -
Adelante. | -
Creo que se aprueba. | -
Yo aprobaría. | -
Aprobaré la solicitud. | -
Supongo que autorizo. | -
Fue aprobado por finanzas. | -
Aprobado por finanzas. | -
Ana dijo: aprobado | -
Ana dijo: rechazado | -
Que lo apruebe Juan. | -
Autorizo a Juan Pérez para decidir. | -
Apruebo en principio. | -
Recibido conforme. | -
Procede corregir el monto. | -
Procédase a devolver el expediente. | -
Procédase a archivar. | -
Procede rechazar. | -
No puedo aprobar. | -
Desaprobado. | -
Sin visto bueno. | -
Falta el V°B° del director. | -
V°B° de la Directora | -
Para aprobar, responda APRUEBO en la primera línea. Para rechazar, responda RECHAZO. | -
Recibí un correo que dice «APRUEBO», no entiendo. | -
Rechazado si no envían el memorándum hoy. | no envían el memorándum hoy
Rechazado, salvo que llegue el memorándum. | llegue el memorándum
Rechazado. El segundo informe lo apruebo. | -
Rechazado, pero procedan igual. | *
Rechazado, ¿dónde está el memorándum? | -
Rechazado... | -
Rechazo la primera. | -
Me equivoqué, quise decir rechazado. | -
Apruebo. Corrijan primero el monto. | -
Apruebo, el monto es otro. | -
Apruebo la solicitud y el monto cambia. | -
Apruebo bajo protesta. | -
Autorizo que revisen el caso. | -
Apruebo. Monto máximo 500. | -
Aprobado. Ejecutar la próxima semana. | -
La solicitud está aprobada por el comité de 2024 | -
Apruebo lo contrario. | -
No dudo en aprobar. | -
Aprovado, desde que corrijam o valor. | *
Sim, aprovo se corrigirem. | -
Acho que aprovo. | -
Apruebo la solicitud el monto cambia | -
Apruebo el lunes | -
Apruebo el reclamo | -
Apruebo la 1 | -
Apruebo la solicitud por 300 mil | -
Apruebo la solicitud dependiendo del saldo | -
Apruebo la solicitud con la firma del director | -
Aprobado según lo conversado | -
Apruebo la solicitud para mayo | -
Apruebo la solicitud anterior | -
Apruebo la propuesta de Ana | -
Apruebo la solicitud como Ana pidió | -
Autorizo el cierre | -
Rechazado, presupuesto aprobado | -
Rechazo el tono del correo | -
Rechazado por finanzas | -
Rechazado por error | -
Rechazado hasta nuevo aviso | -
Rechazado, conversemos | -
No procede el reclamo del ejecutor | -
[ ] Apruebo [x] Rechazo | -
[ ] Rechazo | -
☐ Apruebo | -
~~Apruebo~~ | -
No\u200b aprobado todavía | -
Nо apruebo | -
Jamás apruebo | -
Apruebo/rechazo | -
"""

NOTHING = """
Recibido, gracias.
Buenos días.
Estimados, adjunto el memorándum.
Muchas gracias por la información.
Favor enviar el memorándum.
El monto no coincide.
No hay problema.
"""


OF_A_REPORT = """
Apruebo la rendición de marzo del convenio.
Junto con saludar, apruebo la rendición del convenio.
Aprobada la rendición.
No apruebo la rendición, falta un comprobante.
Se rechaza la rendición, ya que el monto está errado.
"""
TO_APPROVE_IT = Asked("Comisión de servicios: viáticos y pasajes. Rendición de marzo")
TO_TAKE_IT_BACK = Asked("Solicitud de desaprobación de rendiciones – Convenios Estándar. Rendición N° 4")


def lines(table: str) -> list[str]:
    return [line for line in table.strip().split("\n") if line]


def pairs(table: str) -> list[tuple[str, str]]:
    return [(text.strip(), reason.strip()) for text, _, reason in (line.rpartition("|") for line in lines(table))]


@pytest.mark.parametrize("text", lines(APPROVALS))
def test_a_plain_statement_approves(text: str) -> None:
    assert read_answer(text).decision == "approve"


@pytest.mark.parametrize(("text", "reason"), pairs(REJECTIONS))
def test_a_plain_statement_rejects_with_its_reason(text: str, reason: str) -> None:
    answer = read_answer(text)
    assert (answer.decision, answer.reason) == ("reject", None if reason == "-" else reason)


@pytest.mark.parametrize(("text", "reason"), pairs(AMBIGUOUS))
def test_a_doubt_decides_nothing(text: str, reason: str) -> None:
    answer = read_answer(text)
    assert answer.decision == "ambiguous"
    if reason != "*":
        assert answer.reason == (None if reason == "-" else reason)


@pytest.mark.parametrize("text", lines(OF_A_REPORT))
def test_what_is_said_of_a_report_decides_where_the_request_asks_for_its_approval(text: str) -> None:
    assert read_answer(text, TO_APPROVE_IT).decision in ("approve", "reject")


@pytest.mark.parametrize("asked", [TO_TAKE_IT_BACK, Asked()], ids=["taken back", "not known"])
@pytest.mark.parametrize("text", lines(OF_A_REPORT))
def test_what_is_said_of_a_report_contradicts_a_request_to_take_its_approval_back(text: str, asked: Asked) -> None:
    assert read_answer(text, asked).decision == "ambiguous"


@pytest.mark.parametrize(
    ("text", "name", "decision"),
    [
        ("Apruebo la desaprobación de la rendición.", "Solicitud de desaprobación de rendiciones", "approve"),
        ("Apruebo la desaprobación de la rendición.", "Creación de Organizaciones", "ambiguous"),
        ("Apruebo la desaprobación de la rendición N° 4.", "Desaprobación. Rendición N° 4", "approve"),
        ("Apruebo la desaprobación de la rendición N° 5.", "Desaprobación. Rendición N° 4", "ambiguous"),
        ("Autorizo los viáticos.", "Comisión de servicios: viáticos y pasajes", "approve"),
        ("Autorizo los viáticos.", "Solicitud de desaprobación de rendiciones", "ambiguous"),
        ("No autorizo los viáticos, no hay saldo.", "Creación de Organizaciones", "ambiguous"),
        ("Autorizo la baja del usuario.", "Desactivación de usuario de un rol", "approve"),
        ("Autorizo la baja del usuario.", "Solicitud de usuario y clave de acceso", "ambiguous"),
        ("Autorizo la creación del usuario.", "Desactivación de usuario de un rol", "ambiguous"),
        ("No estoy conforme con el servicio.", "Conformidad de servicio del especialista", "reject"),
        ("Desapruebo.", "Creación de Organizaciones", "reject"),
        ("Desapruebo.", "Solicitud de desaprobación de rendiciones", "ambiguous"),
        ("Desapruebo la rendición.", "Solicitud de desaprobación de rendiciones", "ambiguous"),
        ("Desapruebo la solicitud.", "Solicitud de desaprobación de rendiciones", "reject"),
        ("No estoy conforme con el servicio.", "Asistencia técnica", "ambiguous"),
    ],
)
def test_only_a_decision_about_the_thing_asked_for_decides(text: str, name: str, decision: str) -> None:
    assert read_answer(text, Asked(name)).decision == decision


def test_the_number_of_the_request_itself_is_no_other_thing() -> None:
    asked = Asked("Creación de Organizaciones", "SIGEC-45")
    assert read_answer("Apruebo [SIGEC-45].", asked).decision == "approve"
    assert read_answer("Apruebo el ticket SIGEC 45.", asked).decision == "approve"
    assert read_answer("Apruebo la solicitud SIGEC-45.", asked).decision == "approve"
    assert read_answer("Apruebo la solicitud SIGEC-46.", asked).decision == "ambiguous"


def test_a_reason_keeps_the_numbers_that_name_the_request() -> None:
    read = read_answer("Rechazo la solicitud: la boleta N° 4 no coincide.", Asked("Rendición N° 4"))
    assert (read.decision, read.reason) == ("reject", "la boleta N° 4 no coincide")


@pytest.mark.parametrize("text", lines(APPROVALS))
@pytest.mark.parametrize("more", ["quizá con matices", "el rincón azul", "y tanto", "dos de ellas", "ñandú"])
def test_an_approval_with_anything_that_is_not_understood_is_asked_back(text: str, more: str) -> None:
    assert read_answer(f"{text}\n{more}").decision == "ambiguous"


def test_the_reason_of_a_condition_is_its_text() -> None:
    text = "Aprobado siempre y cuando corrijan el número de proyecto del memorándum, que no coincide.\n\nSlds."
    assert read_answer(text).reason == "corrijan el número de proyecto del memorándum, que no coincide"


@pytest.mark.parametrize("text", ["", "   \n", ">\n> Apruebo", *lines(NOTHING)])
def test_without_a_word_of_decision_there_is_none(text: str) -> None:
    assert read_answer(text).decision == "none"


SIGNATURES = [
    "\nJuan Soto",
    "\nJuan Soto\nJefe DAF",
    "\n\nJefe Administrativo Regional",
    "\n\nSaludos cordiales,\nMaría Soto\nJefa de Unidad",
    "\nAtte.\nJuan Pérez\n+56 2 2345 6789",
    "\n\nSlds.",
    "\n--\nAna Rojas\nana@example.org",
    "\n\nEnviado desde mi iPhone",
    "\n\nMaría Soto\nUnidad de Gestión DAF\nFono 2345",
    "\n\nEste mensaje es confidencial. Si usted no es el destinatario, no está autorizado a leerlo.",
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_changes_nothing(signature: str) -> None:
    assert read_answer("Apruebo." + signature).decision == "approve"
    rejection = read_answer("Rechazado, falta el memorándum." + signature)
    assert (rejection.decision, rejection.reason) == ("reject", "falta el memorándum")


@pytest.mark.parametrize(
    "afterthought",
    [
        "\n\nSaludos\nPD: corrijan el monto antes",
        "\n\nAtte.\nJuan Pérez\nsiempre y cuando llegue el memorándum",
        "\n\nSaludos, pero falta la firma",
        "\n--\nRechazado",
        "\nFirmar Acta",
        "\n\nPor Favor Usar Monto Menor",
    ],
)
def test_an_afterthought_below_the_closing_formula_counts(afterthought: str) -> None:
    assert read_answer("Apruebo." + afterthought).decision == "ambiguous"


@pytest.mark.parametrize("text", lines(APPROVALS))
@pytest.mark.parametrize("doubt", ["siempre y cuando firmen", "pero falta la firma", "¿está bien?", "mañana lo veo"])
def test_any_approval_with_a_doubt_behind_it_is_ambiguous(text: str, doubt: str) -> None:
    assert read_answer(f"{text}\n{doubt}").decision == "ambiguous"


@settings(deadline=None)
@given(st.sampled_from(lines(APPROVALS)), st.sampled_from([text for text, _ in pairs(REJECTIONS)]), st.booleans())
def test_two_contradictory_statements_are_ambiguous(approval: str, rejection: str, first: bool) -> None:
    text = f"{approval}\n{rejection}" if first else f"{rejection}\n{approval}"
    assert read_answer(text).decision == "ambiguous"


@settings(deadline=None)
@given(st.sampled_from([text for text, _ in pairs(REJECTIONS)]), st.text(max_size=40))
def test_nothing_put_behind_a_rejection_makes_it_an_approval(rejection: str, more: str) -> None:
    assert read_answer(f"{rejection}\n{more}").decision != "approve"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert read_answer(text).decision in get_args(Decision)


@pytest.mark.parametrize(
    "hostile",
    [
        "Apruebo " * 20000,
        "no " * 50000,
        "\n" * 100000,
        "v" * 50000,
        "si, " * 30000,
        "saludos. " * 2200 + "no",
        "este mensaje\n" * 1500 + "no",
        "(" * 50000,
        "\n \n" * 30000,
        "si apruebo" + ". " * 9000 + "x",
        "hola" + ",\n" * 9000 + "apruebo",
        "rechazo " + "totalmente " * 1800,
        "usuario " + "no " * 6000 + "rechazado",
        " -" * 9000 + "-" * 2000,
    ],
)
def test_a_hostile_text_is_no_explosion(hostile: str) -> None:
    with no_explosion():
        read_answer(hostile)
