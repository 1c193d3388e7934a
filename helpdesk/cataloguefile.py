"""Reads catalogue files: YAML → validated `Catalogue`, and back."""

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.errors import Invalid

SHIPPED = Path(__file__).parent / "institutions"
RENAMED = {"in": "any_of", "not_in": "none_of"}
CONDITION_KEYS = {"in", "not_in"}


@cache
def adapter() -> TypeAdapter[Catalogue]:
    """The validator of a catalogue; built once, it costs some 100 ms."""
    return TypeAdapter(Catalogue)


def from_json(document: Any) -> Catalogue:
    """The catalogue stored as `document` (the JSON form of `to_json`)."""
    return adapter().validate_python(document)


def to_json(catalogue: Catalogue) -> dict[str, Any]:
    """The JSON form of a catalogue, as it is stored."""
    return adapter().dump_python(catalogue, mode="json")  # type: ignore[no-any-return]  # pydantic returns Any


def renamed(node: Any) -> Any:
    """The document with the YAML keys that Python cannot spell replaced by the schema's."""
    if isinstance(node, dict):
        return {RENAMED.get(key, key): renamed(value) for key, value in node.items()}
    if isinstance(node, list):
        return [renamed(item) for item in node]
    return node
