"""Days that an administrator closes or opens by hand in a business calendar (R-182). Open tickets follow."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.domain import calendaredits
from helpdesk.domain.actors import Actor
from helpdesk.domain.calendars import DayEdit
from helpdesk.domain.errors import Conflict, Invalid, NotFound
from helpdesk.models.calendars import CalendarDay
from helpdesk.queries import calendars
from helpdesk.queries import deadlines as terms
from helpdesk.queries.calendars import Rules
from helpdesk.queries.deadlines import Move
from helpdesk.services import calendarlock, deadlines, history


def preview_day(
    session: Session, institution_id: int, calendar: str, edit: DayEdit
) -> tuple[DayEdit, tuple[Move, ...]]:
    """The day with its hours, and which open tickets would be due at another instant with it; nothing changes. Raises
    as `add_day`."""
    rules, edit = _checked(session, institution_id, calendar, edit)
    edits = {**rules.edits, calendar: (*rules.edits.get(calendar, ()), edit)}
    return edit, terms.moves(session, institution_id, replace(rules, edits=edits))


def add_day(
    session: Session, actor: Actor, institution_id: int, calendar: str, edit: DayEdit
) -> tuple[CalendarDay, tuple[Move, ...]]:
    """Close or open a day and count the open tickets anew; gives the day and what moved. One that is opened on a
    weekday without hours takes those of the edit, else those of Monday.

    Raises Invalid for an unknown calendar or region, or a day that this would not change; Conflict for a day that is
    edited already.
    """
    calendarlock.edited(session, institution_id)
    calendars.forget(session, institution_id)
    _, edit = _checked(session, institution_id, calendar, edit)
    row = CalendarDay(
        institution_id=institution_id,
        calendar=calendar,
        region=edit.region,
        day=edit.day,
        kind=edit.kind,
        name=edit.name.strip(),
        source=edit.source.strip(),
        hours=[list(span) for span in edit.hours],
        added_by_id=actor.person_id,
        added_at=clock.now(),
    )
    session.add(row)
    session.flush()
    history.record(session, actor, None, "calendar_day_added", _told(row), institution_id)
    return row, _recounted(session, actor, institution_id)


def preview_withdrawal(session: Session, institution_id: int, day_id: int) -> tuple[CalendarDay, tuple[Move, ...]]:
    """The day, and which open tickets would be due at another instant without it; nothing changes. Raises NotFound."""
    row = _standing(session, institution_id, day_id)
    rules, gone = calendars.rules_of(session, institution_id), calendars.edit_of(row)
    left = tuple(each for each in rules.edits.get(row.calendar, ()) if each != gone)
    edits = {**rules.edits, row.calendar: left}
    return row, terms.moves(session, institution_id, replace(rules, edits=edits))


def withdraw_day(
    session: Session, actor: Actor, institution_id: int, day_id: int
) -> tuple[CalendarDay, tuple[Move, ...]]:
    """Take an edited day back and count the open tickets anew; the row stays as history. Raises NotFound."""
    calendarlock.edited(session, institution_id)
    calendars.forget(session, institution_id)
    row = _standing(session, institution_id, day_id)
    row.withdrawn_by_id, row.withdrawn_at = actor.person_id, clock.now()
    session.flush()
    history.record(session, actor, None, "calendar_day_withdrawn", _told(row), institution_id)
    return row, _recounted(session, actor, institution_id)


def _checked(session: Session, institution_id: int, calendar: str, edit: DayEdit) -> tuple[Rules, DayEdit]:
    rules = calendars.rules_of(session, institution_id)
    spec = next((each for each in rules.catalogue.calendars if each.key == calendar), None)
    if spec is None:
        raise Invalid("Ese calendario no está en el catálogo: elija otro.", {"calendar": "Elija un calendario."})
    if edit.region is not None and edit.region not in {each.key for each in rules.catalogue.regions}:
        raise Invalid("Esa región no está en el catálogo: elija otra.", {"region": "Elija una región."})
    if any((each.day, each.region) == (edit.day, edit.region) for each in rules.edits.get(calendar, ())):
        raise Conflict("Ese día ya está editado en el calendario: retire primero la edición que hay.")
    before = rules.calendar(spec, edit.region)
    calendaredits.check(edit, before)
    return rules, calendaredits.completed(edit, before)


def _recounted(session: Session, actor: Actor, institution_id: int) -> tuple[Move, ...]:
    calendars.forget(session, institution_id)
    return deadlines.recount_open(session, actor, institution_id)


def _standing(session: Session, institution_id: int, day_id: int) -> CalendarDay:
    row = session.scalar(
        select(CalendarDay).where(
            CalendarDay.id == day_id,
            CalendarDay.institution_id == institution_id,
            CalendarDay.withdrawn_at.is_(None),
        )
    )
    if row is None:
        raise NotFound("Ese día no está entre los editados de su institución, o ya se retiró.")
    return row


def _told(row: CalendarDay) -> dict[str, str | None]:
    return {
        "calendar": row.calendar,
        "region": row.region,
        "day": row.day.isoformat(),
        "kind": row.kind,
        "name": row.name,
        "source": row.source,
        "hours": calendaredits.spans(calendars.edit_of(row).hours) or None,
    }
