"""`helpdesk outbox status [--json] | retry ID`."""

import argparse
import json
import sys

from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.actors import operator
from helpdesk.models.outbox import LETTER_STATES
from helpdesk.queries import health
from helpdesk.services import outbox


def main(argv: list[str]) -> int:
    """Always 0: letters that wait or failed are shown, they are no failure of the command."""
    parser = argparse.ArgumentParser(prog="helpdesk outbox")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("status", help="letters by state").add_argument("--json", action="store_true")
    actions.add_parser("retry", help="send a letter again now").add_argument("id", type=int)
    chosen = parser.parse_args(argv)
    with desk() as settings, transaction() as session:
        if chosen.action == "retry":
            outbox.retry(session, operator(), chosen.id)
            sys.stdout.write(f"Letter {chosen.id} is queued again.\n")
            return 0
        states = health.outbox(session)
        if chosen.json:
            sys.stdout.write(json.dumps(states) + "\n")
            return 0
        for state in LETTER_STATES:
            if states.get(state):
                sys.stdout.write(f"{state:<10} {states[state]}\n")
        if settings.smtp_url is None and states.get("queued"):
            sys.stdout.write("Letters wait because HELPDESK_SMTP_URL is not set.\n")
    return 0
