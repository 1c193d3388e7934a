"""Trainings and technical assistance as events: how one goes on, who agrees to it, who came (R-111, R-128).

Times are instants with an offset; what an institution calls its days is worked out by the caller.
"""

import re
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Literal

from helpdesk.domain.catalogue import Catalogue, EventsSpec
from helpdesk.domain.errors import IllegalMove, Invalid
from helpdesk.domain.folding import fold
from helpdesk.domain.options import Option, options_of
from helpdesk.domain.parties import ID_RULES, ID_TYPES
from helpdesk.domain.validation import SHAPES

Kind = Literal["training", "technical_assistance", "staff_training"]
State = Literal["planned", "agreed", "held", "cancelled"]
Act = Literal["amend", "replan", "agree", "hold", "cancel"]

KINDS: tuple[Kind, ...] = ("training", "technical_assistance", "staff_training")
STATES: tuple[State, ...] = ("planned", "agreed", "held", "cancelled")
STAFF_TRAINING: Kind = "staff_training"
KIND_NAMES: dict[str, str] = {
    "training": "capacitación",
    "technical_assistance": "asistencia técnica",
    "staff_training": "capacitación de especialistas",
}

# What the organ agreed to is a date, a matter, a place of work and a person: another one is agreed to again.
MOVES: dict[tuple[State, Act], State] = {
    ("planned", "amend"): "planned",
    ("planned", "replan"): "planned",
    ("planned", "agree"): "agreed",
    ("planned", "cancel"): "cancelled",
    ("agreed", "amend"): "agreed",
    ("agreed", "replan"): "planned",
    ("agreed", "hold"): "held",
    ("agreed", "cancel"): "cancelled",
}
REFUSALS: dict[State, str] = {
    "planned": "Antes de darla por realizada, anote que el órgano la acordó.",
    "agreed": "El órgano ya la acordó.",
    "held": "Ya se realizó: no cambia más.",
    "cancelled": "Está cancelada: programe otra.",
}

LONGEST_AGO, FARTHEST_AHEAD = timedelta(days=366), timedelta(days=2 * 366)
LONGEST_SUBJECT, LONGEST_PLACE, LONGEST_NAME, LONGEST_ENTITY = 300, 300, 200, 300
MOST_LINES = 500
SEPARATORS = re.compile(r"[\s.\-]+")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned. `system` is the key of an administrative system, `centre` None for a training that an organ
    gives to specialists of several centres, `specialist_id` the person who gives it."""

    subject: str
    organ: str
    centre: str | None
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    system: str | None = None
    specialist_id: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on the list of an event; `sameness` is equal for whoever counts as the same person there."""

    name: str
    identity: str | None = None
    entity: str = ""

    @property
    def sameness(self) -> str:
        """By the number of the identity where there is one, else by name and entity."""
        return f"id:{self.identity}" if self.identity else f"name:{fold(self.name)}|{fold(self.entity)}"


def after(state: State, act: Act) -> State:
    """The state after an act. Raises IllegalMove."""
    try:
        return MOVES[state, act]
    except KeyError:
        raise IllegalMove(REFUSALS[state]) from None


def check(kind: Kind, plan: Plan, now: datetime) -> None:
    """Raises Invalid, with a sentence for each field, for a plan that cannot be."""
    wrong: dict[str, str] = {}
    if not plan.subject.strip():
        wrong["subject"] = "Escriba el tema."
    elif len(plan.subject) > LONGEST_SUBJECT:
        wrong["subject"] = f"Escriba el tema en {LONGEST_SUBJECT} caracteres a lo más."
    if len(plan.place) > LONGEST_PLACE:
        wrong["place"] = f"Escriba el lugar en {LONGEST_PLACE} caracteres a lo más."
    if plan.centre is None and kind != STAFF_TRAINING:
        wrong["centre"] = "Elija el centro."
    if plan.ends_at <= plan.starts_at:
        wrong["until"] = "La hora de término debe ser posterior a la de inicio."
    if not now - LONGEST_AGO <= plan.starts_at <= now + FARTHEST_AHEAD:
        wrong["day"] = "Elija un día entre el último año y los dos próximos."
    if wrong:
        raise Invalid("Revise los datos marcados: nada se guardó todavía.", wrong)


def act_of(before: Plan, then: Plan) -> Literal["amend", "replan"] | None:
    """What a change of the plan is: None when nothing changes, `replan` when the organ must agree again."""
    changed = {each.name for each in fields(Plan) if getattr(before, each.name) != getattr(then, each.name)}
    if not changed:
        return None
    return "amend" if changed <= {"place", "system"} else "replan"


def moves_the_requester(before: Plan, then: Plan) -> bool:
    """Whether the requester must know: the time, the place or the matter is another one."""
    told = ("subject", "starts_at", "ends_at", "place", "centre")
    return any(getattr(before, name) != getattr(then, name) for name in told)


def is_ahead(starts_at: datetime, now: datetime) -> bool:
    """Whether the event is still to come: what is written down afterwards is announced to nobody."""
    return starts_at > now


