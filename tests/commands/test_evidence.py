"""The evidence folder that leaves the house: complete, readable, and checked there by a program of its own (R-177)."""

import ast
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from helpdesk.evidence.folder import VERIFIER, safe
from helpdesk.files import Files
from helpdesk.models.tickets import Ticket
from tests.cast import REQUESTER, Cast, file
from tests.commands import story
from tests.commands.operating import Operator, set_environment
from tests.conftest import WORKER, create_from_template, drop

NAME = f"evidence_{WORKER}"
Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def installation(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The database of the story and its data folder."""
    folder = tmp_path_factory.mktemp("story")
    url = create_from_template(server, NAME)
    story.tell(url, folder)
    yield url, folder
    drop(server, NAME)


@pytest.fixture
def folder(
    installation: tuple[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Path:
    """The exported folder."""
    url, data = installation
    set_environment(monkeypatch, data, url)
    target = tmp_path / "evidence"
    Operator(tmp_path, capsys).does("ticket", "export", story.NUMBER, target)
    return target


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the verifier of the folder, on nothing but the standard library."""
    command = [sys.executable, "-I", "verificar.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def files(folder: Path) -> list[Path]:
    """Every file of the folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def sealed_again(folder: Path) -> None:
    """Writes the manifest anew, as whoever changes the folder would."""
    entries = [path for path in files(folder) if path.name != "manifest.sha256"]
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in entries]
    (folder / "manifest.sha256").write_text("".join(lines), "utf-8")


def events(folder: Path) -> list[dict[str, Any]]:
    """The events of the folder as they were hashed."""
    return [json.loads(line)["content"] for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]


def test_an_untouched_folder_is_whole(folder: Path) -> None:
    done = verify(folder)
    assert (done.returncode, done.stdout) == (0, "Todo coincide: la carpeta está íntegra.\n")


def test_the_folder_holds_what_it_promises(folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in files(folder)}
    assert {name for name in names if "/" not in name} == {
        *("LEEME.txt", "resumen.html", "ticket.json", "events.jsonl", "verificar.py", "manifest.sha256"),
    }
    assert len([name for name in names if name.startswith("mails/")]) == 2
    assert {name.rpartition("-")[2] for name in names if name.startswith("files/")} == {
        "Memorandum 12.pdf",
        "Resolución 7.pdf",
    }


def test_a_changed_byte_of_any_file_is_noticed(folder: Path) -> None:
    for path in files(folder):
        content = path.read_bytes()
        for at in (0, len(content) // 2, len(content) - 1):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            assert verify(folder).returncode == 1, (path.name, at)
        path.write_bytes(content)
    assert verify(folder).returncode == 0


def test_a_file_that_is_gone_or_called_otherwise_is_noticed(folder: Path) -> None:
    for path in files(folder):
        if path.name == "verificar.py":
            continue
        elsewhere = path.with_name(f"{path.name}.old")
        path.rename(elsewhere)
        assert verify(folder).returncode == 1, path.name
        aside = shutil.move(elsewhere, folder.parent / "aside")
        assert verify(folder).returncode == 1, path.name
        shutil.move(aside, path)
    assert verify(folder).returncode == 0


@pytest.mark.parametrize("name", ["more.txt", ".hidden", "mails/99.eml", "files/more.pdf"])
def test_a_file_too_many_is_noticed(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"more")
    done = verify(folder)
    assert done.returncode == 1
    assert f"sobra {name}" in done.stdout


def test_an_empty_folder_is_not_whole(folder: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(folder / "verificar.py", alone)
    assert verify(alone).returncode == 1
    (alone / "manifest.sha256").touch()
    (alone / "events.jsonl").touch()
    (alone / "ticket.json").write_text('{"events": [], "messages": [], "steps": [], "decisions": []}', "utf-8")
    sealed_again(alone)
    done = verify(alone)
    assert done.returncode == 1
    assert "events.jsonl no tiene ningún evento" in done.stdout or "falta LEEME.txt" in done.stdout


def test_a_folder_too_many_is_noticed(folder: Path) -> None:
    (folder / "more").mkdir()
    done = verify(folder)
    assert (done.returncode, "sobra la carpeta more" in done.stdout) == (1, True)


def test_a_link_in_the_place_of_a_file_or_folder_is_noticed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.copytree(folder / "files", outside)
    (folder / "more").symlink_to(outside)
    assert "more es un enlace" in verify(folder).stdout
    (folder / "more").unlink()
    shutil.rmtree(folder / "files")
    (folder / "files").symlink_to(outside)
    assert "files es un enlace" in verify(folder).stdout
    (folder / "files").unlink()
    shutil.copytree(outside, folder / "files")
    mail = sorted((folder / "mails").iterdir())[0]
    shutil.move(mail, tmp_path / "mail")
    mail.symlink_to(tmp_path / "mail")
    done = verify(folder)
    assert (done.returncode, "es un enlace, no un archivo" in done.stdout) == (1, True)


def in_ticket(change: Callable[[dict[str, Any]], object]) -> Change:
    """A change of ticket.json."""

    def apply(folder: Path) -> None:
        path = folder / "ticket.json"
        found = json.loads(path.read_text("utf-8"))
        change(found)
        path.write_text(json.dumps(found), "utf-8")

    return apply


def first_decision(found: dict[str, Any]) -> dict[str, Any]:
    """The first decided approval of a ticket."""
    return next(step for step in found["steps"] if step["kind"] == "approve" and step["decided_at"])


def letter(found: dict[str, Any], kind: str) -> dict[str, Any]:
    """A letter of ours, of a kind."""
    by_kind = {
        event["data"]["letter"]: event["data"]["message"] for event in found["events"] if "letter" in event["data"]
    }
    return next(message for message in found["messages"] if message["id"] == by_kind[kind])


def of_an_event(folder: Path) -> None:
    """Says that somebody else decided."""
    path = folder / "events.jsonl"
    path.write_text(path.read_text("utf-8").replace('"decision":"approve"', '"decision":"reject"', 1), "utf-8")


def of_the_first_mail(folder: Path) -> None:
    """Adds a line to a mail."""
    path = sorted((folder / "mails").iterdir())[0]
    path.write_bytes(path.read_bytes() + b"Otra cosa.\r\n")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (of_an_event, "no sigue al anterior o fue alterado"),
        (of_the_first_mail, "no es un correo que el historial registró"),
        (lambda folder: sorted((folder / "mails").iterdir())[0].unlink(), "no es un correo que el historial registró"),
        (lambda folder: (folder / "mails" / "99.eml").write_bytes(b"x"), "mails/99.eml no es un correo"),
        (lambda folder: sorted((folder / "files").iterdir())[0].write_bytes(b"x"), "no es uno que el historial"),
        (in_ticket(lambda found: first_decision(found).update(decided_by="otro@x.test")), "la decisión «done»"),
        (in_ticket(lambda found: first_decision(found).update(reason="Otro motivo.")), "la decisión «done»"),
        (in_ticket(lambda found: first_decision(found).update(state="rejected")), "la decisión «rejected»"),
        (in_ticket(lambda found: first_decision(found).update(via="mail")), "la decisión «done»"),
        (in_ticket(lambda found: found["steps"].remove(first_decision(found))), "la decisión «done»"),
        (in_ticket(lambda found: letter(found, "acuse").update(text="Otro.")), "el texto del mensaje"),
        (in_ticket(lambda found: found["messages"].remove(letter(found, "acuse"))), "falta el mensaje"),
        (in_ticket(lambda found: found["messages"].append({**letter(found, "acuse"), "id": 99})), "99, o sobra"),
        (in_ticket(lambda found: found["events"].pop()), "no cuenta los mismos eventos"),
        (in_ticket(lambda found: found["messages"][0].update(text="Otro.")), "el texto del mensaje"),
        (in_ticket(lambda found: found["messages"][0].update({"from": "otra@x.test"})), "el remitente del mensaje"),
        (in_ticket(lambda found: found["messages"][0].update(trust="T3")), "el remitente del mensaje"),
        (in_ticket(lambda found: found["events"][0].update(actor="Otro")), "el evento 1 no es como en events.jsonl"),
        (in_ticket(lambda found: found["events"][1].update(kind="closed")), "el evento 2 no es como en events.jsonl"),
        (in_ticket(lambda found: found["events"][0]["data"].update(trust="T3")), "el evento 1 no es como"),
        (in_ticket(lambda found: found["events"][0].update(at="2020-01-01T00:00:00+00:00")), "el evento 1 no es como"),
        (in_ticket(lambda found: found.update(status="rejected")), "«status» no es lo que el historial registró"),
        (in_ticket(lambda found: found.update(number="SIGEC-9")), "«number» no es lo que"),
        (in_ticket(lambda found: found.update(due_at="2026-05-01T00:00:00+00:00")), "«due_at» no es lo que"),
        (in_ticket(lambda found: found.update(received_at="…")), "«received_at» no es lo que"),
        (in_ticket(lambda found: found["fields"].update(motivo="Otro")), "«fields» no es lo que"),
        (in_ticket(lambda found: found.update(region="CL-RM")), "«region» no es lo que"),
        (in_ticket(lambda found: found["steps"][-1].update(state="skipped")), "«steps» no es lo que"),
        (in_ticket(lambda found: found["steps"].pop()), "«steps» no es lo que"),
        (in_ticket(lambda found: found["suspensions"].append({"since": None, "until": None, "reason": ""})),
         "«suspensions» no es lo que"),
        (in_ticket(lambda found: found["decisions"][0]["function"].update(role="otro")), "«decisions» no es lo que"),
        (in_ticket(lambda found: found["decisions"].pop()), "«decisions» no es lo que"),
    ],
)  # fmt: skip
def test_a_change_under_a_new_manifest_is_noticed(folder: Path, change: Change, sentence: str) -> None:
    change(folder)
    sealed_again(folder)
    done = verify(folder)
    assert done.returncode == 1
    assert sentence in done.stdout


def test_the_verifier_is_small_and_runs_on_python_3_8_without_us() -> None:
    source = VERIFIER.read_text("utf-8")
    assert len(source.splitlines()) <= 215
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for node in ast.walk(ast.parse(source, feature_version=(3, 8)))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= {*sys.stdlib_module_names}


class References(HTMLParser):
    """What a page loads or runs."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes elements that load or run something."""
        if tag in ("script", "link", "img", "iframe", "object", "embed", "form", "a", "base"):
            self.found.append(tag)
        self.found += [name for name, _ in attrs if name in ("src", "href", "action", "style") or name[:2] == "on"]


def test_the_summary_escapes_everything_and_refers_to_nothing_outside(folder: Path) -> None:
    page = (folder / "resumen.html").read_text("utf-8")
    seen = References()
    seen.feed(page)
    assert seen.found == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;img src=" in page
    assert "url(" not in page
    assert "@import" not in page


def test_the_summary_tells_who_decided_in_which_function_for_whom(folder: Path) -> None:
    page = " ".join((folder / "resumen.html").read_text("utf-8").split())
    assert "Subrogante Biobío &lt;subrogante@sigec-cl.example.org&gt; como Jefe Administrativo Regional" in page
    assert "en nombre de Jefe Administrativo Regional, Biobío" in page
    assert "por el enlace del correo, el martes 7 de abril de 2026, 10:00 (hora de Chile)" in page
    assert "Motivo: Corresponde." in page


def test_the_summary_tells_how_the_term_was_counted(folder: Path) -> None:
    page = " ".join((folder / "resumen.html").read_text("utf-8").split())
    found = json.loads((folder / "ticket.json").read_text("utf-8"))
    assert "Suspensiones</th><td>Ninguna." in page
    assert "Prórrogas</th><td>Ninguna." in page
    assert len(found["how_counted"]) > 0
    assert all(line["text"] in page for line in found["how_counted"])


def test_the_decisions_name_the_function_of_that_moment(folder: Path) -> None:
    first, second = json.loads((folder / "ticket.json").read_text("utf-8"))["decisions"]
    assert first["by"]["address"] == story.SUBSTITUTE.address
    assert first["function"]["role_name"] == "Jefe Administrativo Regional"
    assert first["function"]["scope"] == "CL-BI"
    assert second["decision"] == "approve"


def test_every_event_is_in_the_summary_with_its_hash(folder: Path) -> None:
    page = (folder / "resumen.html").read_text("utf-8")
    hashes = [json.loads(line)["hash"] for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]
    assert all(each in page for each in hashes)
    assert hashes[-1] in (folder / "LEEME.txt").read_text("utf-8")


def test_nothing_that_lets_its_reader_act_is_in_what_we_write(folder: Path) -> None:
    for path in files(folder):
        if path.parent == folder:
            text = path.read_text("utf-8")
            assert story.PERSONAL not in text, path.name
            assert re.search(r"/aprobar/[a-z0-9]|\+[a-z0-9]{16,}@", text) is None, path.name


def test_the_mail_that_decided_is_the_original_and_its_event_names_it(folder: Path) -> None:
    (decided,) = (event["data"] for event in events(folder) if event["kind"] == "decided" and event["data"]["message"])
    mail = (folder / "mails" / f"{decided['message']}.eml").read_bytes()
    assert hashlib.sha256(mail).hexdigest() == decided["sha256"]["raw"]
    assert story.PERSONAL.encode() in mail


@pytest.mark.parametrize(
    ("filename", "kept"),
    [("../../a/b", "_.._a_b"), ("informe\n2.pdf", "informe_2.pdf"), ("...", "archivo"), ("ñ" * 300, "ñ" * 75)],
)
def test_a_file_name_stays_in_its_folder_and_on_its_line(filename: str, kept: str) -> None:
    assert safe(filename) == kept


def test_a_held_file_lies_apart_under_a_name_that_nothing_opens(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def sends_a_program(cast: Cast, ticket: Ticket) -> None:
        digest = Files(tmp_path / "var" / "files").put(b"MZ\x00")
        program = replace(file("factura.exe"), sha256=digest, held="program")
        cast.receive(cast.answer_to(cast.letters(ticket, "acuse")[0], "Adjunto.", REQUESTER, files=(program,)))

    url = create_from_template(server, f"{NAME}_held")
    try:
        story.tell(url, tmp_path, sends_a_program)
        set_environment(monkeypatch, tmp_path, url)
        Operator(tmp_path, capsys).does("ticket", "export", story.NUMBER, tmp_path / "evidence")
    finally:
        drop(server, f"{NAME}_held")
    (held,) = (tmp_path / "evidence" / "retenidos-no-abrir").iterdir()
    assert held.name.endswith("-factura.exe.retenido")
    assert verify(tmp_path / "evidence").returncode == 0
    held.write_bytes(b"MZ\x01")
    sealed_again(tmp_path / "evidence")
    assert verify(tmp_path / "evidence").returncode == 1
