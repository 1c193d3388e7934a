"""Whether a term may be prolonged, and by how much (R-051, Q-02)."""

from helpdesk.domain.catalogue import DeadlineSpec, Extension
from helpdesk.domain.countedlines import UNITS, amount_of
from helpdesk.domain.errors import IllegalMove, Invalid

MOST = 3650


def times_allowed(spec: DeadlineSpec | None) -> int:
    """How often the term of a type may be prolonged."""
    rule = spec.extension if spec is not None and spec.extendable else None
    return rule.max_times if rule is not None else 0


def granted(spec: DeadlineSpec | None, times: int, amount: int | None, reason: str) -> tuple[Extension, int]:
    """The rule of the catalogue and how much it grants; `times` the term was prolonged already, `amount` was asked.

    Raises IllegalMove when the type does not allow it (any more), Invalid for an amount or reason that is wrong.
    """
    rule = spec.extension if spec is not None and spec.extendable else None
    if rule is None:
        raise IllegalMove("El plazo de este tipo de solicitud no se puede prorrogar.")
    if times >= rule.max_times:
        already = "una vez" if times == 1 else f"{times} veces"
        raise IllegalMove(f"El plazo ya se prorrogó {already}, y el catálogo no permite más.")
    if rule.amount is not None and amount not in (None, rule.amount):
        raise Invalid(
            f"La prórroga de este tipo es de {amount_of(rule.amount, rule.unit)}: no se puede dar otra.",
            {"amount": f"Escriba {rule.amount}."},
        )
    asked = rule.amount if rule.amount is not None else amount
    if asked is None or not 1 <= asked <= MOST:
        raise Invalid(
            f"Escriba por cuánto se prorroga: un número de {UNITS[rule.unit][1]}, de 1 a {MOST}.",
            {"amount": f"Escriba un número de 1 a {MOST}."},
        )
    if rule.reason_required and not reason.strip():
        raise Invalid("Escriba el motivo de la prórroga.", {"reason": "Escriba el motivo."})
    return rule, asked
