"""Tasks that wait for their day behind a closed ticket (R-040, R-041)."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from helpdesk import clock
from helpdesk.domain.actors import Actor
from helpdesk.domain.calendars import DayEdit
from helpdesk.domain.errors import Conflict, IllegalMove, Invalid, NotFound
from helpdesk.domain.lifecycle import Event
from helpdesk.domain.papers import Review
from helpdesk.models.alarms import Alarm
from helpdesk.models.steps import Step
from helpdesk.models.tickets import Ticket
from helpdesk.queries import tickets as queue
from helpdesk.queries.viewers import viewer
from helpdesk.services import accounts, alarms, calendars, conversation, reopening, ringing, routes, scheduling
from tests.cast import REQUESTER, Cast

QUITO = ZoneInfo("America/Guayaquil")
EVA = "eva@mef-ec.example.org"


@dataclass
class Leave:
    """A temporary absence at the Ecuadorian ministry, ready to be closed."""

    cast: Cast
    ticket: Ticket
    agent: Actor

    def close(self) -> None:
        """Eva answers and closes."""
        on_paper = Review(reason="Se vieron en ventanilla.")
        self.cast.do(
            conversation.reply, self.agent, self.ticket.id, None, "Quedó configurado.", close=True, review=on_paper
        )

    def reopen(self) -> None:
        """It was not right."""
        self.cast.do(reopening.reopen, self.agent, self.ticket)
        self.to_the_end()

    def to_the_end(self) -> None:
        """Everything before the closing is done."""
        session, ticket = self.cast.session, self.ticket
        rows = routes.present(session, ticket)
        for row in rows.values():
            if row.state in ("active", "returned"):
                row.state = "to_come"
        session.flush()
        for row in rows.values():
            if row.kind not in ("close", "scheduled"):
                row.state, row.decided_at = "done", self.cast.now
        session.flush()
        rows["cerrar"].state = "active"
        session.flush()

    @property
    def task(self) -> Step | None:
        """The newest task of the ticket."""
        found = select(Step).where(Step.ticket_id == self.ticket.id, Step.kind == "scheduled").order_by(Step.round)
        return self.cast.session.scalars(found).all()[-1:][0] if self.tasks else None

    @property
    def tasks(self) -> list[str]:
        """The states of all the tasks, oldest first."""
        found = select(Step.state).where(Step.ticket_id == self.ticket.id, Step.kind == "scheduled")
        return list(self.cast.session.scalars(found.order_by(Step.round)))

    @property
    def alarm(self) -> Alarm | None:
        """What is still to ring."""
        found = select(Alarm).where(Alarm.ticket_id == self.ticket.id, Alarm.kind == "scheduled")
        return self.cast.session.scalar(found.where(Alarm.rung_at.is_(None)))

    def waiting(self) -> Step:
        """The task that waits."""
        assert self.task is not None
        return self.task

    def ring(self) -> None:
        """The day comes."""
        alarm = self.alarm
        assert alarm is not None
        self.cast.now = alarm.at
        assert alarms.due(self.cast.session, self.cast.now, 10) == [alarm.id]
        assert self.cast.do(ringing.ring, alarm.id)

    def queued(self) -> list[int]:
        """What Eva finds in the view of tasks."""
        with clock.fixed(self.cast.now):
            who = viewer(self.cast.session, self.agent.person_id or 0)
            assert who is not None
            found = queue.page(self.cast.session, who, queue.Filters(view="programadas"), self.cast.now)
        return [row.id for row in found.rows]


def absence(cast: Cast, kind: str, **fields: str) -> Leave:
    """An absence of that kind with those data, before its closing."""
    cast.do(accounts.join_team, cast.foreigner, "mef-ec", EVA, "biometria", None)
    box = cast.mailbox("biometria", cast.mef)
    outcome = cast.receive(cast.incoming("Ausencia del titular", "Pido registrar la ausencia.", mailbox=box))
    ticket = cast.ticket(outcome.ticket_id or 0)
    if routes.present(cast.session, ticket):
        routes.drop(cast.session, ticket)
    ticket.request_type, ticket.fields = kind, dict(fields)
    cast.do(routes.begin, cast.foreigner, ticket, cast.now, "silent")
    found = Leave(cast, ticket, cast.foreigner)
    found.to_the_end()
    return found


@pytest.fixture
def leave(cast: Cast) -> Leave:
    """From Monday 13 to Friday 17 of April."""
    return absence(cast, "ausencia_temporal", desde="2026-04-13", hasta="2026-04-17")


def test_closing_sets_the_task_for_the_opening_of_its_day(leave: Leave) -> None:
    leave.close()
    assert (leave.ticket.status, leave.tasks) == ("closed", ["to_come"])
    assert leave.alarm is not None
    opening = leave.alarm.at.astimezone(QUITO)
    assert (opening.date(), opening.hour) == (date(2026, 4, 17), 8)
    assert leave.waiting().due_at == leave.alarm.at


def test_a_task_of_a_closed_day_waits_for_the_next_working_day(cast: Cast) -> None:
    leave = absence(cast, "ausencia_temporal", hasta="2026-04-18")
    leave.close()
    assert leave.alarm is not None
    assert leave.alarm.at.astimezone(QUITO).date() == date(2026, 4, 20)


def test_nothing_is_set_before_the_ticket_ends(leave: Leave) -> None:
    assert (leave.tasks, leave.alarm) == ([], None)


def test_without_a_date_there_is_no_task(cast: Cast) -> None:
    leave = absence(cast, "ausencia_temporal", hasta="cuando vuelva")
    leave.close()
    assert (leave.ticket.status, leave.tasks) == ("closed", [])


def test_a_permanent_absence_has_no_task(cast: Cast) -> None:
    leave = absence(cast, "ausencia_permanente", hasta="2026-04-17", fecha="2026-04-17")
    leave.close()
    assert (leave.ticket.status, leave.tasks, leave.alarm) == ("closed", [], None)


def test_a_rejected_request_has_no_task(leave: Leave) -> None:
    leave.cast.do(routes.finish, leave.agent, leave.ticket, leave.cast.now, Event.REJECT)
    assert (leave.ticket.status, leave.tasks) == ("rejected", [])


def test_when_the_day_comes_the_team_is_told_and_the_queue_shows_it(leave: Leave) -> None:
    leave.close()
    assert leave.queued() == []
    leave.ring()
    assert (leave.tasks, leave.ticket.status) == (["active"], "closed")
    assert leave.queued() == [leave.ticket.id]
    told = leave.cast.letter(leave.ticket, "aviso_interno")
    assert told.recipient == EVA
    assert "Reactivar al titular" in told.text


def test_a_task_rings_once(leave: Leave) -> None:
    leave.close()
    alarm = leave.alarm
    leave.ring()
    assert alarm is not None
    assert leave.cast.do(ringing.ring, alarm.id) is False
    assert len(leave.cast.letters(leave.ticket, "aviso_interno")) == 1


def test_an_agent_does_the_task_of_a_closed_ticket(leave: Leave) -> None:
    leave.close()
    leave.ring()
    step = leave.waiting()
    leave.cast.do(scheduling.done, leave.agent, leave.ticket.id, leave.ticket.touched, step.id, "Titular activo.")
    assert (step.state, step.decided_by_id, step.reason) == ("done", leave.agent.person_id, "Titular activo.")
    assert leave.queued() == []
    with pytest.raises(IllegalMove):
        leave.cast.do(scheduling.done, leave.agent, leave.ticket.id, None, step.id, "")


def test_a_task_done_before_its_day_does_not_ring(leave: Leave) -> None:
    leave.close()
    leave.cast.do(scheduling.done, leave.agent, leave.ticket.id, None, leave.waiting().id, "")
    assert leave.alarm is None


def test_a_task_is_cancelled_with_a_reason(leave: Leave) -> None:
    leave.close()
    step = leave.waiting()
    with pytest.raises(Invalid):
        leave.cast.do(scheduling.cancel, leave.agent, leave.ticket.id, None, step.id, " ")
    leave.cast.do(scheduling.cancel, leave.agent, leave.ticket.id, None, step.id, "El titular no vuelve.")
    assert (step.state, step.reason, leave.alarm) == ("stopped", "El titular no vuelve.", None)


def test_another_date_moves_the_task(leave: Leave) -> None:
    leave.close()
    leave.ring()
    step = leave.waiting()
    leave.cast.do(scheduling.move, leave.agent, leave.ticket.id, None, step.id, date(2026, 5, 4))
    assert (step.state, leave.ticket.fields["hasta"]) == ("to_come", "2026-05-04")
    assert leave.alarm is not None
    assert leave.alarm.at == datetime(2026, 5, 4, 8, tzinfo=QUITO)
    leave.ring()
    assert leave.tasks == ["active"]


def test_reopening_takes_the_task_back_and_closing_sets_it_anew(leave: Leave) -> None:
    leave.close()
    leave.reopen()
    assert (leave.tasks, leave.alarm) == (["superseded"], None)
    leave.close()
    assert leave.tasks == ["superseded", "to_come"]


def test_a_task_that_was_done_is_not_set_again_for_the_same_day(leave: Leave) -> None:
    leave.close()
    leave.cast.do(scheduling.done, leave.agent, leave.ticket.id, None, leave.waiting().id, "")
    leave.reopen()
    leave.close()
    assert leave.tasks == ["done"]


def test_a_task_belongs_to_its_ticket_and_institution(leave: Leave) -> None:
    leave.close()
    step, cast = leave.waiting(), leave.cast
    other = cast.open(sender=REQUESTER)
    with pytest.raises(NotFound):
        cast.do(scheduling.done, cast.agent, other.id, None, step.id, "")
    with pytest.raises(NotFound):
        cast.do(scheduling.done, cast.agent, leave.ticket.id, None, step.id, "")
    with pytest.raises(NotFound):
        cast.do(scheduling.done, leave.agent, leave.ticket.id, None, cast.step(other).id, "")
    with pytest.raises(Conflict):
        cast.do(scheduling.done, leave.agent, leave.ticket.id, leave.ticket.touched - 1, step.id, "")


def test_a_task_waits_for_a_day_that_the_institution_did_not_close(leave: Leave) -> None:
    cast = leave.cast
    leave.close()
    edit = DayEdit(date(2026, 4, 17), "closed", "Duelo nacional", "Decreto 8")
    cast.do(calendars.add_day, leave.agent, cast.mef.id, "ec-oficina", edit)
    cast.session.expire_all()
    assert leave.alarm is not None
    assert leave.alarm.at == leave.waiting().due_at == datetime(2026, 4, 20, 8, tzinfo=QUITO)
    again = absence(cast, "ausencia_temporal", hasta="2026-04-17")
    again.close()
    assert again.waiting().due_at == leave.waiting().due_at
