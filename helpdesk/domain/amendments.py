"""Whether what a requester writes while a decision is awaited makes another request of it: it corrects, adds or
withdraws (R-174). Thanks, greetings and questions how it goes do not.

A question too many costs an approver a second look, one too few lets a decision be about what is asked no more: in
doubt between the two the words count.
"""

import re
from collections.abc import Iterator
from typing import Literal

from helpdesk.domain.wording import cleaned, folded, signature_starts, without_notice

Amendment = Literal["correction", "withdrawal"]

_WRAP = re.compile(r"(?<=[^\s.!?:;])[ \t]*\n(?=[ \t]*[a-záéíóúñü0-9$])")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_ASKED_FOR = r"\b(?:puede\w*|podria\w*|pudiera\w*|podemos|se puede|es posible|seria posible|habria como)\b"

_CHANGING = (
    r"(?:corregir\w*|rectificar\w*|modificar\w*|cambiar\w*|actualizar\w*|reemplazar\w*|sustituir\w*|enmendar\w*|"
    r"agregar\w*|anadir\w*|incluir\w*|incorporar\w*|eliminar\w*|quitar\w*)"
)
_STOPPING = (
    r"(?:anular\w*|cancelar\w*|retirar\w*|suspender\w*|detener\w*|desistir\w*|descartar\w*|dejar(?:la|lo)? sin efecto|"
    r"cerrar\w*)"
)
_WANTED = (
    r"\b(?:por favor|favor(?: de)?|puede\w*|podria\w*|pudiera\w*|necesit[oa]\w*|necesitamos|solicito|solicitamos|pido|"
    r"pedimos|requiero|requerimos|hay que|deb(?:e|en|emos|eria|erian)|habria que|quier[oe]\w*|queremos|quisiera\w*|"
    r"es posible|agradece\w*|ruego|rogamos|vamos a|tuvimos que|decidimos|prefer\w+)\b(?: \w+){0,4}? "
)
_REQUEST = r"(?:solicitud|pedido|requerimiento|tramite|peticion|solicitado|ticket|caso|gestion|memorandum|oficio)"

