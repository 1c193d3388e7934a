"""Reads catalogue files: YAML → validated `Catalogue`, and back.

What is wrong is said with the file, the line, the path inside it and what is allowed.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.consistency import Inconsistency, inconsistencies
from helpdesk.domain.errors import Invalid

SHIPPED = Path(__file__).parent / "institutions"
RENAMED = {"in": "any_of", "not_in": "none_of"}
# Eight times faster where PyYAML was built with libyaml, as its wheels are.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WRITTEN = {schema: spelled for spelled, schema in RENAMED.items()}


@cache
def adapter() -> TypeAdapter[Catalogue]:
    """The validator of a catalogue; built once, it costs some 100 ms."""
    return TypeAdapter(Catalogue)


def read(path: Path) -> Catalogue:
    """The catalogue in a file. Raises Invalid with one line for each thing that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path}: no se puede leer ({error}).") from error
    try:
        root = yaml.compose(text, Loader=LOADER)
        document = renamed(yaml.load(text, Loader=LOADER))  # noqa: S506  # a safe loader in either case
    except yaml.YAMLError as error:
        raise Invalid(f"{path}: no es YAML válido: {' '.join(str(error).split())}") from error
    try:
        catalogue = from_json(document)
    except ValidationError as error:
        raise Invalid("\n".join(_sentence(path, root, detail) for detail in error.errors())) from error
    problems = inconsistencies(catalogue)
    if problems:
        raise Invalid("\n".join(_problem(path, root, problem) for problem in problems))
    return catalogue


def write(catalogue: Catalogue) -> str:
    """The catalogue as YAML that `read` reads back to the same value."""
    return yaml.safe_dump(spelled(to_json(catalogue)), allow_unicode=True, sort_keys=False, width=110)


def from_json(document: Any) -> Catalogue:
    """The catalogue stored as `document` (the JSON form of `to_json`)."""
    return adapter().validate_python(document)


def to_json(catalogue: Catalogue) -> dict[str, Any]:
    """The JSON form of a catalogue, as it is stored."""
    found: dict[str, Any] = adapter().dump_python(catalogue, mode="json")
    return found


def renamed(node: Any) -> Any:
    """The document with the YAML keys that Python cannot spell replaced by the schema's."""
    return _keys(node, RENAMED)


def spelled(node: Any) -> Any:
    """The document with the schema's names replaced by the YAML keys."""
    return _keys(node, WRITTEN)


def _keys(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {names.get(key, key): _keys(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [_keys(item, names) for item in node]
    return node


def _sentence(path: Path, root: yaml.Node | None, detail: ErrorDetails) -> str:
    place = tuple(part for part in detail["loc"] if not str(part).startswith(("tuple[", "literal[")))
    allowed = detail.get("ctx", {}).get("expected")
    reason = {
        "missing": "falta este dato, es obligatorio",
        "unexpected_keyword_argument": "no se conoce esta clave",
        "extra_forbidden": "no se conoce esta clave",
        "literal_error": f"se permite {allowed}, no {detail['input']!r}",
    }.get(detail["type"], detail["msg"])
    return _problem(path, root, Inconsistency(place, reason))


def _problem(path: Path, root: yaml.Node | None, problem: Inconsistency) -> str:
    shown = ".".join(WRITTEN.get(str(part), str(part)) for part in problem.place) or "(raíz)"
    return f"{path}:{_line(root, problem.place)}: {shown}: {problem.reason}."


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """The line (from 1) of the deepest part of the place that the file has."""
    line = 1
    for part in place:
        if node is None:
            break
        line = node.start_mark.line + 1
        node = _child(node, part)
        if node is not None:
            line = node.start_mark.line + 1
    return line


def _child(node: yaml.Node, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    if isinstance(node, yaml.MappingNode):
        wanted = WRITTEN.get(str(part), str(part))
        return next((value for key, value in node.value if key.value == wanted), None)
    return None
