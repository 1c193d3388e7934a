"""What import-linter cannot say about imports."""

import ast
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PROJECT, imported, inside_functions, modules, place, tree

LATE = {"import_module", "__import__"}
LOADERS = (PROJECT / "helpdesk" / "cli.py", PROJECT / "mailbridge" / "parser_child.py")
"""The command table, and the reading process, which is told on its command line what to run behind the fence."""
DOMAIN_MAY = {"helpdesk.domain", "holidays", "stdnum"}
SHELL = {
    "intake",
    "imap",
    "imap_client",
    "imap_wire",
    "visit",
    "diagnosis",
    "login",
    "oauth",
    "lmtp",
    "pipe",
    "sandbox",
    "filewords",
    "smtp",
    "outgoing",
    "jobs",
    "runtime",
    "signing",
    "processing",
    "delivery",
    "screening",
    "reimport",
}
"""Modules of the bridge that touch sockets, processes or the database; all others are its pure core."""
CORE_MAY = ("helpdesk.domain.incoming", "helpdesk.domain.addresses", "helpdesk.domain.errors")


def test_no_function_imports() -> None:
    found = [
        place(path, node)
        for path in modules()
        for node in inside_functions(path)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_only_the_command_table_and_the_fenced_reader_load_a_module_late() -> None:
    found = [
        place(path, node)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and LATE & {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}
    ]
    assert sorted(name.rpartition(":")[0] for name in found) == sorted(place(loader) for loader in LOADERS)


def test_package_inits_are_empty() -> None:
    found = [place(path) for path in modules() if path.name == "__init__.py" and path.read_text(encoding="utf-8")]
    assert found == []


@pytest.mark.parametrize("path", sorted((PROJECT / "helpdesk" / "domain").glob("*.py")), ids=lambda path: path.stem)
def test_the_domain_imports_the_standard_library_and_two_more(path: Path) -> None:
    foreign = [
        f"{place(path, node)} {name}"
        for name, node in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(name == allowed or name.startswith(f"{allowed}.") for allowed in (*DOMAIN_MAY, "helpdesk.domain"))
    ]
    assert foreign == []


@pytest.mark.parametrize(
    "path",
    sorted(path for path in (PROJECT / "mailbridge").glob("*.py") if path.stem not in SHELL),
    ids=lambda path: path.stem,
)
def test_the_core_of_the_bridge_knows_of_the_desk_only_what_it_hands_over_and_its_errors(path: Path) -> None:
    foreign = [
        f"{place(path, node)} {name}"
        for name, node in imported(path)
        if name.split(".")[0] == "helpdesk" and not name.startswith(CORE_MAY)
    ]
    assert foreign == []
