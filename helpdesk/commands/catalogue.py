"""`helpdesk catalogue check FILE… | load FILE… | export KEY | drop INSTITUTION TYPE`."""

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.cataloguefile import SHIPPED, read, read_types, write
from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain import additions
from helpdesk.domain.actors import operator
from helpdesk.domain.catalogue import Catalogue
from helpdesk.domain.errors import Invalid
from helpdesk.domain.references import format_number
from helpdesk.models.institutions import Institution
from helpdesk.queries import catalogue as catalogues
from helpdesk.services import catalogue
from helpdesk.web.present import moved


def main(argv: list[str]) -> int:
    """`check` needs no database; `load --centre` adds to the catalogue in force. Raises Invalid with a line for each
    thing that is wrong; then nothing is loaded."""
    parser = argparse.ArgumentParser(prog="helpdesk catalogue")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, does in (("check", "validate files"), ("load", "validate and publish files")):
        files = actions.add_parser(name, help=does)
        files.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: the shipped institutions")
        if name == "load":
            files.add_argument("--dry-run", action="store_true", help="only tell which open tickets would be due when")
            files.add_argument("--centre", metavar="KEY", help="add the request types of the files to this centre")
            files.add_argument("--institution", metavar="KEY", help="whose centre it is, where several have such a key")
    actions.add_parser("export", help="write the catalogue in force as YAML").add_argument("key", metavar="KEY")
    drop = actions.add_parser("drop", help="a centre no longer offers a request type that it added")
    drop.add_argument("key", metavar="INSTITUTION")
    drop.add_argument("type", metavar="TYPE")
    chosen = parser.parse_args(argv)
    if chosen.action == "drop":
        with desk(), transaction() as session:
            version = catalogue.drop_type(session, operator(), chosen.key, chosen.type)
            sys.stdout.write(f"{chosen.key}: versión {version.number} publicada, sin «{chosen.type}»\n")
        return 0
    if chosen.action == "export":
        with desk(), transaction() as session:
            institution = catalogues.institution_by_key(session, chosen.key)
            sys.stdout.write(write(catalogues.current(session, institution.id)))
        return 0
    if chosen.action == "load" and chosen.centre is not None:
        return add(chosen)
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


def add(chosen: argparse.Namespace) -> int:
    """Publishes the request types of the files as those of one centre (R-106). Raises Invalid."""
    if not chosen.files or chosen.dry_run:
        raise Invalid("Con --centre indique los archivos del centro, sin --dry-run.")
    with desk(), transaction() as session:
        key = chosen.institution or owner(session, chosen.centre)
        for path in chosen.files:
            institution = catalogues.institution_by_key(session, key)
            fits = partial(additions.problems, catalogues.current(session, institution.id), chosen.centre)
            types = read_types(path, fits).request_types
            version = catalogue.add_types(session, operator(), key, chosen.centre, types)
            names = ", ".join(each.name for each in types) or "ningún tipo"
            sys.stdout.write(f"{key}, {chosen.centre}: versión {version.number} publicada, con {names}\n")
    return 0


def owner(session: Session, centre: str) -> str:
    """The institution that has the centre. Raises Invalid when none has, or several."""
    rows = session.scalars(select(Institution).where(Institution.catalogue_version_id.is_not(None))).all()
    keys = [row.key for row in rows if centre in {each.key for each in catalogues.current(session, row.id).centres}]
    if len(keys) != 1:
        found = "varias instituciones tienen" if keys else "ninguna institución tiene"
        raise Invalid(f"{found.capitalize()} el centro «{centre}»: indique la institución con --institution.")
    return keys[0]


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
