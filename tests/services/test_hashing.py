"""What guards a password. The other tests hash cheaply (tests/conftest.py), so this one asks a process of its own."""

import subprocess
import sys

COSTS = "from helpdesk.services import accounts; print(accounts.NOBODY)"


def test_a_guess_costs_sixty_four_megabytes_in_production() -> None:
    done = subprocess.run([sys.executable, "-c", COSTS], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
