"""The term of a ticket: prolonged, stopped during approvals, its warnings, and the limits of single steps."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.calendars import DayEdit
from helpdesk.domain.catalogue import Extension as Rule
from helpdesk.domain.errors import IllegalMove, Invalid, NotAllowed
from helpdesk.domain.incoming import Person as Named
from helpdesk.models.alarms import Alarm
from helpdesk.models.people import TeamMember
from helpdesk.models.tickets import Suspension, Ticket
from helpdesk.queries import approvalpages
from helpdesk.queries import deadlines as terms
from helpdesk.queries.timeline import ticket_page
from helpdesk.queries.viewers import viewer
from helpdesk.services import alarms, calendars, conversation, deadlines, reopening, ringing, routes, tickets
from helpdesk.web import clockwords
from tests.cast import CHILE, NATIONAL_OFFICER, REGIONAL_HEAD, Cast, file, load
from tests.domain.shipped import shipped

FREE = Rule(amount=None, unit="business_days", reason_required=True, notify_requester=True, max_times=2)
CITIZEN = Named("Ciudadana", "ciudadana@correo.example.com")


def chile(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of April 2026."""
    return datetime(2026, 4, day, hour, minute, tzinfo=CHILE)


def catalogue_with(cast: Cast, rule: Rule | None = FREE, **choices: Any) -> None:
    """The Chilean desk with terms that may be prolonged by `rule`, and with its choices."""
    content = shipped("sigec-cl")
    types = tuple(
        replace(each, deadline=replace(each.deadline, extendable=rule is not None, extension=rule))
        if each.deadline
        else each
        for each in content.request_types
    )
    institution = replace(content.institution, settings={**content.institution.settings, **choices})
    with clock.fixed(cast.now):
        load(cast.session, replace(content, request_types=types, institution=institution))


def extend(cast: Cast, ticket: Ticket, amount: int | None = 2, reason: str = "Faltan informes.") -> None:
    cast.do(deadlines.extend, cast.agent, ticket.id, None, amount, reason)


def hours(cast: Cast, ticket: Ticket) -> dict[str, datetime]:
    """When each alarm of the ticket's term rings, in Chile; reminders of approvals are not the term's."""
    rows = cast.session.scalars(select(Alarm).where(Alarm.ticket_id == ticket.id, Alarm.step_id.is_(None)))
    return {row.kind: row.at.astimezone(CHILE) for row in rows}


def ring(cast: Cast) -> int:
    """The clock strikes: everything of a term rings whose hour has come."""
    of_terms = set(cast.session.scalars(select(Alarm.id).where(Alarm.step_id.is_(None))))
    with clock.fixed(cast.now):
        due = alarms.due(cast.session, cast.now, 100)
        return sum(ringing.ring(cast.session, each) for each in due if each in of_terms)


def test_an_extension_counts_from_the_date_that_was_due(cast: Cast) -> None:
    catalogue_with(cast)
    ticket = cast.open()
    assert ticket.due_at == chile(10, 10)
    extend(cast, ticket)
    assert ticket.due_at == chile(14, 16)
    (row,) = terms.extensions_of(cast.session, ticket)
    assert (row.due_before, row.due_after) == (chile(10, 10), chile(14, 16))


def test_the_requester_is_told_both_dates_and_the_reason(cast: Cast) -> None:
    catalogue_with(cast)
    ticket = cast.open()
    extend(cast, ticket)
    text = " ".join(cast.letter(ticket, "prorroga").text.split())
    assert "Faltan informes." in text
    assert "10-04-2026" in text
    assert "14-04-2026" in text
    (event,) = cast.events(ticket, "extended")
    assert event.data["reason"] == "Faltan informes."


def test_the_requester_is_not_told_where_the_catalogue_says_so(cast: Cast) -> None:
    catalogue_with(cast, replace(FREE, notify_requester=False))
    ticket = cast.open()
    extend(cast, ticket)
    assert cast.letters(ticket, "prorroga") == []


def test_each_extension_stands_in_the_explanation(cast: Cast) -> None:
    catalogue_with(cast)
    ticket = cast.open()
    extend(cast, ticket, 1, "Primera.")
    extend(cast, ticket, 1, "Segunda.")
    lines = [line.text for line in terms.explained(cast.session, ticket) if line.kind == "extended"]
    assert lines == [
        "prórroga de 1 día hábil desde el viernes 10 de abril de 2026, 10:00: Primera.",
        "prórroga de 1 día hábil desde el lunes 13 de abril de 2026, 16:00: Segunda.",
    ]


