"""Statuses and moves of a ticket."""

from typing import get_args

import pytest

from helpdesk.domain.catalogue import StepKind
from helpdesk.domain.errors import IllegalMove
from helpdesk.domain.lifecycle import (
    ALLOWED,
    EVENT_REACHING,
    LABELS,
    STATUS_AFTER,
    Event,
    Status,
    move,
    status_of,
)

FINISHED = {Status.CLOSED, Status.REJECTED, Status.NOT_FILED}


def test_every_status_has_a_spanish_label() -> None:
    assert set(LABELS) == set(Status)
    assert Status.NOT_FILED.label == "No presentado"


@pytest.mark.parametrize("kind", get_args(StepKind))
def test_every_kind_of_step_has_a_status(kind: StepKind) -> None:
    assert status_of(kind, returned=False, blocked=False) in Status


def test_an_approval_waits_for_the_approver() -> None:
    assert status_of("approve", returned=False, blocked=False) is Status.WAITING_APPROVAL


def test_an_approval_that_nobody_can_take_waits_for_the_desk() -> None:
    assert status_of("approve", returned=False, blocked=True) is Status.OPEN


@pytest.mark.parametrize("kind", get_args(StepKind))
def test_whatever_was_returned_waits_for_the_requester(kind: StepKind) -> None:
    assert status_of(kind, returned=True, blocked=False) is Status.WAITING_REQUESTER


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", Event)
def test_a_move_follows_the_table_or_is_refused(status: Status, event: Event) -> None:
    if event in ALLOWED[status]:
        assert move(status, event) is STATUS_AFTER[event]
    else:
        with pytest.raises(IllegalMove):
            move(status, event)


@pytest.mark.parametrize("status", sorted(FINISHED))
def test_a_finished_ticket_can_only_be_reopened(status: Status) -> None:
    assert ALLOWED[status] - {Event.UNMERGE} == {Event.REOPEN}


def test_only_a_closed_ticket_was_merged() -> None:
    assert [status for status in Status if Event.UNMERGE in ALLOWED[status]] == [Status.CLOSED]
    assert move(Status.CLOSED, Event.UNMERGE) is Status.NEW


def test_only_a_returned_ticket_expires() -> None:
    assert [status for status in Status if Event.EXPIRE in ALLOWED[status]] == [Status.WAITING_REQUESTER]


def test_an_open_ticket_is_not_reopened() -> None:
    with pytest.raises(IllegalMove, match="En gestión"):
        move(Status.OPEN, Event.REOPEN)


def test_every_status_but_the_first_is_reached_by_an_event() -> None:
    assert set(EVENT_REACHING) == set(Status) - {Status.NEW}
    assert EVENT_REACHING[Status.OPEN] is Event.WORK