_WITHDRAWS = re.compile(
    r"\bya no (?:\w+ ){0,3}?(?:necesari\w+|necesit\w+|requier\w+|requerim\w+|hace falta|corresponde\w*|va|quer\w+|"
    r"quier\w+|aplica\w*|procede\w*|segui\w+|vamos|sera|deseamos|deseo|interesa\w*|tiene (?:sentido|objeto))\b"
    r"|\bno (?:es|sera|seria) (?:ya )?necesari[oa] (?:que )?(?:ya\b|segui\w+|sigan|continu\w+|tramit\w+|hacer\w*|"
    r"lo solicitado|l[ao] (?:\w+ )?" + _REQUEST + r")"
    r"|\bsin efecto\b|\bdesist(?:o|imos|ir\w*|en|imiento)\b|\bcaso omiso\b|\bme retracto\b|\bnos retractamos\b"
    r"|\b(?:anul|cancel|retir|suspend|deten|detien|descart|elimin|olvid|desestim)\w* (?:por favor )?"
    r"(?:la|el|mi|mis|nuestr[ao]|est[ae]|es[ae]|lo|dich[ao]|toda la) (?:\w+ )?" + _REQUEST + r"\b"
    r"|\b(?:anulen?|cancelen?|retiren?|suspendan?|detengan?|desestimen?|descarten?|anulenl[ao]|cancelenl[ao]|"
    r"retirenl[ao])(?:l[ao])?\b"
    r"|\bno (?:la |lo |se )?(?:sigan|continuen|procesen|tramiten|ejecuten|aprueben|avancen|procedan|desaprueben|"
    r"apruebe|ejecute|hagan nada)\b"
    r"|\bya (?:l[oa]s? |se |nos |est[ae]n? |fue |quedo )+(?:\w+ )?(?:resolv\w+|resuelt\w+|resolvio|soluci\w+|arregl\w+)"
    r"|" + _WANTED + _STOPPING
)
_CORRECTS = re.compile(
    r"\bme equivoque\b|\bnos equivocamos\b|\b(?:estaba|esta|era|puse|va|iba|venia) (?:mal|equivocad[oa]|errad[oa])\b"
    r"|\b(?:mi|nuestro|un|hay|hubo|tiene|con|el|cometi|cometimos|contiene) errore?s?(?: \w+)?? (?:en|de|mio|nuestro)\b"
    r"|\b(?:puse|pusimos|escribi|escribimos|indique|indicamos|informe|anote|digite|digitamos|copie) "
    r"(?:\w+ ){0,3}?(?:mal|equivocad[oa]|por error|errad[oa])\b"
    r"|\bcorrect[oa]s? (?:es|son|seria\w*)\b|\b(?:lo|el dato|la cifra) correct[oa]\b|\bfe de errata\w*\b"
    r"|\b(?:el|la|los|las) (?:(?!es |son |esta |estan )\w+ ){1,3}?correct[oa]s?\b"
    r"|\b(?:debe|debia|debio|deberia|debiera) (?:decir|figurar|leerse)\b|\b(?:debia|debio) ser\b|\bdonde dice\b"
    r"|\ben vez de\b|\ben lugar de\b|\bno (?:\w+ ){1,12}?sino\b|\b(?:es|son) (?:\w+ ){1,12}?y no (?:es|son|de|del|por|"
    r"(?:el|la|los|las) de|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"\$|\d)"
    r"|\b(?:quise|quisimos|queria|queriamos) (?:decir|poner|escribir|indicar)\b"
    r"|\b(?:corrijo|corregimos|rectifico|rectificamos|modifico|modificamos|me corrijo|preciso que|precisamos que|"
    r"aclaro que|aclaramos que|reemplazo|reemplazamos)\b"
    r"|\b(?:corrija|rectifique|modifique|cambie|actualice|reemplace|sustituya|enmiende|agregue|anada|incluya|incorpore|"
    r"quite|elimine)n?(?:l[oa]s?|se)?\b|\bconsider\w+ (?:tambien|ademas)\b"
    r"|\b(?:envi\w+|va|mando|remit\w+|hago|hacemos|adjunt\w+) (?:una |la |esta |mi )?"
    r"(?:correccion|rectificacion|precision|aclaracion)\b"
    r"|\bahora (?:es|son|seria|sera|pedimos|solicitamos) (?!urgente|necesari|importante)"
    r"|\b(?:el|la) nuev[oa] (?:monto|fecha|plazo|numero|dato|valor|nombre|correo|rut|proyecto)\b"
    r"|\b(?:tambien|ademas|adicionalmente|asimismo) (?:\w+ ){0,3}?(?:solicit\w+|necesit\w+|requ[ie]+r\w+|pid\w+|"
    r"pedimos|agreg\w+|inclu\w+|quer\w+|quisiera\w*)\b"
    r"(?! (?:\w+ )?(?:saber|conocer|respuesta|informaci\w+|urgen\w+|me|nos|su)\b)"
    r"|\b(?:falto|faltaba|olvide|olvidamos|se me olvido|omiti|omitimos) (?:\w+ )?(?:indicar|agregar|incluir|mencionar|"
    r"decir|poner|senalar|escribir|anotar)\b"
    r"|" + _WANTED + _CHANGING
)
_NOTHING_CHANGES = re.compile(
    r"\b(?:sin|no hay|no tengo|no tenemos|no tiene|no requiere\w*|no necesit\w+|ningun\w*) (?:\w+ ){0,3}?"
    r"(?:cambi\w+|correccion\w*|modific\w+|error\w*|correg\w+|agreg\w+|anadir)\b"
)
_STATES = re.compile(
    r"\b(?:es|son|era|seria|sera|asciende a|corresponde a|queda en)\b(?: \w+){0,4}? (\$ ?)?(\d[\d.,/-]*)"
)
_OTHER_FIGURES = re.compile(r"\b(?:telefono|celular|fono|anexo|movil|whatsapp|casilla|ticket)\b")
_FIGURE_DIGITS = 3


def amends(new_text: str, known: str) -> Amendment | None:
    """What the sender's own words do to a request that said `known` before; None when it is the same request."""
    text = without_notice(cleaned(new_text))
    said = [sentence for sentence in _sentences(_WRAP.sub(" ", text)) if _counts(sentence)]
    if any(_WITHDRAWS.search(sentence) for sentence in said):
        return "withdrawal"
    if any(_CORRECTS.search(sentence) for sentence in said):
        return "correction"
    own = _sentences(_WRAP.sub(" ", text[: next(signature_starts(text), len(text))]))
    figures = set(_figures(known))
    return "correction" if any(set(_stated(sentence)) - figures for sentence in own) else None


def _sentences(text: str) -> tuple[str, ...]:
    """The sentences, folded, with their last mark: figures like 3.400.000 stay whole."""
    pieces = _SENTENCE.split(folded(text))
    return tuple(re.sub(r"[^\w\s$?.,/-]+", " ", piece).strip() for piece in pieces if piece.strip())


def _counts(sentence: str) -> bool:
    """Whether a sentence may ask for a change: a mere question does not, nor one that says that nothing changes."""
    asks = sentence.rstrip().endswith("?")
    return (not asks or re.search(_ASKED_FOR, sentence) is not None) and _NOTHING_CHANGES.search(sentence) is None


def _stated(sentence: str) -> Iterator[str]:
    if sentence.endswith("?") or _OTHER_FIGURES.search(sentence):
        return
    for found in _STATES.finditer(sentence):
        digits = re.sub(r"\D", "", found[2])
        if len(digits) >= _FIGURE_DIGITS or found[1]:
            yield digits


def _figures(text: str) -> Iterator[str]:
    for found in re.finditer(r"\d[\d.,/-]*", text):
        yield re.sub(r"\D", "", found.group())
