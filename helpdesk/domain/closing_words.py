"""What a message on a finished ticket asks for (R-180): a mere thank-you changes nothing, «sigue fallando» reopens."""

import re

from helpdesk.domain.wording import clauses, cleaned, folded, signature_starts, without_notice

THANK_LIMIT_WORDS = 40
_NOWHERE = re.compile(r"(?!)")

_THANKS = re.compile(
    r"\b(?:gracias|agrade\w+|obrigad[oa]s?|muy amables?|recibid[oa]s?|recibi|enterad[oa]s?|tomo nota|tomamos nota|"
    r"listo|"
    r"perfecto|excelente|genial|ok|okay|de acuerdo|conforme|todo (?:en orden|bien|ok|conforme|perfecto|resuelto)|"
    r"solucionad[oa]|resuelto|ya (?:funciona|pude|puedo|ingrese|quedo|esta)|recebido|resolvido|tudo certo|confirmo)\b"
    r"|[👍🙏👌✅🙂😊]"
)
_HARMLESS_WORDS = """
gracias muchas muchisimas mil infinitas muy amable amables por su sus la el los las lo pronta rapida oportuna
excelente buena atencion respuesta ayuda gestion apoyo colaboracion informacion soporte tiempo todo toda todos en
orden bien ok okay perfecto perfecta perfectamente genial listo lista conforme de acuerdo recibido recibida recibi
recibimos enterado enterada enterados tomo tomamos nota quedo quedamos estamos atento atenta atentos saludos saludo
cordiales cordial atentamente atte estimado estimada estimados estimadas hola buen buenos buenas dia dias tarde
tardes noche noches que tenga tengan tengas lindo feliz fin semana jornada igualmente bendiciones abrazo abrazos
equipo y a ustedes usted ud uds te le les agradezco agradecemos agradecido agradecida agradecidos muchos exitos ya
funciona funciono pude puedo ingresar ingrese entrar entre esta solucionado solucionada resuelto resuelta solucion
correcto correctamente sin problema problemas inconveniente inconvenientes ahora si confirmo recepcion recibo
conformidad del con al mi me nos fue un una exito efectivo obrigado obrigada pela pelo atencao ajuda tudo certo
recebido resolvido e o os as muito senores senor senora dios pague usuario usuaria clave contrasena sistema
plataforma acceso taller curso charla capacitacion asistencia evento estuvo provechoso provechosa util utiles
"""
HARMLESS = frozenset(_HARMLESS_WORDS.split())
_STILL_FAILING = re.compile(
    r"\b(?:(?:sigo|sigue|siguen|seguimos|continu\w+|persiste\w*|todavia|aun|nuevamente|otra vez|"
    r"de nuevo) (?:\w+ ){0,4}?"
    r"(?:sin|no|con (?:el|la|los|un|una)?|igual|fall\w+|err\w+|problema\w*|mal|bloque\w+|present\w+|apare\w+|"
    r"sal\w+|ocurr\w+)"
    r"|(?:no|nao) (?:\w+ ){0,3}?(?:funciona\w*|puedo|podemos|pude|pudimos|consig\w+|carga\w*|abre\w*|deja\w*|"
    r"permite\w*|"
    r"ingresa\w*|accede\w*|llega\w*|llego|aparece\w*|sirve\w*|resuelv\w+|resolvi\w+|soluciona?\w*|queda\w*|quedo|"
    r"esta (?:resuelto|solucionado|activ\w+|bien|correcto|listo)|corresponde\w*|coincide\w*|recibi\w*|reconoce\w*)"
    r"|(?:sale|salio|aparece|arroja|da|dice|muestra|marca|indica) (?:\w+ ){0,4}?(?:error\w*|caducad\w+|bloquead\w+|"
    r"incorrect\w+|invalid\w+|inactiv\w+)"
    r"|(?:volvio|vuelve|volvieron|vuelto) a (?:\w+)|mismo (?:error|problema|mensaje)|misma (?:falla|situacion)"
    r"|(?:persiste|continua|ainda|segue) (?:\w+ ){0,3}?(?:error|erro|problema|falla|inconveniente|sem|nao|com)"
    r"|fallo otra vez|sigue igual|sigue fallando|sigo igual|reabr\w+|incomplet\w+|equivocad\w+|esta mal)\b"
)
_NEW_MATTER = re.compile(
    r"[?¿]|\b(?:pero|sin embargo|aunque|favor|necesit\w+|solicit\w+|requier\w+|quisiera|podria\w*|pueden|puede|"
    r"falta\w*|"
    r"error\w*|problema\w*|falla\w*|adjunt\w+|envi\w+|consulta|duda|tambien|ademas|otro|otra|cuando|no|nunca|"
    r"todavia|aun)\b"
)
_HARMLESS_NO = re.compile(
    r"\b(?:sin (?:ningun )?(?:problemas?|inconvenientes?|novedad)|no (?:hay|tengo|tuve|hubo) (?:mas |ningun )?"
    r"(?:problemas?|inconvenientes?|dudas?|consultas?|observaciones)|no (?:hace falta|es necesario) (?:nada )?mas)\b"
)


def is_thanks(new_text: str) -> bool:
    """Whether the text is a thank-you or acknowledgement and nothing else."""
    text = _own_words(new_text)
    low = _HARMLESS_NO.sub(" ", folded(text))
    if not _THANKS.search(low) or _NEW_MATTER.search(low) or _STILL_FAILING.search(low):
        return False
    if len(low.split()) > THANK_LIMIT_WORDS:
        return False
    parts = clauses(text, _NOWHERE)
    said = [_HARMLESS_NO.sub(" ", part.folded) for part in parts]
    return all(_courteous(part, first=index == 0) for index, part in enumerate(said))


def says_still_failing(new_text: str) -> bool:
    """Whether the text says that the matter is not solved."""
    return _STILL_FAILING.search(_HARMLESS_NO.sub(" ", folded(_own_words(new_text)))) is not None


def reopens(new_text: str) -> bool | None:
    """Whether a message on a finished ticket reopens it: True, False for mere thanks, None = a person decides."""
    if says_still_failing(new_text):
        return True
    if is_thanks(new_text):
        return False
    return None


def _courteous(said: str, first: bool) -> bool:
    words = said.split()
    greets = first and re.match(r"(?:estimad|hola\b|querid|buen[oa]s?\b)", said) is not None and len(words) <= 5
    return greets or all(word in HARMLESS for word in words)


def _own_words(new_text: str) -> str:
    """The text up to the first signature below which nothing fails and nothing new is asked."""
    text = without_notice(cleaned(new_text))
    for start in signature_starts(text):
        rest = folded(text[start:])
        if not _STILL_FAILING.search(rest) and not _NEW_MATTER.search(rest):
            return text[:start].rstrip()
    return text
