"""What a requester writes while a decision is awaited changes the request, or does not (R-174)."""

import pytest

from helpdesk.domain.amendments import amends

KNOWN = "Solicito desaprobar la rendición de marzo del proyecto 25-000200-00010, monto 3.200.000. SIGEC-12"

CORRECTS = """
El monto correcto es 3.400.000.
Disculpen, me equivoqué: es la rendición de abril del proyecto 25-000999-00011 y no la de marzo. Por favor corregir.
El monto es 3.400.000
El proyecto es el 25-000999-00011, saludos.
Donde dice marzo debe decir abril.
Por favor cambiar el mes a abril.
Favor corregir el RUT del ejecutor.
¿Podrían corregir el monto, por favor?
Hubo un error en el mes informado.
Quise decir abril.
No es marzo sino abril.
También necesitamos desaprobar la rendición de abril.
Olvidé indicar que son dos facturas.
Corrijo: la convocatoria es Familias 2024.
Puse mal el número del proyecto.
Saludos cordiales. PD: el ejecutor correcto es la Municipalidad de Penco.
El memorándum correcto es el 14.
Es la de abril y no la de marzo.
Gracias. Agreguen también la factura 34.
Considerar abril en vez de marzo.
La rendición es de $ 50.
""".strip().splitlines()
WITHDRAWS = """
Ya no lo necesitamos.
Ya no es necesario, por favor anular la solicitud.
Desistimos de la solicitud.
Por favor dejar sin efecto.
Anulen el pedido.
Les pido retirar mi solicitud.
No sigan con el trámite, gracias.
Ya lo resolvimos por nuestra cuenta.
Hacer caso omiso de mi correo anterior.
¿Pueden cancelar la solicitud?
Decidimos no continuar: cancelamos el requerimiento.
""".strip().splitlines()
SAME = """
Gracias.
Muchas gracias, quedo atento.
¿Cómo va mi solicitud?
¿Cómo va?
Buenas tardes, ¿hay novedades de la desaprobación de marzo?
¿Ya lo aprobaron?
¿Falta algo de mi parte?
¿Fue anulada la rendición?
Recibido, gracias. Mañana respondo.
Por favor apurar la respuesta, es urgente.
Quedo a la espera de su respuesta sobre el proyecto 25-000200-00010.
El proyecto es el 25-000200-00010, como indiqué.
Mi teléfono es 987654321.
Es la 3ra vez que escribo.
No hay cambios que informar.
Mi ticket es el SIGEC-12345.
Estimados, agradeceré informar el estado del trámite. Saludos, Ana Pérez, anexo 2345, Municipalidad 2025
El plazo vence mañana, agradeceré su gestión.
La información es correcta.
Es urgente y no hemos recibido respuesta.
Debe ser aprobada hoy.
También necesito saber cómo va.
Considere la urgencia, por favor.
Sin modificaciones por ahora. Saludos.
""".strip().splitlines()


@pytest.mark.parametrize("text", CORRECTS)
def test_a_correction_or_an_addition_makes_another_request(text: str) -> None:
    assert amends(text, KNOWN) == "correction"


@pytest.mark.parametrize("text", WITHDRAWS)
def test_a_withdrawal_is_told_from_a_correction(text: str) -> None:
    assert amends(text, KNOWN) == "withdrawal"


@pytest.mark.parametrize("text", SAME)
def test_thanks_and_questions_how_it_goes_leave_the_request_as_it_is(text: str) -> None:
    assert amends(text, KNOWN) is None


def test_a_wrapped_sentence_is_one_sentence() -> None:
    assert amends("Estimados: el monto que corresponde\nes 3.400.000 según\nel acta.", KNOWN) == "correction"


def test_a_quoted_line_of_ours_says_nothing() -> None:
    assert amends("Gracias.\n> Por favor corregir el monto.", KNOWN) is None


def test_hostile_text_is_read_to_its_end() -> None:
    assert amends("es no es " * 4000 + "\n" * 4000 + "a" * 9000, KNOWN) is None
