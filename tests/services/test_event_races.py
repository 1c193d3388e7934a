"""Two people at one event, over real connections (R-111)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from helpdesk.domain.errors import Conflict
from helpdesk.domain.events import Listed
from helpdesk.models.events import Attendance, TrainingEvent
from helpdesk.models.plans import PlanGoal
from helpdesk.services import events, plans
from tests.cast import assemble
from tests.factories.peruvian_desk import Peru, peruvian
from tests.services.test_races import together


@pytest.fixture
def centres(database: Engine) -> Iterator[Peru]:
    """The Peruvian centres in a database of their own, committed."""
    with Session(database, expire_on_commit=False) as session:
        peru = peruvian(assemble(session))
        session.commit()
        yield peru


def committed(peru: Peru) -> int:
    """The id of a planned event that everybody sees."""
    event = peru.planned()
    peru.cast.session.commit()
    return event.id


def test_two_who_list_the_same_person_list_one(database: Engine, centres: Peru) -> None:
    event_id, ana = committed(centres), (Listed("Ana Pérez", "40000001"),)
    found = together(
        database,
        lambda s: events.enlist(s, centres.agent, event_id, ana, False),
        lambda s: events.enlist(s, centres.admin, event_id, ana, False),
    )
    assert sorted(map(str, found)) == sorted(map(str, (events.Enlisted(1, 0), events.Enlisted(0, 1))))
    with Session(database) as session:
        assert session.query(Attendance).count() == 1


def test_of_an_agreement_and_a_cancellation_of_the_same_page_one_counts(database: Engine, centres: Peru) -> None:
    event_id = committed(centres)
    found = together(
        database,
        lambda s: events.agree(s, centres.organ, event_id, 0).state,
        lambda s: events.cancel(s, centres.agent, event_id, 0, "Sin sala.").state,
    )
    (refused,) = [each for each in found if isinstance(each, Conflict)]
    with Session(database) as session:
        assert session.get_one(TrainingEvent, event_id).state in found
    assert str(refused).startswith("Cambió mientras")


def test_two_who_add_the_same_goal_add_one(database: Engine, centres: Peru) -> None:
    def add(session: Session) -> object:
        return plans.add_goal(session, centres.admin, centres.institution.id, "tesoro", 2026, "C-1", "Capacitar").id

    found = together(database, add, add)
    assert len([each for each in found if isinstance(each, Conflict)]) == 1
    with Session(database) as session:
        assert session.query(PlanGoal).count() == 1
