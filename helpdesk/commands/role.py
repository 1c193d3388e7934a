"""`helpdesk role grant | revoke | substitute`: who holds a function of the catalogue, and where."""

import argparse
import sys
from datetime import date

from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.services import authority


def main(argv: list[str]) -> int:
    """SCOPE is a region, programme, centre or organ of the catalogue; left out for the whole institution."""
    parser = argparse.ArgumentParser(prog="helpdesk role")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, does in (
        ("grant", "make a person the holder"),
        ("revoke", "end it today"),
        ("substitute", "let a person act between two dates"),
    ):
        action = actions.add_parser(name, help=does)
        action.add_argument("institution")
        action.add_argument("address")
        action.add_argument("role")
        action.add_argument("scope", nargs="?")
        if name == "substitute":
            action.add_argument("--from", dest="since", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
            action.add_argument("--until", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    chosen = parser.parse_args(argv)
    who = (chosen.institution, chosen.address, chosen.role, chosen.scope)
    with desk(), transaction() as session:
        match chosen.action:
            case "grant":
                authority.grant(session, operator(), *who)
                sys.stdout.write(f"{chosen.address} ejerce «{chosen.role}».\n")
            case "revoke":
                ended = authority.revoke(session, operator(), *who)
                sys.stdout.write(f"{chosen.address} deja de ejercer «{chosen.role}» ({ended} nombramiento/s).\n")
            case "substitute":
                authority.substitute(session, operator(), *who, chosen.since, chosen.until)
                sys.stdout.write(f"{chosen.address} subroga «{chosen.role}» del {chosen.since} al {chosen.until}.\n")
    return 0
