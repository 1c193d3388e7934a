"""The words of a message weighed against those of a request type (`match` of the catalogue)."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from helpdesk.domain.catalogue import RequestType
from helpdesk.domain.documentmatching import bare_name
from helpdesk.domain.folding import contains, fold, fragment_pattern, stems, stems_in_order, word_set
from helpdesk.domain.kept import kept
from helpdesk.domain.textscan import READ_AT_MOST

# Offers to answer questions are no question: «quedo atento a cualquier consulta».
COURTESY = re.compile(
    r"(?:ante|para|por|si|en caso de)?\s*(?:tuvieran?|tiene[ns]?|existe|hubiera)?\s*"
    r"(?:cualquier|alguna|toda|mayor(?:es)?|otra)\s+(?:duda|consulta|inquietud|informacion|aclaracion|"
    r"pregunta)\w*[^.\n;:]*"
)
# What somebody works at is no request: «encargada de rendiciones».
POST = re.compile(
    r"\b(?:encargad[oa]s?|jef[ea]s?|departamento|depto\.?|area|unidad|oficina|seccion) de (?:la |las |los )?[a-z]{4,}"
)
# Where somebody's mail is read says nothing of what is asked: «…@gad-norte.example.com».
ADDRESS = re.compile(r"[^\s@<(,;]{1,80}@[a-z0-9.-]+")
ENTITY_WORDS = word_set(
    """gad ejecutor municipalidad municipio gobernacion empresa organizacion fundacion seremi
    finanzas"""
)
# What letters say instead of a fragment of the catalogue, as they all put it.
AKIN = {
    fragment: re.compile(pattern)
    for fragment, pattern in {
        "cesacion": r"\b(?:desvincul\w*|fallec\w*|destitu\w*|ceso en (?:sus )?funciones|cese de funciones|"
        r"dejo de (?:laborar|trabajar|pertenecer)|traslado|trasladad[oa]|cambio administrativo)\b",
        "renuncia": r"\brenuncio\b",
        "ausencia temporal": r"\b(?:licencia (?:medica|por|de|con|sin)|permiso (?:medico|por|del? \d)|reposo medico|"
        r"mientras dur\w+ (?:su|la) ausencia|estara ausente|se ausenta\w*)",
        "ausencia permanente": r"\b(?:desactiv\w+|baja) (?:\w+ ){0,3}?(?:definitiv|permanente)\w*",
        "activar usuario": r"\b(?:habilit\w+|rehabilit\w+|reactiv\w+|desbloque\w+)\W+(?:\w+\W+){0,3}?"
        r"(?:usuario|cuenta)\b",
        "medio de comunicacion": r"\b(?:noticieros?|noticiario|emisora|reportaje|nota periodistica|"
        r"medio (?:digital|local|radial|televisivo)|"
        r"(?:soy|somos|escribe) (?:\S+ ){1,5}?(?:periodista|reporter[oa]|redactora?|corresponsal)|"
        r"(?:somos|soy de|trabajo en|escrib\w+ (?:de|desde)) "
        r"(?:la |el |un |una )?(?:radio|diario|canal|revista|periodico|tv)\b)",
        "distribucion presupuestaria": r"\bre-?distribu\w+ (?:\w+ ){0,4}?presupuest\w+",
        "solicitud formal": r"\b(?:solicit\w+ formalmente|formalmente (?:se )?solicit\w+)\b",
        "sugiero": r"\b(?:(?:quisiera|quiero|deseo|permito|permite) suger\w+|deberian|"
        r"seria (?:bueno|conveniente|ideal))\b",
        "reclamo sobre la atencion": r"\b(?:mal[ao]? (?:trato|atencion)|(?:trat|atend)\w+ (?:muy )?mal|"
        r"(?:reclam|quej)\w+ (?:\w+ ){0,4}?(?:atencion|trato|servicio|demora))\b",
        "nuevo usuario": r"\b(?:crear|creacion de|habilitar|generar|otorgar|asignar)\W+(?:\w+\W+){0,4}?"
        r"(?:usuari[oa]|clave|el de|la de)\b",
        "olvide la contrasena": r"\b(?:(?:olvid\w+|no recuerdo|no me acuerdo|perdi|extravie) (?:de )?"
        r"(?:(?:la|mi|su) )?|"
        r"(?:se )?me olvido (?:la|mi) )(?:clave|contrasena)\b",
        "enlace caduc": r"\b(?:enlace|link|vinculo)\W+(?:\w+\W+){0,4}?(?:venci\w*|expir\w*|"
        r"(?:ya )?no (?:se )?(?:sirve|funciona|abre))",
        "usuario bloqueado": r"\b(?:usuario|cuenta)\W+(?:\w+\W+){0,3}?"
        r"(?:inactiv\w+|bloquead\w+|suspendid\w+|deshabilitad\w+|caducad\w+)",
        "convocatoria nacional": r"\b(?:convocatoria|llamado) (?:de caracter |a nivel )?nacional\b",
        "solicitud de informacion": r"\b(?:(?:pedido|peticion|solicitud|requerimiento) (?:de |para )?(?:la )?"
        r"(?:acceso a |acceder a |entrega de )?(?:la )?informacion|"
        r"acceso a (?:la )?informacion publica|"
        r"(?:entreg|proporcion|facilit)\w+ (?:\w+ ){0,3}?informacion)",
        "contrasena": r"\bclave (?:caducad|expirad|vencid|bloquead|olvidad)a\b|"
        r"\b(?:resete\w+|caduc\w+|expir\w+|venci\w+|cambi\w+|olvid\w+|recuper\w+|restablec\w+) "
        r"(?:de )?(?:la |mi |su )?clave\b",
        "restablecer": r"\b(?:resete\w+|(?:recuper|reinici)\w+ (?:de )?(?:la |mi |su )?(?:clave|contrasena))",
        "encargo temporal": r"\b(?:encargo de funciones|subrogacion|subrogara)\b",
        "inscribir organizacion": r"\b(?:inscri|registr|incorpor|agreg)\w+ (?:\w+ ){0,3}?(?:fundacion|corporacion|"
        r"junta de vecinos|club|agrupacion)\b",
        "primera vez": r"\b(?:fundacion|organizacion|corporacion|junta de vecinos|club|agrupacion)\b[^.]{0,40}"
        r"\bno (?:figura|aparece|existe|consta)\w*",
        "asistencia tecnica": r"\b(?:(?:acompanamiento|asesoria|asesoramiento) tecnic[oa]|"
        r"nos (?:asista|asesore|acompane)n?)\b",
        "capacitacion": r"\b(?:charla|induccion|seminario|webinar)\b",
        "periodista": r"\b(?:reporter[oa]|corresponsal|redactora? del?|declaraciones para|para una nota)\b",
        "requerimiento logistico": r"\b(?:utiles de (?:oficina|escritorio|aseo)|suministros de|tinta|papel bond)\b",
        "duda": r"\b(?:como (?:se )?(?:registr|hag|hac|deb|pued|proced|correg|corrij|anul|reviert)\w*|"
        r"que (?:debo|debemos|tengo que|tenemos que) hacer|no (?:me|nos) deja|"
        r"(?:sale|bota|arroja|aparece) (?:\w+ ){0,3}?error)\b",
    }.items()
}
SEVERAL_WORDS = 1.5
SAME_STEMS = 0.7
WHO_FIELD = re.compile(r"institucion|entidad|requirente|solicitante")
ENTITY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Message:
    """A message folded for comparison, its body without courtesies; `attachments` are bare file names."""

    subject: str
    body: str
    subject_stems: tuple[str, ...]
    body_stems: tuple[str, ...]
    attachments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A fragment of the catalogue, how it and what letters say instead of it is looked for, and what it weighs."""

    text: str
    pattern: re.Pattern[str]
    akin: re.Pattern[str] | None
    weight: float