def test_a_term_is_prolonged_no_more_often_than_the_catalogue_allows(cast: Cast) -> None:
    catalogue_with(cast)
    ticket = cast.open()
    extend(cast, ticket)
    extend(cast, ticket)
    with pytest.raises(IllegalMove, match="2 veces"):
        extend(cast, ticket)


def test_a_term_that_the_catalogue_does_not_prolong_stays(cast: Cast) -> None:
    ticket = cast.open()
    with pytest.raises(IllegalMove):
        extend(cast, ticket)


def test_an_ended_ticket_is_not_prolonged(cast: Cast) -> None:
    catalogue_with(cast)
    ticket = cast.closed()
    with pytest.raises(IllegalMove, match="cerrado"):
        extend(cast, ticket)


@pytest.mark.parametrize(
    ("amount", "reason", "field"), [(0, "Sí.", "amount"), (None, "Sí.", "amount"), (2, " ", "reason")]
)
def test_an_extension_needs_an_amount_and_a_reason(cast: Cast, amount: int | None, reason: str, field: str) -> None:
    catalogue_with(cast)
    ticket = cast.open()
    with pytest.raises(Invalid) as refused:
        extend(cast, ticket, amount, reason)
    assert field in refused.value.fields


def test_where_the_catalogue_fixes_the_amount_no_other_is_taken(cast: Cast) -> None:
    catalogue_with(cast, replace(FREE, amount=1))
    ticket = cast.open()
    with pytest.raises(Invalid, match="1 día hábil"):
        extend(cast, ticket, 3)
    extend(cast, ticket, None)
    assert ticket.due_at == chile(13, 16)


def test_where_the_institution_says_so_only_a_supervisor_prolongs(cast: Cast) -> None:
    catalogue_with(cast, extension_by="supervisor")
    ticket = cast.open()
    with pytest.raises(NotAllowed):
        extend(cast, ticket)
    person = cast.person(Named("Ana Agente", "ana@sigec-cl.example.org"))
    person.is_admin = True
    extend(cast, ticket)
    assert ticket.due_at == chile(14, 16)


def test_service_ten_warns_on_day_fifteen_and_is_prolonged_once(cast: Cast) -> None:
    box = cast.mailbox("gestion_documental", cast.mef)
    letter = cast.incoming("Solicitud de información", "Pido datos.", CITIZEN, mailbox=box, files=(file("Oficio.pdf"),))
    ticket_id = cast.receive(letter).ticket_id
    assert ticket_id is not None
    ticket = cast.ticket(ticket_id)
    agent = cast.foreigner
    if ticket.request_type != "solicitud_informacion":
        cast.do(tickets.classify, agent, ticket.id, None, "solicitud_informacion")
    while ticket.started_at is None:
        cast.do(tickets.complete_step, agent, ticket.id, None, "Consta por teléfono.")
    assert ticket.due_at is not None
    assert ticket.started_at.date() + timedelta(days=15) == hours(cast, ticket)["warning"].date()
    cast.do(deadlines.extend, agent, ticket.id, None, 15, "Volumen de la información.")
    with pytest.raises(IllegalMove):
        cast.do(deadlines.extend, agent, ticket.id, None, 15, "Otra vez.")


def test_alarms_are_set_when_the_term_begins(cast: Cast) -> None:
    assert hours(cast, cast.open()) == {"warning": chile(9, 12), "escalation": chile(9, 15, 36)}


def test_alarms_are_taken_back_while_the_term_is_suspended_and_set_anew(cast: Cast) -> None:
    ticket = cast.open(files=())
    assert hours(cast, ticket) == {}
    cast.later(hours=2)
    cast.receive(
        cast.answer_to(cast.letter(ticket, "incompleto"), "Va.", cast_requester(cast, ticket), files=(file(),))
    )
    assert set(hours(cast, ticket)) == {"warning", "escalation"}


def cast_requester(cast: Cast, ticket: Ticket) -> Named:
    """Who asked."""
    recipient = cast.letter(ticket, "incompleto")
    return Named(recipient.recipient_name, recipient.recipient)


