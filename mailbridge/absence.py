"""Out-of-office answers that no header tells: what programs put before a subject, and what their letters say.

RFC 3834 asks answering programs for `Auto-Submitted`; many of the public sector's do without. One sentence of absence
alone is a person's: «estoy de vacaciones hasta el lunes, pero apruebo». Two different marks of the same letter decide.
"""

import re

from mailbridge.tables import entries

_OPENING = 1_200
_LONGEST_LETTER = 2_500
_WHITE = re.compile(r"\s+")


# What Exchange, Outlook, Gmail, Zimbra, Yahoo and Notes put before the subject they answer.
ANSWER_SUBJECTS = entries("""
    respuesta automática|respuesta automatica|respuesta automática de ausencia|auto respuesta|autorespuesta
    respuesta de fuera de oficina|respuesta automática de fuera de la oficina|respuesta de ausencia
    fuera de la oficina|fuera de oficina|mensaje automático de ausencia
    mensaje de ausencia
    aviso de ausencia|notificación de ausencia|ausencia de la oficina|ausente de la oficina|mensaje automático
    contestación automática|contestador automático
    resposta automática|resposta automatica|mensagem automática|resposta de ausência|ausência temporária
    aviso de ausência|notificação de ausência|mensagem de ausência|ausente do escritório
    fora do escritório|fora de escritório|ausência do escritório|resposta automática de férias
    automatic reply|automatic response|automated reply|automated response|auto reply|autoreply|auto-reply|auto response
    auto-response|autoresponse|autoresponder|auto-responder|out of office|out-of-office|out of office autoreply
    out of office auto-reply|out of the office|out of office reply|out of office notification|ooo|oof|away from office
    vacation reply|vacation response|vacation message|vacation autoreply|away message
    réponse automatique|reponse automatique|absence du bureau|message d'absence|notification d'absence
    réponse automatique d'absence|en dehors du bureau|hors du bureau
    automatische antwort|abwesenheitsnotiz|abwesenheitsnachricht|abwesenheit|abwesend|automatische abwesenheitsnotiz
    außer haus|nicht im büro|automatische nachricht
    risposta automatica|fuori ufficio|fuori sede|assenza dall'ufficio|messaggio automatico|avviso di assenza
    automatisch antwoord|afwezigheidsbericht|automatiskt svar|automatisk svar|autosvar|odpowiedź automatyczna""")

# The absence itself, in the first person.
_ABSENT = re.compile(
    r"(?:me encuentro|me encontraré|me encontrare|estoy|estaré|estare|voy a estar|permaneceré|salgo|salí"
    r"|informo que estaré"
    r"|encontro-me|encontrar-me-ei|estou|estarei|i am|i'm|i will be|i'll be|i shall be|currently|je suis|je serai"
    r"|actuellement|ich bin|bin ich|ich werde|sono|sarò)\W{1,3}(?:\w+\W{1,3}){0,6}?"
    r"(?:fuera de (?:la|mi|nuestra)? ?(?:oficina|institución|ciudad|país)|fuera del (?:despacho|país|trabajo)"
    r"|de vacaciones"
    r"|(?:con|de|en) (?:licencia|permiso|descanso|comisión|descanso médico)|en uso de|haciendo uso|ausente|de viaje"
    r"|fora d[eo] (?:escritório|expediente|país)|de (?:férias|licença)|em (?:férias|gozo|viagem)"
    r"|out of (?:the )?office|on (?:\w+ )?(?:vacation|holiday|leave)|away|travell?ing"
    r"|absente?|en (?:congés?|vacances|déplacement)|im urlaub|in urlaub|nicht im (?:büro|haus)|abwesend|außer haus"
    r"|fuori (?:ufficio|sede)|in ferie|assente|in congedo)\b"
    r"|(?:hago|haré|haciendo) uso de (?:mi|mis|la|una)? ?(?:vacaciones|licencia|feriado|permiso|descanso)"
    r"|out of (?:the )?office (?:from|until|and|with)|fuera de (?:la )?oficina (?:hasta|desde|del|por|con)"
    r"|urlaub (?:bis|vom)|bis (?:zum|einschließlich) .{1,40} nicht (?:im büro|erreichbar)"
)

# What such a letter says besides: who is to be asked, when it will be read, thanks for the mail that it answers.
_HANDLED = entries("""
    a mi regreso|a mi retorno|cuando regrese|al regresar|al retornar|en cuanto regrese|a la brevedad posible
    acceso limitado|acceso restringido|sin acceso a|no tendré acceso|en caso de urgencia|en caso de emergencia
    caso de ser urgente|si es urgente|si su mensaje es urgente|si su consulta es urgente|asuntos urgentes
    cualquier urgencia|por urgencias|para urgencias|temas urgentes|favor contactar|favor comunicarse|favor escribir
    favor dirigirse|por favor contacte|por favor escriba|por favor comuníquese|por favor contactar|por favor dirija
    puede contactar|puede comunicarse|puede escribir|pueden comunicarse|pueden contactar|pueden escribir|dirigirse a
    comunicarse con|contactarse con|contactar a|escribir a|gracias por su mensaje|gracias por su correo
    gracias por tu correo|gracias por tu mensaje|gracias por escribir|agradezco su mensaje|agradezco su correo
    he recibido su correo|he recibido su mensaje|su correo no será|no será leído|no serán leídos|quedo reemplazad
    me reemplaza|me subroga|me estará subrogando|quedará a cargo|atenderé su|responderé su|responderé a su|responderé tu
    daré respuesta|contestaré
    no meu regresso|no meu retorno|ao meu regresso|quando retornar|quando regressar|quando voltar|acesso limitado
    em caso de urgência|caso seja urgente|em caso de emergência|assuntos urgentes|favor contatar|favor contactar
    por favor contate|por favor, contate|por favor contacte|por favor, contacte|entre em contato|entrar em contato
    entre em contacto|entrar em contacto|obrigado pela sua mensagem|obrigada pela sua mensagem|obrigado pelo seu
    obrigada pelo seu|agradeço o seu|agradeço a sua|responderei|acesso restrito|sem acesso
    upon my return|on my return|when i return|when i get back|when i'm back|limited access|no access to
    intermittent access
    if your matter is urgent|if this is urgent|urgent matters|in urgent cases|for urgent|please contact|contact my
    thank you for your email|thank you for your e-mail|thank you for your message|thanks for your email
    thanks for your message|respond to your|reply to your|get back to you|returning on|will return on|back on
    back in the
    à mon retour|dès mon retour|en cas d'urgence|veuillez contacter|merci de contacter|merci de vous adresser
    accès limité|je vous répondrai
    nach meiner rückkehr|in dringenden fällen|wenden sie sich|nicht weitergeleitet|werde ich nach|vielen dank für ihre
    al mio rientro|al mio ritorno|in caso di urgenza|per urgenze|si prega di contattare|potete contattare
    accesso limitato""")

