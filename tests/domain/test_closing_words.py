"""Messages on finished tickets: thanks change nothing, a failure reopens, the rest is for a person."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.domain.closing_words import is_thanks, reopens, says_still_failing

THANKS = [
    "Muchas gracias, todo en orden.",
    "Gracias",
    "Gracias!!",
    "Mil gracias por su pronta respuesta.",
    "Muy amable, gracias.",
    "Estimados, muchas gracias por la ayuda. Saludos cordiales,\nMaría Soto",
    "Recibido, gracias.",
    "Recibido conforme.",
    "Ok, perfecto.",
    "Listo, ya funciona. Gracias",
    "Ya pude ingresar, muchas gracias.",
    "Agradezco su gestión.",
    "Agradecemos la atención.\n\nAtte.\nJuan Pérez",
    "Todo conforme.",
    "Buenos días, gracias por la información. Que tenga un excelente día.",
    "Gracias, ya ingresé sin problemas.",
    "👍",
    "Obrigado pela atenção.",
    "Gracias.\n\nEnviado desde mi iPhone",
    "Hola Pedro, gracias.",
    "Dios le pague, ya ingresé con mi usuario. Todo funciona.",
    "Agradecemos el taller, estuvo excelente. Saludos.",
]
FAILURES = [
    "Sigo sin poder ingresar, me dice contraseña caducada.",
    "Sigue sin funcionar.",
    "Gracias, pero sigue fallando.",
    "No funciona todavía.",
    "No puedo entrar.",
    "Aún no me llega el enlace.",
    "El problema persiste con la clave",
    "Me sale el mismo error.",
    "Volvió a fallar esta mañana.",
    "Gracias, aunque todavía no puedo ingresar al sistema.",
    "Sigue igual.",
    "El usuario no está activo, no me deja ingresar.",
    "Me aparece usuario bloqueado.",
    "Nuevamente con el mismo problema.",
    "Não consigo entrar.",
    "Por favor reabrir el ticket.",
    "La información enviada está incompleta.",
]
UNCLEAR = [
    "",
    "Gracias, ¿cuándo vence la clave?",
    "Gracias. Adjunto el formulario que faltaba.",
    "Necesito otro usuario.",
    "Gracias, pero quisiera saber el horario.",
    "Buenos días.",
    "Gracias. Además solicito crear un usuario para mi colega.",
    "El martes es feriado.",
    "Gracias por nada.",
    "Gracias, hablé con el ministro.",
]


@pytest.mark.parametrize("text", THANKS)
def test_mere_thanks_do_not_reopen(text: str) -> None:
    assert reopens(text) is False
    assert is_thanks(text)


@pytest.mark.parametrize("text", FAILURES)
def test_a_matter_not_solved_reopens(text: str) -> None:
    assert reopens(text) is True
    assert says_still_failing(text)


@pytest.mark.parametrize("text", UNCLEAR)
def test_anything_else_is_for_a_person(text: str) -> None:
    assert reopens(text) is None


@settings(deadline=None)
@given(st.sampled_from(THANKS), st.sampled_from(FAILURES))
def test_thanks_before_a_failure_still_reopen(thanks: str, failure: str) -> None:
    assert reopens(f"{thanks}\n{failure}") is True


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert reopens(text) in (True, False, None)
