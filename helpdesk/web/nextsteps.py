"""What an administrator does next about a message in quarantine, by its reason."""

_READ_IT = (
    "Lea el original como texto. Si es una solicitud, pida al remitente que la envíe otra vez en un mensaje sencillo."
)
_AGAIN = "Procéselo otra vez. Si vuelve aquí, avise a quien mantiene el sistema con el número de la entrada."
_ASK_SENDER = "Confirme con el remitente, por otro medio, que el mensaje es suyo; después pídale que lo envíe otra vez."
_ANSWER_LETTER = "Pida al remitente que responda la carta que él mismo recibió, o que escriba un mensaje nuevo."

NEXT_STEPS = {
    "parse_error": _READ_IT,
    "header_too_large": _READ_IT,
    "mime_too_deep": _READ_IT,
    "too_many_parts": "Lea el original como texto y pida los archivos en un solo archivo comprimido.",
    "too_large": "El mensaje sigue en el servidor de correo: léalo allí y pida los archivos en varios mensajes.",
    "time_limit": _AGAIN,
    "memory_limit": _AGAIN,
    "bad_charset": _READ_IT,
    "no_sender": "Lea el original como texto: sin remitente no hay a quién responder.",
    "ambiguous_sender": _ASK_SENDER,
    "hop_limit": "Revise los reenvíos del buzón: el mensaje dio demasiadas vueltas entre servidores.",
    "automatic_unmatched": "No pide respuesta. Si es de un sistema de confianza, añádalo al catálogo y repítalo.",
    "bounce_unmatched": "Avisa de una carta que no es nuestra: no hay nada que hacer, salvo que se repita.",
    "loop_suspect": "Revise si el remitente responde solo; no se le envían más respuestas automáticas.",
    "spoof_suspect_agent": "Avise a esa persona del equipo: alguien usó su dirección. No haga lo que pide.",
    "spoof_suspect_approver": "Avise a quien aprueba: alguien usó su dirección. La decisión no se aplicó.",
    "sender_lacks_access": "Confirme si el remitente debe tener acceso; si es así, désele y procéselo otra vez.",
    "token_invalid": _ANSWER_LETTER,
    "token_expired": _ANSWER_LETTER,
    "token_other_person": _ANSWER_LETTER,
    "too_many_recipients": "Fue a muchas direcciones. Si es una solicitud, pida que la envíen solo a este buzón.",
    "rate_limited": "Llegó entre muchos mensajes del mismo remitente. Cuando pase, procéselo otra vez.",
    "malware": "No abra los archivos. Avise a seguridad y pida al remitente que los envíe limpios.",
    "scanner_unavailable": "Se procesa solo cuando el examen de archivos vuelva; no hay nada que hacer.",
    "internal_error": _AGAIN,
}
"""A sentence for each reason of the closed list (`helpdesk.domain.incoming.QUARANTINE_REASONS`)."""
