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
CONTENTS = {"LEEME.txt", "resumen.html", "ticket.json", "events.jsonl", "verificar.py"}
PLACES = ("files", "retenidos-no-abrir")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
# What is cut in ticket.json: a personal reply address, a link that decides.
ADDRESS = re.compile(r"\+[a-z0-9]{16,}@", re.IGNORECASE)
LINK = re.compile(r"(/aprobar/)[\w.~-]+")
COLUMNS = {
    "steps": ("key", "kind", "state", "asked_at", "decided_at", "via", "reason"),
    "suspensions": ("since", "until", "reason", "superseded_at"),
    "extensions": ("amount", "unit", "reason", "granted_at", "due_before", "due_after", "superseded_at"),
}
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
    """Every file is named with its hash; none is missing, none too many, and nothing is a link to elsewhere."""
    named = {}
    for line in lines(folder / "manifest.sha256"):
        match = LINE.fullmatch(line)
        if match is None or match[2] in named:
            yield f"manifest.sha256: línea no válida: {line}"
        else:
            named[match[2]] = match[1]
    entries = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    yield from (f"{name} es un enlace, no un archivo" for name in sorted(entries) if entries[name].is_symlink())
    folders = {name for name in entries if entries[name].is_dir()}
    kept = {part.as_posix() for name in named for part in Path(name).parents}
    yield from (f"sobra la carpeta {name}" for name in sorted(folders - kept))
    present = set(entries) - folders - {"manifest.sha256"}
    yield from (f"sobra {name}" for name in sorted(present - set(named)))
    yield from (f"falta {name}" for name in sorted((set(named) | CONTENTS) - present))
    yield from (f"manifest.sha256 no nombra {name}" for name in sorted(CONTENTS - set(named)))
    same = {name for name in present & set(named) if sha256((folder / name).read_bytes()) == named[name]}
    yield from (f"{name} fue alterado" for name in sorted((present & set(named)) - same))


def chain(folder: Path, ticket: Any) -> Iterator[str]:
    """Every event hashes to what it says and follows the one before; ticket.json tells the same events."""
    hashes, told = [None], []
    for number, line in enumerate(lines(folder / "events.jsonl"), 1):
        event = json.loads(line)
        content = event["content"]
        follows = content["previous"] == event["previous"] == hashes[-1] and canonical(event) == line
        if not follows or sha256(canonical(content).encode("utf-8")) != event["hash"]:
            yield f"events.jsonl: el evento {number} no sigue al anterior o fue alterado"
        hashes.append(event["hash"])
        told.append((datetime.fromisoformat(content["at"]), content["actor"], content["kind"], content["data"]))
    if not told:
        yield "events.jsonl no tiene ningún evento"
    if [event["hash"] for event in ticket["events"]] != hashes[1:]:
        yield "ticket.json no cuenta los mismos eventos que events.jsonl"
    for number, (event, (at, actor, kind, data)) in enumerate(zip(ticket["events"], told), 1):
        shown = datetime.fromisoformat(event["at"]), event["actor"], event["kind"]
        if shown != (at, actor, kind) or not same(data, event["data"]):
            yield f"ticket.json: el evento {number} no es como en events.jsonl"
    if str(hashes[-1]) not in (folder / "LEEME.txt").read_bytes().decode("utf-8"):
        yield "LEEME.txt no nombra el último sello de events.jsonl"


def same(told: Any, shown: Any) -> bool:
    """Whether ticket.json shows what an event tells. There, what lets its reader act is cut (`masked`); a long value is
    told by its hash."""
    if isinstance(told, dict) and isinstance(told.get("sha256"), str) and set(told) <= {"sha256", "masked"}:
        return bool(sha256(canonical(shown).encode("utf-8")) == told.get("masked", told["sha256"]))
    if isinstance(told, dict) and isinstance(shown, dict):
        return set(told) == set(shown) and all(same(told[key], shown[key]) for key in told)
    if isinstance(told, list) and isinstance(shown, list):
        return len(told) == len(shown) and all(map(same, told, shown))
    if isinstance(told, str) and isinstance(shown, str):
        if TIME.fullmatch(told) and TIME.fullmatch(shown):
            return datetime.fromisoformat(told) == datetime.fromisoformat(shown)
        return ADDRESS.sub("+…@", LINK.sub(r"\1…", told)) == shown
    return bool(told == shown) and isinstance(told, bool) == isinstance(shown, bool)


