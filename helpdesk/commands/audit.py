"""`helpdesk audit verify`: recompute the history's chains and compare with them all that they vouch for; `audit seal`
prints what to keep elsewhere, with which `audit verify --kept` compares later."""

import argparse
import sys
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.progress import track

from helpdesk import files
from helpdesk.commands.opened import desk
from helpdesk.db import snapshot, transaction
from helpdesk.domain.errors import Invalid
from helpdesk.domain.evidence import Finding
from helpdesk.jobs import sealing
from helpdesk.queries import chains
from helpdesk.services import seals

SENTENCES = {
    "event": "el evento {which} no sigue al anterior",
    "end": "faltan eventos al final",
    "ticket_missing": "hay eventos del ticket con id {which}, pero el ticket no está",
    "message": "el mensaje {which} no es el que se registró: {parts}",
    "message_missing": "falta el mensaje {which}",
    "message_unvouched": "ningún evento registra el mensaje {which}",
    "decision": "la decisión del paso «{which}» no es la que se registró: {parts}",
    "decision_missing": "falta la decisión del paso «{which}»",
    "decision_unvouched": "ningún evento registra la decisión del paso «{which}»",
    "raw": "el correo original de la entrada {which} fue alterado",
    "raw_missing": "falta el correo original de la entrada {which}",
    "file": "el archivo «{which}» fue alterado ({parts})",
    "file_missing": "falta el archivo «{which}» ({parts})",
    "ticket_removed": "el historial de la institución nombra el ticket, pero no está",
    "rewritten": "el historial del ticket se rehízo: le falta el sello {which}",
    "arrival": "la entrada {which} no es como se asentó",
    "arrival_missing": "falta la entrada {which}",
    "kept_elsewhere": "el sello que usted conserva no está en el historial: {which}",
    "row": "{which} no es como se registró: {parts}",
    "row_missing": "{which} se registró y no está",
    "row_unvouched": "{which}: ningún evento lo registra",
}
PARTS = {
    "raw": "correo original",
    "arrival": "entrada en el libro",
    "head": "remitente, destinatarios o fecha",
    "subject": "asunto",
    "text": "texto",
    "new_text": "texto nuevo",
    "html": "texto en HTML",
    "sent": "correo enviado",
    "files": "archivos",
    "state": "estado",
    "person": "quién decidió",
    "on_behalf_of": "en nombre de quién",
    "reason": "motivo",
    "time": "fecha",
    "via": "medio",
    "message": "mensaje",
    "request": "solicitud aprobada",
    "function": "función",
}
TABLES = {
    "tickets": "el ticket",
    "steps": "el paso",
    "documents": "el documento",
    "originals": "el original visto",
    "suspensions": "la suspensión del plazo",
    "extensions": "la prórroga",
    "ticket_links": "el vínculo",
    "messages": "el mensaje",
}
PLACES = {"": "sin ticket", "ledger": "libro de entrada"}


def main(argv: list[str]) -> int:
    """Exit status 1 when something is not as the history says; each thing is named with its place."""
    parser = argparse.ArgumentParser(prog="helpdesk audit")
    verify = parser.add_subparsers(dest="action", required=True, metavar="ACTION").add_parser
    checking = verify("verify", help="check the history, and all that it vouches for")
    checking.add_argument("--kept", type=Path, metavar="FILE", help="what `audit seal` printed then, kept elsewhere")
    verify("seal", help="seal the cases now and print the last hash of each institution's history, to keep elsewhere")
    chosen = parser.parse_args(argv)
    return _seal() if chosen.action == "seal" else _verify(_kept(chosen.kept) if chosen.kept else {})


def _seal() -> int:
    with desk():
        sealing.run()
        with transaction() as session:
            for key, last in seals.heads(session):
                sys.stdout.write(f"{key} {last}\n")
    return 0


def _kept(path: Path) -> dict[str, str]:
    """What `audit seal` printed. Raises Invalid for a file that is not that."""
    try:
        pairs = [line.split() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path}: no se puede leer: dé el archivo con lo que imprimió «helpdesk audit seal».") from error
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise Invalid(f"{path}: cada línea lleva una institución y su sello, como los imprime «helpdesk audit seal».")
    return dict(pairs)


def _verify(kept: dict[str, str]) -> int:
    count = 0
    console = Console(stderr=True)
    with desk() as settings, snapshot() as session:
        steps = track(
            chain(chains.altered(session, files.at(settings.files)), (tuple(chains.missing(session, kept)),)),
            description="checked",
            total=chains.amount(session),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        for findings in steps:
            for each in findings:
                sys.stdout.write(f"{in_words(each)}\n")
                count += 1
    sys.stdout.write(
        f"{count} hallazgo(s): lo guardado no coincide con el historial.\n"
        if count
        else "El historial y lo que registra están íntegros.\n"
    )
    return 1 if count else 0


def in_words(finding: Finding) -> str:
    """The place and what is wrong there, on one line whatever a file is called."""
    parts = ", ".join(PARTS.get(part, part) for part in finding.parts)
    sentence = SENTENCES[finding.what].format(which=_named(finding.which), parts=parts)
    return " ".join(f"{PLACES.get(finding.place, finding.place)}: {sentence}".split())


def _named(which: str) -> str:
    """A row of a ticket as a person calls it; anything else as it is."""
    table, _, number = which.partition(":")
    if table not in TABLES:
        return which
    return TABLES[table] if table == "tickets" else f"{TABLES[table]} {number}"
