"""200 kills at random moments over 5,000 messages (run by `make soak`); the figures and the seed are printed.

`HELPDESK_TEST_SEED`, `HELPDESK_TEST_MESSAGES` and `HELPDESK_TEST_KILLS` make another run, or the same one again.
"""

import os
import secrets
import time

import pytest

from tests.wire.conftest import Installation
from tests.wire.killing import Run

# Read before any test begins: tests see no setting of whoever runs them.
SEED = int(os.environ.get("HELPDESK_TEST_SEED") or secrets.randbelow(10**6))
MESSAGES = int(os.environ.get("HELPDESK_TEST_MESSAGES", "5000"))
KILLS = int(os.environ.get("HELPDESK_TEST_KILLS", "200"))

pytestmark = pytest.mark.soak


def test_two_hundred_kills_over_five_thousand_messages_lose_and_double_nothing(alone: Installation) -> None:
    run = Run(alone, MESSAGES, KILLS, SEED)
    print(f"\nseed {SEED}")
    began = time.monotonic()
    run.go()
    took = time.monotonic() - began
    print(f"{run.check()}; {took:.0f} s")