def message_of(subject: str, text: str, attachment_names: tuple[str, ...]) -> Message:
    """The message ready to be weighed."""
    folded_subject = fold(subject)
    own_words = ADDRESS.sub(" ", fold(text[:READ_AT_MOST]))
    folded_body = " ".join(POST.sub(" ", COURTESY.sub(" ", own_words)).split())
    return Message(
        folded_subject,
        folded_body,
        tuple(stems(folded_subject)),
        tuple(stems(folded_body)),
        tuple(bare_name(name) for name in attachment_names),
    )


@kept
def form_names(request_type: RequestType) -> tuple[str, ...]:
    """What letters call the forms of a type: «creación de claves/organizaciones»."""
    names = (fold(each.name) for each in request_type.required_documents if each.template)
    return tuple(name.removeprefix("formulario de ") for name in names if name.startswith("formulario de "))


def without(message: Message, names: Collection[str]) -> Message:
    """The message without these folded names: what a form is called is not what is asked."""
    present = [name for name in names if name in message.subject or name in message.body]
    if not present:
        return message
    subject, body = message.subject, message.body
    for name in sorted(present, key=len, reverse=True):
        subject, body = subject.replace(name, " "), body.replace(name, " ")
    return Message(subject, body, tuple(stems(subject)), tuple(stems(body)), message.attachments)


