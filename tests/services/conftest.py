"""The cast of the desk, for the tests that ask for it."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.services import accounts
from tests.cast import Cast, assemble
from tests.factories.peruvian_desk import Peru, peruvian


@pytest.fixture
def cast(session: Session) -> Cast:
    """Two institutions with their people, at ten on a Tuesday."""
    return assemble(session)


@pytest.fixture
def at_work(cast: Cast) -> None:
    """The agent is a member of the desk's team, and so sees the tickets of the institution."""
    cast.do(accounts.join_team, cast.agent, "sigec-cl", "ana@sigec-cl.example.org", "mesa_ayuda", None)


@pytest.fixture
def peru(cast: Cast) -> Peru:
    """The Peruvian service centres with their people."""
    return peruvian(cast)
