"""The tests that the project's lists of promises name: requirements, attacks, faults."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
LISTS = ("requirements.md", "attacks.md", "faults.md")
NAMED = re.compile(r"`(?:tests/[\w/]+\.py::)?(test_\w+)`(?! \(`make soak`\))")


def named() -> frozenset[str]:
    """Names of tests that a list calls a proof. Their names are unique in the project where a list gives no file."""
    texts = ((ROOT / "docs" / name).read_text("utf-8") for name in LISTS)
    return frozenset(name for text in texts for name in NAMED.findall(text))


def defined() -> dict[str, set[str]]:
    """The tests of each file, by the file's path in the project."""
    return {
        path.relative_to(ROOT).as_posix(): set(re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.M))
        for path in (ROOT / "tests").rglob("test_*.py")
    }
