"""`helpdesk mail ingest --to ADDRESS [--from ADDRESS] | import PATH… [--to ADDRESS] [--received date-header]`."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track

from helpdesk.commands.opened import desk
from helpdesk.db import transaction
from helpdesk.domain.errors import NotFound
from helpdesk.queries import mailboxes
from mailbridge import pipe, reimport


def main(argv: list[str]) -> int:
    """`ingest`: 0 accepted, 75 temporary failure, 65 refused. `import`: 1 when a message went to no mailbox."""
    parser = argparse.ArgumentParser(prog="helpdesk mail")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    ingesting = actions.add_parser("ingest", help="one message on standard input")
    ingesting.add_argument("--to", required=True, metavar="ADDRESS")
    ingesting.add_argument("--from", dest="sender", metavar="ADDRESS")
    importing = actions.add_parser("import", help="eml files, Maildir or mbox")
    importing.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    importing.add_argument("--to", metavar="ADDRESS", help="the mailbox; absent: ours among To and Cc")
    importing.add_argument("--received", choices=["date-header"], help="what counts as the time of receipt")
    chosen = parser.parse_args(argv)
    if chosen.action == "ingest":
        return ingest(chosen.to, chosen.sender)
    with desk():
        require_known(chosen.to)
        return take_in(chosen.paths, chosen.to, dated=chosen.received is not None)


def ingest(recipient: str, sender: str | None) -> int:
    """The message of standard input. Whatever goes wrong on our side, the mail server keeps it and tries again."""
    try:
        with desk():
            status, sentence = pipe.ingest(sys.stdin.buffer, recipient, sender)
    except Exception as error:
        status, sentence = pipe.TRY_AGAIN, f"The message could not be stored, try again later: {error}"
    if status != pipe.ACCEPTED:
        sys.stderr.write(f"helpdesk: {sentence}\n")
    return status


def require_known(recipient: str | None) -> None:
    """Raises NotFound when a mailbox is named that we do not have."""
    if recipient is None:
        return
    with transaction() as session:
        if mailboxes.find(session, recipient) is None:
            raise NotFound(f"There is no mailbox {recipient} here: name one of the catalogue with --to.")


def take_in(paths: list[Path], recipient: str | None, *, dated: bool) -> int:
    """Every message of the paths under a progress bar; those accepted before are recognised."""
    found = list(reimport.messages(paths))
    homeless = list[str]()
    accepted = 0
    for message in track(found, description="messages", console=Console(stderr=True), transient=True):
        targets = reimport.take_in(message, recipient, dated=dated)
        accepted += len(targets)
        if not targets:
            homeless.append(message.name)
    sys.stdout.write(f"{accepted} arrivals from {len(found)} messages.\n")
    for name in homeless:
        sys.stderr.write(f"helpdesk: {name} is for no mailbox of ours: name one with --to ADDRESS.\n")
    return 1 if homeless else 0
