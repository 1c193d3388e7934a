"""The lines of the history, in a sentence each."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from helpdesk.domain import objections
from helpdesk.domain.closing import WAY_LABELS
from helpdesk.domain.countedlines import MONTH_NAMES, amount_of
from helpdesk.domain.events import KIND_NAMES
from helpdesk.models.audit import Event
from helpdesk.web.names import Names
from helpdesk.web.present import (
    CHANNEL_LABELS,
    LETTER_NAMES,
    LINK_WORDS,
    STANDING_REASONS,
    STATUS_LABELS,
    VIA_LABELS,
    moved,
    spoken,
)

Teller = Callable[[Event], str]
Data = dict[str, Any]

PLAIN = {
    "opened": "Se abrió el ticket",
    "papers_handed_over": "Se vieron en papel",
    "answered": "Se respondió al solicitante",
    "rows_kept": "Se registró cómo quedaron sus datos",
    "noted": "Se escribió una nota interna",
    "message_received": "Llegó un mensaje",
    "to_confirm": "Llegó un mensaje por confirmar",
    "message_confirmed": "Se confirmó un mensaje",
    "message_set_aside": "Se apartó un mensaje",
    "note_only": "Llegó un correo automático",
    "auto_reply_received": "Llegó una respuesta automática",
    "approver_absent": "Quien debe aprobar respondió que está ausente",
    "receipt_received": "Llegó una confirmación de lectura",
    "delivery_failed": "Un correo no se entregó",
    "delivery_delayed": "Un correo se demora en entregarse",
    "delivery_confirmed": "El servidor del destinatario confirmó la entrega de un correo",
    "delivery_in_doubt": "No consta si un correo llegó",
    "possibly_sent_twice": "Un correo pudo llegar dos veces",
    "letter_resent": "Se volvió a enviar un correo",
    "kept_silent": "No se escribió al solicitante",
    "returned": "Se devolvió por incompleto",
    "resumed": "Llegó lo que faltaba: el plazo vuelve a correr",
    "reopened": "Se reabrió el ticket",
    "blocked": "La ruta no puede seguir",
    "approval_renewed": "La solicitud cambió: sus aprobaciones se piden de nuevo",
    "approval_withdrawn": "Falta un documento: se retiró la aprobación pedida hasta que la solicitud esté completa",
    "clarification_asked": "Quien aprueba pidió una aclaración",
    "reminded": "Se recordó la aprobación pendiente",
    "back_in_queue": "Volvió a la bandeja del equipo",
    "nobody_holds": "Nadie ejerce la función que debe actuar",
    "fields_changed": "Cambiaron datos de la solicitud",
    "documents_proposed": "Se reconocieron documentos",
    "warned": "Datos por revisar",
    "redirected": "Se indicó otro canal",
    "still_incomplete": "Llegó una parte: el tiempo para corregir no cambia",
    "not_returned": "Sigue incompleto y ya se observó una vez: decide el equipo",
    "expired": "Terminó el tiempo para corregir",
    "expiry_withheld": "Terminó el tiempo para corregir, pero el correo de devolución no llegó: decide una persona",
    "not_expired": "Llegó a tiempo un mensaje que se leyó después: la solicitud sigue abierta",
    "consultation_answered": "Respondieron una consulta",
    "consultation_withdrawn": "Se retiró una consulta",
    "unmerged": "Se deshizo la unión con otro ticket",
    "moved_approval_answered": "Llegó la respuesta a una aprobación de un ticket unido, que no decide nada",
}
DESK_TOLD = {
    "nobody_holds": "nadie ejerce la función que debe actuar",
    "request_amended": "quien pide cambió la solicitud",
    "request_withdrawn": "quien pide retiró la solicitud",
}
SHOWN = ("number", "reason", "question", "sentence", "documents", "recipient", "from_address")


def told(names: Names, request_type: str | None) -> Teller:
    """A function that tells an event of a ticket with the names of its institution."""

    def tell(event: Event) -> str:
        sentence = SENTENCES[event.kind](names, request_type, event.data) if event.kind in SENTENCES else None
        if sentence is not None:
            return sentence
        head = PLAIN.get(event.kind) or event.kind.replace("_", " ").capitalize()
        shown = [_value(names, request_type, key, event.data[key]) for key in SHOWN if event.data.get(key)]
        return f"{head}: {'; '.join(shown)}" if shown else head

    return tell


def _status(names: Names, request_type: str | None, data: Data) -> str:
    before, after = (STATUS_LABELS.get(str(data.get(key)), str(data.get(key))) for key in ("from", "to"))
    return f"Pasó de «{before}» a «{after}»"


def _ended(names: Names, request_type: str | None, data: Data) -> str:
    return f"Terminó: {STATUS_LABELS.get(str(data.get('status')), str(data.get('status')))}"


def _step_done(names: Names, request_type: str | None, data: Data) -> str:
    via = VIA_LABELS.get(str(data.get("via")), "")
    return f"Hecho el paso «{_step(names, request_type, data)}»" + (f", {via}" if via else "")


def _asked(names: Names, request_type: str | None, data: Data) -> str:
    instead = f" (subroga a {data['on_behalf_of']})" if data.get("on_behalf_of") else ""
    return f"Se pidió la aprobación «{_step(names, request_type, data)}» a {data.get('of')}{instead}"


def _decided(names: Names, request_type: str | None, data: Data) -> str:
    verb = "Aprobó" if data.get("decision") == "approve" else "Rechazó"
    via = VIA_LABELS.get(str(data.get("via")), "")
    reason = f": {data['reason']}" if data.get("reason") else ""
    return f"{verb} «{_step(names, request_type, data)}»" + (f", {via}" if via else "") + reason


def _answered(names: Names, request_type: str | None, data: Data) -> str:
    unheard = "" if data.get("authorised") else ", sin ser quien decide"
    return f"{data.get('by')} respondió a la petición «{_step(names, request_type, data)}»{unheard}"


def _letter_sent(names: Names, request_type: str | None, data: Data) -> str:
    name = LETTER_NAMES.get(str(data.get("letter")), "Correo")
    return f"Se escribió a {data.get('to')}: {name}"


def _assigned(names: Names, request_type: str | None, data: Data) -> str:
    return f"Responsable: {data['address']}" if data.get("address") else "Quedó sin responsable"


def _classified(names: Names, request_type: str | None, data: Data) -> str:
    return f"Se clasificó como «{names.request_type(data.get('to'))}»"


def _derived(names: Names, request_type: str | None, data: Data) -> str:
    to = data.get("to")
    team, scope = to if isinstance(to, list) else (to, data.get("scope"))
    reason = f": {data['reason']}" if data.get("reason") else ""
    return f"Se derivó a {names.team(team, scope)}{reason}"


def _names_others(names: Names, request_type: str | None, data: Data) -> str:
    return f"El mensaje también nombra {', '.join(map(str, data.get('tickets', ())))}"


def _delivered(names: Names, request_type: str | None, data: Data) -> str:
    day = date.fromisoformat(str(data["collected_on"])).strftime("%d/%m/%Y") if data.get("collected_on") else ""
    collected = f", lo retiró {data.get('collected_by')} el {day}" if day else ""
    reason = f"; por otro canal porque: {data['reason']}" if data.get("reason") else ""
    way = WAY_LABELS.get(str(data.get("way")), str(data.get("way"))).lower()
    return f"Se respondió {way}{collected}: {data.get('note')}{reason}"


def _opened_by_hand(names: Names, request_type: str | None, data: Data) -> str:
    channel = CHANNEL_LABELS.get(str(data.get("channel")), str(data.get("channel")))
    return f"Se abrió el ticket a nombre de {data.get('requester')}, por el canal {channel}"


def _linked(names: Names, request_type: str | None, data: Data) -> str:
    words = LINK_WORDS.get((str(data.get("kind")), str(data.get("direction"))), "Se enlazó con")
    return f"{words} {data.get('number') or 'otro ticket'}"


def _unlinked(names: Names, request_type: str | None, data: Data) -> str:
    return f"Se quitó el enlace con {data.get('number')}"


def _scheduled(names: Names, request_type: str | None, data: Data) -> str:
    return f"Se programó «{_step(names, request_type, data)}» para el {_day(data)}"


def _scheduled_moved(names: Names, request_type: str | None, data: Data) -> str:
    return f"«{_step(names, request_type, data)}» pasó al {_day(data)}"


def _scheduled_due(names: Names, request_type: str | None, data: Data) -> str:
    return f"Llegó la fecha de la tarea programada «{_step(names, request_type, data)}»"


def _scheduled_cancelled(names: Names, request_type: str | None, data: Data) -> str:
    return f"Se canceló la tarea programada «{_step(names, request_type, data)}»: {data.get('reason')}"


def _day(data: Data) -> str:
    day = date.fromisoformat(str(data.get("day")))
    return f"{day.day} de {MONTH_NAMES[day.month - 1]} de {day.year}"


def _handed_over(names: Names, request_type: str | None, data: Data) -> str:
    return f"Se avisó a {data.get('to')}"


def _desk_told(names: Names, request_type: str | None, data: Data) -> str:
    return f"Se avisó al equipo: {DESK_TOLD.get(str(data.get('kind')), 'la aprobación no puede seguir')}"


def _request_amended(names: Names, request_type: str | None, data: Data) -> str:
    return "Se escribió que se retira la solicitud" if data.get("kind") == "withdrawal" else "Se corrigió en palabras"


def _document_confirmed(names: Names, request_type: str | None, data: Data) -> str:
    return f"Confirmó el documento «{_document(names, request_type, data)}»"


def _document_rejected(names: Names, request_type: str | None, data: Data) -> str:
    why = objections.told(data.get("objection"), data.get("reason"))
    return f"Rechazó el documento «{_document(names, request_type, data)}»" + (f": {why}" if why else "")


def _file_released(names: Names, request_type: str | None, data: Data) -> str:
    return f"Liberó el archivo retenido «{data.get('file')}»: {data.get('reason')}"


def _document_moved(names: Names, request_type: str | None, data: Data) -> str:
    before = names.document(request_type, str(data.get("from")))
    return f"Pasó un archivo de «{before}» a «{_document(names, request_type, data)}»"


def _document_reopened(names: Names, request_type: str | None, data: Data) -> str:
    return f"Deshizo la marca del documento «{_document(names, request_type, data)}»"


def _document_removed(names: Names, request_type: str | None, data: Data) -> str:
    return f"Un archivo ya no representa «{_document(names, request_type, data)}»"


def _document_certified(names: Names, request_type: str | None, data: Data) -> str:
    document = _document(names, request_type, data)
    if not data.get("role"):
        return f"Quitó la certificación de «{document}»"
    return f"Anotó que «{document}» es fiel copia del original: {data['role']}, {data.get('on')}"


def _documents_waived(names: Names, request_type: str | None, data: Data) -> str:
    documents = _value(names, request_type, "documents", data.get("documents", []))
    return f"Siguió con «{_step(names, request_type, data)}» sin documentos confirmados ({documents}): {data['reason']}"


def _original_seen(names: Names, request_type: str | None, data: Data) -> str:
    how = "con firma electrónica" if data.get("kind") == "electronic_signature" else "en papel"
    kept = ", queda en la oficina" if data.get("kept") else ""
    note = f": {data['note']}" if data.get("note") else ""
    return f"Vio el original de «{_document(names, request_type, data)}» {how}{kept}{note}"


def _original_unmarked(names: Names, request_type: str | None, data: Data) -> str:
    return f"Quitó la marca de original visto de «{_document(names, request_type, data)}»"


def _document(names: Names, request_type: str | None, data: Data) -> str:
    return names.document(request_type, str(data.get("document")))


def _extended(names: Names, request_type: str | None, data: Data) -> str:
    added = amount_of(int(data.get("amount", 0)), data.get("unit", "calendar_days"))
    reason = f": {data['reason']}" if data.get("reason") else ""
    return f"Se prorrogó el plazo por {added}{reason}"


def _due_changed(names: Names, request_type: str | None, data: Data) -> str:
    zone = names.catalogue.institution.timezone
    before, after = (datetime.fromisoformat(data[key]) if data.get(key) else None for key in ("from", "to"))
    return f"El vencimiento cambió, porque {data.get('reason') or 'cambió el calendario'}: {moved(before, after, zone)}"


def _due_warned(names: Names, request_type: str | None, data: Data) -> str:
    return f"El plazo está por vencer: {_told_to(data)}"


def _escalated(names: Names, request_type: str | None, data: Data) -> str:
    return f"El plazo casi termina: {_told_to(data)}"


def _told_to(data: Data) -> str:
    to = data.get("to") or ()
    return f"se avisó a {', '.join(map(str, to))}" if to else "no hay a quién avisar"


def _happening(names: Names, data: Data) -> str:
    """«la capacitación «Conciliación»», with its beginning where the event tells it."""
    kind = KIND_NAMES.get(str(data.get("event_kind")), "actividad")
    named = f"la {kind} «{data.get('subject')}»"
    if not data.get("starts_at"):
        return named
    zone = names.catalogue.institution.timezone
    return f"{named} para el {spoken(datetime.fromisoformat(str(data['starts_at'])), zone)}"


def _event_planned(names: Names, request_type: str | None, data: Data) -> str:
    return f"Se programó {_happening(names, data)}"


def _event_changed(names: Names, request_type: str | None, data: Data) -> str:
    again = ": el órgano debe acordarla de nuevo" if data.get("agree_again") else ""
    return f"Cambió {_happening(names, data)}{again}"


def _event_agreed(names: Names, request_type: str | None, data: Data) -> str:
    day = date.fromisoformat(str(data["on"])).strftime("%d/%m/%Y")
    return f"{names.place(data.get('organ'))} acordó {_happening(names, data)}: {data.get('by')}, el {day}"


def _event_held(names: Names, request_type: str | None, data: Data) -> str:
    return f"Se realizó {_happening(names, data)}; {_on_the_list(data)}"


def _event_cancelled(names: Names, request_type: str | None, data: Data) -> str:
    return f"Se canceló {_happening(names, data)}: {data.get('reason')}"


def _attendance_noted(names: Names, request_type: str | None, data: Data) -> str:
    return f"Cambió la lista de {_happening(names, data)}: {_on_the_list(data)}"


def _on_the_list(data: Data) -> str:
    came = data.get("came", 0)
    return f"{data.get('listed', 0)} en la lista, {came} {'asistió' if came == 1 else 'asistieron'}"


def _plan_goal_set(names: Names, request_type: str | None, data: Data) -> str:
    of = f" para {_happening(names, data)}" if data.get("event") else ""
    if data.get("goal") is None:
        return f"Se quitó la meta del plan operativo{of}"
    return f"Meta del plan operativo{of}: {data.get('code')}, {data.get('name')} ({data.get('year')})"


SENTENCES: dict[str, Callable[[Names, str | None, Data], str]] = {
    "status": _status,
    "ended": _ended,
    "step_done": _step_done,
    "approval_asked": _asked,
    "approval_answered": _answered,
    "decided": _decided,
    "letter_sent": _letter_sent,
    "assigned": _assigned,
    "classified": _classified,
    "derived": _derived,
    "handed_over": _handed_over,
    "delivered": _delivered,
    "opened_by_hand": _opened_by_hand,
    "names_other_tickets": _names_others,
    "scheduled": _scheduled,
    "scheduled_moved": _scheduled_moved,
    "scheduled_due": _scheduled_due,
    "scheduled_cancelled": _scheduled_cancelled,
    "linked": _linked,
    "unlinked": _unlinked,
    "desk_told": _desk_told,
    "request_amended": _request_amended,
    "document_confirmed": _document_confirmed,
    "document_rejected": _document_rejected,
    "document_moved": _document_moved,
    "file_released": _file_released,
    "document_reopened": _document_reopened,
    "document_removed": _document_removed,
    "document_certified": _document_certified,
    "documents_waived": _documents_waived,
    "original_seen": _original_seen,
    "original_unmarked": _original_unmarked,
    "extended": _extended,
    "due_changed": _due_changed,
    "due_warned": _due_warned,
    "escalated": _escalated,
    "event_planned": _event_planned,
    "event_changed": _event_changed,
    "event_agreed": _event_agreed,
    "event_held": _event_held,
    "event_cancelled": _event_cancelled,
    "attendance_noted": _attendance_noted,
    "plan_goal_set": _plan_goal_set,
}


def _step(names: Names, request_type: str | None, data: Data) -> str:
    key, spec = str(data.get("step")), names.type_of(request_type)
    return next((step.name for step in spec.route if step.key == key), key) if spec else key


def _value(names: Names, request_type: str | None, key: str, value: Any) -> str:
    if key == "documents":
        keys = value if isinstance(value, list) else list(value)
        return ", ".join(names.document(request_type, str(each)) for each in keys)
    return STANDING_REASONS.get(str(value), str(value))
