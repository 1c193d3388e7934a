"""Publishing a catalogue (R-193)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.cataloguefile import to_json
from helpdesk.domain.actors import operator
from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.errors import Conflict, NotFound
from helpdesk.models.audit import Event
from helpdesk.models.institutions import CatalogueVersion, Institution, Mailbox
from helpdesk.models.people import RoleHolding
from helpdesk.queries import catalogue as catalogues
from helpdesk.queries import deadlines
from helpdesk.services import authority, catalogue, conversation, documents
from tests.cast import REGIONAL_HEAD, REQUESTER, Cast, file, load
from tests.domain.shipped import shipped


def renamed(content: Catalogue, name: str = "Otro nombre") -> Catalogue:
    """The catalogue with another name of its institution."""
    return replace(content, institution=replace(content.institution, name=name))


def versions(session: Session, institution: Institution) -> int:
    """How many versions an institution has."""
    query = select(func.count()).select_from(CatalogueVersion).where(CatalogueVersion.institution_id == institution.id)
    return session.scalar(query) or 0


def test_loading_the_same_catalogue_again_changes_nothing(cast: Cast) -> None:
    events = cast.session.scalar(select(func.count()).select_from(Event))
    catalogue.load(cast.session, operator(), shipped("sigec-cl"))
    assert versions(cast.session, cast.sigec) == 1
    assert cast.session.scalar(select(func.count()).select_from(Event)) == events


def test_a_change_is_a_new_version(cast: Cast) -> None:
    load(cast.session, renamed(shipped("sigec-cl")))
    assert versions(cast.session, cast.sigec) == 2
    assert cast.sigec.name == "Otro nombre"


def test_a_ticket_keeps_the_version_it_was_opened_with(cast: Cast) -> None:
    ticket = cast.open()
    content = shipped("sigec-cl")
    types = tuple(replace(each, name="Otro trámite") for each in content.request_types)
    load(cast.session, replace(content, request_types=types))
    found = catalogues.request_type_of(cast.session, ticket)
    assert found is not None
    assert found.name != "Otro trámite"
    assert catalogues.current(cast.session, cast.sigec.id).request_types[0].name == "Otro trámite"


def test_a_stored_catalogue_is_the_one_that_was_read(cast: Cast) -> None:
    stored = catalogues.current(cast.session, cast.sigec.id)
    assert to_json(stored) == to_json(shipped("sigec-cl"))


def test_the_prefix_of_another_institution_is_refused(cast: Cast) -> None:
    content = shipped("seps-ec")
    taken = replace(content, institution=replace(content.institution, ticket_prefix="SIGEC"))
    with pytest.raises(Conflict, match="sigec-cl"):
        load(cast.session, taken)


def test_the_mailbox_of_another_institution_is_refused(cast: Cast) -> None:
    content = shipped("seps-ec")
    first, *others = content.mailboxes
    taken = replace(first, address="mesaayuda@sigec-cl.example.org")
    with pytest.raises(Conflict, match=r"mesaayuda@sigec-cl\.example\.org"):
        load(cast.session, replace(content, mailboxes=(taken, *others)))


def test_a_mailbox_that_the_catalogue_drops_is_no_longer_active(cast: Cast) -> None:
    content = shipped("sigec-cl")
    load(cast.session, replace(content, mailboxes=content.mailboxes[:1]))
    boxes = cast.session.scalars(select(Mailbox).where(Mailbox.institution_id == cast.sigec.id))
    assert {box.key: box.active for box in boxes} == {
        "mesa_ayuda": True,
        "regional_biobio": False,
        "regional_valparaiso": False,
    }


def test_a_dropped_mailbox_writes_no_more(cast: Cast) -> None:
    box = cast.mailbox("regional_biobio")
    ticket = cast.open(mailbox=box)
    content = shipped("sigec-cl")
    load(cast.session, replace(content, mailboxes=content.mailboxes[:1]))
    cast.do(conversation.reply, cast.agent, ticket.id, None, "Estamos en ello.")
    assert cast.letter(ticket, "respuesta").sender == cast.mailbox().address


def test_what_came_to_a_mailbox_before_it_was_dropped_opens_a_ticket(cast: Cast) -> None:
    incoming = cast.incoming(mailbox=cast.mailbox("regional_biobio"))
    content = shipped("sigec-cl")
    load(cast.session, replace(content, mailboxes=content.mailboxes[:1]))
    assert cast.receive(incoming).ticket_id is not None


def test_the_term_of_a_ticket_outlives_its_calendar(cast: Cast) -> None:
    ticket = cast.open()
    due = ticket.due_at
    load(cast.session, with_calendar(shipped("sigec-cl"), key="otro"))
    cast.do(documents.return_incomplete, cast.agent, ticket.id, None, ("memorandum",), "Sin firma.")
    cast.receive(cast.answer_to(cast.letter(ticket, "incompleto"), "Va.", REQUESTER, files=(file("Memo firmado.pdf"),)))
    assert ticket.due_at == due


def test_a_holiday_that_is_added_moves_open_tickets(cast: Cast) -> None:
    ticket = cast.open()
    due = ticket.due_at
    content = shipped("sigec-cl")
    holidays = replace(content.calendars[0].holidays, add=("2026-04-08",))
    load(cast.session, with_calendar(content, holidays=holidays))
    assert due is not None
    assert ticket.due_at is not None
    assert ticket.due_at > due
    assert cast.events(ticket, "due_changed")
    assert any("8 de abril" in line.text for line in deadlines.explained(cast.session, ticket))


def test_the_due_date_of_a_finished_ticket_stays(cast: Cast) -> None:
    ticket = cast.closed()
    due = ticket.due_at
    content = shipped("sigec-cl")
    holidays = replace(content.calendars[0].holidays, add=("2026-04-08",))
    load(cast.session, with_calendar(content, holidays=holidays))
    assert ticket.due_at == due


def with_calendar(content: Catalogue, **changes: Any) -> Catalogue:
    """The catalogue with its only calendar changed, its key everywhere."""
    spec = replace(content.calendars[0], **changes)
    return replace(
        content,
        calendars=(spec,),
        teams=tuple(replace(team, calendar=spec.key) for team in content.teams),
        request_types=tuple(
            replace(
                each,
                service_hours=spec.key,
                deadline=replace(each.deadline, calendar=spec.key) if each.deadline else None,
            )
            for each in content.request_types
        ),
    )


def test_holders_of_the_directory_hold_their_functions(cast: Cast) -> None:
    held = cast.session.scalars(select(RoleHolding).where(RoleHolding.person_id == cast.person(REGIONAL_HEAD).id)).one()
    assert (held.role, held.scope, held.kind) == ("jefe_administrativo_regional", "CL-BI", "holder")


def test_a_holder_changed_by_hand_stays_when_the_catalogue_is_loaded_again(cast: Cast) -> None:
    address, role = REGIONAL_HEAD.address, "jefe_administrativo_regional"
    cast.do(authority.grant, operator(), "sigec-cl", "nueva.jefa@sigec-cl.example.org", role, "CL-BI")
    cast.do(authority.revoke, operator(), "sigec-cl", address, role, "CL-BI")
    cast.do(catalogue.load, operator(), renamed(shipped("sigec-cl")))
    found = cast.session.scalars(
        select(RoleHolding).where(RoleHolding.role == role, RoleHolding.scope == "CL-BI", RoleHolding.until.is_(None))
    ).all()
    assert len(found) == 1


def test_an_institution_without_a_catalogue_says_what_to_do(session: Session) -> None:
    institution = Institution(key="x", name="X", ticket_prefix="XX", timezone="America/Lima")
    session.add(institution)
    session.flush()
    with pytest.raises(NotFound, match="catalogue load"):
        catalogues.current(session, institution.id)


def test_a_version_that_does_not_exist_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        catalogues.version(session, 999_999)


def test_what_a_catalogue_would_move_is_told_before_it_is_loaded(cast: Cast) -> None:
    ticket = cast.open()
    due = ticket.due_at
    content = shipped("sigec-cl")
    changed = with_calendar(content, holidays=replace(content.calendars[0].holidays, add=("2026-04-08",)))
    (move,) = catalogue.would_move(cast.session, changed)
    assert (move.number, move.before) == (ticket.number, due)
    assert ticket.due_at == due
    load(cast.session, changed)
    assert ticket.due_at == move.after
    assert catalogue.would_move(cast.session, changed) == ()
