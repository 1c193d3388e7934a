"""The seeds: small files of our own, one folder a target."""

from pathlib import Path

FOLDER = Path(__file__).parent / "seeds"


def of(target: str) -> list[bytes]:
    """The seeds of a target, by name."""
    return [path.read_bytes() for path in sorted((FOLDER / target).iterdir())]
