"""What answers an approver's question and what does not (R-174)."""

import pytest

from helpdesk.domain.clarifying import answers_nothing

NOTHING = """
Gracias.
Recibido, gracias. Mañana respondo.
Estimado Juan Pérez: Recibido, muchas gracias. Saludos, Ana Pérez
De acuerdo, lo reviso y les respondo mañana.
Estoy consultando internamente, en cuanto tenga la respuesta le aviso.
¿Cómo va mi solicitud?
Buenas tardes, ¿hay novedades?
Ok, gracias.
""".strip().splitlines()
ANSWERS = """
La factura 33 se cargó dos veces.
Confirmo.
Sí.
Correcto, gracias.
De acuerdo.
Gracias por preguntar: es la de abril.
Consulté hoy y es la factura 33.
No.
¿Se refiere a la factura 33 o a la 34?
Es marzo. Gracias.
""".strip().splitlines()


@pytest.mark.parametrize("text", NOTHING)
def test_thanks_and_promises_answer_nothing(text: str) -> None:
    assert answers_nothing(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_whatever_else_is_said_answers(text: str) -> None:
    assert not answers_nothing(text)
