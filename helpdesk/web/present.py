"""How values read in Spanish on a page: states, moments, due dates, sizes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from helpdesk.domain import channels
from helpdesk.domain.calendars import Calendar
from helpdesk.domain.countedlines import MONTH_NAMES, long_date
from helpdesk.domain.deadlines import remaining
from helpdesk.letters.dates import zone_words

STATUS_LABELS = {
    "new": "Nuevo",
    "open": "En gestión",
    "waiting_requester": "Devuelto por incompleto",
    "waiting_approval": "En aprobación",
    "resolved": "Resuelto",
    "closed": "Cerrado",
    "rejected": "Rechazado",
    "not_filed": "No presentado",
}
STEP_STATES = {
    "to_come": "por venir",
    "active": "en curso",
    "returned": "espera al solicitante",
    "done": "hecho",
    "skipped": "no aplica",
    "rejected": "rechazado",
    "superseded": "reemplazado",
    "stopped": "detenido",
}
VIA_LABELS = {
    "web": "en el sitio",
    "link": "por el enlace del correo",
    "mail": "respondiendo el correo",
    "reply": "con la respuesta",
    "machine": "automáticamente",
}
CHANNEL_LABELS = channels.LABELS
TRUST_LABELS = {
    "T0": "Remitente sin verificar",
    "T1": "Remitente verificado",
    "T2": "Remitente verificado, con su respuesta personal",
    "T3": "Con sesión iniciada",
}
LEDGER_LABELS = {
    "pending": "Por procesar",
    "processed": "Procesado",
    "duplicate": "Duplicado",
    "ignored": "Ignorado con motivo",
    "quarantined": "En cuarentena",
}
LETTER_NAMES = {
    "acuse": "Acuse de recibo",
    "incompleto": "Devolución por incompleto",
    "aprobacion": "Petición de aprobación",
    "aclarar": "Petición de aclarar la decisión",
    "aclaracion": "Pregunta de quien aprueba",
    "decision": "Aviso de la decisión",
    "derivado": "Aviso de derivación",
    "derivacion": "Aviso de a qué órgano pasó",
    "canal": "Indicación de otro canal",
    "recordatorio": "Recordatorio de aprobación",
    "aviso_autoservicio": "Indicaciones para hacerlo en línea",
    "aviso_interno": "Aviso interno",
    "no_presentado": "Aviso de no presentado",
    "prorroga": "Aviso de prórroga",
    "prorroga_sin_efecto": "Aviso de prórroga sin efecto",
    "unido": "Aviso de que se une a otro ticket",
    "evento": "Aviso de una capacitación o asistencia",
    "tarea": "Aviso de tarea",
}
STANDING_REASONS = {
    "not_a_participant": "Cita este ticket, pero quien escribe no toma parte en él.",
    "third_party_to_reply_address": "Llegó a la dirección personal de otra persona.",
    "sender_not_verified": "Nada prueba que lo haya enviado quien dice enviarlo.",
    "unclear_after_closing": "Llegó después del cierre y no queda claro si pide algo.",
}
LINK_WORDS = {
    ("related", "out"): "Se enlazó con",
    ("related", "in"): "Se enlazó con",
    ("follow_up", "out"): "El asunto sigue en",
    ("follow_up", "in"): "Sigue al ticket",
    ("split", "out"): "De este ticket se separó",
    ("split", "in"): "Se separó de",
    ("merged", "out"): "Se unió a",
    ("merged", "in"): "Se le unió",
    ("consultation", "out"): "Se consultó en",
    ("consultation", "in"): "Es una consulta de",
}
"""What a link says of the ticket that shows it, by its kind and direction; the other ticket's number follows."""
EVENT_STATES = {
    "planned": "Por acordar",
    "agreed": "Acordada",
    "held": "Realizada",
    "cancelled": "Cancelada",
}
MINUTE, HOUR, DAY = 60, 3600, 86400
SOON_MINUTES = 4 * 60
FAR = timedelta(days=20)


@dataclass(frozen=True, slots=True)
class DueWords:
    """A due date in words. `tone` is late, soon, calm, paused or none; colour never speaks alone."""

    text: str
    tone: str
    at: datetime | None = None


def capitalize_first(text: str) -> str:
    """«Hora de Chile»: the first letter alone."""
    return text[:1].upper() + text[1:]


def exact(instant: datetime, timezone: str) -> str:
    """«sábado 21 de noviembre de 2026, 09:41 (hora del Perú)»."""
    return f"{spoken(instant, timezone)} ({zone_words(timezone)})"


