"""Why a file does not serve as the document that it should be (R-029, R-033)."""

from helpdesk.domain.errors import Invalid

OBJECTIONS = {
    "unreadable": "ilegible",
    "corrections": "con correcciones o enmendaduras",
    "unsigned": "sin firma o sello",
    "wrong_form": "otro formulario",
    "other": "no es este documento u otro motivo",
}
"""The objections that an agent chooses from, in words that go to the requester."""

NEEDS_WORDS = "other"


def checked(objection: str, reason: str) -> str:
    """The reason, stripped. Raises Invalid for an objection that is none, or one that says nothing without words."""
    if objection not in OBJECTIONS:
        raise Invalid("Elija de la lista por qué no sirve el documento.", {"objection": "Elija el motivo."})
    if objection == NEEDS_WORDS and not reason.strip():
        raise Invalid("Diga por qué no sirve el documento.", {"reason": "Escriba el motivo."})
    return reason.strip()


def told(objection: str | None, reason: str | None) -> str:
    """An objection as people read it: «ilegible: la segunda hoja»; of «otro motivo» the words alone."""
    words = OBJECTIONS.get(objection or "", "") if objection != NEEDS_WORDS or not reason else ""
    return ": ".join(filter(None, (words, reason)))