# A letter that says of itself that nobody wrote it; at the beginning of a sentence.
_SELF_TOLD = re.compile(
    r"(?:\A|[\n.:;!*\-(\[]\s{0,3}|nota\W{1,3})"
    r"(?:esta es una (?:respuesta|contestación) autom[aá]tica|este es un (?:mensaje|correo|aviso)(?: de respuesta)?"
    r" (?:autom[aá]tico|generado autom[aá]ticamente)|este (?:mensaje|correo)(?: electrónico)? (?:ha sido|fue|es|se ha)"
    r" (?:generado|enviado) (?:de forma |de manera )?autom[aá]tica(?:mente)?|(?:mensaje|respuesta) (?:generad[oa]"
    r"|enviad[oa]) autom[aá]ticamente|respuesta autom[aá]tica\W"
    r"|esta é uma (?:resposta|mensagem) autom[aá]tica|este é um (?:e-?mail|aviso) autom[aá]tico"
    r"|(?:resposta|mensagem) (?:gerada |enviada )?autom[aá]tic(?:a|amente)\W"
    r"|this is an auto(?:mated|matic|-generated|matically generated|-?reply)\b|this (?:e-?mail|message) (?:was"
    r"|is|has been)"
    r" (?:sent |generated )?automatically"
    r"|ceci est (?:une réponse|un message) automatique|dies ist eine automati(?:sche|sierte|sch generierte)"
    r"|(?:questa è una risposta|questo è un messaggio) automatic[ao])",
)
# Only a person decides: «gracias por su correo; estoy de vacaciones, pero apruebo».
_DECIDES = re.compile(r"\b(?:apruebo|autorizo|rechazo|aprovo|rejeito|i approve|i authori[sz]e|i reject)\b")
_UNTIL = (
    r"(?:\W*\Z|[ ,.(]+(?:hasta|del|desde|until|from|returning|returns|back|till|até|de \d|jusqu|bis|vom|fino|dal|\d)"
    r"[^?]*\Z)"
)
_ABSENT_SUBJECT = re.compile(
    r"(?:i am|i'm|i will be|i'll be|estoy|estaré|me encuentro|me encontraré|estou|estarei|encontro-me|je suis|je serai"
    r"|ich bin|sono|sarò) (?:currently |actualmente )?(?:out of (?:the )?office|away from the office"
    r"|on (?:vacation|holiday|leave|annual leave)|fuera de (?:la )?oficina|de vacaciones|ausente(?: de la oficina)?"
    r"|ausente do escritório|de férias|fora d[eo] escritório|en congés?|en vacances|absente?(?: du bureau)?|im urlaub"
    r"|nicht im büro|fuori ufficio|in ferie|assente)" + _UNTIL
)
# Third person, as Notes writes its subject: «AUTO: Ana Ruiz is out of the office (returning 16/03/2026)».
_ABSENT_NAMED_SUBJECT = re.compile(
    r"(?!el |la |mi |nuestr|consulta|the |my |our |o |a )[^:?]{3,60} (?:is|will be|está|estará|se encuentra)"
    r" (?:out of the office|fuera de la oficina|ausente de la oficina|ausente do escritório)" + _UNTIL
)


def told_by_subject(subject: str) -> str:
    """The table's words that a subject (casefold, white space collapsed) begins with before a colon, or is; else ""."""
    for words in ANSWER_SUBJECTS:
        rest = subject.removeprefix(words)
        if rest != subject and (rest.lstrip().startswith((":", "：")) or not rest.strip(" .!*-")):
            return words
    told = subject.removeprefix("auto: ").removeprefix("re: ")
    return "absence" if _ABSENT_SUBJECT.match(told) or _ABSENT_NAMED_SUBJECT.match(told) else ""


def told_by_text(text: str) -> str:
    """Which two marks of an absence the sender's own words hold, or that they call themselves automatic; else ""."""
    opening = _folded(text[:_OPENING])
    if len(text) > _LONGEST_LETTER or not opening:
        return ""
    if _SELF_TOLD.search(opening):
        return "calls itself automatic"
    flat = " ".join(opening.split())
    absent = _ABSENT.search(flat)
    handled = next((words for words in _HANDLED if words in flat), "")
    if not absent or not handled or _DECIDES.search(flat):
        return ""
    return f"{absent.group()} + {handled}"


def _folded(text: str) -> str:
    return "\n".join(_WHITE.sub(" ", line).strip() for line in text.casefold().split("\n"))
