"""Which choice or yes/no a message states, by the words of the catalogue's labels."""

import re
from collections import Counter
from collections.abc import Iterable

from helpdesk.domain.catalogue import Choice, IntakeField, RequestType
from helpdesk.domain.folding import contains, fold, fragment_pattern, stem, stems, stems_in_order, words
from helpdesk.domain.sayings import GREETED
from helpdesk.domain.textscan import Labelled, Prose

# Other words for what forms of public bodies call by these keys.
AKIN = {
    "rep_legal_snf": "como representante legal|usuario representante legal|usuario de representante legal|"
    "rol de representante|nueva representante legal|nuevo representante legal",
    "entidad_nueva": "nueva entidad|reciente creacion|recien creada|entidad creada",
    "cambio_funcionario": "cambio de administrador|reemplazo de|en reemplazo|sustitucion|funcionario saliente|"
    "cambio del funcionario|cambio de funcionari|reemplazo a|sustituyo a|sustituye a|dejo la institucion|"
    "dejo de laborar|"
    "cambio de la funcionaria|reemplaza a|en lugar de|ya no labora",
    "informatico": "informatica|tecnologias|tics",
    "activar": "activacion de|activar|reactivar|usuario bloqueado|desbloque|usuario inactivo|usuario caducado|"
    "bloqueado",
    "restablecer": "restablecer|reestablecer|contrasena olvidada|olvide|cambio de contrasena|"
    "revision de contrasena|nueva contrasena",
    "gad": "gad|municipio|municipal|parroquial|prefectura|gobierno autonomo",
    "ep": "empresa publica|ep",
    "privada_sfl": "sin fines de lucro|corporacion privada|fundacion|ong|junta de vecinos|asociacion",
    "publica": "entidad publica|organismo publico|servicio publico|municipalidad|municipio|ministerio|"
    "sector publico|gad",
    "privada": "empresa privada|entidad privada|compania|s.a.|cia. ltda|sociedad anonima",
    "ong": "ong|organismo no gubernamental|organizacion no gubernamental|fundacion",
    "academica": "universidad|academica|tesis|estudiante|investigador|docente|escuela politecnica",
    "ciudadano": "ciudadano|ciudadana|ciudadania|persona natural|a titulo personal",
    "otorgamiento": "viaticos|pasajes|otorgamiento|asignacion de viaticos|solicitud de viaticos|se autorice|"
    "requiero viaticos",
    "rendicion": "rendicion|rendir|rindo cuentas|liquidacion de viaticos",
    "auditoria": "auditoria|examen especial|control",
    "siaf": "siaf",
    "abastecimiento": "siga|abastecimiento|almacen|logistica|contrataciones",
    "inversion": "inversion|inversiones|invierte.pe",
    "presupuesto": "presupuest|certificacion presupuestal|pia|pim",
    "tesoreria": "tesoreria|giro|girado|cuenta bancaria|cut",
    "contabilidad": "contabilidad|contable|estados financieros",
    "endeudamiento": "endeudamiento|deuda|prestamo",
    "virtual": "virtual|zoom|teams|remota|en linea|videoconferencia|a distancia",
    "presencial": "presencial|en persona|visita|in situ",
    "especialista": "especialista|coordinador|personal|funcionario|me atendio",
    "servicio": "servicio|atencion|horario|local|sala|ventanilla",
    "tecnico": "tecnico|tecnica",
    "operativo": "operativo|operativa",
    "conceptual": "conceptual",
    "web": "pagina web|portal|sitio web",
    "boletin": "boletin",
    "periodico_mural": "periodico mural|mural",
    "juridica": "persona juridica|juridica",
    "natural": "persona natural",
    "actualizacion": "actualizacion de huellas|actualizacion de datos|actualizar|reenrol",
    "enrolamiento": "enrolamiento|enrolar",
    "renuncia": "renuncia|renuncio",
    "cesacion": "cesacion|ceso|cese de funciones|desvincula|jubilacion|fallecimiento|terminacion de contrato",
    "traslado": "traslado|trasladado|cambio administrativo|comision de servicios",
}  # fmt: skip
OF_ONESELF = re.compile(r"\b(?:soy|somos|en (?:mi |nuestra )?calidad de|como)\s+(?P<who>(?:\S+\s+){0,4}\S+)")
# Who asks is told of oneself, up to the verb by which the matter begins.
WHO_ASKS = re.compile(r"requirente|solicitante")
OF_THE_WRITER = re.compile(
    r"\b(?:yo|soy|somos|suscrit[oa]s?|suscribe|en (?:mi |nuestra )?calidad de|(?:en|a) nombre de|en representacion de|"
    r"nosotr[oa]s|les? escrib\w+)\b"
)
ASKS = re.compile(
    r"\b(?:solicit\w+|requ(?:ier|er)\w+|pid\w+|pedimos|necesit\w+|rueg\w+|rog\w+|quisier\w+|deseo|deseamos)\b|\n\n"
)
OF_ONESELF_WEIGHT = 1.0
DENIAL = frozenset({"no"})
CONTEXT = 3.0
WHOLE_LABEL = 2.0
IN_SUBJECT = 0.4
# A name that only one choice has says more than words of its field.
BY_NAME = 0.7
OTHERWISE = "otro"
# Whoever speaks of travel money asks for it, unless they account for it.
UNLESS_OTHERWISE = frozenset({"otorgamiento"})
NEGATED = re.compile(
    r"\b(?:no|aun no|todavia no|sin|nunca|tampoco|falta|faltan|carece|carecemos|pendiente[s]?|ningun[oa]?)\b"
)
AFFIRMED = re.compile(r"^(?:si|sí|s|x|afirmativo|correcto|verdadero|ya)\b")
DENIED = re.compile(r"^(?:no|n|negativo|ninguno|falso|aun no|todavia no)\b")
# Ways to say that something was handed over or is already there.
SAME_FACT = {
    "recib": "entreg recib tenem tien dispon cuent pose",
    "exist": "exist hay hab hub tien cuent registr",
    "const": "const registr enrol tom captur existent exist",
    "requier": "requier requer necesit necesari",
}
# Verbs of a form's question that say nothing by themselves: what is asked for, or what somebody is, says it.
ASKED_ONLY = frozenset(stems("es solicita"))
SAME_THING = {"acces": "acces clav", "desactiv": "desactiv baj"}
GENERAL_NOUNS = frozenset(stems("usuario rol entidad organización sistema"))
WORD_REACH = 9


