"""How mail programs mark what is not the sender's own text: one table per mark, Spanish and Portuguese first.

Every entry is compared in casefold with white space collapsed. A new program or language is a new entry here, not a
new rule in `quoting`.
"""

# Labels of a quoted header block (Outlook, Apple Mail, Thunderbird, Yahoo, Gmail forwards).
_LABELS_BY_KIND: dict[str, str] = {
    "from": "de|from|von|da|remitente|remetente|mittente|expéditeur|absender",
    "sent": "enviado|enviado el|enviado a las|enviada el|enviada|enviada em|enviado em|sent|envoyé|gesendet|inviato",
    "date": "fecha|data|date|datum",
    "to": "para|to|a|à|an|pour|destinatario|destinatário",
    "cc": "cc|c.c.|cco|bcc|kopie|copia|cópia",
    "subject": "asunto|assunto|subject|objet|betreff|oggetto",
    "other": "responder a|responder para|reply-to|importancia|importância|importance|prioridad|prioridade|priorité"
    "|wichtigkeit|adjuntos|datos adjuntos|archivos adjuntos|anexos|attachments|anlagen|organización|organização",
}
FIELD_LABELS = {label: kind for kind, labels in _LABELS_BY_KIND.items() for label in labels.split("|")}

# (how the line begins, the verb it holds) of «El …, X escribió:». "" begins with the sender's name or the date.
ATTRIBUTIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("el ", "en ", "con fecha "), ("escribió", "escribio", "ha escrito")),
    (("em ", "a ", "no dia ", "na ", "no ", "às "), ("escreveu",)),
    (("on ", "at "), ("wrote", "writes")),
    (("le ", "à "), ("a écrit", "écrit")),
    (("am ", "an "), ("schrieb", "geschrieben")),
    (("il ", "in data "), ("ha scritto", "scrive")),
)
ATTRIBUTION_VERBS = tuple(verb for _, verbs in ATTRIBUTIONS for verb in verbs)

# Between dashes: «-----Mensaje original-----» (Outlook 2003 and many after it).
ORIGINAL_MESSAGE = frozenset(
    (
        "mensaje original",
        "mensagem original",
        "mensaje citado",
        "original message",
        "original-nachricht",
        "ursprüngliche nachricht",
        "message d'origine",
        "message d’origine",
        "message original",
        "messaggio originale",
        "original appointment",
        "cita original",
    )
)

# Between dashes (Gmail, Thunderbird, Yahoo) or, ending with a colon, alone on the line (Apple Mail).
FORWARD_MARKERS = frozenset(
    (
        "forwarded message",
        "mensaje reenviado",
        "mensagem encaminhada",
        "mensagem reencaminhada",
        "message transféré",
        "message transmis",
        "weitergeleitete nachricht",
        "messaggio inoltrato",
        "messaggio inoltrato",
        "begin forwarded message",
        "inicio del mensaje reenviado",
        "início da mensagem encaminhada",
        "início da mensagem reencaminhada",
        "anfang der weitergeleiteten nachricht",
        "début du message réexpédié",
        "début du message transféré",
        "inizio messaggio inoltrato",
        "inizio del messaggio inoltrato",
    )
)

# How the last line of a message written on a telephone begins.
DEVICE_FOOTERS = (
    "enviado desde mi ",
    "enviado desde el ",
    "enviado desde outlook",
    "enviado desde yahoo",
    "enviado desde correo para windows",
    "enviado desde correo de ",
    "enviado desde un dispositivo",
    "enviado con gmail mobile",
    "enviado con el correo electrónico seguro de proton",
    "enviado con proton mail",
    "enviado de samsung mobile",
    "obtener outlook para",
    "obtenga outlook para",
    "descargar outlook para",
    "enviado do meu ",
    "enviado do yahoo",
    "enviado do outlook",
    "enviado do correio para windows",
    "enviado do email para windows",
    "enviado a partir do ",
    "enviado via ",
    "enviado pelo meu ",
    "obter o outlook para",
    "obtenha o outlook para",
    "sent from my ",
    "sent from outlook",
    "sent from mail for windows",
    "sent from yahoo",
    "sent from proton",
    "sent from samsung",
    "sent via ",
    "sent with proton",
    "get outlook for",
    "envoyé de mon ",
    "envoyé depuis ",
    "envoyé à partir de ",
    "télécharger outlook pour",
    "von meinem ",
    "gesendet von ",
    "gesendet mit ",
    "outlook für ",
    "inviato da ",
    "scarica outlook per",
)
DEVICE_FOOTER_WORDS = 9

# Prefixes of a subject, before the colon; some programs count: «Re[2]:».
REPLY_PREFIXES = frozenset(("re", "rv re", "resp", "rif", "aw", "sv", "antw", "r", "ref", "rép"))
FORWARD_PREFIXES = frozenset(
    ("rv", "fwd", "fw", "tr", "enc", "i", "wg", "reenv", "reenviado", "res fwd", "vs", "doorst")
)