def test_alarms_are_taken_back_when_the_ticket_ends(cast: Cast) -> None:
    assert hours(cast, cast.closed()) == {}


def test_the_team_is_warned_before_the_term_runs_out(cast: Cast) -> None:
    ticket = cast.open()
    member = cast.person(Named("Luis Colega", "luis@sigec-cl.example.org"))
    cast.session.add(TeamMember(institution_id=cast.sigec.id, person_id=member.id, team=ticket.team, scope=None))
    cast.now = hours(cast, ticket)["warning"]
    assert ring(cast) == 1
    assert "por vencer" in cast.letter(ticket, "aviso_interno").text
    assert [each.data["to"] for each in cast.events(ticket, "due_warned")] == [["luis@sigec-cl.example.org"]]


def test_whoever_has_the_ticket_is_warned_alone(cast: Cast) -> None:
    ticket = cast.open()
    cast.do(tickets.take, cast.agent, ticket.id, None)
    cast.now = hours(cast, ticket)["warning"]
    ring(cast)
    assert [each.recipient for each in cast.letters(ticket, "aviso_interno")] == ["ana@sigec-cl.example.org"]


def test_a_warning_rings_once(cast: Cast) -> None:
    ticket = cast.open()
    cast.now = hours(cast, ticket)["warning"]
    assert ring(cast) == 1
    assert ring(cast) == 0


def test_without_a_supervisor_the_administrators_are_told(cast: Cast) -> None:
    ticket = cast.open()
    cast.person(Named("Luis Colega", "luis@sigec-cl.example.org")).is_admin = True
    cast.now = hours(cast, ticket)["escalation"]
    ring(cast)
    assert [each.data["to"] for each in cast.events(ticket, "escalated")] == [["luis@sigec-cl.example.org"]]


def test_the_holder_of_the_supervising_role_is_told(cast: Cast) -> None:
    content = shipped("sigec-cl")
    teams = tuple(replace(team, supervised_by="supervisor_regional") for team in content.teams)
    with clock.fixed(cast.now):
        load(cast.session, replace(content, teams=teams))
    ticket = cast.open()
    cast.now = hours(cast, ticket)["escalation"]
    ring(cast)
    assert [each.data["to"] for each in cast.events(ticket, "escalated")] == [
        ["supervisor.biobio@sigec-cl.example.org"]
    ]


def test_executing_has_its_own_limit_from_the_last_approval(cast: Cast) -> None:
    ticket = cast.open()
    cast.approve(ticket, REGIONAL_HEAD)
    cast.later(hours=1)
    cast.approve(ticket, NATIONAL_OFFICER)
    step = cast.step(ticket)
    assert step.kind == "execute"
    assert step.due_at == chile(10, 11)
    assert ticket.due_at == chile(10, 10)


def test_an_approver_has_no_own_limit_unless_the_institution_sets_one(cast: Cast) -> None:
    assert cast.step(cast.open()).due_at is None


def test_an_approver_has_the_hours_that_the_institution_sets(cast: Cast) -> None:
    catalogue_with(cast, approval_business_hours=8)
    assert cast.step(cast.open()).due_at == chile(8, 10)


