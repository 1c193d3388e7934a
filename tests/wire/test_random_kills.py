"""kill -9 at random under load, briefly; `make soak` does the same for long."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk import embedded, schema
from tests.conftest import CHOICE
from tests.wire.conftest import Installation, installed
from tests.wire.killing import Run
from tests.wire.nursery import Nursery
from tests.wire.servers import Dovecot, Postfix
from tests.wire.test_database_away import database_folder


@pytest.fixture
def alone(
    dovecot: Dovecot, postfix: Postfix, helpdesk_lmtp: int, nursery: Nursery, tmp_path: Path
) -> Iterator[Installation]:
    """A helpdesk with a database server of its own, which is killed as well."""
    with database_folder() as folder, embedded.start(folder, CHOICE) as cluster:
        schema.upgrade(cluster.url)
        with installed(cluster.url, dovecot, postfix, helpdesk_lmtp, nursery, tmp_path) as made:
            yield made


def test_kills_at_random_moments_lose_and_double_nothing(alone: Installation) -> None:
    run = Run(alone, messages=150, wanted=8, seed=41)
    run.go()
    assert "0 lost, 0 doubled" in run.check()
