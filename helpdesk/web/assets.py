"""Addresses of our own static files carry their content's hash, so that browsers may keep them for a year."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask

STATIC = Path(__file__).resolve().parent / "static"
A_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Adds `v` to every address of a static file."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    app.url_defaults(add_version)


def add_version(endpoint: str, values: dict[str, Any]) -> None:
    """Puts the file's version into its address."""
    if endpoint == "static" and "filename" in values:
        values.setdefault("v", version(STATIC / values["filename"]))


@lru_cache(maxsize=64)
def version(path: Path) -> str:
    """Ten letters that change with the file; a restart sees a new one."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