def test_the_clock_runs_while_an_approver_thinks(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.suspensions(ticket) == []


def test_where_the_institution_says_so_the_clock_stands_still_during_approvals(cast: Cast) -> None:
    catalogue_with(cast, clock_during_approval="stops")
    ticket = cast.open()
    (first,) = cast.suspensions(ticket)
    assert (first.reason, first.until) == ("En aprobación", None)
    assert hours(cast, ticket) == {}
    cast.later(hours=2)
    cast.approve(ticket, REGIONAL_HEAD)
    cast.later(hours=1)
    cast.approve(ticket, NATIONAL_OFFICER)
    assert [each.until for each in cast.suspensions(ticket)] == [chile(7, 12), chile(7, 13)]
    assert ticket.due_at == chile(10, 13)
    assert set(hours(cast, ticket)) == {"warning", "escalation"}


def test_an_approver_is_told_that_the_date_moves_while_the_clock_stands_still(cast: Cast) -> None:
    catalogue_with(cast, clock_during_approval="stops")
    ticket = cast.open()
    text = " ".join(cast.letter(ticket, "aprobacion").text.split())
    assert "Plazo: detenido mientras usted decide; sin esa suspensión vencería el viernes 10-04-2026" in text
    assert "Decidir antes de" not in text
    page = approvalpages.page(cast.session, cast.step(ticket).id)
    assert (page.due_at, page.due_moves) == (ticket.due_at, True)


@pytest.mark.parametrize("chosen", [{}, {"clock_during_approval": "stops", "approval_business_hours": 4}])
def test_an_approver_whose_date_is_firm_is_told_it_as_such(cast: Cast, chosen: dict[str, Any]) -> None:
    catalogue_with(cast, **chosen)
    ticket = cast.open()
    assert "Decidir antes de" in cast.letter(ticket, "aprobacion").text
    assert not approvalpages.page(cast.session, cast.step(ticket).id).due_moves


def test_a_machine_has_no_rights_to_be_checked(cast: Cast) -> None:
    catalogue_with(cast, extension_by="supervisor")
    ticket = cast.open()
    operator = Actor("operator", None, cast.sigec.id, "Operador")
    cast.do(deadlines.extend, operator, ticket.id, None, 1, "Orden judicial.")
    assert ticket.due_at == chile(13, 16)


def test_an_extension_stands_when_the_type_changes_to_one_that_may_be_prolonged(cast: Cast) -> None:
    catalogue_with(cast)
    ticket = cast.open()
    extend(cast, ticket)
    before = ticket.due_at
    cast.do(tickets.classify, cast.agent, ticket.id, None, "otra_solicitud_formal")
    assert [each.reason for each in terms.extensions_of(cast.session, ticket)] == ["Faltan informes."]
    assert ticket.due_at == before


def one_type_with(cast: Cast, rule: Rule) -> None:
    """The Chilean desk where the terms of one type alone may be prolonged."""
    content = shipped("sigec-cl")
    types = tuple(
        replace(each, deadline=replace(each.deadline, extendable=True, extension=rule))
        if each.deadline and each.key == "desaprobacion_rendicion_estandar"
        else each
        for each in content.request_types
    )
    with clock.fixed(cast.now):
        load(cast.session, replace(content, request_types=types))


def test_an_extension_that_another_type_does_not_allow_stays_on_record_and_the_move_is_told(cast: Cast) -> None:
    one_type_with(cast, FREE)
    ticket = cast.open()
    extend(cast, ticket)
    cast.do(tickets.classify, cast.agent, ticket.id, None, "desaprobacion_informe_tecnico")
    assert terms.extensions_of(cast.session, ticket) == ()
    assert [each.superseded_at for each in terms.granted_of(cast.session, ticket)] == [cast.now]
    assert ticket.due_at == chile(10, 10)
    (told,) = cast.events(ticket, "due_changed")
    assert told.data["reason"] == "es otro tipo de solicitud"
    text = " ".join(cast.letter(ticket, "prorroga_sin_efecto").text.split())
    assert "La prórroga que le comunicamos queda sin efecto." in text
    assert "Prórroga sin efecto: hasta el martes 14-04-2026" in text
    assert "Vence ahora: viernes 10-04-2026" in text


def test_an_extension_that_nobody_was_told_of_is_dropped_without_a_letter(cast: Cast) -> None:
    one_type_with(cast, replace(FREE, notify_requester=False))
    ticket = cast.open()
    extend(cast, ticket)
    cast.do(tickets.classify, cast.agent, ticket.id, None, "desaprobacion_informe_tecnico")
    assert [each.superseded_at for each in terms.granted_of(cast.session, ticket)] == [cast.now]
    assert cast.letters(ticket, "prorroga_sin_efecto") == []


def test_an_extension_that_stands_is_not_called_dropped(cast: Cast) -> None:
    catalogue_with(cast)
    ticket = cast.open()
    extend(cast, ticket)
    cast.do(tickets.classify, cast.agent, ticket.id, None, "otra_solicitud_formal")
    assert cast.letters(ticket, "prorroga_sin_efecto") == []


def test_the_suspensions_of_another_type_stay_on_record_and_count_no_more(cast: Cast) -> None:
    ticket = cast.open(files=())
    later = cast.later(hours=1)
    cast.do(tickets.classify, cast.agent, ticket.id, None, "desaprobacion_informe_tecnico")
    assert cast.suspensions(ticket) == []
    (kept,) = cast.session.scalars(select(Suspension).where(Suspension.ticket_id == ticket.id))
    assert (kept.reason, kept.until, kept.superseded_at) == ("Devuelto por incompleto", later, later)


def test_the_time_between_the_end_and_the_reopening_does_not_count(cast: Cast) -> None:
    ticket = cast.closed()
    closed_at, due = ticket.closed_at, ticket.due_at
    cast.later(days=14)
    cast.do(reopening.reopen, cast.agent, ticket)
    assert [(each.reason, each.since, each.until) for each in cast.suspensions(ticket)] == [
        ("Terminado", closed_at, cast.now)
    ]
    assert due is not None
    assert ticket.due_at == due + timedelta(days=14)
    assert any("(Terminado); no se cuenta" in line.text for line in terms.explained(cast.session, ticket))


def test_a_ticket_that_ended_late_is_late_when_it_is_reopened(cast: Cast) -> None:
    ticket = cast.decided()
    cast.later(days=30)
    cast.execute(ticket)
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Lista.", close=True)
    due = ticket.due_at
    cast.later(days=3)
    cast.do(reopening.reopen, cast.agent, ticket)
    assert ticket.due_at == due


def test_how_an_ended_ticket_was_counted_stays_whatever_becomes_of_the_calendar(cast: Cast) -> None:
    ticket = cast.closed()
    before = terms.explained(cast.session, ticket)
    edit = DayEdit(date(2026, 4, 8), "closed", "Paro", "Resolución 45")
    cast.do(calendars.add_day, cast.agent, cast.sigec.id, "cl-sigec", edit)
    assert before != ()
    assert terms.explained(cast.session, ticket) == before
    cast.do(reopening.reopen, cast.agent, ticket)
    assert any("Paro (Resolución 45)" in line.text for line in terms.explained(cast.session, ticket))


def test_an_open_ticket_keeps_the_choices_that_it_was_opened_with(cast: Cast) -> None:
    ticket = cast.open()
    before = hours(cast, ticket)
    catalogue_with(
        cast,
        None,
        escalate_at_percent=20,
        clock_during_approval="stops",
        approval_business_hours=1,
        remind_at_percent=9,
    )
    cast.approve(ticket, REGIONAL_HEAD)
    cast.do(deadlines.recount, ticket)
    assert hours(cast, ticket) == before
    assert cast.suspensions(ticket) == []
    assert cast.step(ticket).due_at is None
    later = cast.open()
    assert [each.reason for each in cast.suspensions(later)] == ["En aprobación"]
    assert cast.step(later).due_at == chile(7, 11)


def test_an_ended_ticket_is_reopened_as_long_as_was_chosen_when_it_was_opened(cast: Cast) -> None:
    ticket = cast.closed()
    catalogue_with(cast, None, reopen_within_days=1)
    cast.later(days=3)
    assert ticket.closed_at is not None
    with clock.fixed(cast.now):
        last = reopening.last_day(cast.session, ticket, ticket.closed_at)
    assert last == ticket.closed_at + timedelta(days=30)


def test_the_hours_that_count_as_one_working_day_go_with_the_calendar(cast: Cast) -> None:
    ticket = cast.open()
    catalogue_with(cast, None, business_hours_mode="whole_days")
    assert ticket.due_at == chile(8, 10)
    (told,) = cast.events(ticket, "due_changed")
    assert told.data["reason"] == "cambió el calendario"


def test_the_time_of_each_approver_is_kept_apart_from_the_whole(cast: Cast) -> None:
    ticket = cast.open()
    cast.later(hours=2)
    cast.approve(ticket, REGIONAL_HEAD)
    cast.later(hours=23)
    cast.approve(ticket, NATIONAL_OFFICER)
    cast.later(hours=1)
    cast.do(tickets.take, cast.agent, ticket.id, None)
    who = viewer(cast.session, cast.agent.person_id or 0)
    assert who is not None
    with clock.fixed(cast.now):
        spent = clockwords.times(cast.session, ticket_page(cast.session, who, ticket))
    asked = [step.name for step in routes.present(cast.session, ticket).values() if step.kind == "approve"]
    told = {each.name: (each.business, each.elapsed, each.running) for each in spent}
    assert told["Abierto hasta ahora"] == ("10 h", "26 h", True)
    assert [told[name] for name in asked] == [("2 h", "2 h", False), ("7 h", "23 h", False)]
    assert told[cast.step(ticket).name] == ("1 h", "1 h", True)
