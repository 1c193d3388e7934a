"""Goals of an organ's operative plan (R-105)."""

from helpdesk.domain.errors import Invalid

LONGEST_CODE, LONGEST_GOAL = 30, 300
YEARS_AROUND = 5


def check(organs: frozenset[str], organ: str, year: int | None, code: str, name: str, this_year: int) -> int:
    """The year of a goal. Raises Invalid, with a sentence for each field, for a goal that cannot be."""
    wrong: dict[str, str] = {}
    if organ not in organs:
        wrong["organ"] = "Elija el órgano."
    if year is None or abs(year - this_year) > YEARS_AROUND:
        wrong["year"] = f"Escriba un año entre {this_year - YEARS_AROUND} y {this_year + YEARS_AROUND}."
    for key, value, what, longest in (
        ("code", code, "el código", LONGEST_CODE),
        ("name", name, "la meta", LONGEST_GOAL),
    ):
        if not value.strip():
            wrong[key] = f"Escriba {what}."
        elif len(value) > longest:
            wrong[key] = f"Escriba {what} en {longest} caracteres a lo más."
    if wrong or year is None:
        raise Invalid("Revise los datos marcados: nada se guardó todavía.", wrong)
    return year
