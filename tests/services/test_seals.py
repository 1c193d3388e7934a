"""The institution's own history names its cases, so that one that is removed is missed (R-177)."""

from typing import Any

from sqlalchemy import select

from helpdesk.domain.actors import machine
from helpdesk.domain.seals import KIND, settled_digest
from helpdesk.models.audit import Event
from helpdesk.models.institutions import Institution
from helpdesk.models.ledger import Arrival
from helpdesk.queries import chains
from helpdesk.services import ledger, seals, tickets
from tests.cast import Cast


def seal(cast: Cast, institution: Institution | None = None) -> int:
    """The clock seals the cases of an institution now."""
    owner = institution or cast.sigec
    return cast.do(seals.seal, machine(owner.id), owner.id)


def sealed(cast: Cast, institution: Institution | None = None) -> list[dict[str, Any]]:
    """What the institution's history names, the oldest first."""
    owner = institution or cast.sigec
    query = select(Event.data).where(Event.kind == KIND, Event.institution_id == owner.id).order_by(Event.id)
    return list(cast.session.scalars(query))


def quarantined(cast: Cast) -> Arrival:
    """A mail that waits for a person."""
    row = cast.session.get_one(Arrival, cast.incoming().ledger_id)
    cast.do(ledger.settle, row, "quarantined", reason="parse_error", sentence="No se pudo leer.")
    return row


def test_a_seal_names_every_ticket_with_the_end_of_its_history(cast: Cast) -> None:
    first, second = cast.open(), cast.open(files=())
    seal(cast)
    (data,) = sealed(cast)
    assert data["tickets"] == {str(first.number): first.last_hash, str(second.number): second.last_hash}


def test_what_did_not_change_is_not_sealed_again(cast: Cast) -> None:
    first = cast.open()
    cast.open()
    assert seal(cast) == 2
    assert seal(cast) == 0
    cast.do(tickets.take, cast.agent, first.id, None)
    assert seal(cast) == 1
    assert list(sealed(cast)[-1]["tickets"]) == [str(first.number)]


def test_an_institution_seals_its_own_cases_only(cast: Cast) -> None:
    cast.open()
    quarantined(cast)
    assert seal(cast, cast.mef) == 0
    assert sealed(cast, cast.mef) == []


def test_a_settled_entry_of_the_ledger_is_sealed_as_it_stands(cast: Cast) -> None:
    row = quarantined(cast)
    seal(cast)
    (data,) = sealed(cast)
    assert data == {"tickets": {}, "arrivals": {str(row.id): settled_digest(row)}}


def test_an_entry_that_is_on_its_way_is_not_sealed(cast: Cast) -> None:
    cast.incoming()
    assert seal(cast) == 0


def test_an_entry_that_is_settled_once_more_is_sealed_once_more(cast: Cast) -> None:
    row = quarantined(cast)
    seal(cast)
    cast.do(ledger.replay, cast.agent, row.id)
    cast.do(ledger.settle, row, "ignored", reason="own_message")
    assert not any(chains.of_seals(cast.session))
    assert seal(cast) == 1
    assert not any(chains.of_seals(cast.session))


def test_a_seal_stands_in_the_institutions_own_chain(cast: Cast) -> None:
    cast.open()
    seal(cast)
    (event,) = cast.session.scalars(select(Event).where(Event.kind == KIND))
    cast.session.flush()
    cast.session.refresh(cast.sigec)
    assert (event.ticket_id, cast.sigec.last_hash) == (None, event.hash)
    assert ("sigec-cl", event.hash) in seals.heads(cast.session)
