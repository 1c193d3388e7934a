"""Reads catalogue files: YAML → validated `Catalogue`, and back.

What is wrong is said with the file, the line, the path inside it and what is allowed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from helpdesk.domain.additions import Additions
from helpdesk.domain.catalogue import Catalogue, RequestType
from helpdesk.domain.consistency import Inconsistency, Place, inconsistencies
from helpdesk.domain.errors import Invalid

SHIPPED = Path(__file__).parent / "institutions"
RENAMED = {"in": "any_of", "not_in": "none_of"}
# Eight times faster where PyYAML was built with libyaml, as its wheels are.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SHOWN = 60
Content = TypeVar("Content")
# What the schema wants, by the first word of pydantic's error type.
KINDS = {
    "string": "un texto",
    "int": "un número entero",
    "float": "un número",
    "bool": "true o false",
    "tuple": "una lista",
    "dict": "una sección con claves",
    "dataclass": "una sección con claves",
}
WRITTEN = {schema: spelled for spelled, schema in RENAMED.items()}


@cache
def adapter() -> TypeAdapter[Catalogue]:
    """The validator of a catalogue; built once, it costs some 100 ms."""
    return TypeAdapter(Catalogue)


@cache
def additions_adapter() -> TypeAdapter[Additions]:
    """The validator of what a centre adds."""
    return TypeAdapter(Additions)


def read(path: Path) -> Catalogue:
    """The catalogue in a file. Raises Invalid with one line for each thing that is wrong."""
    return _read(path, adapter(), inconsistencies)


def read_types(path: Path, check: Callable[[tuple[RequestType, ...]], Iterable[Inconsistency]]) -> Additions:
    """The request types in a centre's file (R-106), which holds nothing else; `check` says what is wrong with them.
    Raises Invalid with one line for each thing that is wrong."""
    return _read(path, additions_adapter(), lambda found: check(found.request_types))


def _read(path: Path, schema: TypeAdapter[Content], check: Callable[[Content], Iterable[Inconsistency]]) -> Content:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path}: no se puede leer ({error}).") from error
    try:
        root = yaml.compose(text, Loader=LOADER)
        document = renamed(yaml.load(text, Loader=LOADER))  # noqa: S506  # a safe loader in either case
        repeated = [_problem(path, root, problem) for problem in _repeated(root)]
    except yaml.YAMLError as error:
        raise Invalid(_not_yaml(path, error)) from error
    except RecursionError as error:
        raise Invalid(f"{path}: un alias (*) se contiene a sí mismo o hay demasiados niveles.") from error
    if repeated:
        raise Invalid("\n".join(repeated))
    try:
        found = schema.validate_python(document)
    except ValidationError as error:
        raise Invalid("\n".join(_sentence(path, root, detail) for detail in error.errors())) from error
    problems = tuple(check(found))
    if problems:
        raise Invalid("\n".join(_problem(path, root, problem) for problem in problems))
    return found


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
    allowed = str(detail.get("ctx", {}).get("expected")).replace(" or ", " o ")
    reason = {
        "missing": "falta este dato, es obligatorio",
        "unexpected_keyword_argument": "no se conoce esta clave",
        "extra_forbidden": "no se conoce esta clave",
        "literal_error": f"se permite {allowed}, no {detail['input']!r}",
    }.get(detail["type"]) or f"{_wanted(detail['type'])}, no {_short(detail['input'])}"
    return _problem(path, root, Inconsistency(place, reason))


def _wanted(error: str) -> str:
    """What a value of the schema must be, by the kind of pydantic's error."""
    kind = error.partition("_")[0]
    return f"debe ser {KINDS.get(kind, f'otro valor ({error})')}"


def _short(value: Any) -> str:
    """A value as the message shows it."""
    shown = repr(value)
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…"


def _not_yaml(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f":{mark.line + 1}" if mark is not None else ""
    said = " ".join(str(getattr(error, "problem", None) or error).split())
    return f"{path}{line}: no es YAML válido: revise sangría, comillas y corchetes ({said})."


def _repeated(node: yaml.Node | None, place: Place = ()) -> Iterator[Inconsistency]:
    """Keys that stand twice in a mapping: YAML readers keep the last one and forget the other silently."""
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated(item, (*place, index))
    elif isinstance(node, yaml.MappingNode):
        counted = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for name in (key for key, times in counted.items() if times > 1):
            yield Inconsistency((*place, name), "esta clave está repetida")
        for key, value in node.value:
            yield from _repeated(value, (*place, str(key.value)))


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