def spoken(instant: datetime, timezone: str) -> str:
    """«sábado 21 de noviembre de 2026, 09:41», where it is plain in which zone."""
    local = instant.astimezone(ZoneInfo(timezone))
    return f"{long_date(local.date())}, {local:%H:%M}"


def short(instant: datetime, timezone: str, now: datetime) -> str:
    """«hoy 09:41», «ayer 16:20», «12 nov 08:15», «3 mar 2025»."""
    local, today = instant.astimezone(ZoneInfo(timezone)), now.astimezone(ZoneInfo(timezone))
    days = (today.date() - local.date()).days
    named = {0: "hoy", 1: "ayer", -1: "mañana"}.get(days)
    if named:
        return f"{named} {local:%H:%M}"
    day = f"{local.day} {MONTH_NAMES[local.month - 1][:3]}"
    return f"{day} {local:%H:%M}" if local.year == today.year else f"{day} {local.year}"


def moment(instant: datetime | None, timezone: str, now: datetime) -> Markup:
    """A short moment whose exact instant shows on hover."""
    if instant is None:
        return Markup("—")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        instant.isoformat(), exact(instant, timezone), short(instant, timezone, now)
    )


def moved(before: datetime | None, after: datetime | None, timezone: str) -> str:
    """«pasa del lunes 2 de marzo de 2026, 10:00 al martes 3 de marzo de 2026, 10:00»."""
    if before is None or after is None:
        only = before or after
        kept = "deja de vencer" if after is None else "pasa a vencer"
        return f"{kept} el {spoken(only, timezone)}" if only is not None else "no cambia"
    return f"pasa del {spoken(before, timezone)} al {spoken(after, timezone)}"


def due(
    due_at: datetime | None, status: str, calendar: Calendar | None, now: datetime, stands_still: bool = False
) -> DueWords:
    """When a ticket is due, in words: «vence en 3 h hábiles», «venció hace 2 días».

    With a calendar the time left counts in its opening hours; without one, on the clock.
    """
    if status in ("closed", "rejected", "not_filed", "resolved"):
        return DueWords("terminado", "none", due_at)
    if status == "waiting_requester" or stands_still:
        return DueWords("plazo suspendido", "paused", due_at)
    if due_at is None:
        return DueWords("sin plazo aún", "none")
    if due_at < now:
        return DueWords(f"venció hace {span(now - due_at)}", "late", due_at)
    left = due_at - now
    if calendar is None or left > FAR:
        return DueWords(f"vence en {span(left)}", "soon" if left < timedelta(hours=4) else "calm", due_at)
    minutes = remaining(due_at, now, calendar)
    tone = "soon" if minutes <= SOON_MINUTES else "calm"
    if minutes < 1:
        return DueWords(f"vence en {span(left)}", "soon", due_at)
    return DueWords(f"vence en {business_span(minutes, now, due_at, calendar)}", tone, due_at)


def business_span(minutes: int, now: datetime, due_at: datetime, calendar: Calendar) -> str:
    """«45 min hábiles», «3 h hábiles», «4 días hábiles»."""
    if minutes < 90:
        return f"{minutes} min hábiles"
    days = (calendar.local_date(due_at) - calendar.local_date(now)).days
    if days <= 1 or minutes <= 10 * 60:
        return f"{minutes // 60} h hábiles"
    working = sum(
        calendar.is_working_day(calendar.local_date(now) + timedelta(days=offset)) for offset in range(1, days + 1)
    )
    return f"{working} días hábiles" if working > 1 else f"{minutes // 60} h hábiles"


def span(length: timedelta) -> str:
    """«12 min», «3 h», «2 días»."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < HOUR:
        return f"{max(seconds // MINUTE, 1)} min"
    if seconds < 2 * DAY:
        return f"{seconds // HOUR} h"
    return f"{seconds // DAY} días"


def size(value: int) -> str:
    """«820 B», «14 kB», «3,2 MB»."""
    if value < 1000:
        return f"{value} B"
    if value < 1_000_000:
        return f"{round(value / 1000)} kB"
    return f"{value / 1_000_000:.1f} MB".replace(".", ",")


def initials(name: str) -> str:
    """One or two letters that stand for a person."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "·"


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs; nothing in it is ever markup."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(Markup("<br>").join(map(escape, b.split("\n")))) for b in blocks)
