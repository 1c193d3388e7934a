"""The cast of the desk, for the tests that ask for it."""

import pytest
from sqlalchemy.orm import Session

from tests.cast import Cast, assemble


@pytest.fixture
def cast(session: Session) -> Cast:
    """Two institutions with their people, at ten on a Tuesday."""
    return assemble(session)
