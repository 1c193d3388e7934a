"""Tickets on the command line, and the folder of evidence that leaves the house."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.operating import SAMPLE, Operator, receive_sample, set_environment
from tests.conftest import WORKER, create_from_template, drop

NAME = f"tickets_{WORKER}"

# The contract of `ticket show --json`.
HEAD = (
    *("number", "institution", "status", "request_type", "channel", "subject", "requester", "originator", "entity"),
    *("region", "programme", "team", "assignee", "received_at", "filed_at", "started_at", "due_at", "overdue"),
)
REST = ("fields", "documents", "missing_documents", "steps", "messages", "events", "links")
# What an evidence folder holds besides.
OF_EVIDENCE = ("suspensions", "extensions", "count_of_term", "decisions")
PARTS = {
    "documents": ("key", "state", "files"),
    "steps": ("key", "kind", "state", "actor", "asked_at", "decided_at", "decided_by", "via", "reason"),
    "messages": ("id", "direction", "kind", "from", "to", "at", "trust", "text", "delivery", "attachments"),
    "events": ("at", "actor", "kind", "data", "hash"),
}


@pytest.fixture(scope="module")
def installation(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A database with one ticket, opened by an incomplete letter with two files, and its data folder."""
    folder = tmp_path_factory.mktemp("installation")
    url = create_from_template(server, NAME)
    receive_sample(url, folder)
    yield url, folder
    drop(server, NAME)


@pytest.fixture
def operator(
    installation: tuple[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Operator:
    """An operator of that installation, elsewhere."""
    url, folder = installation
    set_environment(monkeypatch, folder, url)
    monkeypatch.chdir(tmp_path)
    return Operator(tmp_path, capsys)


def shown(operator: Operator) -> dict[str, Any]:
    """The ticket as JSON."""
    found: dict[str, Any] = json.loads(operator.does("ticket", "show", "MEF-1", "--json"))
    return found


def test_the_json_of_a_ticket_has_exactly_the_keys_of_the_contract(operator: Operator) -> None:
    found = shown(operator)
    assert tuple(found) == (*HEAD, *REST)
    assert tuple(found["requester"]) == ("name", "address")


@pytest.mark.parametrize("part", PARTS)
def test_the_parts_of_a_ticket_have_exactly_the_keys_of_the_contract(operator: Operator, part: str) -> None:
    entries = shown(operator)[part]
    assert entries
    assert {tuple(entry) for entry in entries} == {PARTS[part]}


def test_the_json_tells_what_is_missing_and_what_was_answered(operator: Operator) -> None:
    found = shown(operator)
    assert (found["number"], found["institution"], found["status"]) == ("MEF-1", "mef-ec", "waiting_requester")
    assert found["missing_documents"] == ["accion_personal_autoridad"]
    states = {entry["key"]: entry["state"] for entry in found["documents"]}
    assert states["accion_personal_autoridad"] == "missing"
    assert states["formulario_activacion"] == "proposed"
    assert [message["direction"] for message in found["messages"]] == ["inbound", "outbound"]
    assert found["messages"][0]["attachments"] == ["formulario_activacion.png", "accion_personal_solicitante.pdf"]
    assert [message["delivery"] for message in found["messages"]] == [None, "queued"]


def test_the_list_is_one_object_a_line_with_the_head_alone(operator: Operator) -> None:
    (line,) = operator.does("ticket", "list", "--json").splitlines()
    assert tuple(json.loads(line)) == HEAD


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("--status", "waiting_requester"), 1),
        (("--status", "closed"), 0),
        (("--institution", "mef-ec"), 1),
        (("--type", "activacion_revision_usuario"), 1),
        (("--type", "ausencia_temporal"), 0),
    ],
)
def test_the_list_is_narrowed_by_what_is_asked(operator: Operator, words: tuple[str, ...], count: int) -> None:
    assert len(operator.does("ticket", "list", *words).splitlines()) == count


