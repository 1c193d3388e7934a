"""The program's own source, parsed, for the tests of what the architecture promises."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PACKAGES = ("helpdesk", "mailbridge")


@cache
def modules() -> tuple[Path, ...]:
    """Every source file of the program, `config.py` included."""
    found = [path for package in PACKAGES for path in sorted((PROJECT / package).rglob("*.py"))]
    return (PROJECT / "config.py", *found)


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    """How a failure names a place."""
    line = getattr(node, "lineno", None)
    return str(path.relative_to(PROJECT)) + (f":{line}" if line else "")


def inside_functions(path: Path) -> Iterator[ast.AST]:
    """Every node that stands in the body of a function."""
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from (node for node in ast.walk(function) if node is not function)


def imported(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Full names of what a file imports: `from a.b import c` gives `a.b` and `a.b.c`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node
            for name in node.names:
                yield f"{node.module}.{name.name}", node
