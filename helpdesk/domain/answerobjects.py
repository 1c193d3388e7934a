"""What a statement is about: the thing asked for, seen in the words of an answer (R-173).

Approving another thing than the one asked for is no approval of it: «apruebo la rendición», said to a request that
asks to take the approval of a report back, contradicts itself. The tables use the notation of `phrases`.
"""

import re
from dataclasses import dataclass

from helpdesk.domain.phrases import compiled
from helpdesk.domain.wording import folded

# The request by its general name, which another thing may complete: «solicitud de viáticos».
NAMED = "S"
RIGHT, WRONG = "O", "X"
MARKS = (NAMED, RIGHT, WRONG)
# Wrong even as a part of a longer name: what undoes the very thing that was asked for.
CONTRARY = "C"
MOST_QUALITIES = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that an answer is about: the words that name it (type and subject), and its public number."""

    name: str = ""
    number: str = ""


BODIES = """
organizacion(es)/municipalidad(es)/municipio/cooperativa/institucion/entidad/empresa/fundacion/corporacion/asociacion
gobernacion/prefectura/ministerio/unidad/oficina/direccion/jefatura/coordinacion/gerencia/subsecretaria/seremi
area/region/universidad/ejecutor(a)/departamento/zonal/sede/comuna/provincia
unidad ejecutora
oficina tecnica
junta parroquial
gobierno local/regional/provincial
"""
PERSONS = """
usuari@/funcionari@/servidor(a)/servidores/especialista(s)/profesional(es)/ejecutor(es)/supervisor(a)/coordinador(a)
beneficiari@/solicitante/titular/interesad@/trabajador(a)/personal/equipo/analista
"""
RANKS = """
regional/nacional/zonal/provincial/distrital/general/administrativ@/financier@/tecnic@/municipal/ejecutora
"""
MONTHS = """
enero/febrero/marzo/abril/mayo/junio/julio/agosto/septiembre/setiembre/octubre/noviembre/diciembre
"""
DETERMINERS = """
la/el/los/las/este/esta/estos/estas/ese/esa/esos/esas/dich@/su/sus/vuestra
[la/el/este/esta] presente/mencionad@/referid@/citad@/senalad@
"""
ASKED_BY = """
por/de/del [la/el/los/las/esta/su/nuestra] <entidad> [<rango>] [de/del] [<nombre>] [<numero>]
por/de/del [la/el/los/las/su] <persona>
"""
# What may be said of the thing without making it another one, a part of it or more than it.
QUALITIES = """
presentad@/solicitad@/requerid@/pedid@/adjunt@/enviad@/remitid@/formulad@/indicad@/realizad@/prestad@/brindad@
correspondiente(s)
respectiv@/presupuestari@/presupuestal(es)/tecnic@/institucional(es)
<de_quien>
de acceso/usuario(s)/clave(s)/cuenta(s)/perfil/viaticos/pasajes/capacitacion/compra/contratacion/enrolamiento
de asistencia tecnica
de comision de servicios
de cambio de fecha [de] [la] [modificacion/asignacion] [presupuestaria]
de creacion de [la] usuario(s)/organizacion/convocatoria/cuenta(s)
de modificacion/asignacion [presupuestaria]
de informacion [publica/presupuestal/presupuestaria/financiera]
de/del convenio/proyecto [nacional/estandar]
de/del programa [<nombre>]
al/en [el/la] sistema/portal/plataforma/e-sigef/esigef/siaf/siga/sigec/aplicativo/modulo [N]
a e-sigef/esigef/siaf/siga/sigec
en referencia/cuestion/comento
en su totalidad
en el/este/su correo/asunto/mensaje/hilo [de abajo/adjunto/precedente/que antecede]
de la referencia
del asunto
de abajo
que antecede
que se/nos/me adjunta/solicita/indica/detalla/presenta/envia/acompana/requiere/pide
"""
# A month tells which of several reports or services; of a request it would name another one.
OF_A_MONTH = """
de/del [mes de] <mes> [del/de <numero>]
"""

# Names of the request itself, right whatever it asks for.
ANY_REQUEST = """
solicitud(es)/requerimiento(s)/pedido(s)/peticion(es)/tramite(s)/ticket/gestion/solicitacao/proceso
[todo] lo solicitado/requerido/pedido/indicado/expuesto/planteado/senalado/descrito
lo antes/arriba/anteriormente/ya indicado/mencionado/senalado/descrito/expuesto/solicitado
"""
# Things, by the beginnings of the words that the name or the subject of the request has when it asks for them.
THINGS = {
    "usuari acceso clave contrase perfil rol cuenta enrol": """
        usuari@/acceso(s)/cuenta(s)/clave(s)/contrasena(s)/perfil(es)/credencial(es)/rol
        <hacer> [de/del] [la/el/los/las/un/una] [nuev@] usuari@/acceso(s)/cuenta(s)/clave(s)/contrasena(s)
        <hacer> [de/del] [la/el/los/las/un/una] [nuev@] perfil(es)/rol
        cambio de clave/contrasena/perfil
        ingreso/incorporacion/registro [de/del] [la] funcionari@/servidor(a)/trabajador(a)/usuari@
        <hacer> de/del [la] funcionari@/servidor(a)/trabajador(a)
    """,
    "organizaci": """
        organizacion(es)
        inscripcion/registro
        <hacer>/registro/inscripcion/incorporacion de [la/las] organizacion(es)
    """,
    "fecha modific": """
        modificacion(es)
        cambio/correccion/modificacion [de] [la] fecha(s) [de] [la] [modificacion(es)]
    """,
    "fecha asign": """
        asignacion(es)/reasignacion(es)
        cambio/correccion/modificacion [de] [la] fecha(s) [de] [la] [asignacion(es)]
    """,
    "cambio modific": "cambio",
    "presupuest gasto compra": "presupuesto/gasto(s)",
    "convocatoria concurso": """
        convocatoria(s) [estandar/nacional]
        <hacer> de [la] convocatoria [estandar/nacional]
    """,
    "comisi viatic pasaj viaj": """
        viaticos/pasajes/viaje(s)/salida/desplazamiento/traslado/comision
        viaticos y pasajes
        pasajes y viaticos
        comision(es) de servicio(s)
    """,
    "conformid servici": "servicio(s)",
    "termino tdr referenci": """
        tdr/tdrs
        termino(s) de referencia
    """,
    "contrat compra adquisi logist administrativ especialista": """
        compra/adquisicion/contratacion
        contratacion de/del especialista/servicio(s)
        requerimiento logistico/administrativo
    """,
    "asisten": "asistencia(s) [tecnica/tecnicas]",
    "capacit curso taller": "capacitacion(es)/curso/taller/charla/induccion",
    "informaci": """
        entrega de [la] informacion [publica/presupuestal/presupuestaria/financiera]
        pedido de informacion [publica/presupuestal/presupuestaria/financiera]
    """,
    "medio prensa entrevista difusi bolet public": """
        difusion/publicacion/entrevista/boletin
        nota de prensa
    """,
    "implementa": "implementacion [del/de] [nuevo] [servicio]",
    "enrol biometr": "enrolamiento [biometrico]",
    "plazo prorrog ampli fecha": """
        prorroga/ampliacion
        ampliacion de/del plazo
    """,
    "reprogram fecha modific": "reprogramacion(es)",
}
GIVES = """
creacion/habilitacion/activacion/reactivacion/desbloqueo/alta/apertura/reapertura/renovacion/actualizacion/incorporacion
restablecimiento/reseteo
crear/creen/habilitar/habiliten/activar/activen/reactivar/reactiven
"""
# Right only in a request that names them: in another one they would be the contrary.
TAKES_AWAY = """
baja/eliminacion/inactivacion/desactivacion/bloqueo
desactivar/desactiven/inactivar/eliminar/eliminen/bloquear/bloqueen [la/el/los/las] \
    [usuari@/cuenta(s)/acceso(s)/perfil(es)/clave(s)]
