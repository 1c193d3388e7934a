"""`helpdesk user add | list | disable`: people who may sign in."""

import argparse
import getpass
import os
import sys
from pathlib import Path

from sqlalchemy import select

from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.domain.errors import Invalid
from helpdesk.models.institutions import Institution
from helpdesk.models.people import Person
from helpdesk.queries.people import team_of
from helpdesk.services import accounts


def main(argv: list[str]) -> int:
    """A password comes from a file or is asked for; it is never an argument, which other users could see."""
    parser = argparse.ArgumentParser(prog="helpdesk user")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    # No abbreviations: «--password secret» would be taken for the file, and told with its name when there is none.
    add = actions.add_parser("add", help="let a person sign in", allow_abbrev=False)
    add.add_argument("institution")
    add.add_argument("address")
    add.add_argument("--name", default="")
    add.add_argument("--admin", action="store_true")
    add.add_argument("--team", action="append", default=[], metavar="TEAM[:SCOPE]")
    add.add_argument("--role", action="append", default=[], metavar="ROLE[:SCOPE]")
    add.add_argument("--password-file", type=Path, metavar="FILE")
    actions.add_parser("list", help="who may sign in")
    disable = actions.add_parser("disable", help="take the sign-in away")
    disable.add_argument("institution")
    disable.add_argument("address")
    chosen = parser.parse_args(argv)
    secret = password(chosen.password_file) if chosen.action == "add" else ""
    with desk(), transaction() as session:
        match chosen.action:
            case "add":
                person = accounts.add_user(
                    session,
                    operator(),
                    chosen.institution,
                    chosen.address,
                    chosen.name,
                    secret,
                    is_admin=chosen.admin,
                    teams=tuple(pair(text) for text in chosen.team),
                    roles=tuple(pair(text) for text in chosen.role),
                )
                sys.stdout.write(f"{person.address} ya puede entrar en «{chosen.institution}».\n")
            case "disable":
                person = accounts.disable(session, operator(), chosen.institution, chosen.address)
                sys.stdout.write(f"{person.address} ya no puede entrar.\n")
            case "list":
                rows = session.execute(
                    select(Institution.key, Person)
                    .join(Person, Person.institution_id == Institution.id)
                    .where(Person.is_staff)
                    .order_by(Institution.key, Person.address)
                )
                for key, person in rows:
                    teams = ",".join(m.team + (f":{m.scope}" if m.scope else "") for m in team_of(session, person.id))
                    marks = " ".join(("admin",) * person.is_admin + ("deshabilitado",) * person.disabled)
                    sys.stdout.write(
                        f"{key:<15} {person.address:<48} {person.name:<28} {teams} {marks}".rstrip() + "\n"
                    )
    return 0


def pair(text: str) -> tuple[str, str | None]:
    """`TEAM` or `TEAM:SCOPE`."""
    name, _, scope = text.partition(":")
    return name, scope or None


def password(file: Path | None) -> str:
    """The password of a file's first line, or asked for twice. Raises Invalid."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").splitlines()[0]
        except (OSError, UnicodeDecodeError, IndexError) as error:
            raise Invalid(f"{file}: no se puede leer una contraseña ({error}).") from error
    if not os.isatty(sys.stdin.fileno()):
        raise Invalid("Dé la contraseña con --password-file, o ejecute la orden en una terminal.")
    first = getpass.getpass("Contraseña: ")
    if getpass.getpass("Otra vez: ") != first:
        raise Invalid("Las dos contraseñas no son iguales.")
    return first
