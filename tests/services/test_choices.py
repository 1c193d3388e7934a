"""What the requirements leave open is chosen by each institution: the default, and the other choice (section H)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from helpdesk import clock
from helpdesk.domain.choices import Choices
from helpdesk.domain.errors import Invalid
from helpdesk.models.people import Person
from helpdesk.models.tickets import Ticket
from helpdesk.queries import keeping
from helpdesk.services import originals
from helpdesk.services.opening_by_hand import ByHand, open_by_hand
from tests.cast import CHILE, NATIONAL_OFFICER, REGIONAL_HEAD, REQUESTER, SUPERVISOR, Cast, load
from tests.domain.shipped import shipped
from tests.factories import peru


def chosen(cast: Cast, key: str, **choices: Any) -> None:
    """The institution makes its choices."""
    content = shipped(key)
    institution = replace(content.institution, settings={**content.institution.settings, **choices})
    with clock.fixed(cast.now):
        load(cast.session, replace(content, institution=institution))


def asked_by(cast: Cast, *roles: str) -> None:
    """The institution says who may ask for the disapproval of reports of standard agreements."""
    content = shipped("sigec-cl")
    types = tuple(
        replace(each, who_may_request=roles) if each.key == "desaprobacion_rendicion_estandar" else each
        for each in content.request_types
    )
    with clock.fixed(cast.now):
        load(cast.session, replace(content, request_types=types))


@pytest.mark.parametrize("by", [REQUESTER, SUPERVISOR, NATIONAL_OFFICER, REGIONAL_HEAD])
def test_executor_supervisor_officer_and_regional_head_may_ask_to_disapprove_a_report(cast: Cast, by: Any) -> None:
    ticket = cast.open(sender=by)
    assert ticket.request_type == "desaprobacion_rendicion_estandar"
    assert ticket.status in ("waiting_approval", "open")
    assert cast.letters(ticket, "incompleto") == []


def test_where_an_institution_names_others_who_may_ask_the_rest_is_told_so(cast: Cast) -> None:
    asked_by(cast, "supervisor_regional")
    ticket = cast.open(sender=REQUESTER)
    assert ticket.status == "waiting_requester"
    assert shipped("sigec-cl").role("supervisor_regional").name in " ".join(
        cast.letter(ticket, "incompleto").text.split()
    )
    assert cast.open(sender=SUPERVISOR).status == "waiting_approval"


def test_an_electronic_signature_may_stand_for_the_paper(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.do(originals.see, cast.agent, ticket.id, None, "memorandum", "electronic_signature").seen_at == cast.now


def test_where_only_paper_counts_an_electronic_signature_is_refused(cast: Cast) -> None:
    chosen(cast, "sigec-cl", electronic_signatures=False)
    ticket = cast.open()
    with pytest.raises(Invalid, match="papel"):
        cast.do(originals.see, cast.agent, ticket.id, None, "memorandum", "electronic_signature")
    assert cast.do(originals.see, cast.agent, ticket.id, None, "memorandum", "paper").seen_at == cast.now


def test_everything_is_kept_for_ever(cast: Cast) -> None:
    ended(cast, datetime(1990, 1, 1, tzinfo=CHILE))
    assert keeping.past(cast.session, cast.sigec.id, cast.now) == ()


@pytest.mark.parametrize(
    ("day", "past"),
    [("2021-04-07 23:59", True), ("2021-04-08 00:00", False), ("2020-02-29 12:00", True)],
)
def test_an_institution_that_keeps_for_five_years_is_told_what_is_older(cast: Cast, day: str, past: bool) -> None:
    chosen(cast, "sigec-cl", keep_years=5)
    ticket = ended(cast, datetime.fromisoformat(day).replace(tzinfo=CHILE))
    other = cast.open()
    found = keeping.past(cast.session, cast.sigec.id, cast.now)
    assert (ticket in found, other in found) == (past, False)
    assert keeping.past(cast.session, cast.mef.id, cast.now) == ()


def ended(cast: Cast, at: datetime) -> Ticket:
    """A ticket that ended then."""
    ticket = cast.closed()
    ticket.closed_at = at
    cast.session.flush()
    return ticket


def suggestion(name: str, address: str) -> ByHand:
    """A paper out of the box of suggestions."""
    fields = {"centro": "piura"}
    return ByHand("suggestion_box", "sugerencia", name, "Sugerencia", "Más sillas.", address, fields=fields)


def test_an_anonymous_suggestion_is_not_answered(cast: Cast) -> None:
    peru.published(cast)
    with pytest.raises(Invalid) as problem:
        cast.do(open_by_hand, peru.clerk(cast), suggestion("", "alguien@example.com"))
    assert list(problem.value.fields) == ["address"]
    ticket = cast.do(open_by_hand, peru.clerk(cast), suggestion("", ""))
    assert (cast.session.get_one(Person, ticket.requester_id).name, cast.letters(ticket)) == ("Anónimo", [])
    assert cast.do(open_by_hand, peru.clerk(cast), suggestion("Rosa", "rosa@example.com")).status != "closed"


def test_where_an_institution_answers_the_anonymous_their_address_is_taken(cast: Cast) -> None:
    peru.published(cast)
    chosen(cast, "conectamef-pe", answer_anonymous=True)
    ticket = cast.do(open_by_hand, peru.clerk(cast), suggestion("", "alguien@example.com"))
    person = cast.session.get_one(Person, ticket.requester_id)
    assert (person.name, person.address) == ("Anónimo", "alguien@example.com")


def test_the_defaults_are_those_of_the_requirements() -> None:
    """The questions of section H in their order, as far as they are choices of an institution."""
    default = Choices()
    assert (default.extension_by, default.business_hours_mode) == ("agent", "opening_hours")
    assert (default.clock_during_approval, default.approvals_by_mail) == ("runs", "verified")
    assert (default.electronic_signatures, default.keep_years, default.answer_anonymous) == (True, 0, False)


def test_business_hours_are_opening_hours(cast: Cast) -> None:
    ticket = cast.open()
    assert ticket.due_at == datetime(2026, 4, 10, 10, 0, tzinfo=CHILE)


def test_where_an_institution_counts_whole_days_24_hours_are_one_working_day(cast: Cast) -> None:
    chosen(cast, "sigec-cl", business_hours_mode="whole_days")
    ticket = cast.open()
    assert ticket.due_at == datetime(2026, 4, 8, 10, 0, tzinfo=CHILE)


def test_an_answer_from_the_registered_address_is_enough_to_approve(cast: Cast) -> None:
    ticket = cast.open()
    assert cast.approve(ticket, REGIONAL_HEAD) == "approve"
    assert cast.steps(ticket)["validar_jar"] == "done"


@pytest.mark.parametrize("choice", ["confirm", "off"])
def test_where_an_institution_wants_its_page_a_mail_alone_does_not_approve(cast: Cast, choice: str) -> None:
    chosen(cast, "sigec-cl", approvals_by_mail=choice)
    ticket = cast.open()
    assert cast.approve(ticket, REGIONAL_HEAD) != "approve"
    assert cast.steps(ticket)["validar_jar"] == "active"