def asked(request_type: RequestType, text: str, text_stems: tuple[str, ...]) -> float:
    """How strongly a text asks for the type: 1 for each word of the catalogue, more for several words together."""
    return sum(strengths(request_type, text, text_stems))


def strengths(request_type: RequestType, text: str, text_stems: tuple[str, ...]) -> list[float]:
    """The weight of each fragment of the type that a text says, and a zero."""
    found = [0.0]
    listed = list(text_stems)
    for fragment in _fragments(request_type):
        if fragment.pattern.search(text) or (fragment.akin is not None and fragment.akin.search(text)):
            found.append(fragment.weight)
        elif stems_in_order(listed, fragment.text):
            found.append(SAME_STEMS * fragment.weight)
    return found


@kept
def _fragments(request_type: RequestType) -> tuple[Fragment, ...]:
    """What speaks for a type: several words together weigh more, a word that says who asks less."""
    return tuple(
        Fragment(
            text,
            fragment_pattern(fold(text)),
            AKIN.get(text),
            (SEVERAL_WORDS if " " in text else 1.0) * (ENTITY_SHARE if _names_an_entity(request_type, text) else 1.0),
        )
        for text in request_type.match.any
    )


def _names_an_entity(request_type: RequestType, fragment: str) -> bool:
    """Whether a fragment says who asks («GAD», «SENAMA») rather than what is asked."""
    if fragment.split()[0] in ENTITY_WORDS:
        return True
    return any(
        fragment == choice.key
        for field in request_type.intake_fields
        if WHO_FIELD.search(fold(field.label))
        for choice in field.choices
    )


def opposing(request_type: RequestType, text: str) -> frozenset[str]:
    """The fragments of a text that, by the catalogue, speak against the type."""
    return frozenset(
        fragment
        for fragment in request_type.match.none
        if contains(text, fragment) or (" " in fragment and speaks(text, fragment, gap=0))
    )


def is_opposed(request_type: RequestType, text: str) -> bool:
    """Whether words of the text speak against the type."""
    return bool(opposing(request_type, text))


def speaks(text: str, fragment: str, gap: int = 1) -> bool:
    """Whether a text says a fragment in these or other forms of its words."""
    return (
        contains(text, fragment)
        or stems_in_order(stems(text), fragment, gap)
        or (fragment in AKIN and AKIN[fragment].search(text) is not None)
    )
