"""`helpdesk audit verify`: recompute the history's chains and compare with them all that they vouch for."""

import argparse
import sys

from rich.console import Console
from rich.progress import track

from helpdesk import files
from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.evidence import Finding
from helpdesk.queries import chains

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
    "row": "{which} no es como se registró: {parts}",
    "row_missing": "{which} se registró y no está",
    "row_unvouched": "{which}: ningún evento lo registra",
}
PARTS = {
    "raw": "correo original",
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
    verify("verify", help="check the history, and the messages, decisions, mails and files that it vouches for")
    parser.parse_args(argv)
    count = 0
    console = Console(stderr=True)
    with desk() as settings, transaction() as session:
        steps = track(
            chains.altered(session, files.at(settings.files)),
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
