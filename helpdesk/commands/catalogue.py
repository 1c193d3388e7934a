"""`helpdesk catalogue check FILE… | load FILE… | export KEY`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from helpdesk.cataloguefile import SHIPPED, read, write
from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.errors import Invalid
from helpdesk.domain.references import format_number
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import catalogue
from helpdesk.web.present import moved


def main(argv: list[str]) -> int:
    """`check` needs no database. Raises Invalid with a line for each thing that is wrong; then nothing is loaded."""
    parser = argparse.ArgumentParser(prog="helpdesk catalogue")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, does in (("check", "validate files"), ("load", "validate and publish files")):
        files = actions.add_parser(name, help=does)
        files.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: the shipped institutions")
        if name == "load":
            files.add_argument("--dry-run", action="store_true", help="only tell which open tickets would be due when")
    actions.add_parser("export", help="write the catalogue in force as YAML").add_argument("key", metavar="KEY")
    chosen = parser.parse_args(argv)
    if chosen.action == "export":
        with desk(), transaction() as session:
            institution = catalogues.institution_by_key(session, chosen.key)
            sys.stdout.write(write(catalogues.current(session, institution.id)))
        return 0
    found = checked(chosen.files or sorted(SHIPPED.glob("*.yaml")))
    if chosen.action == "load" and chosen.dry_run:
        with desk(), transaction() as session:
            for each in found:
                sys.stdout.writelines(previewed(session, each))
    elif chosen.action == "load":
        with desk(), transaction() as session:
            for each in found:
                version = catalogue.load(session, operator(), each)
                sys.stdout.write(f"{each.institution.key}: versión {version.number} publicada\n")
    return 0


def previewed(session: Session, found: Catalogue) -> Iterator[str]:
    """A line for each open ticket that would be due at another instant under the catalogue."""
    spec = found.institution
    moves = catalogue.would_move(session, found)
    if not moves:
        yield f"{spec.key}: ningún plazo cambia\n"
    for move in moves:
        yield f"{format_number(spec.ticket_prefix, move.number)} {moved(move, spec.timezone)}\n"


def checked(paths: list[Path]) -> list[Catalogue]:
    """The catalogues of all files; what is wrong in any of them is said together. Raises Invalid."""
    found, problems = [], []
    for path in paths:
        try:
            found.append(read(path))
        except Invalid as error:
            problems.append(str(error))
        else:
            sys.stdout.write(f"{path}: correcto, {len(found[-1].request_types)} tipos de solicitud\n")
    if problems:
        raise Invalid("\n".join(problems))
    return found