def check_agreeable(kind: Kind, plan: Plan, by: str, on: date, today: date) -> None:
    """Raises Invalid unless a person gives the event, and it is known who of the organ agreed and on which day."""
    if plan.specialist_id is None and kind != STAFF_TRAINING:
        raise Invalid("Indique primero quién la dará: el órgano acuerda también a la persona.")
    if not by.strip():
        raise Invalid("Escriba quién del órgano la acordó.", {"by": "Escriba quién del órgano la acordó."})
    if on > today:
        raise Invalid("El día del acuerdo no puede ser futuro.", {"on": "Elija hoy o un día pasado."})


def check_begun(starts_at: datetime, now: datetime) -> None:
    """Raises IllegalMove before the event begins: nobody has come, and it has not been held."""
    if now < starts_at:
        raise IllegalMove("Todavía no empieza: esto se anota desde su hora de inicio.")


def check_list_open(state: State) -> None:
    """Raises IllegalMove for an event whose list nobody may change."""
    if state == "cancelled":
        raise IllegalMove("Está cancelada: su lista no cambia.")


def listed(text: str, identity_documents: tuple[str, ...]) -> tuple[Listed, ...]:
    """The people of a text with one on each line, «Nombre; documento; entidad», the two last optional.

    Raises Invalid naming the lines that are wrong: nobody is listed then.
    """
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip(" ;\t\r")]
    if not lines:
        raise Invalid("Escriba al menos una persona.", {"people": "Escriba una persona por línea."})
    if len(lines) > MOST_LINES:
        raise Invalid(
            f"Son {len(lines)} líneas: añada {MOST_LINES} personas a lo más cada vez.",
            {"people": f"Añada {MOST_LINES} personas a lo más cada vez."},
        )
    found, wrong = [], []
    for number, line in lines:
        try:
            found.append(_of_line(line, identity_documents))
        except Invalid as problem:
            wrong.append(f"Línea {number}: {problem}")
    if wrong:
        raise Invalid("Nadie se añadió todavía: revise las líneas señaladas.", {"people": " ".join(wrong[:5])})
    return tuple(found)


def _of_line(line: str, identity_documents: tuple[str, ...]) -> Listed:
    name, identity, entity = ([part.strip() for part in line.split(";")] + ["", ""])[:3]
    if line.count(";") > 2:
        raise Invalid("tiene más de tres partes; escriba nombre; documento; entidad.")
    if not name:
        raise Invalid("falta el nombre.")
    if len(name) > LONGEST_NAME or len(entity) > LONGEST_ENTITY:
        raise Invalid(f"el nombre admite {LONGEST_NAME} caracteres y la entidad {LONGEST_ENTITY}.")
    return Listed(" ".join(name.split()), checked_identity(identity, identity_documents), " ".join(entity.split()))


def checked_identity(written: str, identity_documents: tuple[str, ...]) -> str | None:
    """The number of a person's identity without marks, None when none is written.

    `identity_documents` are those of the institution; numbers of entities do not name a person. Raises Invalid.
    """
    number = SEPARATORS.sub("", written).upper()
    rules = [rule for rule in identity_documents if ID_RULES.get(rule) in ID_TYPES]
    if not number:
        return None
    if len(number) > 20 or (rules and not any(SHAPES[rule][0](number) for rule in rules)):
        reasons = " ni ".join(SHAPES[rule][1] for rule in rules) or "no es un documento de identidad"
        raise Invalid(f"«{written[:40]}» {reasons}; sin documento, deje esa parte vacía.")
    return number


def kinds_of(catalogue: Catalogue) -> tuple[Kind, ...]:
    """The kinds of event that an institution plans, by its catalogue; none where no request asks for one (R-111).

    Whoever gives events to others trains the specialists who give them, too (R-128).
    """
    asked: set[str] = {each.events.kind for each in catalogue.request_types if each.events is not None}
    return tuple(kind for kind in KINDS if kind in asked or (asked and kind == STAFF_TRAINING))


def spec_of(catalogue: Catalogue, request_type: str | None) -> EventsSpec | None:
    """How a request of that type asks for an event; None when it asks for none."""
    return next((each.events for each in catalogue.request_types if each.key == request_type), None)


def matters_of(catalogue: Catalogue) -> tuple[Option, ...]:
    """The administrative systems that an event may be about: what requests for events choose among."""
    found: dict[str, Option] = {}
    for each in catalogue.request_types:
        if each.events is not None and each.events.matter is not None:
            found |= {option.key: option for option in options_of(catalogue, each.field(each.events.matter))}
    return tuple(found.values())


def organ_functions(catalogue: Catalogue) -> frozenset[str]:
    """The functions that speak for an organ."""
    return frozenset(role.key for role in catalogue.roles if role.scope == "organ" and role.side != "requester")


def speaks_for(catalogue: Catalogue, functions: tuple[tuple[str, str | None], ...], organ: str) -> bool:
    """Whether somebody with those functions may agree on behalf of an organ."""
    speakers = organ_functions(catalogue)
    return any(role in speakers and scope == organ for role, scope in functions)
