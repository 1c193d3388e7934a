"""`make fuzz`: one target under atheris for a while, `python -m tests.fuzz.run TARGET SECONDS`.

What makes a target raise, hang for ten seconds or eat two gigabytes is written to `build/fuzz/` and ends the run.
"""

import sys
from pathlib import Path

import atheris

from tests.fuzz import corpus

FOUND = Path("build/fuzz")


def main() -> None:
    """Runs until the time is over or something is found."""
    name, seconds = sys.argv[1], sys.argv[2]
    with atheris.instrument_imports(include=["mailbridge", "email", "mailparser"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415  # instrumented as it is imported
    grown = FOUND / name
    grown.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=20000"]
    folders = [str(grown), str(corpus.FOLDER / name)]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={FOUND}/{name}-", *folders], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
