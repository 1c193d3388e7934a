"""Why a message waits for a person instead of having its effect: the closed list of reasons, and what to do about each.

A reason that `may_be_accepted` is a doubt about the message, not a failure to read it: an administrator who has looked
at it may let it through. It keeps its trust, so it decides nothing that it could not have decided before.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """`told` says what happened, `next_step` what the administrator does; both are Spanish sentences."""

    told: str
    next_step: str
    may_be_accepted: bool = False


_READ_IT = "Lea el original. Si es una solicitud, pida al remitente que la envíe otra vez en un mensaje sencillo."
_AGAIN = "Procéselo otra vez. Si vuelve aquí, avise a soporte técnico con el número de la entrada."
_NEW_LETTER = "Pida al remitente que responda la carta que él mismo recibió, o que escriba un mensaje nuevo."

REASONS = {
    "parse_error": Reason("El mensaje no se pudo leer.", _READ_IT),
    "header_too_large": Reason("Los encabezados pasan de 100 kB.", _READ_IT),
    "mime_too_deep": Reason("El mensaje tiene más de 100 niveles de partes anidadas.", _READ_IT),
    "too_many_parts": Reason(
        "El mensaje tiene más de 1.000 partes.", "Lea el original y pida los archivos juntos en uno comprimido."
    ),
    "too_large": Reason(
        "El mensaje pasa de 50 MB y quedó en el servidor de correo.",
        "Léalo allí y pida al remitente que lo envíe en partes.",
    ),
    "time_limit": Reason("Leer el mensaje tomó más de 2 segundos y se interrumpió.", _AGAIN),
    "memory_limit": Reason("Leer el mensaje pidió más de 512 MB y se interrumpió.", _AGAIN),
    "bad_charset": Reason("El texto usa una codificación que no se pudo leer.", _READ_IT),
    "no_sender": Reason("El mensaje no dice quién lo envía.", "Lea el original; si es legítimo, regístrelo a mano."),
    "ambiguous_sender": Reason(
        "El mensaje nombra varios remitentes.",
        "Lea el original. Si es una solicitud, pida que la envíe una sola persona.",
    ),
    "hop_limit": Reason(
        "El mensaje pasó por más de 100 servidores.",
        "Revise los reenvíos de este buzón: puede haber un bucle. Si el mensaje es una solicitud, acéptelo.",
        may_be_accepted=True,
    ),
    "automatic_unmatched": Reason(
        "Es un mensaje automático que no corresponde a ningún ticket.",
        "No suele hacer falta nada. Si lo escribió una persona, acéptelo; si es de un sistema de confianza, añádalo al "
        "catálogo y repita la entrada.",
        may_be_accepted=True,
    ),
    "bounce_unmatched": Reason("Es un aviso de no entrega de una carta que no enviamos.", "No suele hacer falta nada."),
    "loop_suspect": Reason(
        "Parece un bucle entre dos sistemas que responden solos.",
        "Revise el original antes de responder: ya no se le envían respuestas automáticas.",
    ),
    "spoof_suspect_agent": Reason(
        "Usa la dirección de un buzón nuestro, y el servidor de correo dice que no es auténtico.",
        "Avise a quien usa ese buzón y no haga lo que el mensaje pide, salvo que lo confirme por otro medio.",
    ),
    "spoof_suspect_approver": Reason(
        "Usa la dirección de quien aprueba, y nada prueba que sea suyo.",
        "Avise a esa persona. La decisión no se aplicó.",
    ),
    "sender_lacks_access": Reason(
        "El remitente no tiene acceso a lo que pide.", "Si debe tenerlo, désele y repita la entrada."
    ),
    "token_invalid": Reason("La dirección de respuesta no es una que hayamos dado.", _NEW_LETTER),
    "token_expired": Reason("La dirección de respuesta ya venció.", _NEW_LETTER),
    "token_other_person": Reason("La dirección de respuesta es de otra persona.", _NEW_LETTER),
    "too_many_recipients": Reason(
        "El mensaje va a más de 50 personas.", "Lea el original. Si es una solicitud, acéptelo.", may_be_accepted=True
    ),
    "rate_limited": Reason(
        "Llegó entre muchos mensajes del mismo remitente.", "Cuando la racha pase, repita la entrada."
    ),
    "malware": Reason(
        "Un archivo contiene software malicioso.",
        "No abra los archivos. Avise a seguridad y pida al remitente que los envíe limpios.",
    ),
    "scanner_unavailable": Reason(
        "El examen de archivos no responde.", "No hace falta nada: se procesa solo cuando el examen vuelva."
    ),
    "internal_error": Reason("El mensaje falló tres veces al procesarse.", _AGAIN),
}
"""The closed list of mail.md, which the ledger checks."""

DOUBTS = frozenset(key for key, reason in REASONS.items() if reason.may_be_accepted)
"""The reasons that a person may settle by looking at the message."""
