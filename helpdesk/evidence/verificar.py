"""Comprueba una carpeta exportada por helpdesk, sin red y sin helpdesk: «python3 verificar.py [CARPETA]».
Python 3.8 o más nuevo, nada más. Sale con 0 si todo coincide y con 1 si algo cambió, falta o sobra."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Iterator

LINE = re.compile("([0-9a-f]{64})  (.+)")
STATES = {"approve": "done", "reject": "rejected"}


def sha256(content: bytes) -> str:
    """The SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def canonical(value: Any) -> str:
    """The one way in which the history writes a value before it is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def lines(path: Path) -> list[str]:
    """The lines of a text; every one ends with a line feed, the last one too."""
    found = path.read_bytes().decode("utf-8").split("\n")
    if found.pop():
        raise ValueError(f"{path.name} no termina con un salto de línea")
    return found


def manifest(folder: Path) -> Iterator[str]:
    """Every file is named with its hash; none is missing, none too many."""
    named = {}
    for line in lines(folder / "manifest.sha256"):
        match = LINE.fullmatch(line)
        if match is None or match[2] in named:
            yield f"manifest.sha256: línea no válida: {line}"
        else:
            named[match[2]] = match[1]
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    present.discard("manifest.sha256")
    yield from (f"sobra {name}" for name in sorted(present - set(named)))
    yield from (f"falta {name}" for name in sorted(set(named) - present))
    same = {name for name in present & set(named) if sha256((folder / name).read_bytes()) == named[name]}
    yield from (f"{name} fue alterado" for name in sorted((present & set(named)) - same))


def chain(folder: Path, ticket: Any) -> Iterator[str]:
    """Every event hashes to what it says and follows the one before; ticket.json tells the same events."""
    hashes = [None]
    for number, line in enumerate(lines(folder / "events.jsonl"), 1):
        event = json.loads(line)
        follows = event["content"]["previous"] == event["previous"] == hashes[-1] and canonical(event) == line
        if not follows or sha256(canonical(event["content"]).encode("utf-8")) != event["hash"]:
            yield f"events.jsonl: el evento {number} no sigue al anterior o fue alterado"
        hashes.append(event["hash"])
    if [event["hash"] for event in ticket["events"]] != hashes[1:]:
        yield "ticket.json no cuenta los mismos eventos que events.jsonl"


def originals(folder: Path, seen: list[Any]) -> Iterator[str]:
    """Every mail and file that an event names is here with its hash, and no other."""
    mails = {(f"{data['message']}.eml", data["sha256"]["raw"]) for data in seen if data["sha256"]["raw"]}
    here = {(path.name, sha256(path.read_bytes())) for path in (folder / "mails").glob("*")}
    for name in sorted({name for name, _ in mails ^ here}):
        yield f"mails/{name} no es un correo que el historial registró"
    files = {file["sha256"]: file["filename"] for data in seen for file in data["files"]}
    stored = {sha256(path.read_bytes()): path.name for path in (folder / "files").glob("*")}
    for digest in sorted(set(files) ^ set(stored)):
        yield f"el archivo «{files.get(digest, stored.get(digest))}» no está o no es uno que el historial registró"


def letters(ticket: Any, seen: list[Any]) -> Iterator[str]:
    """Every message that an event names is in ticket.json and no other; our letters say there what their events say."""
    told = {data["message"]: data["sha256"]["text"] for data in seen}
    shown = {message["id"]: message for message in ticket["messages"]}
    yield from (f"ticket.json: falta el mensaje {number}, o sobra" for number in sorted(set(told) ^ set(shown)))
    ours = [number for number in shown if number in told and shown[number]["direction"] == "outbound"]
    changed = [number for number in ours if sha256(shown[number]["text"].encode("utf-8")) != told[number]]
    yield from (f"ticket.json: el texto del mensaje {number} fue alterado" for number in changed)


def decisions(ticket: Any, events: list[Any]) -> Iterator[str]:
    """Every decision in ticket.json is the one of its event, and every event's is there."""
    told, shown = set(), set()
    for data in (event["data"] for event in events if event["kind"] == "decided"):
        at = datetime.fromisoformat(data["decided_at"])
        told.add((data["step"], STATES[data["decision"]], at, data["by"]["address"], data["via"], data["reason"]))
    for step in ticket["steps"]:
        if step["kind"] == "approve" and step["decided_at"]:
            at = datetime.fromisoformat(step["decided_at"])
            shown.add((step["key"], step["state"], at, step["decided_by"], step["via"], step["reason"]))
    for key, state, at, who, _, _ in sorted(told ^ shown, key=str):
        yield f"la decisión «{state}» del paso «{key}» ({who}, {at}) no es igual en ticket.json y en el historial"


def check(folder: Path) -> Iterator[str]:
    """Everything that does not agree, in a sentence each."""
    yield from manifest(folder)
    ticket = json.loads((folder / "ticket.json").read_bytes().decode("utf-8"))
    events = [json.loads(line)["content"] for line in lines(folder / "events.jsonl")]
    yield from chain(folder, ticket)
    moved = {number for event in events for number in event["data"].get("moved", [])}
    seen = [event["data"] for event in events if "sha256" in event["data"] and event["data"]["message"] not in moved]
    yield from originals(folder, seen)
    yield from letters(ticket, seen)
    yield from decisions(ticket, events)


def main(folder: Path) -> int:
    """The exit status."""
    faults = 0
    try:
        for fault in check(folder):
            faults += 1
            print(f"MAL: {fault}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        faults += 1
        print(f"MAL: un archivo falta o no se puede leer: {error!r}")
    print(f"{faults} cosas no coinciden." if faults else "Todo coincide: la carpeta está íntegra.")
    return min(faults, 1)


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # standard output is a text stream
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent))