def rows(ticket: Any, events: list[Any]) -> Iterator[str]:
    """The state of the ticket, its steps and its term in ticket.json is the one that all events together leave."""
    found: Any = {}
    for event in events:
        for table, changes in event.get("rows", {}).items():
            for key, columns in changes.items():
                known = found.setdefault(table, {}).get(key) or {}
                found[table][key] = None if columns is None else {**known, **columns}
    for own in found.get("tickets", {}).values():
        own["number"] = ticket["number"].rpartition("-")[0] + "-" + str(own["number"])
        for column in sorted(set(own) & set(ticket)):
            if not same(own[column], ticket[column]):
                yield f"ticket.json: «{column}» no es lo que el historial registró"
    for table in ("steps", "suspensions", "extensions"):
        told = [
            row for _, row in sorted(found.get(table, {}).items(), key=lambda item: int(item[0])) if row is not None
        ]
        if table == "steps":
            told.sort(key=lambda row: (row["position"], row["round"]))
        alike = len(told) == len(ticket[table]) and all(
            same(row.get(column), shown[column]) for row, shown in zip(told, ticket[table]) for column in COLUMNS[table]
        )
        if not alike:
            yield f"ticket.json: «{table}» no es lo que el historial registró"


def originals(folder: Path, seen: list[Any]) -> Iterator[str]:
    """Every mail and file that an event names is here with its hash, and no other."""
    mails = {(f"{data['message']}.eml", data["sha256"]["raw"]) for data in seen if data["sha256"]["raw"]}
    here = {(path.name, sha256(path.read_bytes())) for path in (folder / "mails").glob("*")}
    for name in sorted({name for name, _ in mails ^ here}):
        yield f"mails/{name} no es un correo que el historial registró"
    files = {file["sha256"]: file["filename"] for data in seen for file in data["files"]}
    stored = {sha256(path.read_bytes()): path.name for place in PLACES for path in (folder / place).glob("*")}
    for digest in sorted(set(files) ^ set(stored)):
        yield f"el archivo «{files.get(digest, stored.get(digest))}» no está o no es uno que el historial registró"


def letters(ticket: Any, seen: list[Any]) -> Iterator[str]:
    """Every message that an event names is in ticket.json and no other, as that event says."""
    told = {data["message"]: data for data in seen}
    shown = {message["id"]: message for message in ticket["messages"]}
    yield from (f"ticket.json: falta el mensaje {number}, o sobra" for number in sorted(set(told) ^ set(shown)))
    for number in sorted(set(told) & set(shown)):
        text = shown[number]["text"]
        cut = shown[number]["direction"] != "outbound" and ("+…@" in text or "/aprobar/…" in text)
        if not cut and sha256(text.encode("utf-8")) != told[number]["sha256"]["text"]:
            yield f"ticket.json: el texto del mensaje {number} fue alterado"
        if any(not same(told[number][key], shown[number][key]) for key in ("from", "trust")):
            yield f"ticket.json: el remitente del mensaje {number} fue alterado"


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
    recorded = [event["data"] for event in events if event["kind"] == "decided"]
    if len(recorded) != len(ticket["decisions"]) or not all(
        same(data.get(key), shown[key]) for data, shown in zip(recorded, ticket["decisions"]) for key in shown
    ):
        yield "ticket.json: «decisions» no es lo que el historial registró"
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
    yield from rows(ticket, events)


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