baja/eliminacion/inactivacion/desactivacion/bloqueo de/del [la/los/las] usuari@/cuenta(s)/acceso(s)/perfil(es)/clave(s)
"""
REPORTS = """
rendicion(es) [de cuentas/gastos/viaticos/fondos]
informe(s) [tecnico(s)] [de avance/actividades] [final]
"""
TAKEN_BACK = """
desaprobacion(es) [de/del] [la/el/los/las] [<informe>]
"""

DEPRIVES = re.compile(r"\b(?:desactiv|inactiv|baja|elimin|bloque|ausencia|retir)")
PROVIDES = re.compile(r"\b(?:crea|activ|habilit|alta|reactiv|incorpor|nuev)")
UNDOES = re.compile(r"\b(?:desaprob|desaprueb|rechaz|revers|reabr|reapert|anul|sin efecto)")


def _expressions() -> dict[str, str]:
    made = {"numero": r"(?:\d{1,4} )", "nombre": r"(?:[FN] (?:(?:de |del |la |los |y )?[FN] ){0,4})"}
    for name, table in (
        ("entidad", BODIES),
        ("persona", PERSONS),
        ("rango", RANKS),
        ("mes", MONTHS),
        ("hacer", GIVES),
        ("informe", REPORTS),
        ("de_quien", ASKED_BY),
        ("calidad", QUALITIES),
        ("del_mes", OF_A_MONTH),
        ("det", DETERMINERS),
    ):
        made[name] = compiled(table, made)
    return made


_MADE = _expressions()
_DETERMINER = re.compile(_MADE["det"])
_QUALITY = re.compile(_MADE["calidad"])
_OF_A_MONTH = re.compile(_MADE["del_mes"])
_ANY = re.compile(compiled(ANY_REQUEST, _MADE))
_GIVEN = re.compile(compiled(GIVES, _MADE))
_TAKEN_AWAY = re.compile(compiled(TAKES_AWAY, _MADE))
_REPORT = re.compile(_MADE["informe"])
_TAKEN_BACK = re.compile(compiled(TAKEN_BACK, _MADE))
# «Cuenta con mi aprobación» speaks of no account.
_COUNTS_WITH = re.compile("cuentan? (?:usted(?:es)? )?con ")
_SERVICE = re.compile("servicio ")
_THINGS = tuple((tuple(stems.split()), re.compile(compiled(table, _MADE))) for stems, table in THINGS.items())


def with_objects(words: str, asked: Asked) -> tuple[str, tuple[int, ...]]:
    """The words with one mark for each thing they name, and how many words each word of the result stands for.

    `O` is the thing asked for, `X` another. Words are each followed by one space.
    """
    judged, numbers = _judged(folded(asked.name)), _numbers(asked)
    found: list[str] = []
    widths: list[int] = []
    at = 0
    while at < len(words):
        end, mark = _thing_at(words, at, judged, numbers)
        found.append(mark or words[at : end - 1])
        widths.append(words.count(" ", at, end))
        at = end
        if len(found) > 2 and found[-3] == NAMED and found[-2] in ("de", "del", "para") and found[-1] in MARKS:
            found[-3:], widths[-3:] = [found[-1]], [sum(widths[-3:])]
    return "".join(f"{RIGHT if word == NAMED else word} " for word in found), tuple(widths)


def _thing_at(
    words: str, at: int, judged: list[tuple[re.Pattern[str], str]], numbers: re.Pattern[str]
) -> tuple[int, str | None]:
    """Where the longest thing that begins at a place ends, and its mark; a word without one when none does."""
    if _COUNTS_WITH.match(words, at):
        return words.index(" ", at) + 1, None
    if (numbered := numbers.match(words, at)) is not None:
        return numbered.end(), NAMED
    determined = _DETERMINER.match(words, at)
    starts = (at,) if determined is None else (determined.end(), at)
    ends = [
        (found.end(), mark)
        for pattern, mark in judged
        for start in starts
        if (found := pattern.match(words, start)) is not None
    ]
    if not ends:
        return words.index(" ", at) + 1, None
    longest = max(end for end, _ in ends)
    marks = {mark for end, mark in ends if end == longest}
    dated = any(pattern.match(words, start) for pattern in (_REPORT, _TAKEN_BACK, _SERVICE) for start in starts)
    contrary = any(mark == CONTRARY for _, mark in ends)
    return _with_qualities(words, longest, dated, numbers), WRONG if contrary else next(
        each for each in MARKS if each in marks
    )


def _with_qualities(words: str, at: int, dated: bool, numbers: re.Pattern[str]) -> int:
    for _ in range(MOST_QUALITIES):
        found = (
            numbers.match(words, at) or _QUALITY.match(words, at) or (_OF_A_MONTH.match(words, at) if dated else None)
        )
        if found is None:
            break
        at = found.end()
    return at


def _judged(name: str) -> list[tuple[re.Pattern[str], str]]:
    """Every kind of thing, and its mark when a request has that name (empty: not known)."""
    undoes, deprives = bool(UNDOES.search(name)), bool(DEPRIVES.search(name))
    return [
        (_ANY, NAMED),
        (_GIVEN, CONTRARY if deprives else RIGHT),
        (_TAKEN_AWAY, RIGHT if deprives and not PROVIDES.search(name) else CONTRARY),
        (_REPORT, RIGHT if not undoes and _names(name, ("rendic", "informe")) else CONTRARY),
        (_TAKEN_BACK, RIGHT if undoes or not name else CONTRARY),
        *((pattern, RIGHT if not name or _names(name, stems) else WRONG) for stems, pattern in _THINGS),
    ]


def _numbers(asked: Asked) -> re.Pattern[str]:
    """The numbers that say no more than «solicitud»: that of the request, and those in its name after «N°»."""
    prefix, _, number = folded(asked.number).rpartition("-")
    known = "|".join(dict.fromkeys(re.findall(r"\d{1,9}", asked.name)))
    own = rf"{re.escape(prefix)}[- ]{number} " if number else "(?!)"
    return re.compile(rf"(?:{own}|(?:n[°º]|nro|numero) (?:{known or '(?!)'}) )")


def _names(name: str, stems: tuple[str, ...]) -> bool:
    return any(re.search(rf"\b{stem}", name) for stem in stems)
