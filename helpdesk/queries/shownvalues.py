"""Values of a request as people read them: the names of choices and places instead of their keys."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from helpdesk.domain.catalogue import Catalogue, IntakeField


def shown_value(catalogue: Catalogue, field: IntakeField | None, value: object) -> str:
    """A value of an intake field in words; `field` None when the catalogue dropped it."""
    if isinstance(value, bool):
        return "Sí" if value else "No"
    if isinstance(value, list | tuple):
        return ", ".join(shown_value(catalogue, field, each) for each in value)
    text = str(value)
    if field is None:
        return text
    if field.type in ("date", "datetime"):
        return _moment(text, catalogue.institution.timezone)
    named = {choice.key: choice.label for choice in field.choices}
    return named.get(text) or place_name(catalogue, text) or text


def place_name(catalogue: Catalogue, key: str) -> str | None:
    """The name of a region, programme, centre or organ; None when the key is none of them."""
    groups = (catalogue.regions, catalogue.programmes, catalogue.centres, catalogue.organs)
    return next((item.name for group in groups for item in group if item.key == key), None)


def _moment(text: str, timezone: str) -> str:
    """An ISO date or instant as the institution writes it; the text itself when it is neither."""
    try:
        if len(text) == len("2026-01-31"):
            return f"{date.fromisoformat(text):%d-%m-%Y}"
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{instant.astimezone(ZoneInfo(timezone)):%d-%m-%Y, %H:%M}" if instant.tzinfo else text
