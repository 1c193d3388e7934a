"""`python -m tests.fuzz.run TARGET [SECONDS]`: lets atheris look for bytes that break a target, from our own seeds.

Inputs that reach new code are kept in `var/fuzz/TARGET`; libFuzzer writes a finding to the current directory.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mailbridge", "tests.fuzz"]):
    from tests.fuzz.material import SEEDS
    from tests.fuzz.targets import TARGETS

SECONDS = "60"
SLOWEST_SECONDS = 5
MOST_BYTES = 8_000


def main(target: str, seconds: str = SECONDS) -> None:
    """Fuzz one target for that many seconds; exits with libFuzzer's status."""
    corpus = Path("var/fuzz") / target
    corpus.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={seconds}", f"-timeout={SLOWEST_SECONDS}", f"-max_len={MOST_BYTES}"]
    atheris.Setup([sys.argv[0], *options, str(corpus), str(SEEDS / target)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