def read_choice(field: IntakeField, source: Prose, subject: str, labelled: Labelled | None) -> str | None:
    """The key of the choice that a message states: in its labelled value, else anywhere; None when none or unclear."""
    if labelled is not None:
        key = _best(field.choices, fold(labelled.value), field)
        if key:
            return key
    whole = fold(f"{subject}\n{GREETED.sub('', source.text)}")
    of_the_writer = WHO_ASKS.search(fold(field.label)) and _best(field.choices, _about_the_writer(source), field)
    return of_the_writer or _best(field.choices, whole, field, fold(subject))


def _about_the_writer(source: Prose) -> str:
    """What a letter says of who writes it, without the matter that it asks for."""
    parts = ASKS.split(source.plain)
    return fold(" ; ".join(part[found.start() :] for part in parts for found in OF_THE_WRITER.finditer(part)))


def _best(choices: tuple[Choice, ...], text: str, field: IntakeField, subject: str = "") -> str | None:
    weights = {
        choice.key: _weight(choice, choices, text, field, subject) for choice in choices if choice.key != OTHERWISE
    }
    if any(weight >= 1 for key, weight in weights.items() if key not in UNLESS_OTHERWISE):
        weights = {key: weight for key, weight in weights.items() if key not in UNLESS_OTHERWISE}
    ranked = sorted(weights.items(), key=lambda entry: -entry[1])
    if not ranked or ranked[0][1] < 0.5:
        return None
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < 0.05:
        return _earliest(choices, [key for key, weight in ranked if ranked[0][1] - weight < 0.05], text)
    return ranked[0][0]


def _weight(choice: Choice, choices: tuple[Choice, ...], text: str, field: IntakeField, subject: str) -> float:
    text_stems = stems(text)
    present = set(text_stems)
    shares = Counter(word for each in choices for word in set(stems(each.label)))
    own = set(stems(choice.label)) - set(stems(field.label))
    # «No» in a letter denies something else.
    own = (own or set(stems(choice.label))) - DENIAL
    total = sum(1 / shares[word] for word in own)
    weight = sum(1 / shares[word] for word in own if word in present) / total if total else 0.0
    if weight < 0.5 or not any(shares[word] == 1 for word in own & present):
        weight = 0.0
    if stems_in_order(text_stems, choice.label, gap=0) and len(own) > 1 and not _is_other_number(text, choice, choices):
        weight += WHOLE_LABEL
    own_text = _without_longer_names(text, choice, choices)
    if _is_said(own_text, choice):
        weight = max(weight, 1.0) + (BY_NAME if _is_named(own_text, choice) else 0.2)
    if weight and subject and (_is_said(subject, choice) or own & set(stems(subject))):
        weight += IN_SUBJECT
    if weight and any(_is_said(match["who"], choice) for match in OF_ONESELF.finditer(text)):
        weight += OF_ONESELF_WEIGHT
    if _after_field_word(field, choice, text_stems, own, shares):
        weight += CONTEXT
    return weight


def _is_other_number(text: str, choice: Choice, choices: tuple[Choice, ...]) -> bool:
    """Whether the text says another choice that has the same words: «entidades adscritas» is not «entidad adscrita»."""
    if contains(text, choice.key.replace("_", " ")):
        return False
    own = set(stems(choice.label))
    names = [each.key.replace("_", " ") for each in choices if each is not choice]
    return any(set(stems(name)) == own and contains(text, name) for name in names)


