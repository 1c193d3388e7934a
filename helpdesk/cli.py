"""Every command of `helpdesk`: a table from its words to the module that does it.

A module is imported when its command is called, by the one late import there is, so that `mail parse` starts
without loading the database, the web or anything else it does not need.
"""

import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from helpdesk.domain.errors import HelpdeskError

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells count it."""
READER_GONE = 141
"""Exit status when who reads our output has left, as shells count it."""


class Command(NamedTuple):
    """Where a command lives (`module:function`, the function being `main(argv) -> exit status`), and its help."""

    home: str
    words: str
    does: str


COMMANDS = {
    "demo": Command("helpdesk.commands.demo:main", "", "everything on one machine, with sample mail"),
    "run": Command("helpdesk.commands.run:main", "", "web, worker and bridge together"),
    "web": Command("helpdesk.commands.web:main", "", "the web desk"),
    "worker": Command("helpdesk.commands.worker:main", "", "runs jobs"),
    "bridge": Command("helpdesk.commands.bridge:main", "", "takes mail by IMAP and LMTP"),
    "db": Command("helpdesk.commands.db:main", "upgrade | check | backup FILE | restore FILE", "schema and backups"),
    "catalogue": Command(
        "helpdesk.commands.catalogue:main", "check FILE… | load FILE… | export KEY", "institutions and their services"
    ),
    "rehearse": Command("helpdesk.commands.rehearse:main", "DIR… [--only NAME] [--json]", "plays sample mail"),
    "mail parse": Command("mailbridge.parse_command:main", "FILE… --json", "what we understand of a message"),
    "mail": Command("helpdesk.commands.mail:main", "ingest --to ADDRESS | import PATH…", "takes mail in"),
    "mailbox": Command("helpdesk.commands.mailbox:main", "set KEY … | list | check KEY", "mailboxes that are fetched"),
    "ledger": Command(
        "helpdesk.commands.ledger:main", "status | show ID | replay ID | accept ID", "what arrived and became of it"
    ),
    "outbox": Command("helpdesk.commands.outbox:main", "status | retry ID", "letters by state"),
    "ticket": Command("helpdesk.commands.ticket:main", "list | show NUMBER | export NUMBER [DIR]", "tickets"),
    "user": Command("helpdesk.commands.user:main", "add | list | disable", "people who sign in"),
    "role": Command(
        "helpdesk.commands.role:main", "grant | revoke | substitute | absent | holders", "what people may do"
    ),
    "audit": Command("helpdesk.commands.audit:main", "verify | seal", "recomputes the history's hash chains"),
    "doctor": Command("helpdesk.commands.doctor:main", "", "checks settings, database, mailboxes, clock and disk"),
    "bench": Command("helpdesk.commands.bench:main", "intake", "measures"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; gives its exit status. An error is one line; `--debug` shows the traceback."""
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    if debug:
        words.remove("--debug")
    if not words or words[0] in {"-h", "--help", "help"}:
        sys.stdout.write(listing())
        return 0 if words else 2
    try:
        return run(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python would complain once more when it flushes standard output at its end.
        sys.stdout = None
        return READER_GONE
    except HelpdeskError as error:
        sys.stderr.write(traceback.format_exc() if debug else f"helpdesk: {error}\n")
    except Exception as error:
        unexpected = f"{type(error).__name__}: {' '.join(str(error).split())}"
        sys.stderr.write(
            traceback.format_exc() if debug else f"helpdesk: unexpected error, --debug shows where: {unexpected}\n"
        )
    return 1


def run(words: list[str]) -> int:
    """Finds the command that `words` begin with, the longer name first, and runs it with the rest."""
    for length in (2, 1):
        command = COMMANDS.get(" ".join(words[:length]))
        if command and len(words) >= length:
            return load(command)(words[length:])
    sys.stderr.write(f"helpdesk: there is no command {words[0]}; these exist:\n{listing()}")
    return 2


def load(command: Command) -> Callable[[list[str]], int]:
    """Imports the command's module and gives its function. Raises `HelpdeskError` when this build lacks it."""
    module, _, function = command.home.partition(":")
    if find_spec(module) is None:
        raise HelpdeskError(f"This command is not part of this version ({module} is missing).")
    handler: Callable[[list[str]], int] = getattr(import_module(module), function)
    return handler


def listing() -> str:
    """One line a command."""
    lines = [
        f"  {name + ' ' + command.words:<52} {command.does}".rstrip() for name, command in sorted(COMMANDS.items())
    ]
    return "\n".join(["usage: helpdesk [--debug] COMMAND …", *lines, ""])