def test_times_are_shown_on_the_clocks_of_the_institution(operator: Operator) -> None:
    received = shown(operator)["received_at"]
    in_utc = received[:16].replace("T", " ")
    said = operator.does("ticket", "show", "MEF-1")
    local = next(line for line in said.splitlines() if line.startswith("recibido "))
    assert local.endswith("(America/Guayaquil)")
    assert in_utc not in said
    assert int(local.split()[2][:2]) == (int(in_utc[11:13]) - 5) % 24


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "MEF-999"), "No hay un ticket MEF-999: vea los que hay"),
        (("show", "primero"), "primero"),
        (("export", "MEF-999", "evidence"), "No hay un ticket MEF-999: vea los que hay"),
        (("export", "ABC-1"), "Ninguna institución numera con «ABC»: aquí se usan MEF."),
        (("list", "--institution", "marte"), "No hay institución «marte»"),
    ],
)
def test_what_does_not_exist_is_said_in_one_sentence(operator: Operator, words: tuple[str, ...], sentence: str) -> None:
    said = operator.is_refused("ticket", *words)
    assert sentence in said
    assert said.count("\n") == 1
    assert not (operator.folder / "evidence").exists()


def test_the_evidence_can_be_checked_without_this_program(operator: Operator) -> None:
    assert operator.does("ticket", "export", "MEF-1", "evidence") == "evidence: 8 archivos y su manifiesto.\n"
    folder = operator.folder / "evidence"
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "manifest.sha256"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert {line.removesuffix(": OK") for line in checked.stdout.splitlines()} == written - {"manifest.sha256"}


def test_the_evidence_holds_the_mail_byte_for_byte_and_its_files(operator: Operator) -> None:
    operator.does("ticket", "export", "MEF-1", "evidence")
    folder = operator.folder / "evidence"
    (mail,) = (folder / "mails").iterdir()
    assert mail.read_bytes().endswith(SAMPLE.read_bytes())
    assert len(list((folder / "files").iterdir())) == 2
    assert tuple(json.loads((folder / "ticket.json").read_text("utf-8"))) == (*HEAD, *REST, *OF_EVIDENCE)


def test_a_changed_file_of_the_evidence_is_noticed(operator: Operator) -> None:
    operator.does("ticket", "export", "MEF-1", "evidence")
    (mail,) = (operator.folder / "evidence" / "mails").iterdir()
    mail.write_bytes(mail.read_bytes() + b"!")
    command = ["sha256sum", "--strict", "-c", "manifest.sha256"]
    assert subprocess.run(command, cwd=operator.folder / "evidence", capture_output=True, check=False).returncode == 1


def test_a_folder_that_holds_something_is_left_alone(operator: Operator) -> None:
    (operator.folder / "evidence").mkdir()
    (operator.folder / "evidence" / "note.txt").write_text("mine", "utf-8")
    said = operator.is_refused("ticket", "export", "MEF-1", "evidence")
    assert said == "helpdesk: evidence ya existe y no está vacía: dé una carpeta nueva.\n"
    assert [path.name for path in (operator.folder / "evidence").iterdir()] == ["note.txt"]


def test_a_file_in_the_place_of_the_folder_is_left_alone(operator: Operator) -> None:
    (operator.folder / "evidence").write_text("mine", "utf-8")
    said = operator.is_refused("ticket", "export", "MEF-1", "evidence")
    assert said == "helpdesk: evidence no es una carpeta: dé el nombre de una nueva.\n"


def test_an_empty_folder_is_filled(operator: Operator) -> None:
    (operator.folder / "evidence").mkdir()
    operator.does("ticket", "export", "MEF-1", "evidence")
    assert (operator.folder / "evidence" / "ticket.json").exists()


def test_without_a_folder_the_evidence_goes_into_one_of_the_tickets_number(operator: Operator) -> None:
    assert operator.does("ticket", "export", "mef-1") == "MEF-1: 8 archivos y su manifiesto.\n"
    assert (operator.folder / "MEF-1" / "resumen.html").exists()


def test_a_place_that_cannot_be_written_is_named(operator: Operator) -> None:
    (operator.folder / "file").touch()
    said = operator.is_refused("ticket", "export", "MEF-1", "file/evidence")
    assert said.startswith("helpdesk: file/evidence: no se puede escribir")


def test_nothing_has_been_kept_long_enough_where_everything_is_kept(operator: Operator) -> None:
    assert operator.does("ticket", "list", "--past-keeping") == ""
    assert "MEF-1" in operator.does("ticket", "list")
