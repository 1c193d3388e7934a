"""What the architecture promises of transactions, settings, jobs and commands."""

import ast
import inspect
import re
from dataclasses import Field, fields
from importlib import import_module
from importlib.util import find_spec

import pytest

import config
from helpdesk import queue
from helpdesk.cli import COMMANDS
from helpdesk.domain.choices import Choices
from tests.architecture.source import PROJECT, modules, place, tree

THE_DATABASE = PROJECT / "helpdesk" / "db.py"
HANDLERS = ("helpdesk/jobs", "mailbridge/jobs.py")


def called(node: ast.AST) -> str:
    """The last word of what a call calls."""
    return str(getattr(node.func, "attr", getattr(node.func, "id", ""))) if isinstance(node, ast.Call) else ""


def constants() -> dict[str, str]:
    """Names in capitals that hold a text, for job names that are not spelt in the call."""
    found = {}
    for path in modules():
        for node in tree(path).body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                found.update({target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)})
    return found


def deferred() -> list[tuple[str, str]]:
    """Names of all jobs that the program defers by `queue.defer`, each with its place."""
    known = constants()
    found = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if called(node) != "defer" or path.name == "queue.py":
                continue
            assert isinstance(node, ast.Call)
            name = node.args[1] if len(node.args) > 1 else None
            match name:
                case ast.Constant(value=str(word)):
                    found.append((word, place(path, node)))
                case ast.Name(id=word) | ast.Attribute(attr=word):
                    found.append((known.get(word, word), place(path, node)))
                case _:
                    found.append(("", place(path, node)))
    return found


def test_commit_stands_in_one_file() -> None:
    found = [place(path, node) for path in modules() for node in ast.walk(tree(path)) if called(node) == "commit"]
    assert found
    assert [name for name in found if not name.startswith(place(THE_DATABASE))] == []


@pytest.mark.parametrize("name", sorted(config.known()))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("choice", fields(Choices), ids=lambda field: field.name)
def test_every_choice_of_an_institution_is_documented_with_its_default(choice: Field[object]) -> None:
    row = re.search(
        rf"^\| `{choice.name}` \| `?([^`|:]+)", (PROJECT / "docs" / "operations.md").read_text("utf-8"), re.M
    )
    assert row is not None
    assert row[1].strip() == (str(choice.default).lower() if choice.default != "" else "none")


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in config.Settings.model_fields.items() if not field.description] == []


def test_every_deferred_job_has_a_handler() -> None:
    for path in modules():
        name = path.relative_to(PROJECT).as_posix()
        if name.startswith(HANDLERS):
            import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    assert [(name, where) for name, where in deferred() if name not in queue.known_jobs()] == []


def test_no_job_has_both_a_queueing_lock_and_retries() -> None:
    both = [
        name for name in queue.known_jobs() if (task := queue.app.tasks[name]).queueing_lock and task.retry_strategy
    ]
    assert both == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_its_module_and_takes_its_words(name: str) -> None:
    module, _, function = COMMANDS[name].home.partition(":")
    assert find_spec(module), f"{module} does not exist"
    handler = getattr(import_module(module), function)
    assert list(inspect.signature(handler).parameters) == ["argv"]