def _is_said(text: str, choice: Choice) -> bool:
    words = AKIN.get(choice.key, choice.key.replace("_", " ")).split("|")
    return any(contains(text, word) for word in words)


def _without_longer_names(text: str, choice: Choice, choices: tuple[Choice, ...]) -> str:
    """The text without the names of choices that only add a word to this one's: «no financieras» is not it."""
    name = choice.key.replace("_", " ")
    for other in choices:
        longer = other.key.replace("_", " ")
        if longer.endswith(f" {name}"):
            text = text.replace(longer, " ")
    return text


def _is_named(text: str, choice: Choice) -> bool:
    """Whether the text writes the choice's own name («SIAF»), not a word of what it is about («girado»)."""
    name = choice.key.replace("_", " ")
    return name in " ".join(words(choice.label)) and contains(text, name)


def _after_field_word(
    field: IntakeField, choice: Choice, text_stems: list[str], own: set[str], shares: Counter[str]
) -> bool:
    """Whether a word of the choice follows the field's own word: «rol de acopio», «clase operativo»."""
    heads = set(stems(field.label)[:1])
    tells = {word for word in own if shares[word] == 1}
    return any(
        word in heads and tells & set(text_stems[position + 1 : position + 3])
        for position, word in enumerate(text_stems)
    )


def _earliest(choices: tuple[Choice, ...], keys: list[str], text: str) -> str | None:
    def position(key: str) -> int:
        choice = next(each for each in choices if each.key == key)
        words = [*stems(choice.label), *AKIN.get(key, key.replace("_", " ")).split("|")]
        found = (fragment_pattern(word).search(text) for word in words)
        return min((match.start() for match in found if match), default=len(text))

    return min(keys, key=position)


def read_bool(field: IntakeField, source: Prose, labelled: Labelled | None) -> bool | None:
    """Yes or no as stated: «Huellas registradas: sí», «ya constan», «aún no hemos recibido el kit»."""
    if labelled is not None:
        value = fold(labelled.value)
        if AFFIRMED.match(value) or DENIED.match(value):
            return not DENIED.match(value)
    statement = _statement(field.label)
    if statement[0] in ASKED_ONLY and len(statement) > 1:
        return _is_so(source, statement[1])
    verbs = {verb for verb in statement if verb in SAME_FACT}
    things = [word for word in statement if word not in SAME_FACT]
    nouns = statement[0:1] if not verbs else [word for word in things if word not in GENERAL_NOUNS] or things
    facts = {other for verb in verbs for other in SAME_FACT[verb].split()} or set(statement[1:2] or statement)
    for sentence in source.sentences():
        answer = _said_in(sentence, set(nouns), facts)
        if answer is not None:
            return answer
    return None


def _is_so(source: Prose, thing: str) -> bool | None:
    """Whether a sentence says the thing, or denies it; a denial counts more than a mention."""
    same = SAME_THING.get(thing, thing).split()
    answers = {_said_in(sentence, set(same), set(same)) for sentence in source.sentences()} - {None}
    return None if not answers else False not in answers


def _statement(label: str) -> list[str]:
    spoken = fold(label.strip("¿?"))
    words = stems(spoken)
    return [next((verb for verb in SAME_FACT if word.startswith(verb)), word) for word in words]


def _said_in(sentence: str, nouns: set[str], facts: set[str]) -> bool | None:
    words = re.findall(r"[a-z0-9]+", sentence)
    roots = [stem(word) for word in words]
    subjects = [index for index, root in enumerate(roots) if root in nouns]
    verbs = [index for index, root in enumerate(roots) if any(root.startswith(fact) for fact in facts)]
    pairs = [(abs(verb - noun), verb) for verb in verbs for noun in subjects if abs(verb - noun) <= WORD_REACH]
    if not pairs:
        lacking = any(words[index - 1] == "sin" for index in subjects if index)
        return False if lacking else None
    verb = min(pairs)[1]
    return not NEGATED.search(" ".join(words[max(0, verb - 4) : verb]))


def implied_by(request_type: RequestType, values: Iterable[str], attachment_words: str) -> dict[str, str | bool]:
    """What a stated conditional datum or an attached conditional document says of the field it depends on.

    «Usuario anterior: …» says that there is one; a contrato de comodato, that the kit is yet to be handed over.
    """
    known = set(values)
    found: dict[str, str | bool] = {}
    for each in request_type.intake_fields:
        if each.key in known and each.when and each.when.any_of and len(each.when.any_of) == 1:
            found.setdefault(each.when.field, each.when.any_of[0])
    for document in request_type.required_documents:
        when = document.when
        if (
            when
            and when.any_of
            and len(when.any_of) == 1
            and any(contains(attachment_words, word) for word in document.match)
        ):
            found.setdefault(when.field, when.any_of[0])
    return found
