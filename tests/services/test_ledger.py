"""The ledger of arrivals: accepted once, settled once, and the equation between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Conflict, NotFound
from helpdesk.models.institutions import Institution, Mailbox
from helpdesk.models.ledger import Arrival, RawMessage
from helpdesk.queries import health
from helpdesk.services import ledger, mailboxes
from helpdesk.services.ledger import NewArrival

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def arrival(session: Session) -> NewArrival:
    """What the door knows of one message to one mailbox."""
    institution = Institution(key="mef-ec", name="MEF", ticket_prefix="MEF", timezone="America/Guayaquil")
    session.add(institution)
    session.flush()
    box = Mailbox(institution_id=institution.id, key="soporte", address="soporte@mef.example", name="Soporte")
    session.add(box)
    session.flush()
    return NewArrival(
        institution_id=institution.id,
        mailbox_id=box.id,
        source="lmtp",
        arrival_key="t1:soporte@mef.example",
        envelope_from="ana@x.example",
        envelope_to="soporte@mef.example",
        fingerprint="f1",
        anchored=True,
        sha256="s1",
        size=5,
        message_id="a1@x.example",
        from_address="ana@x.example",
        subject="Ayuda",
        received_at=NOON,
    )


def jobs(session: Session) -> int:
    """How many readings are deferred."""
    return session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")) or 0


def test_accepting_keeps_the_bytes_and_defers_the_reading(session: Session, arrival: NewArrival) -> None:
    row = ledger.accept(session, arrival, b"bytes")
    assert (row.state, ledger.content(session, row.id), jobs(session)) == ("pending", b"bytes", 1)


def test_the_same_arrival_again_is_the_row_there_is(session: Session, arrival: NewArrival) -> None:
    first = ledger.accept(session, arrival, b"bytes")
    again = ledger.accept(session, arrival, b"bytes")
    assert (again.id, jobs(session)) == (first.id, 1)


def test_the_same_bytes_under_another_key_are_a_duplicate_kept_once(session: Session, arrival: NewArrival) -> None:
    first = ledger.accept(session, arrival, b"bytes")
    copy = ledger.accept(session, replace(arrival, arrival_key="INBOX:2:7"), b"bytes")
    assert (copy.state, copy.duplicate_of_id, jobs(session)) == ("duplicate", first.id, 1)
    assert ledger.content(session, copy.id) == b"bytes"
    assert session.scalar(select(func.count()).select_from(RawMessage)) == 1


def test_a_message_refused_at_the_door_is_quarantined_at_once(session: Session, arrival: NewArrival) -> None:
    row = ledger.accept(session, replace(arrival, refused=("too_large", "Pasa de 50 MB.")), b"headers")
    assert (row.state, row.reason, row.sentence, jobs(session)) == ("quarantined", "too_large", "Pasa de 50 MB.", 0)


def test_only_a_pending_arrival_can_be_claimed_and_settled(session: Session, arrival: NewArrival) -> None:
    row = ledger.accept(session, arrival, b"bytes")
    assert ledger.claim(session, row.id) is row
    ledger.settle(session, row, "processed", action="open")
    assert ledger.claim(session, row.id) is None
    with pytest.raises(Conflict):
        ledger.settle(session, row, "ignored", reason="own")


def test_quarantine_takes_no_reason_outside_the_closed_list(session: Session, arrival: NewArrival) -> None:
    row = ledger.accept(session, arrival, b"bytes")
    with pytest.raises(ValueError, match="bad mood"):
        ledger.settle(session, row, "quarantined", reason="bad mood")


def test_each_start_counts_a_try(session: Session, arrival: NewArrival) -> None:
    row = ledger.accept(session, arrival, b"bytes")
    assert [started.attempt for _ in range(2) if (started := ledger.start(session, row.id))] == [1, 2]


def test_a_quarantined_copy_in_another_mailbox_does_not_suppress(session: Session, arrival: NewArrival) -> None:
    first = ledger.accept(session, arrival, b"bytes")
    ledger.settle(session, first, "quarantined", reason="spoof_suspect_agent")
    box = Mailbox(institution_id=first.institution_id, key="otra", address="otra@mef.example", name="Otra")
    session.add(box)
    session.flush()
    second = ledger.accept(session, replace(arrival, mailbox_id=box.id, sha256="s2"), b"more bytes")
    third = ledger.accept(session, replace(arrival, arrival_key="k3", sha256="s3"), b"other bytes")
    assert ledger.earlier_copy(session, second, anchored=True) is None
    assert ledger.earlier_copy(session, third, anchored=True) is first


def test_a_copy_without_id_and_date_needs_equal_bytes(session: Session, arrival: NewArrival) -> None:
    first = ledger.accept(session, arrival, b"bytes")
    ledger.settle(session, first, "processed")
    second = ledger.accept(session, replace(arrival, arrival_key="k2", sha256="s2"), b"byt es")
    assert ledger.earlier_copy(session, second, anchored=False) is None
    assert ledger.earlier_copy(session, second, anchored=True) is first


def test_replay_puts_a_quarantined_arrival_back_and_refuses_a_processed_one(
    session: Session, arrival: NewArrival
) -> None:
    row = ledger.accept(session, arrival, b"bytes")
    ledger.settle(session, row, "quarantined", reason="internal_error")
    assert ledger.replay(session, operator(), row.id).state == "pending"
    ledger.settle(session, row, "processed")
    with pytest.raises(Conflict):
        ledger.replay(session, operator(), row.id)
    with pytest.raises(NotFound):
        ledger.replay(session, operator(), row.id + 1000)


def test_an_arrival_whose_job_was_lost_gets_a_new_one(session: Session, arrival: NewArrival) -> None:
    ledger.accept(session, arrival, b"bytes")
    assert ledger.rescue(session, timedelta()) == 0
    session.execute(text("DELETE FROM procrastinate_jobs"))
    assert ledger.rescue(session, timedelta()) == 1
    assert jobs(session) == 1


def test_the_equation_names_every_place_and_holds(session: Session, arrival: NewArrival) -> None:
    rows = [
        ledger.accept(session, replace(arrival, arrival_key=f"k{n}", sha256=f"s{n}", fingerprint=f"f{n}"), b"x")
        for n in range(5)
    ]
    ledger.settle(session, rows[0], "processed")
    ledger.settle(session, rows[1], "processed", reason=ledger.SAME_ID)
    ledger.settle(session, rows[2], "ignored", reason="loop-mark")
    ledger.settle(session, rows[3], "quarantined", reason="no_sender")
    ledger.accept(session, replace(arrival, arrival_key="k9", sha256="s0", fingerprint="f0"), b"x")
    found = health.equation(session, rows[4].accepted_at + timedelta(minutes=6))
    assert (found.accepted, found.processed, found.duplicate, found.pending) == (6, 2, 1, 1)
    assert (found.ignored, found.quarantined) == ({"loop-mark": 1}, {"no_sender": 1})
    assert found.holds
    assert found.stuck


def test_the_equation_fails_when_bytes_are_gone(session: Session, arrival: NewArrival) -> None:
    row = ledger.accept(session, arrival, b"bytes")
    session.execute(text("DELETE FROM raw_messages WHERE ledger_id = :id"), {"id": row.id})
    assert not health.equation(session, row.accepted_at).holds


def test_an_empty_ledger_holds(session: Session) -> None:
    assert health.equation(session, NOON, institution_id=-1).holds
    assert session.scalar(select(func.count()).select_from(Arrival)) == 0


def test_the_same_numbers_in_another_account_are_other_messages(session: Session, arrival: NewArrival) -> None:
    account = mailboxes.Connection(1, "imaps://imap.example", "old", ("INBOX",), "")
    place = account.place("INBOX")
    ledger.accept(session, replace(arrival, source="imap", arrival_key=f"{place}:1:7"), b"bytes")
    assert arrival.mailbox_id is not None
    assert mailboxes.accepted_uids(session, arrival.mailbox_id, place, "1", 0) == {7}
    moved = replace(account, user="new")
    assert mailboxes.accepted_uids(session, arrival.mailbox_id, moved.place("INBOX"), "1", 0) == frozenset()
