"""Whether a reply answers what an approver wanted to know: thanks, a promise or «¿cómo va?» do not (R-174)."""

import re

from helpdesk.domain.closing_words import HARMLESS
from helpdesk.domain.wording import clauses, cleaned, signature_starts, without_notice

_NOWHERE = re.compile(r"(?!)")
_AFFIRMS = frozenset("si confirmo conforme acuerdo correcto correcta correctamente efectivo".split())
_PROMISES = frozenset(
    """
    respondo respondere responderemos respondemos responder contesto contestare contestaremos contestar aclaro aclarare
    aclararemos aclarar envio enviare enviaremos enviamos enviar mando mandare remito remitire remitiremos informo
    informare informaremos informar aviso avisare avisaremos avisar confirmare confirmaremos reviso revisare revisaremos
    revisamos revisar revisando revisare consulto consultare consultaremos consultar consultando averiguo averiguare
    averiguar averiguando vere veremos verifico verificare verificar verificando reunire reuniendo preparo preparando
    completare comunico comunicare
    """.split()
)
_AROUND_A_PROMISE = frozenset(
    """
    manana luego despues tarde tardar mas pronto brevedad posible cuanto antes tenga tengamos apenas tan durante hoy
    mismo lunes martes miercoles jueves viernes sabado semana proximo proxima siguiente esta este voy vamos estoy
    estamos deme denme dame unos unas un una minutos minuto momento horas hora dias respuesta respuestas datos
    antecedentes pregunta consulta correo mensaje internamente equipo a en la lo los las le les se que con mi nuestra
    """.split()
)
_HOW_IT_GOES = re.compile(
    r"(?:(?:y )?como (?:va|vamos|sigue|esta)|(?:hay|tienen|alguna) (?:alguna )?(?:novedad\w*|noticia\w*)|"
    r"en que (?:esta|quedo|estado|va)|cual es el estado|cuanto (?:falta|demora|tarda))\b[\w ]{0,60}"
)


def answers_nothing(new_text: str) -> bool:
    """Whether a reply holds only thanks, courtesy, a promise to answer, or the question how it goes. «Sí» and
    «confirmo» answer, unless they come with such a promise."""
    text = without_notice(cleaned(new_text))
    text = text[: next(signature_starts(text), len(text))]
    parts = [part.folded for part in clauses(text, _NOWHERE)]
    words = {word for part in parts for word in part.split()}
    promised = bool(words & _PROMISES)
    if words & _AFFIRMS and not promised:
        return False
    empty = HARMLESS | _PROMISES | _AROUND_A_PROMISE if promised else HARMLESS
    return all(_greets(part, index) or _HOW_IT_GOES.fullmatch(part) or set(part.split()) <= empty
               for index, part in enumerate(parts))  # fmt: skip


def _greets(said: str, index: int) -> bool:
    """«Estimado señor Pérez» at the beginning."""
    opens = re.match(r"(?:estimad|hola\b|querid|buen[oa]s?\b|senor)", said)
    return index == 0 and opens is not None and len(said.split()) <= 5
