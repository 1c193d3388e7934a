"""Who may sign in, and which functions people hold."""

from datetime import date
from typing import Any

import pytest

from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from helpdesk.models.people import Person
from helpdesk.queries.people import holders, holdings_of
from helpdesk.services import accounts, authority
from tests.cast import REGIONAL_HEAD, Cast

ADDRESS = "nueva@sigec-cl.example.org"
PASSWORD = "una frase larga"  # of nobody
ROLE = "jefe_administrativo_regional"
TODAY = date(2026, 4, 7)


def add(cast: Cast, key: str = "sigec-cl", **more: Any) -> Person:
    """A new colleague who may sign in."""
    return cast.do(accounts.add_user, operator(), key, ADDRESS, "Nueva", PASSWORD, **more)


def test_a_user_signs_in_whatever_the_case_of_the_address(cast: Cast) -> None:
    person = add(cast)
    assert cast.do(accounts.sign_in, f" {ADDRESS.upper()} ", PASSWORD).id == person.id


def test_a_wrong_password_and_an_unknown_address_are_told_alike(cast: Cast) -> None:
    add(cast)
    with pytest.raises(NotAllowed) as wrong:
        cast.do(accounts.sign_in, ADDRESS, "otra cosa distinta")
    with pytest.raises(NotAllowed) as unknown:
        cast.do(accounts.sign_in, "nadie@sigec-cl.example.org", PASSWORD)
    assert str(wrong.value) == str(unknown.value)


def test_an_unknown_address_costs_as_much_as_a_wrong_password(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    add(cast)
    verified: list[str] = []

    class Counting:
        def verify(self, stored: str, _: str) -> bool:
            verified.append(stored)
            return False

    monkeypatch.setattr(accounts, "hasher", Counting())
    for address in (ADDRESS, "nadie@sigec-cl.example.org", "ana@sigec-cl.example.org"):
        verified.clear()
        with pytest.raises(NotAllowed):
            cast.do(accounts.sign_in, address, "otra cosa distinta")
        assert len(verified) == 1


def test_a_disabled_user_does_not_sign_in_and_open_sessions_end(cast: Cast) -> None:
    person = add(cast)
    epoch = person.session_epoch
    cast.do(accounts.disable, operator(), "sigec-cl", ADDRESS)
    assert person.session_epoch == epoch + 1
    with pytest.raises(NotAllowed):
        cast.do(accounts.sign_in, ADDRESS, PASSWORD)


def test_the_same_address_in_two_institutions_says_which(cast: Cast) -> None:
    first, second = add(cast), add(cast, "mef-ec")
    with pytest.raises(NotAllowed):
        cast.do(accounts.sign_in, ADDRESS, PASSWORD)
    assert cast.do(accounts.sign_in, ADDRESS, PASSWORD, "sigec-cl").id == first.id
    assert cast.do(accounts.sign_in, ADDRESS, PASSWORD, "mef-ec").id == second.id


def test_a_requester_has_no_account(cast: Cast) -> None:
    ticket = cast.open()
    person = cast.session.get_one(Person, ticket.requester_id)
    with pytest.raises(NotAllowed):
        cast.do(accounts.sign_in, person.address, "")


def test_a_short_password_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        cast.do(accounts.add_user, operator(), "sigec-cl", ADDRESS, "Nueva", "corta")


def test_a_user_is_added_once(cast: Cast) -> None:
    add(cast)
    with pytest.raises(Conflict):
        add(cast)


def test_an_unknown_team_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        add(cast, teams=(("no_existe", None),))


def test_a_team_is_joined_once(cast: Cast) -> None:
    add(cast, teams=(("mesa_ayuda", None),))
    first = cast.do(accounts.join_team, operator(), "sigec-cl", ADDRESS, "mesa_ayuda", None)
    assert cast.do(accounts.join_team, operator(), "sigec-cl", ADDRESS, "mesa_ayuda", None).id == first.id


def test_a_function_is_granted_for_its_scope(cast: Cast) -> None:
    cast.do(authority.grant, operator(), "sigec-cl", ADDRESS, ROLE, "CL-VS")
    assert holdings_of(cast.session, cast.sigec.id, ADDRESS, TODAY) == {(ROLE, "CL-VS")}


def test_a_function_is_granted_once(cast: Cast) -> None:
    with pytest.raises(Conflict):
        cast.do(authority.grant, operator(), "sigec-cl", REGIONAL_HEAD.address, ROLE, "CL-BI")


@pytest.mark.parametrize(("role", "scope"), [("no_existe", None), (ROLE, None), (ROLE, "XX"), ("jefe_daf", "CL-BI")])
def test_a_function_needs_a_scope_that_fits(cast: Cast, role: str, scope: str | None) -> None:
    with pytest.raises(Invalid):
        cast.do(authority.grant, operator(), "sigec-cl", ADDRESS, role, scope)


def test_a_revoked_function_is_held_no_more_today(cast: Cast) -> None:
    cast.do(authority.revoke, operator(), "sigec-cl", REGIONAL_HEAD.address, ROLE, "CL-BI")
    assert holders(cast.session, cast.sigec.id, ROLE, "CL-BI", TODAY) == ()


def test_a_function_that_is_not_held_cannot_be_revoked(cast: Cast) -> None:
    add(cast)
    with pytest.raises(NotFound):
        cast.do(authority.revoke, operator(), "sigec-cl", ADDRESS, ROLE, "CL-BI")


def test_a_substitute_comes_before_the_holder(cast: Cast) -> None:
    cast.do(authority.substitute, operator(), "sigec-cl", ADDRESS, ROLE, "CL-BI", TODAY, TODAY)
    found = holders(cast.session, cast.sigec.id, ROLE, "CL-BI", TODAY)
    assert [holder.person.address for holder in found] == [ADDRESS, REGIONAL_HEAD.address]
    assert found[0].on_behalf_of is not None
    assert found[0].on_behalf_of.address == REGIONAL_HEAD.address


def test_a_substitution_that_ends_before_it_begins_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        cast.do(authority.substitute, operator(), "sigec-cl", ADDRESS, ROLE, "CL-BI", TODAY, date(2026, 4, 6))


def test_a_disabled_person_holds_nothing(cast: Cast) -> None:
    cast.do(accounts.disable, operator(), "sigec-cl", REGIONAL_HEAD.address)
    assert cast.do(holders, cast.sigec.id, ROLE, "CL-BI", TODAY) == ()
