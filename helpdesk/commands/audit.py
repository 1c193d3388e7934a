"""`helpdesk audit verify`: recompute the hash chain of every ticket and institution."""

import argparse
import sys

from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.queries.chains import broken


def main(argv: list[str]) -> int:
    """Exit status 1 when a chain does not hold; each is named with its first broken event."""
    parser = argparse.ArgumentParser(prog="helpdesk audit")
    parser.add_subparsers(dest="action", required=True, metavar="ACTION").add_parser("verify", help="check the history")
    parser.parse_args(argv)
    with desk(), transaction() as session:
        found = list(broken(session))
    for each in found:
        where = f"el evento {each.event_id} no sigue al anterior" if each.event_id else "faltan eventos al final"
        sys.stdout.write(f"{each.chain}: {where}\n")
    sys.stdout.write("El historial está íntegro.\n" if not found else f"{len(found)} cadena(s) rotas.\n")
    return 1 if found else 0
