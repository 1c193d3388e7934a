"""The cast of the desk, for the tests that ask for it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from helpdesk.models.institutions import Institution, number_sequence
from helpdesk.services import accounts
from tests.cast import Cast, assemble
from tests.conftest import WORKER, create_from_template, drop, rolled_back
from tests.factories.peruvian_desk import Peru, peruvian


@pytest.fixture(scope="session")
def home_of_the_cast(server: str) -> Iterator[Engine]:
    """This worker's database in which both institutions of the cast and their people are already."""
    name = f"cast_{WORKER}"
    made = create_engine(create_from_template(server, name))
    with Session(made) as opened:
        assemble(opened)
        opened.commit()
    yield made
    made.dispose()
    drop(server, name)


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session that leaves no trace: on the home of the cast where it is asked for, else on an empty database."""
    asked = "cast" in request.fixturenames
    with rolled_back(request.getfixturevalue("home_of_the_cast" if asked else "engine")) as opened:
        # Numbers taken from a sequence are not given back with the transaction.
        for institution in opened.scalars(select(Institution.id)):
            opened.execute(text(f"ALTER SEQUENCE {number_sequence(institution)} RESTART"))
        yield opened


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
